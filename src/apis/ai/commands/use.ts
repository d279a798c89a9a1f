/** `ai use <number|id>`: goes on in another session. */
import { say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { SessionSummary } from "../types";
import { findSession, isSession } from "../sessionlist";
import { wait } from "../view/waiting";

function run(context: Context, words: readonly string[]): SessionSummary {
    const id = findSession(context, words[0]!);
    return wait(context.options, () => context.ai.useSession(id));
}

function show(_context: Context, session: SessionSummary): void {
    say(`Talking in: ${session.title}`);
}

const use: AiCommand = {
    name: "use",
    usage: "ai use <number|id>",
    purpose: "Go on in another one",
    least: 1,
    most: 1,
    fits: (words) => isSession(words[0]!),
    run,
    show,
};

export = use;
