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
import { stamp } from "./ccpm/plan";
import { readState, type Writable } from "./ccpm/state";
import type { Ccpm, Environment, State } from "./ccpm/types";
import { attempt, need } from "./failure";
import { send } from "./http";

/** Seconds until a request counts as timed out. */
const TIMEOUT = 30;

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
    const given: Environment = environment ?? {};
    const ccpm: Record<string, unknown> = {};
    for (const [name, act] of pairs(functions)) {
        ccpm[name] = (first: never, second: never) => {
            const client: Client = {
                disk: given.fs ?? fs,
                fetch: given.fetch ?? ((url) => send({ url, timeout: TIMEOUT })),
                now: given.now ?? (() => os.epoch("utc")),
                onProgress: given.onProgress ?? (() => {}),
                onNote: given.onNote ?? (() => {}),
                registry: given.registry,
                notes: [],
            };
            return attempt(() => act(client, prepare(client), first, second), fail);
        };
    }
    return ccpm as unknown as Ccpm;
}

export = createCcpm;
