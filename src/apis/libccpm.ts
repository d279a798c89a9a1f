/**
 * The package manager for programs: `local ccpm = require("/apis/libccpm")()`.
 *
 * Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
 * passes on after it has put what was fetched aside for the next time. Planning and doing are apart: a plan is plain
 * data that can be shown and thrown away, and `apply` does it, whole or not at all. While a function waits for a
 * registry it takes every event of its coroutine: run it under `parallel` beside code that needs events of its own.
 */
import { connect } from "./ccpm/client";
import { fail, raise } from "./ccpm/failure";
import { argumentProblem } from "./ccpm/formats";
import type { Ccpm, Environment } from "./ccpm/types";
import { attempt, written } from "./trapos/failure";

type Argument = [name: string, spec: string];

const NAMES: Argument = ["names", "names"];
const SOME_NAMES: Argument = ["names", "some names"];
const REGISTRY: Argument = ["registry", "registry"];

/** What each function takes, as /apis/ccpm/formats calls it. */
const ARGUMENTS: Record<keyof Ccpm, Argument[]> = {
    state: [],
    update: [],
    planInstall: [NAMES, ["options", "install options"]],
    planUpgrade: [SOME_NAMES, ["options", "upgrade options"]],
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
    spec?: string,
): ((this: void, ...given: Given) => T) | undefined {
    if (act === undefined) return undefined;
    const name = `environment.${field}`;
    return (...given) => {
        const [ok, value] = pcall(act, ...given);
        if (!ok && (value as unknown) === "Terminated") error(value, 0);
        let problem = ok ? undefined : `${name} failed: ${written(value)}`;
        if (ok && spec !== undefined) problem = argumentProblem(spec, value, `what ${name} gives`);
        if (problem !== undefined) raiseBad("libccpm", `${MAKER}(environment)`, problem);
        return value as T;
    };
}

/** What was handed in, checked, with stand-ins that say whose they are when they fail. */
function checked(given: Environment): Environment {
    const problem = argumentProblem("environment", given, "environment");
    if (problem !== undefined) raiseBad("libccpm", `${MAKER}(environment)`, problem);
    return {
        fs: given.fs,
        fetch: handed("fetch", given.fetch, "answer"),
        now: handed("now", given.now, "time"),
        onProgress: handed("onProgress", given.onProgress),
        onNote: handed("onNote", given.onNote),
        registry: given.registry,
    };
}

/**
 * Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
 * @param environment stand-ins for what the computer provides, and who is told of progress and notes
 * @returns its functions
 */
function createCcpm(this: void, environment?: Environment): Ccpm {
    const ccpm: Record<string, unknown> = {};
    for (const [name] of pairs(ARGUMENTS)) {
        ccpm[name] = (first: never, second: never) =>
            attempt(() => {
                requireArguments(name, [first, second]);
                const call = connect(checked(environment ?? {}))[name] as (
                    this: void,
                    ...given: never[]
                ) => unknown;
                return call(first, second);
            }, fail);
    }
    return ccpm as unknown as Ccpm;
}

export = createCcpm;
