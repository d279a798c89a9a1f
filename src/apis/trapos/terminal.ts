/**
 * What programs write for a terminal and not for a reader: colours, places, links, titles.
 */

const ESCAPE = "\x1b";
const C2 = string.char(0xc2);

/**
 * What a terminal takes as commands and shows nothing of (ECMA-48), the first that fits: texts for the terminal itself
 * such as links and titles, colours and places, character sets, and what is one letter long. What has no end ends with
 * its line.
 */
const COMMANDS = [
    `${ESCAPE}[P%]X^_][^\n\x07${ESCAPE}]*\x07?`,
    `${ESCAPE}%[[0-?]*[ -/]*[@-~]?`,
    `${ESCAPE}[%%(-/#][0-~]?`,
    `${ESCAPE}[78=>DEMc\\]?`,
];

/** The same beginnings as one character, as a UTF-8 text has them, and "[" as a byte of its own. */
const SHORT_ESCAPE = `${C2}([${string.char(0x90)}${string.char(0x98)}${string.char(0x9b)}-${string.char(0x9f)}])`;
const ESCAPE_BYTE = `%f[${string.char(0x80)}-${string.char(0xff)}]${string.char(0x9b)}`;

/**
 * Takes the commands for a terminal out of a text (ECMA-48), with what belongs to them.
 * @param text bytes; UTF-8 stays UTF-8
 */
export function withoutCommands(text: string): string {
    let [plain] = string.gsub(text, SHORT_ESCAPE, (byte) => ESCAPE + string.char(string.byte(byte) - 0x40));
    [plain] = string.gsub(plain, ESCAPE_BYTE, `${ESCAPE}[`);
    if (string.find(plain, ESCAPE, 1, true)[0] === undefined) return plain;
    for (const command of COMMANDS) [plain] = string.gsub(plain, command, "");
    return plain;
}
