/** `ccpm`: installs, upgrades and removes packages. See `ccpm help`. */
import type * as commandModule from "../apis/ccpm/command";
import type * as screenModule from "../apis/ccpm/screen";
import type { Ccpm, Environment } from "../apis/ccpm/types";

declare function require(this: void, name: string): unknown;

// After a power cut modules of ccpm may be half replaced where CraftOS did not get to its startup file, as a startup.lua
// of the player's does not return. With this journal no other program is at it: there is no yield until it is gone.
const FINISHER = "/startup/00-ccpm-finish.lua";
if (fs.exists("/trapos/ccpm.staging/journal.json") && fs.exists(FINISHER)) shell.run(FINISHER);

/** By a name of its own, as the compiler puts imports first. */
const load = require;
const command = load("/apis/ccpm/command") as typeof commandModule;
const screen = load("/apis/ccpm/screen") as typeof screenModule;
const createCcpm = load("/apis/libccpm") as (this: void, environment: Environment) => Ccpm;

const client = createCcpm({ onProgress: screen.showProgress, onNote: screen.say });
// What went wrong is on the screen already: no message here, but the shell sees it fail.
if (!command.run([...$vararg], client)) throw "";
