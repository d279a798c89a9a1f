import type { End } from "./watch.ts";

/** Exit statuses of the harness's programs, beyond 0 and what the computer says. */
export const exitStatus = {
    /** The program on the computer failed. */
    failed: 1,
    /** The command line was wrong. */
    usage: 2,
    /** The time was up, as coreutils' timeout has it. */
    timedOut: 124,
    /** Ctrl+C, as shells have it. */
    interrupted: 130,
};

/**
 * What is left to say when a computer has ended.
 * @param end how it ended
 * @param timeoutSeconds how long it had
 * @returns the exit status, and a line for people where the computer's own screen does not say it
 */
export function conclusion(end: End, timeoutSeconds: number): { status: number; line?: string } {
    switch (end.how) {
        case "shutdown":
            if (Number.isInteger(end.status) && end.status >= 0 && end.status <= 255)
                return { status: end.status };
            return { status: exitStatus.failed, line: `${end.status} is no exit status (0 to 255).` };
        case "failed":
            return { status: exitStatus.failed, line: `The computer broke down: ${end.message}` };
        case "powerCut":
            return { status: exitStatus.failed, line: "The computer lost its power." };
        case "timedOut":
            return {
                status: exitStatus.timedOut,
                line: `No end after ${timeoutSeconds} s, so it was stopped. --timeout waits longer.`,
            };
        case "stopped":
            return { status: exitStatus.interrupted, line: "Stopped." };
    }
}
