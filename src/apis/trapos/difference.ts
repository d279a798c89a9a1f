/** What is different between two texts, line by line. Pure. */

/** A row of a difference: a line that both have, one that came, one that went, or lines that are not shown. */
export interface DifferenceRow {
    readonly kind: " " | "+" | "-" | "@";
    /** The line; of "@" which lines of the old and the new text follow, as a unified diff says it. */
    readonly text: string;
}

/** Lines around a change that are shown, as diff shows them. */
const CONTEXT = 3;

/**
 * The most pairs of lines that are compared: what is in between the parts that are the same at both ends of texts with
 * more is shown as gone and come. A computer in the game does some hundred thousand in a second.
 */
const MOST_PAIRS = 250000;

/** The lines of a text; a line break at its end begins no other. */
export function linesIn(text: string): string[] {
    const lines: string[] = [];
    if (text === "") return lines;
    const [isEnded] = string.find(text, "\n$");
    for (const [line] of string.gmatch(isEnded === undefined ? `${text}\n` : text, "([^\n]*)\n")) {
        table.insert(lines, line!);
    }
    return lines;
}

/** The lines from a place on to before another. */
function part(lines: readonly string[], from: number, to: number): string[] {
    const some: string[] = [];
    for (const at of $range(from, to - 1)) table.insert(some, lines[at]!);
    return some;
}

/** How many lines two lists have in common from their beginning, or from their end. */
function commonLines(
    old: readonly string[],
    fresh: readonly string[],
    most: number,
    isAtEnd: boolean,
): number {
    let count = 0;
    while (count < most) {
        const oldAt = isAtEnd ? old.length - 1 - count : count;
        const freshAt = isAtEnd ? fresh.length - 1 - count : count;
        if (old[oldAt] !== fresh[freshAt]) return count;
        count += 1;
    }
    return count;
}

/**
 * The rows of what lies between: by the longest list of lines that both have, in their order (the classical table), or
 * all of the old and then all of the new where that table would be too large.
 */
function between(old: readonly string[], fresh: readonly string[], rows: DifferenceRow[]): void {
    if (old.length * fresh.length > MOST_PAIRS) {
        for (const text of old) table.insert(rows, { kind: "-", text });
        for (const text of fresh) table.insert(rows, { kind: "+", text });
        return;
    }
    /** How many lines the rests from a place on have in common. */
    const common: number[][] = [];
    const none: number[] = [];
    for (const _ of $range(0, fresh.length)) table.insert(none, 0);
    common[old.length] = none;
    for (const at of $range(old.length - 1, 0, -1)) {
        const below = common[at + 1]!;
        const row: number[] = [];
        row[fresh.length] = 0;
        for (const place of $range(fresh.length - 1, 0, -1)) {
            if (old[at] === fresh[place]) row[place] = below[place + 1]! + 1;
            else row[place] = Math.max(below[place]!, row[place + 1]!);
        }
        common[at] = row;
    }
    let at = 0;
    let place = 0;
    while (at < old.length || place < fresh.length) {
        const isSame = at < old.length && place < fresh.length && old[at] === fresh[place];
        const isGone =
            at < old.length && (place >= fresh.length || common[at + 1]![place]! >= common[at]![place + 1]!);
        if (isSame) {
            table.insert(rows, { kind: " ", text: old[at]! });
            at += 1;
            place += 1;
        } else if (isGone) {
            table.insert(rows, { kind: "-", text: old[at]! });
            at += 1;
        } else {
            table.insert(rows, { kind: "+", text: fresh[place]! });
            place += 1;
        }
    }
}

/** Whether a row is near enough to a change to be shown. */
function nearChange(rows: readonly DifferenceRow[], at: number): boolean {
    for (const near of $range(Math.max(at - CONTEXT, 0), Math.min(at + CONTEXT, rows.length - 1))) {
        if (rows[near]!.kind !== " ") return true;
    }
    return false;
}

/**
 * Compares two texts.
 * @param old the text as it was
 * @param fresh the text as it will be
 * @returns the rows of a unified diff, three lines around each change; none where both are the same
 */
export function difference(old: string, fresh: string): DifferenceRow[] {
    const oldLines = linesIn(old);
    const freshLines = linesIn(fresh);
    const shorter = Math.min(oldLines.length, freshLines.length);
    const start = commonLines(oldLines, freshLines, shorter, false);
    const end = commonLines(oldLines, freshLines, shorter - start, true);
    const all: DifferenceRow[] = [];
    for (const at of $range(0, start - 1)) table.insert(all, { kind: " ", text: oldLines[at]! });
    const oldMiddle = part(oldLines, start, oldLines.length - end);
    between(oldMiddle, part(freshLines, start, freshLines.length - end), all);
    for (const at of $range(oldLines.length - end, oldLines.length - 1)) {
        table.insert(all, { kind: " ", text: oldLines[at]! });
    }
    const shown: DifferenceRow[] = [];
    let oldLine = 1;
    let freshLine = 1;
    let isOpen = false;
    for (const at of $range(0, all.length - 1)) {
        const row = all[at]!;
        const isNear = nearChange(all, at);
        if (isNear && !isOpen) table.insert(shown, { kind: "@", text: `-${oldLine} +${freshLine}` });
        if (isNear) table.insert(shown, row);
        isOpen = isNear;
        if (row.kind !== "+") oldLine += 1;
        if (row.kind !== "-") freshLine += 1;
    }
    return shown;
}
