/** Finds text in what a screen shows, where a row ends with its last character. Pure: no screen is touched here. */

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/**
 * A pattern for a text as rows show it that are cut after their last character: blanks at the end of a row may be there or
 * not, and the end of a text's last line is that of a row.
 * @param text rows with "\n" between them
 */
export function shownText(text: string): RegExp {
    const [, body = "", end = ""] = /^([^]*?)(\s*)$/.exec(text) ?? [];
    const rows = escaped(body.replace(/ +\n/g, "\n"));
    if (end.includes("\n")) return new RegExp(`${rows}$`, "m");
    return new RegExp(end === "" ? rows : `${rows}(?:${end}|$)`, "m");
}

/** A row of what has been shown. */
export interface ShownRow {
    /** Right-trimmed. */
    readonly text: string;
    /** For each UTF-16 unit of a row, at least for those of its text, whether it is new; undefined where nothing is. */
    readonly isNew: readonly boolean[] | undefined;
}

/** Whether a pattern matches something of which at least one character is new. */
export function matchesNew(pattern: RegExp, rows: readonly ShownRow[]): boolean {
    const transcript = rows.map(({ text }) => text).join("\n");
    const isNew = rows.flatMap(({ text, isNew: found }) => [
        ...Array.from({ length: text.length }, (_, index) => found?.[index] ?? false),
        false,
    ]);
    const everywhere = new RegExp(pattern, pattern.flags.replace("y", "").replace("g", "") + "g");
    for (const { index, 0: found } of transcript.matchAll(everywhere)) {
        if (isNew.slice(index, index + found.length).includes(true)) return true;
    }
    return false;
}
