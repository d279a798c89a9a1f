/** What the commands of `ai` are: one a file, in /apis/ai/commands. */
import type { Command, Flags } from "../trapos/commandline";
import type { Calls } from "./client";
import type { AskOptions } from "./types";

/** The options that every call is given; each takes what it knows. */
export type Options = AskOptions & {
    /** True to show each poll, and what there is to know of a reply. */
    readonly isVerbose: boolean;
    /** True to show nothing but what was asked for. */
    readonly isQuiet: boolean;
    /** Whether somebody is there who can be asked. */
    readonly isAttended: boolean;
    /** True to show what the model thinks as it does. */
    readonly showsReasoning: boolean;
    /** What every question is answered with, where the command line says so. */
    readonly answer?: "yes" | "no";
};

/** What a command works with. */
export interface Context {
    readonly ai: Calls;
    readonly options: Options;
    /** The flags as they were given, for those that one command alone takes. */
    readonly flags: Flags;
}

/** A command of `ai`. */
export interface AiCommand extends Command {
    /**
     * Does it. Raises its failure.
     * @returns what came of it, which `--json` prints; a list of it that may be empty is made with `listOf` of
     * /apis/trapos/json
     */
    run(this: void, context: Context, words: readonly string[]): unknown;
    /** Whether what came of it counts as a failure, although it is shown whole: the program ends as failed then. */
    hasFailed?(this: void, value: unknown): boolean;
    /** Shows what came of it, and of which words. Not called with `--json`. */
    show?(this: void, context: Context, value: unknown, words: readonly string[]): void;
}
