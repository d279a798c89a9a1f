/**
 * opencode 2's stream of events as happenings, as events1.ts reads that of opencode 1. Pure.
 *
 * What its events are like is known from its published schema (packages/schema/src/session-event.ts, form.ts, permission.ts)
 * and from what others have recorded of 2.0.22; none was seen by us. What makes it simple where those are right:
 * - A text's pieces come between the event of its beginning and one with the whole of it; each has its message and its place
 *   among the texts of that. Whose text it is needs no look: users' are in other events.
 * - One event tells that a session is at work, and one how that has ended.
 * - A tool's call is told of in parts: its name, then its input, then what it gave.
 *
 * Nothing is asked of an event but what is needed of it here: fields that are missing or wrong leave out what they tell.
 */
import { answers } from "../../../src/apis/ai/server/opencode2/shapes.ts";
import { askName } from "../../../src/apis/ai/server/opencode2/asks.ts";
import { questionOf } from "../../../src/apis/ai/server/opencode2/forms.ts";
import { translateMessage, translatePermission } from "../../../src/apis/ai/server/opencode2/translate.ts";
import type { Of } from "../../../src/apis/trapos/shapes.ts";
import type { Happening } from "./happening.ts";
import {
    beBusy,
    beRetried,
    type Codec,
    type EventReader,
    failed,
    forget,
    hear,
    isNewAsk,
    type Known,
    type KnownSession,
    messageAt,
    newCodec as newKnown,
    on,
    readEventBy,
    rest,
    type Say,
    sayChild,
    sayEnd,
    see,
    seeListed,
    seeMessage,
    seePart,
    seeTool,
    sessionAt,
    settle,
} from "./known.ts";
import type { ListedMessage } from "./listed.ts";
import { stepId, textId, toolPart, type WholeContent, wholeContent } from "./listed2.ts";

export { type Codec, cut } from "./known.ts";

/** Makes the state of a stream of which nothing was read yet. */
export function newCodec(): Codec {
    return newKnown(false);
}

const message = answers.message.data;
const state = wholeContent["state?"];
const error = message["error?"];

const owned = { sessionID: "id" } as const;
const inMessage = { ...owned, assistantMessageID: "id" } as const;
const inText = { ...inMessage, "ordinal?": "count" } as const;
/** Servers before 2.0.22 call the call's id `callID`, and its `metadata` `structured`. */
const inCall = { ...inMessage, "id?": "text", "callID?": "text" } as const;

const sessionOf = ({ sessionID }: { readonly sessionID: string }): string => sessionID;

/** What an error is called here, and what it says. */
function nameOf(given: Of<typeof error>): { readonly name: string; readonly message: string | undefined } {
    const { info } = translateMessage({ id: "", type: "assistant", time: { created: 0 }, error: given });
    return { name: info.error?.name ?? given.type, message: given.message };
}

const unnamed: Of<typeof error> = { type: "unknown" };

/** An assistant's message, which what is told of it shows that it is. */
function answerAt(session: KnownSession, id: string): Known | undefined {
    const known = messageAt(session, id);
    if (known !== undefined) known.role ??= "assistant";
    return known;
}

/** What the model writes, or thinks. */
function textReaders(kind: "text" | "reasoning"): Readonly<Record<string, EventReader>> {
    /** A text as it is now; nothing of it is known yet where it begins. */
    function seeText(
        known: Known,
        ordinal: number | undefined,
        text: string,
        how: "begins" | "was missed" | "is whole",
        say: Say,
    ): string {
        const id = textId(known.id, kind, ordinal ?? 0);
        const part = { id, messageID: known.id, type: kind, text };
        see(known, part, kind, how === "is whole", how === "was missed", say);
        return id;
    }
    return {
        [`session.${kind}.started`]: on(inText, sessionOf, (session, given, say) => {
            const known = answerAt(session, given.assistantMessageID);
            if (known !== undefined) seeText(known, given.ordinal, "", "begins", say);
        }),
        [`session.${kind}.delta`]: on({ ...inText, delta: "text" }, sessionOf, (session, given, say) => {
            const known = answerAt(session, given.assistantMessageID);
            if (known === undefined) return;
            const id = textId(known.id, kind, given.ordinal ?? 0);
            // One whose beginning was missed is known when it is whole.
            const how = known.isHeardWhole === true ? "begins" : "was missed";
            if (!known.writings.has(id)) seeText(known, given.ordinal, "", how, say);
            hear(known, id, given.delta, say);
        }),
        [`session.${kind}.ended`]: on({ ...inText, text: "text" }, sessionOf, (session, given, say) => {
            const known = answerAt(session, given.assistantMessageID);
            if (known !== undefined) seeText(known, given.ordinal, given.text, "is whole", say);
        }),
    };
}

/** Adds to what is known of a tool's call, and tells of it. */
function seeCall(
    session: KnownSession,
    given: Of<typeof inCall>,
    news: { readonly name?: string; readonly state: Partial<NonNullable<WholeContent["state"]>> },
    say: Say,
): void {
    const id = given.id ?? given.callID;
    const known = answerAt(session, given.assistantMessageID);
    if (known === undefined || id === undefined) return;
    const before = known.calls.get(id) as WholeContent | undefined;
    const name = news.name ?? before?.name;
    const call: WholeContent = {
        type: "tool",
        id,
        ...(name !== undefined && { name }),
        state: { status: "streaming", ...before?.state, ...news.state },
    };
    known.calls.set(id, call);
    seeTool(session, known, toolPart(known.id, call), say);
}

/** What a tool gave, and what it tells beside that. */
const results = {
    "content?": state["content?"],
    "metadata?": state["metadata?"],
    "structured?": state["metadata?"],
} as const;

/** Those of the results that are there. */
function resultsOf({ content, metadata, structured }: Of<typeof results>) {
    const told = metadata ?? structured;
    return { ...(content && { content }), ...(told && { metadata: told }) };
}

/** A step is over. */
function endStep(
    session: KnownSession,
    messageId: string,
    end: NonNullable<Known["end"]>,
    given: { readonly tokens?: Of<(typeof message)["tokens?"]>; readonly cost?: number },
    say: Say,
): void {
    const known = answerAt(session, messageId);
    if (known === undefined) return;
    const { tokens, cost } = given;
    if (tokens !== undefined) {
        const part = { type: "step-finish", id: stepId(known.id), messageID: known.id, tokens, cost };
        seePart(session, known, part, true, false, say);
    }
    known.end = end;
    sayEnd(known, say);
}

const cost = { "cost?": message["cost?"], "tokens?": message["tokens?"] } as const;

const readers: Readonly<Record<string, EventReader>> = {
    ...textReaders("text"),
    ...textReaders("reasoning"),
    "session.created": on(
        { ...owned, parentID: "id" },
        ({ parentID }) => parentID,
        (parent, { sessionID }, say) => sayChild(parent, sessionID, say),
    ),
    "session.deleted": on(owned, sessionOf, (session, _, say, codec) => {
        codec.sessions.delete(session.id);
        say({ kind: "deleted" });
    }),
    "session.execution.started": on(owned, sessionOf, (session, _, say) => beBusy(session, say)),
    "session.execution.succeeded": on(owned, sessionOf, (session, _, say) => rest(session, say)),
    "session.execution.failed": on({ ...owned, "error?": error }, sessionOf, (session, given, say) => {
        const { name, message: why } = nameOf(given.error ?? unnamed);
        failed(session, name, why, say);
        rest(session, say);
    }),
    "session.execution.interrupted": on(owned, sessionOf, (session, _, say) => {
        failed(session, nameOf({ type: "aborted" }).name, undefined, say);
        rest(session, say);
    }),
    "session.step.started": on(
        { ...inMessage, "model?": message["model?"] },
        sessionOf,
        (session, given, say) => {
            const known = messageAt(session, given.assistantMessageID);
            if (known === undefined) return;
            // A try that goes on tells no more than this.
            if (session.state === "retry") beBusy(session, say);
            if (known.role === undefined) known.isHeardWhole = true;
            const { model } = given;
            const named = model && { providerID: model.providerID, modelID: model.id };
            const info = { id: known.id, role: "assistant", time: { created: 0 }, ...named };
            seeMessage(session, known, info, false, say);
        },
    ),
    "session.step.ended": on(
        { ...inMessage, ...cost, "finish?": "name" },
        sessionOf,
        (session, given, say) => {
            const { finish } = given;
            endStep(session, given.assistantMessageID, finish === undefined ? {} : { finish }, given, say);
        },
    ),
    "session.step.failed": on(
        { ...inMessage, ...cost, "finish?": "name", "error?": error },
        sessionOf,
        (session, given, say) => {
            const end = { finish: given.finish ?? "error", error: nameOf(given.error ?? unnamed).name };
            endStep(session, given.assistantMessageID, end, given, say);
        },
    ),
    "session.tool.input.started": on({ ...inCall, "name?": "name" }, sessionOf, (session, given, say) => {
        const { name } = given;
        seeCall(session, given, { ...(name !== undefined && { name }), state: {} }, say);
    }),
    "session.tool.called": on({ ...inCall, "input?": "any" }, sessionOf, (session, given, say) => {
        const { input } = given;
        seeCall(session, given, { state: { status: "running", ...(input !== undefined && { input }) } }, say);
    }),
    "session.tool.progress": on({ ...inCall, ...results }, sessionOf, (session, given, say) => {
        seeCall(session, given, { state: { status: "running", ...resultsOf(given) } }, say);
    }),
    "session.tool.success": on({ ...inCall, ...results }, sessionOf, (session, given, say) => {
        seeCall(session, given, { state: { status: "completed", ...resultsOf(given) } }, say);
    }),
    "session.tool.failed": on(
        { ...inCall, ...results, "error?": error },
        sessionOf,
        (session, given, say) => {
            const told = { ...resultsOf(given), error: given.error ?? unnamed };
            seeCall(session, given, { state: { status: "error", ...told } }, say);
        },
    ),
    "session.retry.scheduled": on(
        { ...owned, "attempt?": "count", "at?": "time", "error?": error },
        sessionOf,
        (session, { attempt, at, error: why }, say) => {
            const status = {
                type: "retry",
                ...(attempt !== undefined && { attempt }),
                ...(at !== undefined && { next: at }),
                ...(why?.message !== undefined && { message: why.message }),
            } as const;
            beRetried(session, status, say);
        },
    ),
    "session.compaction.ended": on(owned, sessionOf, (_, __, say) => say({ kind: "compaction" })),
    "permission.asked": on(answers.permissions.data[1], sessionOf, (session, given, say) => {
        const permission = translatePermission(given);
        if (isNewAsk(session, permission.id)) say({ kind: "permission", permission });
    }),
    "permission.replied": on({ ...owned, requestID: "id" }, sessionOf, (session, given, say) =>
        settle(session, "permission answered", askName(given.requestID, session.id), say),
    ),
    "form.created": on(
        { form: answers.forms.data[1] },
        ({ form }) => form.sessionID,
        (session, { form }, say) => {
            const question = questionOf(form);
            if (isNewAsk(session, question.id)) say({ kind: "question", question });
        },
    ),
    "form.replied": on({ ...owned, id: "id" }, sessionOf, (session, { id }, say) =>
        settle(session, "question answered", askName(id, session.id), say),
    ),
    "form.cancelled": on({ ...owned, id: "id" }, sessionOf, (session, { id }, say) =>
        settle(session, "question answered", askName(id, session.id), say),
    ),
};

/**
 * Reads one event.
 * @param codec what is known of the stream, which it changes
 * @param sent what `GET /api/event` has sent, as JSON; anything else is nothing that happened
 * @returns what happened, in its order
 */
export function read(codec: Codec, sent: unknown): Happening[] {
    return readEventBy(codec, readers, sent, (event) => (event as { data?: unknown }).data);
}

/**
 * Reads what the server lists of a session, as that of events1.ts does.
 * @param codec what is known of the stream, which it changes
 * @param sessionId the session
 * @param messages its newest messages, oldest first
 * @param after the id of a message up to which nothing is to be told that is not known already. It may be anybody's
 * @returns what happened, in its order
 */
export function catchUp(
    codec: Codec,
    sessionId: string,
    messages: readonly ListedMessage[],
    after = "",
): Happening[] {
    const session = sessionAt(codec, sessionId);
    const place = messages.findIndex(({ info }) => info.id === after);
    for (const { info } of messages.slice(0, place + 1))
        if (!session.messages.has(info.id)) forget(session, info.id);
    const spoken = messages.filter(({ info }) => info.role === "assistant");
    return seeListed(codec, sessionId, spoken);
}
