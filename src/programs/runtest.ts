/** `runtest`: runs spec files, in busted's vocabulary, on this computer. See `runtest --help`. */
import type * as programModule from "../apis/test/program";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;
const words = [...$vararg];
const [ok, done] = pcall(() => (load("/apis/test/program") as typeof programModule).run(words));
if (!ok && (done as unknown) === "Terminated") throw done;
// A file is missing, or somebody has changed it.
if (!ok) throw `${string.gsub(tostring(done), "\n.*", "")[0]}\nMend it: ccpm verify --fix`;
// What failed stands above; the shell only needs to know that something did.
if (!done) throw "";
