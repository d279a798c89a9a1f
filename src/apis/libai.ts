/**
 * The client of an opencode server for programs: `local ai = require("/apis/libai")()`.
 *
 * Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
 * passes on after it has stopped the turn on the server. While it waits it takes every event of its coroutine: run it
 * under `parallel` beside code that needs events of its own.
 */
import { functions, need } from "./ai/client";
import type { Server } from "./ai/drive";
import { fail, type Failure } from "./ai/failure";
import { readSettings, type SettingsStore } from "./ai/settings";
import type { Ai, Environment } from "./ai/types";
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
            const [ok, value] = pcall(() => {
                const server: Server = {
                    settings: need(readSettings, store),
                    store,
                    disk: given.fs ?? fs,
                    send: given.send ?? sendOverHttp,
                    now: given.now ?? (() => os.epoch("utc")),
                    sleep: given.sleep ?? sleep,
                };
                return act(server, first, second);
            });
            if (ok || (type(value) === "table" && (value as unknown as Failure).code !== undefined))
                return $multi(ok, value);
            if (value === "Terminated") error(value, 0);
            return $multi(false, fail("internal_error", { what: value }));
        };
    }
    return ai as unknown as Ai;
}

export = createAi;
