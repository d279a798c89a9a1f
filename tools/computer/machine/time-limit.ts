import * as vm from "node:vm";

/**
 * Runs something for a limited time, whatever it does. Lua's own watch looks between Lua's instructions and so cannot
 * break off a single call of C that takes for ever, such as a search for a pattern with many repetitions: Node can,
 * where code runs as a script.
 */

const context: { run?: () => void } = vm.createContext({});
const script = new vm.Script("run()");

/**
 * @returns false when the time was up: `run` was broken off wherever it stood and none of its handlers ran
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
