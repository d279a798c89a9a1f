/** Markdown as rows of a narrow screen, line by line. */
import { fold } from "../../trapos/font";
import { begin, indentOf, readLine, type Blocks, type Line } from "./blocks";
import { linesOf } from "./codeblocks";
import type { Span, Style } from "./inline";
import { put, putCode, putText, type Sheet } from "./rows";
import { addRow, putTable, tableOf, type Table } from "./table";

/** The most columns that a line is indented. */
const DEEPEST = 8;

/** A sheet, and what waits for the next line. */
interface Page extends Sheet {
    readonly blocks: Blocks;
    /** A line that is the head of a table if the next one says so: where it stands, and the line. */
    held?: { readonly lead: string; readonly style: Style; readonly text: string };
    table?: Table;
}

/** Puts what waited for the next line on the sheet. */
function settle(page: Page): void {
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

/** Puts the beginning of an item, or its mark alone, where code follows. */
function putItem(page: Page, line: Line, mark: string, lead: string, style: Style): void {
    const depth = indentOf(line.text);
    const first = `${lead}${string.find(mark, "%d")[0] === undefined ? string.char(7) : mark} `;
    if (line.kind === "opens") {
        put(page, [{ text: first, style }]);
        return;
    }
    const [text] = string.gsub(string.sub(line.text, depth + mark.length + 1), "^ +", "");
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

/** Puts a folded line. */
function addLine(page: Page, folded: string): void {
    const wasQuoted = page.blocks.isQuoted;
    const line = readLine(page.blocks, folded);
    if (line.isQuoted !== wasQuoted) settle(page);
    if (line.kind === "code" || line.kind === "indented") {
        settle(page);
        putCode(page, leadOfCode(line), line.text);
    } else if (line.kind === "blank") {
        settle(page);
        if (page.gap !== undefined) page.gap = true;
    } else if (line.kind === "opens") {
        settle(page);
        if (line.mark !== undefined) putLine(page, line);
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
 * @param emit gets each row, without a line break, as soon as it is known; false says that no more is wanted
 */
export function layOut(source: string, width: number, emit: (this: void, row: Span[]) => unknown): void {
    const page: Page = { width, emit: (row) => emit(row) !== false, blocks: begin() };
    for (const [line] of string.gmatch(linesOf(source), "([^\n]*)\n")) {
        addLine(page, fold(line!));
        if (page.isOver) return;
    }
    settle(page);
}
