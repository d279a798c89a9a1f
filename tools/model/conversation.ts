import { createHash } from "node:crypto";

/** A tool that the client offers to the model. */
export interface OfferedTool {
    name: string;
    description: string;
}

/** One finished tool call, as the client reports it back. */
export interface ToolResult {
    name: string;
    arguments: string;
    output: string;
}

/**
 * Why opencode asks. Besides the turn itself it asks for a title after the first prompt of a session, and for
 * a summary when it compacts one.
 */
export type Purpose = "turn" | "title" | "summary";

/** What a rule sees of a request: the conversation in plain terms. */
export interface Conversation {
    purpose: Purpose;
    /** The model's id, as the client named it. */
    model: string;
    /** opencode's session, from its `x-session-id` header; undefined for other clients. */
    sessionId: string | undefined;
    system: string;
    /** The text of the last user message, without what opencode adds to it. */
    userText: string;
    /** The texts of all user messages, the last one included, oldest first. */
    userTexts: string[];
    tools: OfferedTool[];
    /** The results of the tools called since the last user message, oldest first. */
    toolResults: ToolResult[];
    /** 1 the first time, 2 when the client asks the very same again (after an error), and so on. */
    attempt: number;
}

interface Message {
    role?: string;
    content?: unknown;
    tool_calls?: { id?: string; function?: { name?: string; arguments?: string } }[];
    tool_call_id?: string;
}

/** The fields of a chat-completions request body that are read here. */
export interface ChatRequest {
    model?: string;
    messages: Message[];
    tools?: { function?: { name?: string; description?: string } }[];
    stream?: boolean;
}

// opencode adds such blocks to a user's text when the agent changes; no user wrote them.
const systemReminder = /<system-reminder>[\s\S]*?<\/system-reminder>\n?/g;

function textOf(content: unknown): string {
    if (typeof content === "string") return content;
    if (!Array.isArray(content)) return "";
    return (content as { type: string; text?: string }[])
        .filter((part) => part.type === "text")
        .map((part) => part.text ?? "")
        .join("\n");
}

/**
 * Tells a title or a summary from a turn as opencode 1.18.33 sends them: no tools, and a system prompt that opens
 * with "You are a title generator." or "You are a context summarization agent.".
 */
function purposeOf(system: string, offersTools: boolean): Purpose {
    if (offersTools) return "turn";
    const opening = system.slice(0, 100);
    if (opening.includes("title generator")) return "title";
    if (opening.includes("summarization")) return "summary";
    return "turn";
}

/** A key that two requests share only when one is a retry of the other. */
export function retryKey(body: ChatRequest, sessionId: string | undefined): string {
    return createHash("sha256")
        .update(JSON.stringify([sessionId, body.model, body.messages, body.tools?.length]))
        .digest("hex");
}

/**
 * Reads a chat-completions request.
 * @param body the parsed request body
 * @param sessionId opencode's session, when known
 * @param attempt how many times this very request has come, this one included
 */
export function readConversation(
    body: ChatRequest,
    sessionId: string | undefined,
    attempt: number,
): Conversation {
    const system = body.messages
        .filter((message) => message.role === "system")
        .map((message) => textOf(message.content))
        .join("\n");
    const userTexts = body.messages
        .filter((message) => message.role === "user")
        .map((message) => textOf(message.content).replace(systemReminder, "").trim());
    const sinceUser = body.messages.slice(
        body.messages.findLastIndex((message) => message.role === "user") + 1,
    );
    const calls = new Map(
        sinceUser.flatMap((message) => message.tool_calls ?? []).map((call) => [call.id, call.function]),
    );
    return {
        purpose: purposeOf(system, (body.tools ?? []).length > 0),
        model: body.model ?? "",
        sessionId,
        system,
        userText: userTexts.at(-1) ?? "",
        userTexts,
        tools: (body.tools ?? []).map((tool) => ({
            name: tool.function?.name ?? "",
            description: tool.function?.description ?? "",
        })),
        toolResults: sinceUser
            .filter((message) => message.role === "tool")
            .map((message) => ({
                name: calls.get(message.tool_call_id)?.name ?? "",
                arguments: calls.get(message.tool_call_id)?.arguments ?? "",
                output: textOf(message.content),
            })),
        attempt,
    };
}
