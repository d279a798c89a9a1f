import * as vm from "node:vm";

/**
 * Runs something for a limited time, whatever it does. Lua's own watch looks between Lua's instructions and so cannot
 * break off a single call of C that takes for ever, such as a search for a pattern with many repetitions: Node can,
 * where code runs as a script.
 */

const context: { run?: () => void } = vm.createContext({});
const script = new vm.Script("run()");

/**
 * Runs something and breaks it off when its time is up: wherever it stands, and none of its handlers run. A Ctrl+C
 * (SIGINT) waits for its end. Node could break it off by that, too (`breakOnSigint`), but takes all listeners away and
 * adds them again for each run: of 150 signals in the midst of short runs 12 were lost and 50 ended the process at once
 * (Node 20.20).
 * @returns whether it ended by itself
 * @throws whatever `run` throws
 */
export function runFor(milliseconds: number, run: () => void): boolean {
    context.run = run;
    try {
        script.runInContext(context, { timeout: milliseconds });
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return false;
        throw error;
    } finally {
        delete context.run;
    }
}
