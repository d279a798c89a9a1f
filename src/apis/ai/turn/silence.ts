/** When the prompt was sent and nothing comes of it: what is asked of the server to tell why. */
import type { Code } from "../codes";
import { textOf } from "../messages";
import type { Agent, ListValues, Session } from "../protocol";
import { type Action, fail, failForNow, failWith, type RequestFailure, type RequestKind } from "./actions";
import { requests } from "./requests";
import { isSeen, isSurelyIdle, isYoung, type TurnState } from "./state";
import { giveUpOn, wait, waitIdle } from "./waiting";

/** How many bytes of names are told: message and hint are to fit two rows each. */
const MOST_NAMES = 45;

/** The server has the prompt and does nothing: why not? */
export function unanswered(state: TurnState): Action {
    if (isYoung(state)) return wait(state);
    if (!isSurelyIdle(state)) return waitIdle(state);
    // Where no record tells that a turn has ended the session may.
    if (state.dialect === 2 && !state.hasSession) return { kind: "session" };
    if (state.cutAt > 0) return fail("restarted");
    return { kind: state.agent === undefined ? "providers" : "agents" };
}

/** How often a prompt is sent of which nobody knows whether it arrived. */
const MOST_SENDINGS = 3;

/** Sends the prompt again: opencode 2 knows it by its id, and does not run it twice. */
function sendAgain(state: TurnState): Action {
    state.sendings += 1;
    return { kind: "send" };
}

/** The prompt was sent, and is not there. What opencode 2 has answered to it tells more than that. */
function notTaken(state: TurnState, failure: RequestFailure): Action {
    const isTold = state.dialect === 2 && failure.code === "server_error";
    return isTold ? failWith(failure, true) : failForNow("not_sent");
}

/** The prompt is not among the messages. It may still come: a plugin or an MCP server may hold it up. */
export function missing(state: TurnState): Action {
    const canAgain = state.dialect === 2 && state.unsure !== undefined && !state.resumed;
    if (canAgain && state.sendings < MOST_SENDINGS) return sendAgain(state);
    if (state.resumed && !state.hasSession) return { kind: "session" };
    if (isYoung(state)) return wait(state, state.unsure && 1);
    if (state.unsure) return notTaken(state, state.unsure);
    if (state.cutAt > 0) return failForNow("restarted");
    if (state.agent !== undefined && !state.hasAgent) return { kind: "agents" };
    let isOld = state.now - state.sentAt >= state.idleTimeout * 1000;
    // opencode 2 has what it will do from its answer on: what is not there has never come.
    if (state.dialect === 2 && isSurelyIdle(state)) isOld = true;
    return state.resumed && isOld ? fail("not_sent") : wait(state);
}

/** The turn has failed, and nothing tells why. */
function failedSomehow(state: TurnState): Action {
    return fail("model_error", { what: "no reason given", status: "" }, textOf(state.shown));
}

/** The turn never started, and nothing tells why. */
function neverStarted(state: TurnState): Action {
    if (state.hasFailed) return failedSomehow(state);
    // What was sent before this program started would have started by now.
    return state.resumed ? fail("restarted") : failForNow("never_started", { why: "" });
}

/** The turn never started, and nothing explains it but perhaps a request that fails. */
export function neverStartedAs(state: TurnState, request: RequestKind, failure: RequestFailure): Action {
    if (state.hasFailed) return failedSomehow(state);
    const end = state.resumed ? fail : failForNow;
    const route = requests[request].route;
    if (failure.code === "server_error") return end("server_stuck", { route });
    return end("never_started", { why: ` (${route}: ${failure.message ?? failure.code})` });
}

/** Names in a row, as many as fit; each has a space before it. */
function listed(names: readonly string[]): string {
    let known = "";
    let isCut = false;
    for (const name of names) {
        if (known.length + name.length < MOST_NAMES) known += ` ${name}`;
        else isCut = true;
    }
    return isCut ? known + " .." : known;
}

/** Fails when what the prompt asks for is not among the names that there are. */
function checkKnown(wanted: string | undefined, names: readonly string[], code: Code): Action | undefined {
    if (wanted === undefined) return undefined;
    for (const name of names) {
        if (name === wanted) return undefined;
    }
    return fail(code, { wanted, known: listed(names) });
}

/** The session was seen to exist; of opencode 2 it may tell how a turn has ended that had no step. */
export function afterSession(state: TurnState, session: Session): Action {
    const ended = session.ended;
    const last = state.last;
    state.hasSession = true;
    if (state.userMessageId === undefined) return missing(state);
    const isOurs = ended !== undefined && last !== undefined && ended.at >= last.info.time.created;
    if (isOurs && ended.outcome === "interrupted") return fail("aborted");
    if (isOurs && ended.outcome === "failed") {
        state.hasFailed = true;
        return { kind: "reason" };
    }
    return unanswered(state);
}

/** Goes on without the session, where it was only asked for to tell more. */
export function withoutSession(state: TurnState, failure: RequestFailure): Action {
    if (state.userMessageId === undefined) return giveUpOn(state, "session", failure);
    state.hasSession = true;
    state.failing = undefined;
    return unanswered(state);
}

/** Why the turn has failed cannot be told: perhaps what it asks for is not there. */
export function withoutReason(state: TurnState): Action {
    return { kind: state.agent === undefined ? "providers" : "agents" };
}

/** Looks for the agent that the prompt asks for. */
export function afterAgents(state: TurnState, agents: readonly Agent[]): Action {
    const names: string[] = [];
    for (const agent of agents) {
        if (agent.hidden !== true && agent.mode !== "subagent") names.push(agent.name);
    }
    const unknown = checkKnown(state.agent, names, "unknown_agent");
    if (unknown) return unknown;
    state.hasAgent = true;
    return isSeen(state) ? { kind: "providers" } : missing(state);
}

/** Goes on without the list of agents. */
export function withoutAgents(state: TurnState, failure: RequestFailure): Action {
    if (isSeen(state)) return neverStartedAs(state, "agents", failure);
    state.failing = undefined;
    state.hasAgent = true;
    return missing(state);
}

/** Looks for the model that the prompt asks for. */
export function afterProviders(state: TurnState, value: ListValues["providers"]): Action {
    const names: string[] = [];
    for (const provider of value.providers) {
        for (const id in provider.models) names.push(`${provider.id}/${id}`);
    }
    // A model sticks to its session: the prompt shows which one it got.
    const used = state.last && state.last.info.model;
    const wanted = used ? `${used.providerID}/${used.modelID}` : state.model;
    return checkKnown(wanted, names, "unknown_model") ?? neverStarted(state);
}

/** Ends without the list of models. */
export function withoutProviders(state: TurnState, failure: RequestFailure): Action {
    return neverStartedAs(state, "providers", failure);
}
