/** Lines on the screen, in colour where there is any, none of which floods it. */
import * as strings from "cc.strings";
import type { Failure } from "./failure";
import { textOf, type Row } from "./row";
import * as text from "./text";

/** The most rows of a line that is no answer. */
const MOST_ROWS = 3;

/** Columns that what went wrong may take, which is three rows of a computer's screen and six of a pocket computer's. */
const FAILURE_COLUMNS = 150;

/** How many rows are kept of what was printed; more than any screen has. */
const MOST_ABOVE = 100;

/** Whether remarks are left out. */
let isQuiet = false;

/** Gets the rows that would be printed, while something else draws on the screen. */
let taker: ((this: void, row: Row) => void) | undefined;

/** What was printed since the reader could last stop reading. */
let above: Row[] = [];

/** The rows that stand above what comes next, on the same page; there are none from then on. */
export function takeRowsAbove(): Row[] {
    const rows = above;
    above = [];
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

/**
 * Hands all that `say`, `remark`, `note` and `fail` would print from here on to something that draws on the screen.
 * @param take gets each row; nothing to print again
 */
export function handRows(take: ((this: void, row: Row) => void) | undefined): void {
    taker = take;
}

/** A row that was laid out for another width: as it is where it fits, else as several without colours of their own. */
export function refitted(row: Row, width: number): Row[] {
    const whole = textOf(row);
    if (whole.length <= width) return [row];
    const rows: Row[] = [];
    for (const part of strings.wrap(string.match(whole, "^(.-) *$")[0]!, width))
        table.insert(rows, [{ text: part, colour: row[0]!.colour }]);
    return rows;
}

/** Prints a row that may be the head of what comes next. */
function printRow(colour: number, text: string): void {
    if (taker !== undefined) {
        taker([{ text, colour }]);
        return;
    }
    inColour(colour, print, text);
    table.insert(above, [{ text, colour }]);
    if (above.length > MOST_ABOVE) table.remove(above, 1);
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
    for (const row of rowsOf(line, MOST_ROWS)) printRow(shown, row);
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
 * Prints a remark of one row above a line that moves, in whose place it goes.
 * @param row in CC's font, no longer than a row
 * @param colour that of remarks where nothing is said
 */
export function note(row: string, colour?: number): void {
    if (isQuiet) return;
    clearRow();
    printRow(colour ?? colours.lightGrey, row);
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
        for (const row of rowsOf(line, most)) printRow(colours.red, row);
    }
}
