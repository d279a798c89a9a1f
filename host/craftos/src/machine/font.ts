/**
 * ComputerCraft's font: one byte a character. 32-126 is ASCII and 161-255 is Latin-1; below 32 are the symbols that
 * IBM's code page 437 has there, but for 9, 10 and 13, which are blank; 128-159 is every way to fill a cell of 2 x 3
 * blocks with the last one left empty (bit 0 is the top left block, bit 1 the top right, and so on by rows). Source:
 * the font texture of CC: Tweaked.
 */

const symbols = " ☺☻♥♦♣♠•◘  ♂♀ ♪♫►◄↕‼¶§▬↨↑↓→←∟↔▲▼";

/** Unicode's sextants (U+1FB00...) leave out the patterns that older blocks have: empty, left half, right half. */
function blocks(pattern: number): string {
    if (pattern === 0) return " ";
    if (pattern === 0b010101) return "\u258c";
    return String.fromCodePoint(0x1fb00 + pattern - 1 - (pattern > 0b010101 ? 1 : 0));
}

function glyph(byte: number): string {
    if (byte < 32) return symbols.charAt(byte);
    if (byte === 127) return "▒";
    if (byte >= 128 && byte < 160) return blocks(byte - 128);
    if (byte === 160) return " ";
    if (byte === 173) return "-";
    return String.fromCharCode(byte);
}

const glyphs: readonly string[] = Array.from({ length: 256 }, (_, byte) => glyph(byte));
const bytes: ReadonlyMap<string, number> = new Map(
    glyphs.map((character, byte): [string, number] => [character, byte]).reverse(),
);

/**
 * What the screen shows for some bytes, one Unicode character each. The block graphics lie outside of the basic
 * plane: count characters with `[...text].length`, as `text.length` counts them twice.
 */
export function fontToUnicode(text: Uint8Array): string {
    let result = "";
    for (const byte of text) result += glyphs[byte];
    return result;
}

/** The byte that shows a Unicode character, or undefined where the font has no such glyph. */
export function unicodeToFont(character: string): number | undefined {
    const code = character.codePointAt(0);
    if (code !== undefined && code >= 32 && code < 256 && (code < 127 || code > 159)) return code;
    return bytes.get(character);
}
