/** Asks an OpenAI-compatible model, and reads its reply as it comes. */
import { patientFetch } from "trapos-opencode";
import type { Model } from "./configuration.ts";
import type { Failure, Tokens } from "./types.ts";

export interface ChatMessage {
    role: "system" | "user" | "assistant" | "tool";
    content: string | object[];
    tool_calls?: { id: string; type: "function"; function: { name: string; arguments: string } }[];
    tool_call_id?: string;
}

export interface OfferedTool {
    type: "function";
    function: { name: string; description: string; parameters: object };
}

/** What is asked. */
export interface Question {
    readonly model: Model;
    readonly variant?: string;
    readonly sessionID: string;
    readonly messages: readonly ChatMessage[];
    readonly tools: readonly OfferedTool[];
}

/** A piece of a reply. */
export type Piece =
    | { readonly type: "text" | "reasoning"; readonly delta: string }
    /** A call, whole. */
    | { readonly type: "call"; readonly id: string; readonly name: string; readonly arguments: string }
    | { readonly type: "end"; readonly finish: string; readonly rawFinish: string; readonly tokens: Tokens };

/** The model did not answer, or not to the end. */
export class ModelFailure extends Error {
    readonly failure: Failure;

    constructor(failure: Failure) {
        super(failure.message);
        this.failure = failure;
    }
}

/** Opencode 2's words for how a step ended. Source: upstream's packages/schema/src/llm.ts. */
const finishes: Readonly<Record<string, string>> = {
    tool_calls: "tool-calls",
    content_filter: "content-filter",
};

/** The type of a failure, by the status of the model's answer. */
function typeOf(status: number): string {
    if (status === 401 || status === 403) return "provider.auth";
    if (status === 402) return "provider.quota";
    if (status === 429) return "provider.rate-limit";
    return status >= 500 ? "provider.internal" : "provider.invalid-request";
}

const retried = ["provider.rate-limit", "provider.internal", "provider.transport"];

/** Whether it is worth asking again. */
export function isRetried(failure: Failure): boolean {
    return retried.includes(failure.type);
}

function transport(why: string): ModelFailure {
    return new ModelFailure({ type: "provider.transport", message: `HTTP transport failed: ${why}` });
}

/** A chunk, as far as it is read here. */
interface Chunk {
    choices?: {
        delta?: {
            content?: string | null;
            reasoning_content?: string | null;
            tool_calls?: { index?: number; id?: string; function?: { name?: string; arguments?: string } }[];
        };
        finish_reason?: string | null;
    }[];
    usage?: { prompt_tokens?: number; completion_tokens?: number };
}

/** The data of each event of a stream. @throws when the connection breaks */
async function* dataOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const bytes of body) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line.startsWith("data: ")) yield line.slice("data: ".length);
    }
}

/** The body of a request, with what the variant adds: `reasoningEffort` is `reasoning_effort` there. */
function bodyOf({ model, variant, messages, tools }: Question): string {
    const added = Object.entries((variant === undefined ? undefined : model.variants[variant]) ?? {}).map(
        ([key, value]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value],
    );
    return JSON.stringify({
        model: model.id,
        messages,
        ...(tools.length > 0 ? { tools } : {}),
        stream: true,
        stream_options: { include_usage: true },
        ...(Object.fromEntries(added) as object),
    });
}

async function open(question: Question, signal: AbortSignal): Promise<Response> {
    const { model, sessionID } = question;
    try {
        return await patientFetch(`${model.baseUrl}/chat/completions`, {
            method: "POST",
            headers: {
                "content-type": "application/json",
                "x-session-id": sessionID,
                ...(model.apiKey === undefined ? {} : { authorization: `Bearer ${model.apiKey}` }),
            },
            body: bodyOf(question),
            redirect: "manual",
            signal,
        });
    } catch (error) {
        signal.throwIfAborted();
        throw transport((error as Error).message);
    }
}

/**
 * Asks a model.
 * @param signal gives up
 * @returns its reply, piece by piece; the last one says how it ended
 * @throws ModelFailure when it fails, and the signal's reason when that is aborted
 */
export async function* ask(question: Question, signal: AbortSignal): AsyncGenerator<Piece> {
    const response = await open(question, signal);
    if (response.status !== 200 || response.body === null) {
        const body = await response.text().catch(() => "");
        signal.throwIfAborted();
        throw new ModelFailure({
            type: typeOf(response.status),
            message: `Provider request failed with HTTP ${response.status}: ${body}`,
            status: response.status,
        });
    }
    const calls = new Map<number, { id: string; name: string; arguments: string }>();
    let rawFinish: string | undefined;
    const tokens: Tokens = { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } };
    try {
        for await (const data of dataOf(response.body)) {
            if (data === "[DONE]") break;
            const chunk = JSON.parse(data) as Chunk;
            tokens.input = chunk.usage?.prompt_tokens ?? tokens.input;
            tokens.output = chunk.usage?.completion_tokens ?? tokens.output;
            const choice = chunk.choices?.[0];
            rawFinish = choice?.finish_reason ?? rawFinish;
            const { content, reasoning_content: reasoning, tool_calls: parts } = choice?.delta ?? {};
            // The first chunk holds nothing, and says that the answer has begun.
            if (typeof reasoning === "string") yield { type: "reasoning", delta: reasoning };
            if (typeof content === "string") yield { type: "text", delta: content };
            for (const [index, part] of (parts ?? []).entries()) {
                const place = part.index ?? index;
                const call = calls.get(place) ?? { id: part.id ?? "", name: "", arguments: "" };
                call.name += part.function?.name ?? "";
                call.arguments += part.function?.arguments ?? "";
                calls.set(place, call);
            }
        }
    } catch (error) {
        signal.throwIfAborted();
        throw transport((error as Error).message);
    }
    signal.throwIfAborted();
    if (rawFinish === undefined) throw transport("the stream ended before the reply did");
    for (const call of calls.values()) yield { type: "call", ...call };
    yield { type: "end", finish: finishes[rawFinish] ?? rawFinish, rawFinish, tokens };
}
