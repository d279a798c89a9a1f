/** All that the program `ai` does, with its client handed in. */
import { commandNamed, parse, type CommandLine, type Flags } from "../trapos/commandline";
import { outcome } from "../trapos/failure";
import { explain } from "../trapos/help";
import { isInteractive, unattended } from "../trapos/interactive";
import * as jsonOutput from "../trapos/jsonoutput";
import { ask } from "../trapos/question";
import * as screen from "../trapos/screen";
import { ownSettings } from "../trapos/settingsfile";
import type { Calls } from "./client";
import type { Context, Options } from "./command";
import { program } from "./commandtable";
import { fail, type Failure } from "./failure";
import setup = require("./commands/setup");
import { findSession } from "./sessionlist";
import { isForSetup, isUnset } from "./setup/offer";
import { offerSpeaker } from "./setup/speaker";
import { showWritten } from "./view/answer";

declare const PACKAGE_VERSION: string;

function refuse(what: string): never {
    throw fail("bad_command_line", { what });
}

/** What questions are answered with. */
function answerOf(flags: Flags): "yes" | "no" | undefined {
    if (flags.yes !== undefined && flags.no !== undefined) refuse("--yes and --no exclude each other");
    if (flags.yes !== undefined) return "yes";
    return flags.no === undefined ? undefined : "no";
}

/** The flags as options of calls. */
function optionsOf(line: CommandLine): Options {
    const flags = line.flags;
    const idleTimeout = flags.timeout === undefined ? undefined : tonumber(flags.timeout);
    if (flags.timeout !== undefined && !((idleTimeout ?? 0) > 0))
        refuse("--timeout takes a number of seconds above 0");
    const isJson = flags.json === true;
    return {
        isVerbose: flags.verbose === true && !isJson,
        isQuiet: flags.quiet === true || isJson,
        isAttended: !isJson && isInteractive(),
        showsReasoning: flags.reasoning === true,
        answer: answerOf(flags),
        idleTimeout,
        model: flags.model as string | undefined,
        agent: flags.agent as string | undefined,
        variant: flags.variant as string | undefined,
    };
}

/** Asks what is meant by a single word that is one or two letters off a command: it is not to be a prompt that costs money. */
function settleDoubt(line: CommandLine, given: readonly string[], isAttended: boolean): CommandLine {
    const perhaps = line.perhaps;
    const written = line.words[0]!;
    if (perhaps === undefined) return line;
    if (!isAttended) throw fail("perhaps_command", { written, perhaps });
    if (!ask(`Did you mean ai ${perhaps}?`, true)) return line;
    const words: string[] = [];
    for (const word of given) table.insert(words, word === written ? perhaps : word);
    return parse(program, words);
}

/** Says, below the help that `ai` alone shows, how to begin where nobody has said where the server is. */
function showBeginning(given: readonly string[]): void {
    if (given.length === 0 && isUnset(ownSettings(fs)))
        screen.say("No server is set yet. Type: ai setup", colours.yellow);
}

/** Sets everything up, where nobody has yet, there is a player, and that wants it. */
function offersSetup(failure: Failure, line: CommandLine): boolean {
    const isAlone = line.flags.json === true || line.flags.no !== undefined || !isInteractive();
    if (isAlone || !isForSetup(ownSettings(fs), failure.code)) return false;
    if (!ask("No server is set yet. Set one up now?", true)) return false;
    const [ok, problem] = outcome(() => {
        const context = { options: optionsOf(line), flags: line.flags } as Context;
        setup.show!(context, setup.run(context, []), []);
    });
    if (!ok) screen.fail(problem);
    return ok;
}

/** Installs what speaks with opencode 2, where somebody is there who wants that, or has said so. */
function offersSpeaker(failure: Failure, line: CommandLine): boolean {
    const isAlone = line.flags.json === true || line.flags.no !== undefined;
    const isAgreed = line.flags.yes !== undefined;
    const canAsk = isAgreed || isInteractive();
    return failure.code === "opencode_2" && !isAlone && canAsk && offerSpeaker(isAgreed);
}

/** Shows help, as it was asked for or because a command line was not understood; false in that case. */
function help(line: CommandLine): boolean {
    if (line.flags.json !== true) return explain(program, line);
    const topic = line.words[0];
    const about = topic === undefined ? undefined : commandNamed(program, topic);
    if (line.problem !== undefined) {
        const [what] = string.gsub(line.problem, "[.:]$", "");
        refuse(about === undefined ? what : `${what}: ${about.usage}`);
    }
    if (topic !== undefined && topic !== program.help.name && about === undefined)
        refuse(`There is no command ${topic}`);
    const commands: object[] = [];
    for (const command of program.commands)
        table.insert(commands, { name: command.name, usage: command.usage, purpose: command.purpose });
    jsonOutput.succeed({ commands });
    return true;
}

/** Does what a command line says; false where it was not understood, or what was found is bad. Raises failures. */
function perform(given: readonly string[], parsed: CommandLine, ai: Calls): boolean {
    if (parsed.command === "help") {
        const isUnderstood = help(parsed);
        showBeginning(given);
        return isUnderstood;
    }
    const isJson = parsed.flags.json === true;
    if (parsed.command === "version") {
        if (isJson) jsonOutput.succeed({ version: PACKAGE_VERSION });
        else print(`ai ${PACKAGE_VERSION}`);
        return true;
    }
    const options = optionsOf(parsed);
    const line = settleDoubt(parsed, given, options.isAttended);
    if (line.command === "help") return help(line);
    const context: Context = { ai, options, flags: line.flags };
    if (options.isQuiet) screen.beQuiet();
    if (isJson || line.flags["no-pager"] !== undefined) unattended();
    const session = line.flags.session as string | undefined;
    if (session !== undefined) options.session = findSession(context, session);
    const command = commandNamed(program, line.command)!;
    const value = command.run(context, line.words);
    if (isJson) jsonOutput.succeed(value);
    else if (command.show !== undefined) command.show(context, value, line.words);
    return command.hasFailed === undefined || !command.hasFailed(value);
}

/** Shows what there was of an answer until it went wrong, what went wrong and what to do next. */
function showFailure(failure: Failure): void {
    showWritten(failure.text ?? "");
    screen.fail(failure);
}

/**
 * Does what a command line says.
 * @param words the words after the program's name
 * @param ai what it works with, see /apis/ai/client
 * @returns whether it succeeded; why not has been shown
 */
export function run(words: readonly string[], ai: Calls): boolean {
    const line = parse(program, words);
    const [ok, done] = outcome(() => perform(words, line, ai));
    if (!ok && offersSpeaker(done, line)) return run(words, ai);
    if (!ok && line.flags.json === true) jsonOutput.fail(done);
    else if (!ok) showFailure(done);
    if (!ok && offersSetup(done, line)) return run(words, ai);
    return ok && done;
}
