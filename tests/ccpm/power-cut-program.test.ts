/**
 * The power goes, or the network, while a player's command runs: the program as it is installed, and a registry on
 * loopback. What a transaction does beyond these commands is in power-cut.test.ts.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { INDEX, type Index } from "../../tools/build/packages.ts";
import { boot, type Computer, type FileOperation, type PowerCutPlan } from "../../tools/computer/index.ts";
import { startRegistry } from "../../tools/registry/server.ts";
import { type Changes, makeVariant } from "../../tools/registry/variant.ts";
import { Bench, contents } from "./transaction-support.ts";

const bench = new Bench();

const changed = (content: string): string => `${content}-- newer\n`;

/** A package whose program runs beside the shell, so that trapos-boot is at work while it is upgraded. */
const clock = {
    dependencies: { "trapos-boot": "*" },
    files: ["programs/clock.lua"],
    autostart: ["programs/clock.lua"],
    data: ["trapos/clock"],
};
const clockProgram = { "programs/clock.lua": `while true do os.pullEvent("never") end` };

/** Makes a registry's tree; what is in all of them comes from this project. */
async function newTree({ files = {}, descriptors = {}, ...others }: Changes = {}): Promise<string> {
    const folder = bench.disk({});
    const all = { files: { ...clockProgram, ...files }, descriptors: { clock, ...descriptors } };
    await makeVariant(folder, { ...others, ...all });
    return folder;
}

const older = await newTree();
const filesOf = (tree: string, name: string): string[] =>
    Object.keys((JSON.parse(readFileSync(join(tree, INDEX), "utf8")) as Index).packages[name]?.files ?? {});
const newer = await newTree({
    files: {
        "apis/json.lua": changed,
        "apis/ccpm/finish.lua": changed,
        "apis/ccpm/transaction.lua": changed,
        "programs/ccpm.lua": changed,
        "startup/ccpm.lua": changed,
        "startup/servers.lua": changed,
        "startup/later.lua": `print("later")`,
    },
    descriptors: {
        ccpm: { files: filesOf(older, "ccpm").filter((path) => path !== "help/ccpm.txt") },
        "trapos-boot": { files: [...filesOf(older, "trapos-boot"), "startup/later.lua"] },
    },
});

let served = older;
const registry = await startRegistry({
    root: older,
    // Below another address it is another registry.
    contentOf: (path) => {
        const file = join(served, path.replace(/^second\//, ""));
        return existsSync(file) ? readFileSync(file) : null;
    },
});
afterAll(async () => {
    await registry.stop();
    bench.close();
});

const PROMPT = /(^|\n)>$/;
const PATIENCE = { timeoutSeconds: 30 };
const PARTIAL = "trapos/ccpm.partial/";

type Contents = Readonly<Record<string, unknown>>;

/** What is on a disk. The fields of ccpm's own files have any order, and the cache tells when it was made. */
function stateOf(disk: string): Contents {
    const files: Record<string, unknown> = contents(disk);
    for (const name of ["ccpm", "ccpm.lock", "ccpm.cache"]) {
        const path = `trapos/${name}.json`;
        if (files[path] === undefined) continue;
        files[path] = JSON.parse(files[path] as string, (field, value: unknown) =>
            field === "updated" ? "then" : value,
        );
    }
    return files;
}

/** Switches a computer on, waits for the prompt, and switches it off when `act` has ended. */
async function use<T>(
    disk: string,
    act: (computer: Computer) => Promise<T> | T,
    powerCut?: PowerCutPlan,
): Promise<T> {
    const http = { allow: ["127.0.0.1"] };
    // Wide, so that no line is wrapped; a fixed seed, so that each run does the same.
    const computer = await boot({ disk, width: 120, randomSeed: 1, http, faults: { powerCut } });
    try {
        await computer.waitForText(PROMPT, PATIENCE);
        return await act(computer);
    } finally {
        await computer.close();
    }
}

/** Gives a command and waits for the next prompt; returns what it said. */
async function run(computer: Computer, command: string): Promise<string> {
    const rows = computer.transcript().split("\n").length;
    // At once, as Ctrl+V does in the game: key by key the completion takes longer than all else.
    computer.queue("paste", command);
    await computer.press("enter");
    await computer.waitForText(PROMPT, PATIENCE);
    return computer.transcript().split("\n").slice(rows, -1).join("\n");
}

/** A copy of a disk on which commands have been run, with what the older tree offers. */
async function diskAfter(template: string, ...commands: string[]): Promise<string> {
    served = older;
    const disk = bench.copy(template);
    for (const command of commands) await use(disk, (computer) => run(computer, command));
    return disk;
}

/** What a boot shows above the prompt. */
const rowsOf = (computer: Computer): string[] => computer.transcript().split("\n").slice(0, -1);

interface Snapshot {
    readonly files: Contents;
    /** What a boot shows. */
    readonly rows: string[];
}

async function snapshot(disk: string): Promise<Snapshot> {
    return { files: stateOf(disk), rows: await use(disk, rowsOf) };
}

/** A command that has been run without a fault. */
interface Recording {
    readonly command: string;
    /** As the line after a power cut names it. */
    readonly title: string;
    /** The disk that it begins with, and the tree that the registry serves then. */
    readonly template: string;
    readonly tree: string;
    readonly before: Snapshot;
    readonly after: Snapshot;
    /** With what a power cut can leave half done. */
    readonly operations: readonly (FileOperation & { readonly hasHalf: boolean })[];
    /** The number of the operation after which it is to be finished. */
    readonly commit: number;
}

async function record(template: string, command: string, title: string, tree = older): Promise<Recording> {
    served = tree;
    const disk = bench.copy(template);
    const before = await snapshot(disk);
    const operations: Recording["operations"][number][] = [];
    const note = (operation: FileOperation): boolean => {
        const { name, path } = operation;
        const isFolder = statSync(join(disk, path), { throwIfNoEntry: false })?.isDirectory() === true;
        // The others are one step; half a write is lost, as nothing was flushed.
        const hasHalf = ["close", "copy", "makeDir"].includes(name) || (name === "delete" && isFolder);
        operations.push({ ...operation, hasHalf });
        return false;
    };
    await use(disk, (computer) => run(computer, command), { operation: note });
    const after = await snapshot(disk);
    const commit = operations.findIndex(({ to }) => to === "trapos/ccpm.staging/journal.json") + 1;
    return { command, title, template, tree, before, after, operations, commit };
}

/** What a command does to the disk: "+ path", "- path", "~ path". */
function difference({ before, after }: Recording): string[] {
    const [was, is] = [before.files, after.files];
    const paths = Object.keys({ ...was, ...is }).filter((path) => !isDeepStrictEqual(was[path], is[path]));
    return paths.map((path) => `${path in was ? (path in is ? "~" : "-") : "+"} ${path}`).sort();
}

/**
 * Cuts the power while a command runs, and starts the computer again.
 * @param again whether the command is then given once more
 */
async function cut(
    recording: Recording,
    number: number,
    moment: "during" | "after",
    again: boolean,
): Promise<void> {
    const { command, title, template, tree, before, after, commit } = recording;
    served = tree;
    const disk = bench.copy(template);
    const powerCut = { operation: number, moment };
    await use(
        disk,
        async (computer) => {
            await expect(run(computer, command)).rejects.toThrow("the computer ended");
            expect(computer.fileOperations()).toBe(number);
        },
        powerCut,
    );
    const isUnderWay = existsSync(join(disk, "trapos/ccpm.staging"));
    const isCommitted = number >= commit;
    await use(disk, async (computer) => {
        const { files, rows } = isCommitted ? after : before;
        expect(stateOf(disk)).toEqual(files);
        const line = isCommitted
            ? `ccpm finished: ${title} (the power had gone)`
            : "ccpm was stopped before it changed anything.";
        const [own, others] = [rowsOf(computer), [...rows]];
        expect(own.filter((row) => row !== line)).toEqual(others);
        expect(own.length - others.length).toBe(isUnderWay ? 1 : 0);
        if (!again) return;
        await run(computer, command);
        expect(stateOf(disk)).toEqual(after.files);
    });
    bench.drop(disk);
}

/**
 * A test for each operation of a command.
 * @param isEqual tells operations that are like the one before and the one after; these are left out
 */
function testCuts(recording: Recording, isEqual = (_operation: FileOperation): boolean => false): void {
    const { operations } = recording;
    const isTried = operations.map((operation, index) => {
        const around = [operations[index - 1], operation, operations[index + 1]];
        return !around.every((other) => other !== undefined && isEqual(other));
    });
    const cases = operations.flatMap(({ number, name, path, to = "", hasHalf }, index) => {
        const moments = [...(hasHalf ? ["during" as const] : []), "after" as const];
        const where = `operation ${number}: ${name} ${path} ${to}`.trimEnd();
        const all = moments.map((moment) => [`power cut ${moment} ${where}`, number, moment] as const);
        return isTried[index] ? all : [];
    });
    test.each(cases)("%s", async (_title, number, moment) => {
        // The disk is wholly the old or the new one, so that a few times before and after the commit stand for all.
        await cut(recording, number, moment, number % 8 === 0);
    });
}

const bare = bench.disk({
    "notes.txt": "the player's",
    "programs/dig.lua": "print('digging')",
    "startup/door.lua": "print('door')",
});
const whole = await diskAfter(bare, `wget run ${registry.url}install.lua --yes`);
const withClock = await diskAfter(
    whole,
    "ccpm uninstall trapos-ai --cascade --yes",
    "ccpm install clock --yes",
);

const LOCK = "~ trapos/ccpm.lock.json";

describe("ccpm install of a package and another that it needs", async () => {
    const template = await diskAfter(whole, "ccpm uninstall trapos-boot --cascade --yes");
    const recording = await record(template, "ccpm install trapos --yes", "install trapos");
    const installed = [...filesOf(older, "trapos"), ...filesOf(older, "trapos-boot")];

    test("installs both", () => {
        expect(difference(recording)).toEqual([...installed.map((path) => `+ ${path}`).sort(), LOCK]);
        const { files, rows } = recording.after;
        expect(files).toEqual(stateOf(whole));
        expect(rows).toEqual(recording.before.rows);
    });
    testCuts(recording);

    test.each([...installed, INDEX].map((_, index) => index + 1))(
        "network lost at request %i: nothing changes, and the next run fetches what is missing",
        async (lost) => {
            served = older;
            const disk = bench.copy(template);
            await use(disk, async (computer) => {
                computer.setNetworkFaults(({ number }) =>
                    number >= lost ? { cutAfterBytes: 20 } : undefined,
                );
                expect(await run(computer, recording.command)).toContain(registry.url);
                const files = Object.entries(stateOf(disk));
                const kept = files.filter(([path]) => path.startsWith(PARTIAL)).map(([, text]) => text);
                expect(kept).toHaveLength(Math.max(0, lost - 2));
                const others = files.filter(([path]) => !path.startsWith(PARTIAL));
                expect(Object.fromEntries(others)).toEqual(recording.before.files);

                computer.setNetworkFaults(undefined);
                const asked = registry.requests.length;
                expect(await run(computer, recording.command)).toContain("Done.");
                const missing = installed.filter((path) => !kept.includes(recording.after.files[path]));
                expect(registry.requests.slice(asked).sort()).toEqual([...missing, INDEX].sort());
            });
            expect(stateOf(disk)).toEqual(recording.after.files);
        },
    );
});

describe("ccpm upgrade of ccpm, what it is made of, and what runs the shell", async () => {
    const template = bench.copy(withClock);
    const edit = (path: string): void =>
        writeFileSync(join(template, path), "-- the player was here", { flag: "a" });
    for (const path of ["apis/json.lua", "help/ccpm.txt", "startup/servers.lua"]) edit(path);
    const recording = await record(template, "ccpm upgrade --yes", "upgrade", newer);

    test("takes what is new and keeps what the player has edited", () => {
        expect(difference(recording)).toEqual([
            "+ apis/json.lua.ccpm-old",
            "+ help/ccpm.txt.ccpm-old",
            "+ startup.ccpm-old/servers.lua",
            "+ startup/later.lua",
            "- help/ccpm.txt",
            "~ apis/ccpm/finish.lua",
            "~ apis/ccpm/transaction.lua",
            "~ apis/json.lua",
            "~ programs/ccpm.lua",
            "~ startup/ccpm.lua",
            "~ startup/servers.lua",
            "~ trapos/ccpm.cache.json",
            LOCK,
        ]);
        const [was, is] = [recording.before, recording.after].map(({ files }) => {
            const { packages } = files["trapos/ccpm.lock.json"] as { packages: Index["packages"] };
            return packages;
        });
        const raised = Object.keys({ ...is }).filter((name) => is?.[name]?.version !== was?.[name]?.version);
        expect(raised.sort()).toEqual(["ccpm", "trapos-boot", "trapos-core"]);
    });
    testCuts(recording);
});

describe("ccpm uninstall of everything", async () => {
    const template = bench.copy(withClock);
    mkdirSync(join(template, "trapos/clock/alarms"), { recursive: true });
    for (const path of ["alarms/one", "alarms/two", "time"]) {
        writeFileSync(join(template, "trapos/clock", path), "data");
    }
    writeFileSync(join(template, "programs/clock.lua"), "-- the player's own");
    const recording = await record(
        template,
        "ccpm uninstall trapos-core --cascade --yes",
        "uninstall trapos-core",
    );

    test("leaves what is the player's", () => {
        expect(recording.after.files).toEqual({
            ...stateOf(bare),
            "programs/clock.lua.ccpm-old": "-- the player's own",
        });
    });
    // Some twenty files that go one after the other.
    testCuts(recording, ({ name, path }) => name === "delete" && path.startsWith("apis/ccpm/"));
});

const second = `${registry.url}second/`;

describe("ccpm registry add", async () => {
    const recording = await record(whole, `ccpm registry add ${second}`, `add registry ${second}`);
    test("adds it, and what it offers", () => {
        expect(difference(recording)).toEqual(["~ trapos/ccpm.cache.json", "~ trapos/ccpm.json"]);
    });
    testCuts(recording);
});

describe("ccpm registry remove", async () => {
    const template = await diskAfter(whole, `ccpm registry add ${second}`);
    const recording = await record(template, `ccpm registry remove ${second}`, `remove registry ${second}`);
    test("forgets it", () => {
        expect(recording.after.files).toEqual(stateOf(whole));
        expect(difference(recording)).toEqual(["~ trapos/ccpm.cache.json", "~ trapos/ccpm.json"]);
    });
    testCuts(recording);
});

describe("ccpm update with news", async () => {
    const recording = await record(whole, "ccpm update", "update", newer);
    test("writes them down", () => {
        expect(difference(recording)).toEqual(["~ trapos/ccpm.cache.json"]);
    });
    testCuts(recording);
});
