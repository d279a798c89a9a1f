import { exitStatus } from "../command-line/exit-status.ts";
import type { Exit } from "../index.ts";

/** What is left to say when a computer has ended. */
export interface Conclusion {
    /** The exit status of the program that ran it. */
    readonly status: number;
    /** A line for people, where the computer's own screen does not say it. */
    readonly line?: string;
}

/** A text of a program's as a terminal may have it: on one line, and without what would steer the terminal. */
const harmless = (text: string): string => text.replace(/\p{Cc}+/gu, " ");

/** What is left to say of a computer that has ended by itself. */
export function exitConclusion({ reason, status = 0, message = "no reason given" }: Exit): Conclusion {
    switch (reason) {
        case "shutdown":
            if (Number.isInteger(status) && status >= 0 && status <= 255) return { status };
            return { status: exitStatus.failed, line: `${status} is no exit status (0 to 255).` };
        case "failed":
            return { status: exitStatus.failed, line: `The computer broke down: ${harmless(message)}` };
        case "powerCut":
            return { status: exitStatus.failed, line: "The computer lost its power." };
    }
}
