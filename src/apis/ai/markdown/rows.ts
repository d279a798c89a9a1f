/** Lines of text and of code as rows of a screen, which a word is only cut for when it is wider than all of a row. */
import { readPart, type Span, type Style } from "./inline";

/** Where rows go. */
export interface Sheet {
    /** Columns of the screen. */
    readonly width: number;
    /** Gets each row, without a line break; false when no more is wanted. */
    readonly emit: (this: void, row: Span[]) => boolean;
    /** Whether a blank row stands before the next one; undefined before the first row. */
    gap?: boolean;
    /** True once no more is wanted. */
    isOver?: boolean;
}

/** Puts a row on the sheet. */
export function put(sheet: Sheet, row: Span[]): void {
    if (sheet.gap === true && !sheet.isOver) sheet.isOver = !sheet.emit([]);
    sheet.gap = false;
    if (!sheet.isOver) sheet.isOver = !sheet.emit(row);
}

/**
 * Puts a line of text on the sheet. It is read as far as its rows go, so that the first of a long line come at once.
 * @param first stands before it in the first row
 * @param others stands before it in the other rows
 * @param text folded, with the marks of Markdown
 * @param style that of text that has no other
 */
export function putText(sheet: Sheet, first: string, others: string, text: string, style: Style): void {
    const spans: Span[] = [];
    let ready = "";
    let at = 1;
    let lead = first;
    do {
        const room = Math.max(sheet.width - lead.length, 1);
        while (ready.length <= room && at <= text.length) {
            const known = spans.length;
            at = readPart(spans, text, at, style);
            for (const index of $range(known, spans.length - 1)) ready += spans[index]!.text;
        }
        const row: Span[] = [];
        if (lead !== "") row.push({ text: lead, style });
        const [space] = string.find(string.sub(ready, 1, room + 1), " [^ ]*$");
        const isBroken = ready.length > room;
        let left = isBroken ? (space ?? room) : ready.length;
        ready = string.sub(ready, left + 1);
        while (left > 0) {
            const span = spans[0]!;
            const piece = string.sub(span.text, 1, left);
            left -= piece.length;
            if (piece.length === span.text.length) spans.shift();
            else span.text = string.sub(span.text, piece.length + 1);
            // The blank at which the line was broken is not shown.
            const end = left === 0 && isBroken && space !== undefined ? -2 : -1;
            row.push({ text: string.sub(piece, 1, end), style: span.style });
        }
        put(sheet, row);
        lead = others;
    } while (!sheet.isOver && (ready !== "" || at <= text.length));
}

/** What stands together in code, best first: with the dots and quotes of names, numbers and short texts, or without. */
const WORDS = [`%w_.'"`, "%w_"];

/**
 * How many characters of code a row takes: up to a blank, else up to a word, else all that it has room for.
 * @param ahead the code, as far as the row and one more character
 */
function lengthOfRow(ahead: string, room: number): number {
    if (ahead.length <= room) return ahead.length;
    const [, blank] = string.find(ahead, "^.*[^ ] ");
    if (blank !== undefined) return blank - 1;
    for (const word of WORDS) {
        if (string.find(ahead, `[${word}][${word}]$`)[0] === undefined) return room;
        const [, before] = string.find(ahead, `^.*[^${word}]%f[${word}]`);
        if (before !== undefined) return before;
    }
    return room;
}

/**
 * Puts a line of code on the sheet, with its blanks. What a row has no room for goes on two columns behind the line's
 * beginning, so that it does not pass for a line of its own.
 * @param lead stands before it in each row
 * @param code folded
 */
export function putCode(sheet: Sheet, lead: string, code: string): void {
    const last = string.find(code, "[^ ] *$")[0] ?? 0;
    const [indent] = string.match(code, "^ *");
    const deepest = Math.max(Math.floor((sheet.width - lead.length) / 2), 0);
    let start = lead + (last === 0 ? "" : string.sub(indent!, 1, deepest));
    const others = lead + string.sub(`${indent}  `, 1, deepest);
    let at = indent!.length + 1;
    do {
        const room = Math.max(sheet.width - start.length, 1);
        const length = lengthOfRow(string.sub(code, at, Math.min(at + room, last)), room);
        put(sheet, [{ text: start + string.sub(code, at, at + length - 1), style: "code" }]);
        at += length;
        while (string.sub(code, at, at) === " ") at += 1;
        start = others;
    } while (!sheet.isOver && at <= last);
}
