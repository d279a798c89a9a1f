/**
 * The client of an opencode server for programs: `local ai = require("/apis/libai")()`.
 *
 * Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
 * passes on after it has stopped the turn on the server. While it waits it takes every event of its coroutine: run it
 * under `parallel` beside code that needs events of its own.
 */
import { functions } from "./ai/client";
import type { Server } from "./ai/drive";
import { fail } from "./ai/failure";
import { readSettings, type SettingsStore } from "./ai/settings";
import type { Ai, Environment } from "./ai/types";
import { attempt, need } from "./failure";
import { send as sendOverHttp } from "./http";

/**
 * Makes a client. Settings are read anew by each call.
 * @param environment stand-ins for what the computer provides, for tests
 * @returns its functions
 */
function createAi(this: void, environment?: Environment): Ai {
    const given: Environment = environment ?? {};
    const store: SettingsStore = given.settings ?? settings;
    const ai: Record<string, unknown> = {};
    for (const [name, act] of pairs(functions)) {
        ai[name] = (first: never, second: never) => {
            return attempt(() => {
                const server: Server = {
                    settings: need(readSettings, store),
                    store,
                    disk: given.fs ?? fs,
                    send: given.send ?? sendOverHttp,
                    now: given.now ?? (() => os.epoch("utc")),
                    sleep: given.sleep ?? sleep,
                };
                return act(server, first, second);
            }, fail);
        };
    }
    return ai as unknown as Ai;
}

export = createAi;
