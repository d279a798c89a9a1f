import { exitStatus } from "craftos-headless/command-line";
import { type Conclusion, exitConclusion } from "craftos-headless/cli";
import type { End } from "craftos-headless";

/**
 * What is left to say when a computer has ended.
 * @param end how it ended
 * @param timeoutSeconds how long it had
 */
export function conclusion(end: End, timeoutSeconds: number): Conclusion {
    switch (end.how) {
        case "shutdown":
            return exitConclusion({ reason: "shutdown", status: end.status });
        case "failed":
            return exitConclusion({ reason: "failed", message: end.message });
        case "powerCut":
            return exitConclusion({ reason: "powerCut" });
        case "timedOut":
            return {
                status: exitStatus.timedOut,
                line: `No end after ${timeoutSeconds} s, so it was stopped. --timeout waits longer.`,
            };
        case "stopped":
            return { status: exitStatus.interrupted, line: "Stopped." };
    }
}
