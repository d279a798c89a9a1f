/** What opencode 1 can do: its HTTP routes as functions that raise failures. */
import { reader, type Reader } from "../../trapos/shape";
import { percentEncode } from "../../trapos/utf8";
import { rulesOf } from "../profile";
import { answers, lists, type ListValues, type Message, type Session } from "../protocol";
import { answerPermission, answerQuestion, rejectQuestion } from "./opencode1/asks";
import type { Connection, Dialect, Face, Loaded, Prompt } from "./face";
import * as files from "./opencode1/files";
import * as changes from "./opencode1/changes";
import * as sessions from "./opencode1/sessions";
import * as tasks from "./opencode1/tasks";
import * as routes from "./opencode1/routes";
import { call } from "./opencode1/call";

const readHealth = reader(answers.health);
const readSession = reader(answers.session);
const readSessions = reader(answers.sessions);
const readMessages = reader(answers.messages);
const readMessage = reader(answers.message);

/** How the lists of a directory are read. */
const listReaders: { readonly [K in keyof ListValues]: Reader<ListValues[K]> } = {
    status: reader(lists.status),
    permissions: reader(lists.permissions),
    questions: reader(lists.questions),
    providers: reader(lists.providers),
    agents: reader(lists.agents),
    commands: reader(lists.commands),
    config: reader(lists.config),
};

function dialect(): Dialect {
    return 1;
}

/** Each prompt says for itself what it asks for. */
function beforePrompt(): void {}

/** The messages say why a turn has failed. */
function getReason(): string {
    return "no reason given";
}

/** Whether the server is up, and its version. */
function health(server: Connection): { readonly version: string } {
    return call(server, routes.health(), { read: readHealth });
}

/** Makes a session. The title is for people. */
function createSession(server: Connection, title: string): Session {
    const settings = server.settings;
    const rules = rulesOf(settings.profile);
    return call(server, routes.createSession(title, settings.directory, rules), { read: readSession });
}

/** One session; fails with `session_gone` when the server does not have it. */
function getSession(server: Connection, id: string): Session {
    return sessions.callSession(server, id, routes.getSession(id), { read: readSession });
}

/** The newest sessions that no other session opened, newest first. */
function listSessions(
    server: Connection,
    limit: number | undefined,
    search: string | undefined,
): readonly Session[] {
    const route = routes.listSessions(limit, search, server.settings.directory);
    const found = call(server, route, { read: readSessions });
    // Other servers may have an empty list, too.
    if (found.length === 0) health(server);
    return found;
}

/** The newest messages of a session, oldest first. */
function getMessages(server: Connection, sessionId: string, limit: number): readonly Message[] {
    return call(server, routes.getMessages(sessionId, limit), { read: readMessages });
}

/** One message of a session. */
function getMessage(server: Connection, sessionId: string, id: string): Message {
    return call(server, routes.getMessage(sessionId, id), { read: readMessage });
}

/** Sends a prompt and does not wait for its answer. Success only means that the server has it. */
function sendPrompt(server: Connection, sessionId: string, prompt: Prompt): void {
    call(server, routes.sendPrompt(sessionId, prompt, percentEncode), {});
}

/** Stops what a session does; fine for an idle one. */
function abortSession(server: Connection, sessionId: string): void {
    call(server, routes.abortSession(sessionId), {});
}

/** Reads one of the server's lists. */
function readList<K extends keyof ListValues>(
    server: Connection,
    name: K,
    directory: string | undefined,
): ListValues[K] {
    return call(server, routes.readList(name, directory), { read: listReaders[name] });
}

/**
 * Waits until opencode has loaded something for a directory. It loads what is not there yet, so that the answer takes
 * as long as that does: MCP servers may take seconds.
 */
function waitUntilLoaded(server: Connection, what: Loaded, directory: string | undefined): void {
    call(server, routes.waitUntilLoaded(what, directory), {});
}

const opencode1: Face = {
    renameSession: sessions.renameSession,
    deleteSession: sessions.deleteSession,
    forkSession: sessions.forkSession,
    shareSession: sessions.shareSession,
    unshareSession: sessions.unshareSession,
    undo: changes.undo,
    redo: changes.redo,
    getTodos: changes.getTodos,
    getChanges: changes.getChanges,
    startCompacting: tasks.startCompacting,
    startShell: tasks.startShell,
    startCommand: tasks.startCommand,
    listFiles: files.listFiles,
    findFiles: files.findFiles,
    dialect,
    beforePrompt,
    getReason,
    health,
    createSession,
    getSession,
    listSessions,
    getMessages,
    getMessage,
    sendPrompt,
    abortSession,
    answerPermission,
    answerQuestion,
    rejectQuestion,
    readList,
    waitUntilLoaded,
};

export = opencode1;
