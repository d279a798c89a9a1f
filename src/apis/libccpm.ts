/**
 * The package manager for programs: `local ccpm = require("/apis/libccpm")()`.
 *
 * Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
 * passes on after it has put what was fetched aside for the next time. Planning and doing are apart: a plan is plain
 * data that can be shown and thrown away, and `apply` does it, whole or not at all. While a function waits for a
 * registry it takes every event of its coroutine: run it under `parallel` beside code that needs events of its own.
 */
import { functions, type Client } from "./ccpm/client";
import { fail, raise } from "./ccpm/failure";
import * as finish from "./ccpm/finish";
import { argumentProblem } from "./ccpm/formats";
import { stamp } from "./ccpm/plan";
import { readState, type Writable } from "./ccpm/state";
import type { Ccpm, Environment, State } from "./ccpm/types";
import { attempt, need } from "./trapos/failure";
import { send } from "./trapos/http";

/** Seconds until a request counts as timed out. */
const TIMEOUT = 30;

type Argument = [name: string, spec: string];

const NAMES: Argument = ["names", "names"];
const SOME_NAMES: Argument = ["names", "some names"];
const REGISTRY: Argument = ["registry", "registry"];

/** What each function takes, as /apis/ccpm/formats calls it. */
const ARGUMENTS: Record<keyof Ccpm, Argument[]> = {
    state: [],
    update: [],
    planInstall: [NAMES, ["options", "install options"]],
    planUpgrade: [SOME_NAMES, ["options", "install options"]],
    planUninstall: [NAMES, ["options", "uninstall options"]],
    verify: [SOME_NAMES],
    planRepair: [["findings", "findings"]],
    apply: [["plan", "plan"]],
    addRegistry: [REGISTRY, ["options", "registry options"]],
    removeRegistry: [REGISTRY],
    moveRegistry: [REGISTRY, ["position", "position"]],
    recover: [],
};

/** What it is made with, as one that is wrong is named. */
const MAKER = `require("/apis/libccpm")`;

function raiseBad(call: string, usage: string, what: string): never {
    return raise("bad_argument", { call, usage, what });
}

/** Fails unless what a function was given is what it takes. */
function requireArguments(name: keyof Ccpm, given: readonly unknown[]): void {
    const names: string[] = [];
    let problem: string | undefined;
    for (const [place, argument] of ipairs(ARGUMENTS[name])) {
        problem ??= argumentProblem(argument[1], given[place - 1], argument[0]);
        names.push(argument[0]);
    }
    if (problem !== undefined) raiseBad(name, `ccpm.${name}(${table.concat(names, ", ")})`, problem);
}

/** Makes a stand-in that says whose it is when it fails. */
function handed<Given extends unknown[], T>(
    field: keyof Environment,
    act: ((this: void, ...given: Given) => T) | undefined,
    usual: (this: void, ...given: Given) => T,
    spec?: string,
): (this: void, ...given: Given) => T {
    if (act === undefined) return usual;
    const name = `environment.${field}`;
    return (...given) => {
        const [ok, value] = pcall(act, ...given);
        if (!ok && (value as unknown) === "Terminated") error(value, 0);
        let problem = ok ? undefined : `${name} failed: ${tostring(value)}`;
        if (ok && spec !== undefined) problem = argumentProblem(spec, value, `what ${name} gives`);
        if (problem !== undefined) raiseBad("libccpm", `${MAKER}(environment)`, problem);
        return value as T;
    };
}

function makeClient(given: Environment): Client {
    const problem = argumentProblem("environment", given, "environment");
    if (problem !== undefined) raiseBad("libccpm", `${MAKER}(environment)`, problem);
    return {
        disk: given.fs ?? fs,
        fetch: handed("fetch", given.fetch, (url) => send({ url, timeout: TIMEOUT }), "answer"),
        now: handed("now", given.now, () => os.epoch("utc"), "time"),
        onProgress: handed("onProgress", given.onProgress, () => {}),
        onNote: handed("onNote", given.onNote, () => {}),
        registry: given.registry,
        notes: [],
    };
}

/** Puts right what a power cut has left half done, and reads the state. */
function prepare(client: Client): State {
    const disk = client.disk;
    const notes = client.notes;
    const [done, line] = finish.recover(disk);
    if (!done && disk.exists(finish.JOURNAL)) raise("not_finished", { what: line });
    if (line !== undefined) notes.push(line);
    const state = need(readState, disk, notes) as Writable<State>;
    state.stamp = stamp(disk);
    for (const note of notes) client.onNote(note);
    return state;
}

/**
 * Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
 * @param environment stand-ins for what the computer provides, and who is told of progress and notes
 * @returns its functions
 */
function createCcpm(this: void, environment?: Environment): Ccpm {
    const ccpm: Record<string, unknown> = {};
    for (const [name, act] of pairs(functions)) {
        ccpm[name] = (first: never, second: never) =>
            attempt(() => {
                requireArguments(name, [first, second]);
                const client = makeClient(environment ?? {});
                return act(client, prepare(client), first, second);
            }, fail);
    }
    return ccpm as unknown as Ccpm;
}

export = createCcpm;
