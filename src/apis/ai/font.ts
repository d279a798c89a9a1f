/**
 * UTF-8 in the computer's own font, which has one byte a character: ASCII, Latin-1 from 160 up, and below 32 the
 * symbols of IBM's code page 437, but for the blank 9, 10 and 13. So a folded text is as wide as it is long.
 */

/** What stands for code points (hexadecimal, ranges with "-"). None stands here twice, as the order is Lua's. */
const SPELLINGS: Record<string, string> = {
    "\x07": "2022 2023 25CF 25E6",
    "\x18": "2191 2B06",
    "\x19": "2193 2B07",
    "\x1a": "2192 2794 279C 27A1",
    "\x1b": "2190 2B05",
    "": "AD 300-36F 200B-200F 202A-202E 2060-206F FE00-FE0F FEFF 1F3FB-1F3FF",
    " ": "2000-200A 2028 2029 202F 205F 3000",
    "'": "2018-201B 2032",
    '"': "201C-201F 2033",
    "-": "2010-2015 2212 2500 2501 2550",
    "|": "2502 2503 2551",
    "#": "2580-2593 25A0",
    "*": "2605 2B50",
    "...": "2026",
    "~": "2248",
    "<=": "2264",
    ">=": "2265",
    "=>": "21D2",
    "!=": "2260",
    EUR: "20AC",
    OK: "2713 2714 2705",
    X: "2717 2718 274C",
};

/** Base letters of U+0100 to U+017F. */
const LATIN_EXTENDED =
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlLlLlNnNnNnnNnOoOoOo??RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

const glyphs: Record<number, string | undefined> = { 9: "  " };

for (const index of $range(1, 128)) glyphs[0xff + index] = string.sub(LATIN_EXTENDED, index, index);
for (const [text, codePoints] of pairs(SPELLINGS)) {
    for (const [first, last] of string.gmatch(codePoints, "(%x+)-?(%x*)")) {
        const start = tonumber(first, 16)!;
        for (const code of $range(start, tonumber(last, 16) ?? start)) glyphs[code] = text;
    }
}

function foldCodePoint(code: number): string {
    const text = glyphs[code];
    if (text !== undefined) return text;
    // Control characters, first halves of surrogate pairs (JSON escapes leave them apart) and tags.
    if (code < 0xa0 || (code >= 0xd800 && code < 0xdc00) || (code >= 0xe0000 && code < 0xf0000)) return "";
    if (code < 0x100) return string.char(code);
    if (code >= 0x2500 && code < 0x2580) return "+"; // box drawing
    return "?";
}

/** Folds a character that is not printable ASCII, with the stray bytes behind it. */
function foldCharacter(bytes: string): string {
    const lead = string.byte(bytes);
    const size = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    if (bytes.length < size || (size === 1 && lead >= 0x80)) {
        // Not UTF-8: a byte alone may be Latin-1, a character cut short is one "?".
        return bytes.length === 1 && lead >= 0xa0 ? bytes : "?";
    }
    let code = size === 1 ? lead : lead % (size === 2 ? 32 : 16);
    for (const index of $range(2, size)) code = code * 64 + (string.byte(bytes, index) % 64);
    return foldCodePoint(code) + (bytes.length > size ? "?" : "");
}

const TAIL = `[${string.char(0x80)}-${string.char(0xbf)}]*`;
const JOINED = `${string.char(0xe2, 0x80, 0x8d)}[${string.char(0xc2)}-${string.char(0xf4)}]${TAIL}`;

/**
 * Folds UTF-8 to CC's font: what the font has stays itself, for the rest stands the nearest spelling, or one `?` a
 * character. Line ends become "\n"; no other control character is left. Bytes that are not UTF-8 do no harm.
 */
export function fold(text: string): string {
    let [folded] = string.gsub(text, "\r\n?", "\n");
    // Of emoji that are joined to one the first is shown.
    [folded] = string.gsub(folded, JOINED, "");
    [folded] = string.gsub(folded, `[^ -~\n]${TAIL}`, foldCharacter);
    return folded;
}
