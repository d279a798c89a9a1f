import * as vm from "node:vm";

/**
 * Runs something for a limited time, whatever it does. Lua's own watch looks between Lua's instructions and so cannot
 * break off a single call of C that takes for ever, such as a search for a pattern with many repetitions: Node can,
 * where code runs as a script.
 */

const context: { run?: () => void } = vm.createContext({});
const script = new vm.Script("run()");

/** How a run for a limited time ended. */
export type Ending = "finished" | "timeUp" | "interrupted";

/**
 * Runs something and breaks it off when its time is up, or by Ctrl+C (SIGINT): wherever it stands, and none of its
 * handlers run.
 * @throws whatever `run` throws
 */
export function runFor(milliseconds: number, run: () => void): Ending {
    context.run = run;
    try {
        script.runInContext(context, { timeout: milliseconds, breakOnSigint: true });
        return "finished";
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return "timeUp";
        if (code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") return "interrupted";
        throw error;
    } finally {
        delete context.run;
    }
}

/** Hands a Ctrl+C that broke something off to those who wait for it, or ends the process where nobody does. */
export function passOnInterrupt(): void {
    if (!process.emit("SIGINT", "SIGINT")) process.kill(process.pid, "SIGINT");
}
