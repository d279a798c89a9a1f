/** All that the program `ccpm` does, with its client handed in. */
import { commandNamed, parse, type CommandLine, type Program } from "../trapos/commandline";
import { outcome } from "../trapos/failure";
import { explain } from "../trapos/help";
import { closest } from "../trapos/nearest";
import { unattended } from "../trapos/interactive";
import { fail, say } from "../trapos/screen";
import type { Calls } from "./client";
import type { CcpmCommand } from "./command";
import { program } from "./commandtable";
import { NOTE, offers } from "./packagelist";
import { keys } from "./tables";

/** Columns that a failure may take: two registries or packages, whole, and what is said of them. */
const FAILURE_COLUMNS = 450;

/** What a program has to say of its version. */
type SayVersion = (this: void, ccpm: Calls) => void;

/** Does what a command line says; false where that was not done. Raises failures. */
function perform(
    table: Program<CcpmCommand>,
    line: CommandLine,
    ccpm: Calls,
    sayVersion: SayVersion,
): boolean {
    if (line.command === "help") return explain(table, line);
    // What a power cut left is put right first.
    ccpm.state();
    if (line.command !== "version")
        return commandNamed(table, line.command)!.run(ccpm, line.words, line.flags);
    sayVersion(ccpm);
    return true;
}

/** Says which package may have been meant by a word that is none. */
function suggest(words: readonly string[], ccpm: Calls): void {
    const names = keys(offers(ccpm.state()));
    for (const word of words) {
        const found = closest(word, names);
        if (found !== undefined && found !== word) {
            say(`Did you mean: ${found}?`, NOTE);
            return;
        }
    }
}

/**
 * Does what a command line of a program says.
 * @param table what the program understands
 * @param given the words after the program's name
 * @param ccpm what it works with, see /apis/ccpm/client; its `onProgress` and `onNote` should be those of
 * /apis/ccpm/progress
 * @param sayVersion says the program's version
 * @returns whether it succeeded; why not has been shown
 */
export function runProgram(
    table: Program<CcpmCommand>,
    given: readonly string[],
    ccpm: Calls,
    sayVersion: SayVersion,
): boolean {
    const line = parse(table, given);
    if (line.flags["yes"] !== undefined) unattended();
    const [ok, done] = outcome(() => perform(table, line, ccpm, sayVersion));
    if (ok) return done;
    fail(done, FAILURE_COLUMNS);
    if (done.code === "unknown_package") suggest(line.words, ccpm);
    return false;
}

function sayOwnVersion(ccpm: Calls): void {
    const own = ccpm.state().lock.packages["ccpm"];
    print(`ccpm ${own ? own.version : "(not installed)"}`);
}

/** Does what a command line of `ccpm` says, see `runProgram`. */
export function run(given: readonly string[], ccpm: Calls): boolean {
    return runProgram(program, given, ccpm, sayOwnVersion);
}
