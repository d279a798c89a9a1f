/** `ai unshare`: takes the session off the web. */
import { say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import { wait } from "../view/waiting";

function run(context: Context): void {
    wait(context.options, () => context.ai.unshare(context.options.session));
}

function show(): void {
    say("The session is not on the web any more.");
}

const unshare: AiCommand = {
    name: "unshare",
    usage: "ai unshare",
    purpose: "Take it off the web",
    run,
    show,
};

export = unshare;
