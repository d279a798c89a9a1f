/** Answers that are a value of a given form, in place of a text. */
import { decode, encode } from "../trapos/json";
import { fail } from "./failure";
import { misfit, type Schema } from "./schema";
import type { AskOptions, Reply } from "./types";

/** How often an answer that does not fit goes back to the model. */
const CORRECTIONS = 1;

type Ask = (this: void, prompt: string, options: AskOptions) => Reply;

/** What the model is told beside the prompt. */
function instructions(schema: Schema, given: string | undefined): string {
    const own =
        "Your answer is read by a program. When you are done, answer with one JSON value and nothing else: no words " +
        `before or behind it. It has to fit this JSON Schema:\n${encode(schema)}`;
    return given === undefined ? own : `${given}\n\n${own}`;
}

/** The value in an answer: all of it, what stands in a block of code, or what stands between the outermost brackets. */
function valueIn(text: string): unknown {
    const [block] = string.match(text, "```%w*%s*\n(.-)\n%s*```");
    const [object] = string.match(text, "(%b{})");
    const [list] = string.match(text, "(%b[])");
    for (const part of [text, block ?? "", object ?? "", list ?? ""]) {
        const value = decode(part);
        if (value !== undefined) return value;
    }
    return undefined;
}

/**
 * Asks for a value. One that does not fit goes back to the model once; then it fails with `not_structured`.
 * @param ask asks for a text
 * @param schema one with which nothing is wrong
 * @returns the answer, whose `value` fits the schema
 */
export function askForValue(ask: Ask, prompt: string, options: AskOptions, schema: Schema): Reply {
    options.system = instructions(schema, options.system);
    let words = prompt;
    let problem = "";
    let reply: Reply | undefined;
    for (const _ of $range(0, CORRECTIONS)) {
        reply = ask(words, options);
        const value = valueIn(reply.text);
        let wrong: string | undefined = "it is no JSON";
        if (value !== undefined) wrong = misfit(schema, value, "value");
        if (wrong === undefined) {
            reply.value = value;
            return reply;
        }
        problem = wrong;
        words = `Your answer does not fit: ${problem}. Answer again, with JSON alone that fits.`;
        options.session = reply.sessionId;
        options.newSession = undefined;
        options.files = undefined;
    }
    throw fail("not_structured", { what: problem }, reply!.text);
}
