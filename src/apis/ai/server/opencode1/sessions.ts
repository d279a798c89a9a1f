/** opencode 1's sessions: what is done with a whole one. */
import { outcome } from "../../../trapos/failure";
import { reader } from "../../../trapos/shape";
import { percentEncode } from "../../../trapos/utf8";
import { fail } from "../../failure";
import { answers, type Session } from "../../protocol";
import type { Connection } from "../face";
import { call, type Asked } from "../request";

const readSession = reader(answers.session);

/** Asks for something of a session; fails with `session_gone` where the server does not have it. */
export function callSession<T>(server: Connection, id: string, route: string, asked: Asked<T>): T {
    // Any other id makes the server fail with 500.
    if (string.find(id, "^ses")[0] === undefined) throw fail("session_gone", { session: id });
    const [ok, value] = outcome(() => call(server, `/session/${percentEncode(id)}${route}`, asked));
    if (ok) return value;
    throw value.code === "not_found" ? fail("session_gone", { session: id }) : value;
}

export function renameSession(server: Connection, id: string, title: string): Session {
    return callSession(server, id, "", { method: "PATCH", body: { title }, read: readSession });
}

/** Deletes a session with all that was said in it. */
export function deleteSession(server: Connection, id: string): void {
    callSession(server, id, "", { method: "DELETE" });
}

/** Makes a session that begins with all that was said in another. */
export function forkSession(server: Connection, id: string): Session {
    return callSession(server, id, "/fork", { body: {}, read: readSession });
}

/** Makes a session readable on the web. Fails with 500 where the configuration says "share": "disabled" (1.18.33). */
export function shareSession(server: Connection, id: string): Session {
    return callSession(server, id, "/share", { body: {}, read: readSession });
}

export function unshareSession(server: Connection, id: string): Session {
    return callSession(server, id, "/share", { method: "DELETE", read: readSession });
}
