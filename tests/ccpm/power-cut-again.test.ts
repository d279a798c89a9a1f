/** The power goes again while the computer recovers, and on a computer that has nothing of ours yet. */
import { afterAll, describe, expect, test } from "vitest";
import type { FileOperation } from "../../tools/computer/index.ts";
import { before, boots, plan } from "./power-cut-support.ts";
import { Bench, contents, modules, performPlan, planned, type Plan } from "./transaction-support.ts";

const FINISHER = "apis/ccpm/finish.lua";

const bench = new Bench();
afterAll(() => bench.close());

/** The operations of a boot that goes on to its end. */
async function record(disk: string, program?: string): Promise<FileOperation[]> {
    const seen: FileOperation[] = [];
    const operation = (candidate: FileOperation): boolean => seen.push(candidate) < 0;
    const { reason } = await bench.run(disk, program, { faults: { powerCut: { operation } } });
    expect(reason).toBe("shutdown");
    return seen;
}

const isCommit = ({ name, to }: FileOperation): boolean =>
    name === "move" && (to ?? "").endsWith("/journal.json");

describe("a second cut", () => {
    const after = planned(before, plan);
    const template = bench.disk(before);
    const program = bench.program(plan, performPlan);

    /** First cuts, one for each phase: staging has begun, and is done; committed; half and almost all is moved; tidied. */
    const phases: Record<string, (operation: FileOperation) => boolean> = {
        "before there is a finisher": ({ name }) => name === "copy",
        "while contents are staged": ({ name }) => name === "close",
        "before the commit": ({ path }) => path.endsWith("/journal.json.new"),
        "after the commit": isCommit,
        "half-way, with other startup files": ({ path }) => path === "startup/gamma.lua",
        "half-way, with what ccpm is made of": ({ path }) => path === "apis/ccpm/transaction.lua",
        "before the lock": ({ path }) => path === "trapos/ccpm.lock.json",
        "while tidying up": ({ to }) => to === "trapos/ccpm.partial",
    };

    test.each(Object.entries(phases))("%s", async (_phase, operation) => {
        const first = bench.copy(template);
        expect((await bench.run(first, program, { faults: { powerCut: { operation } } })).reason).toBe(
            "powerCut",
        );
        const recovery = await record(bench.copy(first));
        expect(recovery.length).toBeGreaterThan(1);
        for (const { number, name, path } of recovery) {
            for (const moment of ["during", "after"] as const) {
                // The others are one step.
                if (moment === "during" && !["delete", "copy"].includes(name)) continue;
                const where = `${moment} operation ${number} of the recovery: ${name} ${path}`;
                const disk = bench.copy(first);
                const cut = await bench.run(disk, undefined, {
                    faults: { powerCut: { operation: number, moment } },
                });
                expect(cut.reason, where).toBe("powerCut");
                const { lines } = await bench.run(disk);
                const files = contents(disk);
                const state = files["trapos/ccpm.lock.json"] === "{lock 2}" ? "new" : "old";
                expect(files, where).toEqual(state === "new" ? after : before);
                const says = lines.filter((line) => !/^ccpm (finished|was stopped)/.test(line));
                expect(says, where).toEqual(boots[state]);
                bench.drop(disk);
            }
        }
    });
});

describe("a computer that has nothing of ours", () => {
    const bare = {
        "notes.txt": "the player's",
        "startup.lua": 'if fs.exists("/test") then shell.run("/test/program.lua") os.shutdown() end',
    };
    const install: Plan = {
        title: "install ccpm",
        // What looks after a power cut comes first.
        changes: [{ path: FINISHER, content: modules[FINISHER]! }].concat(
            Object.entries(modules)
                .filter(([path]) => path !== FINISHER)
                .map(([path, content]) => ({ path, content })),
        ),
        state: { "trapos/ccpm.lock.json": "{lock}" },
    };
    const after = planned(bare, install);
    const template = bench.disk(bare);
    const program = bench.program(install, performPlan, modules);

    test("has everything or nothing; what is staged before the finisher stays for the next installation", async () => {
        const whole = bench.copy(template);
        const operations = await record(whole, program);
        expect(contents(whole)).toEqual(after);
        const commit = operations.findIndex(isCommit) + 1;
        const guarded = operations.findIndex(({ to }) => to === "startup/00-ccpm-finish.lua") + 1;
        expect(guarded).toBeLessThan(10);
        for (const { number, name, path } of operations) {
            const where = `after operation ${number}: ${name} ${path}`;
            const disk = bench.copy(template);
            const cut = await bench.run(disk, program, { faults: { powerCut: { operation: number } } });
            expect(cut.reason, where).toBe("powerCut");
            const lines = await bench.runToPrompt(disk);
            if (number < guarded) {
                expect(lines, where).toEqual([]);
                for (const staged of Object.keys(contents(disk))) {
                    if (!(staged in bare))
                        expect(staged, where).toMatch(/^(trapos\/ccpm\.(staging|partial)|startup)\//);
                }
            } else {
                expect(contents(disk), where).toEqual(number >= commit ? after : bare);
            }
            if (number < commit) {
                expect((await bench.run(disk, program)).lines, where).toEqual(["performed"]);
                expect(contents(disk), where).toEqual(after);
            }
            bench.drop(disk);
        }
    });
});

test.each(["this is not lua (", "return 7"])(
    "a finisher that somebody has changed looks after nothing: %s",
    async (damaged) => {
        const disk = {
            [FINISHER]: damaged,
            "startup/00-ccpm-finish.lua": damaged,
            "startup.lua": 'if fs.exists("/test") then shell.run("/test/program.lua") os.shutdown() end',
        };
        const backup = `${FINISHER}.ccpm-old`;
        const repair: Plan = {
            title: "verify",
            changes: Object.entries(modules)
                .map(([path, content]) => ({ path, content, ...(path === FINISHER ? { backup } : {}) }))
                .sort(({ path }) => (path === FINISHER ? -1 : 1)),
            state: { "trapos/ccpm.lock.json": "{lock}" },
        };
        const { "startup/00-ccpm-finish.lua": _, ...after } = planned(disk, repair);
        const template = bench.disk(disk);
        const program = bench.program(repair, performPlan, modules);
        const whole = bench.copy(template);
        const operations = await record(whole, program);
        expect(contents(whole)).toEqual(after);
        const commit = operations.findIndex(isCommit) + 1;
        for (let number = commit; number <= operations.length; number += 1) {
            const cut = bench.copy(template);
            await bench.run(cut, program, { faults: { powerCut: { operation: number } } });
            await bench.runToPrompt(cut);
            expect(contents(cut), `after operation ${number}`).toEqual(after);
            bench.drop(cut);
        }
    },
);
