/** `ai /<name> [words]`: runs a command of opencode's configuration. */
import type { AiCommand, Context } from "../command";
import type { Reply } from "../types";
import { showReply } from "../view/answer";
import { wait } from "../view/waiting";

function run(context: Context, words: readonly string[]): Reply {
    const text = table.concat(words as string[], " ", 2);
    return wait(context.options, () => context.ai.runCommand(words[0]!, text, context.options));
}

function show(context: Context, reply: Reply): void {
    showReply(context.options, reply);
}

const command: AiCommand = {
    name: "command",
    usage: "ai /<name> [words]",
    purpose: "Run one of those",
    least: 1,
    most: Infinity,
    isText: true,
    isSign: true,
    run,
    show,
};

export = command;
