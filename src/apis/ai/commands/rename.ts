/** `ai rename <title>`: gives the session another title. */
import { say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { SessionSummary } from "../types";
import { wait } from "../view/waiting";

function run(context: Context, words: readonly string[]): SessionSummary {
    const options = context.options;
    return wait(options, () => context.ai.rename(words[0]!, options.session));
}

function show(_context: Context, session: SessionSummary): void {
    say(`It is called now: ${session.title}`);
}

const rename: AiCommand = {
    name: "rename",
    usage: 'ai rename "<title>"',
    purpose: "Give it another title",
    least: 1,
    most: 1,
    run,
    show,
};

export = rename;
