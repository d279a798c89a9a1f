/** `ai link <address>`: links this computer with a bridge. */
import { ownSettings } from "../../trapos/settingsfile";
import type { AiCommand, Context } from "../command";
import { fail } from "../failure";
import type * as pairingModule from "../link/pairing";
import { readTypedAddress } from "../setup/address";
import type * as linkingModule from "../setup/linking";
import { wait } from "../view/waiting";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** What links with a bridge, which is a package of its own. Fails where that is not installed. */
function linking(): typeof linkingModule {
    if (!fs.exists("/apis/ai/setup/linking.lua")) throw fail("link_missing");
    return load("/apis/ai/setup/linking") as typeof linkingModule;
}

/** The bridge's own port, where none is named. */
const USUAL_PORT = 4097;

function run(context: Context, words: readonly string[]): pairingModule.Linked {
    const [url, problem] = readTypedAddress(words[0]!, USUAL_PORT);
    if (url === undefined) throw fail("bad_argument", { what: problem });
    const shown = linking();
    const link = shown.pairing();
    return wait(context.options, () => link.pair(ownSettings(fs), url, shown.showCode));
}

function show(context: Context, linked: pairingModule.Linked): void {
    linking().showLinked(linked);
    const options = context.options;
    let isWanted: boolean | undefined;
    if (options.answer !== undefined) isWanted = options.answer === "yes";
    else if (!options.isAttended) isWanted = false;
    linking().offerToForgetPassword(ownSettings(fs), isWanted);
}

const link: AiCommand = {
    name: "link",
    usage: "ai link <address>",
    purpose: "Link this computer with a bridge",
    most: 1,
    fits: (words) => words.length === 1 && string.find(words[0]!, "[.:]")[0] !== undefined,
    run,
    show,
};

export = link;
