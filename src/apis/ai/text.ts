/** Texts for a narrow screen: Markdown as rows, line by line, and what lists need. */
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

/** The most columns that a line is indented. */
const DEEPEST = 8;

/** How far ahead the end of a mark is looked for: it keeps a text full of marks from taking quadratic time. */
const REACH = 300;

/** What a line is made of, the first that fits: a mark, what stands for it or within it, and a link's address. */
const PARTS: [pattern: string, style?: Style][] = [
    ["^()([^*_`%[\\]+)"],
    ["^(`+)([^`].-)%f[`]%1%f[^`]", "code"],
    ["^(%*+)([^%s*].-)%1%f[^%w*]", "bold"],
    ["^(_+)([^%s_].-)%1%f[^%w_]", "bold"],
    ["^(%[)([^%[%]]+)%]%(<?([^%s()<>]*)[^()]*%)", "link"],
    ["^(\\)(%p)"],
    ["^()([*_`]+)"],
    ["^()(.)"],
];

/** Adds the spans of a line; `style` is that of the text that has no other. */
function addSpans(spans: Span[], text: string, style: Style): Span[] {
    let at = 1;
    while (at <= text.length) {
        const ahead = string.sub(text, at, at + REACH);
        const [inWord] = string.match(text, "^%w[*_]", at - 1);
        for (const part of PARTS) {
            const own = part[1];
            const [, stop, , shown, address] = string.find(ahead, part[0]);
            if (stop !== undefined && (inWord === undefined || own !== "bold")) {
                at += stop;
                if (own === "bold" || own === "link") addSpans(spans, shown as string, own);
                else spans.push({ text: shown as string, style: own ?? style });
                if (own === "link" && address !== shown)
                    spans.push({ text: ` (${address as string})`, style: own });
                break;
            }
        }
    }
    return spans;
}

/**
 * Breaks a line at spaces; a word that is wider than the screen is cut. What leads the first row is blank in the
 * others, but for the mark of a quote.
 */
function wrap(lead: string, source: string, style: Style, width: number, emit: Emit): void {
    const spans = addSpans([], source, style);
    const texts: string[] = [];
    for (const span of spans) texts.push(span.text);
    const text = texts.join("");
    const room = Math.max(width - lead.length, 1);
    let start = lead;
    let at = 1;
    let index = 0;
    let used = 0;
    do {
        const row: Span[] = [];
        if (start !== "") row.push({ text: start, style });
        const ahead = string.sub(text, at, at + room);
        const [space] = string.find(ahead, " [^ ]*$");
        const isBroken = ahead.length > room;
        let left = isBroken ? (space ?? room) : ahead.length;
        at += left;
        while (left > 0) {
            const span = spans[index]!;
            const piece = string.sub(span.text, used + 1, used + left);
            left -= piece.length;
            used += piece.length;
            if (used === span.text.length) {
                index += 1;
                used = 0;
            }
            const end = left === 0 && isBroken && space !== undefined ? -2 : -1;
            row.push({ text: string.sub(piece, 1, end), style: span.style });
        }
        emit(row);
        [start] = string.gsub(lead, "[^>]", " ");
    } while (at <= text.length);
}

/**
 * Lays Markdown out for a screen. What is not understood stays as it was written: nothing is lost but the marks.
 *
 * @param source UTF-8; the rows are in CC's font
 * @param width columns of the screen
 * @param emit gets each row, without a line break, as soon as it is known
 */
export function markdown(source: string, width: number, emit: (row: Span[]) => void): void {
    let gap: boolean | undefined;
    let quote = "";
    let fence: string | undefined;

    const put = (row: Span[]): void => {
        if (gap === true) emit([]);
        gap = false;
        emit(row);
    };

    const putText = (line: string): void => {
        const [indent] = string.match(line, "^ *");
        const [body] = string.gsub(string.sub(line, indent!.length + 1), " +", " ");
        const [heading] = string.match(body, "^##?#?#?#?#? (.*)$");
        const [rule] = string.match(body, "^[-*_] ?[-*_] ?[-*_][-*_ ]*$");
        const [row] = string.match(body, "^| ?(.-) ?|?$");
        const [bullet] = string.match(body, "^[-*+] (.*)$");
        const [number, item] = string.match(body, "^(%d%d?%d?[.)] )(.*)$");
        let style: Style = quote === "" ? "text" : "quote";
        let lead = quote + string.sub(indent!, 1, DEEPEST);
        let text = heading ?? bullet ?? item ?? body;
        if (heading !== undefined) style = "heading";
        if (rule !== undefined) text = string.rep("-", width - lead.length);
        else if (bullet !== undefined) lead += `${string.char(7)} `;
        else if (number !== undefined) lead += number;
        else if (row !== undefined) [text] = string.gsub(row, " ?| ?", " | ");
        if (row === undefined || string.match(row, "^[|: -]+$")[0] === undefined)
            wrap(lead, text, style, width, put);
    };

    const [lines] = string.gsub(source, "\r\n?", "\n");
    for (const [whole] of string.gmatch(`${lines}\n`, "([^\n]*)\n")) {
        const folded = fold(whole!);
        const [quoted] = string.match(fence !== undefined && quote === "" ? "" : folded, "^ *> ?(.*)$");
        const line = quoted ?? folded;
        const [ticks, info] = string.match(line, "^ *([`~][`~][`~]+)([^`]*)$");
        if (quoted === undefined && quote !== "") fence = undefined;
        quote = quoted === undefined ? "" : "> ";
        if (fence !== undefined) {
            if (info === "" && string.sub(ticks!, 1, fence.length) === fence) {
                fence = undefined;
            } else {
                for (const at of $range(1, Math.max(line.length, 1), width)) {
                    put([{ text: string.sub(line, at, at + width - 1), style: "code" }]);
                }
            }
        } else if (ticks !== undefined) {
            fence = ticks;
        } else if (string.match(line, "^ *$")[0] !== undefined) {
            if (gap !== undefined) gap = true;
        } else {
            putText(line);
        }
    }
}

/** Cuts a folded text to a width in columns; ".." at the end shows that something is missing. */
export function cut(text: string, width: number): string {
    if (text.length <= width) return text;
    return string.sub(text, 1, Math.max(width - 2, 0)) + string.sub("..", 1, width);
}

/** How long ago something was, as short as a list needs it: "now", "5m", "3h", "2d". */
export function ageText(seconds: number): string {
    const minutes = Math.floor(seconds / 60);
    if (minutes < 1) return "now";
    if (minutes < 60) return `${minutes}m`;
    if (minutes < 1440) return `${Math.floor(minutes / 60)}h`;
    return `${Math.floor(minutes / 1440)}d`;
}
