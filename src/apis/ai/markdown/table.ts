/** Tables of Markdown (GitHub's, section 4.10): columns below each other where they fit, else a line for each cell. */
import { spansOf, type Span, type Style } from "./inline";
import { put, putText, type Sheet } from "./rows";

type Alignment = "left" | "right" | "centre";

/** A table as far as it was read. */
export interface Table {
    /** Stands before each row. */
    readonly lead: string;
    readonly style: Style;
    readonly heads: readonly string[];
    readonly alignments: readonly Alignment[];
    /** Cells of each row. */
    rows: string[][];
    /** Whether its heads were shown already. */
    isBegun?: boolean;
}

/** A table is laid out in pieces of so many rows, so that the beginning of an endless one comes soon. */
const ROWS_AT_ONCE = 200;

/** Stands for a bar that parts no cells; a folded text has no such character. */
const BAR = "\x7f";

const SEPARATOR = " | ";

/** The cells of a line, without the blanks around them. */
function cellsOf(line: string): string[] {
    const [bars] = string.gsub(line, "\\|", BAR);
    const [inner] = string.match(bars, "^ *|?(.*)$");
    const cells: string[] = [];
    for (const [whole] of string.gmatch(`${string.gsub(inner!, "| *$", "")[0]}|`, " *([^|]*)|")) {
        const [last] = string.find(whole!, "[^ ] *$");
        const [text] = string.gsub(string.sub(whole!, 1, last ?? 0), "<br */?>", " ");
        cells.push(string.gsub(text, BAR, "|")[0]);
    }
    return cells;
}

/**
 * The table that two lines begin: its heads, and below them the line that makes it a table. Nothing where they do not.
 * @param head folded, as the other line
 */
export function tableOf(head: string, line: string, lead: string, style: Style): Table | undefined {
    if (string.find(line, "^[|: -]*%-[|: -]*$")[0] === undefined) return undefined;
    if (string.find(head + line, "|", 1, true)[0] === undefined) return undefined;
    const heads = cellsOf(head);
    const alignments: Alignment[] = [];
    for (const cell of cellsOf(line)) {
        const [left, right] = string.match(cell, "^(:?)%-+(:?)$");
        if (left === undefined) return undefined;
        alignments.push(right === "" ? "left" : left === "" ? "right" : "centre");
    }
    if (alignments.length !== heads.length) return undefined;
    return { lead, style, heads, alignments, rows: [] };
}

/** The widths of columns that fit beside each other. */
function widthsOf(table: Table, room: number): number[] | undefined {
    const widths: number[] = [];
    let sum = -SEPARATOR.length;
    for (const cells of [table.heads, ...table.rows]) {
        for (const [number, cell] of ipairs(cells)) {
            const before = widths[number - 1];
            const [, width] = spansOf(cell, table.style, room);
            if (before === undefined) sum += SEPARATOR.length + width;
            else if (width > before) sum += width - before;
            if (sum > room) return undefined;
            if (before === undefined || width > before) widths[number - 1] = width;
        }
    }
    return widths;
}

/** Puts a row of cells that fit beside each other. */
function putCells(
    sheet: Sheet,
    table: Table,
    cells: readonly string[],
    style: Style,
    widths: readonly number[],
): void {
    const row: Span[] = [];
    let text = table.lead;
    for (const [number, columns] of ipairs(widths)) {
        const [spans, width] = spansOf(cells[number - 1] ?? "", style, columns);
        const alignment = table.alignments[number - 1];
        const gap = columns - width;
        const before = alignment === "right" ? gap : alignment === "centre" ? Math.floor(gap / 2) : 0;
        row.push({ text: text + string.rep(" ", before), style: table.style });
        for (const span of spans) row.push(span);
        text = string.rep(" ", gap - before) + SEPARATOR;
    }
    put(sheet, row);
}

/** Puts the cells of a row as lines of their own, those behind the first indented. */
function putRecord(sheet: Sheet, table: Table, cells: readonly string[]): void {
    let lead = table.lead;
    for (const [number, cell] of ipairs(cells)) {
        const name = table.heads[number - 1] ?? "";
        const text = name === "" || cell === "" ? cell : `${name}: ${cell}`;
        if (text !== "") {
            putText(sheet, lead, `${lead}  `, text, table.style);
            lead = `${table.lead}  `;
        }
    }
}

/** Puts what was read of a table on the sheet. */
export function putTable(sheet: Sheet, table: Table): void {
    const widths = widthsOf(table, sheet.width - table.lead.length);
    if (widths !== undefined) {
        if (!table.isBegun) {
            const rules: string[] = [];
            for (const width of widths) rules.push(string.rep("-", width));
            putCells(sheet, table, table.heads, "heading", widths);
            put(sheet, [{ text: table.lead + rules.join("-+-"), style: table.style }]);
        }
        for (const cells of table.rows) putCells(sheet, table, cells, table.style, widths);
    } else if (table.rows.length === 0 && !table.isBegun) {
        putText(sheet, table.lead, table.lead, table.heads.join(SEPARATOR), "heading");
    } else {
        for (const cells of table.rows) putRecord(sheet, table, cells);
    }
    table.isBegun = true;
    table.rows = [];
}

/** A table of its own with all that was read of another. */
export function copyTable(table: Table): Table {
    const rows: string[][] = [];
    for (const cells of table.rows) rows.push(cells);
    return {
        lead: table.lead,
        style: table.style,
        heads: table.heads,
        alignments: table.alignments,
        rows,
        isBegun: table.isBegun,
    };
}

/** Adds a line to a table; false where it is none of its rows. */
export function addRow(sheet: Sheet, table: Table, line: string): boolean {
    if (string.find(line, "|", 1, true)[0] === undefined) return false;
    const rows = table.rows;
    rows.push(cellsOf(line));
    if (rows.length >= ROWS_AT_ONCE) putTable(sheet, table);
    return true;
}
