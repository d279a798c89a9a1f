/** Markdown as rows of a narrow screen, line by line. */
import { isClosedBy, openedBy, type Fence } from "./fence";
import { fold } from "../trapos/font";
import type { Span, Style } from "./inline";
import { put, putCode, putText, type Sheet } from "./rows";
import { addRow, putTable, tableOf, type Table } from "./table";

/** The most columns that a line is indented. */
const DEEPEST = 8;

/** A sheet, and what the next line may belong to. */
interface Page extends Sheet {
    /** "> " in a quote. */
    quote: string;
    /** The columns in which the texts of the items of lists begin that the line may be in, the innermost last. */
    items: number[];
    /** The fence that code stands in. */
    fence?: Fence;
    /** A line that is the head of a table if the next one says so: where it stands, and the line. */
    held?: { readonly lead: string; readonly style: Style; readonly text: string };
    table?: Table;
    /** Whether the line before was text that may go on. */
    isParagraph?: boolean;
}

function indentOf(line: string): number {
    return string.match(line, "^ *")[0]!.length;
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

/** Begins code where a line says so. */
function opensFence(page: Page, line: string): boolean {
    page.fence = openedBy(line);
    if (page.fence !== undefined) page.isParagraph = false;
    return page.fence !== undefined;
}

/** What stands before code: as far as the item that it is in. */
function leadOfCode(column: number): string {
    return string.rep(" ", Math.min(column, DEEPEST));
}

/** Puts a line that is neither blank nor code. */
function putLine(page: Page, line: string): void {
    const depth = indentOf(line);
    const [body] = string.gsub(string.sub(line, depth + 1), " +", " ");
    const lead = page.quote + string.rep(" ", Math.min(depth, DEEPEST));
    const style: Style = page.quote === "" ? "text" : "quote";
    page.isParagraph = false;
    if (string.find(body, "^[-*_] ?[-*_] ?[-*_][-*_ ]*$")[0] !== undefined) {
        put(page, [{ text: lead + string.rep("-", page.width - lead.length), style }]);
        return;
    }
    const [heading] = string.match(body, "^##?#?#?#?#? (.*)$");
    if (heading !== undefined) {
        putText(page, lead, lead, string.gsub(heading, " #+ ?$", "")[0], "heading");
        return;
    }
    page.isParagraph = true;
    const [bullet] = string.match(body, "^([-*+]) ");
    const [number] = string.match(body, "^(%d%d?%d?[.)]) ");
    const mark = bullet ?? number;
    if (mark === undefined) {
        page.held = { lead, style, text: body };
        if (string.find(body, "|", 1, true)[0] === undefined) settle(page);
        return;
    }
    const blanks = indentOf(string.sub(line, depth + mark.length + 1));
    const column = depth + mark.length + (blanks > 4 ? 1 : blanks);
    table.insert(page.items, column);
    const first = `${lead}${bullet === undefined ? mark : string.char(7)} `;
    if (opensFence(page, string.sub(line, column + 1))) {
        put(page, [{ text: first, style }]);
    } else {
        const others = page.quote + string.rep(" ", first.length - page.quote.length);
        putText(page, first, others, string.sub(body, mark.length + 2), style);
    }
}

/** Puts a folded line. */
function addLine(page: Page, folded: string): void {
    // What comes from the sign for "not less than" is no quote, and a quote does not begin in code.
    const canBeQuote =
        (page.fence === undefined || page.quote !== "") && string.find(folded, "^ *>=")[0] === undefined;
    const [quoted] = string.match(canBeQuote ? folded : "", "^ *> ?(.*)$");
    const quote = quoted === undefined ? "" : "> ";
    if (quote !== page.quote) {
        settle(page);
        page.quote = quote;
        page.items = [];
        page.fence = undefined;
        page.isParagraph = false;
    }
    const line = quoted ?? folded;
    const depth = indentOf(line);
    const isBlank = depth === line.length;
    const items = page.items;
    if (!isBlank) {
        while (items.length > 0 && items[items.length - 1]! > depth) {
            items.pop();
            // Code ends with the item that it is in.
            page.fence = undefined;
        }
    }
    const column = items[items.length - 1] ?? 0;
    const inner = string.sub(line, column + 1);
    if (page.fence !== undefined) {
        const strip = Math.min(indentOf(inner), page.fence.indent);
        if (isClosedBy(inner, page.fence)) page.fence = undefined;
        else putCode(page, leadOfCode(column), string.sub(inner, strip + 1));
    } else if (isBlank) {
        settle(page);
        page.isParagraph = false;
        if (page.gap !== undefined) page.gap = true;
    } else if (!takeForTable(page, line)) {
        settle(page);
        const isFar = depth - column >= 4 && !page.isParagraph;
        const isItem = string.find(inner, "^ *[-*+] ")[0] ?? string.find(inner, "^ *%d+[.)] ")[0];
        if (isFar && isItem === undefined) putCode(page, leadOfCode(column), string.sub(inner, 5));
        else if (!opensFence(page, inner)) putLine(page, line);
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
export function markdown(source: string, width: number, emit: (this: void, row: Span[]) => unknown): void {
    const page: Page = { width, emit: (row) => emit(row) !== false, quote: "", items: [] };
    let lines = source;
    // A return alone writes over a line, but for a text that has no other line ends.
    if (string.find(lines, "\n", 1, true)[0] === undefined) [lines] = string.gsub(lines, "\r", "\n");
    for (const [line] of string.gmatch(`${lines}\n`, "([^\n]*)\n")) {
        addLine(page, fold(line!));
        if (page.isOver) return;
    }
    settle(page);
}
