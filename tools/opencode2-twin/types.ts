/** What a server of opencode 2 keeps and shows: sessions, messages, what waits in an inbox, events. Source: upstream's packages/schema. */

/** A model, as it is named in sessions, messages and bodies. */
export interface ModelRef {
    id: string;
    providerID: string;
    variant?: string;
}

/** What may be done: the last rule that matches decides. */
export interface Rule {
    action: string;
    resource: string;
    effect: "allow" | "ask" | "deny";
}

export interface Tokens {
    input: number;
    output: number;
    reasoning: number;
    cache: { read: number; write: number };
}

/** How an execution ended. */
export type Outcome = "succeeded" | "failed" | "interrupted";

/** What a turn changed of a file, as a patch. */
export interface FileDifference {
    file: string;
    patch: string;
    additions: number;
    deletions: number;
    status: "added" | "deleted" | "modified";
}

/** A revert that is staged, and neither cleared nor committed yet. */
export interface Revert {
    messageID: string;
    diff: string;
    files: FileDifference[];
}

export interface Session {
    id: string;
    parentID?: string;
    projectID: string;
    agent?: string;
    model?: ModelRef;
    cost: number;
    tokens: Tokens;
    outcome?: Outcome;
    time: { created: number; updated: number; idle?: number };
    title?: string;
    location: { directory: string };
    subpath?: string;
    metadata?: Record<string, unknown>;
    permissions?: Rule[];
    revert?: Revert;
}

/** Why something failed. */
export interface Failure {
    type: string;
    message: string;
    status?: number;
}

export interface TextContent {
    type: "text";
    text: string;
}

export interface ReasoningContent {
    type: "reasoning";
    text: string;
    time: { created: number; completed?: number };
}

export type ToolState =
    | { status: "streaming"; input: string }
    | { status: "running"; input: Record<string, unknown>; metadata: Record<string, unknown> }
    | {
          status: "completed";
          input: Record<string, unknown>;
          metadata: Record<string, unknown>;
          content: TextContent[];
      }
    | {
          status: "error";
          input: Record<string, unknown>;
          metadata?: Record<string, unknown>;
          content?: TextContent[];
          error: Failure;
      };

export interface ToolContent {
    type: "tool";
    id: string;
    name: string;
    state: ToolState;
    time: { created: number; ran?: number; completed?: number };
}

export type Content = TextContent | ReasoningContent | ToolContent;

interface MessageBase {
    id: string;
    metadata?: Record<string, unknown>;
}

export interface FileAttachment {
    uri: string;
    name?: string;
    mime?: string;
    description?: string;
}

export interface UserMessage extends MessageBase {
    type: "user";
    time: { created: number };
    text: string;
    files?: FileAttachment[];
    agents?: { name: string }[];
}

export interface AssistantMessage extends MessageBase {
    type: "assistant";
    time: { created: number; streamed?: number; completed?: number };
    agent: string;
    model: ModelRef;
    content: Content[];
    finish?: string;
    rawFinish?: string;
    cost?: number;
    tokens?: Tokens;
    error?: Failure;
    retry?: { attempt: number; at: number; error: Failure };
}

export interface IdleMessage extends MessageBase {
    type: "idle";
    time: { created: number };
    outcome: Outcome;
}

export interface AgentMessage extends MessageBase {
    type: "agent-switched";
    time: { created: number };
    agent: string;
    previous?: string;
}

export interface ModelMessage extends MessageBase {
    type: "model-switched";
    time: { created: number };
    model: ModelRef;
    previous?: ModelRef;
}

export interface SyntheticMessage extends MessageBase {
    type: "synthetic";
    time: { created: number };
    text: string;
    description?: string;
}

export interface ShellMessage extends MessageBase {
    type: "shell";
    time: { created: number; completed?: number };
    shellID: string;
    command: string;
    status: "running" | "exited" | "killed";
    exit?: number;
    output?: { output: string; cursor: number; size: number; truncated: boolean };
}

export interface CompactionMessage extends MessageBase {
    type: "compaction";
    time: { created: number };
    status: "running" | "completed" | "failed";
    reason: "auto" | "manual";
    summary: string;
    recent: string;
    error?: Failure;
}

export type Message =
    | UserMessage
    | AssistantMessage
    | IdleMessage
    | AgentMessage
    | ModelMessage
    | SyntheticMessage
    | ShellMessage
    | CompactionMessage;

export type Delivery = "steer" | "queue";

/** What a prompt carries into the list of messages. */
export interface UserPayload {
    text: string;
    files?: FileAttachment[];
    agents?: { name: string }[];
    metadata?: Record<string, unknown>;
}

/** What was admitted and waits until it is delivered. */
export type InboxItem = {
    id: string;
    sessionID: string;
    timeCreated: number;
    delivery: Delivery;
} & (
    | { type: "user"; payload: UserPayload }
    | {
          type: "synthetic";
          payload: { text: string; description?: string; metadata?: Record<string, unknown> };
      }
    | { type: "compaction"; payload: Record<string, never> }
);

/** An event, as the stream sends it. */
export interface TwinEvent {
    id: string;
    created?: number;
    type: string;
    location?: { directory: string };
    data: Record<string, unknown>;
    durable?: { aggregateID: string; seq: number; version: number };
}

/** What a tool did to a file, for reverts and differences. `undefined` is a file that is not there. */
export interface FileChange {
    /** The prompt whose turn it belongs to. */
    messageID: string;
    path: string;
    before?: string;
    after?: string;
}

/** Asks for leave; lives as long as the server does. */
export interface PermissionRequest {
    id: string;
    sessionID: string;
    action: string;
    resources: string[];
    save?: string[];
    metadata?: Record<string, unknown>;
    source?: Record<string, string>;
}

export interface FormOption {
    value: string;
    label: string;
    description?: string;
}

/** A field is there only while all of its conditions hold. */
export interface FormCondition {
    key: string;
    op: "eq" | "neq";
    value: string | number | boolean;
}

export interface FormField {
    key: string;
    type: "string" | "multiselect" | "number" | "integer" | "boolean" | "external";
    title?: string;
    description?: string;
    required?: boolean;
    hidden?: boolean;
    when?: FormCondition[];
    options?: FormOption[];
    custom?: boolean;
    format?: string;
    minLength?: number;
    maxLength?: number;
    pattern?: string;
    placeholder?: string;
    minimum?: number;
    maximum?: number;
    minItems?: number;
    maxItems?: number;
    default?: unknown;
    url?: string;
}

export interface Form {
    id: string;
    sessionID: string;
    title?: string;
    metadata?: Record<string, unknown>;
    mode?: "form";
    fields: FormField[];
}

export type FormValue = string | number | boolean | string[];
