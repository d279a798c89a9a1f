/** Calls about whole sessions. */
import { outcome } from "../../trapos/failure";
import { toUtf8 } from "../../trapos/utf8";
import type { Client } from "../client";
import { fail } from "../failure";
import type { Session } from "../protocol";
import { isSessionId, rememberSession } from "../session";
import type { SessionSummary } from "../types";

/** The id of the session that a call is about: the one that it names, or this computer's. */
function sessionId(client: Client, session: string | undefined): string {
    const id = session ?? client.settings.session_id;
    if (id === undefined) throw fail("no_session");
    return id;
}

/** A session as the server has it; fails with `session_gone` where there is none, or can be none. */
export function requireSession(client: Client, id: string): Session {
    if (!isSessionId(id)) throw fail("session_gone", { session: id });
    return client.face.getSession(client, id);
}

/** The session that a call is about, as the server has it. */
export function sessionOf(client: Client, session: string | undefined): Session {
    return requireSession(client, sessionId(client, session));
}

/** A session as calls tell of it. */
export function summarise(client: Client, session: Session): SessionSummary {
    return {
        id: session.id,
        title: session.title,
        created: session.time.created,
        updated: session.time.updated,
        current: session.id === client.settings.session_id,
    };
}

export function rename(client: Client, title: string, session?: string): SessionSummary {
    if (string.find(title, "%S")[0] === undefined)
        throw fail("bad_argument", { what: "A title is no blank" });
    const id = sessionId(client, session);
    return summarise(client, client.face.renameSession(client, id, toUtf8(title)));
}

export function deleteSession(client: Client, session: string): SessionSummary {
    const summary = summarise(client, sessionOf(client, session));
    client.face.deleteSession(client, session);
    if (summary.current) rememberSession(client, undefined);
    return summary;
}

export function fork(client: Client, session?: string): SessionSummary {
    const forked = client.face.forkSession(client, sessionId(client, session));
    rememberSession(client, forked.id);
    return summarise(client, forked);
}

export function share(client: Client, session?: string): string {
    const id = sessionId(client, session);
    const [ok, answer] = outcome(() => client.face.shareSession(client, id));
    // Where its configuration forbids it opencode says no more than that something went wrong (1.18.33).
    if (!ok) throw answer.code === "server_error" ? fail("not_shared") : answer;
    if (answer.share === undefined) throw fail("not_shared");
    return answer.share.url;
}

export function unshare(client: Client, session?: string): undefined {
    client.face.unshareSession(client, sessionId(client, session));
    return undefined;
}
