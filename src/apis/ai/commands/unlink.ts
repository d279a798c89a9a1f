/** `ai unlink`: forgets the bridge. */
import { say } from "../../trapos/screen";
import { ownSettings } from "../../trapos/settingsfile";
import type { AiCommand } from "../command";
import type * as pairingModule from "../link/pairing";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

function run(): { readonly wasLinked: boolean } {
    const link = load("/apis/ai/link/pairing") as typeof pairingModule;
    return { wasLinked: link.unlink(ownSettings(fs)) };
}

const unlink: AiCommand = {
    name: "unlink",
    usage: "ai unlink",
    purpose: "Forget the bridge",
    run,
    show: (_context, done: { readonly wasLinked: boolean }) => {
        say(done.wasLinked ? "This computer forgot the bridge." : "It was linked with none.");
    },
};

export = unlink;
