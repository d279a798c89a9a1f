/** What is shown while a call waits: how far it is, and what is worth staying on the screen. */
import { during } from "../../trapos/progress";
import { clearRow, remark } from "../../trapos/screen";
import { oneLine } from "../../trapos/text";
import type { Options } from "../command";
import type { Progress } from "../types";

/** What is said of each phase, before the tool's title or the message. */
const PHASES: Record<string, string | undefined> = {
    sent: "asked",
    starting: "not started yet: the server is slow",
    retry: "the model fails, trying again: ",
    reconnecting: "server out of reach, trying again",
    failing: "server fails, trying again: ",
    "waiting for permission": "needs permission: ",
    "waiting for an answer": "asks: ",
    stopping: "stopping the turn",
};

/** What is being done, in CC's font. */
function describe(progress: Progress): string {
    const tool = progress.tool;
    const said = PHASES[progress.phase] ?? progress.phase;
    return oneLine(tool === undefined ? said + (progress.message ?? "") : `${tool} ${progress.title ?? ""}`);
}

/** What stays on the screen of a phase; nothing of what is only on its way. */
function lasting(progress: Progress): string | undefined {
    const phase = progress.phase;
    const problem = progress.message;
    if (phase === "new session") return "The session is gone from the server; this is a new one.";
    if (phase === "not recorded") return "The disk is full: this turn is not written down.";
    if (phase === "ended") return "It had ended already. Show the answer: ai resume";
    if (phase !== "stopped") return undefined;
    if (problem === undefined) return "The turn was stopped on the server.";
    return `The turn may go on, stop it with: ai abort (${problem})`;
}

/** Prints a line that stays, above the moving one. */
function log(line: string): void {
    clearRow();
    remark(line);
}

/**
 * Makes a call under the moving line.
 * @param options who is told of progress is set in them
 * @param call what to do
 * @returns the call's value; its failure is raised
 */
export function wait<T>(options: Options, call: (this: void) => T): T {
    if (options.isQuiet) return call();
    let doing = "";
    let value: unknown;
    options.onProgress = (progress) => {
        const line = lasting(progress);
        if (line !== undefined) log(line);
        else doing = describe(progress);
    };
    if (options.isVerbose) options.log = (poll) => log(`[ai] ${poll}`);
    during(
        () => {
            value = call();
        },
        () => doing,
    );
    return value as T;
}
