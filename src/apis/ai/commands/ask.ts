/** `ai <prompt>`: asks, and shows the answer. */
import type { AiCommand, Context } from "../command";
import { showReply } from "../view/answer";
import { wait } from "../view/waiting";

function run(context: Context, words: readonly string[]): void {
    const options = context.options;
    const prompt = table.concat(words as string[], " ");
    showReply(
        options,
        wait(options, () => context.ai.ask(prompt, options)),
    );
}

const ask: AiCommand = {
    name: "ask",
    usage: "ai <prompt>",
    purpose: "Ask; also: ai ask <prompt>",
    most: Infinity,
    isText: true,
    run,
};

export = ask;
