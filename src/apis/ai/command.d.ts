/** What the commands of `ai` are: one a file, in /apis/ai/commands. */
import type { Command } from "../trapos/commandline";
import type { Calls } from "./client";
import type { AskOptions } from "./types";

/** The options that every call is given; each takes what it knows. */
export type Options = AskOptions & {
    /** True to show each poll, and what there is to know of a reply. */
    readonly isVerbose: boolean;
};

/** What a command works with. */
export interface Context {
    readonly ai: Calls;
    readonly options: Options;
}

/** A command of `ai`. */
export interface AiCommand extends Command {
    /** Does it. Raises its failure. */
    run(this: void, context: Context, words: readonly string[]): void;
}
