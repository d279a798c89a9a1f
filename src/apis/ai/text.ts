/**
 * Texts for a narrow screen: Markdown as rows, and what lists need. Takes linear time, as no stretch of a text is
 * searched twice in vain.
 */
import { fold } from "./font";
export { fold };

/** What a piece of text is; which colour that gets is for the program to say. */
export type Style = "text" | "heading" | "bold" | "code" | "quote" | "link";

/** A piece of a row in one style, in CC's font. */
export interface Span {
    text: string;
    style: Style;
}

type Emit = (row: Span[]) => void;

/** Deepest that quotes (levels) and lists (columns) are shown nested. */
const DEEPEST = 8;

/** What belongs together where one of these begins. */
const RUNS: Record<string, string> = { "*": "^%*+", _: "^_+", "`": "^`+", "[": "^%[", "\\": "^\\%p?" };

const match = string.match as (text: string, pattern: string, at?: number) => LuaMultiReturn<(string | undefined)[]>;

function textOf(spans: Span[]): string {
    const texts: string[] = [];
    for (const span of spans) texts.push(span.text);
    return texts.join("");
}

/** Breaks spans at spaces; a word that is wider than the screen is cut. Rows after the first are indented as far. */
function wrap(spans: Span[], width: number, first: string, emit: Emit): void {
    const text = textOf(spans);
    const room = Math.max(width - first.length, 1);
    let prefix = first;
    let at = 1;
    let index = 0;
    let used = 0;

    /** Moves the next characters to a row. */
    const take = (count: number, row: Span[]): void => {
        at += count;
        while (count > 0) {
            const span = spans[index]!;
            const piece = string.sub(span.text, used + 1, used + count);
            row.push({ text: piece, style: span.style });
            used += piece.length;
            count -= piece.length;
            if (used === span.text.length) {
                index += 1;
                used = 0;
            }
        }
    };

    do {
        const row: Span[] = prefix === "" ? [] : [{ text: prefix, style: "text" }];
        const ahead = string.sub(text, at, at + room);
        let [stop] = string.find(ahead, "\n", 1, true);
        if (stop === undefined && ahead.length > room) {
            const [, space] = string.find(ahead, "^.*[^ ] ");
            stop = space;
        }
        if (stop === undefined) {
            take(Math.min(room, ahead.length), row);
        } else {
            take(stop - 1, row);
            take(1, []);
        }
        emit(row);
        prefix = string.rep(" ", first.length);
    } while (at <= text.length);
}

/** A paragraph, heading or cell as folded spans; `style` is that of the text that has no other. */
function spansOf(source: string, style: Style): Span[] {
    const [text] = string.gsub(source, "<br ?/?>", "\n");
    const spans: Span[] = [];
    const open: Record<string, boolean> = {};
    const found: Record<string, number> = {};
    let depth = 0;
    let at = 1;

    const add = (piece: string, own?: Style): void => {
        const folded = fold(piece);
        spans.push({ text: folded, style: own ?? (depth > 0 ? "bold" : style) });
    };

    /** Where a pattern is next, or infinity; remembered, so that it is looked for once. */
    const search = (pattern: string): number => {
        if ((found[pattern] ?? 0) < at) found[pattern] = string.find(text, pattern, at)[0] ?? Infinity;
        return found[pattern]!;
    };

    const addCode = (ticks: string): void => {
        const stop = search(`%f[\`]${ticks}%f[^\`]`);
        if (stop === Infinity) {
            add(ticks);
        } else {
            const code = string.sub(text, at, stop - 1);
            add(code, "code");
            at = stop + ticks.length;
        }
    };

    /** Begins or ends emphasis, where the run stands right for that and the other end is there. */
    const addMarks = (run: string, mark: string): void => {
        const before = at - run.length - 1;
        const marks = string.rep(`%${mark}`, run.length);
        const [inWord] = match(text, `^%w${marks}%w`, before);
        const [opens] = match(text, "^%S", at);
        const [closes] = match(text, "^%S", before);
        if (open[run] && closes !== undefined && inWord === undefined) {
            open[run] = false;
            depth -= 1;
        } else if (
            !open[run] &&
            opens !== undefined &&
            inWord === undefined &&
            run.length <= 3 &&
            search(`%S${marks}%f[^%w%${mark}]`) < Infinity
        ) {
            open[run] = true;
            depth += 1;
        } else {
            add(run);
        }
    };

    /** Shows "[words](address)" as "words (address)". */
    const addLink = (): void => {
        const [, middle, words, url] = string.find(text, "^([^%[%]]*)%]%(<?([^%s%[()<>]*)", at);
        const [, stop] = string.find(text, "^[^%[()]*%)", (middle ?? text.length) + 1);
        if (stop === undefined) {
            add("[");
        } else {
            const [label] = string.gsub(words as string, "[*`]", "");
            add(label === url ? label : `${label} (${url as string})`, "link");
            at = stop + 1;
        }
    };

    while (at <= text.length) {
        const mark = string.sub(text, at, at);
        const run = match(text, RUNS[mark] ?? "^[^*_`%[\\]+", at)[0]!;
        at += run.length;
        if (mark === "`") addCode(run);
        else if (mark === "*" || mark === "_") addMarks(run, mark);
        else if (mark === "[") addLink();
        else add(mark === "\\" && run !== mark ? string.sub(run, 2) : run);
    }
    return spans;
}

/** Shows a table in columns, or where it is too wide for that as a list: one item a row, each cell after its name. */
function putTable(lines: string[], width: number, put: Emit): void {
    const rows: string[][] = [];
    const widths: number[] = [];
    let total = -1;
    for (const line of lines) {
        const cells: string[] = [];
        const [open] = string.gsub(line, "^|", "");
        const [closed] = string.gsub(open, "([^|])$", "%1|");
        for (const [cell] of string.gmatch(closed, " ?([^|]-) ?|")) {
            const spans = spansOf(cell!, "text");
            const text = textOf(spans);
            cells.push(text);
            const column = cells.length - 1;
            const before = widths[column] ?? -1;
            widths[column] = Math.max(before, text.length);
            total += widths[column] - before;
        }
        rows.push(cells);
    }
    const names = rows[0]!;
    for (const row of rows) {
        const style = row === names ? "bold" : "text";
        if (total <= width) {
            const padded: string[] = [];
            for (const [column, cell] of ipairs(row)) {
                padded.push(cell + string.rep(" ", widths[column - 1]! - cell.length));
            }
            put([{ text: padded.join(" "), style }]);
        } else if (row !== names || rows.length === 1) {
            for (const [column, cell] of ipairs(row)) {
                const name = names[column - 1] ?? "";
                const item: Span[] = [
                    { text: `${name}: `, style: "bold" },
                    { text: cell, style },
                ];
                wrap(item, width, column === 1 ? `${string.char(7)} ` : "  ", put);
            }
        }
    }
}

/**
 * Lays Markdown out for a screen. What is not understood stays as it was written: nothing is lost but the marks.
 *
 * @param source UTF-8; the rows are in CC's font
 * @param width columns of the screen
 * @param emit gets each row, without a line break, as soon as it is known
 */
export function markdown(source: string, width: number, emit: (row: Span[]) => void): void {
    let room = width;
    let quoted = 0;
    let gap: boolean | undefined;
    let inList = false;
    let fence: string | undefined;
    let fenceIndent = 0;
    let table: string[] | undefined;
    let paragraph: string[] = [];
    let first = "";

    const put = (row: Span[]): void => {
        if (gap === true) emit([]);
        gap = false;
        const bars: Span[] = quoted > 0 ? [{ text: string.rep("> ", quoted), style: "quote" }] : [];
        for (const span of row) bars.push(span);
        emit(bars);
    };

    const putCode = (line: string): void => {
        const code = fold(line);
        for (const at of $range(1, Math.max(code.length, 1), room)) {
            const piece = string.sub(code, at, at + room - 1);
            put([{ text: piece, style: "code" }]);
        }
    };

    /** Shows the paragraph, list item or table that has been read. */
    const flush = (): void => {
        if (table !== undefined) putTable(table, room, put);
        table = undefined;
        if (paragraph.length > 0) {
            const [text] = string.gsub(paragraph.join(" "), "\n ", "\n");
            const spans = spansOf(text, quoted > 0 ? "quote" : "text");
            wrap(spans, room, first, put);
        }
        paragraph = [];
    };

    const readText = (line: string, indent: number): void => {
        const [trimmed] = match(line, "^.*%S", indent + 1);
        const [body] = string.gsub(trimmed!, " +", " ");
        const above = paragraph[paragraph.length - 1];
        const [bar] = match(body, "|");
        if (bar !== undefined && table !== undefined) {
            table.push(body);
            return;
        }
        if (bar !== undefined && above !== undefined && match(body, "^[|: -]+$")[0] !== undefined) {
            paragraph.pop();
            flush();
            table = [above];
            return;
        }
        const [ticks] = match(body, "^(```+)[^`]*$");
        const [tildes] = match(body, "^~~~+");
        const [heading] = match(body, "^##?#?#?#?#? ");
        const [rule] = match(body, "^[-*_] ?[-*_] ?[-*_][-*_ ]*$");
        const [bullet] = match(body, "^[-*+] ");
        const [number] = match(body, "^%d%d?%d?[.)] ");
        const item = bullet ?? number ?? "";
        if (above === undefined || item !== "" || (ticks ?? tildes ?? heading ?? rule) !== undefined) flush();
        if (heading !== undefined) {
            const spans = spansOf(string.sub(body, heading.length + 1), "heading");
            wrap(spans, room, "", put);
        } else if (rule !== undefined) {
            put([{ text: string.rep("-", room), style: "quote" }]);
        } else if ((ticks ?? tildes) !== undefined) {
            fence = ticks ?? tildes;
            fenceIndent = indent;
        } else {
            if (paragraph.length === 0) {
                inList = item !== "" || (inList && indent > 0);
                first = inList ? string.rep(" ", Math.min(indent, DEEPEST)) : "";
                if (item !== "") first += number ?? `${string.char(7)} `;
            }
            const [lineBreak] = match(line, "  $");
            paragraph.push(string.sub(body, item.length + 1) + (lineBreak === undefined ? "" : "\n"));
        }
    };

    const readLine = (line: string): void => {
        const indent = match(line, "^ *")[0]!.length;
        if (fence !== undefined) {
            const [end] = match(line, "^ *([`~]+) *$");
            if (string.sub(end ?? "", 1, fence.length) === fence) fence = undefined;
            else putCode(string.sub(line, Math.min(indent, fenceIndent) + 1));
        } else if (indent === line.length) {
            flush();
            if (gap !== undefined) gap = true;
        } else if (indent >= 4 && !inList && paragraph.length === 0) {
            putCode(string.sub(line, 5));
        } else {
            readText(line, indent);
        }
    };

    let [text] = string.gsub(source, "\r\n?", "\n");
    [text] = string.gsub(text, "\t", "  ");
    for (const [line] of string.gmatch(`${text}\n`, "([^\n]*)\n")) {
        const isCode = fence !== undefined && quoted === 0;
        const [bars, quote] = match(line!, "^([> ]*>) ?(.*)$");
        const [levels] = string.gsub(isCode ? "" : (bars ?? ""), " ", "");
        if (levels.length !== quoted) {
            flush();
            fence = undefined;
            inList = false;
            quoted = levels.length;
            room = Math.max(width - 2 * quoted, 1);
        }
        readLine(quoted > 0 ? quote! : line!);
    }
    flush();
}

/** Cuts a folded text to a width in columns; ".." at the end shows that something is missing. */
export function cut(text: string, width: number): string {
    if (text.length <= width) return text;
    return string.sub(text, 1, Math.max(width - 2, 0)) + string.sub("..", 1, width);
}

/** How long ago something was, as short as a list needs it: "now", "5m", "3h", "2d". */
export function ageText(seconds: number): string {
    if (seconds < 60) return "now";
    if (seconds < 3600) return string.format("%dm", Math.floor(seconds / 60));
    if (seconds < 86400) return string.format("%dh", Math.floor(seconds / 3600));
    return string.format("%dd", Math.floor(seconds / 86400));
}
