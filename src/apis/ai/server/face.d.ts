/** What a client needs of a server, whatever it speaks. Every function raises its failure. */
import type { Request, Response } from "../../trapos/http";
import type { Change, FileEntry, ListValues, Message, Session, Todo } from "../protocol";
import type { PermissionReply } from "../ask";
import type { TurnRecord } from "../session";
import type { Loaded, StopEnd } from "../stop";
import type { Action } from "../turn";
import type { WaitOptions } from "../types";
import type { Settings } from "../settings";
import type { CommandCall, Named, Prompt, ServerFile } from "./prompt";

export type { CommandCall, Loaded, Named, Prompt, ServerFile, StopEnd };

/** What a request needs: the settings, and what sends it. */
export interface Connection {
    readonly settings: Settings;
    readonly send: (this: void, request: Request) => Response;
    /** True to go on through Ctrl+T. */
    readonly raw?: boolean;
    /** What was learned of the server. */
    readonly learned: Learned;
}

/** What is learned of a server while a call goes on. */
export interface Learned {
    /** Which opencode it is: 1 or 2. */
    dialect?: Dialect;
    /** Is told when that was found out. */
    note?: (this: void, dialect: Dialect) => void;
    /** Whether a prompt was sent, or may have been. */
    hasSent?: boolean;
    /** Cursors that lead to what comes after a message, by its id (opencode 2). */
    cursors?: Record<string, string | undefined>;
    /** Which of the routes for a list there is, by its name (opencode 2). */
    lists?: Record<string, number | undefined>;
}

/** Which opencode a server is. */
export type Dialect = 1 | 2;

/** How a turn has ended, or that it is not waited for any more. */
export type TurnEnd = Extract<Action, { kind: "done" | "fail" }>;

/** What a server can do. */
export interface Face {
    /**
     * Runs a turn to its end where the server does that itself, and tells how far it is; without it the turn is polled for.
     * @param resumed true for a turn whose prompt was sent before
     * @param writeDown puts the record on the disk, again where it has changed
     */
    readonly runTurn?: (
        this: void,
        server: Connection,
        record: TurnRecord,
        options: WaitOptions,
        resumed: boolean,
        writeDown: (this: void) => void,
    ) => TurnEnd;
    /** Stops what a session does where the server does that itself; without it that is done step by step. */
    readonly stopSession?: (this: void, server: Connection, sessionId: string) => StopEnd;
    /** Which opencode it is; nothing where turns are not polled for. */
    dialect(this: void, server: Connection): Dialect | undefined;
    /** Whether the server is up, and its version. */
    health(this: void, server: Connection): { readonly version: string };
    /** Makes a session. The title is for people. */
    createSession(this: void, server: Connection, title: string): Session;
    /** One session; fails with `session_gone` when the server does not have it. */
    getSession(this: void, server: Connection, id: string): Session;
    /** The newest sessions that no other session opened, newest first. */
    listSessions(
        this: void,
        server: Connection,
        limit: number | undefined,
        search: string | undefined,
    ): readonly Session[];
    /**
     * The newest messages of a session, oldest first.
     * @param after the id of one that was seen: those after it are enough, where the server can be asked for them
     */
    getMessages(
        this: void,
        server: Connection,
        sessionId: string,
        limit: number,
        after?: string,
    ): readonly Message[];
    /** Why the last turn of a session has failed; only of a server whose messages do not always tell it. */
    getReason(this: void, server: Connection, sessionId: string): string;
    /** One message of a session. */
    getMessage(this: void, server: Connection, sessionId: string, id: string): Message;
    /** Prepares a session for what a prompt asks for, where the server keeps that with the session. */
    beforePrompt(this: void, server: Connection, session: Session, prompt: Named): void;
    /** Sends a prompt and does not wait for its answer. Success only means that the server has it. */
    sendPrompt(this: void, server: Connection, sessionId: string, prompt: Prompt): void;
    /** Stops what a session does; fine for an idle one. */
    abortSession(this: void, server: Connection, sessionId: string): void;
    renameSession(this: void, server: Connection, id: string, title: string): Session;
    /** Deletes a session with all that was said in it. */
    deleteSession(this: void, server: Connection, id: string): void;
    /** Makes a session that begins with all that was said in another. */
    forkSession(this: void, server: Connection, id: string): Session;
    /** Takes back all from a prompt on, files among it; fails with `session_busy` while something runs. */
    undo(this: void, server: Connection, id: string, messageId: string): Session;
    /** Brings back all that was taken back. */
    redo(this: void, server: Connection, id: string): Session;
    /** Makes a session readable on the web, at an address that the session then has. */
    shareSession(this: void, server: Connection, id: string): Session;
    unshareSession(this: void, server: Connection, id: string): Session;
    /** What the agent means to do. */
    getTodos(this: void, server: Connection, id: string): readonly Todo[];
    /** What the turn of a prompt has changed. */
    getChanges(this: void, server: Connection, id: string, messageId: string): readonly Change[];
    /** Begins to write a summary that takes the place of what was said. */
    startCompacting(this: void, server: Connection, id: string, model: string): void;
    /** Begins to run a line of the server's shell in the session's folder, whatever permissions say. */
    startShell(this: void, server: Connection, id: string, agent: string, line: string): void;
    /** Begins to run a command of opencode's configuration. */
    startCommand(this: void, server: Connection, id: string, command: CommandCall): void;
    /** What stands in a folder, by its path from the directory. */
    listFiles(
        this: void,
        server: Connection,
        directory: string | undefined,
        path: string,
    ): readonly FileEntry[];
    /** Paths from the directory that are like a text. */
    findFiles(
        this: void,
        server: Connection,
        directory: string | undefined,
        query: string,
    ): readonly string[];
    /**
     * Answers a permission that waits; fails with `not_found` where it does not wait any more.
     * @param message for the model, which goes on then where it is refused; without one a refusal ends its turn
     */
    answerPermission(
        this: void,
        server: Connection,
        id: string,
        reply: PermissionReply,
        message: string | undefined,
        directory: string | undefined,
    ): void;
    /**
     * Answers a question that waits; fails with `not_found` where it does not wait any more.
     * @param answers for each question the labels that were chosen; words of one's own stand for a label
     */
    answerQuestion(
        this: void,
        server: Connection,
        id: string,
        answers: readonly (readonly string[])[],
        directory: string | undefined,
    ): void;
    /** Refuses to answer a question that waits, which ends the turn; fails like `answerQuestion`. */
    rejectQuestion(this: void, server: Connection, id: string, directory: string | undefined): void;
    /**
     * Reads one of the server's lists, each per directory: what its sessions do (only those that are not idle), the
     * permissions and questions that wait for somebody, the providers with their models, or the agents.
     * @param sessionId the session that it is asked for; what waits in it and its subagents' is enough
     */
    readList<K extends keyof ListValues>(
        this: void,
        server: Connection,
        name: K,
        directory: string | undefined,
        sessionId?: string,
    ): ListValues[K];
    /** Waits until the server has loaded something for a directory. */
    waitUntilLoaded(this: void, server: Connection, what: Loaded, directory: string | undefined): void;
}
