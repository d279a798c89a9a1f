/** Rows with a second column, gathered and then shown page by page. */
import * as strings from "cc.strings";
import { fold } from "./font";
import { showRows } from "./pager";
import type { Row } from "./row";
import { clearRow } from "./screen";

/** A line of a listing. */
interface Line {
    readonly text: string;
    readonly colour?: number;
    readonly detail?: string;
}

/** What is to be printed. */
export interface Listing {
    readonly lines: Line[];
}

/** An empty listing. */
export function start(): Listing {
    return { lines: [] };
}

/**
 * Adds a line.
 * @param text UTF-8; what a row has no room for goes on in an indented one
 * @param colour where there are any
 * @param detail UTF-8; stands in a second column
 */
export function add(listing: Listing, text: string, colour?: number, detail?: string): void {
    table.insert(listing.lines, {
        text: fold(text),
        colour,
        detail: detail === undefined ? undefined : fold(detail),
    });
}

/** Where the second column of a section begins: behind the longest text beside whose detail there is room. */
function columnOf(section: readonly Line[], width: number): number {
    let column = 0;
    for (const line of section) {
        const end = line.text.length + 1;
        if (line.detail !== undefined && end + line.detail.length <= width) column = Math.max(column, end);
    }
    return column;
}

/** The sections of a listing, which a line without text ends. */
function sectionsOf(lines: readonly Line[]): Line[][] {
    let section: Line[] = [];
    const sections = [section];
    for (const line of lines) {
        table.insert(section, line);
        if (line.text === "") {
            section = [];
            table.insert(sections, section);
        }
    }
    return sections;
}

/** A line with its detail: rather out of line than on two rows, and rather there than broken. */
function withDetail(line: Line, column: number, width: number): string {
    if (line.detail === undefined) return line.text;
    const gap = Math.min(column, width - line.detail.length) - line.text.length;
    return line.text + (gap > 0 ? string.rep(" ", gap) : "\n") + line.detail;
}

/** Hands on a line as rows; what its first row has no room for is indented. */
function putLine(line: Line, shown: string, width: number, emit: (this: void, row: Row) => boolean): void {
    for (const [number, row] of ipairs(strings.wrap(shown, shown.length > width ? width - 2 : width)))
        emit([{ text: number > 1 ? `  ${row}` : row, colour: line.colour }]);
}

/**
 * Shows all lines, page by page where they are many, in the place of what stands on the row. Second columns stand one
 * below the other down to a line without text.
 */
export function show(listing: Listing): void {
    clearRow();
    showRows((width, emit) => {
        for (const section of sectionsOf(listing.lines)) {
            const column = columnOf(section, width);
            for (const line of section) putLine(line, withDetail(line, column, width), width, emit);
        }
    });
}
