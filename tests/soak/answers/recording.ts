/** What was recorded of a real opencode server; see record.ts. */

/** One answer as it came. */
export interface Answered {
    readonly status: number;
    readonly type: string;
    readonly body: string;
}

/** What the server's lists held from a moment on. */
export interface Frame {
    /** Milliseconds after the prompt was sent. */
    readonly at: number;
    readonly messages: readonly unknown[];
    readonly status: Readonly<Record<string, unknown>>;
    readonly permissions: readonly unknown[];
    readonly questions: readonly unknown[];
}

/** A conversation: what was there before its last prompt, and what came then. The prompt's nonce is `NONCE`. */
export interface Scene {
    readonly name: string;
    readonly session: { readonly id: string; readonly directory: string };
    readonly before: Frame;
    readonly frames: readonly Frame[];
    /** After it was stopped, where it waited for somebody. */
    readonly stopped?: Frame;
}

export interface Recording {
    /** Of opencode. */
    readonly version: string;
    readonly scenes: readonly Scene[];
    /** What does not change while a conversation goes on. */
    readonly answers: Readonly<Record<"health" | "sessions" | "agents" | "providers", unknown>>;
    readonly errors: Readonly<Record<string, Answered>>;
}
