/** Lines that are shown at the shell's prompt, and the events by which servers and the shell's screen talk of them. */
import { cut } from "./text";

/** A server has a line to be shown: the Notice. */
export const NOTICE = "trapos_notice";
/** It was shown: its id. */
export const SHOWN = "trapos_notice_shown";
/** It need not be shown any more: its id. */
export const DROPPED = "trapos_notice_dropped";
/** The shell's screen has begun: what was to be shown before is to be told again. */
export const READY = "trapos_notice_ready";
/** A server wants to know what the screen shows. */
export const LOOK = "trapos_screen_look";
/** What it shows: of each row, from the top, text, colours and backgrounds, as a window's `getLine` gives them. */
export const ROWS = "trapos_screen_rows";

/** A line: "Job 7 is done: write a door lock. ai collect 7". */
export interface Notice {
    /** Tells it from others. */
    readonly id: string;
    /** In CC's font; what is too long of the subject is cut, or all of it left out. */
    readonly before: string;
    readonly subject: string;
    readonly after: string;
    /** In the place of `before` where even that is too long. */
    readonly short: string;
    readonly colour: number;
}

/** Columns that a subject needs, to be worth showing. */
const LEAST_SUBJECT = 8;

/** A line as it fits so many columns. */
export function rowOf(notice: Notice, width: number): string {
    const after = notice.after;
    const subject = notice.subject;
    const room = width - notice.before.length - 4 - after.length;
    if (subject !== "" && (room >= LEAST_SUBJECT || room >= subject.length)) {
        const shown = cut(subject, room);
        const stop = string.sub(shown, -1) === "." ? "" : ".";
        return `${notice.before}: ${shown}${stop} ${after}`;
    }
    for (const row of [`${notice.before}. ${after}`, `${notice.short}: ${after}`])
        if (row.length <= width) return row;
    return cut(after, width);
}
