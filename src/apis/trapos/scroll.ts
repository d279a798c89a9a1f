/** Which rows are shown of something that is longer than its place on the screen. Pure. */

/** A place on the screen, and the rows that stand in it. Rows are counted from 1. */
export interface Scroll {
    /** All rows that there are. */
    readonly rows: number;
    /** Rows of the place. */
    readonly height: number;
    /** The first row that is shown. */
    readonly top: number;
}

/** By how much, or whither, somebody scrolls. */
export type Move = "up" | "down" | "pageUp" | "pageDown" | "home" | "end" | "wheelUp" | "wheelDown";

/** Rows by which the mouse's wheel moves. */
const WHEEL = 3;

/** The same place, with a row as its first that leaves no place empty below the last row. */
export function scrolledTo(scroll: Scroll, top: number): Scroll {
    const last = Math.max(scroll.rows - scroll.height + 1, 1);
    return { rows: scroll.rows, height: scroll.height, top: Math.max(Math.min(top, last), 1) };
}

/** After a move; the same as before where it is at its end. A page leaves one row of the last one in sight. */
export function scrolled(scroll: Scroll, move: Move): Scroll {
    const page = Math.max(scroll.height - 1, 1);
    const tops: { readonly [M in Move]: number } = {
        up: scroll.top - 1,
        down: scroll.top + 1,
        pageUp: scroll.top - page,
        pageDown: scroll.top + page,
        home: 1,
        end: scroll.rows,
        wheelUp: scroll.top - WHEEL,
        wheelDown: scroll.top + WHEEL,
    };
    return scrolledTo(scroll, tops[move]);
}

/** The last row that is shown. */
export function bottomOf(scroll: Scroll): number {
    return Math.min(scroll.top + scroll.height - 1, scroll.rows);
}

/** The place as it is told: "12-28 of 140". */
export function placeOf(scroll: Scroll): string {
    return `${scroll.top}-${bottomOf(scroll)} of ${scroll.rows}`;
}
