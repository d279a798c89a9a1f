/** What a client needs of a server, whatever it speaks. Every function raises its failure. */
import type { Request, Response } from "../../trapos/http";
import type { ListValues, Message, Session } from "../protocol";
import type { Settings } from "../settings";

/** What a request needs: the settings, and what sends it. */
export interface Connection {
    readonly settings: Settings;
    readonly send: (this: void, request: Request) => Response;
    /** True to go on through Ctrl+T. */
    readonly raw?: boolean;
}

/** A prompt as it is sent. */
export interface Prompt {
    readonly text: string;
    readonly nonce: string;
    /** "provider/model" */
    readonly model?: string;
    readonly agent?: string;
    readonly variant?: string;
    readonly system?: string;
}

/** What a server loads when a folder's first turn starts. */
export type Loaded = "providers" | "tools" | "mcp" | "skills";

/** What a server can do. */
export interface Face {
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
    /** The newest messages of a session, oldest first. */
    getMessages(this: void, server: Connection, sessionId: string, limit: number): readonly Message[];
    /** Sends a prompt and does not wait for its answer. Success only means that the server has it. */
    sendPrompt(this: void, server: Connection, sessionId: string, prompt: Prompt): void;
    /** Deletes a session, with all that was said in it. */
    deleteSession(this: void, server: Connection, sessionId: string): void;
    /** Stops what a session does; fine for an idle one. */
    abortSession(this: void, server: Connection, sessionId: string): void;
    /**
     * Reads one of the server's lists, each per directory: what its sessions do (only those that are not idle), the
     * permissions and questions that wait for somebody, the providers with their models, or the agents.
     */
    readList<K extends keyof ListValues>(
        this: void,
        server: Connection,
        name: K,
        directory: string | undefined,
    ): ListValues[K];
    /** Waits until the server has loaded something for a directory. */
    waitUntilLoaded(this: void, server: Connection, what: Loaded, directory: string | undefined): void;
}
