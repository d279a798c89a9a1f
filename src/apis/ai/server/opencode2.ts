/** What opencode 2 can do: its HTTP routes as functions that raise failures. */
import { outcome } from "../../trapos/failure";
import type { Response } from "../../trapos/http";
import { decode } from "../../trapos/json";
import { reader } from "../../trapos/shape";
import { copy } from "../copy";
import { fail } from "../failure";
import type { FileEntry, ListValues } from "../protocol";
import type { CommandCall, Connection, Dialect, Face, Prompt } from "./face";
import { call, callSession } from "./opencode2/call";
import { getMessage, getMessages } from "./opencode2/pages";
import * as routes from "./opencode2/routes";
import * as sessions from "./opencode2/sessions";
import { answers } from "./opencode2/shapes";
import { translateActive, translateAgents, translateModels } from "./opencode2/translate";
import * as waiting from "./opencode2/waiting";
import { sendRoute } from "./request";
import type { Route } from "./route";

const readActive = reader(answers.active);
const readModels = reader(answers.models);
const readAgents = reader(answers.agents);
const readCommands = reader(answers.commands);
const readEntries = reader(answers.files);
const readFailed = reader({ type: "name", data: { error: { type: "name", "message?": "reason" } } });

/** Seconds after which a request has arrived that may be answered when all is done. */
const ARRIVED_SECONDS = 2;
/** The longest file of the server that is sent along. */
const MOST_BYTES = 200000;
/** How often, and how many seconds apart, a list is asked for that is empty: the first one of a folder is, for a second. */
const MOST_LOOKS = 4;
const LOOK_SECONDS = 0.5;

function dialect(): Dialect {
    return 2;
}

/** Whether an answer is a web page where a file was asked for that is none: so answer servers without the route, and proxies. */
function isPage(answer: Response, path: string): boolean {
    const [isHtml] = string.find(answer.headers["content-type"] ?? "", "text/html", 1, true);
    const [isAsked] = string.find(string.lower(path), "%.x?html?$");
    return isHtml !== undefined && isAsked === undefined;
}

/** What stands in files of the server, as texts; those that are none, or too long, its agent reads by itself. */
function readFiles(server: Connection, prompt: Prompt): string[] {
    const texts: string[] = [];
    for (const file of prompt.files ?? []) {
        const directory = string.sub(file.absolute, 1, -(file.path.length + 2));
        const [ok, answer] = outcome(() => sendRoute(server, routes.readFile(directory, file.path)));
        const isFile = ok && answer.status === 200 && !isPage(answer, file.path);
        const content = isFile ? answer.body : undefined;
        const isText = content !== undefined && string.find(content, "\0", 1, true)[0] === undefined;
        if (isText && content.length <= MOST_BYTES) table.insert(texts, routes.fileText(file.path, content));
    }
    return texts;
}

/** Sends a prompt and does not wait for its answer. Success means that it is kept, and will run. */
function sendPrompt(server: Connection, sessionId: string, prompt: Prompt): void {
    const attachments: string[] = [];
    for (const text of prompt.attachments ?? []) table.insert(attachments, text);
    for (const text of readFiles(server, prompt)) table.insert(attachments, text);
    const whole = copy({ attachments }, copy(prompt, {} as Prompt));
    const [ok, failure] = outcome(() => {
        callSession(server, sessionId, routes.sendPrompt(sessionId, whole), { isSure: true });
    });
    // The id is ours: with another text it was there before, as a file has changed since.
    if (!ok && failure.code !== "works_now") throw failure;
}

/** Stops what a session does; fine for an idle one. */
function abortSession(server: Connection, sessionId: string): void {
    callSession(server, sessionId, routes.interrupt(sessionId), {});
}

/** Why the last turn of a session has failed, as its log says. */
function getReason(server: Connection, sessionId: string): string {
    const answer = sendRoute(server, routes.readLog(sessionId));
    let reason: string | undefined;
    for (const [data] of string.gmatch(answer.body, "data: ?([^\r\n]+)")) {
        if (string.find(data!, "session.execution.failed", 1, true)[0] !== undefined) {
            const event = readFailed(decode(data!));
            if (event) reason = event.data.error.message ?? event.data.error.type;
        }
    }
    if (reason === undefined) throw fail("not_found", { what: "the session's log tells no reason" });
    return reason;
}

/** Begins something that may be answered when it is done. */
function start(server: Connection, id: string, route: Route): void {
    const [ok, failure] = outcome(() => {
        callSession(server, id, route, { timeout: ARRIVED_SECONDS });
    });
    if (!ok && failure.code !== "timed_out") throw failure;
}

/** What stands in a folder, by its path from the directory. */
function listFiles(server: Connection, directory: string | undefined, path: string): readonly FileEntry[] {
    const found: FileEntry[] = [];
    for (const entry of call(server, routes.listFiles(directory, path), { read: readEntries }).data) {
        const absolute = directory === undefined ? undefined : `${directory}/${entry.path}`;
        found.push({ path: entry.path, type: entry.type, absolute });
    }
    return found;
}

/** Paths from the directory that are like a text. */
function findFiles(server: Connection, directory: string | undefined, text: string): readonly string[] {
    const found: string[] = [];
    for (const entry of call(server, routes.findFiles(directory, text), { read: readEntries }).data)
        found.push(entry.path);
    return found;
}

/** Asks for a list again while it is empty, as each is at first for a folder that nobody has asked for. */
function untilFilled<T>(look: (this: void) => readonly T[]): readonly T[] {
    let found = look();
    for (const _ of $range(2, MOST_LOOKS)) {
        if (found.length > 0) return found;
        sleep(LOOK_SECONDS);
        found = look();
    }
    return found;
}

/** How the lists are read. */
const lists: {
    readonly [K in keyof ListValues]: (
        this: void,
        server: Connection,
        directory: string | undefined,
        sessionId: string | undefined,
    ) => ListValues[K];
} = {
    status: (server) =>
        translateActive(
            call(server, routes.readList("status", undefined), { read: readActive, isSure: true }).data,
        ),
    permissions: waiting.listPermissions,
    questions: waiting.listQuestions,
    providers: (server, directory) =>
        translateModels(
            untilFilled(
                () => call(server, routes.readList("providers", directory), { read: readModels }).data,
            ),
        ),
    agents: (server, directory) =>
        translateAgents(
            untilFilled(() => call(server, routes.readList("agents", directory), { read: readAgents }).data),
        ),
    commands: (server, directory) =>
        untilFilled(() => call(server, routes.readList("commands", directory), { read: readCommands }).data),
    config: (server, directory) => ({ model: sessions.defaultModel(server, directory) }),
};

/** Reads one of the server's lists. */
function readList<K extends keyof ListValues>(
    server: Connection,
    name: K,
    directory: string | undefined,
    sessionId?: string,
): ListValues[K] {
    return lists[name](server, directory, sessionId);
}

const opencode2: Face = {
    dialect,
    health: sessions.health,
    createSession: sessions.createSession,
    getSession: sessions.getSession,
    listSessions: sessions.listSessions,
    renameSession: sessions.renameSession,
    deleteSession: sessions.deleteSession,
    forkSession: sessions.forkSession,
    undo: sessions.undo,
    redo: sessions.redo,
    getChanges: sessions.getChanges,
    beforePrompt: sessions.beforePrompt,
    shareSession: () => sessions.refuse("share a session"),
    unshareSession: () => sessions.refuse("share a session"),
    getTodos: () => sessions.refuse("tell what the agent means to do"),
    getMessages,
    getMessage,
    getReason,
    sendPrompt,
    abortSession,
    // Its own model writes it.
    startCompacting: (server, id) => {
        start(server, id, routes.compact(id));
    },
    startShell: (server, id, _agent, line) => {
        start(server, id, routes.shell(id, line));
    },
    startCommand: (server, id, command: CommandCall) => {
        start(server, id, routes.command(id, command));
    },
    listFiles,
    findFiles,
    answerPermission: waiting.answerPermission,
    answerQuestion: waiting.answerQuestion,
    rejectQuestion: waiting.rejectQuestion,
    readList,
    // It loads what it needs by itself, and can be stopped meanwhile.
    waitUntilLoaded: () => undefined,
};

export = opencode2;
