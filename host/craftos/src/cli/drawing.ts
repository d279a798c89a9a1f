import { fontToUnicode } from "../machine/font.ts";
import type { Picture } from "../machine/terminal.ts";
import { shownColours, type Colour } from "../shown-colours.ts";

/** Turns a screen into what a terminal is sent. Pure: no terminal is touched here. */

/** Bits a colour, as Node's WriteStream.getColorDepth tells them; 1 is without colours. */
export type ColourDepth = 1 | 4 | 8 | 24;

/** A terminal's size in characters. */
export interface Size {
    readonly columns: number;
    readonly rows: number;
}

interface Cell {
    readonly glyph: string;
    /** The parameters of the sequence that sets its colours, "" for none. */
    readonly style: string;
}

/** What a terminal shows: its rows from the top, and where its cursor blinks, counted from 1. */
export interface Frame {
    readonly rows: readonly (readonly Cell[])[];
    readonly cursor: { readonly x: number; readonly y: number } | undefined;
}

/** The part of a screen that a terminal has room for. */
export interface View {
    /** Columns and rows of the screen that are hidden on the left and on the top. */
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
}

/** The part to show: all of it where there is room beside the status line, or else that around the cursor. */
export function viewOf({ width, height, cursor }: Picture, { columns, rows }: Size): View {
    const shownWidth = Math.min(width, columns);
    const shownHeight = Math.max(0, Math.min(height, rows - 1));
    const hidden = (position: number, shown: number, all: number): number =>
        Math.max(0, Math.min(position - shown, all - shown));
    return {
        left: hidden(cursor.x, shownWidth, width),
        top: hidden(cursor.y, shownHeight, height),
        width: shownWidth,
        height: shownHeight,
    };
}

/** The 16 colours that nearly every terminal has, by number. Source: the VGA text mode palette. */
const sixteen: readonly Colour[] = Array.from({ length: 16 }, (_, index): Colour => {
    const [on, off] = index < 8 ? [170, 0] : [255, 85];
    return [index & 1 ? on : off, index & 2 ? on : off, index & 4 ? on : off];
});

/** The colours 16 to 255 of xterm: a cube of 6 x 6 x 6, then 24 greys. */
const cubeAndGreys: readonly Colour[] = Array.from({ length: 240 }, (_, index): Colour => {
    const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
    if (index < 216)
        return [level(Math.floor(index / 36)), level(Math.floor(index / 6) % 6), level(index % 6)];
    const grey = 8 + 10 * (index - 216);
    return [grey, grey, grey];
});

function nearest(colour: Colour, among: readonly Colour[]): number {
    const distance = (other: Colour): number =>
        (other[0] - colour[0]) ** 2 + (other[1] - colour[1]) ** 2 + (other[2] - colour[2]) ** 2;
    return among.reduce(
        (best, other, index) => (distance(other) < distance(among[best] ?? other) ? index : best),
        0,
    );
}

/** The parameters that set a text's colour, or the colour behind it. */
function parameters(colour: Colour, depth: 4 | 8 | 24, behind: boolean): string {
    const base = behind ? 40 : 30;
    if (depth === 24) return `${base + 8};2;${colour.join(";")}`;
    if (depth === 8) return `${base + 8};5;${16 + nearest(colour, cubeAndGreys)}`;
    const index = nearest(colour, sixteen);
    return `${index < 8 ? base + index : base + 52 + index}`;
}

/** A function from two places to the parameters of a cell's style. */
function styles(picture: Picture, depth: ColourDepth): (text: number, background: number) => string {
    const colours = shownColours(picture);
    if (depth === 1) {
        const brightness = colours.map(([red, green, blue]) => red + green + blue);
        // Without colours a bar that is brighter than its text can still be told from the rest.
        return (text, background) => ((brightness[background] ?? 0) > (brightness[text] ?? 0) ? "7" : "");
    }
    const text = colours.map((colour) => parameters(colour, depth, false));
    const background = colours.map((colour) => parameters(colour, depth, true));
    return (textPlace, backgroundPlace) => `${text[textPlace] ?? ""};${background[backgroundPlace] ?? ""}`;
}

const DIM = "2";

/**
 * What a terminal shows of a screen: as much as fits, and a status line below it.
 * @param status cut off where it does not fit
 */
export function frameOf(picture: Picture, size: Size, depth: ColourDepth, status: string): Frame {
    const { left, top, width, height } = viewOf(picture, size);
    const style = styles(picture, depth);
    const rows = picture.rows.slice(top, top + height).map((row) => {
        const glyphs = [...fontToUnicode(row.text.subarray(left, left + width))];
        return glyphs.map((glyph, x): Cell => {
            const [text = 0, background = 0] = [row.textColour[left + x], row.backgroundColour[left + x]];
            return { glyph, style: style(text, background) };
        });
    });
    const statusLine = [...status.slice(0, size.columns).padEnd(Math.min(size.columns, picture.width))];
    rows.push(statusLine.map((glyph): Cell => ({ glyph, style: DIM })));
    const [x, y] = [picture.cursor.x - left, picture.cursor.y - top];
    const isSeen = picture.cursor.blink && x >= 1 && x <= width && y >= 1 && y <= height;
    return { rows, cursor: isSeen ? { x, y } : undefined };
}

/** Whether every terminal draws a glyph one column wide. Symbols may be two wide in some. */
function isSurelyNarrow(glyph: string): boolean {
    return glyph <= "\u00ff" && glyph.length === 1;
}

const moveTo = (x: number, y: number): string => `\u001b[${y};${x}H`;
const sameCell = (one: Cell | undefined, other: Cell): boolean =>
    one?.glyph === other.glyph && one.style === other.style;

const sameShape = (one: Frame, other: Frame): boolean =>
    one.rows.length === other.rows.length && one.rows.every((row, y) => row.length === other.rows[y]?.length);

/**
 * What to send to a terminal that shows one frame so that it shows another; empty when they are the same.
 * @param shown undefined where the terminal shows something else, which is wiped away
 */
export function redraw(shown: Frame | undefined, after: Frame): string {
    const before = shown !== undefined && sameShape(shown, after) ? shown : undefined;
    let result = before === undefined ? "\u001b[0m\u001b[2J" : "";
    let style: string | undefined;
    after.rows.forEach((row, y) => {
        let writtenUpTo: number | undefined;
        row.forEach((cell, x) => {
            if (sameCell(before?.rows[y]?.[x], cell)) return;
            if (writtenUpTo !== x) result += moveTo(x + 1, y + 1);
            if (style !== cell.style) result += `\u001b[0${cell.style === "" ? "" : `;${cell.style}`}m`;
            style = cell.style;
            result += cell.glyph;
            writtenUpTo = isSurelyNarrow(cell.glyph) ? x + 1 : undefined;
        });
    });
    const { cursor } = after;
    const cursorMoved = cursor?.x !== before?.cursor?.x || cursor?.y !== before?.cursor?.y;
    if (result === "" && !cursorMoved) return "";
    const hide = "\u001b[?25l";
    return `${hide}${result}${cursor === undefined ? "" : `${moveTo(cursor.x, cursor.y)}\u001b[?25h`}`;
}
