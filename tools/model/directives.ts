import { markdownSample } from "./markdown-sample.ts";
import type { Conversation } from "./conversation.ts";
import type { Reply } from "./rules.ts";

/**
 * The words in square brackets with which a prompt steers the scripted model, for benches and for trying things
 * by hand: `ai "[tools 3] [wait 2] hello"`. All numbers are plain decimals.
 */
export const directives = [
    { usage: "[wait SECONDS]", meaning: "is silent that long before each answer" },
    { usage: "[tools COUNT]", meaning: "runs that many bash commands first, one after another" },
    { usage: "[tools COUNT SECONDS]", meaning: "the same, and each takes that long" },
    { usage: "[reply CHARACTERS]", meaning: "answers with exactly that many characters" },
    { usage: "[markdown]", meaning: "answers with headings, lists, code, a table and non-ASCII text" },
    { usage: "[empty]", meaning: "answers with nothing" },
    { usage: "[finish REASON]", meaning: "ends with stop, length or content_filter" },
    { usage: "[status CODE]", meaning: "fails with that HTTP status each time" },
    { usage: "[status CODE TIMES]", meaning: "fails that many times, then answers" },
    { usage: "[cut]", meaning: "cuts the connection midway each time" },
    { usage: "[cut TIMES]", meaning: "cuts it that many times, then answers" },
    { usage: "[hang]", meaning: "never answers" },
    { usage: "[hang midway]", meaning: "writes half of its answer, and then nothing more" },
    { usage: "[loop thinking]", meaning: "thinks the same again and again, for ever" },
    { usage: "[loop text]", meaning: "writes the same again and again, for ever" },
    { usage: "[loop tool]", meaning: "runs the same command again and again, for ever" },
    { usage: "[stubborn]", meaning: "does all of that after later prompts of the session, too" },
] as const;

/** The longest reply that `[reply N]` gives: well past the 2 MB that a computer is tested with. */
const longestReply = 16_000_000;

interface Directive {
    written: string;
    name: string;
    values: string[];
}

const bracketed = /\[([a-z]+)((?: +[\w.-]+)*) *\]/g;
const names = new Set<string>(directives.map((directive) => /\w+/.exec(directive.usage)![0]));

function parse(text: string): { found: Directive[]; rest: string } {
    const found: Directive[] = [];
    const rest = text.replace(bracketed, (written, name: string, values: string) => {
        if (!names.has(name)) return written;
        found.push({ written, name, values: values.split(" ").filter((value) => value !== "") });
        return "";
    });
    return { found, rest: rest.replace(/\s+/g, " ").trim() };
}

/** Returns the prompt without its directives. */
export function withoutDirectives(text: string): string {
    return parse(text).rest;
}

function number(text: string | undefined, least: number, most: number): number | undefined {
    if (text === undefined || !/^\d+(\.\d+)?$/.test(text)) return undefined;
    const value = Number(text);
    return value >= least && value <= most ? value : undefined;
}

function wholeNumber(text: string | undefined, least: number, most: number): number | undefined {
    const value = number(text, least, most);
    return Number.isInteger(value) ? value : undefined;
}

/** Exactly `length` characters in lines of 50, so that it wraps alike on every screen and its end is easy to find. */
function filler(length: number): string {
    const line = "The quick brown fox jumps over the lazy dog twice.".slice(0, 49) + "\n";
    return line.repeat(Math.ceil(length / line.length)).slice(0, length);
}

function bashCall(step: number, seconds: number): Reply {
    const command = seconds > 0 ? `sleep ${seconds} && echo step ${step}` : `echo step ${step}`;
    return { toolCalls: [{ name: "bash", arguments: { command, description: `Step ${step}` } }] };
}

/** What a model says, thinks and does that has lost its way. The pieces are long, so that nobody waits long for much of them. */
const loops: Readonly<Record<string, Reply | undefined>> = {
    thinking: {
        reasoning: [
            (
                "The door is open, so the lever must be up. But if the lever is up, the door is closed.\n" +
                "Wait, that cannot be right. Let me look at the door once more. "
            ).repeat(3),
        ],
        repeats: "reasoning",
    },
    text: { text: ["I will open the door now. ".repeat(20)], repeats: "text" },
    tool: {
        toolCalls: [{ name: "bash", arguments: { command: "echo closed", description: "Look at the door" } }],
    },
};

/** What a directive changes in the answer; undefined where its values are not what its usage says. */
function apply(directive: Directive, conversation: Conversation, reply: Reply): Reply | undefined {
    const [first, second] = directive.values;
    const step = conversation.toolResults.length + 1;
    switch (directive.name) {
        case "wait": {
            const delaySeconds = number(first, 0, 3600);
            return delaySeconds === undefined ? undefined : { ...reply, delaySeconds };
        }
        case "tools": {
            const count = wholeNumber(first, 0, 1000);
            const seconds = second === undefined ? 0 : number(second, 0, 3600);
            if (count === undefined || seconds === undefined) return undefined;
            return step <= count ? { ...reply, ...bashCall(step, seconds), text: undefined } : reply;
        }
        case "reply": {
            const length = wholeNumber(first, 0, longestReply);
            if (length === undefined) return undefined;
            return reply.toolCalls ? reply : { ...reply, text: filler(length) };
        }
        case "markdown":
            return reply.toolCalls ? reply : { ...reply, text: markdownSample };
        case "empty":
            return reply.toolCalls ? reply : { ...reply, text: undefined };
        case "finish":
            if (first !== "stop" && first !== "length" && first !== "content_filter") return undefined;
            return reply.toolCalls ? reply : { ...reply, finish: first };
        case "status": {
            const status = wholeNumber(first, 400, 599);
            const times = second === undefined ? Infinity : wholeNumber(second, 0, 1000);
            if (status === undefined || times === undefined) return undefined;
            if (conversation.attempt > times) return reply;
            return {
                ...reply,
                error: { status, message: `The scripted model was told to fail with ${status}.` },
            };
        }
        case "cut": {
            const times = first === undefined ? Infinity : wholeNumber(first, 0, 1000);
            if (times === undefined) return undefined;
            return conversation.attempt > times ? reply : { ...reply, cut: true };
        }
        case "hang":
            if (first !== undefined && first !== "midway") return undefined;
            return { ...reply, hang: first ?? true };
        case "loop": {
            const loop = Object.hasOwn(loops, first ?? "") ? loops[first!] : undefined;
            if (loop === undefined) return undefined;
            return reply.toolCalls ? reply : { ...reply, text: undefined, ...loop };
        }
        case "stubborn":
            return reply;
        default:
            return undefined;
    }
}

/** The directives that count: those of the newest prompt, or of the newest one before it that is stubborn. */
function directivesOf(conversation: Conversation): Directive[] {
    const prompts = conversation.userTexts.map((text) => parse(text).found);
    const isStubborn = (found: Directive[]) => found.some(({ name }) => name === "stubborn");
    return prompts.findLast(isStubborn) ?? prompts.at(-1) ?? [];
}

/**
 * Follows the directives of a prompt.
 * @param conversation the request that is answered
 * @param plain what the model would answer without directives
 * @returns `plain`, changed by each directive in the order `[tools]`, then the others as written; a directive with
 * wrong values gives an answer that says how it is written
 */
export function followDirectives(conversation: Conversation, plain: Reply): Reply {
    const toolsFirst = directivesOf(conversation).toSorted(
        (a, b) => Number(b.name === "tools") - Number(a.name === "tools"),
    );
    let reply = plain;
    for (const directive of toolsFirst) {
        const changed = apply(directive, conversation, reply);
        if (changed === undefined) {
            const usages = directives
                .map((known) => known.usage)
                .filter((usage) => usage.startsWith(`[${directive.name}`));
            return { text: `I do not understand ${directive.written}. Write ${usages.join(" or ")}.` };
        }
        reply = changed;
    }
    return reply;
}
