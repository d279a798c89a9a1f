/**
 * What an opencode can do, for programs in Node: the face that a computer has of it (src/apis/ai/server/face.d.ts), by the
 * same routes, the same shapes and the same codes. Every function rejects with an `OpencodeFailure`, or with the reason
 * of the signal that stopped it.
 */
import type { PermissionReply } from "../../../src/apis/ai/ask.ts";
import type { Change, FileEntry, ListValues, Message, Session, Todo } from "../../../src/apis/ai/protocol.ts";
import type { CommandCall, Prompt } from "../../../src/apis/ai/server/prompt.ts";
import type { Loaded } from "../../../src/apis/ai/stop.ts";
import { client1 } from "./client1.ts";
import { client2 } from "./client2.ts";
import { httpOf, type HttpOptions } from "./http.ts";
import type { ListedMessage } from "./listed.ts";
import type { PermissionRule } from "./permission-rules.ts";
import { type Dialect, dialectOf } from "./version.ts";

export type { PermissionRule };

/** Which server, and how it is asked. */
export interface ClientOptions extends HttpOptions {
    /**
     * What the server says of its version, by which it is known what it speaks. Without it that is opencode 1: a client sends
     * nothing by itself, so that it cannot look. One that speaks with the wrong one fails with `other_opencode`.
     */
    readonly version?: string;
}

/** What a new session is like. */
export interface SessionOptions {
    /** Where its tools work; the server's own directory when absent. */
    readonly directory?: string;
    /** Rules that win over the server's. */
    readonly permission?: readonly PermissionRule[];
}

/** What asks a server. What opencode 2 has not fails with `not_in_opencode_2` there. */
export interface OpencodeClient {
    /** Where the server is. */
    readonly url: string;
    /** What it is asked in. */
    readonly dialect: Dialect;

    /** Whether the server is up, and its version. */
    health(): Promise<{ readonly version: string }>;

    /** Makes a session. The title is for people. */
    createSession(title: string, created?: SessionOptions): Promise<Session>;

    /** One session; fails with `session_gone` when the server does not have it. */
    getSession(id: string): Promise<Session>;

    /** The newest sessions that no other session opened, newest first. */
    listSessions(
        most: number | undefined,
        search: string | undefined,
        directory?: string,
    ): Promise<readonly Session[]>;

    /** The sessions that a session has opened for subagents. */
    children(id: string): Promise<readonly Session[]>;

    /**
     * The newest messages of a session, oldest first; 0 stands for all of them. Like the four below it fails where there is no
     * such session: with `not_found` at opencode 1, with `session_gone` at opencode 2.
     * @param after the id of one that was seen: those after it are enough, where the server can be asked for them
     */
    getMessages(sessionId: string, most: number, after?: string): Promise<readonly Message[]>;

    /** The same with ids of all parts, for who compares them with what the stream said. */
    listMessages(sessionId: string, most: number): Promise<readonly ListedMessage[]>;

    /** One message of a session. */
    getMessage(sessionId: string, id: string): Promise<Message>;

    /** Sends a prompt and does not wait for its answer. Success only means that the server has it. */
    sendPrompt(sessionId: string, prompt: Prompt): Promise<void>;

    /** Stops what a session does; fine for an idle one. */
    abortSession(sessionId: string): Promise<void>;

    /** Why the last turn of a session has failed, where the messages do not tell; fails with `not_found` where nothing does. */
    getReason(sessionId: string): Promise<string>;

    renameSession(id: string, title: string): Promise<Session>;

    /** The rules that a session has of its own, in their order. */
    getPermission(id: string): Promise<readonly PermissionRule[]>;

    /**
     * Gives a session rules that win over those that it has: opencode 1 adds them behind those and takes none away (1.18.33),
     * opencode 2 puts them in their place.
     * @returns all its rules, read back from the server. Where opencode 2 has exactly what these rules are there, these
     */
    setPermission(id: string, rules: readonly PermissionRule[]): Promise<readonly PermissionRule[]>;

    /** Deletes a session with all that was said in it. */
    deleteSession(id: string): Promise<void>;

    /** Makes a session that begins with all that was said in another. It has none of that one's rules (1.18.33). */
    forkSession(id: string): Promise<Session>;

    /** Takes back all from a prompt on, files among it; fails with `works_now` while something runs. */
    undo(id: string, messageId: string): Promise<Session>;

    /** Brings back all that was taken back; fails like `undo`. */
    redo(id: string): Promise<Session>;

    /** Makes a session readable on the web, at an address that the session then has. */
    shareSession(id: string): Promise<Session>;

    unshareSession(id: string): Promise<Session>;

    /** What the agent means to do. */
    getTodos(id: string): Promise<readonly Todo[]>;

    /** What the turn of a prompt has changed. */
    getChanges(id: string, messageId: string): Promise<readonly Change[]>;

    /**
     * Writes a summary that takes the place of what was said. Like the two below it resolves when all is done,
     * however long that takes, fails with `works_now` where the session is at work, and goes on at the server when
     * the signal stops the waiting.
     */
    startCompacting(id: string, model: string, signal?: AbortSignal): Promise<void>;

    /** Runs a line of the server's shell in the session's folder, whatever permissions say. */
    startShell(id: string, agent: string, line: string, signal?: AbortSignal): Promise<void>;

    /** Runs a command of opencode's configuration. */
    startCommand(id: string, command: CommandCall, signal?: AbortSignal): Promise<void>;

    /** What stands in a folder, by its path from the directory. */
    listFiles(directory: string | undefined, path: string): Promise<readonly FileEntry[]>;

    /** Paths from the directory that are like a text. */
    findFiles(directory: string | undefined, text: string): Promise<readonly string[]>;

    /**
     * Answers a permission that waits; fails with `not_found` where it does not wait any more.
     * @param message for the model, which goes on then where it is refused; without one a refusal ends its turn
     */
    answerPermission(
        id: string,
        reply: PermissionReply,
        message: string | undefined,
        directory: string | undefined,
    ): Promise<void>;

    /**
     * Answers a question that waits; fails with `not_found` where it does not wait any more.
     * @param chosen for each question the labels that were chosen; words of one's own stand for a label
     */
    answerQuestion(
        id: string,
        chosen: readonly (readonly string[])[],
        directory: string | undefined,
    ): Promise<void>;

    /** Refuses to answer a question that waits, which ends the turn; fails like `answerQuestion`. */
    rejectQuestion(id: string, directory: string | undefined): Promise<void>;

    /** Reads one of the server's lists, each per directory. */
    readList<K extends keyof ListValues>(name: K, directory: string | undefined): Promise<ListValues[K]>;

    /** Waits until the server has loaded something for a directory: MCP servers may take seconds. */
    waitUntilLoaded(what: Loaded, directory: string | undefined): Promise<void>;

    /** Ends all that the server has loaded and runs for a directory; the next request loads it anew. */
    dispose(directory: string | undefined): Promise<void>;

    /**
     * Opens the stream of all that happens on the server, which never ends by itself.
     * @returns its bytes; they end, or are torn off with an error, when the connection does
     */
    events(signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/**
 * Makes a client. It sends nothing by itself.
 * @param options which server, what it is, and how it is asked
 */
export function opencodeClient(options: ClientOptions): OpencodeClient {
    const dialect = dialectOf(options.version);
    const http = httpOf(options, dialect);
    return dialect === 2 ? client2(http) : client1(http);
}
