/** opencode 1's sessions: what is done with a whole one. */
import { outcome } from "../../../trapos/failure";
import { reader } from "../../../trapos/shape";
import { fail } from "../../failure";
import { answers, type Session } from "../../protocol";
import type { Connection } from "../face";
import type { Asked } from "../request";
import { call } from "./call";
import type { Route } from "../route";
import * as routes from "./routes";

const readSession = reader(answers.session);

/** Asks for something of a session; fails with `session_gone` where the server does not have it. */
export function callSession<T>(server: Connection, id: string, route: Route, asked: Asked<T>): T {
    // Any other id makes the server fail with 500.
    if (string.find(id, "^ses")[0] === undefined) throw fail("session_gone", { session: id });
    const [ok, value] = outcome(() => call(server, route, asked));
    if (ok) return value;
    throw value.code === "not_found" ? fail("session_gone", { session: id }) : value;
}

export function renameSession(server: Connection, id: string, title: string): Session {
    return callSession(server, id, routes.renameSession(id, title), { read: readSession });
}

/** Deletes a session with all that was said in it. */
export function deleteSession(server: Connection, id: string): void {
    callSession(server, id, routes.deleteSession(id), {});
}

/** Makes a session that begins with all that was said in another. */
export function forkSession(server: Connection, id: string): Session {
    return callSession(server, id, routes.forkSession(id), { read: readSession });
}

/** Makes a session readable on the web. */
export function shareSession(server: Connection, id: string): Session {
    return callSession(server, id, routes.shareSession(id), { read: readSession });
}

export function unshareSession(server: Connection, id: string): Session {
    return callSession(server, id, routes.unshareSession(id), { read: readSession });
}
