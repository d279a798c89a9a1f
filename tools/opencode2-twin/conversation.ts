/** What a model is told of a session: its messages since the last compaction, as chat messages. */
import type { ChatMessage } from "./model.ts";
import type { AssistantMessage, Message, ToolContent, UserMessage } from "./types.ts";

/** Opens the system prompt. It must not read like those of titles and summaries, by which a model may tell them. */
export const systemPrompt =
    "You are opencode, an agent that works on a computer with the tools that it is offered.";

/** How a request for a title begins: as opencode's does. */
export const titlePrompt = "You are a title generator. You output ONLY a thread title. Nothing else.";

/** How a request for a summary begins: as opencode's does. */
export const summaryPrompt =
    "You are a context summarization agent. You sum up a session so that it can go on without what was said.";

/** The messages since the last compaction that succeeded, that one included. */
export function contextOf(messages: Iterable<Message>): Message[] {
    const all = [...messages];
    const start = all.findLastIndex(
        (message) => message.type === "compaction" && message.status === "completed",
    );
    return start < 0 ? all : all.slice(start);
}

function userContent(message: UserMessage): ChatMessage["content"] {
    const files = (message.files ?? []).map(({ uri }) => ({ type: "image_url", image_url: { url: uri } }));
    return files.length === 0 ? message.text : [{ type: "text", text: message.text }, ...files];
}

/** What a tool said, or why it did not. */
function resultOf(tool: ToolContent): string {
    if (tool.state.status === "error") return tool.state.error.message;
    if (tool.state.status !== "completed") return "";
    return tool.state.content.map(({ text }) => text).join("\n");
}

function ofAssistant(message: AssistantMessage, calledAs: ReadonlyMap<string, string>): ChatMessage[] {
    const text = message.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
    const tools = message.content.filter((part) => part.type === "tool");
    if (text === "" && tools.length === 0) return [];
    const calls = tools.map((tool) => ({
        id: tool.id,
        type: "function" as const,
        function: {
            name: calledAs.get(tool.id) ?? tool.name,
            arguments: JSON.stringify(tool.state.input),
        },
    }));
    return [
        { role: "assistant", content: text, ...(calls.length > 0 ? { tool_calls: calls } : {}) },
        ...tools.map((tool): ChatMessage => ({
            role: "tool",
            content: resultOf(tool),
            tool_call_id: tool.id,
        })),
    ];
}

/**
 * The conversation of a session.
 * @param calledAs by which names the model has called tools that go by another one, by the call's id
 */
export function chatOf(messages: readonly Message[], calledAs: ReadonlyMap<string, string>): ChatMessage[] {
    return messages.flatMap((message): ChatMessage[] => {
        switch (message.type) {
            case "user":
                return [{ role: "user", content: userContent(message) }];
            case "synthetic":
                return [{ role: "user", content: message.text }];
            case "shell":
                return [
                    {
                        role: "user",
                        content: `The user ran: ${message.command}\n${message.output?.output ?? ""}`,
                    },
                ];
            case "compaction":
                return message.status === "completed"
                    ? [{ role: "user", content: `What was said before, in short:\n${message.summary}` }]
                    : [];
            case "assistant":
                return ofAssistant(message, calledAs);
            case "idle":
            case "agent-switched":
            case "model-switched":
                return [];
        }
    });
}
