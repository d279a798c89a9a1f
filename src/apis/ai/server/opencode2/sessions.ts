/** opencode 2's sessions: what is done with a whole one. */
import { outcome } from "../../../trapos/failure";
import { listOf } from "../../../trapos/json";
import { reader } from "../../../trapos/shape";
import { fail } from "../../failure";
import { allRules, rulesOf } from "../../profile";
import type { Change, Session } from "../../protocol";
import type { Connection, Named } from "../face";
import type { Route } from "../route";
import { call, callSession, isMissing } from "./call";
import * as routes from "./routes";
import { ruleText, translateRules, type Rule } from "./rules";
import { answers } from "./shapes";
import { translateSession } from "./translate";

const readSession = reader(answers.session);
const readSessions = reader(answers.sessions);
const readChanges = reader(answers.changes);
const readDefault = reader(answers.defaultModel);
const readInformation = reader(answers.information);
const readActive = reader(answers.active);

/** What a session's agent may do where no setting says so: it asks before it changes anything. */
const USUAL_PROFILE = "build";

/** The rules that this computer's sessions get; nothing where the server's configuration is to hold. */
function ownRules(server: Connection): readonly Rule[] | undefined {
    const rules = rulesOf(server.settings.profile ?? USUAL_PROFILE);
    return rules && translateRules(rules);
}

/** Whether a session works. */
function isActive(server: Connection, id: string): boolean {
    const list = routes.readList("status", undefined);
    return call(server, list, { read: readActive, isSure: true }).data[id] !== undefined;
}

/** Whether the server is up, and its version. */
export function health(server: Connection): { readonly version: string } {
    return call(server, { path: ["api", "info"] }, { read: readInformation });
}

/** Makes a session. The title is for people. */
export function createSession(server: Connection, title: string): Session {
    const route = routes.createSession({
        title,
        directory: server.settings.directory,
        rules: ownRules(server),
    });
    return translateSession(call(server, route, { read: readSession, isSure: true }).data);
}

/** One session; fails with `session_gone` when the server does not have it. */
export function getSession(server: Connection, id: string): Session {
    return translateSession(
        callSession(server, id, routes.getSession(id), { read: readSession, isSure: true }).data,
    );
}

/** Sessions of a list. */
export function readSessionList(server: Connection, route: Route): Session[] {
    const found: Session[] = [];
    for (const session of call(server, route, { read: readSessions, isSure: true }).data)
        table.insert(found, translateSession(session));
    return found;
}

/** The newest sessions that no other session opened, newest first. */
export function listSessions(
    server: Connection,
    limit: number | undefined,
    search: string | undefined,
): readonly Session[] {
    return readSessionList(server, routes.listSessions(limit, search, server.settings.directory));
}

/** Asks for something that a session answers with nothing, and gives the session as it is then. */
function change(server: Connection, id: string, route: Route): Session {
    callSession(server, id, route, {});
    return getSession(server, id);
}

export function renameSession(server: Connection, id: string, title: string): Session {
    return change(server, id, routes.renameSession(id, title));
}

/** Deletes a session with all that was said in it. */
export function deleteSession(server: Connection, id: string): void {
    callSession(server, id, routes.deleteSession(id), {});
}

/** Makes a session that begins with all that was said in another. */
export function forkSession(server: Connection, id: string): Session {
    return translateSession(callSession(server, id, routes.forkSession(id), { read: readSession }).data);
}

/** Takes back all from a prompt on, files among it, until the next prompt. */
export function undo(server: Connection, id: string, messageId: string): Session {
    return change(server, id, routes.stageUndo(id, messageId));
}

/** Brings back all that was taken back; servers before 2.0.22 have another route for it (1.18.33's preview has that, too). */
export function redo(server: Connection, id: string): Session {
    const [ok, failure] = outcome(() => {
        callSession(server, id, routes.clearUndo(id), {});
    });
    if (!ok && !isMissing(failure)) throw failure;
    return ok ? getSession(server, id) : change(server, id, routes.clearUndoBefore(id));
}

/** What the turn of a prompt has changed. */
export function getChanges(server: Connection, id: string, messageId: string): readonly Change[] {
    return callSession(server, id, routes.getChanges(id, messageId), { read: readChanges }).data;
}

/** The model that answers where none is named, as "provider/model". */
export function defaultModel(server: Connection, directory: string | undefined): string | undefined {
    const model = call(server, routes.readList("config", directory), { read: readDefault }).data;
    return model && `${model.providerID}/${model.id}`;
}

/** The model that a variant without one is of. */
function modelOf(server: Connection, session: Session): string | undefined {
    const used = session.model;
    if (used) return `${used.providerID}/${used.id}`;
    return defaultModel(server, session.directory);
}

/** Has the session ask another model, where it is another. */
function chooseModel(server: Connection, session: Session, prompt: Named): Route | undefined {
    const variant = prompt.variant;
    const used = session.model;
    let model = prompt.model;
    if (model === undefined && variant !== undefined) model = modelOf(server, session);
    if (model === undefined) return undefined;
    const isUsed = used !== undefined && model === `${used.providerID}/${used.id}`;
    if (isUsed && (variant === undefined || variant === used.variant)) return undefined;
    return routes.setModel(session.id, model, variant);
}

/** Whether a session's rules are those of a profile, which a computer has given it. */
function areOfProfile(held: string): boolean {
    for (const rules of allRules()) if (ruleText(translateRules(rules)) === held) return true;
    return false;
}

/** Has other rules hold, where the session has others than it is to have. */
function chooseRules(server: Connection, session: Session): Route | undefined {
    const rules = ownRules(server);
    const held = ruleText(session.rules ?? []);
    if (rules) return held === ruleText(rules) ? undefined : routes.setRules(session.id, rules);
    // What the profile before has allowed is not to go on beside what the server's configuration says.
    return areOfProfile(held) ? routes.setRules(session.id, listOf<Rule>([])) : undefined;
}

/**
 * Prepares a session for a prompt: what was taken back is so for good, and model, agent and rules are those of the prompt
 * and of this computer's settings, which opencode 2 keeps with the session. Fails with `works_now` where a turn runs that all
 * of this would change, which may be somebody else's.
 */
export function beforePrompt(server: Connection, session: Session, prompt: Named): void {
    const id = session.id;
    const agent = prompt.agent;
    const changes: Route[] = [];
    if (session.revert) table.insert(changes, routes.commitUndo(id));
    const model = chooseModel(server, session, prompt);
    if (model) table.insert(changes, model);
    if (agent !== undefined && agent !== session.agent) table.insert(changes, routes.setAgent(id, agent));
    const rules = chooseRules(server, session);
    if (rules) table.insert(changes, rules);
    if (changes.length > 0 && isActive(server, id)) throw fail("works_now");
    for (const route of changes) callSession(server, id, route, {});
}

/** Fails where something is asked for that opencode 2 does not have. */
export function refuse(what: string): never {
    throw fail("not_in_opencode_2", { what });
}
