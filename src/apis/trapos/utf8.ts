/**
 * Texts as UTF-8: what people type becomes it, what is shown of others' texts is one line of it, and in an address
 * each of its bytes has a place.
 */

import { withoutCommands } from "./terminal";

/** The first byte of a character, or a byte that is no part of UTF-8: any but those that go on with one. */
const LEAD = `[^${string.char(0x80)}-${string.char(0xbf)}]`;

/** The longest character, in bytes. */
const LONGEST = 4;

/**
 * Text as UTF-8: what is typed on a computer comes as Latin-1, what programs hand in mostly is UTF-8 already.
 * @param text bytes; what is valid UTF-8 stays as it is
 */
export function toUtf8(text: string): string {
    // For other text the game returns false and Lua 5.3 nil.
    if (type(utf8.len(text)) === "number") return text;
    return string.gsub(text, "[^\x01-\x7f]", (char) => utf8.char(string.byte(char)))[0];
}

/**
 * One line of a text from outside, no longer than what is shown of it. Blanks, line breaks and other control
 * characters in a row are one blank, commands for a terminal are gone, and what is cut ends with "..".
 * @param text UTF-8, of any length
 * @param most characters that may be left, at least 2
 */
export function oneLine(text: string, most: number): string {
    let [line] = string.gsub(withoutCommands(string.sub(text, 1, most * 20)), "[%s%c]+", " ");
    if (line.length <= most) return line;
    line = string.sub(line, 1, (most + 1) * LONGEST);
    let end = 0;
    let at = 0;
    for (const count of $range(1, most + 1)) {
        const [lead] = string.find(line, LEAD, at + 1);
        if (lead === undefined) return line;
        at = lead;
        if (count === most - 1) end = lead;
    }
    return string.sub(line, 1, end - 1) + "..";
}

/**
 * Writes a text for a part of an address (RFC 3986): letters and digits of ASCII and `-._~` stay, of all else each byte
 * becomes %XX. CC's `textutils.urlEncode` takes the bytes of UTF-8 for letters of Latin-1.
 */
export function percentEncode(text: string): string {
    return string.gsub(text, "[^A-Za-z0-9._~-]", (byte) => string.format("%%%02X", string.byte(byte)))[0];
}
