/** The command line of `ccpm`: which command, with which words and flags. Pure, so that it is tested as a table. */

/** In the order in which help lists them: the flags after a command are all that it knows. */
export const commands: [name: string, operands: string, purpose: string, flags: string][] = [
    ["install", "<package>...", "Install packages", "yes dry-run force"],
    ["uninstall", "[package]...", "Remove packages", "yes dry-run cascade unused"],
    ["upgrade", "[package]...", "Take newer versions", "yes dry-run force"],
    ["update", "", "Look for new versions", ""],
    ["list", "", "What is installed", ""],
    ["search", "[word]...", "What can be installed", ""],
    ["info", "<package>", "All about a package", ""],
    ["files", "<package>", "Files of a package", ""],
    ["verify", "[package]...", "Check installed files", "fix yes dry-run"],
    ["recover", "", "Mend after power cuts", ""],
    ["registry list", "", "Registries, in order", ""],
    ["registry add", "<registry> [n]", "Add one, as number n", "force"],
    ["registry remove", "<registry>", "Forget one", ""],
    ["registry move", "<registry> <n>", "Make it number n", ""],
    ["help", "[command]...", "Show this, or more", ""],
];

/** What each flag is for. */
export const flags: [name: string, purpose: string][] = [
    ["yes", "Do not ask (-y)"],
    ["dry-run", "Only show what would be done"],
    ["force", "Do it anyway; replaced files are kept"],
    ["cascade", "Remove what needs them, too"],
    ["unused", "Remove what nothing needs any more"],
    ["fix", "Repair what is found"],
];

/** A command line that was understood. */
export interface CommandLine {
    /** One of `commands`, or "version". */
    readonly command: string;
    readonly words: readonly string[];
    /** By flag name without dashes. */
    readonly flags: Readonly<Record<string, boolean | undefined>>;
    /** What was not understood, and what to type instead. */
    readonly problem?: string;
    readonly hint?: string;
}

/** How many letters must change to make one word of the other: https://en.wikipedia.org/wiki/Levenshtein_distance */
function distance(one: string, other: string): number {
    const row: Record<number, number> = {};
    for (const j of $range(0, other.length)) row[j] = j;
    for (const i of $range(1, one.length)) {
        let diagonal = row[0]!;
        row[0] = i;
        for (const j of $range(1, other.length)) {
            const changed = string.byte(one, i) === string.byte(other, j) ? diagonal : diagonal + 1;
            diagonal = row[j]!;
            row[j] = Math.min(changed, diagonal + 1, row[j - 1]! + 1);
        }
    }
    return row[other.length]!;
}

/**
 * Finds what somebody may have meant.
 * @param word what was typed
 * @param choices what there is
 * @returns the one that is nearest, if less than half of the word is wrong
 */
export function nearest(word: string, choices: readonly string[]): string | undefined {
    let best: string | undefined;
    // Longer words are no names, and would only take time.
    let least = Math.min(word.length, 40) / 2 + 0.1;
    for (const choice of choices) {
        const isPart = string.find(choice, word, 1, true)[0] !== undefined;
        const wrong = isPart ? 1 : distance(string.sub(word, 1, 64), choice);
        if (wrong < least) {
            best = choice;
            least = wrong;
        }
    }
    return best;
}

function named<T extends [name: string, ...rest: string[]]>(name: string, rows: T[]): T | undefined {
    for (const row of rows) {
        if (row[0] === name) return row;
    }
    return undefined;
}

/** The first fields of a table's rows. */
export function names(rows: [name: string, ...rest: string[]][]): string[] {
    const found: string[] = [];
    for (const row of rows) found.push(row[0]);
    return found;
}

const count = (text: string, pattern: string): number => string.gsub(text, pattern, "")[1];

/**
 * Reads the words of a command line; flags may stand anywhere.
 * @param given the words as the shell split them
 * @returns what they say; with `problem` set when they cannot be understood
 */
export function parse(given: readonly string[]): CommandLine {
    const words: string[] = [];
    const set: Record<string, boolean | undefined> = {};
    let helps = false;
    const understood = (command: string): CommandLine => ({ command, words, flags: set });
    const refuse = (problem: string, hint: string): CommandLine => ({
        command: "help",
        words,
        flags: set,
        problem,
        hint,
    });
    /** A hint at what is nearest of what there is. */
    const suggest = (word: string, rows: [name: string, ...rest: string[]][], prefix: string): string => {
        const meant = nearest(word, names(rows));
        return meant === undefined ? "See: ccpm help" : `Did you mean: ${prefix}${meant}?`;
    };
    for (const word of given) {
        const flag = word === "-y" ? "yes" : string.match(word, "^%-%-?(.+)")[0];
        if (flag === undefined) words.push(word);
        else if (flag === "version") return understood(flag);
        else if (flag === "h" || flag === "help") helps = true;
        else if (named(flag, flags) !== undefined) set[flag] = true;
        else return refuse(`There is no flag ${word}.`, suggest(flag, flags, "--"));
    }
    let name = words.shift() ?? "help";
    if (name === "registry") name = `registry ${words.shift() ?? "list"}`;
    if (helps && name !== "help") return { command: "help", words: [name], flags: {} };
    const command = named(name, commands);
    if (command === undefined) return refuse(`There is no command ${name}.`, suggest(name, commands, "ccpm "));
    for (const [flag] of pairs(set)) {
        if (string.find(` ${command[3]} `, ` ${flag} `, 1, true)[0] === undefined) {
            return refuse(`ccpm ${name} takes no --${flag}.`, `See: ccpm help ${name}`);
        }
    }
    const operands = command[1];
    const most = count(operands, "%.%.%.") > 0 ? 1e9 : count(operands, "%S+");
    const isBare = name === "uninstall" && words.length === 0 && set["unused"] === undefined;
    if (isBare || words.length < count(operands, "<") || words.length > most) {
        const usage = `Type: ccpm ${name} ${isBare ? "<package>..." : operands}`;
        return refuse(most === 0 ? `ccpm ${name} takes no words.` : usage, `See: ccpm help ${name}`);
    }
    return understood(name);
}
