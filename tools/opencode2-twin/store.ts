/** What a server keeps: sessions with their messages, inbox and log, and what was allowed for good. */
import { type Entry, type Journal, openJournal, readJournal } from "./journal.ts";
import type { FileChange, InboxItem, Message, Session, TwinEvent } from "./types.ts";

/** A session with all that belongs to it. */
export interface SessionRecord {
    info: Session;
    /** By id, in the order of the list. */
    readonly messages: Map<string, Message>;
    /** What was admitted and is not delivered yet, in its order. */
    readonly inbox: Map<string, InboxItem>;
    /** Its durable events. */
    readonly log: TwinEvent[];
    changes: FileChange[];
    /** Whether its turn is to go on at the next start. */
    resumes: boolean;
    /** What its shell commands have in their environment besides; in memory alone. */
    environment: Record<string, string>;
}

/** Leave that was given with "always". */
export interface SavedPermission {
    projectID: string;
    action: string;
    resource: string;
}

export interface Store {
    readonly sessions: ReadonlyMap<string, SessionRecord>;
    /** What was admitted ever, by id: an id is taken on the whole server. */
    readonly admitted: ReadonlyMap<string, InboxItem>;
    readonly savedPermissions: readonly SavedPermission[];
    /** Keeps a session, a new one or a changed one. */
    saveSession(info: Session): SessionRecord;
    removeSession(sessionID: string): void;
    /** Keeps a message, a new one at the list's end. */
    saveMessage(sessionID: string, message: Message): void;
    removeMessage(sessionID: string, messageID: string): void;
    /** Keeps an item of an inbox, and that its id is taken. */
    admit(item: InboxItem): void;
    removeFromInbox(sessionID: string, id: string): void;
    saveEvent(sessionID: string, event: TwinEvent): void;
    saveChanges(sessionID: string, changes: FileChange[]): void;
    savePermission(permission: SavedPermission): void;
    setResumes(sessionID: string, resumes: boolean): void;
    /** Nothing is kept from now on: what runs on does so for nobody. */
    close(): void;
}

interface State {
    readonly sessions: Map<string, SessionRecord>;
    readonly admitted: Map<string, InboxItem>;
    readonly savedPermissions: SavedPermission[];
}

function putSession(state: State, info: Session): SessionRecord {
    const found = state.sessions.get(info.id);
    if (found !== undefined) {
        found.info = info;
        return found;
    }
    const record: SessionRecord = {
        info,
        messages: new Map(),
        inbox: new Map(),
        log: [],
        changes: [],
        resumes: false,
        environment: {},
    };
    state.sessions.set(info.id, record);
    return record;
}

/** Takes an entry into the state; the same for what is read and for what happens. */
function apply(state: State, [kind, first, second]: Entry): void {
    const record = typeof first === "string" ? state.sessions.get(first) : undefined;
    switch (kind) {
        case "session":
            putSession(state, first as Session);
            break;
        case "session removed":
            state.sessions.delete(first as string);
            break;
        case "message":
            record?.messages.set((second as Message).id, second as Message);
            break;
        case "message removed":
            record?.messages.delete(second as string);
            break;
        case "admitted": {
            const item = first as InboxItem;
            state.admitted.set(item.id, item);
            break;
        }
        case "inbox":
            record?.inbox.set((second as InboxItem).id, second as InboxItem);
            break;
        case "inbox removed":
            record?.inbox.delete(second as string);
            break;
        case "event":
            record?.log.push(second as TwinEvent);
            break;
        case "changes":
            if (record !== undefined) record.changes = second as FileChange[];
            break;
        case "permission":
            state.savedPermissions.push(first as SavedPermission);
            break;
        case "resumes":
            if (record !== undefined) record.resumes = second as boolean;
            break;
        default:
            throw new Error(`The journal has an entry of an unknown kind: ${kind}`);
    }
}

/** The entries that lead to a state: what a journal begins with. */
function entriesOf(state: State): Entry[] {
    return [
        ...[...state.admitted.values()].map((item): Entry => ["admitted", item]),
        ...state.savedPermissions.map((permission): Entry => ["permission", permission]),
        ...[...state.sessions.values()].flatMap(
            ({ info, messages, inbox, log, changes, resumes }): Entry[] => [
                ["session", info],
                ...[...messages.values()].map((message): Entry => ["message", info.id, message]),
                ...[...inbox.values()].map((item): Entry => ["inbox", info.id, item]),
                ...log.map((event): Entry => ["event", info.id, event]),
                ["changes", info.id, changes],
                ["resumes", info.id, resumes],
            ],
        ),
    ];
}

/**
 * Opens what a server keeps.
 * @param file where: what an earlier server left there is taken up
 */
export function openStore(file: string): Store {
    const state: State = { sessions: new Map(), admitted: new Map(), savedPermissions: [] };
    for (const entry of readJournal(file)) apply(state, entry);
    let journal: Journal | undefined = openJournal(file, entriesOf(state));
    const take = (...entry: Entry): void => {
        if (journal === undefined) return;
        journal.write(entry);
        apply(state, entry);
    };
    return {
        ...state,
        saveSession(info) {
            take("session", info);
            return putSession(state, info);
        },
        removeSession: (sessionID) => take("session removed", sessionID),
        saveMessage: (sessionID, message) => take("message", sessionID, message),
        removeMessage: (sessionID, messageID) => take("message removed", sessionID, messageID),
        admit(item) {
            take("admitted", item);
            take("inbox", item.sessionID, item);
        },
        removeFromInbox: (sessionID, id) => take("inbox removed", sessionID, id),
        saveEvent: (sessionID, event) => take("event", sessionID, event),
        saveChanges: (sessionID, changes) => take("changes", sessionID, changes),
        savePermission: (permission) => take("permission", permission),
        setResumes: (sessionID, resumes) => take("resumes", sessionID, resumes),
        close() {
            journal?.close();
            journal = undefined;
        },
    };
}
