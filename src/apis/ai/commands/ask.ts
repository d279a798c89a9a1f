/** `ai <prompt>`: asks, and shows the answer. */
import type { AiCommand, Context } from "../command";
import type { Reply } from "../types";
import { mentions } from "../completions";
import { fail } from "../failure";
import { filesOf } from "../localfile";
import { readLines } from "../view/typedlines";
import { showReply } from "../view/answer";
import { wait } from "../view/waiting";

/** The prompt: the words, and with `--lines` what is typed behind them. */
function promptOf(context: Context, words: readonly string[]): string {
    const prompt = table.concat(words as string[], " ");
    if (context.flags.lines === undefined) return prompt;
    if (!context.options.isAttended)
        throw fail("bad_command_line", { what: "--lines needs somebody who types" });
    const lines = readLines();
    return prompt === "" ? lines : `${prompt}\n${lines}`;
}

function run(context: Context, words: readonly string[]): Reply {
    const options = context.options;
    const prompt = promptOf(context, words);
    options.files = filesOf(context.flags.file as readonly string[] | undefined);
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
    complete: (_previous, text) => mentions(text),
    run,
    show,
};

export = ask;
