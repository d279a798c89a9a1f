/** `trapos`: what is installed of TrapOS, and whether there is anything newer. */
import type * as commandModule from "../apis/ccpm/command";
import type * as screenModule from "../apis/ccpm/screen";
import type { Ccpm, Environment } from "../apis/ccpm/types";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler takes every other `require` for an import. */
const load = require;
let client!: Ccpm;
let command!: typeof commandModule;
let screen!: typeof screenModule;
const [isWhole] = pcall(() => {
    command = load("/apis/ccpm/command") as typeof commandModule;
    screen = load("/apis/ccpm/screen") as typeof screenModule;
    const createCcpm = load("/apis/libccpm") as (this: void, environment: Environment) => Ccpm;
    client = createCcpm({ onProgress: screen.showProgress, onNote: screen.note });
    // An empty file gives no module.
    return command.run;
});
if (!isWhole) {
    // It says what is missing, and how to mend it.
    shell.run("/programs/ccpm.lua");
    throw "";
}
const words = [...$vararg];
const word = words[0];

function perform(): boolean {
    if (word === "upgrade") return command.run(words, client);
    if (word === "help" || word === "--help" || word === "-h") {
        command.help("trapos", "");
        screen.flush();
        return true;
    }
    if (word !== undefined && word !== "--version") {
        screen.fail({ message: `trapos knows no ${word}.`, hint: "See: trapos help" });
        return false;
    }
    const [ok, state] = client.state();
    if (!ok) {
        screen.fail(state);
        return false;
    }
    const own = state.lock.packages["trapos"];
    screen.say(`TrapOS ${own ? own.version : "(without its package trapos)"}`, colours.yellow);
    if (word !== undefined) return true;
    const hasNewer = command.list(state);
    screen.flush();
    return !hasNewer || !screen.ask("Upgrade now?", false) || command.run(["upgrade", "--yes"], client);
}

if (!perform()) throw "";
