/** What the turns of a session changed, and taking it back. */
import { outcome } from "../../../trapos/failure";
import { reader } from "../../../trapos/shape";
import { percentEncode } from "../../../trapos/utf8";
import { fail } from "../../failure";
import { answers, type Change, type Session, type Todo } from "../../protocol";
import type { Connection } from "../face";
import { callSession } from "./sessions";

const readSession = reader(answers.session);
const readTodos = reader(answers.todos);
const readChanges = reader(answers.changes);

/** Changes what is undone. A session that works refuses that: 409, or 400 on 1.14.41 and 500 on 1.2.27. */
function revert(server: Connection, id: string, route: string, body: object): Session {
    const [ok, value] = outcome(() => callSession(server, id, route, { body, read: readSession }));
    if (ok) return value;
    const [isBusy] = string.find(value.message, "usy");
    throw isBusy === undefined ? value : fail("works_now");
}

/** Takes back all from a prompt on, files among it. The messages stay listed until the next prompt (1.18.33). */
export function undo(server: Connection, id: string, messageId: string): Session {
    return revert(server, id, "/revert", { messageID: messageId });
}

/** Brings back all that was taken back. */
export function redo(server: Connection, id: string): Session {
    return revert(server, id, "/unrevert", {});
}

/** What the agent means to do. */
export function getTodos(server: Connection, id: string): readonly Todo[] {
    return callSession(server, id, "/todo", { read: readTodos });
}

/** What the turn of a prompt has changed. Without the prompt's id opencode tells nothing (1.18.33). */
export function getChanges(server: Connection, id: string, messageId: string): readonly Change[] {
    const route = `/diff?messageID=${percentEncode(messageId)}`;
    return callSession(server, id, route, { read: readChanges });
}
