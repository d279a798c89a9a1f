/** What opencode 1 can do: its HTTP routes as functions that raise failures. Only files beside it know an address, too. */
import { outcome } from "../../trapos/failure";
import { reader, type Reader } from "../../trapos/shape";
import { percentEncode } from "../../trapos/utf8";
import { fail } from "../failure";
import { answers, lists, type ListValues, type Message, type Session } from "../protocol";
import { answerPermission, answerQuestion, rejectQuestion } from "./asks";
import type { Connection, Face, Loaded, Prompt } from "./face";
import * as files from "./opencode1/files";
import * as changes from "./opencode1/changes";
import * as sessions from "./opencode1/sessions";
import * as tasks from "./opencode1/tasks";
import { bodyOfPrompt } from "./opencode1/prompt";
import { call, query } from "./request";

const readHealth = reader(answers.health);
const readSession = reader(answers.session);
const readSessions = reader(answers.sessions);
const readMessages = reader(answers.messages);
const readMessage = reader(answers.message);

/** What can be read of a directory: where, and how. */
const directoryLists: {
    readonly [K in keyof ListValues]: { readonly path: string; readonly read: Reader<ListValues[K]> };
} = {
    status: { path: "/session/status", read: reader(lists.status) },
    permissions: { path: "/permission", read: reader(lists.permissions) },
    questions: { path: "/question", read: reader(lists.questions) },
    providers: { path: "/config/providers", read: reader(lists.providers) },
    agents: { path: "/agent", read: reader(lists.agents) },
    commands: { path: "/command", read: reader(lists.commands) },
    config: { path: "/config", read: reader(lists.config) },
};

/** Whether the server is up, and its version. */
function health(server: Connection): { readonly version: string } {
    return call(server, "/global/health", { read: readHealth });
}

/** Makes a session. The title is for people. */
function createSession(server: Connection, title: string): Session {
    const path = "/session" + query({ directory: server.settings.directory });
    return call(server, path, { read: readSession, body: { title } });
}

/** One session; fails with `session_gone` when the server does not have it. */
function getSession(server: Connection, id: string): Session {
    // Any other id makes the server fail with 500.
    if (string.find(id, "^ses")[0] === undefined) throw fail("session_gone", { session: id });
    const [ok, value] = outcome(() => call(server, `/session/${percentEncode(id)}`, { read: readSession }));
    if (ok) return value;
    throw value.code === "not_found" ? fail("session_gone", { session: id }) : value;
}

/** The newest sessions that no other session opened, newest first. */
function listSessions(
    server: Connection,
    limit: number | undefined,
    search: string | undefined,
): readonly Session[] {
    const parameters = { limit, search, roots: "true", directory: server.settings.directory };
    const sessions = call(server, "/session" + query(parameters), { read: readSessions });
    // Other servers may have an empty list, too.
    if (sessions.length === 0) health(server);
    return sessions;
}

/** The newest messages of a session, oldest first. Always with a limit: the whole list grows with every turn. */
function getMessages(server: Connection, sessionId: string, limit: number): readonly Message[] {
    return call(server, `/session/${percentEncode(sessionId)}/message?limit=${limit}`, {
        read: readMessages,
    });
}

/** One message of a session. */
function getMessage(server: Connection, sessionId: string, id: string): Message {
    const path = `/session/${percentEncode(sessionId)}/message/${percentEncode(id)}`;
    return call(server, path, { read: readMessage });
}

/**
 * Sends a prompt and does not wait for its answer. Success only means that the server has it: an unknown model or
 * agent is accepted, too. It carries no messageID, which makes servers up to 1.18.14 loop and all of them ignore an id
 * that was used before; the nonce in the part's metadata marks it instead.
 */
function sendPrompt(server: Connection, sessionId: string, prompt: Prompt): void {
    call(server, `/session/${percentEncode(sessionId)}/prompt_async`, { body: bodyOfPrompt(prompt) });
}

/** Stops what a session does; fine for an idle one. */
function abortSession(server: Connection, sessionId: string): void {
    call(server, `/session/${percentEncode(sessionId)}/abort`, { body: {} });
}

/** Reads one of the server's lists. */
function readList<K extends keyof ListValues>(
    server: Connection,
    name: K,
    directory: string | undefined,
): ListValues[K] {
    const list = directoryLists[name];
    return call(server, list.path + query({ directory }), { read: list.read });
}

/** Where opencode tells of what it loads. */
const loadedLists: Readonly<Record<Loaded, string>> = {
    providers: "/config/providers",
    tools: "/experimental/tool/ids",
    mcp: "/mcp",
    skills: "/skill",
};

/**
 * Waits until opencode has loaded something for a directory. It loads what is not there yet, so that the answer takes
 * as long as that does: MCP servers may take seconds.
 */
function waitUntilLoaded(server: Connection, what: Loaded, directory: string | undefined): void {
    call(server, loadedLists[what] + query({ directory }), {});
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
