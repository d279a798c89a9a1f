/** Messages of the preview as a native opencode 2 has them. Pure. */
import { entriesOf, fieldsOf, type Fields, without } from "./exchange.ts";

/**
 * What a native server calls the preview's tools, by the tools that each offers (1.18.33; others on 2.0.18 and 2.0.22).
 * `todowrite` has no other name: a native server has no such tool.
 */
const toolNames: Readonly<Record<string, string>> = { bash: "shell", apply_patch: "patch" };

/** The native name of one of the preview's tools. */
export function toolName(name: unknown): unknown {
    return typeof name === "string" ? (toolNames[name] ?? name) : name;
}

/** How far a tool call is. What the preview calls `structured` is `metadata`; an empty `content` is none. */
function toolState(state: Fields): Fields {
    const { structured, content } = state;
    const rest = without(state, "structured", "content", "outputPaths", "result");
    const hasContent = Array.isArray(content) && content.length > 0;
    return {
        ...rest,
        ...(state["status"] === "pending" ? { status: "streaming" } : {}),
        ...(structured === undefined ? {} : { metadata: structured }),
        ...(hasContent ? { content } : {}),
    };
}

/** A part of what an assistant said: native text has no id, and a native tool call says itself whether the provider ran it. */
function contentPart(part: Fields): Fields {
    if (part["type"] !== "tool") return without(part, "id");
    const executed = fieldsOf(part["provider"])["executed"];
    return {
        ...without(part, "provider"),
        name: toolName(part["name"]),
        ...(executed === undefined ? {} : { executed }),
        state: toolState(fieldsOf(part["state"])),
    };
}

/**
 * One message.
 * @param metadata what its prompt brought along, which the preview drops
 */
export function message(given: Fields, metadata: unknown): Fields {
    if (given["type"] === "assistant") {
        return { ...given, content: entriesOf(given["content"]).map(contentPart) };
    }
    return metadata === undefined ? given : { ...given, metadata };
}
