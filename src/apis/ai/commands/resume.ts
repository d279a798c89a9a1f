/** `ai resume`: shows the answers that nobody has seen yet, or else the last one again. */
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { Reply } from "../types";
import { showReply } from "../view/answer";
import { wait } from "../view/waiting";

function run(context: Context): Reply {
    const options = context.options;
    return wait(options, () => context.ai.resume(options));
}

function show(context: Context, reply: Reply): void {
    remark(reply.prompt === undefined ? "The last answer:" : `> ${reply.prompt}`);
    showReply(context.options, reply);
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
