/**
 * A box over the lower part of the screen that asks for a key: a title, rows that scroll, and below them what each key
 * does. What was on the screen is there again when it is closed, as far as the terminal tells what it shows; on one that
 * does not, as that of a computer without colours, what is above has moved up.
 */
import * as strings from "cc.strings";
import { moveOf } from "./movekeys";
import { placeOf, scrolled, scrolledTo, type Scroll } from "./scroll";
import { cut } from "./text";

/** A row of a box, in CC's font. */
export interface BoxRow {
    readonly text: string;
    /** Where there are colours. */
    readonly colour?: number;
    /** The key that a click on it stands for. */
    readonly key?: string;
}

/** A key, and what it does. */
export interface BoxKey {
    /** A character, or "enter". */
    readonly key: string;
    readonly label: string;
}

/** What a box shows on a screen of one width. */
export interface BoxContent {
    readonly title: string;
    readonly rows: readonly BoxRow[];
    /** Rows that do not scroll. */
    readonly foot: readonly BoxRow[];
    readonly keys: readonly BoxKey[];
}

/** Makes what a box shows. */
export type Layout = (this: void, width: number) => BoxContent;

/** One row of a terminal, as `blit` takes it. */
type Line = readonly [text: string, colour: string, background: string];

/** What is told of terminals that know what they show. */
interface Readable extends ITerminal {
    getLine(this: void, row: number): LuaMultiReturn<[string, string, string]>;
}

/** A box that is open. */
export interface Box {
    layout: Layout;
    content: BoxContent;
    scroll: Scroll;
    /** The rows that do not scroll, where there is room for them. */
    foot: readonly BoxRow[];
    /** The rows of its keys, and where each stands in them. */
    keyRows: readonly (readonly BoxKey[])[];
    /** Its first row on the screen. */
    top: number;
    readonly screen: ITerminal;
    /** What was on the screen, where the terminal tells. */
    readonly lines?: readonly Line[];
    /** Where the cursor was. */
    row: number;
}

/** Rows that what scrolls has at least, where it has so many. */
const LEAST_ROWS = 3;
/** Columns between two keys. */
const GAP = 2;
/** Key and label, as they are written. */
const WRITTEN: Record<string, string | undefined> = { enter: "Enter" };

function written(key: BoxKey): string {
    return `${WRITTEN[key.key] ?? key.key} ${key.label}`;
}

/** The keys in as few rows as they fit in. */
function rowsOfKeys(boxKeys: readonly BoxKey[], width: number): BoxKey[][] {
    const rows: BoxKey[][] = [];
    let row: BoxKey[] = [];
    let used = 0;
    for (const key of boxKeys) {
        const columns = written(key).length;
        if (row.length > 0 && used + GAP + columns > width) {
            rows.push(row);
            row = [];
            used = 0;
        }
        used += (row.length > 0 ? GAP : 0) + columns;
        row.push(key);
    }
    if (row.length > 0) rows.push(row);
    return rows;
}

/** Writes a whole row of the box. */
function drawRow(y: number, text: string, colour: number, background: number): void {
    const [width] = term.getSize();
    term.setCursorPos(1, y);
    term.setTextColour(colour);
    term.setBackgroundColour(background);
    term.write(strings.ensure_width(text, width));
}

/** The bar at the top: the title, and the place where there is more than is shown. */
function drawTitle(box: Box): void {
    const [width] = term.getSize();
    const isAll = box.scroll.rows <= box.scroll.height;
    const place = isAll ? "" : ` ${placeOf(box.scroll)} `;
    const title = strings.ensure_width(
        ` ${cut(box.content.title, width - place.length - 1)}`,
        width - place.length,
    );
    const bar = term.isColour() ? colours.blue : colours.white;
    drawRow(box.top, title + place, term.isColour() ? colours.white : colours.black, bar);
}

/** A row of keys. */
function drawKeys(y: number, row: readonly BoxKey[]): void {
    const ground = term.isColour() ? colours.grey : colours.white;
    drawRow(y, "", colours.white, ground);
    let x = 1;
    for (const key of row) {
        const text = written(key);
        term.setCursorPos(x, y);
        term.setTextColour(term.isColour() ? colours.yellow : colours.black);
        term.write(string.sub(text, 1, text.length - key.label.length));
        term.setTextColour(term.isColour() ? colours.white : colours.black);
        term.write(key.label);
        x += text.length + GAP;
    }
}

function drawRows(rows: readonly BoxRow[], first: number, count: number, y: number): void {
    for (const index of $range(0, count - 1)) {
        const row = rows[first + index];
        const colour = row && row.colour;
        const shown = term.isColour() ? (colour ?? colours.white) : colours.white;
        drawRow(y + index, row ? row.text : "", shown, colours.black);
    }
}

/** Draws all of it. */
function draw(box: Box): void {
    const content = box.content;
    const height = box.scroll.height;
    term.setCursorBlink(false);
    drawTitle(box);
    drawRows(content.rows, box.scroll.top - 1, height, box.top + 1);
    drawRows(box.foot, 0, box.foot.length, box.top + 1 + height);
    let y = box.top + 1 + height + box.foot.length;
    for (const row of box.keyRows) {
        drawKeys(y, row);
        y += 1;
    }
    term.setTextColour(colours.white);
    term.setBackgroundColour(colours.black);
}

/** Lays it out for the screen as it is now. */
function arrange(box: Box): void {
    const [width, height] = term.getSize();
    box.content = box.layout(width);
    box.keyRows = rowsOfKeys(box.content.keys, width);
    const rows = box.content.rows.length;
    const least = 1 + Math.min(rows, LEAST_ROWS) + box.keyRows.length;
    // On a low screen what is asked comes before what does not scroll.
    box.foot = box.content.foot.length <= height - least ? box.content.foot : [];
    const others = 1 + box.foot.length + box.keyRows.length;
    const place = Math.max(Math.min(rows, height - others), 1);
    box.scroll = scrolledTo({ rows, height: place, top: box.scroll.top }, box.scroll.top);
    box.top = Math.max(height - others - place + 1, 1);
}

/** What is on the screen, where the terminal tells. */
function linesOf(screen: ITerminal): Line[] | undefined {
    const getLine = (screen as Partial<Readable>).getLine;
    if (getLine === undefined) return undefined;
    const [, height] = screen.getSize();
    const lines: Line[] = [];
    for (const y of $range(1, height)) {
        const [text, colour, background] = getLine(y);
        lines.push([text, colour, background]);
    }
    return lines;
}

/** Moves what is on the screen up where the box would hide it for good. */
function makeRoom(box: Box): void {
    const above = box.row - box.top;
    if (box.lines !== undefined || above <= 0) return;
    term.scroll(above);
    box.row = box.top;
}

/** A line as it is written on a screen of some width. */
function fitted(line: Line, width: number): Line {
    const [text, colour, background] = line;
    const missing = Math.max(width - text.length, 0);
    return [
        string.sub(text, 1, width) + string.rep(" ", missing),
        string.sub(colour, 1, width) + string.rep("0", missing),
        string.sub(background, 1, width) + string.rep("f", missing),
    ];
}

/** Writes some rows of what was on the screen, or clears them. */
function restoreRows(box: Box, from: number, to: number): void {
    const [width, height] = term.getSize();
    const lines = box.lines;
    // On a screen that has become lower the end of it is what counts.
    const hidden = lines === undefined ? 0 : Math.max(box.row - height, 0);
    term.setBackgroundColour(colours.black);
    for (const y of $range(from, to)) {
        const line = lines && lines[y + hidden - 1];
        term.setCursorPos(1, y);
        term.clearLine();
        if (line) term.blit(...fitted(line, width));
    }
}

/** What the box no longer hides, as it has become lower. */
function restoreAbove(box: Box, before: number): void {
    if (before < box.top) restoreRows(box, before, box.top - 1);
}

/**
 * Opens a box.
 * @param layout makes what it shows
 */
export function openBox(layout: Layout): Box {
    const screen = term.current();
    const [, row] = term.getCursorPos();
    const box: Box = {
        layout,
        content: { title: "", rows: [], foot: [], keys: [] },
        scroll: { rows: 0, height: 1, top: 1 },
        foot: [],
        keyRows: [],
        top: 1,
        screen,
        lines: linesOf(screen),
        row,
    };
    arrange(box);
    makeRoom(box);
    draw(box);
    return box;
}

/**
 * Shows something else in an open box.
 * @param isNew true to begin at its first row again
 */
export function showInBox(box: Box, layout: Layout, isNew: boolean): void {
    const before = box.top;
    box.layout = layout;
    if (isNew) box.scroll = scrolledTo(box.scroll, 1);
    arrange(box);
    restoreAbove(box, before);
    makeRoom(box);
    draw(box);
}

/** Closes a box: what was on the screen is there again, and the cursor is where it was. */
export function closeBox(box: Box): void {
    term.redirect(box.screen);
    const [, height] = term.getSize();
    if (box.lines === undefined) restoreRows(box, box.top, height);
    else restoreRows(box, 1, height);
    term.setTextColour(colours.white);
    term.setCursorBlink(false);
    term.setCursorPos(1, Math.min(box.row, height));
}

/** After the screen has another size. */
function follow(box: Box): void {
    const [, height] = term.getSize();
    arrange(box);
    if (box.lines === undefined) restoreRows(box, Math.min(box.row, box.top), height);
    else restoreRows(box, 1, height);
    if (box.lines === undefined) box.row = Math.min(box.row, box.top);
    draw(box);
}

/** The key that a click stands for, if it is on one. */
function keyAt(box: Box, x: number, y: number): string | undefined {
    const first = box.top + 1;
    const height = box.scroll.height;
    if (y >= first && y < first + height) {
        const row = box.content.rows[box.scroll.top - 1 + y - first];
        return row && row.key;
    }
    const row = box.keyRows[y - first - height - box.foot.length];
    let start = 1;
    for (const key of row ?? []) {
        const end = start + written(key).length;
        if (x >= start && x < end) return key.key;
        start = end + GAP;
    }
    return undefined;
}

/**
 * Waits for a key of an open box, or a click in its place. Scrolls, and follows the screen's size, meanwhile.
 * @returns a character in lower case, or "enter"
 */
export function nextKey(box: Box): string {
    while (true) {
        const [event, what, x, y] = os.pullEventRaw();
        if (event === "terminate") error("Terminated", 0);
        if (event === "char") return string.lower(what as string);
        if (event === "key" && (what === keys.enter || what === keys.numPadEnter)) return "enter";
        if (event === "term_resize") follow(box);
        if (event === "mouse_click") {
            const key = keyAt(box, x as number, y as number);
            if (key !== undefined) return key;
        }
        const move = moveOf(event, what);
        if (move !== undefined) {
            box.scroll = scrolled(box.scroll, move);
            draw(box);
        }
    }
}

/**
 * Has a line typed in the place of the keys of an open box.
 * @param prompt in CC's font
 * @returns the line as it was typed; the box shows its keys again
 */
export function readInBox(box: Box, prompt: string): string {
    const [width, height] = term.getSize();
    const count = Math.max(box.keyRows.length, 1);
    const y = Math.min(height - count + 1, height);
    for (const row of $range(y, height)) drawRow(row, "", colours.white, colours.black);
    const start = cut(prompt, Math.max(width - 10, 0));
    drawRow(y, start, term.isColour() ? colours.yellow : colours.white, colours.black);
    // A window of its own: what is typed ends with a line break, which would move the whole screen on its last row.
    const place = window.create(box.screen, start.length + 2, y, Math.max(width - start.length - 1, 1), 1);
    term.redirect(place);
    term.setTextColour(colours.white);
    const line = read();
    term.redirect(box.screen);
    arrange(box);
    draw(box);
    return line;
}
