/** `ai <prompt>`: asks, and shows the answer. */
import type { AiCommand, Context } from "../command";
import type { Reply } from "../types";
import { showReply } from "../view/answer";
import { wait } from "../view/waiting";

function run(context: Context, words: readonly string[]): Reply {
    const options = context.options;
    const prompt = table.concat(words as string[], " ");
    return wait(options, () => context.ai.ask(prompt, options));
}

function show(context: Context, reply: Reply): void {
    showReply(context.options, reply);
}

const ask: AiCommand = {
    name: "ask",
    usage: "ai <prompt>",
    purpose: "Ask; also: ai ask <prompt>",
    most: Infinity,
    isText: true,
    run,
    show,
};

export = ask;
