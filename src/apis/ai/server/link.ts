/**
 * The bridge as a server: each function of the face is a call that the bridge answers, for this computer's own sessions
 * alone. A turn is not polled for but told of, word by word.
 */
import { listOf } from "../../trapos/json";
import { reader, type Reader } from "../../trapos/shape";
import type { PermissionReply } from "../ask";
import { fail } from "../failure";
import { call } from "../link/call";
import { runTurn } from "../link/turn";
import { answers, lists, type ListValues, type Message as SessionMessage, type Session } from "../protocol";
import type { CommandCall, Face, Loaded, StopEnd } from "./face";

const read = {
    health: reader(answers.health),
    session: reader(answers.session),
    sessions: reader(answers.sessions),
    messages: reader(answers.messages),
    message: reader(answers.message),
    todos: reader(answers.todos),
    changes: reader(answers.changes),
    files: reader(answers.files),
    paths: reader(answers.paths),
    stop: reader({ outcome: "name", "failure?": { code: "name", "message?": "message" } }),
};

const readLists: { readonly [K in keyof ListValues]: Reader<ListValues[K]> } = {
    status: reader(lists.status),
    permissions: reader(lists.permissions),
    questions: reader(lists.questions),
    providers: reader(lists.providers),
    agents: reader(lists.agents),
    commands: reader(lists.commands),
    config: reader(lists.config),
};

const link: Face = {
    dialect: () => undefined,
    runTurn,
    stopSession: (server, sessionId) => call(server, "stopSession", { sessionId }, read.stop) as StopEnd,
    health: (server) => call(server, "health", {}, read.health),
    createSession: (server, title) => call(server, "createSession", { title }, read.session),
    getSession: (server, id) => call(server, "getSession", { id }, read.session),
    listSessions: (server, limit, search) => call(server, "listSessions", { limit, search }, read.sessions),
    getMessages: (server, sessionId, limit): readonly SessionMessage[] =>
        call(server, "getMessages", { sessionId, limit }, read.messages),
    getMessage: (server, sessionId, id) => call(server, "getMessage", { sessionId, id }, read.message),
    // The bridge does, and knows why a turn has failed.
    beforePrompt: () => undefined,
    getReason: () => "no reason given",
    sendPrompt: () => {
        throw fail("internal_error", { what: "a prompt goes with its turn" });
    },
    abortSession: (server, sessionId) => {
        call(server, "abortSession", { sessionId });
    },
    renameSession: (server, id, title) => call(server, "renameSession", { id, title }, read.session),
    deleteSession: (server, id) => {
        call(server, "deleteSession", { id });
    },
    forkSession: (server, id) => call(server, "forkSession", { id }, read.session),
    undo: (server, id, messageId): Session => call(server, "undo", { id, messageId }, read.session),
    redo: (server, id) => call(server, "redo", { id }, read.session),
    shareSession: (server, id) => call(server, "shareSession", { id }, read.session),
    unshareSession: (server, id) => call(server, "unshareSession", { id }, read.session),
    getTodos: (server, id) => call(server, "getTodos", { id }, read.todos),
    getChanges: (server, id, messageId) => call(server, "getChanges", { id, messageId }, read.changes),
    startCompacting: (server, id, model) => {
        call(server, "startCompacting", { id, model });
    },
    startShell: (server, id, agent, line) => {
        call(server, "startShell", { id, agent, line });
    },
    startCommand: (server, id, command: CommandCall) => {
        call(server, "startCommand", { id, command });
    },
    listFiles: (server, _directory, path) => call(server, "listFiles", { path }, read.files),
    findFiles: (server, _directory, query) => call(server, "findFiles", { query }, read.paths),
    answerPermission: (server, id, reply: PermissionReply, message) => {
        call(server, "answerPermission", { id, reply, message });
    },
    answerQuestion: (server, id, given) => {
        const written: (readonly string[])[] = [];
        for (const labels of given) table.insert(written, listOf(labels));
        call(server, "answerQuestion", { id, answers: listOf(written) });
    },
    rejectQuestion: (server, id) => {
        call(server, "rejectQuestion", { id });
    },
    readList: (server, name) => call(server, "readList", { name }, readLists[name] as Reader<never>),
    waitUntilLoaded: (server, what: Loaded) => {
        call(server, "waitUntilLoaded", { what });
    },
};

export = link;
