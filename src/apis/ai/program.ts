/** All that the program `ai` does, with its client handed in. */
import { commandNamed, parse, type CommandLine } from "../trapos/commandline";
import { outcome } from "../trapos/failure";
import { explain } from "../trapos/help";
import * as screen from "../trapos/screen";
import type { Calls } from "./client";
import type { Context, Options } from "./command";
import { program } from "./commandtable";
import { fail, type Failure } from "./failure";
import { findSession } from "./sessionlist";
import { showAnswer } from "./view/answer";

declare const PACKAGE_VERSION: string;

function refuse(what: string): never {
    throw fail("bad_command_line", { what });
}

/** The flags as options of calls. */
function optionsOf(line: CommandLine): Options {
    const flags = line.flags;
    const idleTimeout = flags.timeout === undefined ? undefined : tonumber(flags.timeout);
    if (flags.timeout !== undefined && !((idleTimeout ?? 0) > 0))
        refuse("--timeout takes a number of seconds above 0");
    if (flags.session !== undefined && line.command === "new") refuse("ai new takes no --session");
    return {
        isVerbose: flags.verbose === true,
        idleTimeout,
        model: flags.model as string | undefined,
        agent: flags.agent as string | undefined,
    };
}

/** Does what a command line says; false where it was not understood. Raises failures. */
function perform(line: CommandLine, ai: Calls): boolean {
    if (line.command === "help") return explain(program, line);
    if (line.command === "version") {
        print(`ai ${PACKAGE_VERSION}`);
        return true;
    }
    const options = optionsOf(line);
    const context: Context = { ai, options };
    const session = line.flags.session as string | undefined;
    if (session !== undefined) options.session = findSession(context, session);
    commandNamed(program, line.command)!.run(context, line.words);
    return true;
}

/** Shows what there was of an answer until it went wrong, what went wrong and what to do next. */
export function showFailure(failure: Failure): void {
    if (failure.text !== undefined && failure.text !== "") showAnswer(failure.text);
    screen.fail(failure);
}

/**
 * Does what a command line says.
 * @param words the words after the program's name
 * @param ai what it works with, see /apis/ai/client
 * @returns whether it succeeded; why not has been shown
 */
export function run(words: readonly string[], ai: Calls): boolean {
    const [ok, done] = outcome(() => perform(parse(program, words), ai));
    if (!ok) showFailure(done);
    return ok && done;
}
