/** `ai new [prompt]`: starts a session, and asks in it where there is a prompt. */
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { Reply, SessionSummary } from "../types";
import { wait } from "../view/waiting";
import ask = require("./ask");

function run(context: Context, words: readonly string[]): unknown {
    const options = context.options;
    if (words.length === 0) return wait(options, () => context.ai.newSession());
    options.newSession = true;
    return ask.run(context, words);
}

function show(context: Context, value: Reply | SessionSummary | undefined): void {
    if (value === undefined) return;
    if ("text" in value) ask.show!(context, value, []);
    else remark("Talking in a new session.");
}

const newSession: AiCommand = {
    name: "new",
    usage: "ai new [prompt]",
    purpose: "Start a session and ask in it",
    most: Infinity,
    isText: true,
    run,
    show,
};

export = newSession;
