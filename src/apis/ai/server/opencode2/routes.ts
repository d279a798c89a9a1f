/**
 * The routes of opencode 2's HTTP server that are used here, each as the request that it takes (2.0.22, from its
 * published protocol: none was run by us). Pure: whoever sends one writes its path, its query and its body in its own
 * world.
 */
import type { PermissionReply } from "../../ask";
import type { ListValues } from "../../protocol";
import type { CommandCall, Prompt } from "../prompt";
import { modelParts, namesOf, type Route } from "../route";
import { askParts } from "./asks";
import type { Answers } from "./forms";
import { promptId } from "./promptid";
import type { Rule } from "./rules";

/** The most messages that one request brings, and the number that is asked for where nothing is said. */
export const MOST_MESSAGES = 200;
/** How many paths are asked for. */
const MOST_PATHS = 100;

/** The query that names a folder; an absolute path, or opencode's own folder where nothing is named. */
function at(directory: string | undefined): Record<string, string | undefined> {
    return { "location[directory]": directory };
}

/** A model as opencode 2 names it; nothing for what is no "provider/model". */
function modelIn(model: string | undefined, variant: string | undefined): object | undefined {
    const parts = modelParts(model);
    return parts && { providerID: parts.providerID, id: parts.modelID, variant };
}

/** What a new session is like. */
export interface NewSession {
    /** For people. */
    readonly title: string;
    /** Where its tools work; the server's own folder when absent. */
    readonly directory?: string;
    /** What its agent may do; what the server's configuration says when absent. */
    readonly rules?: readonly Rule[];
}

/** Makes a session. */
export function createSession(given: NewSession): Route {
    const directory = given.directory;
    const body = {
        title: given.title,
        location: directory === undefined ? undefined : { directory },
        permissions: given.rules,
    };
    return { path: ["api", "session"], body };
}

export function getSession(id: string): Route {
    return { path: ["api", "session", id] };
}

/** The newest sessions that no other session opened, newest first. */
export function listSessions(
    limit: number | undefined,
    search: string | undefined,
    directory: string | undefined,
): Route {
    return { path: ["api", "session"], query: { limit, search, parentID: "null", directory } };
}

/** The sessions that a session has opened for subagents. */
export function listChildren(id: string): Route {
    return { path: ["api", "session"], query: { parentID: id } };
}

/** The newest messages of a session, newest first: at most 200. */
export function getMessages(sessionId: string, limit: number): Route {
    return { path: ["api", "session", sessionId, "message"], query: { limit } };
}

/**
 * A page of messages beside another: the `previous` cursor of a page that begins with the newest leads to what came after
 * it, newest first, the `next` one to what came before.
 */
export function getMessagesAt(sessionId: string, limit: number, cursor: string): Route {
    return { path: ["api", "session", sessionId, "message"], query: { limit, cursor } };
}

export function getMessage(sessionId: string, id: string): Route {
    return { path: ["api", "session", sessionId, "message", id] };
}

/** A file of the server as a text that goes along with a prompt. */
export function fileText(path: string, content: string): string {
    return `<file path="${path}">\n${content}\n</file>`;
}

/**
 * All that the model reads of a prompt: opencode 2 has neither instructions of a single prompt nor parts of it, so that what
 * goes along stands behind it.
 */
function textOf(prompt: Prompt): string {
    let text = prompt.text;
    for (const attached of prompt.attachments ?? []) text += `\n\n${attached}`;
    if (prompt.system !== undefined) text += `\n\n${prompt.system}`;
    return text;
}

/**
 * Sends a prompt, whose message's id has its nonce. Sent again with the same id and the same text it is not run
 * once more; with another text it is 409. An answer means that it is kept, and will run. Files of the server have to be read
 * before, and be among what is attached: those that are named alone a provider may refuse, as 1.18.33's preview does.
 */
export function sendPrompt(sessionId: string, prompt: Prompt): Route {
    const text = textOf(prompt);
    const body = {
        id: promptId(sessionId, prompt.nonce),
        text,
        // What was typed, for whoever reads it again.
        metadata: text === prompt.text ? undefined : { said: prompt.text },
    };
    return { path: ["api", "session", sessionId, "prompt"], body };
}

/** Has another model answer from the next prompt on. One that is not there is taken, too. */
export function setModel(id: string, model: string, variant: string | undefined): Route {
    return { path: ["api", "session", id, "model"], body: { model: modelIn(model, variant) } };
}

/** Has another agent answer from the next prompt on. One that is not there is taken, too. */
export function setAgent(id: string, agent: string): Route {
    return { path: ["api", "session", id, "agent"], body: { agent } };
}

/** Stops what a session does; fine for an idle one. */
export function interrupt(sessionId: string): Route {
    return { path: ["api", "session", sessionId, "interrupt"], method: "POST" };
}

export function renameSession(id: string, title: string): Route {
    return { path: ["api", "session", id], method: "PATCH", body: { title } };
}

/** Has other rules hold for a session than those before. */
export function setRules(id: string, rules: readonly Rule[]): Route {
    return { path: ["api", "session", id], method: "PATCH", body: { permissions: rules } };
}

/** Deletes a session with all that was said in it, and those that it opened for subagents. */
export function deleteSession(id: string): Route {
    return { path: ["api", "session", id], method: "DELETE" };
}

/** Makes a session that begins with all that was said in another. */
export function forkSession(id: string): Route {
    return { path: ["api", "session", id, "fork"], body: {} };
}

/** Takes back all from a prompt on, files among it, so that it can still come back. 409 where the session works. */
export function stageUndo(id: string, messageId: string): Route {
    return { path: ["api", "session", id, "revert", "stage"], body: { messageID: messageId, files: true } };
}

/** Brings back all that was taken back; refused as `stageUndo` is. */
export function clearUndo(id: string): Route {
    return { path: ["api", "session", id, "revert"], method: "DELETE" };
}

/** The same for the betas, and for the preview of 1.18.33. */
export function clearUndoBefore(id: string): Route {
    return { path: ["api", "session", id, "revert", "clear"], method: "POST" };
}

/** Takes back for good what was taken back. */
export function commitUndo(id: string): Route {
    return { path: ["api", "session", id, "revert", "commit"], method: "POST" };
}

/** What the turn of a prompt has changed. */
export function getChanges(id: string, messageId: string): Route {
    return { path: ["api", "session", id, "diff"], query: { from: messageId } };
}

/** Has a summary written that takes the place of what was said. */
export function compact(id: string): Route {
    return { path: ["api", "session", id, "compact"], body: {} };
}

/** Runs a line of the server's shell in the session's folder, whatever permissions say. */
export function shell(id: string, line: string): Route {
    return { path: ["api", "session", id, "shell"], body: { command: line } };
}

/** Runs a command of opencode's configuration. 404 for one of no known name. */
export function command(id: string, call: CommandCall): Route {
    return { path: ["api", "session", id, "command"], body: { name: call.name, text: call.arguments } };
}

/** What stands in a folder, by its path from the directory. */
export function listFiles(directory: string | undefined, path: string): Route {
    return { path: ["api", "fs", "list"], query: { path, "location[directory]": directory } };
}

/** Paths from the directory that are like a text. */
export function findFiles(directory: string | undefined, text: string): Route {
    const query = { query: text, type: "file", limit: MOST_PATHS, "location[directory]": directory };
    return { path: ["api", "fs", "find"], query };
}

/** What stands in a file, by its path from the directory: its bytes, as they are. */
export function readFile(directory: string | undefined, path: string): Route {
    const names = ["api", "fs", "read"];
    for (const name of namesOf(path)) names.push(name);
    return { path: names, query: at(directory) };
}

/** The permissions that one session waits for; those of its subagents are theirs. */
export function sessionPermissions(sessionId: string): Route {
    return { path: ["api", "session", sessionId, "permission"] };
}

/** The forms that one session waits for. */
export function sessionForms(sessionId: string): Route {
    return { path: ["api", "session", sessionId, "form"] };
}

/** Answers a permission that waits. 404 where it does not wait any more. */
export function answerPermission(ask: string, reply: PermissionReply, message: string | undefined): Route {
    const parts = askParts(ask);
    const body = { decision: reply, message };
    return { path: ["api", "session", parts.sessionId, "permission", parts.id, "reply"], body };
}

/** The same for the betas (published protocol), and for the preview of 1.18.33. */
export function answerPermissionBefore(
    ask: string,
    reply: PermissionReply,
    message: string | undefined,
): Route {
    const parts = askParts(ask);
    return {
        path: ["api", "session", parts.sessionId, "permission", parts.id, "reply"],
        body: { reply, message },
    };
}

/** Fills a form in that waits. 404 or 409 where it does not wait any more, 400 for what it does not take. */
export function answerForm(ask: string, answers: Answers): Route {
    const parts = askParts(ask);
    return {
        path: ["api", "session", parts.sessionId, "form", parts.id, "reply"],
        body: { answer: answers },
    };
}

/** Refuses to fill a form in, which ends the turn. */
export function dismissForm(ask: string): Route {
    const parts = askParts(ask);
    return { path: ["api", "session", parts.sessionId, "form", parts.id], method: "DELETE" };
}

/** The same for servers before 2.0.22 (published protocol of the betas). */
export function cancelForm(ask: string): Route {
    const parts = askParts(ask);
    return { path: ["api", "session", parts.sessionId, "form", parts.id, "cancel"], method: "POST" };
}

/** Where the lists of a folder are; what the sessions do is one list for all folders. */
const LISTS: { readonly [K in keyof ListValues]: readonly string[] } = {
    status: ["api", "session", "active"],
    permissions: ["api", "permission", "request"],
    questions: ["api", "form"],
    providers: ["api", "model"],
    agents: ["api", "agent"],
    commands: ["api", "command"],
    config: ["api", "model", "default"],
};

/** One of the server's lists. */
export function readList(name: keyof ListValues, directory: string | undefined): Route {
    return name === "status" ? { path: LISTS.status } : { path: LISTS[name], query: at(directory) };
}

/** All forms of a folder, for servers before 2.0.22 (published protocol of the betas). */
export function olderForms(directory: string | undefined): Route {
    return { path: ["api", "form", "request"], query: at(directory) };
}

/** What has happened in a session, as events: its answer is SSE text that ends by itself. Nothing else tells why a turn failed that had no step. */
export function readLog(sessionId: string): Route {
    return { path: ["api", "experimental", "session", sessionId, "log"] };
}
