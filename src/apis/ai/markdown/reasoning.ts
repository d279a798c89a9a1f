/** What a model thinks aloud in its answer because it has no channel for that. */
import { isClosedBy, openedBy, type Fence } from "./fence";

const BEGIN = "^%s*<think%a*>";
const END = "</think%a*>";

/** A line without what a fence may stand behind: quotes and the marks of lists. */
function bare(line: string): string {
    return string.gsub(line, "^[%s>]*%d*[-*+.)]? *", "")[0];
}

/**
 * An answer without what stands between `<think>` and `</think>`, or `<thinking>` and `</thinking>`, from the beginning
 * of a line on; in code it is code. What is not closed goes to the end. Some servers leave the first mark out: then what
 * stands before a closing one, at the beginning or the end of a line, is not the answer, if anything stands behind it.
 * @param text UTF-8
 * @returns the answer; the same text where there is no reasoning
 */
export function withoutReasoning(text: string): string {
    if (string.find(text, "<think", 1, true)[0] === undefined && string.find(text, END)[0] === undefined)
        return text;
    let kept: string[] = [];
    let fence: Fence | undefined;
    let isThinking = false;
    let hasThought = false;
    let isGuess = false;
    for (const [whole] of string.gmatch(`${text}\n`, "([^\n]*)\n")) {
        const line = whole!;
        let at = 1;
        if (fence !== undefined) {
            if (isClosedBy(string.gsub(line, "^[%s>]*", "")[0], fence)) fence = undefined;
        } else {
            let isRead = false;
            while (!isRead) {
                const [, mark] = string.find(line, isThinking ? END : BEGIN, at);
                let [, end] = string.find(line, "^%s*" + END, at);
                if (mark === undefined && !isThinking && !hasThought && end === undefined) {
                    const [, last] = string.find(line, `^.*${END}%s*$`, at);
                    end = last;
                }
                if (mark !== undefined) {
                    isThinking = !isThinking;
                    hasThought = true;
                    at = mark + 1;
                } else if (!isThinking && end !== undefined) {
                    if (!hasThought) {
                        kept = [];
                        isGuess = true;
                        hasThought = true;
                    }
                    at = end + 1;
                } else {
                    isRead = true;
                }
            }
            if (!isThinking) fence = openedBy(bare(string.sub(line, at)));
        }
        if (!isThinking && (at === 1 || string.find(line, "%S", at)[0] !== undefined))
            kept.push(string.sub(line, at));
    }
    if (!hasThought) return text;
    const [answer] = string.gsub(kept.join("\n"), "^%s*\n", "");
    return isGuess && string.find(answer, "%S")[0] === undefined ? text : answer;
}
