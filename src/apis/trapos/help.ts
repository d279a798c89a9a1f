/** What a program says of its commands and flags, made from their table. */
import * as strings from "cc.strings";
import {
    commandNamed,
    COMMON,
    didYouMean,
    takes,
    type Command,
    type CommandLine,
    type Flag,
    type Program,
} from "./commandline";
import { add, show, start, type Listing } from "./listing";
import { say } from "./screen";

/** On a screen narrower than this, which may be a low one, too, all of the help says how, and not what for. */
const NARROW = 40;

/** A flag as it is written: "--yes, -y", "--model id". */
function written(flag: Flag): string {
    let text = `--${flag.name}`;
    if (flag.letter !== undefined) text += `, -${flag.letter}`;
    if (flag.value !== undefined) text += ` ${flag.value}`;
    return text;
}

/** Whether help on a topic tells of a command: the topic is its name, or the first of its two words. */
function isMeant(command: Command, topic: string): boolean {
    return topic === "" || string.sub(`${command.name} `, 1, topic.length + 1) === `${topic} `;
}

function addFlags(listing: Listing, program: Program, topic: string): void {
    for (const flags of [program.flags, topic === "" ? COMMON : []]) {
        for (const flag of flags) {
            let isTaken = topic === "";
            for (const command of program.commands) {
                const isOwn = command.flags !== undefined || flag.commands !== undefined;
                if (isMeant(command, topic) && isOwn && takes(command, flag)) isTaken = true;
            }
            if (isTaken) add(listing, written(flag), undefined, flag.purpose);
        }
    }
}

/** All flags in as few rows as can be. */
function addFlagNames(listing: Listing, program: Program): void {
    const names: string[] = [];
    for (const flags of [program.flags, COMMON]) {
        for (const flag of flags) table.insert(names, `--${flag.name}`);
    }
    const [width] = term.getSize();
    for (const row of strings.wrap(table.concat(names, " "), width)) add(listing, row);
}

function addSection(listing: Listing, title: string): void {
    if (listing.lines.length > 0) add(listing, "");
    add(listing, title, colours.yellow);
}

function addNotes(listing: Listing, about: Program | Command | undefined): void {
    if (about === undefined || about.notes === undefined) return;
    add(listing, "");
    for (const note of about.notes) add(listing, note);
}

/**
 * Shows what there is on a topic.
 * @param program whose table it is
 * @param topic a command, or the first word of several; all is told where it is empty
 * @param isShort whether flags are left out, as below what went wrong
 * @returns whether there is anything
 */
function showHelp(program: Program, topic: string, isShort: boolean): boolean {
    const [width] = term.getSize();
    const isNarrow = width < NARROW && topic === "";
    const listing = start();
    for (const commands of [program.commands, [program.help]]) {
        for (const command of commands) {
            if (topic === "" && command.section !== undefined) addSection(listing, command.section);
            const purpose = isNarrow ? undefined : command.purpose;
            if (isMeant(command, topic)) add(listing, command.usage, undefined, purpose);
        }
    }
    const isKnown = listing.lines.length > 0;
    if (isNarrow) addFlagNames(listing, program);
    else if (!isShort) {
        if (topic === "") add(listing, "");
        addFlags(listing, program, topic);
    }
    if (topic === "" && !isNarrow) addNotes(listing, program);
    if (topic !== "" && !isShort) addNotes(listing, commandNamed(program, topic));
    show(listing);
    return isKnown;
}

/**
 * Says what a command line is about that asks for help, or was not understood.
 * @param program whose table it is
 * @param line its command is "help"
 * @returns whether it was understood, and told
 */
export function explain(program: Program, line: CommandLine): boolean {
    const topic = table.concat(line.words as string[], " ");
    const problem = line.problem;
    if (problem !== undefined) say(problem, colours.red);
    const isAsked = problem === undefined;
    const isTold = (isAsked || topic !== "") && showHelp(program, topic, !isAsked);
    if (!isTold && problem === undefined)
        say(`There is no command ${topic}.${didYouMean(program, topic)}`, colours.red);
    if (!isTold) say(`See: ${program.name} ${program.help.name}`, colours.red);
    return isTold && problem === undefined;
}
