/**
 * The routes of opencode 1's HTTP server that are used here, each as the request that it takes (1.18.33). Pure: whoever
 * sends one writes its path, its query and its body in its own world.
 */
import type { PermissionReply } from "../../ask";
import type { ListValues } from "../../protocol";
import type { PermissionRule } from "../../profile";
import type { Loaded } from "../../stop";
import type { CommandCall, Prompt, ServerFile } from "../prompt";
import { fileAddress, modelParts, type Encode, type Route } from "../route";

/** How many paths are asked for. */
const MOST_PATHS = 100;

/** What the server is, and its version. */
export function health(): Route {
    return { path: ["global", "health"] };
}

/**
 * Makes a session. The title is for people.
 * @param permission what its agent may do; what the server's configuration says when absent
 */
export function createSession(
    title: string,
    directory: string | undefined,
    permission?: readonly PermissionRule[],
): Route {
    return { path: ["session"], query: { directory }, body: { title, permission } };
}

export function getSession(id: string): Route {
    return { path: ["session", id] };
}

/** The newest sessions that no other session opened, newest first. */
export function listSessions(
    limit: number | undefined,
    search: string | undefined,
    directory: string | undefined,
): Route {
    return { path: ["session"], query: { limit, search, roots: "true", directory } };
}

/** The newest messages of a session, oldest first. Always with a limit: the whole list grows with every turn. */
export function getMessages(sessionId: string, limit: number): Route {
    return { path: ["session", sessionId, "message"], query: { limit } };
}

export function getMessage(sessionId: string, id: string): Route {
    return { path: ["session", sessionId, "message", id] };
}

/** A file of the server as a part of a prompt: opencode reads it and puts what it says beside the prompt (1.18.33). */
function partOfFile(file: ServerFile, encode: Encode): object {
    return { type: "file", mime: "text/plain", url: fileAddress(file.absolute, encode), filename: file.path };
}

/**
 * Sends a prompt; the answer (204) comes at once and proves nothing: an unknown model or agent is taken, too. It carries
 * no messageID, which makes servers up to 1.18.14 loop and all of them ignore an id that was used before; the nonce in
 * the first part's metadata marks it instead. What is attached is "synthetic", as all is that nobody has typed.
 * @param encode writes a text for a part of an address
 */
export function sendPrompt(sessionId: string, prompt: Prompt, encode: Encode): Route {
    const parts: object[] = [{ type: "text", text: prompt.text, metadata: { nonce: prompt.nonce } }];
    for (const text of prompt.attachments ?? []) parts.push({ type: "text", text, synthetic: true });
    for (const file of prompt.files ?? []) parts.push(partOfFile(file, encode));
    const body = {
        parts,
        agent: prompt.agent,
        variant: prompt.variant,
        system: prompt.system,
        model: modelParts(prompt.model),
    };
    return { path: ["session", sessionId, "prompt_async"], body };
}

/** Stops what a session does; fine for an idle one. */
export function abortSession(sessionId: string): Route {
    return { path: ["session", sessionId, "abort"], body: {} };
}

export function renameSession(id: string, title: string): Route {
    return { path: ["session", id], method: "PATCH", body: { title } };
}

/** Deletes a session with all that was said in it. */
export function deleteSession(id: string): Route {
    return { path: ["session", id], method: "DELETE" };
}

/** Makes a session that begins with all that was said in another. */
export function forkSession(id: string): Route {
    return { path: ["session", id, "fork"], body: {} };
}

/** Makes a session readable on the web. Fails with 500 where the configuration says "share": "disabled". */
export function shareSession(id: string): Route {
    return { path: ["session", id, "share"], body: {} };
}

export function unshareSession(id: string): Route {
    return { path: ["session", id, "share"], method: "DELETE" };
}

/**
 * Takes back all from a prompt on, files among it. The messages stay listed until the next prompt. A session that works
 * refuses that: 409, or 400 on 1.14.41 and 500 on 1.2.27.
 */
export function undo(id: string, messageId: string): Route {
    return { path: ["session", id, "revert"], body: { messageID: messageId } };
}

/** Brings back all that was taken back; refused as `undo` is. */
export function redo(id: string): Route {
    return { path: ["session", id, "unrevert"], body: {} };
}

/** What the agent means to do. */
export function getTodos(id: string): Route {
    return { path: ["session", id, "todo"] };
}

/** What the turn of a prompt has changed. Without the prompt's id opencode tells nothing. */
export function getChanges(id: string, messageId: string): Route {
    return { path: ["session", id, "diff"], query: { messageID: messageId } };
}

/** Writes a summary that takes the place of what was said. Answered when it is written. */
export function compact(id: string, model: string): Route {
    return { path: ["session", id, "summarize"], body: modelParts(model) ?? {} };
}

/** Runs a line of the server's shell in the session's folder, whatever permissions say. Answered when it has ended. */
export function shell(id: string, agent: string, line: string): Route {
    return { path: ["session", id, "shell"], body: { agent, command: line } };
}

/** Runs a command of opencode's configuration. Answered when it has ended; one of no known name is 500. */
export function command(id: string, call: CommandCall): Route {
    const body = {
        command: call.name,
        arguments: call.arguments,
        model: call.model,
        agent: call.agent,
        variant: call.variant,
    };
    return { path: ["session", id, "command"], body };
}

/** What stands in a folder, by its path from the directory. One that is not there is 500. */
export function listFiles(directory: string | undefined, path: string): Route {
    return { path: ["file"], query: { path, directory } };
}

/** Paths from the directory that are like a text; none where the server has no ripgrep. */
export function findFiles(directory: string | undefined, text: string): Route {
    return { path: ["find", "file"], query: { query: text, directory, limit: MOST_PATHS } };
}

/** Answers a permission that waits. */
export function answerPermission(
    id: string,
    reply: PermissionReply,
    message: string | undefined,
    directory: string | undefined,
): Route {
    return { path: ["permission", id, "reply"], query: { directory }, body: { reply, message } };
}

/**
 * Answers a question that waits.
 * @param answers for each question the labels that were chosen: lists that stay lists as JSON where they are empty
 */
export function answerQuestion(
    id: string,
    answers: readonly (readonly string[])[],
    directory: string | undefined,
): Route {
    return { path: ["question", id, "reply"], query: { directory }, body: { answers } };
}

/** Refuses to answer a question that waits. */
export function rejectQuestion(id: string, directory: string | undefined): Route {
    return { path: ["question", id, "reject"], query: { directory }, body: {} };
}

/** Where the lists of a directory are. */
const LISTS: { readonly [K in keyof ListValues]: readonly string[] } = {
    status: ["session", "status"],
    permissions: ["permission"],
    questions: ["question"],
    providers: ["config", "providers"],
    agents: ["agent"],
    commands: ["command"],
    config: ["config"],
};

/** One of the server's lists. */
export function readList(name: keyof ListValues, directory: string | undefined): Route {
    return { path: LISTS[name], query: { directory } };
}

/** Where opencode tells of what it loads. */
const LOADED: Readonly<Record<Loaded, readonly string[]>> = {
    providers: ["config", "providers"],
    tools: ["experimental", "tool", "ids"],
    mcp: ["mcp"],
    skills: ["skill"],
};

/** Loads what is not there yet for a directory, and is answered when that is done: MCP servers may take seconds. */
export function waitUntilLoaded(what: Loaded, directory: string | undefined): Route {
    return { path: LOADED[what], query: { directory } };
}
