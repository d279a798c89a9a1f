/** All that the program `trapos` does: what is installed, and whether there is anything newer. */
import type { Program } from "../trapos/commandline";
import { ask } from "../trapos/question";
import { say } from "../trapos/screen";
import type { Calls } from "./client";
import type { CcpmCommand } from "./command";
import { DRY_RUN, FORCE, UPGRADE, YES } from "./commandtable";
import { NOTE, showInstalled } from "./packagelist";
import { runProgram } from "./program";

function sayVersion(ccpm: Calls): void {
    const own = ccpm.state().lock.packages["trapos"];
    say(`TrapOS ${own ? own.version : "(without its package trapos)"}`, NOTE);
}

function showStatus(ccpm: Calls): boolean {
    sayVersion(ccpm);
    const hasNewer = showInstalled(ccpm.state());
    return !hasNewer || !ask("Upgrade now?", false) || UPGRADE.run(ccpm, [], { yes: true });
}

/** What `trapos` understands. */
export const program: Program<CcpmCommand> = {
    name: "trapos",
    commands: [
        {
            name: "status",
            usage: "trapos",
            purpose: "What is installed",
            flags: [],
            run: showStatus,
        },
        {
            name: UPGRADE.name,
            usage: "trapos upgrade [package]...",
            purpose: UPGRADE.purpose,
            most: UPGRADE.most,
            flags: UPGRADE.flags,
            complete: UPGRADE.complete,
            run: UPGRADE.run,
        },
    ],
    help: { name: "help", usage: "trapos help", purpose: "Show this", most: 1, flags: [] },
    flags: [YES, DRY_RUN, FORCE],
    usual: "status",
    notes: ["Asking the AI: help ai", "Installing packages: help ccpm"],
};

/** Does what a command line of `trapos` says, see `runProgram`. */
export function run(given: readonly string[], ccpm: Calls): boolean {
    return runProgram(program, given, ccpm, sayVersion);
}
