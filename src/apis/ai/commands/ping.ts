/** `ai ping`: tests the whole way to the model and back. */
import { say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import { showDetails } from "../view/answer";
import { wait } from "../view/waiting";

function run(context: Context): void {
    const options = context.options;
    const reply = wait(options, () => context.ai.ping(options));
    const [isPong] = string.find(string.lower(reply.text), "pong", 1, true);
    const seconds = string.format("%.2f", reply.seconds);
    say(`${isPong === undefined ? reply.text : "pong"} (${seconds} s)`);
    showDetails(options, reply);
}

const ping: AiCommand = {
    name: "ping",
    usage: "ai ping",
    purpose: "Test the whole way to the model",
    run,
};

export = ping;
