/** What waits for a person in the folder that a computer talks in, whoever's turn it is. Its functions raise failures. */
import { outcome } from "../trapos/failure";
import { permissionAsk, questionAsk } from "./ask";
import { copy } from "./copy";
import { fail } from "./failure";
import { activeTools } from "./messages";
import type { Permission, Question, Session } from "./protocol";
import type { Connection, Face } from "./server/face";
import type { OpenPermission, OpenQuestion } from "./types";

/** A ring of parents has no end, so no more of them are followed. */
const MOST_GENERATIONS = 10;

interface Server extends Connection {
    readonly face: Face;
}

/** This computer's session; nothing where there is none, or the server does not have it any more. */
export function currentSession(server: Server): Session | undefined {
    const id = server.settings.session_id;
    if (id === undefined) return undefined;
    const [ok, session] = outcome(() => server.face.getSession(server, id));
    if (ok) return session;
    if (session.code === "session_gone") return undefined;
    throw session;
}

/** The folder that this computer's session works in, or else the one that new sessions get. */
export function currentFolder(server: Server): string | undefined {
    const session = currentSession(server);
    if (session === undefined) return server.settings.directory;
    return session.directory;
}

/** Whether an ask still waits: its tool call runs. What was asked by a turn that was stopped stays listed (1.18.33). */
function isOpen(server: Server, ask: Permission | Question): boolean {
    const call = ask.tool && ask.tool.callID;
    const messages = server.face.getMessages(server, ask.sessionID, 1);
    for (const part of activeTools(messages[messages.length - 1])) {
        // Older servers do not say which call it is that asks.
        if (call === undefined || part.callID === call) return true;
    }
    return false;
}

/** The session that opened another one, where one did. */
function parentOf(server: Server, id: string): string | undefined {
    const [ok, session] = outcome(() => server.face.getSession(server, id));
    return ok ? session.parentID : undefined;
}

/** Whether a session is this computer's, or was opened for a subagent of it. */
function isCurrent(server: Server, sessionId: string): boolean {
    let id: string | undefined = sessionId;
    for (const _ of $range(0, MOST_GENERATIONS)) {
        if (id === server.settings.session_id) return id !== undefined;
        if (id === undefined) return false;
        id = parentOf(server, id);
    }
    return false;
}

/** Those of a list that wait, each with whether it is of this computer's session. */
function openOf<T extends Permission | Question>(
    server: Server,
    name: "permissions" | "questions",
): { readonly entry: T; readonly current: boolean }[] {
    const folder = currentFolder(server);
    const own = server.settings.session_id;
    const entries = server.face.readList(server, name, folder, own) as unknown as readonly T[];
    const open: { readonly entry: T; readonly current: boolean }[] = [];
    if (entries.length === 0) return open;
    // opencode 2 lists nothing that does not wait.
    const isSure = server.face.dialect(server) === 2;
    const statuses = isSure ? {} : server.face.readList(server, "status", folder);
    for (const entry of entries) {
        const isBusy = statuses[entry.sessionID] !== undefined;
        if (isSure || (isBusy && isOpen(server, entry)))
            open.push({ entry, current: isCurrent(server, entry.sessionID) });
    }
    return open;
}

/** The permissions that wait. */
export function openPermissions(server: Server): OpenPermission[] {
    const asks: OpenPermission[] = [];
    for (const found of openOf<Permission>(server, "permissions"))
        asks.push(copy(permissionAsk(found.entry), { current: found.current } as OpenPermission));
    return asks;
}

/** The questions that wait. */
export function openQuestions(server: Server): OpenQuestion[] {
    const asks: OpenQuestion[] = [];
    for (const found of openOf<Question>(server, "questions"))
        asks.push(copy(questionAsk(found.entry), { current: found.current } as OpenQuestion));
    return asks;
}

/** Answers something that waits. Fails with `ask_gone` where it does not. */
export function answer(server: Server, send: (this: void, folder: string | undefined) => void): void {
    const folder = currentFolder(server);
    const [ok, failure] = outcome(() => {
        send(folder);
    });
    if (!ok) throw failure.code === "not_found" ? fail("ask_gone") : failure;
}
