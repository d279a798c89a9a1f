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

/** The most columns that a list in a list is indented. */
const DEEPEST = 8;

const BULLET = `${string.char(7)} `;

/** How far ahead the end of a mark is looked for: this keeps a text full of marks from taking quadratic time. */
const REACH = 300;

const match = string.match as (text: string, pattern: string, at?: number) => LuaMultiReturn<(string | undefined)[]>;

/** Breaks spans at spaces; a word that is wider than the screen is cut. Rows after the first are indented as far. */
function wrap(spans: Span[], width: number, first: string, emit: Emit): void {
    const texts: string[] = [];
    for (const span of spans) texts.push(span.text);
    const text = texts.join("");
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

    while (true) {
        const row: Span[] = prefix === "" ? [] : [{ text: prefix, style: "text" }];
        const ahead = string.sub(text, at, at + room);
        let [stop] = string.find(ahead, "\n", 1, true);
        if (stop === undefined && ahead.length > room) {
            const [, space] = string.find(ahead, "^.*[^ ] ");
            stop = space;
        }
        const size = stop === undefined ? Math.min(room, ahead.length) : stop - 1;
        take(size, row);
        if (stop !== undefined) take(1, []);
        emit(row);
        if (at > text.length) return;
        prefix = string.rep(" ", first.length);
    }
}

/** Adds the folded spans of a paragraph or heading; `style` is that of the text that has no other. */
function addSpans(spans: Span[], text: string, style: Style): Span[] {
    let at = 1;
    while (at <= text.length) {
        const mark = string.sub(text, at, at);
        const ahead = string.sub(text, at, at + REACH);
        const [plain] = match(text, "^[^*_`%[\\]+", at);
        const [marked] = match(text, "^[*_`]+", at);
        const [code, , inCode] = match(ahead, "^((`+)([^`].-)%f[`]%2)%f[^`]");
        const [link, words, url] = match(ahead, "^(%[%**`?([^%[%]]-)`?%**%]%(<?([^%s()<>]*)[^()]*%))");
        const [escaped, character] = match(ahead, "^(\\(%p))");
        const marks = mark === "_" ? "^((_+)([^%s_].-)%2)%f[^%w_]" : "^((%*+)([^%s*].-)%2)%f[^%w*]";
        const [inWord] = match(text, "^%w[*_]", at - 1);
        const [strong, , inStrong] = match(inWord === undefined ? ahead : "", marks);
        const span: Span = { text: fold(inCode ?? words ?? character ?? plain ?? marked ?? mark), style };
        if (code !== undefined) span.style = "code";
        if (link !== undefined) span.style = "link";
        if (link !== undefined && words !== url) span.text += fold(` (${url!})`);
        if (strong !== undefined) addSpans(spans, inStrong!, "bold");
        else spans.push(span);
        at += (strong ?? code ?? link ?? escaped ?? plain ?? marked ?? mark).length;
    }
    return spans;
}

/**
 * Lays Markdown out for a screen. What is not understood stays as it was written: nothing is lost but the marks.
 *
 * @param source UTF-8; the rows are in CC's font
 * @param width columns of the screen
 * @param emit gets each row, without a line break, as soon as it is known
 */
export function markdown(source: string, width: number, emit: (row: Span[]) => void): void {
    let quote = "";
    let room = width;
    let gap: boolean | undefined;
    let inList = false;
    let fence: string | undefined;
    let fenceIndent = 0;
    let paragraph: string[] = [];
    let first = "";

    const put = (row: Span[]): void => {
        if (gap === true) emit([]);
        gap = false;
        const whole: Span[] = quote === "" ? [] : [{ text: quote, style: "quote" }];
        for (const span of row) whole.push(span);
        emit(whole);
    };

    const putCode = (line: string): void => {
        const code = fold(line);
        for (const at of $range(1, Math.max(code.length, 1), room)) {
            const piece = string.sub(code, at, at + room - 1);
            put([{ text: piece, style: "code" }]);
        }
    };

    /** Shows the paragraph or list item that has been read. */
    const flush = (): void => {
        if (paragraph.length > 0) {
            const joined = paragraph.join(" ");
            const [text] = string.gsub(joined, "\n ", "\n");
            const spans = addSpans([], text, quote === "" ? "text" : "quote");
            wrap(spans, room, first, put);
        }
        paragraph = [];
    };

    const readText = (line: string, indent: number): void => {
        const [trimmed] = match(line, "^.*%S", indent + 1);
        const [body] = string.gsub(trimmed!, " +", " ");
        const above = paragraph[paragraph.length - 1];
        const [row] = match(body, "^| ?(.-) ?|?$");
        const [ticks] = match(body, "^([`~][`~][`~]+)[^`]*$");
        const [heading] = match(body, "^##?#?#?#?#? ");
        const [rule] = match(body, "^[-*_] ?[-*_] ?[-*_][-*_ ]*$");
        const [bullet] = match(body, "^[-*+] ");
        const [number] = match(body, "^%d%d?%d?[.)] ");
        const item = bullet ?? number ?? "";
        if (row !== undefined) {
            flush();
            const [cells] = string.gsub(row, " *| *", " | ");
            if (match(row, "^[|: -]+$")[0] === undefined) wrap(addSpans([], cells, "text"), room, "", put);
            return;
        }
        if (above === undefined || item !== "" || (ticks ?? heading ?? rule) !== undefined) flush();
        if (heading !== undefined) {
            const title = string.sub(body, heading.length + 1);
            wrap(addSpans([], title, "heading"), room, "", put);
        } else if (rule !== undefined) {
            const dashes = string.rep("-", room);
            put([{ text: dashes, style: "quote" }]);
        } else if (ticks !== undefined) {
            fence = ticks;
            fenceIndent = indent;
        } else {
            if (paragraph.length === 0) {
                inList = item !== "" || (inList && indent > 0);
                const depth = inList ? Math.min(indent, DEEPEST) : 0;
                first = string.rep(" ", depth);
                if (item !== "") first += number ?? BULLET;
            }
            const [lineBreak] = match(line, "  $");
            paragraph.push(string.sub(body, item.length + 1) + (lineBreak === undefined ? "" : "\n"));
        }
    };

    let [text] = string.gsub(source, "\r\n?", "\n");
    [text] = string.gsub(text, "\t", "  ");
    for (const [whole] of string.gmatch(`${text}\n`, "([^\n]*)\n")) {
        const [quoted] = match(fence !== undefined && quote === "" ? "" : whole!, "^ ? ? ?> ?(.*)$");
        const prefix = quoted === undefined ? "" : "> ";
        if (prefix !== quote) {
            flush();
            fence = undefined;
            inList = false;
            quote = prefix;
            room = Math.max(width - prefix.length, 1);
        }
        const line = quoted ?? whole!;
        const indent = match(line, "^ *")[0]!.length;
        const [end] = match(line, "^ *([`~]+) *$");
        if (fence !== undefined) {
            const code = Math.min(indent, fenceIndent) + 1;
            if (string.sub(end ?? "", 1, fence.length) === fence) fence = undefined;
            else putCode(string.sub(line, code));
        } else if (indent === line.length) {
            flush();
            if (gap !== undefined) gap = true;
        } else if (indent >= 4 && !inList && paragraph.length === 0) {
            putCode(string.sub(line, 5));
        } else {
            readText(line, indent);
        }
    }
    flush();
}

/** Cuts a folded text to a width in columns; ".." at the end shows that something is missing. */
export function cut(text: string, width: number): string {
    if (text.length <= width) return text;
    const kept = Math.max(width - 2, 0);
    return string.sub(text, 1, kept) + string.sub("..", 1, width);
}

/** How long ago something was, as short as a list needs it: "now", "5m", "3h", "2d". */
export function ageText(seconds: number): string {
    if (seconds < 60) return "now";
    if (seconds < 3600) return string.format("%dm", Math.floor(seconds / 60));
    if (seconds < 86400) return string.format("%dh", Math.floor(seconds / 3600));
    return string.format("%dd", Math.floor(seconds / 86400));
}
