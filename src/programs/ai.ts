/** `ai`: asks opencode from the shell. See `ai help`. */
import type * as clientModule from "../apis/ai/client";
import type { Calls } from "../apis/ai/client";
import type * as programModule from "../apis/ai/program";

declare const PACKAGE_VERSION: string;
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

/** What the command line says; the version alone is known without reading any file. */
function run(): boolean {
    if (words[0] !== "--version" || words.length > 1)
        return (load("/apis/ai/program") as typeof programModule).run(words, ai);
    print(`ai ${PACKAGE_VERSION}`);
    return true;
}

const [ok, done] = pcall(run);
if (!ok && (done as unknown) === "Terminated") throw done;
// A file is missing, or somebody has changed it.
if (!ok) throw `${string.gsub(tostring(done), "\n.*", "")[0]}\nMend it: ccpm verify --fix`;
// What went wrong is on the screen already: no message here, but the shell sees it fail.
if (!done) throw "";
