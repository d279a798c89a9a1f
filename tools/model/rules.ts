import type { Conversation } from "./conversation.ts";

/** One call of a tool that the client offered. */
export interface ToolCall {
    name: string;
    arguments: Record<string, unknown>;
}

/** How the model answers one request. Fields combine; an empty object is an empty reply. */
export interface Reply {
    /** What the model says. An array is sent in exactly these pieces. */
    text?: string | string[];
    /** What it thinks before that, on the channel of its own that reasoning models have. An array is sent in exactly these pieces. */
    reasoning?: string | string[];
    /** It comes to no end: the pieces of its text, or of what it thinks, come again and again until the client goes. */
    repeats?: "text" | "reasoning";
    /** Tools that the model wants run before it goes on. */
    toolCalls?: ToolCall[];
    /** Why the model stopped. Without it: `tool_calls` when there are any, else `stop`. */
    finish?: "stop" | "tool_calls" | "length" | "content_filter";
    /** An HTTP error in place of a reply. */
    error?: { status: number; message: string; headers?: Record<string, string> };
    /** Seconds of silence before the first byte. */
    delaySeconds?: number;
    /** Seconds between two pieces of it. */
    pauseSeconds?: number;
    /** `true`: not a byte comes before `release()`; `"midway"`: half of it comes, then nothing before it. */
    hang?: boolean | "midway";
    /** Half of it comes, then the connection is cut. */
    cut?: boolean;
}

/** Answers one request of a turn, or returns undefined to leave it to the next rule. */
export type Rule = (conversation: Conversation) => Reply | undefined;

/**
 * Asks each rule in turn.
 * @returns the first answer, or an error reply that says that no rule matched
 */
export function answer(rules: readonly Rule[], conversation: Conversation): Reply {
    for (const rule of rules) {
        const reply = rule(conversation);
        if (reply !== undefined) return reply;
    }
    return {
        error: { status: 400, message: `No rule of the scripted model answers "${conversation.userText}".` },
    };
}
