/** `ai explain <file>`: has the model explain a file of this computer. */
import type { AiCommand, Context } from "../command";
import { requireText, withFile } from "../filerequest";
import { isFileName, pathOf } from "../localfile";
import type { Reply } from "../types";
import { showReply } from "../view/answer";
import { waitForTurn } from "../view/waiting";

function run(context: Context, words: readonly string[]): Reply | undefined {
    const path = pathOf(words[0]!);
    const prompt = withFile(
        path,
        requireText(path),
        "Explain what this file does, for somebody who plays ComputerCraft.",
    );
    return waitForTurn(context.options, () => context.ai.ask(prompt, context.options));
}

function show(context: Context, reply: Reply | undefined): void {
    if (reply !== undefined) showReply(context.options, reply);
}

const explain: AiCommand = {
    name: "explain",
    usage: "ai explain <file>",
    purpose: "Explain a file here",
    least: 1,
    most: 1,
    fits: (words) => isFileName(words[0]!),
    run,
    show,
};

export = explain;
