/** The specs that run on the computer itself, each of their cases by its name. See docs/testing.md. */
import { describe, expect, test } from "vitest";
import { compileSpecs } from "../../../tools/harness/spec-compile.ts";
import { runSpec } from "../../../tools/harness/spec-run.ts";
import { startSpecServer } from "../../../tools/harness/spec-server.ts";
import { testsBackend } from "../../../tools/harness/tests-backend.ts";

// The names of the cases are only known once they have run.
const server = await startSpecServer();
const specs = await compileSpecs();
const backend = await testsBackend(process.env);
const results = await Promise.all(
    specs.map(async (spec) => ({ spec, ...(await runSpec(spec, { backend, server: server.url })) })),
);
await server.stop();

for (const { spec, cases, problem } of results) {
    describe(spec.source, () => {
        test("runs to its end", () => {
            expect(problem).toBeUndefined();
            expect(cases.length).toBeGreaterThan(0);
        });
        for (const { name, status, message } of cases) {
            test(name, (context) => {
                if (status === "pending") context.skip(message);
                if (status === "failed") throw new Error(message);
            });
        }
    });
}
