/** What is done to sessions, with the events that tell of it. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Doubts } from "./doubts.ts";
import type { Events } from "./events.ts";
import { newId } from "./ids.ts";
import type { SessionRecord, Store } from "./store.ts";
import type { InboxItem, Message, ModelRef, Outcome, Rule, Session, Tokens } from "./types.ts";

/** What all parts of a server share. */
export interface Shared {
    readonly store: Store;
    readonly events: Events;
    readonly doubts: Doubts;
}

/** The project that a directory belongs to: that of the git repository around it, else the one for all others. */
export function projectOf(directory: string): { id: string; directory: string } {
    for (let folder = directory; ; folder = dirname(folder)) {
        if (existsSync(join(folder, ".git", "HEAD")))
            return { id: createHash("sha1").update(folder).digest("hex"), directory: folder };
        if (folder === dirname(folder)) return { id: "global", directory: folder };
    }
}

export function noTokens(): Tokens {
    return { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } };
}

export interface NewSession {
    id?: string;
    parentID?: string;
    title?: string;
    agent?: string;
    model?: ModelRef;
    metadata?: Record<string, unknown>;
    permissions?: Rule[];
    directory: string;
}

/** Tells of something about a session. @returns the event's id */
export function tell(
    { events }: Shared,
    session: Session,
    type: string,
    data: Record<string, unknown> = {},
): string {
    return events.publish(type, { sessionID: session.id, ...data }, session.location.directory);
}

export function createSession(shared: Shared, wanted: NewSession): SessionRecord {
    const { directory, ...given } = wanted;
    const project = projectOf(directory);
    const now = Date.now();
    const info: Session = {
        ...given,
        id: given.id ?? newId("ses_"),
        projectID: project.id,
        cost: 0,
        tokens: noTokens(),
        time: { created: now, updated: now },
        location: { directory },
        subpath: relative(project.directory, directory),
    };
    const record = shared.store.saveSession(info);
    const { cost: _cost, tokens: _tokens, time: _time, id: _id, ...told } = info;
    tell(shared, info, "session.created", told);
    return record;
}

/** Changes what a session says of itself. */
export function updateSession(shared: Shared, record: SessionRecord, changes: Partial<Session>): void {
    const time = { ...record.info.time, ...changes.time, updated: Date.now() };
    shared.store.saveSession({ ...record.info, ...changes, time });
}

export function renameSession(shared: Shared, record: SessionRecord, title: string): void {
    updateSession(shared, record, { title });
    tell(shared, record.info, "session.renamed", { title });
}

/** All sessions below one, those below these first. */
export function childrenOf(store: Store, sessionID: string): SessionRecord[] {
    return [...store.sessions.values()]
        .filter(({ info }) => info.parentID === sessionID)
        .flatMap((child) => [...childrenOf(store, child.info.id), child]);
}

export function removeSession(shared: Shared, record: SessionRecord): void {
    for (const { info } of [...childrenOf(shared.store, record.info.id), record]) {
        tell(shared, info, "session.deleted");
        shared.store.removeSession(info.id);
    }
}

/** Keeps a message: a new one, or what a known one is now. */
export function saveMessage(shared: Shared, record: SessionRecord, message: Message): void {
    shared.store.saveMessage(record.info.id, message);
}

/** The id of the message that tells in the list what an event told. */
export function messageIdOf(eventID: string): string {
    return eventID.replace(/^evt_/, "msg_");
}

export function selectAgent(shared: Shared, record: SessionRecord, agent: string): void {
    const previous = record.info.agent;
    updateSession(shared, record, { agent });
    const eventID = tell(shared, record.info, "session.agent.selected", { agent, previous });
    saveMessage(shared, record, {
        id: messageIdOf(eventID),
        type: "agent-switched",
        time: { created: Date.now() },
        agent,
        ...(previous === undefined ? {} : { previous }),
    });
}

export function selectModel(shared: Shared, record: SessionRecord, model: ModelRef): void {
    const previous = record.info.model;
    const variant = model.variant ?? "default";
    const isSame =
        previous?.id === model.id &&
        previous.providerID === model.providerID &&
        (previous.variant ?? "default") === variant;
    if (isSame) return;
    // The preview fills the variant in, in the session alone.
    updateSession(shared, record, { model: { ...model, variant } });
    const eventID = tell(shared, record.info, "session.model.selected", { model, previous });
    saveMessage(shared, record, {
        id: messageIdOf(eventID),
        type: "model-switched",
        time: { created: Date.now() },
        model,
        ...(previous === undefined ? {} : { previous }),
    });
}

/** Notes that an execution is over. */
export function noteOutcome(
    shared: Shared,
    record: SessionRecord,
    outcome: Outcome,
    data: Record<string, unknown>,
): void {
    const { doubts } = shared;
    const now = Date.now();
    if (doubts.sessionOutcome)
        updateSession(shared, record, { outcome, time: { ...record.info.time, idle: now } });
    const eventID = tell(shared, record.info, `session.execution.${outcome}`, data);
    if (!doubts.idleRecords || (outcome === "interrupted" && !doubts.interruptedIdle)) return;
    saveMessage(shared, record, {
        id: messageIdOf(eventID),
        type: "idle",
        time: { created: now },
        outcome,
    });
}

/** Takes something in that waits for its turn. */
export function admit(shared: Shared, record: SessionRecord, item: InboxItem): void {
    shared.store.admit(item);
    const { type, payload, delivery } = item;
    tell(shared, record.info, "session.inbox.enqueued", {
        inboxID: item.id,
        item: { type, payload, delivery },
    });
    updateSession(shared, record, {});
}

/** Puts what waited into the list of messages. */
export function deliver(shared: Shared, record: SessionRecord, item: InboxItem): void {
    shared.store.removeFromInbox(record.info.id, item.id);
    tell(shared, record.info, "session.inbox.delivered", { inboxID: item.id });
    if (item.type === "compaction") return;
    const time = { created: Date.now() };
    if (item.type === "user")
        saveMessage(shared, record, { id: item.id, type: "user", time, ...item.payload });
    else saveMessage(shared, record, { id: item.id, type: "synthetic", time, ...item.payload });
}
