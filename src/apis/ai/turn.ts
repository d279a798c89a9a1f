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
    readonly text: string;
}

/** A request that failed, with the failure's code (see failure.ts). */
export interface RequestFailure {
    readonly code: string;
}

/** What came of an action, under the action's own kind; `failed` where its request failed. */
export type Observation = { readonly now: number } & (
    | { readonly kind: "begin" | "send" | "wait" }
    | { readonly kind: "last" | "recent"; readonly value: readonly Message[] }
    | { readonly kind: "parent"; readonly value: Message }
    | { [K in keyof ListValues]: { readonly kind: K; readonly value: ListValues[K] } }[keyof ListValues]
    | { readonly kind: "failed"; readonly request: Action["kind"]; readonly value: RequestFailure }
);

export type Action =
    | { readonly kind: "status" | "send" | "permissions" | "questions" | "providers" | "agents" }
    | { readonly kind: "last" }
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

function copy(from: object): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (const key in from) fields[key] = from[key as keyof typeof from];
    return fields;
}

/**
 * The state before the first step.
 * @param from what the turn is about, see TurnState
 * @param idleTimeout seconds without any visible progress after which waiting ends
 * @param resumed whether the prompt was sent before
 * @returns the state to hand to `step` with the observation `begin`
 */
export function start(from: TurnStart, idleTimeout: number, resumed: boolean): TurnState {
    const state = copy(from) as unknown as TurnState;
    state.idleTimeout = idleTimeout;
    state.resumed = resumed;
    state.sent = resumed;
    state.polls = 0;
    state.status = "unknown";
    state.statusAt = 0;
    state.searched = 0;
    state.sight = "";
    state.changedAt = 0;
    return state;
}

/**
 * The time until the next poll: short at first, so that a quick answer is seen quickly, then a share of the turn's
 * age, so that a long one costs few requests and is still seen within 4 % of its length.
 * @param age seconds since the prompt was sent
 * @returns seconds, between 0.2 and 5
 */
export function pollInterval(age: number): number {
    const share = age * 0.065;
    return Math.max(0.2, Math.min(share, 5));
}

/**
 * The text of a message: its text parts without those that the server added.
 * @param message any message
 * @returns the text, empty when there is none
 */
export function messageText(message: Message): string {
    let text = "";
    for (const part of message.parts) {
        if (part.type === "text" && part.synthetic !== true && part.text !== undefined && part.text !== "") {
            text = text === "" ? part.text : text + "\n\n" + part.text;
        }
    }
    return text;
}

function isAnswer(message: Message): boolean {
    return message.info.role === "assistant" && message.info.summary !== true;
}

function carriesNonce(message: Message, nonce: string): boolean {
    if (message.info.id === nonce) return true;
    for (const part of message.parts) {
        if (part.metadata && part.metadata.nonce === nonce) return true;
    }
    return false;
}

/** True when the message says by itself that it answers our prompt. */
function answersUs(state: TurnState, message: Message): boolean {
    const info = message.info;
    if (info.id === state.nonce || info.parentID === state.nonce) return true;
    return state.userMessageId !== undefined && info.parentID === state.userMessageId;
}

/**
 * Finds our prompt and its answer among messages, oldest first: the last one that names our prompt, else the last one
 * after it. Prompts that were queued are answered together under the last of them, and an automatic compaction puts
 * the answer under a prompt of its own.
 */
function findAnswer(state: TurnState, messages: readonly Message[]): { found: boolean; answer?: Message } {
    let found = false;
    let answer: Message | undefined;
    let later: Message | undefined;
    for (const message of messages) {
        if (answersUs(state, message) && isAnswer(message)) {
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
    if (message) {
        for (const part of message.parts) {
            const status = part.state && part.state.status;
            if (status === "running" || status === "pending") running = part;
        }
    }
    return running;
}

/** Notes whether anything that can be seen of the turn has changed. */
function notice(state: TurnState, now: number): void {
    let sight = `${state.retry && state.retry.attempt}`;
    const last = state.last;
    if (last) {
        const info = last.info;
        sight += ` ${info.id} ${info.finish} ${info.time.completed}`;
        for (const part of last.parts) {
            const tool = part.state;
            const length = (part.text ?? "").length;
            sight += `;${part.type} ${length} ${tool && tool.status} ${tool && tool.title}`;
        }
    }
    if (sight !== state.sight) {
        state.sight = sight;
        state.changedAt = now;
        state.idleSince = undefined;
        state.blocker = undefined;
    }
}

function fail(code: string, pending: boolean, detail?: Record<string, string>, text?: string): Action {
    return { kind: "fail", code, pending, detail: detail ?? {}, text };
}

function failWith(failure: RequestFailure, pending: boolean): Action {
    return { kind: "fail", code: failure.code, pending, detail: {}, failure };
}

/** Waits, unless nothing has been seen to happen for so long that waiting should end. */
function wait(state: TurnState, now: number, seconds?: number): Action {
    if (now - state.changedAt >= state.idleTimeout * 1000) {
        const blocker = state.blocker;
        if (blocker) return fail("waiting_for_" + blocker.kind, true, { what: blocker.text });
        return fail("no_progress", true, { seconds: `${state.idleTimeout}` });
    }
    return { kind: "wait", seconds: seconds ?? pollInterval((now - state.sentAt) / 1000) };
}

/** The newest message, when it came after our prompt. */
function newAnswer(state: TurnState): Message | undefined {
    const last = state.last;
    if (last === undefined || last.info.id === state.baselineId || last.info.role !== "assistant")
        return undefined;
    return last;
}

/** True for an answer after which the server has nothing more to do. A tool step is completed, too. */
function looksFinal(message: Message): boolean {
    if (!isAnswer(message)) return false;
    return message.info.error !== undefined || (message.info.finish ?? "tool-calls") !== "tool-calls";
}

/** Asks for the status only when it can tell something that the messages do not. */
function statusIsDue(state: TurnState, now: number): boolean {
    if (state.status === "idle") return true;
    const sinceStatus = now - state.statusAt;
    if (state.status === "retry") return sinceStatus >= 2000;
    const quiet = now - state.changedAt;
    const limit = runningTool(state.last) === undefined ? 2000 : 1000;
    return quiet >= limit && sinceStatus >= limit && sinceStatus >= quiet * 0.6;
}

function finish(message: Message): Action {
    const text = messageText(message);
    const info = message.info;
    const failure = info.error;
    if (failure) {
        if (failure.name === "MessageAbortedError") return fail("aborted", false, undefined, text);
        const data = failure.data ?? {};
        const status = data.statusCode === undefined ? "" : ` (HTTP ${data.statusCode})`;
        return fail("model_error", false, { what: data.message ?? failure.name, status }, text);
    }
    if (text !== "") return { kind: "done", message, text };
    if (info.finish === undefined) return fail("interrupted", false);
    return fail(info.finish === "tool-calls" ? "stopped_at_tool" : "empty_reply", false);
}

function search(state: TurnState, limit: number): Action {
    state.searched = limit;
    return { kind: "recent", limit };
}

function settle(state: TurnState, message: Message): Action {
    return answersUs(state, message) && isAnswer(message) ? finish(message) : search(state, 10);
}

/** The server took the prompt and nothing came of it: so it does for an unknown agent or model. */
function diagnose(state: TurnState): Action {
    return { kind: state.agent === undefined ? "providers" : "agents" };
}

/** What to do after the newest message was seen. */
function afterLast(state: TurnState, now: number): Action {
    const answer = newAnswer(state);
    if (answer) {
        const parentId = answer.info.parentID;
        if (state.userMessageId === undefined && parentId !== undefined && parentId !== state.askedParentId) {
            if (parentId !== state.nonce) {
                state.askedParentId = parentId;
                return { kind: "parent", id: parentId };
            }
        }
        if (answer.info.time.completed !== undefined) {
            if (looksFinal(answer) || now !== state.changedAt) return { kind: "status" };
            return wait(state, now);
        }
    }
    return statusIsDue(state, now) ? { kind: "status" } : wait(state, now);
}

function afterStatus(state: TurnState, now: number): Action {
    const answer = newAnswer(state);
    const completed = answer !== undefined && answer.info.time.completed !== undefined;
    if (state.status === "idle") {
        state.idleSince = state.idleSince ?? now;
        if (!answer) {
            return now - state.sentAt >= START_MILLISECONDS ? diagnose(state) : wait(state, now);
        }
        if (completed) return looksFinal(answer) ? settle(state, answer) : search(state, 10);
        return now - state.idleSince >= INTERRUPTED_MILLISECONDS
            ? fail("interrupted", false, undefined, messageText(answer))
            : wait(state, now, 0.5);
    }
    state.idleSince = undefined;
    if (state.status === "busy") {
        if (completed && looksFinal(answer) && now - state.changedAt >= STUCK_BUSY_MILLISECONDS) {
            return settle(state, answer);
        }
        if (runningTool(state.last) !== undefined) return { kind: "permissions" };
    }
    return wait(state, now);
}

function afterRecent(state: TurnState, messages: readonly Message[], now: number): Action {
    const result = findAnswer(state, messages);
    const found = result.found;
    const answer = result.answer;
    const newest = messages[messages.length - 1];
    const young = now - state.sentAt < START_MILLISECONDS;
    state.last = newest;
    notice(state, now);
    if (state.unsure && !found) {
        return young ? wait(state, now, 1) : failWith(state.unsure, false);
    }
    state.unsure = undefined;
    if (!found && state.searched < 100 && messages.length >= state.searched) return search(state, 100);
    if (state.status !== "idle") return wait(state, now);
    if (answer) {
        if (answer.info.time.completed !== undefined) return finish(answer);
        return fail("interrupted", false, undefined, messageText(answer));
    }
    if (found) return young ? wait(state, now) : diagnose(state);
    if (state.resumed) return fail("not_sent", false);
    // A server that keeps no metadata and rewrites parents: what came after the baseline is the best there is.
    return newest !== undefined && isAnswer(newest) ? finish(newest) : fail("interrupted", false);
}

function afterFailure(state: TurnState, request: Action["kind"], failure: RequestFailure, now: number): Action {
    const code = failure.code;
    const isList = request === "permissions" || request === "questions";
    const outOfReach =
        code === "cannot_connect" || code === "timed_out" || code === "network_error" || code === "server_error";
    if (code === "not_found" && request !== "parent") return fail("session_gone", false, { session: state.sessionId });
    if (!outOfReach) {
        if (request === "parent") return afterLast(state, now);
        return isList ? wait(state, now) : failWith(failure, state.sent);
    }
    if (request === "send") {
        // The answer to the request was lost, the prompt itself may have arrived.
        begin(state, now);
        state.unsure = failure;
    }
    if (!state.sent) return failWith(failure, false);
    state.lostAt = state.lostAt ?? now;
    const patience = Math.min(state.idleTimeout, LOST_SECONDS);
    if (now - state.lostAt >= patience * 1000) return failWith(state.unsure ?? failure, true);
    return { kind: "wait", seconds: 1 };
}

function begin(state: TurnState, now: number): void {
    state.sent = true;
    state.sentAt = now;
    state.changedAt = now;
    state.statusAt = now;
    state.status = "unknown";
}

/** Before the prompt is sent: refuses where another turn runs, else notes which message is the newest. */
function afterFirstLast(state: TurnState, last: Message | undefined, now: number): Action {
    if (state.status !== "idle") {
        const tool = runningTool(last);
        const since = last === undefined ? now : last.info.time.created;
        return fail("session_busy", true, {
            seconds: `${Math.floor((now - since) / 1000)}`,
            what: tool ? ` (${tool.tool})` : "",
        });
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
        if (entry.sessionID === state.sessionId) return entry;
        if (metadata !== undefined && entry.sessionID === metadata.sessionId) return entry;
    }
    return undefined;
}

function decide(state: TurnState, observation: Observation): Action {
    const now = observation.now;
    const kind = observation.kind;
    if (kind === "failed") return afterFailure(state, observation.request, observation.value, now);
    if (kind === "begin") {
        state.changedAt = now;
        return { kind: "status" };
    }
    if (kind === "status") {
        const status = observation.value[state.sessionId];
        state.status = status ? status.type : "idle";
        state.statusAt = now;
        state.retry = status;
        if (!state.sent) return { kind: "last" };
        notice(state, now);
        return state.last === undefined && state.resumed ? search(state, 10) : afterStatus(state, now);
    }
    if (kind === "send") {
        begin(state, now);
    } else if (kind === "wait") {
        return state.unsure ? search(state, 10) : { kind: "last" };
    } else if (kind === "last") {
        const last = observation.value[0];
        if (!state.sent) return afterFirstLast(state, last, now);
        state.polls += 1;
        state.last = last;
        if (last && last.info.role === "user" && carriesNonce(last, state.nonce)) state.userMessageId = last.info.id;
        notice(state, now);
        return afterLast(state, now);
    } else if (kind === "parent") {
        if (carriesNonce(observation.value, state.nonce)) state.userMessageId = observation.value.info.id;
        return afterLast(state, now);
    } else if (kind === "recent") {
        return afterRecent(state, observation.value, now);
    } else if (kind === "permissions") {
        const permission = ours(state, observation.value);
        state.blocker = undefined;
        if (!permission) return { kind: "questions" };
        const pattern = permission.patterns && permission.patterns[0];
        state.blocker = { kind: "permission", text: `${permission.permission}: ${pattern ?? ""}` };
    } else if (kind === "questions") {
        const question = ours(state, observation.value);
        const first = question && question.questions[0];
        if (first) state.blocker = { kind: "question", text: first.question };
    } else if (kind === "providers") {
        return checkModel(state, observation.value.providers);
    } else if (kind === "agents") {
        return checkAgent(state, observation.value);
    }
    return wait(state, now);
}

/** Fails when what the prompt asks for is not among the names that there are. */
function checkKnown(wanted: string | undefined, names: readonly string[], code: string): Action | undefined {
    let known = "";
    for (const name of names) {
        if (name === wanted) return undefined;
        if (known.length < 100) known += ` ${name}`;
    }
    return wanted === undefined ? undefined : fail(code, false, { wanted, known });
}

function checkAgent(state: TurnState, agents: ListValues["agents"]): Action {
    const names: string[] = [];
    for (const agent of agents) {
        if (agent.hidden !== true && agent.mode !== "subagent") names.push(agent.name);
    }
    return checkKnown(state.agent, names, "unknown_agent") ?? { kind: "providers" };
}

function checkModel(state: TurnState, providers: ListValues["providers"]["providers"]): Action {
    const names: string[] = [];
    for (const provider of providers) {
        for (const id in provider.models) names.push(`${provider.id}/${id}`);
    }
    // A model sticks to its session: the prompt shows which one it got.
    const used = state.last && state.last.info.model;
    const wanted = used ? `${used.providerID}/${used.modelID}` : state.model;
    return checkKnown(wanted, names, "unknown_model") ?? fail("never_started", false);
}

/**
 * One step of a turn.
 * @param state the state so far; it is not changed
 * @param observation what came of the last action, with the time in epoch milliseconds
 * @returns the new state, and the action to perform next; `done` and `fail` end the turn
 */
export function step(state: TurnState, observation: Observation): { state: TurnState; action: Action } {
    const next = copy(state) as unknown as TurnState;
    if (observation.kind !== "wait" && observation.kind !== "failed") next.lostAt = undefined;
    const action = decide(next, observation);
    return { state: next, action };
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
    if (blocker) {
        const phase = blocker.kind === "permission" ? "waiting for permission" : "waiting for an answer";
        return { phase, seconds, message: blocker.text };
    }
    if (state.status === "retry") return { phase: "retry", seconds, message: state.retry && state.retry.message };
    const tool = runningTool(state.last);
    if (tool) {
        // Most tools have a title only when they are done.
        const call = tool.state!;
        const input = call.input ?? {};
        return { phase: "tool", seconds, tool: tool.tool, title: call.title ?? input.description ?? input.command };
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
    const id = answer === undefined ? "nil" : answer.info.id;
    const complete = answer !== undefined && answer.info.time.completed !== undefined;
    return `poll attempt #${state.polls}: msgs=${count}, found=${id}, complete=${complete}, status=${state.status}`;
}
