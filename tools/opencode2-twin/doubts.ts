/** What is not certain of a native opencode 2: each a switch, so that a client can be tried with either answer. */

/**
 * The switches. The letters name the kind of source: P the preview in opencode 1.18.33, measured; S upstream's schema or source;
 * L other people's captures of a real server; T code of a client that is shipped.
 */
export interface Doubts {
    /** What `/api/info` says: 2.0.22 is what most captures are of [L]. */
    version: string;
    /** What a request to no route gets: a web page where it has a login [P], or without one, too (2.0.22, L), or always 401 (2.0.12, L). */
    unknownRoutes: "html" | "html without login" | "401";
    /** Whether a key that a body's schema does not have is refused. The preview drops it [P]; of 2.x nobody has said. */
    unknownKeys: "refused" | "ignored";
    /** What a body that is no JSON gets: the preview says 500 [P]. */
    malformedJson: 400 | 500;
    /** Where all pending forms are listed: `/api/form` since 2.0.22, earlier `/api/form/request` [L]; or nowhere. */
    formList: "/api/form" | "/api/form/request" | "per session only";
    /** Where all pending permissions are listed [S, P]; or nowhere. */
    permissionList: "/api/permission/request" | "per session only";
    /** The name of the call's id in a permission's and a form's source: `id` [L, S of 2.0.17 on], `callID` before [S, P]. */
    permissionSource: "id" | "callID";
    /** The same in events of tools: `id` [L], `callID` in older schemas [S]. */
    toolEvents: "id" | "callID";
    /** The key of a permission's answer: `decision` [L], `reply` in older schemas [S, P]. */
    permissionReply: "decision" | "reply";
    /** Whether a rejected ask without a message interrupts the turn [L], or is an error that the model goes on with. */
    rejection: "interrupts" | "goes on";
    /** How a form is dismissed: DELETE [S], or POST .../cancel as earlier [S]. */
    formDismissal: "delete" | "post cancel";
    /** Whether a form that is dismissed with a message interrupts the turn [L] or tells the model the message [S, by its words]. */
    dismissalMessage: "interrupts" | "goes on";
    /** Whether forms have `mode: "form"`: older schemas do [S]. */
    formMode: boolean;
    /** How a staged revert is given up: DELETE [S], or POST .../clear [P]. */
    revertClear: "delete" | "post clear";
    /** Whether a revert takes file changes back where its body does not say: it does [S]. */
    revertFiles: "unless false" | "only if true";
    /** Whether a committed revert takes its prompt away, too [S, T], or leaves that in the list [P]. */
    revertCommit: "takes the prompt" | "keeps the prompt";
    /** What an interrupt answers: `{"interrupted": ...}` [S, L], or 204 [P]. */
    interruptAnswer: "json" | 204;
    /** Whether an interrupted turn has an idle record [L, T]. */
    interruptedIdle: boolean;
    /** Whether there are idle records at all [L, S]: the preview has none [P]. */
    idleRecords: boolean;
    /** Whether a session has `outcome` and `time.idle` [S]: the preview has none [P]. */
    sessionOutcome: boolean;
    /** Whether a prompt that is sent again starts an execution of nothing [L], or nothing at all. */
    repeatedPrompt: "empty execution" | "nothing";
    /** How a subagent's tool names its child in its metadata [S]. */
    subagentMetadata: "sessionID" | "sessionId" | "none";
    /** Whether the first lists of models, agents, commands for a directory are empty [P, L]. */
    coldCatalog: boolean;
    /** Milliseconds after a prompt's answer until the session is active: none on the preview [P]. */
    coldGapMilliseconds: number;
    /** How often a model's failure is retried: up to 10 by one source [L]. */
    modelRetries: number;
    /** Milliseconds before each retry. A real server waits seconds; a test does not want to. */
    modelRetryMilliseconds: number;
    /** What becomes of a reply that is cut midway: it is asked for again, or the model is told to go on behind its half, in another message [S]. */
    cutReply: "asked again" | "continued";
    /** Whether a subagent's session has its parent's permissions, or none of its own as its tool hands none on [S]. */
    childPermissions: "none" | "inherited";
    /** Whether the turn of a server that was stopped goes on at its next start [L]. */
    gracefulStop: "resumes" | "ends";
    /** Whether events say when they were created: optional in the schema [S]. */
    eventsCreated: boolean;
    /** What the cursors of an empty page are: null on the preview [P], optional in the schema [S]. */
    emptyCursor: "null" | "absent";
    /** What a session's log ends with: a mark that there is no more [S], or its last event. */
    logEnd: "log.synced" | "last event";
    /** Whether a session may be made, and asked, in a directory that is not there: since 2.0.23 404 [L]. */
    missingDirectory: "accepted" | "404";
    /** When the answer to a shell command comes [S]. */
    shellAnswer: "when it has ended" | "at once";
}

/** What is likelier of each. */
export const likely: Readonly<Doubts> = {
    version: "2.0.22",
    unknownRoutes: "html without login",
    unknownKeys: "refused",
    malformedJson: 500,
    formList: "/api/form",
    permissionList: "/api/permission/request",
    permissionSource: "id",
    toolEvents: "id",
    permissionReply: "decision",
    rejection: "interrupts",
    formDismissal: "delete",
    dismissalMessage: "interrupts",
    formMode: false,
    revertClear: "delete",
    revertFiles: "unless false",
    revertCommit: "takes the prompt",
    interruptAnswer: "json",
    interruptedIdle: true,
    idleRecords: true,
    sessionOutcome: true,
    repeatedPrompt: "empty execution",
    subagentMetadata: "sessionID",
    coldCatalog: true,
    coldGapMilliseconds: 0,
    modelRetries: 10,
    modelRetryMilliseconds: 50,
    cutReply: "asked again",
    childPermissions: "none",
    gracefulStop: "resumes",
    eventsCreated: true,
    emptyCursor: "null",
    logEnd: "log.synced",
    missingDirectory: "accepted",
    shellAnswer: "when it has ended",
};
