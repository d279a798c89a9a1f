/** `trapos`: what is installed of TrapOS, and whether there is anything newer. */
import type * as clientModule from "../apis/ccpm/client";
import type * as overviewModule from "../apis/ccpm/overview";
import type * as progressModule from "../apis/ccpm/progress";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler takes every other `require` for an import. */
const load = require;
const words = [...$vararg];
let run: ((this: void) => boolean) | undefined;
pcall(() => {
    const progress = load("/apis/ccpm/progress") as typeof progressModule;
    const overview = load("/apis/ccpm/overview") as typeof overviewModule;
    const connect = (load("/apis/ccpm/client") as typeof clientModule).connect;
    const ccpm = connect({ onProgress: progress.showProgress, onNote: progress.note });
    const perform = overview.run;
    run = () => perform(words, ccpm);
});
if (run === undefined) {
    // Where ccpm is damaged, too, it says how to mend that.
    if (!shell.run("/programs/ccpm.lua", "--version")) throw "";
    throw "TrapOS is damaged.\nMend it: ccpm verify --fix";
}
if (!run()) throw "";
