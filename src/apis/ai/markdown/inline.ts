/** The marks of Markdown within a line, as pieces of text in a style. */

/** What a piece of text is; which colour that gets is for the program to say. */
export type Style = "text" | "heading" | "bold" | "code" | "quote" | "link";

/** A piece of a row in one style, in CC's font. */
export interface Span {
    text: string;
    style: Style;
}

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

/**
 * Reads the next part of a line: at most 300 bytes.
 * @param spans gets what it shows
 * @param text the line, folded
 * @param at where the part begins, counted from 1
 * @param style that of text that has no other
 * @returns where the next part begins
 */
export function readPart(spans: Span[], text: string, at: number, style: Style): number {
    const ahead = string.sub(text, at, at + REACH);
    const [inWord] = string.match(text, "^%w[*_]", at - 1);
    for (const part of PARTS) {
        const own = part[1];
        const [, stop, , shown, address] = string.find(ahead, part[0]);
        if (stop !== undefined && (inWord === undefined || own !== "bold")) {
            const inner = shown as string;
            if (own === "bold" || own === "link") {
                let next = 1;
                while (next <= inner.length) next = readPart(spans, inner, next, own);
            } else {
                spans.push({ text: inner, style: own ?? style });
            }
            if (own === "link" && address !== shown)
                spans.push({ text: ` (${address as string})`, style: own });
            return at + stop;
        }
    }
    return text.length + 1;
}

/**
 * The pieces of a short text, as in a table's cell.
 * @param text folded
 * @param style that of text that has no other
 * @param most how many columns are of interest; what goes beyond is not read to its end
 * @returns its pieces, and how many columns they take
 */
export function spansOf(text: string, style: Style, most: number): LuaMultiReturn<[Span[], number]> {
    const spans: Span[] = [];
    let at = 1;
    let width = 0;
    let counted = 0;
    while (at <= text.length && width <= most) {
        at = readPart(spans, text, at, style);
        for (const index of $range(counted, spans.length - 1)) width += spans[index]!.text.length;
        counted = spans.length;
    }
    return $multi(spans, width);
}
