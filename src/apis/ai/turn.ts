/**
 * One prompt from sent to settled, as a pure state machine: no http and no clock, both come in as observations.
 *
 * The caller performs the action that it is given and hands what came of it to the next step. opencode's server
 * decides when a turn is over, and no single sign of it can be trusted: idle shows before the turn starts, a completed
 * message may be one of many steps, and the last message may belong to somebody else's prompt. So a turn is over when
 * the session is idle and the newest message is a completed answer that can be traced to our prompt.
 *
 * Each kind of request may fail for a while of its own (see `requests`), whatever the others do, and nothing is waited
 * for beyond the idle timeout.
 */
import type { Code } from "./codes";
import {
    activeTools,
    carriesNonce,
    isAnswer,
    isComplete,
    looksFinal,
    textOf,
    turnIn,
    type PromptMark,
} from "./messages";
import type { ListValues, Message, Permission, Question, Session, SessionStatus } from "./protocol";

/** Longest that a cold server was seen to stay idle before it starts a turn is 1.3 s; this leaves a wide margin. */
const START_MILLISECONDS = 6000;
/** An answer that is idle and incomplete for this long stays so for ever: the server died in the turn. */
const INTERRUPTED_MILLISECONDS = 2000;
/** Idle has to be seen so often before anything is concluded from it: a server that is loaded answers late. */
const IDLE_LOOKS = 3;
/** Servers were reported to stay busy after an answer was complete; after this long the answer counts. */
const STUCK_BUSY_MILLISECONDS = 10000;
/** How long what nothing goes on without may fail; a restart of the server takes about 5 s. */
const LOST_SECONDS = 60;
/** A connection that is refused for so long was refused by a server that restarts, which takes 3 s at least. */
const RESTART_MILLISECONDS = 1500;
/** How long a list may fail that only tells why nothing happens. */
const DIAGNOSIS_SECONDS = 10;
/** What only tells more of a turn is not asked for again for so long after it failed. */
const REST_MILLISECONDS = 30000;

/** What is asked of the server, as failures name it. */
const ROUTES: { readonly [K in RequestKind]: string } = {
    send: "/session/.../prompt_async",
    last: "/session/.../message",
    beginning: "/session/.../message",
    recent: "/session/.../message",
    status: "/session/status",
    session: "/session/...",
    parent: "/session/...",
    permissions: "/permission",
    questions: "/question",
    mcp: "/mcp",
    agents: "/agent",
    providers: "/config/providers",
};

/** Failures that no waiting mends. */
const HOPELESS: Record<string, true | undefined> = {
    http_disabled: true,
    address_denied: true,
    reply_too_large: true,
    unauthorized: true,
    server_config: true,
    bad_request: true,
    not_found: true,
};
/** Failures of the connection: the server may have been restarted. */
const CUT: Record<string, true | undefined> = { cannot_connect: true, network_error: true };
/** Failures that are answers, so that somebody is there. */
const ANSWERED: Record<string, true | undefined> = { server_error: true, not_opencode: true };

export interface TurnState extends PromptMark {
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
    /** The turn's first step, once the list was seen to begin with it. */
    firstStepId?: string;
    /** Whether the turn's beginning was looked for. */
    isTraced: boolean;
    /** The newest message as last polled. */
    last?: Message;
    /** How many times the newest message was asked for. */
    polls: number;
    status: "unknown" | "idle" | SessionStatus["type"];
    statusAt: number;
    /** While the server tries the model again: which attempt, and why. */
    retry?: SessionStatus;
    /** Epoch milliseconds of the first idle since the newest message changed, and how often it was seen since. */
    idleSince?: number;
    idleLooks: number;
    /** How many messages the search for the answer looks at. */
    searched: number;
    /** What can be seen of the turn, and since when it has not changed. */
    sight: string;
    changedAt: number;
    blocker?: Blocker;
    /** Sessions that ask for something, by the session that opened them; "" for those that none did. */
    parents: Readonly<Record<string, string | undefined>>;
    /** The session whose parent is being asked for. */
    stranger: string;
    /** Since when each kind of request fails, and how it last did, by its name. */
    troubles: Readonly<Record<string, Trouble | undefined>>;
    /** The request that failed last, of those without which it does not go on. */
    failing?: RequestKind;
    /** When any request last succeeded. */
    reachedAt: number;
    /** When the server was last away for as long as a restart takes, after the prompt was sent; 0 for never. */
    cutAt: number;
    /** Why it is not known whether the prompt arrived. */
    unsure?: RequestFailure;
    /** Whether the session, and the agent, were seen to exist. */
    hasSession: boolean;
    hasAgent: boolean;
}

/** What the turn waits for and only a person can give. */
export interface Blocker {
    readonly kind: "permission" | "question";
    readonly phase: "waiting for permission" | "waiting for an answer";
    readonly text: string;
    /** The failure that waiting for it in vain ends with. */
    readonly code: Code;
}

/** A request that failed, with the failure's code (see failure.ts). */
export interface RequestFailure {
    readonly code: string;
    readonly message?: string;
}

interface Trouble {
    /** Epoch milliseconds of the first and of the last failure in a row. */
    readonly since: number;
    readonly at: number;
    readonly failure: RequestFailure;
}

/** What came of an action. */
interface Values extends ListValues {
    readonly last: readonly Message[];
    readonly beginning: readonly Message[];
    readonly recent: readonly Message[];
    readonly session: Session;
    readonly parent: Session;
    /** Anything: what counts is that it is answered. */
    readonly mcp: unknown;
}

/** What can be asked of the server. */
export type RequestKind = "send" | keyof Values;

/** What came of an action, under the action's own kind; `failed` where its request failed. */
export type Observation = { readonly now: number } & (
    | { readonly kind: "begin" | "send" | "wait" }
    | { [K in keyof Values]: { readonly kind: K; readonly value: Values[K] } }[keyof Values]
    | { readonly kind: "failed"; readonly request: RequestKind; readonly value: RequestFailure }
);

export type Action =
    | { readonly kind: "send" }
    | { readonly kind: "session" | "mcp" }
    | { readonly kind: keyof ListValues }
    /** The newest messages. */
    | { readonly kind: "last" | "beginning" | "recent"; readonly limit: number }
    /** A session that may be a subagent's. */
    | { readonly kind: "parent"; readonly id: string }
    | { readonly kind: "wait"; readonly seconds: number }
    /** The turn's steps, and the text of all of them. */
    | { readonly kind: "done"; readonly steps: readonly Message[]; readonly text: string }
    | FailAction;

export interface FailAction {
    readonly kind: "fail";
    readonly code: Code;
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
        | "starting"
        | "working"
        | "tool"
        | "retry"
        | "reconnecting"
        | "failing"
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

/** Adds the fields of one table to another, and returns that. */
export function copy<T extends object>(from: object, into: T): T {
    for (const key in from) into[key as keyof T] = from[key as keyof typeof from];
    return into;
}

/** A table with one field changed; the one that is given stays as it is. */
function withField<T>(table: Readonly<Record<string, T | undefined>>, name: string, value: T | undefined) {
    const changed = copy<Record<string, T | undefined>>(table, {});
    changed[name] = value;
    return changed;
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
        isTraced: false,
        polls: 0,
        status: "unknown",
        statusAt: 0,
        idleLooks: 0,
        searched: 0,
        sight: "",
        changedAt: 0,
        parents: {},
        stranger: "",
        troubles: {},
        reachedAt: 0,
        cutAt: 0,
        hasSession: false,
        hasAgent: false,
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
        state.idleLooks = 0;
        state.blocker = undefined;
        state.failing = undefined;
    }
}

function fail(code: Code, detail?: Record<string, string>, text?: string, pending?: boolean): Action {
    return { kind: "fail", code, pending: pending === true, detail: detail ?? {}, text };
}

function failWith(failure: RequestFailure, pending: boolean): Action {
    return { kind: "fail", code: failure.code as Code, pending, detail: {}, failure };
}

/** The newest message, when it came after our prompt. */
function newAnswer(state: TurnState): Message | undefined {
    const last = state.last;
    return last && last.info.id !== state.baselineId && last.info.role === "assistant" ? last : undefined;
}

/** Whether anything shows that the server has the prompt. */
function isSeen(state: TurnState): boolean {
    return state.userMessageId !== undefined || newAnswer(state) !== undefined;
}

/** True where a request fails although the server is there. */
function isAlone(state: TurnState, trouble: Trouble): boolean {
    return ANSWERED[trouble.failure.code] === true || state.reachedAt > trouble.since;
}

/** Ends waiting for a request: with its failure, which names it where the server is there. */
function giveUpOn(state: TurnState, request: RequestKind, failure: RequestFailure): Action {
    const trouble = state.troubles[request];
    if (!state.unsure && trouble && !HOPELESS[failure.code] && isAlone(state, trouble)) {
        const what = failure.message ?? failure.code;
        return fail("request_fails", { route: ROUTES[request], what }, undefined, true);
    }
    return failWith(state.unsure ?? failure, true);
}

/** Nothing was seen to happen for so long that waiting ends. */
function overdue(state: TurnState): Action {
    const blocker = state.blocker;
    if (blocker) return fail(blocker.code, { what: blocker.text }, undefined, true);
    const failing = state.failing;
    const trouble = failing === undefined ? undefined : state.troubles[failing];
    if (failing !== undefined && trouble) return giveUpOn(state, failing, trouble.failure);
    const seconds = `${state.idleTimeout}`;
    return fail(isSeen(state) ? "no_progress" : "slow_start", { seconds }, undefined, true);
}

/** Waits, unless nothing has been seen to happen for so long that waiting should end. */
function wait(state: TurnState, seconds?: number): Action {
    if (state.now - state.changedAt >= state.idleTimeout * 1000) return overdue(state);
    return { kind: "wait", seconds: seconds ?? pollInterval((state.now - state.sentAt) / 1000) };
}

/** Asks for the status only when it can tell something that the messages do not. */
function statusIsDue(state: TurnState): boolean {
    if (state.status === "idle") return true;
    const sinceStatus = state.now - state.statusAt;
    if (state.status === "retry") return sinceStatus >= 2000;
    const quiet = state.now - state.changedAt;
    const limit = activeTools(state.last).length === 0 ? 2000 : 1000;
    return quiet >= limit && sinceStatus >= Math.max(limit, quiet * 0.6);
}

/** True once idle was seen often enough, and for so many milliseconds. */
function hasRested(state: TurnState, milliseconds: number): boolean {
    const since = state.idleSince ?? state.now;
    return state.idleLooks >= IDLE_LOOKS && state.now - since >= milliseconds;
}

/** What the steps of a turn that is over come to. Their text is the answer: the last step may have none. */
function finish(steps: readonly Message[]): Action {
    const message = steps[steps.length - 1]!;
    const text = textOf(steps);
    const info = message.info;
    const failure = info.error;
    if (failure) {
        if (failure.name === "MessageAbortedError") return fail("aborted", undefined, text);
        const data = failure.data ?? {};
        const status = data.statusCode === undefined ? "" : ` (HTTP ${data.statusCode})`;
        return fail("model_error", { what: data.message ?? failure.name, status }, text);
    }
    if (textOf([message]) === "") {
        if (info.finish === undefined) return fail("interrupted", undefined, text);
        if (info.finish === "tool-calls") return fail("stopped_at_tool", undefined, text);
    }
    return text === "" ? fail("empty_reply") : { kind: "done", steps, text };
}

/** True while the turn may yet start: it was sent, or the server was out of reach, a moment ago. */
function isYoung(state: TurnState): boolean {
    return state.now - Math.max(state.sentAt, state.cutAt) < START_MILLISECONDS;
}

/** The server has the prompt and does nothing: why not? */
function unanswered(state: TurnState): Action {
    if (isYoung(state)) return wait(state);
    if (state.idleLooks < IDLE_LOOKS) return wait(state, 0.5);
    if (state.cutAt > 0) return fail("restarted");
    return { kind: state.agent === undefined ? "providers" : "agents" };
}

/** It never started, and nothing explains it but perhaps a list that fails. */
function neverStarted(state: TurnState, request?: RequestKind, failure?: RequestFailure): Action {
    const pending = !state.resumed;
    if (request === undefined || !failure) {
        // What was sent before this program started would have started by now.
        return state.resumed ? fail("restarted") : fail("never_started", { why: "" }, undefined, pending);
    }
    const route = ROUTES[request];
    if (failure.code === "server_error") return fail("server_stuck", { route }, undefined, pending);
    const what = failure.message ?? failure.code;
    return fail("never_started", { why: ` (${route}: ${what})` }, undefined, pending);
}

/** The prompt is not among the messages. It may still come: a plugin or an MCP server may hold it up. */
function missing(state: TurnState): Action {
    if (state.resumed && !state.hasSession) return { kind: "session" };
    if (isYoung(state)) return wait(state, state.unsure && 1);
    if (state.unsure) return fail("not_sent", undefined, undefined, true);
    if (state.cutAt > 0) return fail("restarted", undefined, undefined, true);
    if (state.agent !== undefined && !state.hasAgent) return { kind: "agents" };
    const isOld = state.resumed && state.now - state.sentAt >= state.idleTimeout * 1000;
    return isOld ? fail("not_sent") : wait(state);
}

/**
 * The turn was stopped. Where the model had not begun, nobody may have stopped it: after an abort in the middle of a
 * start opencode stops each turn at once, until it is restarted (1.18.33).
 */
function conclude(steps: readonly Message[]): Action {
    const end = finish(steps);
    const hasBegun = steps.length > 1 || steps[0]!.parts.length > 0;
    return end.kind === "fail" && end.code === "aborted" && !hasBegun ? { kind: "mcp" } : end;
}

function search(state: TurnState, limit: number): Action {
    state.searched = limit;
    return { kind: "recent", limit };
}

/** Settles a turn at its last step. The other steps are fetched where there may be some. */
function settle(state: TurnState, message: Message): Action {
    return state.firstStepId === message.info.id ? conclude([message]) : search(state, 10);
}

/** What to do after the newest message was seen. */
function afterLast(state: TurnState): Action {
    const answer = newAnswer(state);
    if (answer && !state.isTraced) {
        state.isTraced = true;
        return { kind: "beginning", limit: 2 };
    }
    let isDue = state.troubles.status !== undefined || statusIsDue(state);
    if (isComplete(answer)) isDue = looksFinal(answer) || state.now !== state.changedAt;
    return isDue ? { kind: "status" } : wait(state);
}

/** Whether a request that only tells more is worth asking: it failed a moment ago, or not. */
function isWorthAsking(state: TurnState, request: RequestKind): boolean {
    const trouble = state.troubles[request];
    return trouble === undefined || state.now - trouble.at >= REST_MILLISECONDS;
}

function lookForQuestion(state: TurnState): Action {
    return isWorthAsking(state, "questions") ? { kind: "questions" } : wait(state);
}

/** A tool that runs may wait for somebody: asks for permissions first, then for questions. */
function lookForBlocker(state: TurnState): Action {
    if (activeTools(state.last).length === 0) return wait(state);
    if (isWorthAsking(state, "permissions")) return { kind: "permissions" };
    return lookForQuestion(state);
}

function afterStatus(state: TurnState): Action {
    const answer = newAnswer(state);
    const last = state.last;
    if (state.status === "idle") {
        if (answer) {
            if (isComplete(answer)) return looksFinal(answer) ? settle(state, answer) : search(state, 10);
            return hasRested(state, INTERRUPTED_MILLISECONDS) ? search(state, 10) : wait(state, 0.5);
        }
        if (last && carriesNonce(last, state.nonce)) return unanswered(state);
        if (isYoung(state)) return wait(state);
        if (state.idleLooks < IDLE_LOOKS) return wait(state, 0.5);
        return last && last.info.id !== state.baselineId ? search(state, 10) : missing(state);
    }
    const isStuck = state.now - state.changedAt >= STUCK_BUSY_MILLISECONDS;
    if (isStuck && isComplete(answer) && looksFinal(answer)) return settle(state, answer);
    if (state.status === "busy") return lookForBlocker(state);
    return wait(state);
}

/** The newest message's tool calls that run or wait, and the sessions that they opened for subagents. */
interface Activity {
    readonly calls: Readonly<Record<string, true | undefined>>;
    readonly subagents: Readonly<Record<string, true | undefined>>;
    readonly hasSubagents: boolean;
}

function activityOf(message: Message | undefined): Activity {
    const calls: Record<string, true | undefined> = {};
    const subagents: Record<string, true | undefined> = {};
    let hasSubagents = false;
    for (const part of activeTools(message)) {
        if (part.callID !== undefined) calls[part.callID] = true;
        const metadata = part.state!.metadata;
        if (metadata && metadata.sessionId !== undefined) {
            subagents[metadata.sessionId] = true;
            hasSubagents = true;
        }
    }
    return { calls, subagents, hasSubagents };
}

/**
 * Whose ask it is: of one of the turn's calls, or of a subagent or of one that a subagent opened. Asks of turns that
 * were stopped stay listed (1.18.33).
 * @returns true for this turn's, false for another's, else the session whose parent has to be known first
 */
function isOfTurn(state: TurnState, activity: Activity, ask: Permission | Question): boolean | string {
    if (ask.sessionID === state.sessionId) {
        const call = ask.tool && ask.tool.callID;
        // Older servers do not say which call it is that asks.
        return call === undefined || activity.calls[call] === true;
    }
    if (!activity.hasSubagents) return false;
    let session = ask.sessionID;
    // A ring of parents has no end.
    for (let generation = 0; generation < 10; generation++) {
        if (activity.subagents[session]) return true;
        const parent = state.parents[session];
        if (parent === undefined) return session;
        session = parent;
    }
    return false;
}

/** The first entry that is an ask of this turn, and else a session whose parent would tell more. */
function asksOfTurn<T extends Permission | Question>(
    state: TurnState,
    entries: readonly T[],
): { readonly ask?: T; readonly stranger?: string } {
    const activity = activityOf(state.last);
    let stranger: string | undefined;
    for (const entry of entries) {
        const isOurs = isOfTurn(state, activity, entry);
        if (isOurs === true) return { ask: entry };
        if (isOurs !== false) stranger = stranger ?? isOurs;
    }
    return { stranger: isWorthAsking(state, "parent") ? stranger : undefined };
}

/** Asks which session opened another one, after which the asks are looked at anew. */
function askForParent(state: TurnState, id: string): Action {
    state.stranger = id;
    return { kind: "parent", id };
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
        const tools = activeTools(last);
        const tool = tools[tools.length - 1];
        const since = last === undefined ? state.now : last.info.time.created;
        const seconds = `${Math.floor((state.now - since) / 1000)}`;
        return fail("session_busy", { seconds, what: tool ? ` (${tool.tool})` : "" }, undefined, true);
    }
    state.baselineId = last && last.info.id;
    return { kind: "send" };
}

/** Fails when what the prompt asks for is not among the names that there are. */
function checkKnown(wanted: string | undefined, names: readonly string[], code: Code): Action | undefined {
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

/** The newest messages, after which the turn is looked at anew. */
function takeNewest(state: TurnState, messages: readonly Message[]): void {
    state.last = messages[messages.length - 1];
    notice(state);
}

type After<T> = (this: void, state: TurnState, value: T, request: RequestKind) => Action;

/** What is asked for, and what to do where it fails. */
interface RequestRule {
    /** How many seconds it may go on failing; 0 where it only tells more. */
    readonly patience: number;
    /** True for what the server does not find only where the session is gone. */
    readonly isOfSession?: boolean;
    /** True for what breaks only where the server is out of reach. */
    readonly isVital?: boolean;
    /** Goes on at once in spite of the failure, where that is possible. */
    readonly unless?: (this: void, state: TurnState) => Action | undefined;
    /** What to do when the patience is over; the turn fails where there is nothing. */
    readonly giveUp?: (this: void, state: TurnState, failure: RequestFailure) => Action;
}

/** A message that is complete and final for long is an answer even where nothing more can be learned of it. */
function settleWithout(state: TurnState): Action | undefined {
    const answer = newAnswer(state);
    const isStuck = state.now - state.changedAt >= STUCK_BUSY_MILLISECONDS;
    return isStuck && isComplete(answer) && looksFinal(answer) ? settle(state, answer) : undefined;
}

/** All that a turn asks of the server. */
const requests: { readonly [K in RequestKind]: RequestRule } = {
    send: { patience: LOST_SECONDS, isOfSession: true, isVital: true },
    last: { patience: LOST_SECONDS, isOfSession: true, isVital: true },
    status: { patience: LOST_SECONDS, isVital: true, unless: settleWithout },
    beginning: { patience: 0, giveUp: afterLast },
    recent: {
        patience: LOST_SECONDS,
        isOfSession: true,
        isVital: true,
        giveUp: (state, failure) => {
            const answer = newAnswer(state);
            const isOurs = isComplete(answer) && answer.info.parentID === state.userMessageId;
            return isOurs && looksFinal(answer) ? conclude([answer]) : giveUpOn(state, "recent", failure);
        },
    },
    session: { patience: DIAGNOSIS_SECONDS, isOfSession: true },
    parent: { patience: 0, giveUp: lookForQuestion },
    permissions: {
        patience: 0,
        giveUp: (state, failure) => {
            const tool = activeTools(state.last)[0];
            // opencode cannot write down what some tools ask for, and then tells of no ask at all (1.18.14, 1.18.33).
            if (failure.code === "bad_request" && tool) {
                const text = tool.tool ?? "a tool";
                const code = "permission_unlisted";
                state.blocker = { kind: "permission", phase: "waiting for permission", text, code };
            }
            return lookForQuestion(state);
        },
    },
    questions: { patience: 0, giveUp: (state) => wait(state) },
    mcp: {
        patience: DIAGNOSIS_SECONDS,
        giveUp: (state, failure) =>
            failure.code === "server_error" ? neverStarted(state, "mcp", failure) : fail("aborted"),
    },
    agents: {
        patience: DIAGNOSIS_SECONDS,
        giveUp: (state, failure) => {
            if (isSeen(state)) return neverStarted(state, "agents", failure);
            state.failing = undefined;
            state.hasAgent = true;
            return missing(state);
        },
    },
    providers: {
        patience: DIAGNOSIS_SECONDS,
        giveUp: (state, failure) => neverStarted(state, "providers", failure),
    },
};

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
        if (!state.sent) return { kind: "last", limit: 1 };
        notice(state);
        if (state.status === "idle") {
            state.idleSince = state.idleSince ?? state.now;
            state.idleLooks += 1;
        } else {
            state.idleSince = undefined;
            state.idleLooks = 0;
        }
        return state.last === undefined && state.resumed ? search(state, 10) : afterStatus(state);
    },
    send: (state) => {
        begin(state);
        return wait(state);
    },
    wait: (state) => (state.unsure ? search(state, 10) : { kind: "last", limit: 1 }),
    last: (state, messages) => {
        const last = messages[messages.length - 1];
        if (!state.sent) return beforeSending(state, last);
        state.polls += 1;
        takeNewest(state, messages);
        if (last && last.info.role === "user" && carriesNonce(last, state.nonce))
            state.userMessageId = last.info.id;
        return afterLast(state);
    },
    beginning: (state, messages) => {
        const turn = turnIn(state, messages);
        const first = turn.steps[0];
        state.userMessageId = turn.userMessageId;
        if (turn.isWhole && first && !turn.isFollowed) state.firstStepId = first.info.id;
        takeNewest(state, messages);
        return afterLast(state);
    },
    recent: (state, messages) => {
        const turn = turnIn(state, messages);
        const steps = turn.steps;
        const last = steps[steps.length - 1];
        takeNewest(state, messages);
        // A prompt that was sent just now is among the newest messages, if it is anywhere.
        const isAll = state.unsure !== undefined || messages.length < state.searched || state.searched >= 100;
        if (!(turn.isFound && turn.isWhole) && !isAll) return search(state, 100);
        const isIdle = state.status === "idle";
        if (!turn.isFound) {
            // A server that keeps no metadata and rewrites parents: what came after the baseline is the best there is.
            const answer = state.resumed || state.unsure ? undefined : newAnswer(state);
            const isOver = isIdle && isComplete(answer) && isAnswer(answer);
            return isOver ? conclude([answer]) : missing(state);
        }
        state.unsure = undefined;
        state.userMessageId = turn.userMessageId;
        if (turn.isWhole && steps[0]) state.firstStepId = steps[0].info.id;
        if (!last) return isIdle ? unanswered(state) : wait(state);
        if (isComplete(last)) {
            const isStuck = state.now - state.changedAt >= STUCK_BUSY_MILLISECONDS;
            const isOver = looksFinal(last) && (turn.isFollowed || isStuck);
            return isIdle || isOver ? conclude(steps) : wait(state);
        }
        const isDead = turn.isFollowed || (isIdle && hasRested(state, INTERRUPTED_MILLISECONDS));
        return isDead ? fail("interrupted", undefined, textOf(steps)) : wait(state, isIdle ? 0.5 : undefined);
    },
    session: (state) => {
        state.hasSession = true;
        return missing(state);
    },
    parent: (state, session) => {
        state.parents = withField(state.parents, state.stranger, session.parentID ?? "");
        return { kind: "permissions" };
    },
    mcp: () => fail("aborted"),
    permissions: (state, permissions) => {
        const asks = asksOfTurn(state, permissions);
        const ask = asks.ask;
        state.blocker = undefined;
        if (!ask && asks.stranger !== undefined) return askForParent(state, asks.stranger);
        if (!ask) return lookForQuestion(state);
        const pattern = ask.patterns && ask.patterns[0];
        const text = `${ask.permission}: ${pattern ?? ""}`;
        const code = "waiting_for_permission";
        state.blocker = { kind: "permission", phase: "waiting for permission", text, code };
        return wait(state);
    },
    questions: (state, questions) => {
        const asks = asksOfTurn(state, questions);
        const ask = asks.ask;
        if (!ask && asks.stranger !== undefined) return askForParent(state, asks.stranger);
        const first = ask && ask.questions[0];
        if (first) {
            const code = "waiting_for_question";
            const text = first.question;
            state.blocker = { kind: "question", phase: "waiting for an answer", text, code };
        }
        return wait(state);
    },
    agents: (state, agents) => {
        const names: string[] = [];
        for (const agent of agents) {
            if (agent.hidden !== true && agent.mode !== "subagent") names.push(agent.name);
        }
        const unknown = checkKnown(state.agent, names, "unknown_agent");
        if (unknown) return unknown;
        state.hasAgent = true;
        return isSeen(state) ? { kind: "providers" } : missing(state);
    },
    providers: (state, value) => {
        const names: string[] = [];
        for (const provider of value.providers) {
            for (const id in provider.models) names.push(`${provider.id}/${id}`);
        }
        // A model sticks to its session: the prompt shows which one it got.
        const used = state.last && state.last.info.model;
        const wanted = used ? `${used.providerID}/${used.modelID}` : state.model;
        return checkKnown(wanted, names, "unknown_model") ?? neverStarted(state);
    },
    failed: (state, failure, request) => {
        const rule = requests[request];
        if (failure.code === "not_found" && rule.isOfSession)
            return fail("session_gone", { session: state.sessionId });
        const isHopeless = HOPELESS[failure.code] === true;
        if (request === "send") {
            if (isHopeless) return failWith(failure, false);
            // The answer to the request was lost, the prompt itself may have arrived.
            begin(state);
            state.unsure = failure;
        }
        if (!state.sent) return failWith(failure, false);
        const before = state.troubles[request];
        const since = before ? before.since : state.now;
        const isLong = state.now - since >= RESTART_MILLISECONDS;
        if (CUT[failure.code] && rule.isVital && isLong) state.cutAt = state.now;
        state.troubles = withField(state.troubles, request, { since, at: state.now, failure });
        if (rule.patience > 0) state.failing = request;
        const other = rule.unless && rule.unless(state);
        if (other) return other;
        // Where the turn is seen to go on it has time.
        const waited = state.now - Math.max(since, state.changedAt);
        const isOver = waited >= Math.min(state.idleTimeout, rule.patience) * 1000;
        if (!isHopeless && !isOver) return wait(state, 1);
        return rule.giveUp ? rule.giveUp(state, failure) : giveUpOn(state, request, failure);
    },
};

/**
 * One step of a turn.
 * @param state the state so far; it is not changed
 * @param observation what came of the last action, with the time in epoch milliseconds
 * @returns the new state, and the action to perform next; `done` and `fail` end the turn
 */
export function step(state: TurnState, observation: Observation): { state: TurnState; action: Action } {
    const given = observation as unknown as { readonly value: never; readonly request: RequestKind };
    const kind = observation.kind;
    const next = copy(state, {} as TurnState);
    next.now = observation.now;
    if (kind !== "begin" && kind !== "wait" && kind !== "failed") {
        if (next.troubles[kind]) next.troubles = withField(next.troubles, kind, undefined);
        if (next.failing === kind || next.failing === "send") next.failing = undefined;
        next.reachedAt = next.now;
    }
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
    const failing = state.failing;
    const trouble = failing === undefined ? undefined : state.troubles[failing];
    if (failing !== undefined && trouble) {
        return isAlone(state, trouble)
            ? { phase: "failing", seconds, message: ROUTES[failing] }
            : { phase: "reconnecting", seconds };
    }
    const blocker = state.blocker;
    if (blocker) return { phase: blocker.phase, seconds, message: blocker.text };
    if (state.status === "retry")
        return { phase: "retry", seconds, message: state.retry && state.retry.message };
    const tools = activeTools(state.last);
    const tool = tools[tools.length - 1];
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
    if (newAnswer(state)) return { phase: "working", seconds };
    const isLate = !isSeen(state) && (state.unsure !== undefined || now - state.sentAt >= START_MILLISECONDS);
    return { phase: isLate ? "starting" : "sent", seconds };
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
