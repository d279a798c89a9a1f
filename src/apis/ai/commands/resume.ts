/** `ai resume`: shows the answers that nobody has seen yet, or else the last one again. */
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { Reply } from "../types";
import { showReply } from "../view/answer";
import { wait } from "../view/waiting";

function run(context: Context): void {
    const options = context.options;
    let reply: Reply;
    do {
        reply = wait(options, () => context.ai.resume(options));
        remark(reply.prompt === undefined ? "The last answer:" : `> ${reply.prompt}`);
        showReply(options, reply);
    } while ((reply.remaining ?? 0) > 0);
}

const resume: AiCommand = {
    name: "resume",
    usage: "ai resume",
    purpose: "Show the missed or last answer",
    run,
};

export = resume;
