/**
 * Stopping what a session does, as a pure state machine like that of a turn: actions out, observations in.
 *
 * opencode must not be told to stop while it starts a turn: what it loads for a folder at that time (providers, MCP
 * servers, tools, skills) is then broken for good, and no prompt of anybody starts there until it is restarted
 * (1.18.33). So a turn is stopped once its answer can be seen, and once it has either begun, which needs all of that, or
 * opencode has answered for each of them, which it does when they are there.
 */
import { isAnswer, isComplete, looksFinal } from "./messages";
import type { ListValues, Message } from "./protocol";
import { copy } from "./copy";
import type { RequestFailure } from "./turn/actions";

/** How long a turn is waited for that cannot be seen yet, and a server that does not answer. */
const START_MILLISECONDS = 6000;
/** How long it may take until a stopped turn shows that it is; 0.1 s was measured. */
const END_MILLISECONDS = 3000;
/** The time between two looks, in seconds. */
const LOOK_SECONDS = 0.2;

/** What opencode loads when a folder's first turn starts. */
export type Loaded = "providers" | "tools" | "mcp" | "skills";
const LOADED: readonly Loaded[] = ["providers", "tools", "mcp", "skills"];

/** Failures that are no answers. Nobody knows then whether the request arrived, or what it asks for is loaded. */
const UNANSWERED: Record<string, true | undefined> = {
    timed_out: true,
    cannot_connect: true,
    network_error: true,
};

/** The session, and the turn that is to be stopped where it is one of ours. */
export interface StopStart {
    /** 2 for opencode 2, which can be stopped at any time; opencode 1 when absent. */
    readonly dialect?: number;
    readonly sessionId: string;
    /** False to stop whatever runs. */
    readonly isOurs: boolean;
    /** The newest message before our prompt. */
    readonly baselineId?: string;
}

export interface StopState extends StopStart {
    now: number;
    /** When it began, in epoch milliseconds. */
    since: number;
    isBusy: boolean;
    /** How many of LOADED are. */
    loaded: number;
    /** When opencode was told to stop; 0 before. */
    toldAt: number;
    /** The step that ran then, and the prompt that it answers. */
    toldOf?: string;
    toldPrompt?: string;
    /** Why it is not known whether it heard that. */
    problem?: RequestFailure;
}

/** What came of an action, under the action's own kind; `failed` where its request failed. */
export type StopObservation = { readonly now: number } & (
    | { readonly kind: "begin" | "wait" | "load" | "abort" }
    | { readonly kind: "status"; readonly value: ListValues["status"] }
    | { readonly kind: "last"; readonly value: readonly Message[] }
    | { readonly kind: "failed"; readonly request: StopAction["kind"]; readonly value: RequestFailure }
);

/**
 * How it ended: "stopped"; "ended", when our answer was there first; "idle", when nothing ran; "starting", when it
 * cannot be stopped yet; "failed", when the server does not do it, with why.
 */
export type Outcome = "stopped" | "ended" | "idle" | "starting" | "failed";

export type StopAction =
    | { readonly kind: "status" | "abort" }
    | { readonly kind: "last"; readonly limit: number }
    /** Asks for something that opencode has to have loaded. */
    | { readonly kind: "load"; readonly what: Loaded }
    | { readonly kind: "wait"; readonly seconds: number }
    | { readonly kind: "end"; readonly outcome: Outcome; readonly failure?: RequestFailure };

/** What came of it, and why where it failed. */
export interface StopEnd {
    readonly outcome: Outcome;
    readonly failure?: RequestFailure;
}

/** The state before the first step, which is handed the observation `begin`. */
export function start(from: StopStart): StopState {
    return {
        dialect: from.dialect,
        sessionId: from.sessionId,
        isOurs: from.isOurs,
        baselineId: from.baselineId,
        now: 0,
        since: 0,
        isBusy: false,
        loaded: 0,
        toldAt: 0,
    };
}

function end(outcome: Outcome, failure?: RequestFailure): StopAction {
    return { kind: "end", outcome, failure };
}

/** Looks again in a moment, or ends as it is when that has gone on for long enough. */
function lookAgain(
    state: StopState,
    milliseconds: number,
    outcome: Outcome,
    failure?: RequestFailure,
): StopAction {
    const isOver = state.now - Math.max(state.since, state.toldAt) >= milliseconds;
    return isOver ? end(outcome, failure) : { kind: "wait", seconds: LOOK_SECONDS };
}

/** Whether a message is a later step of the turn that opencode was told to stop. */
function isNextStep(state: StopState, answer: Message): boolean {
    const info = answer.info;
    return state.toldOf !== undefined && info.id !== state.toldOf && info.parentID === state.toldPrompt;
}

/** Tells opencode to stop, in the middle of a step. */
function stopNow(state: StopState, step: Message): StopAction {
    state.toldOf = step.info.id;
    state.toldPrompt = step.info.parentID;
    return { kind: "abort" };
}

/** What to do when the newest message was seen, after the status. */
function judge(state: StopState, last: Message | undefined): StopAction {
    const isNew = last !== undefined && last.info.id !== state.baselineId;
    const answer = isNew && last.info.role === "assistant" ? last : undefined;
    const isOver = answer !== undefined && isAnswer(answer) && isComplete(answer) && looksFinal(answer);
    const isOfInterest = state.isOurs || state.toldAt > 0;
    if (isOfInterest && isNew && last.info.role === "idle" && !state.isBusy)
        return end(last.info.finish === "interrupted" ? "stopped" : "ended");
    if (state.toldAt > 0) {
        const error = answer && answer.info.error;
        if (error && error.name === "MessageAbortedError") return end("stopped");
        // Where a subagent was stopped its call has ended as cancelled, and the model goes on with that (1.18.33).
        if (state.isBusy && answer && answer.parts.length > 0 && isNextStep(state, answer))
            return stopNow(state, answer);
        if (state.isBusy) return lookAgain(state, END_MILLISECONDS, "failed", state.problem);
        return end(isOver ? "ended" : "stopped");
    }
    if (state.isBusy && state.dialect === 2) return { kind: "abort" };
    if (state.isBusy) {
        // Behind an answer that is final another turn is about to show.
        if (!answer || isOver) return lookAgain(state, START_MILLISECONDS, "starting");
        const what = LOADED[state.loaded];
        if (what === undefined || answer.parts.length > 0) return stopNow(state, answer);
        return { kind: "load", what };
    }
    if (state.isOurs) {
        const outcome = answer ? "ended" : "starting";
        return isComplete(answer) ? end("ended") : lookAgain(state, START_MILLISECONDS, outcome);
    }
    const mayStart = last !== undefined && last.info.role === "user";
    return mayStart ? lookAgain(state, START_MILLISECONDS, "idle") : end("idle");
}

/** Goes on to the next thing that has to be loaded; after the last one the turn is looked at again. */
function loadNext(state: StopState): StopAction {
    state.loaded += 1;
    const what = LOADED[state.loaded];
    return what === undefined ? { kind: "status" } : { kind: "load", what };
}

function failed(state: StopState, request: StopAction["kind"], failure: RequestFailure): StopAction {
    const isAnswered = UNANSWERED[failure.code] !== true;
    if (request === "load" && isAnswered) return loadNext(state);
    if (request === "load") return lookAgain(state, START_MILLISECONDS, "starting");
    if (request === "abort" && !isAnswered) {
        state.toldAt = state.now;
        state.problem = failure;
    } else if (isAnswered && failure.code !== "server_error") {
        return end("failed", failure);
    }
    return lookAgain(state, START_MILLISECONDS, "failed", failure);
}

/**
 * One step.
 * @param before the state so far; it is not changed
 * @param observation what came of the last action, with the time in epoch milliseconds
 * @returns the new state, and the action to perform next; `end` ends it
 */
export function step(
    before: StopState,
    observation: StopObservation,
): { readonly state: StopState; readonly action: StopAction } {
    const state = copy(before, {} as StopState);
    state.now = observation.now;
    const kind = observation.kind;
    let action: StopAction = { kind: "status" };
    if (kind === "begin") {
        state.since = state.now;
    } else if (kind === "load") {
        action = loadNext(state);
    } else if (kind === "abort") {
        state.toldAt = state.now;
    } else if (kind === "last") {
        action = judge(state, observation.value[observation.value.length - 1]);
    } else if (kind === "failed") {
        action = failed(state, observation.request, observation.value);
    } else if (kind === "status") {
        const status = observation.value[state.sessionId];
        state.isBusy = status !== undefined && (status.type as string) !== "idle";
        action = { kind: "last", limit: 1 };
    }
    return { state, action };
}
