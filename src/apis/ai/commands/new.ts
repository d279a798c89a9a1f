/** `ai new [prompt]`: starts a session, and asks in it where there is a prompt. */
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import { wait } from "../view/waiting";
import ask = require("./ask");

function run(context: Context, words: readonly string[]): void {
    const options = context.options;
    if (words.length > 0) {
        options.newSession = true;
        ask.run(context, words);
        return;
    }
    wait(options, () => context.ai.newSession());
    remark("Talking in a new session.");
}

const newSession: AiCommand = {
    name: "new",
    usage: "ai new [prompt]",
    purpose: "Start a session and ask in it",
    most: Infinity,
    isText: true,
    run,
};

export = newSession;
