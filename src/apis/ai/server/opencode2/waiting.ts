/** What waits for a person at opencode 2, permissions and forms, and how it is answered. */
import { outcome } from "../../../trapos/failure";
import { listOf } from "../../../trapos/json";
import { reader, type Reader } from "../../../trapos/shape";
import type { PermissionReply } from "../../ask";
import { fail, type Failure } from "../../failure";
import type { Permission, Question } from "../../protocol";
import type { Connection } from "../face";
import type { Route } from "../route";
import { askParts } from "./asks";
import { call, isMissing } from "./call";
import { fillIn, questionOf } from "./forms";
import * as routes from "./routes";
import { readSessionList } from "./sessions";
import { answers, type Form2, type Permission2 } from "./shapes";
import { translatePermission } from "./translate";

const readPermissions = reader(answers.permissions);
const readForms = reader(answers.forms);

/** Lists of one kind, by the routes that servers may have for them. */
interface Kind<T> {
    readonly name: string;
    readonly read: Reader<{ readonly data: readonly T[] }>;
    /** Those of a folder; of several routes the first that there is. */
    readonly ofFolder: readonly ((this: void, directory: string | undefined) => Route)[];
    readonly ofSession: (this: void, sessionId: string) => Route;
}

const permissions: Kind<Permission2> = {
    name: "permissions",
    read: readPermissions,
    ofFolder: [(directory) => routes.readList("permissions", directory)],
    ofSession: routes.sessionPermissions,
};

const forms: Kind<Form2> = {
    name: "forms",
    read: readForms,
    ofFolder: [(directory) => routes.readList("questions", directory), routes.olderForms],
    ofSession: routes.sessionForms,
};

/** What waits in a session, and in those that it opened for subagents. */
function ofSessions<T>(server: Connection, kind: Kind<T>, sessionId: string): readonly T[] {
    const found: T[] = [];
    const add = (id: string): void => {
        for (const entry of call(server, kind.ofSession(id), { read: kind.read }).data) found.push(entry);
    };
    add(sessionId);
    for (const child of readSessionList(server, routes.listChildren(sessionId))) add(child.id);
    return found;
}

/**
 * What waits in a folder. Which routes there are for that differs by version, so that it is remembered which one was there;
 * where there is none each session is asked.
 */
function list<T>(
    server: Connection,
    kind: Kind<T>,
    directory: string | undefined,
    sessionId: string | undefined,
): readonly T[] {
    const known = server.learned.lists ?? {};
    server.learned.lists = known;
    let failure: Failure | undefined;
    for (const place of $range(known[kind.name] ?? 1, kind.ofFolder.length)) {
        const route = kind.ofFolder[place - 1]!(directory);
        const [ok, answer] = outcome(() => call(server, route, { read: kind.read }));
        if (ok) {
            known[kind.name] = place;
            return answer.data;
        }
        if (!isMissing(answer)) throw answer;
        failure = answer;
    }
    if (sessionId === undefined) throw failure ?? fail("not_found", { what: `no list of ${kind.name}` });
    known[kind.name] = kind.ofFolder.length + 1;
    return ofSessions(server, kind, sessionId);
}

/** The permissions that wait, in a folder or at least in a session and its subagents'. */
export function listPermissions(
    server: Connection,
    directory: string | undefined,
    sessionId: string | undefined,
): Permission[] {
    const found: Permission[] = [];
    for (const entry of list(server, permissions, directory, sessionId))
        found.push(translatePermission(entry));
    return found;
}

/** The forms that wait, as questions. */
export function listQuestions(
    server: Connection,
    directory: string | undefined,
    sessionId: string | undefined,
): Question[] {
    const found: Question[] = [];
    for (const form of list(server, forms, directory, sessionId)) found.push(questionOf(form));
    return found;
}

/** Answers a permission that waits; the betas have another word for the answer. */
export function answerPermission(
    server: Connection,
    id: string,
    reply: PermissionReply,
    message: string | undefined,
): void {
    const [ok, failure] = outcome(() => {
        call(server, routes.answerPermission(id, reply, message), { isSure: true });
    });
    if (ok) return;
    if (failure.code !== "bad_request") throw failure;
    call(server, routes.answerPermissionBefore(id, reply, message), { isSure: true });
}

/** A form that waits. Fails with `not_found` where it does not. */
function openForm(server: Connection, name: string): Form2 {
    const parts = askParts(name);
    for (const form of call(server, routes.sessionForms(parts.sessionId), { read: readForms, isSure: true })
        .data) {
        if (form.id === parts.id) return form;
    }
    throw fail("not_found", { what: "no such form waits" });
}

/** Fills in a form that waits. Fails with `bad_argument` for what it does not take. */
export function answerQuestion(server: Connection, id: string, chosen: readonly (readonly string[])[]): void {
    const form = openForm(server, id);
    const filled = fillIn(form, chosen, (text) => tonumber(text));
    if (filled.problem !== undefined) throw fail("bad_argument", { what: filled.problem });
    const given: Record<string, unknown> = {};
    for (const [key, value] of pairs(filled.answers)) {
        const isList = type(value) === "table";
        given[key] = isList ? listOf(value as unknown as readonly string[]) : value;
    }
    call(server, routes.answerForm(id, given as typeof filled.answers), { isSure: true });
}

/** Refuses to fill in a form that waits; the betas have another route for it. */
export function rejectQuestion(server: Connection, id: string): void {
    const [ok, failure] = outcome(() => {
        call(server, routes.dismissForm(id), {});
    });
    if (ok) return;
    if (!isMissing(failure)) throw failure;
    call(server, routes.cancelForm(id), { isSure: true });
}
