/** `ai share`: makes the session readable on the web. */
import { say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import { knownSession } from "../sessionlist";
import { confirm } from "../view/confirm";
import { wait } from "../view/waiting";

interface Sharing {
    readonly url?: string;
}

function run(context: Context): Sharing {
    const session = knownSession(context, undefined);
    const isWanted = confirm(
        context,
        "share",
        "Show all of this session on the web, to whoever has its address?",
    );
    return isWanted ? { url: wait(context.options, () => context.ai.share(session.id)) } : {};
}

function show(_context: Context, sharing: Sharing): void {
    say(sharing.url ?? "Nothing was shared.");
}

const share: AiCommand = {
    name: "share",
    usage: "ai share",
    purpose: "Show it on the web",
    run,
    show,
};

export = share;
