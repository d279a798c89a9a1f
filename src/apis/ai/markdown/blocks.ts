/** What the lines of Markdown are: text, items of lists, code. Those of tables are text here. */
import { isClosedBy, openedBy, type Fence } from "./fence";

/**
 * - `blank`: nothing; in code it is `code`
 * - `text`: a line of its own, or the beginning of an item
 * - `opens`, `closes`: the lines around code
 * - `code`: between them
 * - `indented`: code that is marked by its indent alone
 */
export type Kind = "blank" | "text" | "opens" | "code" | "closes" | "indented";

/** What a line is. */
export interface Line {
    readonly kind: Kind;
    /** Whether it stands in a quote. */
    readonly isQuoted: boolean;
    /** The line, without what marks a quote; of code without its indent. */
    readonly text: string;
    /** The column in which the texts of the innermost item begin that the line is in; 0 outside of lists. */
    readonly column: number;
    /** The columns before code that are none of it, behind what marks a quote. */
    readonly strip: number;
    /** What marks an item that the line begins: "-", "*", "+", or a number such as "1.". */
    readonly mark?: string;
    /** The fence that the line opens. */
    readonly fence?: Fence;
    /** Whether it is the first of code that is marked by its indent. */
    readonly isFirst?: boolean;
}

/** What the next line may belong to. */
export interface Blocks {
    isQuoted: boolean;
    /** The columns in which the texts of the items begin that the line may be in, the innermost last. */
    items: number[];
    /** The fence that code stands in. */
    fence?: Fence;
    /** Whether the lines before, up to the last one that is not blank, were code that is marked by its indent. */
    isIndented?: boolean;
    /** Whether the line before was text that may go on. */
    isParagraph?: boolean;
}

/** What is known before the first line. */
export function begin(): Blocks {
    return { isQuoted: false, items: [] };
}

/** The blanks at a line's beginning. */
export function indentOf(line: string): number {
    return string.match(line, "^ *")[0]!.length;
}

/** A line that is neither blank nor in code. */
function readText(blocks: Blocks, text: string, column: number): Line {
    const isQuoted = blocks.isQuoted;
    const depth = indentOf(text);
    const body = string.sub(text, depth + 1);
    blocks.isIndented = false;
    blocks.isParagraph = false;
    const fence = openedBy(string.sub(text, column + 1));
    if (fence !== undefined) {
        blocks.fence = fence;
        return { kind: "opens", isQuoted, text, column, strip: 0, fence };
    }
    // A rule may look like an item, a heading goes on on no other line.
    if (
        string.find(body, "^[-*_] *[-*_] *[-*_][-*_ ]*$")[0] !== undefined ||
        string.find(body, "^##?#?#?#?#? ")[0] !== undefined
    )
        return { kind: "text", isQuoted, text, column, strip: 0 };
    blocks.isParagraph = true;
    const [bullet] = string.match(body, "^([-*+]) ");
    const mark = bullet ?? string.match(body, "^(%d%d?%d?[.)]) ")[0];
    if (mark === undefined) return { kind: "text", isQuoted, text, column, strip: 0 };
    const blanks = indentOf(string.sub(body, mark.length + 1));
    const inner = depth + mark.length + (blanks > 4 ? 1 : blanks);
    table.insert(blocks.items, inner);
    blocks.fence = openedBy(string.sub(text, inner + 1));
    if (blocks.fence === undefined) return { kind: "text", isQuoted, text, column, strip: 0, mark };
    blocks.isParagraph = false;
    return { kind: "opens", isQuoted, text, column: inner, strip: 0, mark, fence: blocks.fence };
}

/**
 * Reads the next line.
 * @param blocks what is known from the lines before; it is changed
 * @param folded in CC's font, without a line break
 */
export function readLine(blocks: Blocks, folded: string): Line {
    // What comes from the sign for "not less than" is no quote, and a quote does not begin in code.
    const canBeQuote =
        (blocks.fence === undefined || blocks.isQuoted) && string.find(folded, "^ *>=")[0] === undefined;
    const [quoted] = string.match(canBeQuote ? folded : "", "^ *> ?(.*)$");
    const isQuoted = quoted !== undefined;
    if (isQuoted !== blocks.isQuoted) {
        blocks.isQuoted = isQuoted;
        blocks.items = [];
        blocks.fence = undefined;
        blocks.isIndented = false;
        blocks.isParagraph = false;
    }
    const text = quoted ?? folded;
    const depth = indentOf(text);
    const isBlank = depth === text.length;
    const items = blocks.items;
    if (!isBlank) {
        while (items.length > 0 && items[items.length - 1]! > depth) {
            items.pop();
            // Code ends with the item that it is in.
            blocks.fence = undefined;
            blocks.isIndented = false;
        }
    }
    const column = items[items.length - 1] ?? 0;
    const inner = string.sub(text, column + 1);
    const fence = blocks.fence;
    if (fence !== undefined) {
        if (isClosedBy(inner, fence)) {
            blocks.fence = undefined;
            return { kind: "closes", isQuoted, text, column, strip: 0 };
        }
        const indent = Math.min(indentOf(inner), fence.indent);
        return {
            kind: "code",
            isQuoted,
            text: string.sub(inner, indent + 1),
            column,
            strip: column + fence.indent,
        };
    }
    if (isBlank) {
        blocks.isParagraph = false;
        return { kind: "blank", isQuoted, text: "", column, strip: 0 };
    }
    const isItem = string.find(inner, "^ *[-*+] ")[0] ?? string.find(inner, "^ *%d+[.)] ")[0];
    if (depth - column >= 4 && !blocks.isParagraph && isItem === undefined) {
        const isFirst = blocks.isIndented !== true;
        blocks.isIndented = true;
        return { kind: "indented", isQuoted, text: string.sub(inner, 5), column, strip: column + 4, isFirst };
    }
    return readText(blocks, text, column);
}
