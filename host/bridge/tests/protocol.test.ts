/** docs/protocol.schema.json against the shapes that both ends read by: `npm test -- host/bridge/tests/protocol.test.ts -u` writes it anew. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonSchemaOf } from "trapos-opencode";
import {
    frame,
    fromBridge,
    fromComputer,
    pairingAnswers,
    pairingRequests,
    VERSION,
} from "../../../src/apis/ai/link/frames.ts";
import type { Shape } from "../../../src/apis/trapos/shapes.ts";
import { projectFolder } from "../../../tools/harness/disk.ts";

const docs = join(projectFolder, "docs");

/** The schemas of a table of shapes; of messages each has its type for its name. */
const schemasOf = (shapes: Readonly<Record<string, Shape>>) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, jsonSchemaOf(shape)]));

test("the schema is that of the shapes", async () => {
    const schema = {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        title: `The link of TrapOS AI, version ${VERSION}`,
        $defs: {
            frame: jsonSchemaOf(frame),
            fromComputer: schemasOf(fromComputer),
            fromBridge: schemasOf(fromBridge),
            pairingRequests: schemasOf(pairingRequests),
            pairingAnswers: schemasOf(pairingAnswers),
        },
    };
    await expect(`${JSON.stringify(schema, null, 4)}\n`).toMatchFileSnapshot(
        join(docs, "protocol.schema.json"),
    );
});

test("the page names every frame and every message", () => {
    const page = readFileSync(join(docs, "protocol.md"), "utf8");
    const names = [frame, fromComputer, fromBridge].flatMap((table) => Object.keys(table));
    const missing = names
        .map((name) => name.replace("?", ""))
        .filter((name) => !["result", "failure"].includes(name) && !page.includes(`\`${name}\``));
    expect(missing).toEqual([]);
});
