/** Texts for a narrow screen: what lists, remarks and failures need. */
import { fold } from "./font";
export { fold };

/** Bytes that are looked at of a text that is shown on one line; much more than any screen has room for. */
const MOST = 32000;

/** What a page of HTML says in a line: its title, or else all but its marks. */
function textOfPage(html: string): string {
    const [title] = string.match(html, "<[Tt][Ii][Tt][Ll][Ee][^<>]*>%s*([^<]*[^%s<])");
    if (title !== undefined) return title;
    return string.gsub(html, "<[^<>]*>", " ")[0];
}

/**
 * A text on one line, for titles, tools, questions and failures: blanks for line breaks, and of a page of HTML, as a
 * proxy sends, what it says. Of a text of more than 32,000 bytes the middle is missing.
 * @param text UTF-8
 * @returns in CC's font
 */
export function oneLine(text: string): string {
    let short = text;
    if (text.length > MOST) short = `${string.sub(text, 1, MOST / 2)} ... ${string.sub(text, -MOST / 2)}`;
    const [page] = string.find(string.lower(short), "<!doctype html", 1, true);
    const [start] = page === undefined ? string.find(string.lower(short), "<html", 1, true) : [page];
    if (start !== undefined) short = string.sub(short, 1, start - 1) + textOfPage(string.sub(short, start));
    const [line] = string.gsub(fold(short), "%s+", " ");
    return string.match(line, "^ ?(.-) ?$")[0]!;
}

/**
 * Cuts a folded text to a width in columns; "..." at its end shows that something is missing.
 */
export function cut(text: string, width: number): string {
    if (text.length <= width) return text;
    return string.sub(text, 1, Math.max(width - 3, 0)) + string.sub("...", 1, width);
}

/** Cuts a folded text to a width in columns; "..." in its middle stands for what is missing, as its end tells more. */
export function shorten(text: string, width: number): string {
    if (text.length <= width) return text;
    if (width < 8) return cut(text, width);
    const end = Math.floor((width - 3) / 3);
    return `${string.sub(text, 1, width - 3 - end)}...${string.sub(text, -end)}`;
}

/** A number with its thousands apart: "12,345". Empty for what is no count. */
export function countText(count: number): string {
    if (!(count >= 0 && count < 1e15)) return "";
    let text = string.format("%.0f", count);
    let changes: number;
    do {
        [text, changes] = string.gsub(text, "^(%d+)(%d%d%d)", "%1,%2");
    } while (changes > 0);
    return text;
}

/** How many there are of something: "1 line", "2 lines". */
export function counted(count: number, what: string): string {
    return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

/** A number of tokens, as short as a list needs it: "900", "128k", "1M". */
export function tokensText(count: number): string {
    if (!(count < 1e12)) return "";
    if (count < 1000) return string.format("%.0f", count);
    if (count < 1e6) return `${Math.floor(count / 1000)}k`;
    return `${Math.floor(count / 1e6)}M`;
}

/** How long ago something was, as short as a list needs it: "now", "5m", "3h", "2d". Empty for what is no time. */
export function ageText(seconds: number): string {
    if (!(seconds < 1e12)) return "";
    const minutes = Math.floor(seconds / 60);
    if (minutes < 1) return "now";
    if (minutes < 60) return `${minutes}m`;
    if (minutes < 1440) return `${Math.floor(minutes / 60)}h`;
    return `${Math.floor(minutes / 1440)}d`;
}
