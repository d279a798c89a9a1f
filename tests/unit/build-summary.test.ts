import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { REPORT_FILE } from "../../tools/setup/reporter.ts";
import { countTests, summaryLine, type TestReport } from "../../tools/setup/summary.ts";
import { newProject } from "./support/build-project.ts";

const REPORTER = path.resolve(import.meta.dirname, "../../tools/setup/reporter.ts");

/** What a real run of vitest over one file comes to. */
function outcomeOf(content: string, ...options: string[]): string {
    const project = newProject({ "package.json": '{"type":"module"}', "some.test.ts": content });
    const vitest = path.join(project.root, "node_modules/vitest/vitest.mjs");
    const { status } = spawnSync(
        process.execPath,
        [vitest, "run", "--root", project.root, `--reporter=${REPORTER}`, ...options],
        { cwd: project.root, env: { ...process.env, [REPORT_FILE]: path.join(project.root, "report.json") } },
    );
    const written = project.exists("report.json")
        ? (JSON.parse(project.read("report.json")) as TestReport)
        : undefined;
    return summaryLine(countTests(written, status ?? 1));
}

const IMPORT = 'import { afterAll, beforeAll, describe, test } from "vitest";\n';

describe("the last line of a test run", () => {
    test.each([
        [
            "that passes",
            'test("a", () => {});\ntest.skip("b", () => {});\ntest.todo("c");',
            "1 passed, 0 failed, 2 skipped",
        ],
        [
            "with a failed test",
            'test("a", () => {});\ntest("b", () => { throw new Error("no"); });',
            "1 passed, 1 failed",
        ],
        ["with a file that does not load", 'throw new Error("no");', "0 passed, 1 failed"],
        ["with a file that is no TypeScript", 'test("a", () => {', "0 passed, 1 failed"],
        [
            "with a hook that crashes before",
            'test("a", () => {});\ndescribe("x", () => { beforeAll(() => { throw 1; }); test("b", () => {}); });',
            "1 passed, 1 failed, 1 skipped",
        ],
        [
            "with a hook that crashes after",
            'afterAll(() => { throw new Error("no"); });\ntest("a", () => {});',
            "1 passed, 1 failed",
        ],
        [
            "with a promise that nobody waited for",
            'test("a", () => { void Promise.reject(new Error("no")); });',
            "1 passed, 1 failed",
        ],
        [
            "whose process dies",
            'test("a", () => { process.kill(process.pid, "SIGKILL"); });',
            "0 passed, 1 failed",
        ],
    ])("counts a run %s", (_, content, line) => {
        expect(outcomeOf(IMPORT + content)).toBe(line);
    });

    test("counts a run without any test, and one without a report, as failed", () => {
        expect(outcomeOf(`${IMPORT}test("a", () => {});`, "no-such-file")).toBe("0 passed, 1 failed");
        expect(summaryLine(countTests(undefined, 1))).toBe("0 passed, 1 failed");
    });
});
