/** The command line of `ccpm`: which command, with which words and flags. What they are for says help/ccpm.txt. */

/** What the words after a command name, for completion. */
export type Operand = "available" | "installed" | "registry" | "command";

const MANY = Infinity;

/** What each command takes: how many words at least and at most, which flags, and what the words name. */
export const commands: Record<
    string,
    [least: number, most: number, flags: string, operand?: Operand] | undefined
> = {
    install: [1, MANY, "yes dry-run force", "available"],
    uninstall: [1, MANY, "yes dry-run cascade unused", "installed"],
    upgrade: [0, MANY, "yes dry-run force", "installed"],
    update: [0, 0, ""],
    list: [0, 0, ""],
    search: [0, MANY, ""],
    info: [1, 1, "", "available"],
    files: [1, 1, "", "installed"],
    verify: [0, MANY, "fix yes dry-run", "installed"],
    recover: [0, 0, ""],
    "registry list": [0, 0, ""],
    "registry add": [1, 2, "force"],
    "registry remove": [1, 1, "", "registry"],
    "registry move": [2, 2, "", "registry"],
    help: [0, MANY, "", "command"],
};

/** A command line. */
export interface CommandLine {
    /** One of `commands`, or "version"; "help" about the first word where something was not understood. */
    readonly command: string;
    readonly words: readonly string[];
    /** By flag name without dashes. */
    readonly flags: Readonly<Record<string, boolean | undefined>>;
    /** What was not understood. */
    readonly problem?: string;
}

/**
 * Tells whether a command takes a flag.
 * @param command one of `commands`, or a word that is none
 * @param flag its name without dashes
 */
export function takes(command: string, flag: string): boolean {
    const known = commands[command];
    return known !== undefined && string.find(` ${known[2]} `, ` ${flag} `, 1, true)[0] !== undefined;
}

/**
 * Reads the words of a command line; flags may stand anywhere.
 * @param given the words as the shell split them
 * @returns what they say; with `problem` set when they cannot be understood
 */
export function parse(given: readonly string[]): CommandLine {
    const words: string[] = [];
    const flags: Record<string, boolean | undefined> = {};
    const typed: Record<string, string> = {};
    for (const word of given) {
        const flag = word === "-y" ? "yes" : string.match(word, "^%-%-?(.+)")[0];
        if (flag !== undefined) {
            flags[flag] = true;
            typed[flag] = word;
        } else words.push(word);
    }
    if (flags["version"]) return { command: "version", words, flags };
    let name = words.shift() ?? "help";
    if (name === "registry") name = `registry ${words.shift() ?? "list"}`;
    const about = (problem?: string): CommandLine => ({ command: "help", words: [name], flags, problem });

    const known = commands[name];
    if (known === undefined) return about(`There is no command ${name}.`);
    if (flags["help"] || flags["h"]) return name === "help" ? { command: name, words, flags } : about();
    for (const [flag] of pairs(flags)) {
        if (!takes(name, flag)) return about(`ccpm ${name} takes no ${typed[flag]}.`);
    }
    if (words.length < known[0] && !flags["unused"]) return about("Something is missing:");
    if (words.length > known[1]) return about("That is too much:");
    return { command: name, words, flags };
}
