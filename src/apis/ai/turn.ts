/**
 * One prompt from sent to settled, as a pure state machine: no http and no clock, both come in as observations.
 *
 * The caller performs the action that it is given and hands what came of it to the next step. opencode's server
 * decides when a turn is over, and no single sign of it can be trusted: idle shows before the turn starts, a completed
 * message may be one of many steps, and the last message may belong to somebody else's prompt. So a turn is over when
 * the session is idle and the newest message is a completed answer that can be traced to our prompt.
 */
import type { ListValues, Message, Part, SessionStatus } from "./protocol";

/** Longest that a cold server was seen to stay idle before it starts a turn is 1.3 s; this leaves a wide margin. */
const START_MILLISECONDS = 6000;
/** An answer that is idle and incomplete for this long stays so for ever: the server died in the turn. */
const INTERRUPTED_MILLISECONDS = 2000;
/** Servers were reported to stay busy after an answer was complete; after this long the answer counts. */
const STUCK_BUSY_MILLISECONDS = 10000;
/** How long a server may be out of reach before waiting for it ends; a restart takes about 5 s. */
const LOST_SECONDS = 60;
/** Failures after which the server may be back in a moment. */
const OUT_OF_REACH: Record<string, true | undefined> = {
    cannot_connect: true,
    timed_out: true,
    network_error: true,
    server_error: true,
};

export interface TurnState {
    /** Stands in the prompt's metadata, so that the prompt can be found again whatever ids the server gives. */
    readonly nonce: string;
    readonly sessionId: string;
    /** Seconds without any visible progress after which waiting ends. */
    idleTimeout: number;
    /** True when the prompt was sent before this program started. */
    resumed: boolean;
    /** The model ("provider/model") and the agent that the prompt asks for, where it does. */
    readonly model?: string;
    readonly agent?: string;
    /** Epoch milliseconds of the last observation. */
    now: number;
    /** Whether the prompt is, or may be, on the server. */
    sent: boolean;
    /** Epoch milliseconds at which the prompt was sent. */
    sentAt: number;
    /** The newest message before the prompt. */
    baselineId?: string;
    userMessageId?: string;
    askedParentId?: string;
    /** The newest message as last polled. */
    last?: Message;
    /** How many times the newest message was asked for. */
    polls: number;
    status: "unknown" | "idle" | "busy" | "retry";
    statusAt: number;
    /** While the server tries the model again: which attempt, and why. */
    retry?: SessionStatus;
    /** Epoch milliseconds of the first idle since the newest message changed. */
    idleSince?: number;
    /** How many messages the search for the answer looks at. */
    searched: number;
    /** What can be seen of the turn, and since when it has not changed. */
    sight: string;
    changedAt: number;
    blocker?: Blocker;
    /** Since when the server is out of reach, in epoch milliseconds. */
    lostAt?: number;
    /** Why it is not known whether the prompt arrived. */
    unsure?: RequestFailure;
}

/** What the turn waits for and only a person can give. */
export interface Blocker {
    readonly kind: "permission" | "question";
    readonly phase: "waiting for permission" | "waiting for an answer";
    readonly text: string;
}

/** A request that failed, with the failure's code (see failure.ts). */
export interface RequestFailure {
    readonly code: string;
}

/** What came of an action. */
interface Values extends ListValues {
    readonly last: readonly Message[];
    readonly recent: readonly Message[];
    readonly parent: Message;
}

/** What came of an action, under the action's own kind; `failed` where its request failed. */
export type Observation = { readonly now: number } & (
    | { readonly kind: "begin" | "send" | "wait" }
    | { [K in keyof Values]: { readonly kind: K; readonly value: Values[K] } }[keyof Values]
    | { readonly kind: "failed"; readonly request: Action["kind"]; readonly value: RequestFailure }
);

export type Action =
    | { readonly kind: "status" | "send" | "permissions" | "questions" | "providers" | "agents" }
    /** The newest messages, one where there is no limit. */
    | { readonly kind: "last"; readonly limit?: undefined }
    | { readonly kind: "recent"; readonly limit: number }
    | { readonly kind: "parent"; readonly id: string }
    | { readonly kind: "wait"; readonly seconds: number }
    | { readonly kind: "done"; readonly message: Message; readonly text: string }
    | FailAction;

export interface FailAction {
    readonly kind: "fail";
    readonly code: string;
    readonly detail: Record<string, string>;
    /** True when the turn may still be answered, so that it is worth asking for it again. */
    readonly pending: boolean;
    /** What the model had written until then. */
    readonly text?: string;
    /** The failed request's own failure, where that is what ended the turn. */
    readonly failure?: RequestFailure;
}

/** What can be told to somebody who waits. */
export interface Progress {
    readonly phase:
        | "sent"
        | "working"
        | "tool"
        | "retry"
        | "reconnecting"
        | "waiting for permission"
        | "waiting for an answer";
    /** Seconds since the prompt was sent. */
    readonly seconds: number;
    readonly tool?: string;
    readonly title?: string;
    readonly message?: string;
}

/** What a turn starts from, and what is kept of it on the disk. */
export interface TurnStart {
    readonly nonce: string;
    readonly sessionId: string;
    readonly model?: string;
    readonly agent?: string;
    /** Epoch milliseconds. */
    readonly sentAt: number;
    readonly baselineId?: string;
}

/** Adds the fields of one table to another. */
function copy<T extends object>(from: object, into: T): T {
    for (const key in from) into[key as keyof T] = from[key as keyof typeof from];
    return into;
}

/**
 * The state before the first step.
 * @param from what the turn is about, see TurnState
 * @param idleTimeout seconds without any visible progress after which waiting ends
 * @param resumed whether the prompt was sent before
 * @returns the state to hand to `step` with the observation `begin`
 */
export function start(from: TurnStart, idleTimeout: number, resumed: boolean): TurnState {
    const state: Omit<TurnState, keyof TurnStart> = {
        idleTimeout,
        resumed,
        now: 0,
        sent: resumed,
        polls: 0,
        status: "unknown",
        statusAt: 0,
        searched: 0,
        sight: "",
        changedAt: 0,
    };
    return copy(from, state) as TurnState;
}

/**
 * The time until the next poll: short at first, so that a quick answer is seen quickly, then a share of the turn's
 * age, so that a long one costs few requests and is still seen within 4 % of its length.
 * @param age seconds since the prompt was sent
 * @returns seconds, between 0.2 and 5
 */
function pollInterval(age: number): number {
    return Math.max(0.2, Math.min(age * 0.065, 5));
}

/**
 * The text of a message: its text parts without those that the server added.
 * @param message any message
 * @returns the text, empty when there is none
 */
export function messageText(message: Message): string {
    const texts: string[] = [];
    for (const part of message.parts) {
        if (part.type === "text" && part.synthetic !== true && (part.text ?? "") !== "")
            texts.push(part.text!);
    }
    return texts.join("\n\n");
}

function isAnswer(message: Message): boolean {
    return message.info.role === "assistant" && message.info.summary !== true;
}

function isComplete(message: Message | undefined): message is Message {
    return message !== undefined && message.info.time.completed !== undefined;
}

function carriesNonce(message: Message, nonce: string): boolean {
    for (const part of message.parts) {
        if (part.metadata && part.metadata.nonce === nonce) return true;
    }
    return message.info.id === nonce;
}

/** True for an answer that says by itself that it is to our prompt. */
function answersUs(state: TurnState, message: Message): boolean {
    const nonce = state.nonce;
    const parent = message.info.parentID;
    const isOurs = parent !== undefined && (parent === nonce || parent === state.userMessageId);
    return isAnswer(message) && (isOurs || message.info.id === nonce);
}

/**
 * Finds our prompt and its answer among messages, oldest first: the last one that names our prompt, else the last one
 * after it. Prompts that were queued are answered together under the last of them, and an automatic compaction puts
 * the answer under a prompt of its own.
 */
function findAnswer(
    state: TurnState,
    messages: readonly Message[],
): { readonly found: boolean; readonly answer?: Message } {
    let found = false;
    let answer: Message | undefined;
    let later: Message | undefined;
    for (const message of messages) {
        if (answersUs(state, message)) {
            found = true;
            answer = message;
        } else if (found && isAnswer(message)) {
            later = message;
        } else if (carriesNonce(message, state.nonce)) {
            found = true;
            state.userMessageId = message.info.id;
        }
    }
    return { found, answer: answer ?? later };
}

function runningTool(message: Message | undefined): Part | undefined {
    let running: Part | undefined;
    for (const part of message ? message.parts : []) {
        const status = part.state && part.state.status;
        if (status === "running" || status === "pending") running = part;
    }
    return running;
}

/** Notes whether anything that can be seen of the turn has changed. */
function notice(state: TurnState): void {
    let sight = `${state.retry && state.retry.attempt}`;
    const last = state.last;
    if (last) {
        const info = last.info;
        sight += ` ${info.id} ${info.finish} ${info.time.completed}`;
        for (const part of last.parts) {
            const tool: { readonly status?: string; readonly title?: string } = part.state ?? {};
            sight += `;${part.type} ${(part.text ?? "").length} ${tool.status} ${tool.title}`;
        }
    }
    if (sight !== state.sight) {
        state.sight = sight;
        state.changedAt = state.now;
        state.idleSince = undefined;
        state.blocker = undefined;
    }
}

function fail(code: string, detail?: Record<string, string>, text?: string, pending?: boolean): Action {
    return { kind: "fail", code, pending: pending === true, detail: detail ?? {}, text };
}

function failWith(failure: RequestFailure, pending: boolean): Action {
    return { kind: "fail", code: failure.code, pending, detail: {}, failure };
}

/** Waits, unless nothing has been seen to happen for so long that waiting should end. */
function wait(state: TurnState, seconds?: number): Action {
    if (state.now - state.changedAt < state.idleTimeout * 1000) {
        return { kind: "wait", seconds: seconds ?? pollInterval((state.now - state.sentAt) / 1000) };
    }
    const blocker = state.blocker;
    return blocker
        ? fail("waiting_for_" + blocker.kind, { what: blocker.text }, undefined, true)
        : fail("no_progress", { seconds: `${state.idleTimeout}` }, undefined, true);
}

/** The newest message, when it came after our prompt. */
function newAnswer(state: TurnState): Message | undefined {
    const last = state.last;
    return last && last.info.id !== state.baselineId && last.info.role === "assistant" ? last : undefined;
}

/** True for an answer after which the server has nothing more to do. A tool step is completed, too. */
function looksFinal(message: Message): boolean {
    const info = message.info;
    return isAnswer(message) && (info.error !== undefined || (info.finish ?? "tool-calls") !== "tool-calls");
}

/** Asks for the status only when it can tell something that the messages do not. */
function statusIsDue(state: TurnState): boolean {
    if (state.status === "idle") return true;
    const sinceStatus = state.now - state.statusAt;
    if (state.status === "retry") return sinceStatus >= 2000;
    const quiet = state.now - state.changedAt;
    const limit = runningTool(state.last) === undefined ? 2000 : 1000;
    return quiet >= limit && sinceStatus >= Math.max(limit, quiet * 0.6);
}

function finish(message: Message): Action {
    const text = messageText(message);
    const info = message.info;
    const failure = info.error;
    if (failure) {
        if (failure.name === "MessageAbortedError") return fail("aborted", undefined, text);
        const data = failure.data ?? {};
        const status = data.statusCode === undefined ? "" : ` (HTTP ${data.statusCode})`;
        return fail("model_error", { what: data.message ?? failure.name, status }, text);
    }
    if (text !== "") return { kind: "done", message, text };
    if (info.finish === undefined) return fail("interrupted");
    return fail(info.finish === "tool-calls" ? "stopped_at_tool" : "empty_reply");
}

function search(state: TurnState, limit: number): Action {
    state.searched = limit;
    return { kind: "recent", limit };
}

function settle(state: TurnState, message: Message): Action {
    return answersUs(state, message) ? finish(message) : search(state, 10);
}

/** The server took the prompt and nothing came of it: so it does for an unknown agent or model. */
function diagnose(state: TurnState): Action {
    return { kind: state.agent === undefined ? "providers" : "agents" };
}

/** What to do after the newest message was seen. */
function afterLast(state: TurnState): Action {
    const answer = newAnswer(state);
    const parent = answer && answer.info.parentID;
    if (
        parent !== undefined &&
        state.userMessageId === undefined &&
        parent !== state.askedParentId &&
        parent !== state.nonce
    ) {
        state.askedParentId = parent;
        return { kind: "parent", id: parent };
    }
    const isDue = isComplete(answer)
        ? looksFinal(answer) || state.now !== state.changedAt
        : statusIsDue(state);
    return isDue ? { kind: "status" } : wait(state);
}

function afterStatus(state: TurnState): Action {
    const now = state.now;
    const answer = newAnswer(state);
    if (state.status === "idle") {
        state.idleSince = state.idleSince ?? now;
        if (!answer) return now - state.sentAt >= START_MILLISECONDS ? diagnose(state) : wait(state);
        if (isComplete(answer)) return looksFinal(answer) ? settle(state, answer) : search(state, 10);
        return now - state.idleSince >= INTERRUPTED_MILLISECONDS
            ? fail("interrupted", undefined, messageText(answer))
            : wait(state, 0.5);
    }
    state.idleSince = undefined;
    if (state.status === "busy") {
        const isStuck = now - state.changedAt >= STUCK_BUSY_MILLISECONDS;
        if (isStuck && isComplete(answer) && looksFinal(answer)) return settle(state, answer);
        if (runningTool(state.last) !== undefined) return { kind: "permissions" };
    }
    return wait(state);
}

/** Notes that the prompt is, or may be, on the server. */
function begin(state: TurnState): void {
    state.sent = true;
    state.sentAt = state.now;
    state.changedAt = state.now;
    state.statusAt = state.now;
    state.status = "unknown";
}

/** Before the prompt is sent: refuses where another turn runs, else notes which message is the newest. */
function beforeSending(state: TurnState, last: Message | undefined): Action {
    if (state.status !== "idle") {
        const tool = runningTool(last);
        const since = last === undefined ? state.now : last.info.time.created;
        const seconds = `${Math.floor((state.now - since) / 1000)}`;
        return fail("session_busy", { seconds, what: tool ? ` (${tool.tool})` : "" }, undefined, true);
    }
    state.baselineId = last && last.info.id;
    return { kind: "send" };
}

/** The first entry that belongs to our session, or to the one that a running tool call opened for a subagent. */
function ours<T extends { readonly sessionID: string }>(
    state: TurnState,
    entries: readonly T[],
): T | undefined {
    const tool = runningTool(state.last);
    const metadata = tool && tool.state && tool.state.metadata;
    for (const entry of entries) {
        const session = entry.sessionID;
        if (session === state.sessionId || (metadata !== undefined && session === metadata.sessionId))
            return entry;
    }
    return undefined;
}

/** Fails when what the prompt asks for is not among the names that there are. */
function checkKnown(wanted: string | undefined, names: readonly string[], code: string): Action | undefined {
    let known = "";
    let isCut = false;
    for (const name of names) {
        if (name === wanted) return undefined;
        // Message and hint are to fit two rows each.
        if (known.length + name.length < 45) known += ` ${name}`;
        else isCut = true;
    }
    if (isCut) known += " ..";
    return wanted === undefined ? undefined : fail(code, { wanted, known });
}

type After<T> = (this: void, state: TurnState, value: T, request: Action["kind"]) => Action;

/** What to do after each kind of observation. */
const after: { readonly [K in keyof Values]: After<Values[K]> } & {
    readonly begin: After<undefined>;
    readonly send: After<undefined>;
    readonly wait: After<undefined>;
    readonly failed: After<RequestFailure>;
} = {
    begin: (state) => {
        state.changedAt = state.now;
        return { kind: "status" };
    },
    status: (state, value) => {
        const status = value[state.sessionId];
        state.status = status ? status.type : "idle";
        state.statusAt = state.now;
        state.retry = status;
        if (!state.sent) return { kind: "last" };
        notice(state);
        return state.last === undefined && state.resumed ? search(state, 10) : afterStatus(state);
    },
    send: (state) => {
        begin(state);
        return wait(state);
    },
    wait: (state) => (state.unsure ? search(state, 10) : { kind: "last" }),
    last: (state, messages) => {
        const last = messages[0];
        if (!state.sent) return beforeSending(state, last);
        state.polls += 1;
        state.last = last;
        if (last && last.info.role === "user" && carriesNonce(last, state.nonce))
            state.userMessageId = last.info.id;
        notice(state);
        return afterLast(state);
    },
    parent: (state, message) => {
        if (carriesNonce(message, state.nonce)) state.userMessageId = message.info.id;
        return afterLast(state);
    },
    recent: (state, messages) => {
        const { found, answer } = findAnswer(state, messages);
        const newest = messages[messages.length - 1];
        const young = state.now - state.sentAt < START_MILLISECONDS;
        state.last = newest;
        notice(state);
        if (state.unsure && !found) return young ? wait(state, 1) : failWith(state.unsure, false);
        state.unsure = undefined;
        if (!found && state.searched < 100 && messages.length >= state.searched) return search(state, 100);
        if (state.status !== "idle") return wait(state);
        if (answer) {
            return isComplete(answer) ? finish(answer) : fail("interrupted", undefined, messageText(answer));
        }
        if (found) return young ? wait(state) : diagnose(state);
        if (state.resumed) return fail("not_sent");
        // A server that keeps no metadata and rewrites parents: what came after the baseline is the best there is.
        return newest !== undefined && isAnswer(newest) ? finish(newest) : fail("interrupted");
    },
    permissions: (state, permissions) => {
        const permission = ours(state, permissions);
        state.blocker = undefined;
        if (!permission) return { kind: "questions" };
        const pattern = permission.patterns && permission.patterns[0];
        const text = `${permission.permission}: ${pattern ?? ""}`;
        state.blocker = { kind: "permission", phase: "waiting for permission", text };
        return wait(state);
    },
    questions: (state, questions) => {
        const question = ours(state, questions);
        const first = question && question.questions[0];
        if (first) state.blocker = { kind: "question", phase: "waiting for an answer", text: first.question };
        return wait(state);
    },
    agents: (state, agents) => {
        const names: string[] = [];
        for (const agent of agents) {
            if (agent.hidden !== true && agent.mode !== "subagent") names.push(agent.name);
        }
        return checkKnown(state.agent, names, "unknown_agent") ?? { kind: "providers" };
    },
    providers: (state, value) => {
        const names: string[] = [];
        for (const provider of value.providers) {
            for (const id in provider.models) names.push(`${provider.id}/${id}`);
        }
        // A model sticks to its session: the prompt shows which one it got.
        const used = state.last && state.last.info.model;
        const wanted = used ? `${used.providerID}/${used.modelID}` : state.model;
        return checkKnown(wanted, names, "unknown_model") ?? fail("never_started");
    },
    failed: (state, failure, request) => {
        if (failure.code === "not_found" && request !== "parent") {
            return fail("session_gone", { session: state.sessionId });
        }
        if (!OUT_OF_REACH[failure.code]) {
            if (request === "parent") return afterLast(state);
            const isExtra = request === "permissions" || request === "questions";
            return isExtra ? wait(state) : failWith(failure, state.sent);
        }
        if (request === "send") {
            // The answer to the request was lost, the prompt itself may have arrived.
            begin(state);
            state.unsure = failure;
        }
        if (!state.sent) return failWith(failure, false);
        state.lostAt = state.lostAt ?? state.now;
        const patience = Math.min(state.idleTimeout, LOST_SECONDS);
        const isLost = state.now - state.lostAt >= patience * 1000;
        return isLost ? failWith(state.unsure ?? failure, true) : { kind: "wait", seconds: 1 };
    },
};

/**
 * One step of a turn.
 * @param state the state so far; it is not changed
 * @param observation what came of the last action, with the time in epoch milliseconds
 * @returns the new state, and the action to perform next; `done` and `fail` end the turn
 */
export function step(state: TurnState, observation: Observation): { state: TurnState; action: Action } {
    const given = observation as unknown as { readonly value: never; readonly request: Action["kind"] };
    const kind = observation.kind;
    const next = copy(state, {} as TurnState);
    next.now = observation.now;
    if (kind !== "wait" && kind !== "failed") next.lostAt = undefined;
    return { state: next, action: after[kind](next, given.value, given.request) };
}

/**
 * What can be told to somebody who waits for the turn.
 * @param state the turn's state
 * @param now epoch milliseconds
 * @returns the phase, the seconds since the prompt was sent, and what there is to say about the phase
 */
export function progress(state: TurnState, now: number): Progress {
    const seconds = (now - state.sentAt) / 1000;
    if (state.lostAt !== undefined) return { phase: "reconnecting", seconds };
    const blocker = state.blocker;
    if (blocker) return { phase: blocker.phase, seconds, message: blocker.text };
    if (state.status === "retry")
        return { phase: "retry", seconds, message: state.retry && state.retry.message };
    const tool = runningTool(state.last);
    if (tool) {
        // Most tools have a title only when they are done.
        const call = tool.state!;
        const input = call.input ?? {};
        return {
            phase: "tool",
            seconds,
            tool: tool.tool,
            title: call.title ?? input.description ?? input.command,
        };
    }
    return { phase: newAnswer(state) === undefined ? "sent" : "working", seconds };
}

/**
 * The line that `ai --verbose` prints after each poll.
 * @param state the turn's state after the poll
 * @param count how many messages the poll brought
 * @returns `poll attempt #N: msgs=K, found=<id or nil>, complete=<bool>, status=<...>`
 */
export function describePoll(state: TurnState, count: number): string {
    const answer = newAnswer(state);
    const found = `found=${answer ? answer.info.id : "nil"}, complete=${isComplete(answer)}`;
    return `poll attempt #${state.polls}: msgs=${count}, ${found}, status=${state.status}`;
}
