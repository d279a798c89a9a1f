/** What the commands of `ccpm` are. */
import type { Command, CommandLine } from "../trapos/commandline";
import type { Calls } from "./client";

export type Flags = CommandLine["flags"];

/** A command of `ccpm`. */
export interface CcpmCommand extends Command {
    /** Does it; false where that was not done, which has been said. Raises its failure. */
    run(this: void, ccpm: Calls, words: readonly string[], flags: Flags): boolean;
}
