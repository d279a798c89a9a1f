/** Lines on the screen, in colour where there is any, none of which floods it. */
import * as strings from "cc.strings";
import type { Failure } from "./failure";
import * as text from "./text";

/** The most rows of a line that is no answer. */
const MOST_ROWS = 3;

/** Columns that what went wrong may take, which is three rows of a computer's screen and six of a pocket computer's. */
const FAILURE_COLUMNS = 150;

/** Whether remarks are left out. */
let isQuiet = false;

/** Rows that were printed since the reader could last stop reading. */
let above = 0;

/** How many rows stand above what comes next, on the same page; it is none from then on. */
export function takeRowsAbove(): number {
    const rows = above;
    above = 0;
    return rows;
}

/**
 * Shows a text in a colour.
 * @param show is handed the text; what it returns is returned
 */
export function inColour<T>(colour: number, show: (this: void, text: string) => T, shown: string): T {
    const before = term.getTextColour();
    if (term.isColour()) term.setTextColour(colour);
    const result = show(shown);
    term.setTextColour(before);
    return result;
}

/** Goes to the start of the row, which is the last one where the screen has become lower since. */
export function startRow(): void {
    const [, row] = term.getCursorPos();
    const [, height] = term.getSize();
    if (row > height) term.scroll(1);
    term.setCursorPos(1, Math.min(row, height));
}

/** Clears the row and goes to its start. */
export function clearRow(): void {
    startRow();
    term.clearLine();
}

/** A text, UTF-8, as rows that fit the screen. Where they would be too many its middle is missing. */
function rowsOf(line: string, most: number): string[] {
    const [width] = term.getSize();
    const whole = text.oneLine(line);
    let columns = width * most;
    let rows: string[];
    do {
        rows = strings.wrap(text.shorten(whole, columns), width);
        columns -= 1;
    } while (rows.length > most);
    return rows;
}

/**
 * Prints a line, of a hostile length, too: on three rows at most.
 * @param line UTF-8
 * @param colour that of other texts where nothing is said
 */
export function say(line: string, colour?: number): void {
    const shown = colour ?? term.getTextColour();
    for (const row of rowsOf(line, MOST_ROWS)) above += inColour(shown, print, row);
}

/** From here on remarks are left out. */
export function beQuiet(): void {
    isQuiet = true;
}

/** Prints a remark that is not part of what was asked for, on three rows at most. */
export function remark(line: string): void {
    if (!isQuiet) say(line, colours.lightGrey);
}

/**
 * Prints what went wrong and what to do next.
 * @param columns how many columns each line of it may take; what is more loses its middle
 */
export function fail(failure: Pick<Failure, "message" | "hint">, columns = FAILURE_COLUMNS): void {
    const [width] = term.getSize();
    const most = Math.max(MOST_ROWS, Math.ceil(columns / width));
    const lines = [failure.message];
    // A hint may show lines as they are to be written into a file.
    for (const [line] of string.gmatch(failure.hint, "[^\n]+")) table.insert(lines, line!);
    for (const line of lines) {
        for (const row of rowsOf(line, most)) above += inColour(colours.red, print, row);
    }
}
