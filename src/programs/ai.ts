/** `ai`: asks opencode from the shell. See `ai help`. */
import type * as commandModule from "../apis/ai/command";
import type { Ai } from "../apis/ai/types";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;
let ai!: Ai;
const [isWhole, run] = pcall(() => {
    ai = (load("/apis/libai") as (this: void) => Ai)();
    return (load("/apis/ai/command") as typeof commandModule).run;
});
// A file is missing, or somebody has changed it.
if (!isWhole) throw `${string.gsub(run, "\n.*", "")[0]}\nMend it: ccpm verify --fix`;
// What went wrong is on the screen already: no message here, but the shell sees it fail.
if (!run([...$vararg], ai)) throw "";
