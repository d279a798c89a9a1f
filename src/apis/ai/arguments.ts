/** The command line of `ai`: which command, with which flags, and the prompt. Pure, so that it is tested as a table. */

/** What each command is for, in the order in which help lists them: usage, purpose, and how many words it takes. */
export const commands: [name: string, usage: string, purpose: string, most: number][] = [
    ["ask", "<prompt>", "Ask; also: ai ask <prompt>", 1e9],
    ["new", "new [prompt]", "Start a session and ask in it", 1e9],
    ["ping", "ping", "Test the whole way to the model", 0],
    ["sessions", "sessions", "List sessions; * is the current", 0],
    ["use", "use <number|id>", "Go on in another session", 1],
    ["abort", "abort", "Stop what the session is doing", 0],
    ["resume", "resume", "Show the missed or last answer", 0],
    ["last", "last", "Show the last answer again", 0],
    ["help", "help [command]", "Show this", 1],
];

/** What each flag is for: its name without dashes, the name of its value, and its purpose. */
export const flags: [name: string, value: string, purpose: string][] = [
    ["verbose", "", "Show each poll (-v)"],
    ["session", "number|id", "Ask in this session"],
    ["model", "id", "Ask this provider/model"],
    ["agent", "name", "Ask this agent"],
    ["timeout", "seconds", "Wait so long for progress"],
    ["version", "", "Show the version"],
    ["help", "", "Show this (-h)"],
];

/** A command line that was understood. */
export interface CommandLine {
    /** One of `commands`, or "version". */
    command: string;
    /** The words after the command and the flags. */
    words: string[];
    /** Values by flag name without dashes; "true" for a flag without a value. */
    flags: Record<string, string | undefined>;
    /** What was not understood, in one sentence. */
    problem?: string;
}

/** The row that begins with a name, itself written with dashes or without. */
function named<Row extends readonly [string, ...unknown[]]>(
    rows: readonly Row[],
    name: string,
    dashes: string,
): Row | undefined {
    for (const row of rows) {
        if (dashes + row[0] === name) return row;
    }
    return undefined;
}

/**
 * Reads the words of a command line. Flags stand before a prompt, so that a prompt may hold words with dashes; where
 * there is no prompt they may stand anywhere. More words than a command takes make it a prompt.
 * @param given the words as the shell split them
 * @returns what they say; with `problem` set when they cannot be understood
 */
export function parse(given: readonly string[]): CommandLine {
    const line: CommandLine = { command: "", words: [], flags: {} };
    let inPrompt = false;
    let wanted: string | undefined;
    for (const word of given) {
        const [dashed, value] = string.match(word, "^(%-%-%w+)=(.+)$");
        const flag = named(flags, word === "-v" ? "--verbose" : (dashed ?? word), "--");
        if (wanted !== undefined) {
            line.flags[wanted] = word;
            wanted = undefined;
        } else if (inPrompt) {
            table.insert(line.words, word);
        } else if (word === "-h" || word === "--help") {
            line.command = "help";
        } else if (word === "--version") {
            line.command = "version";
        } else if (flag !== undefined && (flag[1] !== "" || value === undefined)) {
            const said = flag[1] === "" ? "true" : value;
            if (said === undefined) wanted = flag[0];
            else line.flags[flag[0]] = said;
        } else if (
            string.find(word, "^%-%-")[0] !== undefined ||
            string.find(word, "^%-%a$")[0] !== undefined
        ) {
            line.problem = `There is no flag ${word}`;
            return line;
        } else if (line.command === "" && named(commands, word, "") !== undefined) {
            line.command = word;
        } else {
            table.insert(line.words, word);
            inPrompt = line.command === "" || line.command === "ask" || line.command === "new";
        }
    }
    if (wanted !== undefined) line.problem = `--${wanted} needs a value`;
    const command = named(commands, line.command, "");
    if (command !== undefined && line.words.length > command[3]) {
        // "ai use the stairs" is a prompt.
        table.insert(line.words, 1, line.command);
        line.command = "ask";
    }
    // Flags alone are a prompt that is missing.
    if (line.command === "")
        line.command = line.words.length === 0 && next(line.flags)[0] === undefined ? "help" : "ask";
    return line;
}
