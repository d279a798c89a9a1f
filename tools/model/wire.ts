import type { Reply } from "./rules.ts";

/** What every object of one reply starts with. */
export interface Envelope {
    id: string;
    created: number;
    model: string;
}

/** Pieces a text is streamed in when a rule names none: enough to see it grow, few enough to stay quick. */
const pieces = 20;

/** A rough token count, at the usual four characters a token. */
const tokensOf = (characters: number): number => Math.ceil(characters / 4);

/**
 * Splits a text for streaming.
 * @returns at most `count` pieces of equal length, cut between characters; none for an empty text
 */
export function split(text: string, count: number): string[] {
    const characters = Array.from(text);
    const size = Math.max(1, Math.ceil(characters.length / count));
    const result: string[] = [];
    for (let start = 0; start < characters.length; start += size) {
        result.push(characters.slice(start, start + size).join(""));
    }
    return result;
}

/** The pieces in which the text of a reply is streamed. */
function textPieces(reply: Reply): string[] {
    if (Array.isArray(reply.text)) return reply.text;
    return split(reply.text ?? "", pieces);
}

/** The pieces in which what a reply's model thinks is streamed. */
function reasoningPieces(reply: Reply): string[] {
    if (Array.isArray(reply.reasoning)) return reply.reasoning;
    return split(reply.reasoning ?? "", 2);
}

function finishOf(reply: Reply): string {
    return reply.finish ?? (reply.toolCalls?.length ? "tool_calls" : "stop");
}

function toolCallsOf(reply: Reply, id: string) {
    return (reply.toolCalls ?? []).map((call, index) => ({
        index,
        id: `call_${id}_${index}`,
        type: "function",
        function: { name: call.name, arguments: JSON.stringify(call.arguments) },
    }));
}

function usageOf(reply: Reply, promptCharacters: number) {
    const prompt = tokensOf(promptCharacters);
    const completion = tokensOf(
        textPieces(reply).join("").length + JSON.stringify(reply.toolCalls ?? "").length,
    );
    return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/** A whole reply as one `chat.completion` object. */
export function completion(envelope: Envelope, reply: Reply, promptCharacters: number) {
    const calls = toolCallsOf(reply, envelope.id);
    return {
        ...envelope,
        object: "chat.completion",
        choices: [
            {
                index: 0,
                message: {
                    role: "assistant",
                    content: textPieces(reply).join("") || null,
                    ...(reply.reasoning === undefined
                        ? {}
                        : { reasoning_content: reasoningPieces(reply).join("") }),
                    ...(calls.length > 0 ? { tool_calls: calls } : {}),
                },
                finish_reason: finishOf(reply),
            },
        ],
        usage: usageOf(reply, promptCharacters),
    };
}

/** One server-sent event of a reply. */
function eventOf(envelope: Envelope, delta: object, finish: string | null = null, more: object = {}): string {
    return `data: ${JSON.stringify({
        ...envelope,
        object: "chat.completion.chunk",
        choices: [{ index: 0, delta, finish_reason: finish }],
        ...more,
    })}\n\n`;
}

/** A reply that repeats itself as server-sent events, which come to no end. */
export function* endlessEvents(envelope: Envelope, reply: Reply): Generator<string, never> {
    const thoughts = reasoningPieces(reply).map((reasoning_content) => ({ reasoning_content }));
    const texts = textPieces(reply).map((content) => ({ content }));
    yield eventOf(envelope, { role: "assistant", content: "" });
    if (reply.repeats === "text") for (const thought of thoughts) yield eventOf(envelope, thought);
    const again = reply.repeats === "text" ? texts : thoughts;
    if (again.length === 0) throw new Error("There is nothing that the reply could repeat.");
    for (;;) for (const piece of again) yield eventOf(envelope, piece);
}

/** A reply as server-sent events: the pieces of its text, its tool calls, how it ended and what it used, `[DONE]`. */
export function events(envelope: Envelope, reply: Reply, promptCharacters: number): string[] {
    const event = (delta: object, finish: string | null = null, more: object = {}) =>
        eventOf(envelope, delta, finish, more);
    const calls = toolCallsOf(reply, envelope.id);
    return [
        event({ role: "assistant", content: "" }),
        ...reasoningPieces(reply).map((reasoning_content) => event({ reasoning_content })),
        ...textPieces(reply).map((content) => event({ content })),
        ...(calls.length > 0 ? [event({ tool_calls: calls })] : []),
        event({}, finishOf(reply), { usage: usageOf(reply, promptCharacters) }),
        "data: [DONE]\n\n",
    ];
}

/** An error body as OpenAI's API shapes it. */
export function errorBody(status: number, message: string) {
    const type = status >= 500 ? "server_error" : "invalid_request_error";
    return { error: { message, type, code: String(status) } };
}
