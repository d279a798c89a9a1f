/** `ai abort`: stops what a session is doing. */
import type { AiCommand, Context } from "../command";
import { wait } from "../view/waiting";

function run(context: Context): void {
    const options = context.options;
    const hasStopped = wait(options, () => context.ai.abort(options.session, options));
    print(hasStopped ? "Stopped." : "Nothing was running.");
}

const abort: AiCommand = {
    name: "abort",
    usage: "ai abort",
    purpose: "Stop what the session is doing",
    run,
};

export = abort;
