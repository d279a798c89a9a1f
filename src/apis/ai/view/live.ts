/**
 * An answer on the screen while it is written. Rows that stay are printed. Below them stand the rows of what has not ended,
 * which are drawn anew as it grows, then lines of others that came meanwhile, and then the moving line, on whose row the cursor
 * is. What is higher than the screen shows its end.
 */
import { drawRow, textOf, type Row } from "../../trapos/row";
import { drawAgain } from "../../trapos/progress";
import { handRows, refitted, remark, takeRowsAbove } from "../../trapos/screen";
import type { Span } from "../markdown/inline";
import type * as streamModule from "../markdown/stream";
import { isAsking } from "./asks";
import { coloured } from "./colours";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** Seconds between two drawings: a tick of the game. */
const TICK = 0.05;

/** A drawing that takes long is followed by a pause of so many times as long. */
const REST = 4;

/** How many rows that stay are kept for a screen of another size; more than any has. */
const MOST_KEPT = 100;

/** What is being shown. */
interface Live {
    readonly parts: typeof streamModule;
    readonly answer: streamModule.Stream;
    /** What the model thinks, while it does. */
    thoughts?: streamModule.Stream;
    /** Rows that stay and are not drawn yet. */
    fresh: Row[];
    /** The last rows that stay and are drawn. */
    kept: Row[];
    /** Lines of others that are printed when what stands above them has ended. */
    notes: Row[];
    /** How many rows above the cursor are drawn anew. */
    drawn: number;
    /** How many rows stay. */
    count: number;
    /** Whether anything has come since it was drawn. */
    isChanged: boolean;
    /** Runs until it may be drawn again. */
    timer?: number;
    width: number;
    height: number;
}

/** What is shown, or was last. Whoever has begun it may be gone when it ends. */
let current: Live | undefined;

/** Begins to show an answer, from what is loaded for that alone. */
function begin(): Live {
    const parts = load("/apis/ai/markdown/stream") as typeof streamModule;
    const [width, height] = term.getSize();
    const fresh: Row[] = [];
    const answer = parts.openStream(width, term.isColour(), {
        emit: (row) => {
            table.insert(fresh, coloured(row));
        },
        discard: () => {
            table.insert(fresh, [{ text: "Until here it thought.", colour: colours.lightGrey }]);
        },
    });
    return {
        parts,
        answer,
        fresh,
        kept: [],
        notes: [],
        drawn: 0,
        count: 0,
        isChanged: false,
        width,
        height,
    };
}

/** Draws a whole row; the screen moves up where it would be below it. Returns the next row's place. */
function put(live: Live, row: Row, place: number): number {
    if (place > live.height) term.scroll(1);
    const y = Math.min(place, live.height);
    term.setCursorPos(1, y);
    drawRow(row);
    term.write(string.rep(" ", live.width - textOf(row).length));
    return y + 1;
}

/** Draws the rows that stay anew where the screen has another size, as far as it is theirs. */
function fit(live: Live): void {
    const [width, height] = term.getSize();
    if (width === live.width && height === live.height) return;
    const [, cursor] = term.getCursorPos();
    const start = cursor - live.drawn - live.kept.length;
    live.width = width;
    live.height = height;
    live.drawn = 0;
    live.parts.setWidth(live.answer, width);
    if (live.thoughts !== undefined) live.parts.setWidth(live.thoughts, width);
    const rows: Row[] = [];
    for (const row of live.kept) for (const part of refitted(row, width)) table.insert(rows, part);
    live.kept = rows;
    let y = Math.max(Math.min(start, height), 1);
    for (const line of $range(y, height)) {
        term.setCursorPos(1, line);
        term.clearLine();
    }
    for (const index of $range(Math.max(rows.length - height, 0), rows.length - 1))
        y = put(live, rows[index]!, y);
    if (y > height) term.scroll(1);
    term.setCursorPos(1, Math.min(y, height));
}

/** The rows that are drawn anew. */
function unfinishedRows(live: Live): Row[] {
    const thoughts = live.thoughts;
    const tail = live.parts.tailOf(thoughts ?? live.answer);
    const rows: Row[] = [];
    const colour = thoughts && colours.lightGrey;
    for (const row of tail) table.insert(rows, coloured(row, colour));
    for (const row of live.notes) table.insert(rows, row);
    return rows;
}

/** Draws what has come. */
function draw(live: Live): void {
    live.isChanged = false;
    fit(live);
    const [, cursor] = term.getCursorPos();
    // A box may have moved some of it beyond the screen.
    let y = Math.max(cursor - live.drawn, 1);
    for (const row of live.fresh) {
        y = put(live, row, y);
        table.insert(live.kept, row);
        if (live.kept.length > MOST_KEPT) table.remove(live.kept, 1);
    }
    live.count += live.fresh.length;
    while (live.fresh.length > 0) live.fresh.pop();
    const rows = unfinishedRows(live);
    const first = Math.max(rows.length - live.height + 1, 0);
    for (const index of $range(first, rows.length - 1)) y = put(live, rows[index]!, y);
    live.drawn = rows.length - first;
    if (y > live.height) term.scroll(1);
    y = Math.min(y, live.height);
    for (const line of $range(y + 1, Math.min(cursor, live.height))) {
        term.setCursorPos(1, line);
        term.clearLine();
    }
    term.setCursorPos(1, y);
    drawAgain();
}

/** Draws what has come, where nothing stands over it; nothing more is drawn for a tick. */
function drawInTurn(live: Live): void {
    if (live.timer !== undefined || isAsking()) return;
    const start = os.epoch("utc");
    draw(live);
    live.timer = os.startTimer(Math.max(TICK, ((os.epoch("utc") - start) / 1000) * REST));
}

/** Has it drawn that something has come. */
function change(live: Live): void {
    live.isChanged = true;
    drawInTurn(live);
}

/** Lets lines of others stay where nothing is unfinished above them. */
function placeNotes(live: Live): void {
    if (live.parts.hasTail(live.thoughts ?? live.answer)) return;
    for (const note of live.notes) table.insert(live.fresh, note);
    live.notes = [];
}

/** Takes a piece, line by line where something waits for the end of one. */
function take(live: Live, stream: streamModule.Stream, piece: string): void {
    let rest = piece;
    while (live.notes.length > 0 && rest !== "") {
        const [stop] = string.find(rest, "\n", 1, true);
        live.parts.addPiece(stream, string.sub(rest, 1, stop ?? -1));
        rest = stop === undefined ? "" : string.sub(rest, stop + 1);
        placeNotes(live);
    }
    live.parts.addPiece(stream, rest);
}

/** What is shown, from its first piece on. */
function open(): Live {
    if (current !== undefined) return current;
    const live = begin();
    current = live;
    // What was printed until now is not the head of what comes after the answer.
    takeRowsAbove();
    handRows((row) => {
        table.insert(live.notes, row);
        placeNotes(live);
        change(live);
    });
    return live;
}

/** Says, or no longer says, that the model thinks. */
function setThinking(live: Live, isThinking: boolean): void {
    if (isThinking === (live.thoughts !== undefined)) return;
    live.parts.endLine(live.thoughts ?? live.answer);
    placeNotes(live);
    live.thoughts = undefined;
    if (!isThinking) {
        live.answer.page.gap = true;
        return;
    }
    const emit = (row: readonly Span[]): void => {
        table.insert(live.fresh, coloured(row, colours.lightGrey));
    };
    if (live.count + live.fresh.length > 0) emit([]);
    emit([{ text: "Thinking:", style: "text" }]);
    live.thoughts = live.parts.openStream(live.width, term.isColour(), { emit, discard: () => undefined });
}

/**
 * Shows a piece of an answer.
 * @param piece UTF-8, cut anywhere
 */
export function showText(piece: string): void {
    if (piece === "") return;
    const live = open();
    setThinking(live, false);
    take(live, live.answer, piece);
    change(live);
}

/**
 * Shows a piece of what the model thinks.
 * @param piece UTF-8, cut anywhere
 */
export function showThoughts(piece: string): void {
    if (piece === "") return;
    const live = open();
    setThinking(live, true);
    take(live, live.thoughts!, piece);
    change(live);
}

/** Draws what has come and was not drawn yet, before something covers it. */
export function catchUp(): void {
    if (current !== undefined && current.isChanged) draw(current);
}

/** Draws what has come while something stood over it, and all of it where the screen has another size. */
export function keepUp(): void {
    const live = current;
    if (live === undefined || isAsking()) return;
    const [width, height] = term.getSize();
    if (width !== live.width || height !== live.height) draw(live);
    else if (live.isChanged) drawInTurn(live);
}

/** Draws what comes, tick by tick, for ever. */
export function keepDrawing(): void {
    while (true) {
        const [event, id] = os.pullEventRaw();
        const live = current;
        if (live !== undefined) {
            if (event === "timer" && id === live.timer) {
                live.timer = undefined;
                if (live.isChanged) drawInTurn(live);
            } else if (event === "term_resize") keepUp();
        }
    }
}

/** Forgets what was shown. */
export function forgetShown(): void {
    current = undefined;
}

/** Leaves on the screen what has come, above the cursor. Nobody waits for it any more. */
export function stopShowing(): void {
    const live = current;
    if (live === undefined) return;
    handRows(undefined);
    // Text that comes goes on where thoughts are printed from here on.
    setThinking(live, false);
    draw(live);
}

/**
 * Ends what was shown, once the answer is known. A line says where it was longer than the screen, and where it is another one.
 * @param answer UTF-8
 * @param again the command that shows it again, where there is one
 * @returns whether it stands on the screen; else it is to be shown
 */
export function isShown(answer: string, again?: string): boolean {
    const live = current;
    current = undefined;
    if (live === undefined || live.parts.isEmpty(live.answer)) return false;
    const isWhole = live.parts.complete(live.answer, answer);
    placeNotes(live);
    draw(live);
    if (!isWhole) remark("It was changed since. All of it:");
    else if (again !== undefined && live.count >= live.height) remark(`Read it again: ${again}`);
    return isWhole;
}
