/**
 * UTF-8 in the computer's own font, which has one byte a character: ASCII, Latin-1 from 160 up, and below 32 the
 * symbols of IBM's code page 437, but for the blank 9, 10 and 13. So a folded text is as wide as it is long.
 */

import { withoutCommands } from "./terminal";

/** What stands for code points (hexadecimal, ranges with "-"). None stands here twice, as the order is Lua's. */
const SPELLINGS: Record<string, string> = {
    "\x01": "263A 1F600-1F606 1F60A 1F642",
    "\x03": "2665 2764 1F493-1F49C",
    "\x04": "2666 25C6 25C7 1F536-1F539",
    "\x05": "2663",
    "\x06": "2660",
    "\x07": "2022 2023 2219 25CF 25E6 25AA 26AB 25C9 25CE 26AA 1F534 1F535 1F7E0-1F7E4",
    "\x0b": "2642",
    "\x0c": "2640",
    "\x0e": "266A",
    "\x0f": "266B",
    "\x10": "25B6 25B8 25BA",
    "\x11": "25C0 25C2 25C4",
    "\x12": "2195",
    "\x13": "203C",
    "\x18": "2191 2B06 1F446 21D1",
    "\x19": "2193 2B07 1F447 21D3",
    "\x1a": "2192 2794 279C 279E 27A1 27F6 1F449 2197 2198 21AA 21B3 2937",
    "\x1b": "2190 2B05 27F5 1F448 2196 2199 21A9 21B5 23CE",
    "\x1d": "2194 27F7 21C4 21C6",
    "\x1e": "25B2 25B4",
    "\x1f": "25BC 25BE",
    "": "AD 300-36F 61C 115F 1160 180B-180F 1AB0-1AFF 1DC0-1DFF 200B-200F 202A-202E 2060-206F 20D0-20FF FE00-FE0F FE20-FE2F FEFF FFF9-FFFB 1F3FB-1F3FF",
    " ": "B C 1680 2000-200A 2028 2029 202F 205F 2800 3000 3164",
    "  ": "9",
    "'": "2B9 2BB-2BD 2018-201B 2032 2039 203A",
    '"': "201C-201F 2033 2036 275D 275E 300C-300F",
    "-": "2010-2015 2043 2212 2500 2501 2504 2505 2550 301C 2796",
    "|": "2502 2503 2506 2507 2551",
    "#": "2580-259F 25A0 25FC 2B1B 1F7E5-1F7EB",
    "*": "2217 2605 2606 2728 2B50",
    ",": "3001",
    ".": "3002",
    "/": "2044 2215 2797",
    "^": "2C6",
    "~": "2DC 223C 2248",
    "...": "2026 22EF",
    "<=": "2264 21D0",
    ">=": "2265",
    "<": "27E8 3008",
    ">": "27E9 3009",
    "=>": "21D2 27F9",
    "<=>": "21D4 27FA",
    "!=": "2260",
    "==": "2261",
    "?": "2753 2754",
    "+": "2795",
    "+1": "1F44D",
    "-1": "1F44E",
    o: "25CB 2B55",
    "o/oo": "2030",
    inf: "221E",
    pi: "3C0",
    sqrt: "221A",
    sum: "2211",
    "!": "26A0 2757 2755",
    i: "2139",
    f: "192",
    "[ ]": "2610 25A1 25FB 2B1C",
    "[x]": "2611 2612",
    oe: "153",
    OE: "152",
    ss: "1E9E",
    ff: "FB00",
    fi: "FB01",
    fl: "FB02",
    EUR: "20AC",
    TM: "2122",
    No: "2116",
    OK: "2713 2714 2705",
    X: "2717 2718 274C 274E 2716",
    "10": "2469 1F51F",
};

/** What stands for code points that follow each other, by the first; "." for those that have no likeness. */
const ROWS: [first: number, letters: string][] = [
    [
        0x100,
        "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlLlLlNnNnNnnNnOoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs",
    ],
    [0x1a0, "Oo.............Uu"],
    [0x1cd, "AaIiOoUuUuUuUuUu.AaAa"],
    [0x218, "SsTt"],
    [
        0x1e00,
        "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwy",
    ],
    [0x1ea0, "AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy"],
    [0x2070, "0i..456789+-=()n0123456789+-=()"],
    [0x2460, "123456789"],
];

/** Letters that Latin-1 has with an accent, and what they are there, by the accent that stands behind them in UTF-8. */
const ACCENTED: [accent: number, letters: string][] = [
    [0x80, "AC0 EC8 ICC OD2 UD9 aE0 eE8 iEC oF2 uF9"],
    [0x81, "AC1 EC9 ICD OD3 UDA YDD aE1 eE9 iED oF3 uFA yFD"],
    [0x82, "AC2 ECA ICE OD4 UDB aE2 eEA iEE oF4 uFB"],
    [0x83, "AC3 ND1 OD5 aE3 nF1 oF5"],
    [0x88, "AC4 ECB ICF OD6 UDC aE4 eEB iEF oF6 uFC yFF"],
    [0x8a, "AC5 aE5"],
    [0xa7, "CC7 cE7"],
];

/** What stands for a code point, where it is not what follows from its number. */
const glyphs: Record<number, string | undefined> = {};

/** Letters with an accent behind them, in UTF-8, and both in one. */
const composed: Record<string, string | undefined> = {};

/** Stands for what has no likeness until all is folded: it is not in a text, as it is a control character. */
const UNKNOWN = "\x7f";

/** Stands for what adorns a text until all is folded: it goes, and a blank behind it. No spelling has it. */
const ADORNMENT = "\x1c";

const [C2, C3, CC] = [string.char(0xc2), string.char(0xc3), string.char(0xcc)];
const TAIL = `[${string.char(0x80)}-${string.char(0xbf)}]*`;
/** Chinese, Korean and what is between them, U+4000 to U+CFFF: none of it has a likeness. */
const EASTERN = `[${string.char(0xe4)}-${string.char(0xec)}][${string.char(0x80)}-${string.char(0xbf)}][${string.char(0x80)}-${string.char(0xbf)}]`;
const JOINED = `${string.char(0xe2, 0x80, 0x8d)}[${C2}-${string.char(0xf4)}]${TAIL}`;
const ACCENT_BEHIND = `%a${CC}[${string.char(0x80)}-${string.char(0xbf)}]`;

for (const [first, letters] of ROWS) {
    for (const index of $range(1, letters.length)) {
        const letter = string.sub(letters, index, index);
        if (letter !== ".") glyphs[first + index - 1] = letter;
    }
}
for (const [text, codePoints] of pairs(SPELLINGS)) {
    for (const [first, last] of string.gmatch(codePoints, "(%x+)-?(%x*)")) {
        const start = tonumber(first, 16)!;
        for (const code of $range(start, tonumber(last, 16) ?? start)) glyphs[code] = text;
    }
}
// The Greek letter, as models write it; the font has the sign for a millionth.
glyphs[0x3bc] = string.char(0xb5);
for (const [accent, letters] of ACCENTED) {
    for (const [letter, code] of string.gmatch(letters, "(%a)(%x%x)")) {
        composed[letter! + CC + string.char(accent)] = C3 + string.char(tonumber(code, 16)! - 0x40);
    }
}

/** Whether a code point is a picture: an emoji or a dingbat. Those that say something have a spelling. */
function isAdornment(code: number): boolean {
    if (code < 0x10000) {
        const isClock = code === 0x231a || code === 0x231b || (code >= 0x23e9 && code < 0x23fb);
        return isClock || (code >= 0x2600 && code < 0x27c0) || (code >= 0x2b00 && code < 0x2c00);
    }
    return code >= 0x1f000 && code < 0x1fb00;
}

function foldCodePoint(code: number): string {
    const text = glyphs[code];
    if (text !== undefined) return text;
    // Control characters, first halves of surrogate pairs (JSON escapes leave them apart) and tags.
    if (code < 0xa0 || (code >= 0xd800 && code < 0xdc00) || (code >= 0xe0000 && code < 0xf0000)) return "";
    if (code < 0x100) return string.char(code);
    if (code >= 0x2500 && code < 0x2580) return "+"; // box drawing
    if (code >= 0xff01 && code < 0xff5f) return string.char(code - 0xfee0); // ASCII as wide as other scripts
    if (code >= 0x1f1e6 && code < 0x1f200) return string.char(code - 0x1f1e6 + 65); // the letters of flags
    // Bold, italic and other mathematical letters and digits, one alphabet behind the other.
    if (code >= 0x1d7ce && code < 0x1d800) return string.char(((code - 0x1d7ce) % 10) + 48);
    if (code >= 0x1d400 && code < 0x1d6a4) {
        const index = (code - 0x1d400) % 52;
        return string.char(index + (index < 26 ? 65 : 71));
    }
    return isAdornment(code) ? ADORNMENT : UNKNOWN;
}

/** The least code point that takes so many bytes; fewer would do for one below it, so that it is no UTF-8. */
const LEAST = [0, 0x80, 0x800, 0x10000];

/** Folds a character that is not printable ASCII, with the stray bytes behind it. */
function foldCharacter(bytes: string): string {
    const lead = string.byte(bytes);
    const size = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    if (bytes.length < size || (size === 1 && lead >= 0x80)) {
        // Not UTF-8: a byte alone may be Latin-1, a character cut short is unknown.
        return bytes.length === 1 && lead >= 0xa0 ? bytes : UNKNOWN;
    }
    let code = size === 1 ? lead : lead % (size === 2 ? 32 : 16);
    for (const index of $range(2, size)) code = code * 64 + (string.byte(bytes, index) % 64);
    const isBroken = code < LEAST[size - 1]! || code > 0x10ffff;
    return (isBroken ? UNKNOWN : foldCodePoint(code)) + (bytes.length > size ? UNKNOWN : "");
}

/** How many characters are remembered, which is more than a language of letters has. */
const MOST_KNOWN = 3000;

/**
 * What stands for characters, filled as they come: most of a text's come again, and a table is looked up much faster
 * than a function is called.
 */
const known: Record<string, string | undefined> = {};
let count = 0;

const filling = {
    __index(this: void, _: unknown, bytes: string): string {
        const folded = foldCharacter(bytes);
        // With stray bytes behind them there would be no end of them.
        if (bytes.length <= 4 && count < MOST_KNOWN) {
            known[bytes] = folded;
            count += 1;
        }
        return folded;
    },
};
setmetatable(known, filling as LuaMetatable<typeof known>);

/** What a terminal shows of a line in which it goes back to the start: what was written last. */
function overprint(line: string): string {
    const [last] = string.match(line, "^.*\r([^\r]+)");
    return last ?? line;
}

/** What a terminal shows of a line in which it goes back by single characters. */
function backspace(line: string): string {
    const kept: string[] = [];
    let gone = 0;
    for (const at of $range(line.length, 1, -1)) {
        const character = string.sub(line, at, at);
        if (character === "\b") gone += 1;
        else if (gone > 0) gone -= 1;
        else kept.push(character);
    }
    return string.reverse(table.concat(kept));
}

/**
 * Folds UTF-8 to CC's font: what the font has stays itself, for the rest stands the nearest spelling, or one `?` for
 * all that stands together and has none. Emoji that say something are spelled, those that adorn go. Commands to a terminal leave nothing, a carriage return or a backspace leaves
 * what a terminal would show at the end. Line ends become "\n"; no other control character is left. Bytes that are not
 * UTF-8 do no harm. Takes a time in proportion to the text, about 0.3 s for a million bytes.
 * @param text UTF-8
 * @returns the text in CC's font, one byte a column
 */
export function fold(text: string): string {
    if (string.find(text, "[^ -~\n]")[0] === undefined) return text;
    let [folded] = string.gsub(text, "\r\n", "\n");
    folded = withoutCommands(folded);
    if (string.find(folded, "\r", 1, true)[0] !== undefined)
        [folded] = string.gsub(folded, "[^\n]+", overprint);
    [folded] = string.gsub(folded, ACCENT_BEHIND, (letter) => composed[letter] ?? letter);
    // Of emoji that are joined to one the first is shown.
    [folded] = string.gsub(folded, JOINED, "");
    // One by one they would take long: a text of theirs has hardly anything else.
    [folded] = string.gsub(folded, UNKNOWN, "");
    [folded] = string.gsub(folded, EASTERN, UNKNOWN);
    [folded] = string.gsub(folded, `[^ -${UNKNOWN}\n\b]${TAIL}`, known as Record<string, string>);
    if (string.find(folded, "\b", 1, true)[0] !== undefined)
        [folded] = string.gsub(folded, "[^\n]+", backspace);
    [folded] = string.gsub(folded, `${ADORNMENT}+ ?`, "");
    return string.gsub(folded, `${UNKNOWN}+`, "?")[0];
}

/** One character of UTF-8 as a file has it in which quotes and backslashes may end a text of Lua's. */
function foldWritten(character: string): string {
    const code = utf8.codepoint(character);
    // Block graphics, too: what a computer's own file has comes back as it was.
    if (code < 0x100) return string.char(code);
    return string.gsub(fold(character), "[\"'\\\n]", string.char(0xb4))[0];
}

/**
 * A file's text as this computer's programs print it: letters beyond ASCII are those of CC's font. All of ASCII stays as it
 * is, and nothing becomes a quote, a backslash or a line's end, so that a program stays the same. `toUtf8` undoes it for
 * what the font has.
 * @param text UTF-8; what is not stays as it is
 */
export function foldFile(text: string): string {
    if (type(utf8.len(text)) !== "number") return text;
    return string.gsub(text, `[${C2}-${string.char(0xf4)}]${TAIL}`, foldWritten)[0];
}

/** A control character, and one of ECMA-48's further ones as UTF-8 has it and as a byte of its own. */
const CONTROLS = [
    `[^\n\t -~${string.char(0x80)}-${string.char(0xff)}]`,
    `${C2}[${string.char(0x80)}-${string.char(0x9f)}]`,
    `%f[${string.char(0x80)}-${string.char(0xff)}][${string.char(0x80)}-${string.char(0x9f)}]`,
];

/**
 * The same as `fold` for what somebody has to agree to: a carriage return, a backspace or a terminal's command would show
 * less of it than is done, so each stands there as Lua would write it.
 */
export function foldExact(text: string): string {
    let [visible] = string.gsub(text, "\r\n", "\n");
    for (const control of CONTROLS) {
        [visible] = string.gsub(visible, control, (bytes) => string.format("\\%d", string.byte(bytes, -1)));
    }
    return fold(visible);
}
