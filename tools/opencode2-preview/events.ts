/** Events of the preview as a native opencode 2 tells them: other names, and a few other fields. */
import { entriesOf, fieldsOf, type Fields, without } from "./exchange.ts";
import { answerOf, form, formId } from "./forms.ts";
import { toolName } from "./messages.ts";

/** What an event becomes; nothing where a native server has no such event. */
interface Native {
    readonly type: string;
    readonly data: Fields;
}

/** What is remembered of a stream between two events. */
interface Memory {
    /** The ids of the texts of a step that have been told of, by its message and their kind. */
    readonly ids: Map<string, string[]>;
    /** The forms that have been told of, by the id of their request. */
    readonly forms: Map<string, Fields>;
}

/** The place of a text among those of its kind in its step: native texts have a number, and no id. */
function ordinal(memory: Memory, kind: string, data: Fields, id: unknown): number {
    const key = `${String(data["assistantMessageID"])} ${kind}`;
    const ids = memory.ids.get(key) ?? [];
    memory.ids.set(key, ids);
    const known = ids.indexOf(String(id));
    return known === -1 ? ids.push(String(id)) - 1 : known;
}

const textual =
    (kind: "text" | "reasoning", idField: string) =>
    (data: Fields, memory: Memory): Fields => ({
        ...without(data, idField),
        ordinal: ordinal(memory, kind, data, data[idField]),
    });

/** A tool's event: whether the provider ran it stands in the event itself, and what it tells besides is `metadata`. */
function tool(data: Fields): Fields {
    const { structured } = data;
    const executed = fieldsOf(data["provider"])["executed"];
    return {
        ...without(data, "provider", "structured", "outputPaths", "tool", "result"),
        ...(data["name"] === undefined ? {} : { name: toolName(data["name"]) }),
        ...(structured === undefined ? {} : { metadata: structured }),
        ...(executed === undefined ? {} : { executed }),
    };
}

const same = (data: Fields): Fields => data;

/** The native name of each event of the preview, and what becomes of its fields. */
const translations: Readonly<
    Record<string, readonly [type: string, fields: (data: Fields, memory: Memory) => Fields] | undefined>
> = {
    "session.next.prompt.admitted": [
        "session.inbox.enqueued",
        ({ sessionID, messageID, prompt, delivery }) => ({
            sessionID,
            inboxID: messageID,
            item: { type: "user", payload: prompt, delivery },
        }),
    ],
    "session.next.prompted": [
        "session.inbox.delivered",
        ({ sessionID, messageID }) => ({ sessionID, inboxID: messageID }),
    ],
    "session.next.step.started": ["session.step.started", same],
    "session.next.step.ended": ["session.step.ended", same],
    "session.next.step.failed": ["session.step.failed", same],
    "session.next.text.started": ["session.text.started", textual("text", "textID")],
    "session.next.text.delta": ["session.text.delta", textual("text", "textID")],
    "session.next.text.ended": ["session.text.ended", textual("text", "textID")],
    "session.next.reasoning.started": ["session.reasoning.started", textual("reasoning", "reasoningID")],
    "session.next.reasoning.delta": ["session.reasoning.delta", textual("reasoning", "reasoningID")],
    "session.next.reasoning.ended": ["session.reasoning.ended", textual("reasoning", "reasoningID")],
    "session.next.tool.input.started": ["session.tool.input.started", tool],
    "session.next.tool.input.delta": ["session.tool.input.delta", tool],
    "session.next.tool.input.ended": ["session.tool.input.ended", tool],
    "session.next.tool.called": ["session.tool.called", tool],
    "session.next.tool.progress": ["session.tool.progress", tool],
    "session.next.tool.success": ["session.tool.success", tool],
    "session.next.tool.failed": ["session.tool.failed", tool],
    "session.next.revert.staged": ["session.revert.staged", same],
    "session.next.revert.cleared": ["session.revert.cleared", same],
    "session.next.revert.committed": ["session.revert.committed", same],
    "session.next.model.switched": ["session.model.selected", same],
    "session.next.agent.switched": ["session.agent.selected", same],
    "permission.v2.asked": ["permission.asked", (data) => ({ ...data, action: toolName(data["action"]) })],
    "permission.v2.replied": ["permission.replied", same],
    "question.v2.asked": [
        "form.created",
        (data, memory) => {
            const made = form(data);
            memory.forms.set(String(data["id"]), made);
            return { form: made };
        },
    ],
    "question.v2.replied": [
        "form.replied",
        ({ sessionID, requestID, answers }, memory) => ({
            id: formId(requestID),
            sessionID,
            answer: answerOf(entriesOf(memory.forms.get(String(requestID))?.["fields"]), answers),
        }),
    ],
    "question.v2.rejected": [
        "form.cancelled",
        ({ sessionID, requestID }) => ({ id: formId(requestID), sessionID }),
    ],
};

/** The native event of one of the preview; undefined where a native server would not tell of it. */
function nativeOf(type: string, data: Fields, memory: Memory): Native | undefined {
    const found = translations[type];
    if (found !== undefined) return { type: found[0], data: found[1](without(data, "timestamp"), memory) };
    return type === "server.connected" ? { type, data } : undefined;
}

/**
 * Begins with a stream of events.
 * @returns what translates one of its events after the other: to the native one, or to nothing where there is none. The time
 * stands in `created` there, and in the preview among the data.
 */
export function eventTranslation(): (event: Fields) => Fields | undefined {
    const memory: Memory = { ids: new Map(), forms: new Map() };
    return (event) => {
        const data = fieldsOf(event["data"]);
        const native = nativeOf(String(event["type"]), data, memory);
        if (native === undefined) return undefined;
        const created = data["timestamp"];
        return {
            ...event,
            ...(created === undefined ? {} : { created }),
            type: native.type,
            data: native.data,
        };
    };
}
