/** What was recorded of a real opencode server; see record.ts. */

/** Routes whose answers do not change while a conversation goes on, and are the same in all of them. */
export const fixedRoutes = [
    "health",
    "sessions",
    "agents",
    "providers",
    "commands",
    "config",
    "renamed",
    "forked",
    "reverted",
    "unreverted",
    "shared",
    "unshared",
    "deleted",
    "todos",
    "changes",
    "files",
    "paths",
    "tools",
    "mcp",
    "skills",
    "accepted",
] as const;
export type FixedRoute = (typeof fixedRoutes)[number];

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
    /** What came after what it waited for was answered. */
    readonly answered?: readonly Frame[];
    /** After it was stopped, where it waited for somebody. */
    readonly stopped?: Frame;
}

export interface Recording {
    /** Of opencode. */
    readonly version: string;
    readonly scenes: readonly Scene[];
    /** What does not change while a conversation goes on, by route. */
    readonly answers: Readonly<Record<FixedRoute, unknown>>;
    readonly errors: Readonly<Record<string, Answered>>;
}
