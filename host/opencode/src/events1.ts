/**
 * opencode 1's stream of events as happenings. Pure: what the server sends goes in, what happened comes out, each thing
 * once. It says a text's pieces as they come, and no character of them again when the whole text comes behind.
 *
 * What makes that less simple (1.18.33, each with a test):
 * - The server writes an event down when it sends it, so that the first event of a message may tell of its end already.
 * - A text's part begins as "" and is told of whole at its end; in the message list it is "" until then, too.
 * - Where the model is tried again, what it had written of an unfinished part is void: that part stays "" for ever.
 * - A turn that was stopped, or that could not start, ends twice.
 */
import { lists, type SessionStatus } from "../../../src/apis/ai/protocol.ts";
import type { Happening } from "./happening.ts";
import {
    beBusy,
    beRetried,
    type Codec,
    type EventReader,
    failed,
    hear,
    isNewAsk,
    type KnownSession,
    messageAt,
    on,
    readEventBy,
    rest,
    type Say,
    sayChild,
    seeListed,
    seeMessage,
    seePart,
    sessionAt,
    settle,
    takeBack,
} from "./known.ts";
import { listedInfo, listedPart, type ListedMessage } from "./listed.ts";
import { reader } from "./shapes.ts";

export { type Codec, cut, newCodec } from "./known.ts";

const readWrapped = reader({ "payload?": "present" });

function seeStatus(session: KnownSession, status: SessionStatus, say: Say): void {
    if (status.type === "idle") rest(session, say);
    else if (status.type === "retry") beRetried(session, status, say);
    else beBusy(session, say);
}

const idOf = ({ sessionID }: { readonly sessionID?: string }): string | undefined => sessionID;

/** Older servers (1.2.27) name the session in the message or the part alone. */
const owned = { "sessionID?": "id" } as const;

const answeredShape = { "sessionID?": "id", "requestID?": "id", "permissionID?": "id" } as const;

function answered(kind: "permission answered" | "question answered"): EventReader {
    return on(answeredShape, idOf, (session, { requestID, permissionID }, say) => {
        const id = requestID ?? permissionID;
        if (id !== undefined) settle(session, kind, id, say);
    });
}

const sessionInfo = { ...owned, info: { id: "id", "parentID?": "id" } } as const;

const readers: Readonly<Record<string, EventReader>> = {
    "session.created": on(
        sessionInfo,
        ({ info }) => info.parentID,
        (parent, { info }, say) => {
            sayChild(parent, info.id, say);
        },
    ),
    "session.deleted": on(
        sessionInfo,
        ({ info }) => info.id,
        (session, _, say, codec) => {
            codec.sessions.delete(session.id);
            say({ kind: "deleted" });
        },
    ),
    "session.status": on({ ...owned, status: lists.status[1] }, idOf, (session, { status }, say) => {
        seeStatus(session, status, say);
    }),
    "session.idle": on(owned, idOf, (session, _, say) => rest(session, say)),
    "session.error": on(
        {
            ...owned,
            "error?": { name: ["either", "name", "UnknownError"], "data?": { "message?": "reason" } },
        },
        idOf,
        (session, { error }, say) =>
            failed(session, error?.name ?? "UnknownError", error?.data?.message, say),
    ),
    "session.compacted": on(owned, idOf, (_, __, say) => say({ kind: "compaction" })),
    "message.updated": on(
        { ...owned, info: { ...listedInfo, ...owned } },
        ({ sessionID, info }) => sessionID ?? info.sessionID,
        (session, { info }, say) => {
            const message = messageAt(session, info.id);
            if (message !== undefined) seeMessage(session, message, info, false, say);
        },
    ),
    "message.removed": on({ ...owned, messageID: "id" }, idOf, (session, { messageID }, say) => {
        const message = session.messages.get(messageID);
        if (message === undefined || message.isEndTold) return;
        for (const [partId, writing] of message.writings) takeBack(message, partId, writing, say);
    }),
    "message.part.updated": on(
        { ...owned, part: { ...listedPart, ...owned } },
        ({ sessionID, part }) => sessionID ?? part.sessionID,
        (session, { part: { sessionID: _, ...part } }, say) => {
            const message = messageAt(session, part.messageID);
            if (message !== undefined) seePart(session, message, part, false, false, say);
        },
    ),
    "message.part.delta": on(
        { ...owned, messageID: "id", partID: "id", field: ["choice", "another", "text"], delta: "text" },
        idOf,
        (session, { messageID, partID, field, delta }, say) => {
            const message = field === "text" ? messageAt(session, messageID) : undefined;
            if (message !== undefined) hear(message, partID, delta, say);
        },
    ),
    "message.part.removed": on(
        { ...owned, messageID: "id", partID: "id" },
        idOf,
        (session, { messageID, partID }, say) => {
            const message = session.messages.get(messageID);
            const writing = message?.writings.get(partID);
            if (message !== undefined && writing !== undefined) takeBack(message, partID, writing, say);
        },
    ),
    "permission.asked": on(lists.permissions[1], idOf, (session, permission, say) => {
        if (isNewAsk(session, permission.id)) say({ kind: "permission", permission });
    }),
    "permission.replied": answered("permission answered"),
    "question.asked": on(lists.questions[1], idOf, (session, question, say) => {
        if (isNewAsk(session, question.id)) say({ kind: "question", question });
    }),
    "question.replied": answered("question answered"),
    "question.rejected": answered("question answered"),
};

/** The event in what a stream sends: `/global/event` wraps it, `/event` does not. */
function unwrapped(sent: unknown): unknown {
    return readWrapped(sent)?.payload === undefined ? sent : (sent as { payload: unknown }).payload;
}

/**
 * Reads one event.
 * @param codec what is known of the stream, which it changes
 * @param sent what `GET /global/event` has sent, as JSON; anything else is nothing that happened
 * @returns what happened, in its order
 */
export function read(codec: Codec, sent: unknown): Happening[] {
    return readEventBy(
        codec,
        readers,
        unwrapped(sent),
        (payload) => (payload as { properties?: unknown }).properties,
    );
}

/**
 * Reads what the server lists of a session, and finds in it what the stream has not told: after a cut, or where there is
 * doubt. It may be older than what was read since it was asked for.
 * @param codec what is known of the stream, which it changes
 * @param sessionId the session
 * @param messages its newest messages, oldest first
 * @param after the id of a message up to which nothing is to be told that is not known already
 * @returns what happened, in its order
 */
export function catchUp(
    codec: Codec,
    sessionId: string,
    messages: readonly ListedMessage[],
    after = "",
): Happening[] {
    const session = sessionAt(codec, sessionId);
    if (after > session.forgotten) session.forgotten = after;
    return seeListed(codec, sessionId, messages);
}
