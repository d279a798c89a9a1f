/** `ai resume`: shows the answers that nobody has seen yet, or else the last one again. */
import type { AiCommand, Context } from "../command";
import type { Reply } from "../types";
import { showReply } from "../view/answer";
import { waitForTurn } from "../view/waiting";

function run(context: Context): Reply | undefined {
    const options = context.options;
    return waitForTurn(options, () => context.ai.resume(options));
}

function show(context: Context, reply: Reply | undefined): void {
    if (reply === undefined) return;
    const heading = reply.prompt === undefined ? "The last answer:" : `> ${reply.prompt}`;
    showReply(context.options, reply, heading);
    if ((reply.remaining ?? 0) > 0) show(context, run(context));
}

const resume: AiCommand = {
    name: "resume",
    usage: "ai resume",
    purpose: "Show the missed or last answer",
    run,
    show,
};

export = resume;
