/**
 * The shapes that opencode's server sends, as far as this client reads them (opencode 1.18.33; older servers leave
 * fields out, so everything that is not needed to work at all is optional).
 */

/** A piece of a message: text, a tool call, a step's end and others. */
export interface Part {
    readonly type: string;
    readonly text?: string;
    /** True for text that the server added, as after an automatic compaction. */
    readonly synthetic?: boolean;
    /** What the sender attached; we put our nonce there. */
    readonly metadata?: { readonly nonce?: string };
    readonly tool?: string;
    readonly callID?: string;
    readonly state?: {
        readonly status: string;
        readonly title?: string;
        readonly input?: { readonly description?: string; readonly command?: string };
        readonly metadata?: { readonly sessionId?: string };
    };
}

/** The model's or the server's own account of why a turn failed. */
export interface MessageError {
    readonly name: string;
    readonly data?: { readonly message?: string; readonly statusCode?: number };
}

export interface MessageInfo {
    readonly id: string;
    readonly role: string;
    /** Assistant messages only: the user message that is answered. */
    readonly parentID?: string;
    readonly time: { readonly created: number; readonly completed?: number };
    readonly finish?: string;
    readonly error?: MessageError;
    /** True on the summary that an automatic compaction writes; `{diffs}` on user messages. */
    readonly summary?: unknown;
    readonly agent?: string;
    /** User messages name their model here, assistant messages in providerID and modelID. */
    readonly model?: { readonly providerID: string; readonly modelID: string };
    readonly providerID?: string;
    readonly modelID?: string;
    readonly cost?: number;
    readonly tokens?: { readonly input: number; readonly output: number; readonly reasoning?: number };
}

export interface Message {
    readonly info: MessageInfo;
    readonly parts: readonly Part[];
}

/** What a session does; the server lists only sessions that are not idle. */
export interface SessionStatus {
    readonly type: "busy" | "retry";
    readonly attempt?: number;
    readonly message?: string;
    /** Epoch milliseconds of the next attempt. */
    readonly next?: number;
}

export interface Session {
    readonly id: string;
    readonly title: string;
    readonly directory: string;
    /** Of a subagent's session: the one that opened it. */
    readonly parentID?: string;
    readonly time: { readonly created: number; readonly updated: number };
}

export interface Permission {
    readonly id: string;
    readonly sessionID: string;
    readonly permission: string;
    readonly patterns?: readonly string[];
    /** The tool call that asks. */
    readonly tool?: { readonly messageID?: string; readonly callID?: string };
}

export interface Question {
    readonly id: string;
    readonly sessionID: string;
    readonly questions: readonly { readonly question: string }[];
    /** The tool call that asks. */
    readonly tool?: { readonly messageID?: string; readonly callID?: string };
}

export interface Provider {
    readonly id: string;
    readonly models: Record<string, unknown>;
}

export interface Agent {
    readonly name: string;
    readonly mode?: string;
    readonly hidden?: boolean;
}

/** The server's lists, by the names that this client gives them. */
export interface ListValues {
    /** By session id; a session that is idle is not in it. */
    readonly status: Record<string, SessionStatus | undefined>;
    readonly permissions: readonly Permission[];
    readonly questions: readonly Question[];
    readonly providers: { readonly providers: readonly Provider[] };
    readonly agents: readonly Agent[];
}
