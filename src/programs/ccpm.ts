/** `ccpm`: installs, upgrades and removes packages. See `ccpm help`. */
import type * as clientModule from "../apis/ccpm/client";
import type * as programModule from "../apis/ccpm/program";
import type * as progressModule from "../apis/ccpm/progress";
import type { Lock } from "../apis/ccpm/types";

declare function require(this: void, name: string): unknown;

// After a power cut modules of ccpm may be half replaced where CraftOS did not get to its startup file, as a startup.lua
// of the player's does not return. With this journal no other program is at it: there is no yield until it is gone.
const FINISHER = "/startup/00-ccpm-finish.lua";
if (fs.exists("/trapos/ccpm.staging/journal.json") && fs.exists(FINISHER)) shell.run(FINISHER);

/** By a name of its own, as the compiler puts imports first. */
const load = require;
const words = [...$vararg];
const [ok, done] = pcall(() => {
    const progress = load("/apis/ccpm/progress") as typeof progressModule;
    const connect = (load("/apis/ccpm/client") as typeof clientModule).connect;
    const ccpm = connect({ onProgress: progress.showProgress, onNote: progress.note });
    return (load("/apis/ccpm/program") as typeof programModule).run(words, ccpm);
});
if (!ok && (done as unknown) === "Terminated") throw done;
if (!ok) {
    // A file is missing, or somebody has changed it: the installer has all of ccpm in itself.
    let address = "<registry>/";
    pcall(() => {
        const [file] = fs.open("/trapos/ccpm.lock.json", "r");
        const lock = textutils.unserializeJSON(file!.readAll()) as Lock;
        const [page] = string.gsub(lock.packages["ccpm"]!.registry!, "/install%.lua$", "");
        const [registry] = string.gsub(page, "^https://github%.com/", "");
        const [name, branch] = string.match(registry, "^([^@:]+)@?([^:]*)$");
        address = `https://raw.githubusercontent.com/${name}/${branch === "" ? "HEAD" : branch}/`;
        if (name === undefined) [address] = string.gsub(registry, "/*$", "/", 1);
    });
    throw `${string.gsub(tostring(done), "\n.*", "")[0]}\nMend it: wget run ${address}install.lua`;
}
// What went wrong is on the screen already: no message here, but the shell sees it fail.
if (!done) throw "";
