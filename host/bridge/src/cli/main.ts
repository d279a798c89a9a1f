#!/usr/bin/env node
/** `trapos-bridge`: the bridge, and its owner's commands. */
import { examineDatabase } from "../doctor.ts";
import { exitStatus, run } from "./run.ts";

/** How soon after the first signal another one is the same Ctrl+C, which both the terminal and npm hand on. */
const sameMilliseconds = 1000;

/** Is aborted by the first signal to end. One that comes later ends the program at once, for whoever does not want to wait. */
function interruption(): AbortSignal {
    const controller = new AbortController();
    let first = Infinity;
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        process.on(name, () => {
            if (performance.now() - first > sameMilliseconds) process.exit(exitStatus.interrupted);
            first = Math.min(first, performance.now());
            controller.abort(name);
        });
    }
    return controller.signal;
}

// Whoever reads its output may stop to: `trapos-bridge computers | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
});

process.exitCode = await run(process.argv.slice(2), {
    print: console.log,
    complain: console.error,
    env: process.env,
    isTerminal: process.stdout.isTTY,
    // npm runs its scripts elsewhere than it was called.
    folder: process.env["INIT_CWD"] ?? process.cwd(),
    signal: interruption(),
    // What a command does not need is not loaded.
    startBridge: async (options) => (await import("../bridge.ts")).startBridge(options),
    examineDatabase,
    now: Date.now,
});
