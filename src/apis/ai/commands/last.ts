/** `ai last`: shows the last answer again. */
import type { AiCommand, Context } from "../command";
import { showReply } from "../view/answer";
import { wait } from "../view/waiting";

function run(context: Context): void {
    const options = context.options;
    showReply(
        options,
        wait(options, () => context.ai.last()),
    );
}

const last: AiCommand = {
    name: "last",
    usage: "ai last",
    purpose: "Show the last answer again",
    run,
};

export = last;
