/** What is said in a job's name: to the model, and to people. */
import { type Code, failures } from "../../../../src/apis/ai/codes.ts";
import { isAnswer, textOf } from "../../../../src/apis/ai/messages.ts";
import type { Message } from "../../../../src/apis/ai/protocol.ts";

/** The most characters that are kept of what a job has written: a computer's disk has ten times that. */
export const LONGEST_RESULT = 100_000;

/** What stands before the prompt of a job. */
const GUARD = `You work on this in the background: nobody reads along, and a question may wait for long or for ever.
Do the whole of it yourself, now, and end with what came of it. Do not hand it on: begin no other job, ask no other computer or agent server to do it, and leave nothing running when you end.

The task:

`;

/** A prompt as the model gets it. */
export function guarded(prompt: string): string {
    return GUARD + prompt;
}

/** A text in one line of at most so many characters; its beginning, or its end. */
export function lineOf(text: string, most: number, part: "beginning" | "end" = "beginning"): string {
    const line = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
    // No more is looked at than may be shown; a character may be two code units, and one that is cut in half is not shown.
    const enough = 2 * most + 2;
    const characters = [...(part === "beginning" ? line.slice(0, enough) : line.slice(-enough))];
    if (characters.length <= most) return characters.join("");
    return part === "beginning"
        ? `${characters.slice(0, most - 3).join("")}...`
        : `...${characters.slice(3 - most).join("")}`;
}

/** The title of a job's session. */
export function titleOf(number: number, prompt: string, computer: string): string {
    return `Job ${number}: ${lineOf(prompt, 60)} (${lineOf(computer, 40)})`;
}

/** A failure in a sentence. */
export function sentenceOf(
    code: string,
    detail: Readonly<Record<string, string | undefined>> = {},
    cause?: { readonly code: string; readonly message?: string | undefined },
): string {
    if (cause?.message !== undefined) return lineOf(cause.message, 300);
    const words = Object.hasOwn(failures, code) ? failures[code as Code][0] : code;
    const filled = words.replace(/\{(\w+)\}/g, (_, name: string) => detail[name] ?? "");
    return lineOf(filled, 300);
}

/** A text that is kept, of which the end counts where it is too long. */
export function kept(text: string): string {
    return text.length <= LONGEST_RESULT ? text : `[...]\n${text.slice(-LONGEST_RESULT)}`;
}

/** What models think aloud that have no channel for that. */
const THOUGHTS = /^\s*<think\w*>[^]*?(<\/think\w*>|$)\s*/;

/** The answer of a turn: what its steps say, without what was thought aloud. */
export function answerOf(steps: readonly Message[]): string {
    return steps
        .filter(isAnswer)
        .map((step) => textOf([step]).replace(THOUGHTS, ""))
        .filter((text) => text.trim() !== "")
        .join("\n\n");
}
