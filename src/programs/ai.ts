/** `ai`: asks opencode from the shell. See `ai help`. */
import type * as clientModule from "../apis/ai/client";
import type { Calls } from "../apis/ai/client";
import type * as programModule from "../apis/ai/program";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;
const words = [...$vararg];
let connected: Calls | undefined;

/** What the client can do, loaded when a command first needs it: `ai help` needs none of it. */
const ai = setmetatable({} as Calls, {
    __index: (_calls: Calls, name: keyof Calls) => {
        connected ??= (load("/apis/ai/client") as typeof clientModule).connect({});
        return connected[name];
    },
});
const [ok, done] = pcall(() => (load("/apis/ai/program") as typeof programModule).run(words, ai));
if (!ok && (done as unknown) === "Terminated") throw done;
// A file is missing, or somebody has changed it.
if (!ok) throw `${string.gsub(tostring(done), "\n.*", "")[0]}\nMend it: ccpm verify --fix`;
// What went wrong is on the screen already: no message here, but the shell sees it fail.
if (!done) throw "";
