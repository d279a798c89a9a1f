/**
 * What is known of the sessions of a stream of events, whatever its dialect: what was said of their texts and tools, so that
 * each thing is told once. Pure. events1.ts and events2.ts read the events, and say here what they see.
 */
import { createHash } from "node:crypto";
import type { Of, Shape } from "../../../src/apis/trapos/shapes.ts";
import type { SessionStatus } from "../../../src/apis/ai/protocol.ts";
import type { Happening, ModelName, SessionHappening, StepUsage } from "./happening.ts";
import { shownInput, type ListedInfo, type ListedMessage, type ListedPart } from "./listed.ts";
import { reader, type Reader } from "./shapes.ts";

/** How many messages of a session are known; more than one turn at a time has at work. */
const mostMessages = 16;
/** How many sessions that do nothing are known. */
const mostIdleSessions = 1000;
/** How many events are known by their ids. Duplicates were seen a few events behind the first. */
const mostEventIds = 2048;
/** How many messages of a session that were forgotten are known by their ids, where these are in no order. */
const mostForgotten = 200;
/** The longest text that is kept of a part whose kind is not known yet, in UTF-16 code units. */
const longestUnknown = 1_000_000;

/** A part that is said piece by piece. */
export interface Writing {
    /** Nothing until the part is known. */
    kind?: "text" | "reasoning";
    /** All that is known of its text. */
    text: string;
    /** What was said of that. */
    said: string;
    /** How much its deltas have told since its start; nothing where some were missed, so that only the whole text counts. */
    heard?: number;
    /** Whether it is whole: nothing is added any more. */
    isWhole: boolean;
}

/** A message of the model's, or of the user's. */
export interface Known {
    readonly id: string;
    /** Nothing until it was told of: what is in it waits until then. */
    role?: string;
    /** What an automatic compaction writes is no part of the answer. */
    isSummary: boolean;
    model?: ModelName;
    readonly writings: Map<string, Writing>;
    /** Tool calls as they were last told of, by their parts' ids. */
    readonly tools: Map<string, { readonly rank: number; readonly told: string }>;
    /** Parts of steps that were counted. */
    readonly steps: Set<string>;
    /** Its end, where it was seen to have one; told once it is sure. */
    end?: { readonly finish?: string; readonly error?: string };
    isEndTold: boolean;
    /** Whether it was seen to begin, so that all of its texts are heard from their beginning. */
    isHeardWhole?: boolean;
    /** Tool calls as far as they were told of, by their ids, where each event tells of a part of them. */
    readonly calls: Map<string, object>;
}

/** A session. */
export interface KnownSession {
    readonly id: string;
    state: "unknown" | "busy" | "retry" | "idle";
    /** True from an error until the session's next sign of life: what ends then has ended already. */
    hasFailed: boolean;
    readonly messages: Map<string, Known>;
    /** The newest message that was forgotten: those up to it are over, where ids are in the order in which they were made. */
    forgotten: string;
    /** Messages that are over, where ids are in no order. */
    readonly forgottenIds?: Set<string>;
    model?: ModelName;
    /** Asks that wait. */
    readonly asks: Set<string>;
    readonly children: Set<string>;
    /** The attempt of the model that was told of last. */
    retry?: string;
}

/** What is known of a stream; only the functions below look into it. */
export interface Codec {
    readonly sessions: Map<string, KnownSession>;
    readonly eventIds: Set<string>;
    /** Whether messages have ids in the order in which they were made: of opencode 2 the client chooses some. */
    readonly isOrdered: boolean;
}

/** Makes the state of a stream of which nothing was read yet. */
export function newCodec(isOrdered = true): Codec {
    return { sessions: new Map(), eventIds: new Set(), isOrdered };
}

const readEvent = reader({ type: "text", "id?": "text" });
const readInput = reader(shownInput);

/** Tells what has happened in the session that is looked at. */
export type Say = (happening: SessionHappening) => void;

/** Reads one type of event: which session it is of, and what it does to what is known of it. */
export type EventReader = (codec: Codec, properties: unknown, out: Happening[]) => void;

/** What is known of a session, which is now the one that was last at work. */
export function sessionAt(codec: Codec, id: string): KnownSession {
    const known = codec.sessions.get(id) ?? {
        id,
        state: "unknown",
        hasFailed: false,
        messages: new Map<string, Known>(),
        forgotten: "",
        asks: new Set<string>(),
        children: new Set<string>(),
        ...(codec.isOrdered ? {} : { forgottenIds: new Set<string>() }),
    };
    codec.sessions.delete(id);
    codec.sessions.set(id, known);
    if (codec.sessions.size > mostIdleSessions) forgetIdle(codec, id);
    return known;
}

/** Forgets the session that has been idle for longest, where there is one besides `current`. */
function forgetIdle(codec: Codec, current: string): void {
    for (const [id, session] of codec.sessions) {
        if (id === current || session.state === "busy" || session.state === "retry") continue;
        codec.sessions.delete(id);
        return;
    }
}

/** Notes that a message is over. */
export function forget(session: KnownSession, id: string): void {
    session.messages.delete(id);
    const { forgottenIds } = session;
    if (forgottenIds === undefined) {
        if (id > session.forgotten) session.forgotten = id;
        return;
    }
    forgottenIds.add(id);
    for (const oldest of forgottenIds) {
        if (forgottenIds.size <= mostForgotten) break;
        forgottenIds.delete(oldest);
    }
}

/** What is known of a message; nothing where it is over and forgotten. */
export function messageAt(session: KnownSession, id: string): Known | undefined {
    const known = session.messages.get(id);
    if (known !== undefined) return known;
    if (session.forgottenIds?.has(id) ?? id <= session.forgotten) return undefined;
    const message: Known = {
        id,
        isSummary: false,
        writings: new Map(),
        tools: new Map(),
        steps: new Set(),
        isEndTold: false,
        calls: new Map(),
    };
    session.messages.set(id, message);
    for (const oldest of session.messages.keys()) {
        if (session.messages.size <= mostMessages) break;
        forget(session, oldest);
    }
    return message;
}

/** Whether what a message holds is the model's answer, as far as that is known. */
function isAnswer(message: Known): boolean {
    return message.role === "assistant" && !message.isSummary;
}

/** Says what is known of a text and was not said. */
function sayText(message: Known, partId: string, writing: Writing, say: Say): void {
    const { kind, text, said } = writing;
    if (kind === undefined || !isAnswer(message) || text === said) return;
    writing.said = text;
    const where = { messageId: message.id, partId };
    if (text.startsWith(said)) say({ kind, ...where, offset: said.length, text: text.slice(said.length) });
    else say({ kind: `${kind} replaced`, ...where, text });
}

/** A piece of a text. */
export function hear(message: Known, partId: string, delta: string, say: Say): void {
    const writing = message.writings.get(partId) ?? { text: "", said: "", heard: 0, isWhole: false };
    message.writings.set(partId, writing);
    if (writing.isWhole || writing.heard === undefined) return;
    const { kind, text } = writing;
    // The part may have told of it before: what it tells at its start is what it holds when that is sent.
    const news = delta.slice(Math.max(0, text.length - writing.heard));
    writing.text += news;
    writing.heard += delta.length;
    if (kind !== undefined && isAnswer(message) && news !== "") {
        // Not by sayText: to look at the whole text for each piece takes minutes where it is long.
        writing.said = writing.text;
        say({ kind, messageId: message.id, partId, offset: text.length, text: news });
    }
    if (kind !== undefined || writing.text.length <= longestUnknown) return;
    writing.text = "";
    writing.heard = undefined;
}

/**
 * A text as it is now.
 * @param isWhole whether nothing will be added
 * @param isListed whether it is from a list of messages, which has no text before it is whole
 */
export function see(
    message: Known,
    part: ListedPart,
    kind: "text" | "reasoning",
    isWhole: boolean,
    isListed: boolean,
    say: Say,
): void {
    const text = part.text ?? "";
    const isStart = !isWhole && !isListed;
    const writing = message.writings.get(part.id) ?? { text: "", said: "", isWhole: false };
    message.writings.set(part.id, writing);
    if (writing.isWhole) return;
    // Deltas that came before are its beginning where the part is told of as it begins.
    const isHeard = writing.kind !== undefined || isStart;
    if (!isHeard) writing.heard = undefined;
    else if (isStart && writing.text === "") writing.heard = 0;
    if (isWhole || !isHeard || !writing.text.startsWith(text)) writing.text = text;
    writing.kind = kind;
    writing.isWhole = isWhole;
    sayText(message, part.id, writing, say);
}

/** Takes back what was said of a text that will not be finished, unless it is told of as whole all the same. */
export function takeBack(message: Known, partId: string, writing: Writing, say: Say): void {
    writing.text = "";
    writing.heard = undefined;
    writing.isWhole = false;
    sayText(message, partId, writing, say);
}

/** How far a tool call is; it never goes back. */
const ranks: Readonly<Record<string, number | undefined>> = {
    pending: 1,
    running: 2,
    completed: 3,
    error: 3,
};

/** Leaves out objects of which no field is read, so that one more of them is no news. */
const withoutEmpty = (_: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && Object.values(value).every((field) => field === undefined)
        ? undefined
        : value;

/** Differs where the inputs of two calls differ; of none there is none. */
export function digestOf(input: unknown): string | undefined {
    if (input === undefined) return undefined;
    return createHash("sha256").update(JSON.stringify(input)).digest("base64url").slice(0, 16);
}

export function seeTool(session: KnownSession, message: Known, part: ListedPart, say: Say): void {
    const { id: partId, messageID: messageId, inputDigest: digest, state, ...named } = part;
    const rest = { ...named, ...(state && { state: { ...state, input: readInput(state.input) } }) };
    const before = message.tools.get(partId);
    const rank = ranks[part.state?.status ?? ""] ?? 0;
    const told = JSON.stringify(rest, withoutEmpty);
    if (
        before !== undefined &&
        (rank < before.rank || (before.rank === 3 && rank === 3) || told === before.told)
    )
        return;
    message.tools.set(partId, { rank, told: rank === 3 ? "" : told });
    const inputDigest = digest ?? digestOf(state?.input);
    say({
        kind: "tool",
        messageId,
        partId,
        part: { ...rest, tool: part.tool ?? "unknown" },
        ...(inputDigest !== undefined && { inputDigest }),
    });
    const childId = part.state?.metadata?.sessionId;
    if (childId !== undefined) sayChild(session, childId, say);
}

export function sayChild(session: KnownSession, childId: string, say: Say): void {
    if (session.children.has(childId)) return;
    session.children.add(childId);
    say({ kind: "child", childId });
}

function usageOf(part: ListedPart): StepUsage {
    const { tokens, cost } = part;
    return {
        input: tokens?.input ?? 0,
        output: tokens?.output ?? 0,
        reasoning: tokens?.reasoning ?? 0,
        cacheRead: tokens?.cache?.read ?? 0,
        cacheWrite: tokens?.cache?.write ?? 0,
        cost: cost ?? 0,
    };
}

/** A part as it is now; see `see`. */
export function seePart(
    session: KnownSession,
    message: Known,
    part: ListedPart,
    isWhole: boolean,
    isListed: boolean,
    say: Say,
): void {
    const { type, id: partId } = part;
    if (type === "text" || type === "reasoning") {
        // The model has not written what the server adds, or the user.
        if (part.synthetic === true || message.role === "user") return;
        see(message, part, type, isWhole || part.time?.end !== undefined, isListed, say);
    } else if (type === "tool") {
        seeTool(session, message, part, say);
    } else if (type === "step-finish" && !message.steps.has(partId)) {
        message.steps.add(partId);
        const { model } = message;
        say({
            kind: "step usage",
            messageId: message.id,
            partId,
            ...(model && { model }),
            usage: usageOf(part),
        });
    }
}

export function sayEnd(message: Known, say: Say): void {
    if (message.end === undefined || message.isEndTold) return;
    message.isEndTold = true;
    say({ kind: "final", messageId: message.id, ...message.end });
}

/** Tells of the ends that are sure now: nothing more is written in messages before the newest, or in an idle session. */
export function sayEnds(session: KnownSession, newest: Known | undefined, say: Say): void {
    for (const message of session.messages.values()) {
        if (message === newest) continue;
        sayEnd(message, say);
        if (message.isEndTold) release(message);
    }
}

/** Lets go of the texts and calls of a message that is over; of texts of which something was missed more may come. */
function release(message: Known): void {
    message.calls.clear();
    for (const writing of message.writings.values())
        if (writing.isWhole) Object.assign(writing, { text: "", said: "" });
}

/** A session shows that it is at work on something new. */
export function live(session: KnownSession): void {
    session.hasFailed = false;
}

/** A message as it is now. */
export function seeMessage(
    session: KnownSession,
    message: Known,
    info: ListedInfo,
    isListed: boolean,
    say: Say,
): void {
    const isNew = message.role === undefined;
    message.role = info.role;
    if (isNew && !isListed) {
        live(session);
        sayEnds(session, message, say);
    }
    if (info.role !== "assistant") return;
    message.isSummary = info.summary === true;
    if (info.providerID !== undefined && info.modelID !== undefined) {
        const to = { providerId: info.providerID, modelId: info.modelID };
        message.model = to;
        if (isNew && !message.isSummary) switchModel(session, message.id, to, say);
    }
    for (const [partId, writing] of message.writings) sayText(message, partId, writing, say);
    if (info.time.completed === undefined) return;
    const { finish, error } = info;
    message.end = { ...(finish !== undefined && { finish }), ...(error && { error: error.name }) };
    // The first event of a message may be written down when it is over, ahead of all that happened in it.
    if (!isNew && !isListed) sayEnd(message, say);
}

function switchModel(session: KnownSession, messageId: string, to: ModelName, say: Say): void {
    const from = session.model;
    session.model = to;
    if (from === undefined || (from.providerId === to.providerId && from.modelId === to.modelId)) return;
    say({ kind: "model switched", messageId, from, to });
}

/** A session is idle. After an abort it is that twice, of which the second is of no turn. */
export function rest(session: KnownSession, say: Say): void {
    sayEnds(session, undefined, say);
    if (session.state === "idle") return;
    session.state = "idle";
    say({ kind: "idle" });
}

export function failed(session: KnownSession, name: string, message: string | undefined, say: Say): void {
    if (session.hasFailed && (session.state === "idle" || name === "MessageAbortedError")) return;
    session.hasFailed = true;
    say({ kind: "error", name, ...(message !== undefined && { message }) });
}

/** An ask is told of once. */
export function isNewAsk(session: KnownSession, id: string): boolean {
    if (session.asks.has(id)) return false;
    session.asks.add(id);
    return true;
}

/** Something that was asked is not asked any more. */
export function settle(
    session: KnownSession,
    kind: "permission answered" | "question answered",
    id: string,
    say: Say,
): void {
    session.asks.delete(id);
    say({ kind, id });
}

/** A session is at work. */
export function beBusy(session: KnownSession, say: Say): void {
    live(session);
    if (session.state === "busy") return;
    session.state = "busy";
    say({ kind: "busy" });
}

/** The model is tried again, each attempt once. What it had written of an unfinished text is void. */
export function beRetried(session: KnownSession, status: SessionStatus, say: Say): void {
    live(session);
    const retry = `${status.attempt} ${status.next}`;
    if (session.state === "retry" && session.retry === retry) return;
    session.retry = retry;
    for (const message of session.messages.values()) {
        for (const [partId, writing] of message.writings)
            if (!writing.isWhole && !message.isEndTold) takeBack(message, partId, writing, say);
    }
    session.state = "retry";
    say({ kind: "retry", status });
}

/** @param read what its properties are read by, @param sessionOf whose it is, @param act what it does */
export function on<const S extends Shape>(
    shape: S,
    sessionOf: (properties: Of<S>) => string | undefined,
    act: (session: KnownSession, properties: Of<S>, say: Say, codec: Codec) => void,
): EventReader {
    const read: Reader<Of<S>> = reader(shape);
    return (codec, given, out) => {
        const properties = read(given);
        const sessionId = properties === undefined ? undefined : sessionOf(properties);
        if (properties === undefined || sessionId === undefined) return;
        const say: Say = (happening) => void out.push({ sessionId, ...happening });
        act(sessionAt(codec, sessionId), properties, say, codec);
    };
}

/**
 * Reads one event.
 * @param codec what is known of the stream, which it changes
 * @param readers what each type of event does
 * @param event what was sent, with its type and its id; anything else is nothing that happened
 * @param properties what it tells
 * @returns what happened, in its order
 */
export function readEventBy(
    codec: Codec,
    readers: Readonly<Record<string, EventReader>>,
    event: unknown,
    properties: (event: object) => unknown,
): Happening[] {
    const known = readEvent(event);
    const happenings: Happening[] = [];
    if (known === undefined || !Object.hasOwn(readers, known.type) || isKnown(codec, known.id))
        return happenings;
    readers[known.type]!(codec, properties(event as object), happenings);
    return happenings;
}

/** Whether an event was read before. */
function isKnown(codec: Codec, id: string | undefined): boolean {
    if (id === undefined) return false;
    if (codec.eventIds.has(id)) return true;
    codec.eventIds.add(id);
    for (const oldest of codec.eventIds) {
        if (codec.eventIds.size <= mostEventIds) break;
        codec.eventIds.delete(oldest);
    }
    return false;
}

/** Notes that the stream was cut: events are missing, so that a text that is being written is known when it is whole. */
export function cut(codec: Codec): void {
    for (const session of codec.sessions.values()) {
        session.state = "unknown";
        session.hasFailed = false;
        for (const message of session.messages.values()) {
            const { writings } = message;
            message.isHeardWhole = false;
            for (const [partId, writing] of writings) {
                if (writing.kind === undefined) writings.delete(partId);
                else writing.heard = undefined;
            }
        }
    }
}

/**
 * Finds in a list of a session's messages what the stream has not told. It may be older than what was read since it was
 * asked for.
 * @param messages oldest first
 * @returns what happened, in its order
 */
export function seeListed(codec: Codec, sessionId: string, messages: readonly ListedMessage[]): Happening[] {
    const session = sessionAt(codec, sessionId);
    const happenings: Happening[] = [];
    const say: Say = (happening) => void happenings.push({ sessionId, ...happening });
    for (const { info, parts } of messages) {
        const message = messageAt(session, info.id);
        if (message === undefined) continue;
        seeMessage(session, message, info, true, say);
        for (const part of parts)
            seePart(session, message, part, info.time.completed !== undefined, true, say);
        sayEnd(message, say);
    }
    return happenings;
}
