/** `ai compact`: has a summary written that takes the place of what was said. */
import { say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import { wait } from "../view/waiting";

function run(context: Context): void {
    wait(context.options, () => context.ai.compact(context.options));
}

function show(): void {
    say("A summary stands now in the place of what was said.");
}

const compact: AiCommand = {
    name: "compact",
    usage: "ai compact",
    purpose: "Make room: sum up what was said",
    run,
    show,
};

export = compact;
