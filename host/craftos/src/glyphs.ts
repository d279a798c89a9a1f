import { readFileSync } from "node:fs";

/**
 * What the 256 characters of ComputerCraft's font look like in an image, 6 x 9 pixels each. The drawings are our own,
 * in glyphs.txt; block graphics and letters with accents are put together here.
 */
export const GLYPH_WIDTH = 6;
export const GLYPH_HEIGHT = 9;

/** Rows of a glyph from the top, each a string in which "#" is drawn. What is missing is empty. */
type Drawing = readonly string[];

/** What stands for a character that nobody has drawn: a hollow box. */
const UNKNOWN: Drawing = ["#####", "#...#", "#...#", "#...#", "#...#", "#...#", "#####"];

const BLANK: Drawing = [];
const BLANKS = new Set([0, 9, 10, 13, 32, 160]);

function readDrawings(): ReadonlyMap<string, Drawing> {
    const lines = readFileSync(new URL("../glyphs.txt", import.meta.url), "utf8").split("\n");
    return new Map(
        lines
            .filter((line) => line !== "" && !line.startsWith("//"))
            .map((line) => {
                const [name = "", ...rows] = line.split(" ");
                return [name, rows];
            }),
    );
}

/** One of the patterns of 2 x 3 blocks: bit 0 is the top left one, bit 1 the top right, and so on by rows. */
function blocks(pattern: number): Drawing {
    return Array.from({ length: GLYPH_HEIGHT }, (_, y) => {
        const bits = pattern >> (Math.floor(y / 3) * 2);
        return (bits & 1 ? "###" : "...") + (bits & 2 ? "###" : "...");
    });
}

/** A chequered cell, CC's character 127. */
const CHEQUERED: Drawing = Array.from({ length: GLYPH_HEIGHT }, (_, y) =>
    y % 2 === 0 ? "#.#.#." : ".#.#.#",
);

/**
 * A letter with its accent over it: a small letter leaves its two top rows free, a capital loses two of its seven.
 */
function accented(letter: string, accent: Drawing, drawings: ReadonlyMap<string, Drawing>): Drawing {
    // An i gives up its dot.
    const drawing = drawings.get(letter === "i" ? "dotless-i" : letter) ?? UNKNOWN;
    const isCapital = letter >= "A" && letter <= "Z";
    const low = drawings.get(`low-${letter}`) ?? drawing.filter((_, y) => y !== 1 && y !== 4);
    const body = isCapital ? low : drawing.slice(2);
    return [...accent, ...body];
}

const ACCENTS: Readonly<Record<string, string>> = {
    "\u0300": "grave",
    "\u0301": "acute",
    "\u0302": "circumflex",
    "\u0303": "tilde",
    "\u0308": "diaeresis",
    "\u030a": "ring",
};

function drawingOf(byte: number, drawings: ReadonlyMap<string, Drawing>): Drawing {
    if (BLANKS.has(byte)) return BLANK;
    if (byte === 127) return CHEQUERED;
    if (byte >= 128 && byte < 160) return blocks(byte - 128);
    const character = String.fromCharCode(byte);
    const own = drawings.get(byte < 32 ? `byte-${byte}` : byte === 173 ? "-" : character);
    if (own !== undefined) return own;
    const [letter = "", mark = ""] = character.normalize("NFD");
    const accent = drawings.get(ACCENTS[mark] ?? "");
    return accent === undefined ? UNKNOWN : accented(letter, accent, drawings);
}

let bitmaps: readonly Drawing[] | undefined;

/**
 * Whether a pixel of a character is drawn in the text's colour.
 * @param byte of the font, 0 to 255
 * @param x column 0 to 5, and @param y row 0 to 8, from the top left
 */
export function glyphPixel(byte: number, x: number, y: number): boolean {
    if (bitmaps === undefined) {
        const drawings = readDrawings();
        bitmaps = Array.from({ length: 256 }, (_, index) => drawingOf(index, drawings));
    }
    return bitmaps[byte]?.[y]?.[x] === "#";
}
