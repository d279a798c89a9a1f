/** The power goes at any moments of a transaction and of its recovery: what is there afterwards is the old state or the new one. */
import { afterAll, describe, expect, test } from "vitest";
import { boot, type FileOperation, type Unflushed } from "craftos-headless";
import {
    contentsOf,
    type DiskState,
    everyOutcome,
    readDisk,
    type Outcome,
    type Start,
    Witness,
} from "./power-cut-states.ts";
import { before, boots, FINISHED, plan, STOPPED } from "./power-cut-support.ts";
import {
    Bench,
    contents,
    type Disk,
    modules,
    performPlan,
    planned,
    type Plan,
} from "./transaction-support.ts";

const bench = new Bench();
afterAll(() => bench.close());

const LOCK = "trapos/ccpm.lock.json";
const JOURNAL = "trapos/ccpm.staging/journal.json";
const FINISHER = "apis/ccpm/finish.lua";
const PATIENCE = { timeoutSeconds: 30 };
/** The states of a change are some dozen, and each is a start. */
const LONG = { timeout: 300_000 };

/** Every third of them: the soak part "states" follows more. */
function someStates(): () => boolean {
    let found = 0;
    return () => found++ % 3 === 0;
}

/** Starts a computer up to the shell's prompt, and there performs a plan, where there is one. */
function toPrompt(folder?: string): Start<string[]> {
    return async (disk, operation) => {
        const mounts = folder === undefined ? [] : [{ name: "test", folder }];
        const faults = { powerCut: { operation } };
        const computer = await boot({ disk, mounts, width: 120, randomSeed: 1, faults });
        try {
            await computer.waitForText(/^>$/m, PATIENCE);
            const rows = computer.transcript().trimEnd().split("\n").slice(1, -1);
            if (folder === undefined) return rows;
            computer.queue("paste", "/test/program.lua");
            await computer.press("enter");
            await computer.waitForText(/\nperformed\n>$/, PATIENCE);
            return rows;
        } finally {
            await computer.close();
        }
    };
}

/** What is wrong with what came of cuts; `kept` are contents that must be somewhere on the disk at every moment. */
function faultsOf(outcomes: readonly Outcome<string[]>[], old: Disk, fresh: Disk, kept: Disk): object[] {
    return outcomes.flatMap(({ trail, state, after }) => {
        const there = new Set(Object.values(state.files));
        const lost = Object.keys(kept).filter((path) => !there.has(kept[path]!));
        const isCommitted = JOURNAL in state.files || state.files[LOCK] !== old[LOCK];
        const [is, wanted] = [contentsOf(after), isCommitted ? fresh : old];
        const wrong = Object.keys({ ...is, ...wanted }).filter((path) => is[path] !== wanted[path]);
        return lost.length + wrong.length === 0 ? [] : [{ trail, lost, wrong }];
    });
}

/** The contents of files that a player has written, by the marks that the disks here have; comments of ours have some. */
function playersOf(disk: Disk): Disk {
    const written = ([path, content]: [string, string]): boolean =>
        !(path in modules) && /player|edited/.test(content);
    return Object.fromEntries(Object.entries(disk).filter(written));
}

describe("everything that a transaction can do, at once", () => {
    const after = planned(before, plan);
    const template = bench.disk(before);
    const program = bench.program(plan, performPlan);

    test("the old state or the new one, and startup files run as if nothing had been", LONG, async () => {
        const start =
            (folder?: string): Start<string[]> =>
            async (disk, operation) =>
                (await bench.run(disk, folder, { faults: { powerCut: { operation } } })).lines;
        const outcomes = await everyOutcome(
            bench,
            bench.copy(template),
            start(program),
            start(),
            someStates(),
        );
        expect(outcomes.length).toBeGreaterThan(26);
        expect(faultsOf(outcomes, before, after, playersOf(before))).toEqual([]);
        for (const { trail, after: disk, said } of outcomes) {
            const isNew = disk.files[LOCK] === after[LOCK];
            const own = said.filter((line) => line === (isNew ? FINISHED : STOPPED));
            expect(own.length, trail.join(", then ")).toBeLessThan(2);
            expect(
                said.filter((line) => !own.includes(line)),
                trail.join(", then "),
            ).toEqual(boots[isNew ? "new" : "old"]);
        }
    });

    describe("what the machine leaves of a cut is one of the states that were followed", async () => {
        const whole = bench.copy(template);
        const witness = new Witness(whole);
        const operations: FileOperation[] = [];
        const operation = (candidate: FileOperation): false => {
            operations.push(candidate);
            return witness.operation(candidate);
        };
        await bench.run(whole, program, { faults: { powerCut: { operation } } });
        witness.end();
        /** The fields of a journal have any order. */
        const textOf = (state: DiskState): string => {
            const files = Object.entries(contentsOf(state)).map(([path, content]) => {
                if (!path.includes("journal")) return [path, content];
                return [path, content.endsWith("}") ? [...content].sort().join("") : content.length];
            });
            return JSON.stringify(files);
        };
        const known = new Set(witness.moments.map(({ state }) => textOf(state)));
        const cases = ["open", "write", "close", "makeDir", "copy", "move", "delete"].flatMap((name) => {
            const named = operations.filter((one) => one.name === name);
            const unflushed: Unflushed[] = ["write", "close"].includes(name)
                ? ["lost", "half", "kept"]
                : ["lost"];
            const moments = (["during", "after"] as const).flatMap((moment) =>
                unflushed.map((one) => ({ moment, unflushed: one })),
            );
            return [named[0]!, named.at(-1)!].flatMap(({ number, path }) =>
                moments.map((one) => ({ name, path, operation: number, ...one })),
            );
        });
        test.each(cases)("$moment $operation: $name $path, unflushed $unflushed", async (powerCut) => {
            const disk = bench.copy(template);
            expect((await bench.run(disk, program, { faults: { powerCut } })).reason).toBe("powerCut");
            expect(known).toContain(textOf(readDisk(disk)));
            bench.drop(disk);
        });
    });
});

/** What the startup file of these computers says, so that it can be seen to run. */
const PLAYERS = "the player's startup file";
const startupFiles: [what: string, files: Disk][] = [
    ["has no startup file of the player's", {}],
    ["has a startup.lua of the player's", { "startup.lua": `print("${PLAYERS}")` }],
    ["has a file of the player's in /startup", { "startup/own.lua": `print("${PLAYERS}")` }],
];

function expectPlayersToRun(outcomes: readonly Outcome<string[]>[], files: Disk): void {
    const wanted = Object.keys(files).map(() => PLAYERS);
    for (const { trail, said } of outcomes) {
        expect(
            said.filter((line) => line === PLAYERS),
            trail.join(", then "),
        ).toEqual(wanted);
    }
}

describe("uninstalling everything on a computer that", () => {
    const base: Disk = {
        ...modules,
        "notes.txt": "the player's",
        "apis/alpha.lua": "return 1",
        "programs/alpha.lua": "-- alpha, edited",
        "startup/alpha.lua": "-- alpha at boot, edited",
        "startup/ccpm.lua": `local _, line = require("/apis/ccpm/finish").recover(fs, true) if line then print(line) end`,
        [LOCK]: "{lock}",
        "trapos/ccpm.json": "{configuration}",
        "trapos/alpha/deep/one": "data 1",
        "trapos/alpha/two": "data 2",
    };
    const uninstall: Plan = {
        title: "uninstall alpha",
        changes: [
            ...Object.keys(modules).map((path) => ({ path })),
            { path: "apis/alpha.lua" },
            { path: "programs/alpha.lua", backup: "programs/alpha.lua.ccpm-old" },
            { path: "startup/alpha.lua", backup: "startup.ccpm-old/alpha.lua" },
            { path: "startup/ccpm.lua" },
        ],
        data: ["trapos/alpha"],
        state: { [LOCK]: false, "trapos/ccpm.json": false },
    };

    test.each(startupFiles)("%s", LONG, async (_what, files) => {
        const old = { ...base, ...files };
        const program = bench.program(uninstall, performPlan);
        const outcomes = await everyOutcome(
            bench,
            bench.disk(old),
            toPrompt(program),
            toPrompt(),
            someStates(),
        );
        expect(outcomes.length).toBeGreaterThan(10);
        expect(faultsOf(outcomes, old, planned(old, uninstall), playersOf(old))).toEqual([]);
        expectPlayersToRun(outcomes, files);
    });
});

describe("installing on a computer that has nothing of ours, and", () => {
    const install: Plan = {
        title: "install ccpm",
        // What looks after a power cut comes first.
        changes: [{ path: FINISHER, content: modules[FINISHER]! }].concat(
            Object.entries(modules)
                .filter(([path]) => path !== FINISHER)
                .map(([path, content]) => ({ path, content })),
        ),
        state: { [LOCK]: "{lock}" },
    };
    const program = bench.program(install, performPlan, modules);
    /** Where nothing runs at a start yet, what is there to be cleaned up stays. */
    const isRest = (path: string): boolean => /^trapos\/ccpm\.(staging|partial)\//.test(path);

    test.each(startupFiles)("%s", LONG, async (_what, files) => {
        const old: Disk = { "notes.txt": "the player's", ...files };
        const fresh = planned(old, install);
        const outcomes = await everyOutcome(
            bench,
            bench.disk(old),
            toPrompt(program),
            toPrompt(),
            someStates(),
        );
        expect(outcomes.length).toBeGreaterThan(13);
        const isGuarded = ({ state }: Outcome<unknown>): boolean =>
            ["startup/00-ccpm-finish.lua", "startup.lua", "startup"].some(
                (path) => state.files[path] === modules[FINISHER],
            );
        const [bare, guarded] = [outcomes.filter((one) => !isGuarded(one)), outcomes.filter(isGuarded)];
        expect(faultsOf(guarded, old, fresh, old)).toEqual([]);
        expectPlayersToRun(outcomes, files);
        for (const { trail, state } of bare) {
            const where = trail.join(", then ");
            const is = contentsOf(state);
            if (state.files[LOCK] !== undefined) {
                expect(is, where).toEqual(fresh);
                continue;
            }
            const others = Object.entries(is).filter(([path]) => !isRest(path) && path !== "trapos/");
            expect(Object.fromEntries(others), where).toEqual(old);
            const disk = bench.disk(is);
            await toPrompt(program)(disk, () => false);
            expect(contents(disk), where).toEqual(fresh);
            bench.drop(disk);
        }
    });
});

test.each(["this is not lua (", "return 7"])(
    "a finisher that somebody has changed looks after nothing: %s",
    LONG,
    async (damaged) => {
        const old: Disk = { [FINISHER]: damaged, "startup/00-ccpm-finish.lua": damaged };
        const repair: Plan = {
            title: "verify",
            changes: Object.entries(modules)
                .map(([path, content]) => ({
                    path,
                    content,
                    ...(path === FINISHER ? { backup: `${FINISHER}.ccpm-old` } : {}),
                }))
                .sort(({ path }) => (path === FINISHER ? -1 : 1)),
            state: { [LOCK]: "{lock}" },
        };
        const { "startup/00-ccpm-finish.lua": _, ...fresh } = planned(old, repair);
        const program = bench.program(repair, performPlan, modules);
        const outcomes = await everyOutcome(
            bench,
            bench.disk(old),
            toPrompt(program),
            toPrompt(),
            someStates(),
        );
        const committed = outcomes.filter(({ state }) => JOURNAL in state.files || LOCK in state.files);
        expect(committed.length).toBeGreaterThan(3);
        expect(faultsOf(committed, old, fresh, {})).toEqual([]);
    },
);
