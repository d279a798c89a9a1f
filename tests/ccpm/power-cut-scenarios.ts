/**
 * What players do with ccpm while the power may go: the program as it is installed, and a registry on loopback that
 * serves an older tree and a newer one.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { INDEX, type Index, startRegistry } from "trapos-registry";
import { boot, type Computer, type FileOperation, type PowerCutPlan } from "craftos-headless";
import { type Changes, makeVariant } from "../../tools/harness/registry-variant.ts";
import { type Bench, contents, type Disk } from "./transaction-support.ts";

const STAGING = "trapos/ccpm.staging";
/** What is there while a change is under way. */
export const OWN = /^(trapos\/ccpm\.(staging|partial)\/|startup\/00-ccpm-finish\.lua$)/;
const PROMPT = /(^|\n)>$/;
const PATIENCE = { timeoutSeconds: 60 };

/** One command of a player's, and what it is given on. */
export interface Scenario {
    readonly name: string;
    readonly command: string;
    /** As the line after a power cut names it; undefined where there is more than one change. */
    readonly title: string | undefined;
    /** The disk that it begins with. */
    readonly template: string;
    /** Whether the registry serves the newer tree. */
    readonly isNewer: boolean;
    /** Files of the player's and files that the player has changed, whose contents must never be lost. */
    readonly players: Disk;
}

/** What is on a disk. The fields of ccpm's own files have any order, and the cache tells when it was made. */
export function stateOf(files: Disk): Readonly<Record<string, unknown>> {
    const state: Record<string, unknown> = { ...files };
    for (const name of ["ccpm", "ccpm.lock", "ccpm.cache"]) {
        const path = `trapos/${name}.json`;
        if (state[path] === undefined) continue;
        state[path] = JSON.parse(state[path] as string, (field, value: unknown) =>
            field === "updated" ? "then" : value,
        );
    }
    return state;
}

/** Gives a command and waits for the next prompt; returns what it said. */
export async function run(computer: Computer, command: string): Promise<string> {
    const rows = computer.transcript().split("\n").length;
    // At once, as Ctrl+V does in the game: key by key the completion takes longer than all else.
    computer.queue("paste", command);
    await computer.press("enter");
    await computer.waitForText(PROMPT, PATIENCE);
    return computer.transcript().split("\n").slice(rows, -1).join("\n");
}

/** Switches a computer on, waits for the prompt, and switches it off when `act` has ended. */
export async function use<T>(
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

/** What a boot shows above the prompt. */
export const rowsOf = (computer: Computer): string[] => computer.transcript().split("\n").slice(0, -1);

const changed = (content: string): string => `${content}-- newer\n`;

/** A package whose program runs beside the shell, so that trapos-boot is at work while it is upgraded. */
const clock = {
    dependencies: { "trapos-boot": "*" },
    files: ["programs/clock.lua"],
    autostart: ["programs/clock.lua"],
    data: ["trapos/clock"],
};
const clockProgram = { "programs/clock.lua": `while true do os.pullEvent("never") end` };

/** What the startup files of players say here, so that they can be seen to run. */
export const PLAYERS = "the player's startup file";

/** Whether one of some files of a player's says so at each start. */
export const hasStartupFile = (players: Disk): boolean =>
    "startup/door.lua" in players || "startup.lua" in players;

export interface Scenarios {
    /** The registry's address. Below `second/` it serves the same as another registry. */
    readonly url: string;
    /** Paths that were asked for. */
    readonly requests: readonly string[];
    /** Says which tree the registry serves from now on. */
    serve(isNewer: boolean): void;
    /** The files of a package in the older tree. */
    filesOf(name: string): string[];
    /** Disks: with some files of a player's, with all of TrapOS, and with ccpm and a package that runs at boot alone. */
    readonly bare: string;
    readonly whole: string;
    readonly withClock: string;
    /** A copy of a disk on which commands have been run, with what the older tree offers, and then files written. */
    prepare(template: string, commands: readonly string[], files?: Disk): Promise<string>;
    /** All kinds of changes of packages. */
    all(): Promise<Scenario[]>;
    /** All that changes what ccpm knows of registries. */
    ofRegistries(): Promise<Scenario[]>;
    stop(): Promise<void>;
}

export async function openScenarios(bench: Bench): Promise<Scenarios> {
    /** Makes a registry's tree; what is in all of them comes from this project. */
    async function newTree({ files = {}, descriptors = {}, ...others }: Changes = {}): Promise<string> {
        const folder = bench.disk({});
        const all = { files: { ...clockProgram, ...files }, descriptors: { clock, ...descriptors } };
        await makeVariant(folder, { ...others, ...all });
        return folder;
    }
    const older = await newTree();
    const filesOf = (name: string): string[] =>
        Object.keys(
            (JSON.parse(readFileSync(join(older, INDEX), "utf8")) as Index).packages[name]?.files ?? {},
        );
    const newer = await newTree({
        files: {
            "apis/trapos/json.lua": changed,
            "apis/ccpm/finish.lua": changed,
            "apis/ccpm/transaction.lua": changed,
            "programs/ccpm.lua": changed,
            "startup/ccpm.lua": changed,
            "startup/servers.lua": changed,
            "startup/later.lua": `print("later")`,
        },
        descriptors: {
            ccpm: { files: filesOf("ccpm").filter((path) => path !== "help/ccpm.txt") },
            "trapos-boot": { files: [...filesOf("trapos-boot"), "startup/later.lua"] },
        },
    });

    let served = older;
    const registry = await startRegistry({
        root: older,
        contentOf: (path) => {
            const file = join(served, path.replace(/^second\//, ""));
            return existsSync(file) ? readFileSync(file) : null;
        },
    });

    async function prepare(template: string, commands: readonly string[], files: Disk = {}): Promise<string> {
        served = older;
        const disk = bench.copy(template);
        for (const command of commands) await use(disk, (computer) => run(computer, command));
        for (const [path, content] of Object.entries(files)) {
            mkdirSync(dirname(join(disk, path)), { recursive: true });
            writeFileSync(join(disk, path), content);
        }
        return disk;
    }

    const players: Disk = {
        "notes.txt": "the player's",
        "programs/dig.lua": "print('digging')",
        "startup/door.lua": `print("${PLAYERS}")`,
    };
    const bare = bench.disk(players);
    const whole = await prepare(bare, [`wget run ${registry.url}install.lua --yes`]);
    const withClock = await prepare(whole, [
        "ccpm uninstall trapos-ai --cascade --yes",
        "ccpm install clock --yes",
    ]);

    async function all(): Promise<Scenario[]> {
        const edited: Disk = {
            "apis/trapos/json.lua": `${readFileSync(join(older, "apis/trapos/json.lua"), "latin1")}-- the player was here`,
            "startup/servers.lua": "-- servers, edited",
            "help/ccpm.txt": "help, edited",
        };
        const data: Disk = {
            "trapos/clock/alarms/one": "1",
            "trapos/clock/alarms/two": "2",
            "trapos/clock/time": "3",
        };
        const changedClock: Disk = { "programs/clock.lua": "-- the player's own clock" };
        const everything = "ccpm uninstall trapos-core --cascade --yes";
        const away = await prepare(withClock, [], { ...data, ...changedClock });
        /** /startup goes with what is in it. */
        const alone = await prepare(away, []);
        rmSync(join(alone, "startup/door.lua"));
        const { "startup/door.lua": startupFile, ...others } = players;
        const startup: Disk = { "startup.lua": startupFile! };
        const install: Omit<Scenario, "name" | "template" | "players"> = {
            command: "ccpm install trapos --yes",
            title: "install trapos",
            isNewer: false,
        };
        const withoutBoot = ["ccpm uninstall trapos-boot --cascade --yes"];
        const damaged: Disk = { "apis/ccpm/finish.lua": "return 7 -- the player was here" };
        const installer = `wget run ${registry.url}install.lua --yes`;
        return [
            { ...install, name: "install", template: await prepare(whole, withoutBoot), players },
            {
                ...install,
                name: "install over a file of the player's",
                command: `${install.command} --force`,
                template: await prepare(whole, withoutBoot, { "apis/trapos/supervisor.lua": "-- not yours" }),
                players: { ...players, "apis/trapos/supervisor.lua": "-- not yours" },
            },
            {
                name: "upgrade",
                command: "ccpm upgrade --yes",
                title: "upgrade",
                template: withClock,
                isNewer: true,
                players,
            },
            {
                name: "upgrade over changed files",
                command: "ccpm upgrade --yes",
                title: "upgrade",
                template: await prepare(withClock, [], edited),
                isNewer: true,
                players: { ...players, ...edited },
            },
            {
                name: "uninstall one",
                command: "ccpm uninstall clock --yes",
                title: "uninstall clock",
                template: await prepare(withClock, [], data),
                isNewer: false,
                players,
            },
            {
                name: "uninstall everything",
                command: everything,
                title: "uninstall trapos-core",
                template: away,
                isNewer: false,
                players: { ...players, ...changedClock },
            },
            {
                name: "uninstall everything, with nothing else at boot",
                command: everything,
                title: "uninstall trapos-core",
                template: alone,
                isNewer: false,
                players: { ...others, ...changedClock },
            },
            {
                name: "uninstall everything, with a startup.lua",
                command: everything,
                title: "uninstall trapos-core",
                template: await prepare(alone, [], startup),
                isNewer: false,
                players: { ...others, ...startup, ...changedClock },
            },
            {
                name: "fix",
                command: "ccpm verify --fix --yes",
                title: "repair",
                template: await prepare(withClock, [], { ...edited, "apis/ccpm/foreign.lua": "-- foreign" }),
                isNewer: false,
                players: { ...players, ...edited, "apis/ccpm/foreign.lua": "-- foreign" },
            },
            {
                name: "the installer over an installation",
                command: installer,
                title: undefined,
                template: await prepare(withClock, [], edited),
                isNewer: true,
                players: { ...players, ...edited },
            },
            {
                name: "the installer over a damaged one",
                command: installer,
                title: undefined,
                template: await prepare(withClock, [], damaged),
                isNewer: false,
                players: { ...players, ...damaged },
            },
        ];
    }

    async function ofRegistries(): Promise<Scenario[]> {
        const second = `${registry.url}second/`;
        const add = `ccpm registry add ${second}`;
        return [
            {
                name: "registry add",
                command: add,
                title: `add registry ${second}`,
                template: whole,
                isNewer: false,
                players: {},
            },
            {
                name: "registry remove",
                command: `ccpm registry remove ${second}`,
                title: `remove registry ${second}`,
                template: await prepare(whole, [add]),
                isNewer: false,
                players: {},
            },
            {
                name: "update with news",
                command: "ccpm update",
                title: "update",
                template: whole,
                isNewer: true,
                players: {},
            },
        ];
    }

    return {
        url: registry.url,
        requests: registry.requests,
        serve: (isNewer) => {
            served = isNewer ? newer : older;
        },
        filesOf,
        bare,
        whole,
        withClock,
        prepare,
        all,
        ofRegistries,
        stop: () => registry.stop(),
    };
}

/** Which contents are nowhere on a disk. */
export function lostOf(players: Disk, files: Disk): string[] {
    const there = new Set(Object.values(files));
    return Object.keys(players).filter((path) => !there.has(players[path]!));
}

/**
 * What there may be after a power cut: the disk before the command, after it, and between two changes that it makes.
 * @param watch sees each operation
 * @param whenStable is given the disk at each of these states
 * @returns states of `stateOf`, in their order
 */
export async function statesBetween(
    bench: Bench,
    scenarios: Pick<Scenarios, "serve">,
    scenario: Scenario,
    watch: (operation: FileOperation) => void = () => {},
    whenStable: (disk: string) => void = () => {},
): Promise<object[]> {
    scenarios.serve(scenario.isNewer);
    const disk = bench.copy(scenario.template);
    const states: object[] = [];
    const note = (files: Disk): void => {
        const state = stateOf(files);
        if (isDeepStrictEqual(state, states.at(-1))) return;
        states.push(state);
        whenStable(disk);
    };
    note(contents(disk));
    await use(disk, (computer) => run(computer, scenario.command), {
        operation: (operation) => {
            watch(operation);
            const files = contents(disk);
            const isUnderWay = Object.keys(files).some((path) => OWN.test(path));
            // With this each change begins.
            if (operation.name === "delete" && operation.path === STAGING && !isUnderWay) note(files);
            return false;
        },
    });
    note(contents(disk));
    bench.drop(disk);
    return states;
}
