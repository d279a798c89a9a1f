/**
 * What opencode 2's server sends, as far as it is read here (published protocol of 2.0.17 and later): one table of shapes,
 * from which the types come. What it means is translated by translate.ts into the shapes of /apis/ai/protocol, which are
 * those of opencode 1. Pure.
 */
import type { Of } from "../../../trapos/shapes";

/** A model as a session or a message names it. */
const modelName = { id: "text", providerID: "text", "variant?": "text" } as const;

/** Why something failed. It has failed even where nothing of this is right. */
const error = { type: ["either", "name", "unknown"], "message?": "reason", "status?": "status" } as const;

const tokens = {
    input: "count",
    output: "count",
    "reasoning?": "count",
    "cache?": { "read?": "count", "write?": "count" },
} as const;

/** A piece of what a tool gave. */
const toolContent = { type: "name", "text?": "text" } as const;

/** A piece of an assistant's message: text, reasoning or a tool call. */
const content = {
    type: "name",
    "text?": "text",
    /** Of a tool call; the model's provider chooses it. */
    "id?": "text",
    "name?": "name",
    "state?": {
        status: "name",
        /** A text while it is being written. */
        "input?": {
            "description?": "message",
            "command?": "message",
            "filePath?": "folder",
            "path?": "folder",
        },
        "content?": ["some", toolContent],
        "metadata?": {
            /** Of a subagent: its session. */
            "sessionID?": "id",
            "sessionId?": "id",
            "filepath?": "folder",
            "exit?": "count",
        },
        "error?": error,
    },
    "time?": { "created?": "time", "ran?": "time", "completed?": "time" },
} as const;

/** A message of any type. */
const message = {
    id: "id",
    type: "name",
    time: { created: "time", "completed?": "time" },
    "text?": "text",
    "metadata?": { "said?": "text" },
    "agent?": "name",
    "model?": modelName,
    "content?": ["some", content],
    "finish?": "name",
    /** US dollars. */
    "cost?": "amount",
    "tokens?": tokens,
    "error?": error,
    /** While the model is tried again. */
    "retry?": { attempt: "count", "at?": "time", "error?": error },
    /** Of a record that the session has become idle. */
    "outcome?": "name",
    /** Of a summary, or of a line of the shell. */
    "status?": "name",
    "command?": "text",
    "exit?": "count",
    /** Of a line of the shell: what it printed. */
    "output?": { "output?": "text" },
} as const;

const rule = { action: "text", resource: "text", effect: ["choice", "deny", "allow", "ask"] } as const;

const session = {
    id: "id",
    "title?": "name",
    "parentID?": "id",
    time: { created: "time", updated: "time", "idle?": "time" },
    /** How its last turn has ended. */
    "outcome?": "name",
    location: { directory: "folder" },
    "model?": modelName,
    "agent?": "name",
    "cost?": "amount",
    "tokens?": tokens,
    /** What was taken back, and can still come back. */
    "revert?": { messageID: "id" },
    "permissions?": ["some", rule],
} as const;

/** Of a tool call that needs a permission. Servers before 2.0.22 call the call's id `callID`. */
const permission = {
    id: "id",
    sessionID: "id",
    /** The kind of tool. An ask that does not say it is still an ask. */
    action: ["either", "name", "a tool"],
    "resources?": ["some", "long"],
    /** The patterns that would be allowed from then on. */
    "save?": ["some", "long"],
    "metadata?": {
        "command?": "long",
        "filepath?": "long",
        "diff?": "long",
        "url?": "long",
        "description?": "long",
    },
    "source?": { "messageID?": "id", "callID?": "text", "id?": "text" },
} as const;

/** A condition under which a field is to be filled in. */
const condition = { key: "text", op: "name", value: "any" } as const;

/** A field of a form. */
const field = {
    key: "text",
    type: "name",
    "title?": "name",
    "description?": "long",
    "options?": ["some", { value: "text", label: "text", "description?": "long" }],
    /** True where words of one's own are an answer, too. */
    "custom?": "boolean",
    "required?": "boolean",
    "hidden?": "boolean",
    /** Conditions on fields before it, which all have to hold. */
    "when?": ["some", condition],
    "url?": "long",
} as const;

const form = {
    id: "id",
    sessionID: "id",
    "title?": "name",
    /** Of a form that is a web page to be opened (betas). */
    "url?": "long",
    "metadata?": { "callID?": "text" },
    "fields?": ["some", field],
} as const;

/** A model that there is. */
const model = {
    id: "text",
    providerID: "text",
    "name?": "name",
    "enabled?": "boolean",
    "limit?": { "context?": "count", "output?": "count" },
    /** US dollars for a million tokens, by how much is asked. */
    "cost?": ["some", { "input?": "amount", "output?": "amount" }],
    "variants?": ["some", { id: "text" }],
} as const;

const agent = { id: "text", "description?": "message", "mode?": "name", "hidden?": "boolean" } as const;

const change = {
    file: "message",
    "additions?": "count",
    "deletions?": "count",
    "status?": "name",
    "patch?": "text",
} as const;

/** What the server answers, each behind `data`. */
export const answers = {
    information: { version: "name" },
    session: { data: session },
    /** Sessions that lack something are left out. */
    sessions: { data: ["some", session] },
    message: { data: message },
    /** All or none: without one of them another would be taken for the newest. */
    messages: { data: ["list", message], "cursor?": { "previous?": "text", "next?": "text" } },
    permissions: { data: ["some", permission] },
    forms: { data: ["some", form] },
    changes: { data: ["some", change] },
    files: { data: ["some", { path: "text", type: "name" }] },
    interrupted: { "interrupted?": "boolean" },
    /** By session; one that does nothing is not in it. */
    active: { data: ["record", { type: "name" }] },
    models: { data: ["some", model] },
    defaultModel: { "data?": modelName },
    agents: { data: ["some", agent] },
    commands: { data: ["some", { name: "text", "description?": "message" }] },
    /** Where it refuses. */
    refusal: { "_tag?": "name", "message?": "reason", "name?": "name", "data?": { "message?": "reason" } },
} as const;

export type Message2 = Of<typeof message>;
export type Content2 = Of<typeof content>;
export type Session2 = Of<typeof session>;
export type Permission2 = Of<typeof permission>;
export type Form2 = Of<typeof form>;
export type Field2 = Of<typeof field>;
export type Model2 = Of<typeof model>;
export type Agent2 = Of<typeof agent>;
export type Condition2 = Of<typeof condition>;
