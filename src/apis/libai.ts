/**
 * The client of an opencode server for programs: `local ai = require("/apis/libai")()`.
 *
 * Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
 * passes on after it has stopped the turn on the server. While it waits it takes every event of its coroutine: run it
 * under `parallel` beside code that needs events of its own.
 */
import { createBackground } from "./ai/background";
import { connect } from "./ai/client";
import { fail } from "./ai/failure";
import type * as libraryModule from "./ai/jobs/library";
import type { Open } from "./ai/jobs/library";
import { problemWith, problemWithEnvironment } from "./ai/signatures";
import type { Ai, AskOptions, Environment, Jobs } from "./ai/types";
import { attempt, written } from "./trapos/failure";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** An argument as it was given; where a function among options raises, its name is told. */
function guarded(called: string, argument: unknown): unknown {
    if (type(argument) !== "table") return argument;
    const copy: Record<string, unknown> = {};
    for (const [name, value] of pairs(argument as Record<string, unknown>)) {
        copy[name] = value;
        if (type(value) === "function") {
            copy[name] = (...told: unknown[]) => {
                const [ok, problem] = pcall(value as (this: void, ...told: unknown[]) => unknown, ...told);
                if (ok) return problem;
                if ((problem as unknown) === "Terminated") error(problem, 0);
                throw fail("bad_argument", {
                    what: `${called}: options.${name} failed: ${written(problem)}`,
                });
            };
        }
    }
    return copy;
}

/** The functions of jobs, which come with the package of the link and are loaded when the first is looked for. */
function jobsOf(open: Open, environment?: Environment): Jobs {
    let jobs: Record<string, unknown> | undefined;
    return setmetatable({} as Jobs, {
        __index: (table: Jobs, name: string) => {
            if (!fs.exists("/apis/ai/jobs/library.lua")) return () => $multi(false, fail("link_missing"));
            jobs ??= (load("/apis/ai/jobs/library") as typeof libraryModule).openJobs(
                table,
                open,
                environment,
            );
            return jobs[name];
        },
    });
}

/**
 * Makes a client. Settings are read anew by each call.
 * @param environment stand-ins for what the computer provides, for tests; what is wrong with them each function says
 * @returns its functions
 */
function createAi(this: void, environment?: Environment): Ai {
    const problem = problemWithEnvironment(environment);
    const calls = connect(problem === undefined ? (environment ?? {}) : {});
    const ai: Record<string, unknown> = {};
    const open: Open = (table, name, call, parameters) => (first, second, third) => {
        return attempt(() => {
            const what = problem ?? problemWith(table, name, [first, second, third], parameters);
            if (what !== undefined) throw fail("bad_argument", { what });
            return (call as (this: void, ...given: unknown[]) => unknown)(
                guarded(name, first),
                guarded(name, second),
                guarded(name, third),
            );
        }, fail);
    };
    for (const [name, call] of pairs(calls)) ai[name] = open(ai, name, call);
    ai.jobs = jobsOf(open, environment);
    const background = createBackground(ai.ask as Parameters<typeof createBackground>[0]);
    ai.askAsync = (prompt: unknown, options: unknown) =>
        attempt(() => {
            const what = problem ?? problemWith(ai, "askAsync", [prompt, options]);
            if (what !== undefined) throw fail("bad_argument", { what });
            return background.begin(prompt as string, options as AskOptions | undefined);
        }, fail);
    ai.run = background.run;
    return ai as unknown as Ai;
}

export = createAi;
