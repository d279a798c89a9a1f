/** What the turns of a session changed, and taking it back. */
import { outcome } from "../../../trapos/failure";
import { reader } from "../../../trapos/shape";
import { fail } from "../../failure";
import { answers, type Change, type Session, type Todo } from "../../protocol";
import type { Connection } from "../face";
import type { Route } from "../route";
import * as routes from "./routes";
import { callSession } from "./sessions";

const readSession = reader(answers.session);
const readTodos = reader(answers.todos);
const readChanges = reader(answers.changes);

/** Changes what is undone; a session that works refuses that. */
function revert(server: Connection, id: string, route: Route): Session {
    const [ok, value] = outcome(() => callSession(server, id, route, { read: readSession }));
    if (ok) return value;
    const [isBusy] = string.find(value.message, "usy");
    throw isBusy === undefined ? value : fail("works_now");
}

/** Takes back all from a prompt on, files among it. */
export function undo(server: Connection, id: string, messageId: string): Session {
    return revert(server, id, routes.undo(id, messageId));
}

/** Brings back all that was taken back. */
export function redo(server: Connection, id: string): Session {
    return revert(server, id, routes.redo(id));
}

/** What the agent means to do. */
export function getTodos(server: Connection, id: string): readonly Todo[] {
    return callSession(server, id, routes.getTodos(id), { read: readTodos });
}

/** What the turn of a prompt has changed. */
export function getChanges(server: Connection, id: string, messageId: string): readonly Change[] {
    return callSession(server, id, routes.getChanges(id, messageId), { read: readChanges });
}
