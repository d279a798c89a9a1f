/** `ai use <number|id>`: goes on in another session. */
import { say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import { fail } from "../failure";
import { findSession } from "../sessionlist";
import { wait } from "../view/waiting";

function run(context: Context, words: readonly string[]): void {
    const word = words[0];
    if (word === undefined)
        throw fail("bad_command_line", { what: "Which session? A number of ai sessions, or an id" });
    const id = findSession(context, word);
    const session = wait(context.options, () => context.ai.useSession(id));
    say(`Talking in: ${session.title}`);
}

const use: AiCommand = {
    name: "use",
    usage: "ai use <number|id>",
    purpose: "Go on in another session",
    most: 1,
    run,
};

export = use;
