/** `ai ping`: tests the whole way to the model and back. */
import { say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { Reply } from "../types";
import { showDetails } from "../view/answer";
import { waitForTurn } from "../view/waiting";

function run(context: Context): Reply | undefined {
    const options = context.options;
    return waitForTurn(options, () => context.ai.ping(options), false);
}

function show(context: Context, reply: Reply | undefined): void {
    if (reply === undefined) return;
    const [isPong] = string.find(string.lower(reply.text), "pong", 1, true);
    const seconds = string.format("%.2f", reply.seconds);
    say(`${isPong === undefined ? reply.text : "pong"} (${seconds} s)`);
    showDetails(context.options, reply);
}

const ping: AiCommand = {
    name: "ping",
    usage: "ai ping",
    purpose: "Test the whole way to the model",
    run,
    show,
};

export = ping;
