/** `ai`: asks opencode from the shell. See `ai help`. */
import type * as commandModule from "../apis/ai/command";
import type { Ai } from "../apis/ai/types";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;
const words = [...$vararg];
const [ok, done] = pcall(() => {
    const ai = (load("/apis/libai") as (this: void) => Ai)();
    return (load("/apis/ai/command") as typeof commandModule).run(words, ai);
});
if (!ok && (done as unknown) === "Terminated") throw done;
// A file is missing, or somebody has changed it.
if (!ok) throw `${string.gsub(tostring(done), "\n.*", "")[0]}\nMend it: ccpm verify --fix`;
// What went wrong is on the screen already: no message here, but the shell sees it fail.
if (!done) throw "";
