/** A command line, read by a program's table of commands and flags: which command, with which words and flags. Pure. */
import { closest, misspelt } from "./nearest";

/** A flag of a program. */
export interface Flag {
    /** Without its dashes. */
    readonly name: string;
    /** One letter that stands for it, behind one dash. */
    readonly letter?: string;
    /** What its value is called; absent for a flag that takes none. */
    readonly value?: string;
    readonly purpose: string;
    /** True for one beside which a command needs no words. */
    readonly isEnough?: boolean;
    /** True for one that may be given more than once; all its values count. */
    readonly isList?: boolean;
    /** The commands that take it; all that do not say otherwise where nothing is said. */
    readonly commands?: readonly string[];
    /** What its value may be. */
    readonly complete?: (this: void) => readonly string[];
}

/** A command of a program. */
export interface Command {
    /** One word, or two: all commands whose first word is the same stand together. */
    readonly name: string;
    /** How it is written, as help shows it. */
    readonly usage: string;
    readonly purpose: string;
    /** What else help on it says, a paragraph each. */
    readonly notes?: readonly string[];
    /** What this command and those behind it are about, where help begins a section with it. */
    readonly section?: string;
    /** The fewest and the most words that it takes; where nothing is said, none. */
    readonly least?: number;
    readonly most?: number;
    /** Names of the flags that it takes; all of the program's where nothing is said. */
    readonly flags?: readonly string[];
    /** True for one whose words are a text, in which nothing is a flag. */
    readonly isText?: boolean;
    /** How many words stand before such a text, where one follows them. */
    readonly wordsBeforeText?: number;
    /** True for one that is written as a sign alone, see Program: its name is for help and for `run`. */
    readonly isSign?: boolean;
    /**
     * Whether words behind its name are meant for it. Where they are not, all of the line is a text that begins with the
     * command's name; so it is with more words than it takes, and with a text that follows no such words.
     */
    readonly fits?: (this: void, words: readonly string[]) => boolean;
    /** What a word of it may be, by the words before it and what is there of it. */
    readonly complete?: (this: void, previous: readonly string[], text: string) => readonly string[];
}

/** What a program understands. */
export interface Program<C extends Command = Command> {
    readonly name: string;
    /** In the order in which help lists them. Of those that begin with one word, that word alone means the first. */
    readonly commands: readonly C[];
    /** The command that shows help. */
    readonly help: Command;
    readonly flags: readonly Flag[];
    /** The command that is meant where nothing is said. */
    readonly usual: string;
    /** The command whose words are all that begins with no command; without it a command is needed. */
    readonly otherwise?: string;
    /** Commands that are written as one sign before their first word, by that sign. */
    readonly signs?: Readonly<Record<string, string | undefined>>;
    /** What else help says. */
    readonly notes?: readonly string[];
}

/** Values by flag name without dashes: true for a flag without a value, a list for one that may be given more than once. */
export type Flags = Readonly<Record<string, string | true | readonly string[] | undefined>>;

/** A command line that was read. */
export interface CommandLine {
    /** One of the commands; "version"; or "help" on the command that its words name. */
    readonly command: string;
    readonly words: readonly string[];
    readonly flags: Flags;
    /** The command that a text of one word was perhaps meant to be, as it is one or two letters off. */
    readonly perhaps?: string;
    /** What was not understood, in one sentence; the command is help then. */
    readonly problem?: string;
}

/** A flag that many write as a command: alone it is no text either. */
const VERSION = "version";

/** Flags that every program has. */
export const COMMON: readonly Flag[] = [
    { name: VERSION, purpose: "Show the version" },
    { name: "help", letter: "h", purpose: "Show this" },
];

/** A command line that is being read. */
interface Reading {
    readonly program: Program;
    name?: string;
    /** True where the name is not written: the words begin with no command. */
    isUnwritten?: boolean;
    /** True where there is no command of that name. */
    isUnknown?: boolean;
    readonly words: string[];
    readonly flags: Record<string, string | true | string[] | undefined>;
    /** The flags as they were written, in their order. */
    readonly written: { readonly flag: Flag; readonly word: string }[];
    /** The flag whose value is the next word. */
    wanted?: Flag;
    /** Whether what follows is text. */
    isText?: boolean;
    problem?: string;
}

/** The command of a name, if there is one beside help. */
export function commandNamed<C extends Command>(
    program: Program<C>,
    name: string | undefined,
): C | undefined {
    for (const command of program.commands) {
        if (command.name === name) return command;
    }
    return undefined;
}

/** The command of a name, help among them. */
export function knownCommand(program: Program, name: string | undefined): Command | undefined {
    return name === program.help.name ? program.help : commandNamed(program, name);
}

/** The flag that is written so, if there is one. */
function flagWritten(program: Program, word: string): Flag | undefined {
    for (const flags of [program.flags, COMMON]) {
        for (const flag of flags) {
            if (word === `--${flag.name}`) return flag;
            if (flag.letter !== undefined && word === `-${flag.letter}`) return flag;
        }
    }
    return undefined;
}

function has(names: readonly string[], wanted: string): boolean {
    for (const name of names) {
        if (name === wanted) return true;
    }
    return false;
}

/** Whether a command takes a flag. */
export function takes(command: Command, flag: Flag): boolean {
    if (command.flags !== undefined && !has(command.flags, flag.name)) return false;
    return flag.commands === undefined || has(flag.commands, command.name);
}

/** The first command that begins with a word and has another behind it. */
function firstOfGroup(program: Program, word: string): Command | undefined {
    for (const command of program.commands) {
        if (string.sub(command.name, 1, word.length + 1) === `${word} `) return command;
    }
    return undefined;
}

/** A question that names what may have been meant, or nothing. */
function question(wanted: string, names: readonly string[]): string {
    const found = closest(wanted, names);
    return found === undefined ? "" : ` Did you mean ${found}?`;
}

/** A question that names the command which may have been meant, with a blank before it, or nothing. */
export function didYouMean(program: Program, wanted: string): string {
    const names: string[] = [];
    for (const command of program.commands) table.insert(names, command.name);
    return question(wanted, names);
}

function refuse(reading: Reading, problem: string): void {
    if (reading.problem === undefined) reading.problem = problem;
}

function refuseFlag(reading: Reading, word: string): void {
    const names: string[] = [];
    for (const flags of [reading.program.flags, COMMON]) {
        for (const flag of flags) table.insert(names, `--${flag.name}`);
    }
    const [name] = string.match(word, "^[^=]*");
    refuse(reading, `There is no flag ${word}.${question(name!, names)}`);
}

function setFlag(reading: Reading, flag: Flag, value: string): void {
    const flags = reading.flags;
    const before = flags[flag.name];
    if (flag.isList !== true) flags[flag.name] = value;
    else if (before === undefined) flags[flag.name] = [value];
    else table.insert(before as string[], value);
}

function readFlag(reading: Reading, word: string): void {
    const [written, value] = string.match(word, "^(%-%-[%w%-]+)=(.+)$");
    const flag = flagWritten(reading.program, written ?? word);
    if (flag === undefined || (flag.value === undefined && value !== undefined)) {
        refuseFlag(reading, word);
        return;
    }
    table.insert(reading.written, { flag, word });
    if (flag.value === undefined) reading.flags[flag.name] = true;
    else if (value !== undefined) setFlag(reading, flag, value);
    else reading.wanted = flag;
}

/** The command that is written as the sign with which a word begins. */
function commandOfSign(program: Program, word: string): Command | undefined {
    const sign = string.sub(word, 1, 1);
    return commandNamed(program, program.signs && program.signs[sign]);
}

/** Reads the first word, and the second of a command that has two. */
function readName(reading: Reading, word: string): void {
    const group = reading.name;
    const name = group === undefined ? word : `${group} ${word}`;
    const command = knownCommand(reading.program, name);
    const signed = group === undefined ? commandOfSign(reading.program, word) : undefined;
    const otherwise = commandNamed(reading.program, reading.program.otherwise);
    const isWritten = command !== undefined && command.isSign !== true;
    if (isWritten || firstOfGroup(reading.program, name) !== undefined) reading.name = name;
    else if (signed !== undefined) {
        reading.name = signed.name;
        if (word.length > 1) table.insert(reading.words, string.sub(word, 2));
        reading.isText = signed.isText;
    } else if (group === undefined && otherwise !== undefined) {
        reading.name = otherwise.name;
        reading.isUnwritten = true;
        table.insert(reading.words, word);
        reading.isText = otherwise.isText;
    } else {
        reading.name = name;
        reading.isUnknown = true;
        refuse(reading, `There is no command ${name}.${didYouMean(reading.program, name)}`);
    }
}

/** Whether a word is meant for a flag. A text may begin with a dash, too: there it looks more like one. */
function isDashed(program: Program, word: string): boolean {
    const otherwise = commandNamed(program, program.otherwise);
    if (otherwise === undefined || otherwise.isText !== true)
        return string.find(word, "^%-.")[0] !== undefined;
    return string.find(word, "^%-%-.")[0] !== undefined || string.find(word, "^%-%a$")[0] !== undefined;
}

/** Whether what follows some words of a command is a text. */
function isTextBehind(command: Command, words: readonly string[]): boolean {
    const before = command.wordsBeforeText;
    return command.isText === true || (before !== undefined && words.length > before);
}

function readWord(reading: Reading, word: string): void {
    const command = knownCommand(reading.program, reading.name);
    if (reading.wanted !== undefined) {
        setFlag(reading, reading.wanted, word);
        reading.wanted = undefined;
    } else if (reading.isText === true) table.insert(reading.words, word);
    else if (isDashed(reading.program, word)) readFlag(reading, word);
    else if (command === undefined && !reading.isUnknown) readName(reading, word);
    else {
        table.insert(reading.words, word);
        reading.isText = command !== undefined && isTextBehind(command, reading.words);
    }
}

/** The command where none was named. */
function unnamed(reading: Reading): string {
    const program = reading.program;
    const hasFlags = next(reading.flags)[0] !== undefined;
    // Flags alone are a text that is missing.
    return hasFlags && program.otherwise !== undefined ? program.otherwise : program.usual;
}

/** Refuses flags that the command does not take, and too few or too many words. */
function check(reading: Reading, command: Command): void {
    let least = command.least ?? 0;
    for (const one of reading.written) {
        if (!takes(command, one.flag))
            refuse(reading, `${reading.program.name} ${command.name} takes no ${one.word}.`);
        if (one.flag.isEnough) least = 0;
    }
    if (reading.words.length < least) refuse(reading, "Something is missing:");
    if (reading.words.length > (command.most ?? 0)) refuse(reading, "That is too much:");
}

/** Whether the words behind a command's name are meant for it. */
function fits(command: Command, words: readonly string[]): boolean {
    if (words.length > (command.most ?? 0)) return false;
    return words.length === 0 || command.fits === undefined || command.fits(words);
}

/** Whether a word is written as a flag that a command does not take. */
function isForeignFlag(program: Program, command: Command, word: string): boolean {
    const flag = flagWritten(program, word);
    return flag !== undefined && !takes(command, flag);
}

/**
 * Reads a line as a text that begins with a command's name. As in any other text, nothing behind its first words is a flag:
 * "ai write a script with -y" says yes to nothing. Nor is one of that command's own: "ai doctor --fix my villager".
 */
function readAsText(program: Program, given: readonly string[], name: string, otherwise: Command): Reading {
    const reading: Reading = { program, words: [], flags: {}, written: [] };
    for (const word of given) {
        const isName = reading.name === undefined && reading.wanted === undefined && word === name;
        if (isName) {
            reading.name = otherwise.name;
            table.insert(reading.words, word);
        } else {
            const isBehind = reading.name !== undefined && reading.wanted === undefined;
            if (isBehind && isForeignFlag(program, otherwise, word)) reading.isText = true;
            readWord(reading, word);
        }
    }
    return reading;
}

/** Reads a line; words that a command has no use for are a text where the program takes one. */
function readLine(program: Program, given: readonly string[]): Reading {
    const reading: Reading = { program, words: [], flags: {}, written: [] };
    for (const word of given) readWord(reading, word);
    const command = knownCommand(program, reading.name);
    const otherwise = commandNamed(program, program.otherwise);
    if (command === undefined || otherwise === undefined || fits(command, reading.words)) return reading;
    return readAsText(program, given, command.name, otherwise);
}

/** The command that a text of one word was perhaps meant to be. */
function perhapsCommand(reading: Reading): string | undefined {
    const word = reading.words[0];
    if (!reading.isUnwritten || word === undefined || reading.words.length > 1) return undefined;
    const names: string[] = [reading.program.help.name];
    for (const command of reading.program.commands) {
        if (command.isSign !== true) table.insert(names, command.name);
    }
    return misspelt(word, names);
}

/** What the words of a command say, or help on it where they say nothing that it understands. */
function settle(reading: Reading, command: Command, about: string[]): CommandLine {
    check(reading, command);
    const flags = reading.flags;
    const problem = reading.problem;
    if (problem !== undefined) return { command: "help", words: about, flags, problem };
    return { command: command.name, words: reading.words, flags, perhaps: perhapsCommand(reading) };
}

/** The command that help is to be about: the one that was named, where one was. */
function aboutOf(reading: Reading): string[] {
    const named = reading.name;
    return named === undefined || reading.isUnwritten ? [] : [named];
}

/**
 * Reads the words of a command line. Flags may stand anywhere but in a text; words that a command has no use for are a
 * text where the program takes one.
 * @param program what there is
 * @param given the words as the shell split them
 * @returns what they say; with `problem` set when they cannot be understood
 */
export function parse(program: Program, given: readonly string[]): CommandLine {
    const reading = readLine(program, given);
    const flags = reading.flags;
    const isVersion = reading.words.length === 1 && reading.words[0] === VERSION && reading.isUnwritten;
    if (flags.version === true || isVersion) return { command: "version", words: [], flags };
    const wanted = reading.wanted;
    if (wanted !== undefined) refuse(reading, `--${wanted.name} needs a value.`);
    const named = reading.name;
    const about = aboutOf(reading);
    const problem = reading.problem;
    if (problem === undefined && flags.help === true) {
        return { command: "help", words: named === program.help.name ? [] : about, flags };
    }
    const group = named === undefined ? undefined : firstOfGroup(program, named);
    const command = knownCommand(program, named ?? unnamed(reading)) ?? group;
    if (problem !== undefined || command === undefined)
        return { command: "help", words: about, flags, problem };
    return settle(reading, command, about);
}
