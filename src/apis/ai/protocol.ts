/**
 * What opencode's server sends, as far as this client reads it (opencode 1.18.33; older servers leave fields out): one
 * table of shapes, from which the types come. Nothing works without the fields that have no question mark. What is
 * shown is a name, a message or a reason, which are one line that fits; what is compared or handed on is a text.
 */
import type { Of } from "../trapos/shapes";

/** A piece of a message: text, a tool call, a step's end and others. */
const part = {
    type: "name",
    "text?": "text",
    /** True for text that the server added, as after an automatic compaction. */
    "synthetic?": "boolean",
    /** What the sender attached; we put our nonce there. */
    "metadata?": { "nonce?": "text" },
    "tool?": "name",
    /** Of any form: the model's provider chooses it. */
    "callID?": "text",
    "state?": {
        status: "name",
        "title?": "message",
        /** What a finished tool gave, or what was printed so far. */
        "output?": "text",
        "input?": { "description?": "message", "command?": "message", "filePath?": "folder" },
        "metadata?": {
            /** Of a task: the subagent's session. */
            "sessionId?": "id",
            /** Of a tool that has written files: which ones. */
            "filepath?": "folder",
            "filediff?": { "file?": "folder" },
            "files?": ["some", { "filePath?": "folder", "relativePath?": "folder" }],
            /** Of a command that has ended. */
            "exit?": "count",
        },
        /** Why it failed. */
        "error?": "reason",
        "time?": { "start?": "time", "end?": "time" },
    },
} as const;

/** The model's or the server's own account of why a turn failed. It has failed even where nothing of this is right. */
const messageError = {
    name: ["either", "name", "no reason given"],
    "data?": { "message?": "reason", "statusCode?": "status" },
} as const;

const cache = { "read?": "count", "write?": "count" } as const;

/** Tokens of a message or of a session. */
const tokens = {
    input: "count",
    output: "count",
    "reasoning?": "count",
    "cache?": cache,
    /** Of a message: all that was in the model's context. */
    "total?": "count",
} as const;

const messageInfo = {
    id: "id",
    /** Beside "user" and "assistant" opencode 2 has "idle", where a turn has ended as `finish` says, "shell" and "other". */
    role: "name",
    time: { created: "time", "completed?": "time" },
    /** Assistant messages only: the user message that is answered. */
    "parentID?": "id",
    "finish?": "name",
    "error?": messageError,
    /** True on the summary that an automatic compaction writes; on user messages a table, which is left out. */
    "summary?": "boolean",
    "agent?": "name",
    /** User messages name their model here, assistant messages in providerID and modelID. */
    "model?": { providerID: "text", modelID: "text" },
    "providerID?": "name",
    "modelID?": "name",
    /** US dollars. */
    "cost?": "amount",
    "tokens?": tokens,
    /** opencode 2 alone: while the model is tried again. */
    "retry?": { "attempt?": "count", "message?": "reason", "next?": "time" },
} as const;

/** A part of no known form is left out; what has such parts alone is no message. */
const message = { info: messageInfo, parts: ["some", part] } as const;

/** A rule of a session; the last one that fits counts. */
const rule = { action: "text", resource: "text", effect: ["choice", "deny", "allow", "ask"] } as const;

const session = {
    id: "id",
    title: "name",
    /** Of a subagent's session: the one that opened it. */
    "parentID?": "id",
    time: { created: "time", updated: "time" },
    /** Where its tools work. */
    directory: "folder",
    /** The model and agent of its last prompt. */
    "model?": { id: "text", providerID: "text", "variant?": "text" },
    "agent?": "name",
    /** US dollars and tokens of all its turns (1.18 and later). */
    "cost?": "amount",
    "tokens?": tokens,
    /** After an undo: the first message that is undone, though it is still listed. */
    "revert?": { messageID: "id" },
    /** opencode 2 alone: what its agent may do. */
    "rules?": ["some", rule],
    /** opencode 2 alone: how its last turn has ended ("succeeded", "failed" or "interrupted"), and when. */
    "ended?": { outcome: "name", at: "time" },
    "share?": { url: "text" },
} as const;

/** What a session does. One of which anything else is said than these words is busy. */
const sessionStatus = {
    type: ["choice", "busy", "retry", "idle"],
    "attempt?": "count",
    "message?": "reason",
    /** When the next attempt is. */
    "next?": "time",
} as const;

/** The tool call that asks. */
const caller = { "messageID?": "id", "callID?": "text" } as const;

const permission = {
    id: "id",
    sessionID: "id",
    /** The kind of tool. An ask that does not say it is still an ask. */
    permission: ["either", "name", "a tool"],
    "patterns?": ["some", "long"],
    /** The patterns that would be allowed from then on. */
    "always?": ["some", "long"],
    /** True where they would be even when opencode is restarted, as with opencode 2. */
    "isForGood?": "boolean",
    "metadata?": {
        "command?": "long",
        "filepath?": "long",
        /** A unified one. */
        "diff?": "long",
        "url?": "long",
        "description?": "long",
    },
    "tool?": caller,
} as const;

/** What is sent back as an answer is its label, so that it is whole. */
const option = { label: "text", "description?": "long" } as const;

const question = {
    id: "id",
    sessionID: "id",
    questions: [
        "some",
        {
            question: "long",
            "header?": "name",
            "options?": ["some", option],
            "multiple?": "boolean",
            /** False where one of the options has to be chosen. opencode leaves out what it is by itself, which is true. */
            "custom?": "boolean",
            /** "number" or "integer" where the answer is one (opencode 2). */
            "kind?": "name",
        },
    ],
    "tool?": caller,
} as const;

/** A model; its name among its provider's is its id. */
const model = {
    "name?": "name",
    /** Tokens. */
    "limit?": { "context?": "count", "output?": "count" },
    /** US dollars for a million tokens. */
    "cost?": { "input?": "amount", "output?": "amount" },
    "variants?": ["record", "present"],
} as const;

const provider = { id: "text", models: ["record", model] } as const;

const agent = { name: "text", "description?": "message", "mode?": "name", "hidden?": "boolean" } as const;

const command = { name: "text", "description?": "message" } as const;

const todo = { content: "message", status: "name", "priority?": "name" } as const;

/** What a turn, or what the folder's version control, has changed of a file. */
const change = {
    file: "message",
    "additions?": "count",
    "deletions?": "count",
    "status?": "name",
    /** A unified diff. */
    "patch?": "text",
} as const;

/** What stands in a folder of the server. */
const fileEntry = { path: "text", type: "name", "absolute?": "text" } as const;

/** What a server says where it refuses: opencode 1 has `name` and `data`, opencode 2 `_tag` and `message`. */
const refusal = {
    "name?": "name",
    "_tag?": "name",
    "message?": "reason",
    "data?": { "message?": "reason", "path?": "message", "kind?": "name" },
} as const;

/** The server's lists, by the names that this client gives them; entries that are wrong are left out. */
export const lists = {
    /** By session id; a session that is idle is not in it. */
    status: ["record", sessionStatus],
    permissions: ["some", permission],
    questions: ["some", question],
    providers: { providers: ["some", provider] },
    agents: ["some", agent],
    commands: ["some", command],
    /** The configured model ("provider/model"). */
    config: { "model?": "text" },
} as const;

/** Answers about one thing, or about sessions and their messages. */
export const answers = {
    health: { version: "name" },
    session,
    /** Sessions that lack one of these are left out. */
    sessions: ["some", session],
    message,
    /** All or none: without one of them another would be taken for the newest. */
    messages: ["list", message],
    refusal,
    todos: ["some", todo],
    changes: ["some", change],
    files: ["some", fileEntry],
    /** Paths from the session's folder. */
    paths: ["some", "text"],
} as const;

/** What a request's sender gives back; a stand-in for it may give anything. */
export const response = {
    headers: ["record", "text"],
    body: "text",
    "status?": "status",
    "reason?": "message",
} as const;

export type Part = Of<typeof part>;
export type Message = Of<typeof message>;
export type SessionStatus = Of<typeof sessionStatus>;
export type Session = Of<typeof session>;
export type Permission = Of<typeof permission>;
export type Question = Of<typeof question>;
export type Model = Of<typeof model>;
export type Agent = Of<typeof agent>;
export type Todo = Of<typeof todo>;
export type Change = Of<typeof change>;
export type FileEntry = Of<typeof fileEntry>;
export type ListValues = { readonly [K in keyof typeof lists]: Of<(typeof lists)[K]> };
