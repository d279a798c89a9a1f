/** `ai link <address>`: links this computer with a bridge. */
import type { AiCommand } from "../command";
import { fail } from "../failure";
import type * as linkingModule from "../setup/linking";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** What links with a bridge, which is a package of its own. Fails where that is not installed. */
function linking(): typeof linkingModule {
    if (!fs.exists("/apis/ai/setup/linking.lua")) throw fail("link_missing");
    return load("/apis/ai/setup/linking") as typeof linkingModule;
}

const link: AiCommand = {
    name: "link",
    usage: "ai link <address>",
    purpose: "Link this computer with a bridge",
    most: 1,
    fits: (words) => words.length === 1 && string.find(words[0]!, "[.:]")[0] !== undefined,
    run: (context, words) => linking().linkWith(context, words[0]!),
    show: (context, linked) => {
        linking().showEnd(context, linked as linkingModule.Linked);
    },
};

export = link;
