/** `ai last`: shows the last answer again. */
import type { AiCommand, Context } from "../command";
import type { Reply } from "../types";
import { showReply } from "../view/answer";
import { wait } from "../view/waiting";

function run(context: Context): Reply {
    return wait(context.options, () => context.ai.last(context.options.session));
}

function show(context: Context, reply: Reply): void {
    showReply(context.options, reply);
}

const last: AiCommand = {
    name: "last",
    usage: "ai last",
    purpose: "Show the last answer again",
    run,
    show,
};

export = last;
