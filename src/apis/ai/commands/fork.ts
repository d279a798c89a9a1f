/** `ai fork [number|id]`: goes on in a copy of a session. */
import { say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import { chosenSession, isSession } from "../sessionlist";
import type { SessionSummary } from "../types";
import { wait } from "../view/waiting";

function run(context: Context, words: readonly string[]): SessionSummary {
    const id = chosenSession(context, words[0]);
    return wait(context.options, () => context.ai.fork(id));
}

function show(_context: Context, session: SessionSummary): void {
    say(`Talking in: ${session.title}`);
}

const fork: AiCommand = {
    name: "fork",
    usage: "ai fork [number|id]",
    purpose: "Go on in a copy of one",
    most: 1,
    fits: (words) => isSession(words[0]!),
    run,
    show,
};

export = fork;
