/** Markdown as rows of a narrow screen, line by line. */
import { fold } from "../../trapos/font";
import { begin, indentOf, readLine, type Blocks, type Line } from "./blocks";
import { codeBlocks, linesOf } from "./codeblocks";
import { languageOf } from "./fence";
import type { Span, Style } from "./inline";
import { put, putCode, putLanguage, putText, type Sheet } from "./rows";
import { addRow, copyTable, putTable, tableOf, type Table } from "./table";

/** The most columns that a line is indented. */
const DEEPEST = 8;

/** How much of a text is read before its first row, to see whether it has several blocks of code. */
const LOOKED_AHEAD = 50_000;

/** A sheet, and what waits for the next line. */
export interface Page extends Sheet {
    readonly blocks: Blocks;
    /** Whether the first block of code has a number, too, because there are several. */
    readonly isNumbered: boolean;
    /** The number of the last one. */
    number: number;
    /** A line that is the head of a table if the next one says so: where it stands, and the line. */
    held?: { readonly lead: string; readonly style: Style; readonly text: string };
    table?: Table;
}

/** Puts on the sheet what waits for the next line: a table, or what may be the head of one. */
export function settle(page: Page): void {
    const held = page.held;
    const table = page.table;
    page.held = undefined;
    page.table = undefined;
    if (held !== undefined) putText(page, held.lead, held.lead, held.text, held.style);
    if (table !== undefined) putTable(page, table);
}

/** Takes a line as a part of a table; false where it is none. */
function takeForTable(page: Page, line: string): boolean {
    const held = page.held;
    const table = page.table;
    if (held !== undefined) {
        page.table = tableOf(held.text, line, held.lead, held.style);
        if (page.table !== undefined) page.held = undefined;
        return page.table !== undefined;
    }
    return table !== undefined && addRow(page, table, line);
}

/** What stands before code: as far as the item that it is in. */
function leadOfCode(line: Line): string {
    return string.rep(" ", Math.min(line.column, DEEPEST));
}

/** Puts what is known of a block of code above it: its language, and its number where there are several. */
function putHead(page: Page, line: Line): void {
    page.number += 1;
    const language = line.fence && languageOf(line.fence);
    if (page.isNumbered || page.number > 1)
        putLanguage(page, leadOfCode(line), `${language ?? "code"} ${page.number}`);
    else if (language !== undefined) putLanguage(page, leadOfCode(line), language);
}

/** Puts a line of code. */
function putCodeLine(page: Page, line: Line): void {
    if (line.isFirst === true) putHead(page, line);
    if (line.kind === "indented" && line.isFirst !== true && page.gap === true) {
        // A blank line in code is a part of it.
        page.gap = false;
        putCode(page, leadOfCode(line), "");
    }
    putCode(page, leadOfCode(line), line.text);
}

/** Puts the beginning of an item, or its mark alone, where code follows. */
function putItem(page: Page, line: Line, mark: string, lead: string, style: Style): void {
    const depth = indentOf(line.text);
    let shown = string.find(mark, "%d")[0] === undefined ? string.char(7) : mark;
    if (line.kind === "opens") {
        put(page, [{ text: `${lead}${shown} `, style }]);
        return;
    }
    let [text] = string.gsub(string.sub(line.text, depth + mark.length + 1), "^ +", "");
    const [box] = string.match(text, "^(%[[ xX]%]) ");
    if (box !== undefined) {
        // A task: its box is mark enough.
        shown = string.lower(box);
        text = string.sub(text, 5);
    }
    const first = `${lead}${shown} `;
    const quote = line.isQuoted ? "> " : "";
    putText(page, first, quote + string.rep(" ", first.length - quote.length), text, style);
}

/** Puts a line that is neither blank nor code. */
function putLine(page: Page, line: Line): void {
    const depth = indentOf(line.text);
    const [body] = string.gsub(string.sub(line.text, depth + 1), " +", " ");
    const lead = (line.isQuoted ? "> " : "") + string.rep(" ", Math.min(depth, DEEPEST));
    const style: Style = line.isQuoted ? "quote" : "text";
    if (line.mark !== undefined) {
        putItem(page, line, line.mark, lead, style);
        return;
    }
    if (string.find(body, "^[-*_] ?[-*_] ?[-*_][-*_ ]*$")[0] !== undefined) {
        put(page, [{ text: lead + string.rep("-", page.width - lead.length), style }]);
        return;
    }
    const [heading] = string.match(body, "^##?#?#?#?#? (.*)$");
    if (heading !== undefined) {
        putText(page, lead, lead, string.gsub(heading, " #+ ?$", "")[0], "heading");
        return;
    }
    page.held = { lead, style, text: body };
    if (string.find(body, "|", 1, true)[0] === undefined) settle(page);
}

/**
 * Begins to lay out a text that is fed line by line. `settle` ends it.
 * @param width columns of the screen
 * @param hasGround whether code gets a ground, for which its rows go to the right end of the screen; else a bar stands
 * before it
 * @param emit gets each row, without a line break, as soon as it is known; false says that no more is wanted
 * @param isNumbered whether the first block of code has a number; those behind it always have one
 */
export function openSheet(
    width: number,
    hasGround: boolean,
    emit: (this: void, row: Span[]) => unknown,
    isNumbered = false,
): Page {
    return { width, hasGround, emit: (row) => emit(row) !== false, blocks: begin(), isNumbered, number: 0 };
}

/**
 * A sheet that goes on where another one is, which stays as it is. Takes a time in proportion to the rows of the table that
 * waits, if one does.
 * @param width columns of the screen
 * @param emit gets its rows
 */
export function copySheet(page: Page, width: number, emit: (this: void, row: Span[]) => unknown): Page {
    const copy = openSheet(width, page.hasGround, emit, page.isNumbered);
    const from = page.blocks;
    const blocks = copy.blocks;
    blocks.isQuoted = from.isQuoted;
    for (const item of from.items) table.insert(blocks.items, item);
    blocks.fence = from.fence;
    blocks.isIndented = from.isIndented;
    blocks.isParagraph = from.isParagraph;
    copy.gap = page.gap;
    copy.number = page.number;
    copy.held = page.held;
    copy.table = page.table && copyTable(page.table);
    return copy;
}

/**
 * Lays out the next line.
 * @param written UTF-8, without its line break
 */
export function feed(page: Page, written: string): void {
    const wasQuoted = page.blocks.isQuoted;
    const line = readLine(page.blocks, fold(written));
    if (line.isQuoted !== wasQuoted) settle(page);
    if (line.kind === "code" || line.kind === "indented") {
        settle(page);
        putCodeLine(page, line);
    } else if (line.kind === "blank") {
        settle(page);
        if (page.gap !== undefined) page.gap = true;
    } else if (line.kind === "opens") {
        settle(page);
        if (line.mark !== undefined) putLine(page, line);
        putHead(page, line);
    } else if (line.kind === "text" && (line.mark !== undefined || !takeForTable(page, line.text))) {
        settle(page);
        putLine(page, line);
    }
}

/**
 * Lays Markdown out for a screen. What is not understood stays as it was written: nothing is lost but the marks. Takes
 * a time in proportion to the source, and the rows come from the beginning on.
 *
 * @param source UTF-8; the rows are in CC's font
 * @param width columns of the screen
 * @param hasGround whether code gets a ground, for which its rows go to the right end of the screen; else a bar stands
 * before it
 * @param emit gets each row, without a line break, as soon as it is known; false says that no more is wanted
 */
export function layOut(
    source: string,
    width: number,
    hasGround: boolean,
    emit: (this: void, row: Span[]) => unknown,
): void {
    const isNumbered = codeBlocks(string.sub(source, 1, LOOKED_AHEAD), 2).length > 1;
    const page = openSheet(width, hasGround, emit, isNumbered);
    for (const [line] of string.gmatch(linesOf(source), "([^\n]*)\n")) {
        feed(page, line!);
        if (page.isOver) return;
    }
    settle(page);
}
