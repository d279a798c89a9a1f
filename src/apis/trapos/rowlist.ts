/** Rows that are laid out one after the other, as they are needed, and where something is in them. */
import { lettersOf, textOf, type Row } from "./row";

/**
 * Lays out all rows for a width, and hands each to `emit` until that returns false. It must not wait for anything.
 */
export type Layout = (this: void, width: number, emit: (this: void, row: Row) => boolean) => void;

/** Rows as far as they are laid out. */
export interface RowList {
    readonly rows: Row[];
    /** Whether these are all. */
    isDone: boolean;
    /** Lays the next row out; nothing where there is none. */
    readonly next: (this: void) => Row | undefined;
}

/** A place in rows: the row, and the first and the last column, all counted from 1. */
export interface Found {
    readonly row: number;
    readonly from: number;
    readonly to: number;
}

/** Begins to lay rows out for a width. */
export function startRows(layout: Layout, width: number): RowList {
    const thread = coroutine.create(() => {
        layout(width, (row) => {
            coroutine.yield(row);
            return true;
        });
    });
    const next = (): Row | undefined => {
        const [ok, row] = coroutine.resume(thread);
        if (!ok) throw row;
        return row as Row | undefined;
    };
    return { rows: [], isDone: false, next };
}

/** Lays out at least so many rows, where there are so many. True where all are laid out then. */
export function layOutTo(list: RowList, count: number): boolean {
    while (!list.isDone && list.rows.length < count) {
        const row = list.next();
        if (row === undefined) list.isDone = true;
        else table.insert(list.rows, row);
    }
    return list.isDone;
}

/**
 * The next place of a word in what is laid out, in letters of either case.
 * @param word in CC's font, not empty
 * @param row where to begin, counted from 1
 * @param column in that row, counted from 1
 * @param last the last row to look at
 */
export function findIn(
    list: RowList,
    word: string,
    row: number,
    column: number,
    last: number,
): Found | undefined {
    const wanted = string.lower(word);
    let start = column;
    for (const index of $range(row, Math.min(last, list.rows.length))) {
        const [from, to] = string.find(string.lower(textOf(list.rows[index - 1]!)), wanted, start, true);
        if (from !== undefined) return { row: index, from, to: to };
        start = 1;
    }
    return undefined;
}

/** How many letters stand above a row; where the width changes, they stay the same. */
export function lettersAbove(list: RowList, row: number): number {
    let letters = 0;
    for (const index of $range(1, Math.min(row - 1, list.rows.length)))
        letters += lettersOf(list.rows[index - 1]!);
    return letters;
}

/** Lays out as far as needed, and tells the row above which so many letters stand. */
export function rowBelow(list: RowList, letters: number): number {
    let row = 1;
    let above = 0;
    while (!layOutTo(list, row) || row <= list.rows.length) {
        above += lettersOf(list.rows[row - 1]!);
        if (above > letters) return row;
        row += 1;
    }
    return Math.max(list.rows.length, 1);
}
