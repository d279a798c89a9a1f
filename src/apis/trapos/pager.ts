/** Shows rows: all at once where they fit the screen, else in pages, for a computer's screen does not scroll back. */
import * as strings from "cc.strings";
import { isInteractive } from "./interactive";
import { readLine } from "./lineinput";
import { moveOf } from "./movekeys";
import { drawRow, marked, type Row } from "./row";
import {
    findIn,
    layOutTo,
    lettersAbove,
    rowBelow,
    startRows,
    type Found,
    type Layout,
    type RowList,
} from "./rowlist";
import { inColour, refitted, takeRowsAbove } from "./screen";
import { bottomOf, placeOf, scrolled, scrolledTo, type Move, type Scroll } from "./scroll";
import { cut } from "./text";

/** How many rows are printed or laid out without a pause: a program that runs for 7 s without one is stopped. */
const ROWS_WITHOUT_PAUSE = 100;

/** Queued to go on with laying rows out, after what the player has done meanwhile. */
const GO_ON = "trapos_pager";

/** What the keys do, the best that there is room for. */
const KEYS = ["space: on, /: find, q: quit", "space /find q:quit", "/find q:quit", "q:quit"];
const KEYS_AT_END = ["/: find, Enter or q: quit", "/find q:quit", "q:quit"];

/** What is being read. */
interface Reading {
    readonly layout: Layout;
    /** Columns that the rows are laid out for. */
    width: number;
    /** Rows of the screen that show some, above that for the place. */
    height: number;
    list: RowList;
    /** The first row that is shown. */
    top: number;
    /** What is looked for; empty where nothing was yet. */
    word: string;
    found?: Found;
    /** Stands in the place of what the keys do, until the next one. */
    note?: string;
    /** Whether the event to go on with laying out is under way. */
    isGoingOn: boolean;
}

function scrollOf(reading: Reading): Scroll {
    return { rows: reading.list.rows.length, height: reading.height, top: reading.top };
}

/** Whether the last row is shown. */
function isAtEnd(reading: Reading): boolean {
    return reading.list.isDone && bottomOf(scrollOf(reading)) === reading.list.rows.length;
}

/** What the last row says: where the reader is, and what the keys do. */
function statusOf(reading: Reading, width: number): string {
    const place = placeOf(scrollOf(reading)) + (reading.list.isDone ? "" : "+");
    const note = reading.note;
    if (note !== undefined) return cut(`${place}  ${note}`, width);
    for (const hint of isAtEnd(reading) ? KEYS_AT_END : KEYS) {
        const line = `${place}  ${hint}`;
        if (line.length <= width) return line;
    }
    return cut(place, width);
}

function drawStatus(reading: Reading): void {
    const [width, height] = term.getSize();
    term.setCursorPos(1, height);
    const line = strings.ensure_width(statusOf(reading, width), width);
    inColour(colours.lightGrey, term.write, line);
}

/** Draws the rows that are in sight. */
function drawRows(reading: Reading): void {
    const found = reading.found;
    for (const y of $range(1, reading.height)) {
        const number = reading.top + y - 1;
        let row: Row = reading.list.rows[number - 1] ?? [];
        if (found !== undefined && found.row === number) row = marked(row, found.from, found.to);
        term.setCursorPos(1, y);
        term.clearLine();
        drawRow(row);
    }
}

/** Draws all of the screen. */
function draw(reading: Reading): void {
    drawRows(reading);
    drawStatus(reading);
}

/** Lets others run. */
function pause(): void {
    os.queueEvent(GO_ON);
    os.pullEvent(GO_ON);
}

/** Lays out all rows. */
function layOutAll(reading: Reading): void {
    while (!layOutTo(reading.list, reading.list.rows.length + ROWS_WITHOUT_PAUSE)) pause();
}

function move(reading: Reading, where: Move): void {
    if (where === "end") layOutAll(reading);
    else layOutTo(reading.list, reading.top + 2 * reading.height);
    reading.top = scrolled(scrollOf(reading), where).top;
}

/** Looks for the word from a place on, in rows that are not laid out yet, too. */
function search(reading: Reading, row: number, column: number): Found | undefined {
    let first = row;
    let start = column;
    while (true) {
        const isDone = layOutTo(reading.list, first + ROWS_WITHOUT_PAUSE);
        const found = findIn(reading.list, reading.word, first, start, reading.list.rows.length);
        if (found !== undefined || isDone) return found;
        first = reading.list.rows.length + 1;
        start = 1;
        pause();
    }
}

/** Goes to the next place of the word, behind a row and a column; from the top on where there is none. */
function findNext(reading: Reading, row: number, column: number): void {
    let found = search(reading, row, column);
    if (found === undefined) {
        found = search(reading, 1, 1);
        if (found !== undefined) reading.note = "from the top";
    }
    reading.found = found;
    if (found === undefined) {
        reading.note = `not found: ${reading.word}`;
        return;
    }
    const scroll = scrollOf(reading);
    if (found.row < scroll.top || found.row > bottomOf(scroll)) {
        // Some rows above it show where it stands.
        reading.top = scrolledTo(scroll, found.row - Math.floor(reading.height / 3)).top;
    }
}

/** Asks for a word on the last row, and goes to its first place from what is shown on. */
function find(reading: Reading): void {
    const [, height] = term.getSize();
    term.setCursorPos(1, height);
    term.clearLine();
    const word = readLine({ prompt: "/" });
    // What was queued to go on is gone: whoever reads a line drops all other events.
    reading.isGoingOn = false;
    if (word === "") return;
    reading.word = word;
    findNext(reading, reading.top, 1);
}

function findAgain(reading: Reading): void {
    const found = reading.found;
    if (reading.word === "") reading.note = "type / to find";
    else if (found === undefined) findNext(reading, reading.top, 1);
    else findNext(reading, found.row, found.to + 1);
}

/** Lays the rows out anew where the screen has another size, with the same text at its top. */
function fit(reading: Reading): void {
    const [width, height] = term.getSize();
    reading.height = Math.max(height - 1, 1);
    if (width !== reading.width) {
        const letters = lettersAbove(reading.list, reading.top);
        reading.width = width;
        reading.list = startRows(reading.layout, width);
        reading.found = undefined;
        reading.top = rowBelow(reading.list, letters);
    }
    layOutTo(reading.list, reading.top + reading.height);
    reading.top = scrolledTo(scrollOf(reading), reading.top).top;
}

/** Does what a key or a turn of the wheel asks for; false where the reader has read enough. */
function act(reading: Reading, event: string, what: unknown): boolean {
    const where = moveOf(event, what);
    reading.note = undefined;
    if (where !== undefined) move(reading, where);
    else if (event === "char" && what === " ") move(reading, "pageDown");
    else if (event === "char" && what === "/") find(reading);
    else if (event === "char" && what === "n") findAgain(reading);
    else if (event === "char" && what === "q") return false;
    else if (event === "key" && what === keys.enter) {
        if (isAtEnd(reading)) return false;
        move(reading, "down");
    }
    return true;
}

/** Goes on with laying out, so that the place is told among all rows. */
function goOn(reading: Reading): void {
    reading.isGoingOn = false;
    layOutTo(reading.list, reading.list.rows.length + ROWS_WITHOUT_PAUSE);
    drawStatus(reading);
}

/** Shows what the reader asks for, until that is enough. Raises what Ctrl+T does. */
function read(reading: Reading): void {
    fit(reading);
    draw(reading);
    while (true) {
        if (!reading.list.isDone && !reading.isGoingOn) {
            os.queueEvent(GO_ON);
            reading.isGoingOn = true;
        }
        const [event, what] = os.pullEvent();
        if (event === GO_ON) goOn(reading);
        else if (event === "term_resize" || event === "char" || event === "key" || event === "mouse_scroll") {
            if (event !== "term_resize" && !act(reading, event, what)) return;
            fit(reading);
            draw(reading);
        }
    }
}

/** Rows that were printed for one width, on another. */
function putAbove(above: readonly Row[], width: number, emit: (this: void, row: Row) => boolean): void {
    for (const row of above) for (const part of refitted(row, width)) emit(part);
}

/** Prints all rows, for nobody in particular. */
function printAll(layout: Layout): void {
    const [width] = term.getSize();
    let printed = 0;
    layout(width, (row) => {
        drawRow(row);
        print();
        printed += 1;
        if (printed % ROWS_WITHOUT_PAUSE === 0) sleep(0);
        return true;
    });
}

/** Reads page by page, and leaves on the screen what was seen last. */
function readPages(layout: Layout, list: RowList, width: number): void {
    const reading: Reading = { layout, width, height: 1, list, top: 1, word: "", isGoingOn: false };
    const [ok, problem] = pcall(() => read(reading));
    // A word that was being typed has moved them.
    if (!ok) drawRows(reading);
    const [, height] = term.getSize();
    const used = bottomOf(scrollOf(reading)) - reading.top + 2;
    term.setCursorPos(1, height);
    term.clearLine();
    term.setCursorPos(1, Math.min(used, height));
    if (!ok) error(problem, 0);
}

/**
 * Shows rows. They are printed as they come; where they are more than the screen has room for the reader turns the
 * pages: up, down, a page up and down, Home and End, the wheel, space a page on, `/` finds, `n` finds the next, `q`, or
 * Enter at the end, goes on with the program. The screen then holds what was seen last. What was said above the rows is
 * a part of their first page. Where nobody reads along (see `isInteractive`) all rows are printed. Raises what Ctrl+T
 * does, and what `layout` raises.
 * @param layout lays the rows out; it is asked anew where the width changes
 */
export function showRows(layout: Layout): void {
    const above = takeRowsAbove();
    if (!isInteractive()) {
        printAll(layout);
        return;
    }
    const [width, height] = term.getSize();
    const room = Math.max(height - 1, 1);
    const isBelow = above.length < room;
    const whole: Layout = (columns, emit) => {
        if (isBelow) putAbove(above, columns, emit);
        layout(columns, emit);
    };
    const list = startRows(whole, width);
    let printed = isBelow ? above.length : 0;
    layOutTo(list, printed);
    while (printed < room) {
        printed += 1;
        if (layOutTo(list, printed) && list.rows.length < printed) return;
        drawRow(list.rows[printed - 1]!);
        print();
    }
    if (layOutTo(list, room + 1) && list.rows.length <= room) return;
    readPages(whole, list, width);
}
