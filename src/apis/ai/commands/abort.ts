/** `ai abort`: stops what a session is doing. */
import type { AiCommand, Context } from "../command";
import { wait } from "../view/waiting";

function run(context: Context): { readonly stopped: boolean } {
    const options = context.options;
    return { stopped: wait(options, () => context.ai.abort(options.session, options)) };
}

function show(_context: Context, value: { readonly stopped: boolean }): void {
    print(value.stopped ? "Stopped." : "Nothing was running.");
}

const abort: AiCommand = {
    name: "abort",
    usage: "ai abort",
    purpose: "Stop what the session is doing",
    run,
    show,
};

export = abort;
