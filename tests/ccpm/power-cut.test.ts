/** The power goes at every single file operation of a transaction; the next boot has the old state or the new one. */
import { afterAll, describe, expect, test } from "vitest";
import type { FileOperation, PowerCutPlan } from "../../tools/computer/index.ts";
import { before, boots, FINISHED, plan, STOPPED } from "./power-cut-support.ts";
import { Bench, contents, performPlan, planned } from "./transaction-support.ts";

const bench = new Bench();
afterAll(() => bench.close());

const after = planned(before, plan);
const template = bench.disk(before);
const program = bench.program(plan, performPlan);

/** All operations of the transaction, done without a fault. */
async function allOperations(): Promise<FileOperation[]> {
    const disk = bench.copy(template);
    const seen: FileOperation[] = [];
    const operation = (candidate: FileOperation): boolean => seen.push(candidate) < 0;
    const { lines } = await bench.run(disk, program, { faults: { powerCut: { operation } } });
    expect(lines).toEqual([...boots.old.slice(0, -1), "performed", "booted"]);
    expect(contents(disk)).toEqual(after);
    bench.drop(disk);
    return seen;
}

const operations = await allOperations();
const isCommit = ({ name, to }: FileOperation): boolean =>
    name === "move" && (to ?? "").endsWith("/journal.json");
const commit = operations.findIndex(isCommit) + 1;
const tidying = operations.findIndex(({ to }) => to === "trapos/ccpm.partial") + 1;

/** Cuts the power, boots again, and tells which state that leaves; anything else fails. */
async function cut(powerCut: PowerCutPlan): Promise<{ state: "old" | "new"; line: string | undefined }> {
    const disk = bench.copy(template);
    const { reason } = await bench.run(disk, program, { faults: { powerCut } });
    expect(reason).toBe("powerCut");
    const { lines } = await bench.run(disk);
    const files = contents(disk);
    const state = files["trapos/ccpm.lock.json"] === "{lock 2}" ? "new" : "old";
    expect(files).toEqual(state === "new" ? after : before);
    const line = lines.find((text) => text.startsWith("ccpm ") && !/^ccpm \d$/.test(text));
    expect(lines.filter((text) => text !== line)).toEqual(boots[state]);
    bench.drop(disk);
    return { state, line };
}

test.each(operations.map(({ number, name, path, to = "" }) => [number, name, path, to]))(
    "after operation %i: %s %s %s",
    async (number) => {
        const { state, line } = await cut({ operation: Number(number) });
        expect(state).toBe(number >= commit ? "new" : "old");
        if (line !== undefined) expect(line).toBe(number >= commit ? FINISHED : STOPPED);
        // From the first file that is staged to the last that is moved the player is told.
        if (number > 5 && number < tidying) expect(line).toBeDefined();
    },
);

// The others are one step: in the middle of them is after the one before.
const halves = operations.filter(({ name }) => ["write", "close", "copy", "delete"].includes(name));

test.each(halves.map(({ number, name, path, to = "" }) => [number, name, path, to]))(
    "during operation %i: %s %s %s",
    async (number) => {
        const { state } = await cut({ operation: Number(number), moment: "during" });
        expect(state).toBe(number > commit ? "new" : "old");
    },
);

const writes = operations.filter(({ name, path }) => name === "write" && /finish|journal|lock/.test(path));

describe.each(["half", "kept"] as const)("with what is not flushed %s", (unflushed) => {
    test.each(writes.map(({ number, path }) => [number, path]))("operation %i: write %s", async (number) => {
        const { state } = await cut({ operation: Number(number), unflushed });
        expect(state).toBe("old");
    });
});
