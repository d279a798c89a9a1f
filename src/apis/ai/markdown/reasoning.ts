/** What a model thinks aloud in its answer because it has no channel for that. */
import { isClosedBy, openedBy, type Fence } from "./fence";

const BEGIN = "^%s*<think%a*>";
const END = "</think%a*>";

/** A line without what a fence may stand behind: quotes and the marks of lists. */
function bare(line: string): string {
    return string.gsub(line, "^[%s>]*%d*[-*+.)]? *", "")[0];
}

/** What is known of the lines before. */
export interface Thoughts {
    /** The fence that code stands in. */
    fence?: Fence;
    isThinking: boolean;
    /** Whether there was any reasoning. */
    hasThought: boolean;
    /** Whether all before a mark that closes was taken for some. */
    isGuess: boolean;
}

/** What is known before the first line. */
export function noThoughts(): Thoughts {
    return { isThinking: false, hasThought: false, isGuess: false };
}

/**
 * Where the answer goes on in a line of it, from `at` on.
 * @param thoughts what is known from the lines before; it is changed
 * @param line UTF-8, without its line break
 */
function skipThoughts(thoughts: Thoughts, line: string): number {
    let at = 1;
    while (true) {
        const isThinking = thoughts.isThinking;
        const [, mark] = string.find(line, isThinking ? END : BEGIN, at);
        if (mark !== undefined) {
            thoughts.isThinking = !isThinking;
            thoughts.hasThought = true;
            at = mark + 1;
        } else {
            if (isThinking) return at;
            let [, end] = string.find(line, "^%s*" + END, at);
            if (end === undefined && !thoughts.hasThought) {
                const [, last] = string.find(line, `^.*${END}%s*$`, at);
                end = last;
            }
            if (end === undefined) return at;
            if (!thoughts.hasThought) thoughts.isGuess = true;
            thoughts.hasThought = true;
            at = end + 1;
        }
    }
}

/**
 * Reads the next line of an answer. Where `isGuess` becomes true no line before it belongs to the answer.
 * @param thoughts what is known from the lines before; it is changed
 * @param line UTF-8, without its line break
 * @returns what belongs to the answer, from a column on where reasoning stands before it; nothing where no part of it does
 */
export function answerIn(thoughts: Thoughts, line: string): string | undefined {
    const fence = thoughts.fence;
    if (fence !== undefined) {
        if (isClosedBy(string.gsub(line, "^[%s>]*", "")[0], fence)) thoughts.fence = undefined;
        return line;
    }
    const at = skipThoughts(thoughts, line);
    if (thoughts.isThinking) return undefined;
    const rest = string.sub(line, at);
    thoughts.fence = openedBy(bare(rest));
    return at === 1 || string.find(rest, "%S")[0] !== undefined ? rest : undefined;
}

/** Whether text at the beginning of a line may become a mark of reasoning, as "<thi" does. */
export function mayBecomeMark(text: string): boolean {
    const [name] = string.match(text, "^%s*</?(%a*)$");
    return name !== undefined && string.sub(name, 1, 5) === string.sub("think", 1, name.length);
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
    const thoughts = noThoughts();
    for (const [line] of string.gmatch(`${text}\n`, "([^\n]*)\n")) {
        const wasGuess = thoughts.isGuess;
        const answer = answerIn(thoughts, line!);
        if (thoughts.isGuess !== wasGuess) kept = [];
        if (answer !== undefined) kept.push(answer);
    }
    if (!thoughts.hasThought) return text;
    const [answer] = string.gsub(kept.join("\n"), "^%s*\n", "");
    return thoughts.isGuess && string.find(answer, "%S")[0] === undefined ? text : answer;
}
