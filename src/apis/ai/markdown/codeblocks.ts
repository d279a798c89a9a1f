/** The code in a text in Markdown. */
import { fold } from "../../trapos/font";
import { begin, readLine, type Line } from "./blocks";
import { languageOf } from "./fence";

/** A block of code. */
export interface CodeBlock {
    /** What its fence names, in small letters; nothing where it names none. */
    readonly language?: string;
    /** As it was written, in UTF-8: lines with "\n" between them, and none at the end. */
    readonly code: string;
}

/** Columns of a tab, as the screen shows it. */
const TAB = 2;

/** The lines of a text. A return alone writes over a line, but for a text that has no other line ends. */
export function linesOf(markdown: string): string {
    if (string.find(markdown, "\n", 1, true)[0] !== undefined) return `${markdown}\n`;
    return `${string.gsub(markdown, "\r", "\n")[0]}\n`;
}

/** A line of code as it was written, without what it stands in. */
function codeOf(written: string, line: Line): string {
    let [code] = string.gsub(written, "\r$", "");
    if (line.isQuoted) [code] = string.gsub(code, "^ *> ?", "");
    let left = line.strip;
    while (left > 0) {
        const first = string.sub(code, 1, 1);
        if (first !== " " && first !== "\t") return code;
        left -= first === " " ? 1 : TAB;
        code = string.sub(code, 2);
    }
    // A tab that is only in part before the code.
    return string.rep(" ", -left) + code;
}

/**
 * The blocks of code of a text, in their order, as they are shown: those between fences, and those that are marked by
 * their indent. In quotes and lists, too, without what marks these. One without an end goes to that of the text, its
 * item or its quote.
 * @param markdown UTF-8
 * @param most no more than so many are looked for
 */
export function codeBlocks(markdown: string, most?: number): CodeBlock[] {
    const found: CodeBlock[] = [];
    const blocks = begin();
    let isOpen = false;
    let language: string | undefined;
    let code: string[] = [];
    let blanks = 0;
    const close = (): void => {
        if (isOpen) table.insert(found, { language, code: table.concat(code, "\n") });
        isOpen = false;
        code = [];
        blanks = 0;
    };
    for (const [written] of string.gmatch(linesOf(markdown), "([^\n]*)\n")) {
        const line = readLine(blocks, fold(written!));
        if (line.kind === "blank") {
            blanks += 1;
        } else if (line.kind === "code" || (line.kind === "indented" && line.isFirst !== true)) {
            while (line.kind === "indented" && blanks > 0) {
                table.insert(code, "");
                blanks -= 1;
            }
            table.insert(code, codeOf(written!, line));
        } else {
            close();
            if (found.length === most) return found;
            isOpen = line.kind === "opens" || line.kind === "indented";
            language = line.fence && languageOf(line.fence);
            if (line.kind === "indented") table.insert(code, codeOf(written!, line));
        }
    }
    close();
    return found;
}
