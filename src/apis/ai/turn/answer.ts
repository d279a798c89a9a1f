/**
 * Where the reply is found in the session's messages, and what it comes to.
 *
 * The newest ten messages are fetched, and then a hundred, until the prompt is among them. `turnIn` tells which of them
 * are the turn's steps. The last step says how the turn ended; the reply is the text of all of them.
 */
import {
    isAnswer,
    isComplete,
    isHandedOver,
    looksFinal,
    textOf,
    turnIn,
    type TurnMessages,
} from "../messages";
import type { Message } from "../protocol";
import { type Action, fail, type RequestFailure } from "./actions";
import { missing, neverStartedAs, unanswered } from "./silence";
import { hasRested, isStuck, newAnswer, noteMessages, noteSteps, type TurnState } from "./state";
import { giveUpOn, wait, waitIdle } from "./waiting";

/** How many messages the steps are looked for among: first, and where the turn's beginning is not among those. */
const FEW_MESSAGES = 10;
const MANY_MESSAGES = 100;
/** Of opencode 2 the prompt alone tells which steps are its own. */
const ALL_MESSAGES = 1000;

/** Fetches the newest messages, to look for the turn's steps among them. */
function searchAmong(state: TurnState, limit: number): Action {
    state.searched = limit;
    return { kind: "recent", limit, after: state.baselineId };
}

/** How many messages are looked at at most. */
function mostMessages(state: TurnState): number {
    return state.dialect === 2 ? ALL_MESSAGES : MANY_MESSAGES;
}

/** Looks for the turn's steps among the newest messages. */
export function search(state: TurnState): Action {
    return searchAmong(state, FEW_MESSAGES);
}

/** What a step that ended with an error comes to. */
function failedStep(step: Message, text: string): Action {
    const error = step.info.error!;
    if (error.name === "MessageAbortedError") return fail("aborted", undefined, text);
    const data = error.data ?? {};
    const status = data.statusCode === undefined ? "" : ` (HTTP ${data.statusCode})`;
    return fail("model_error", { what: data.message ?? error.name, status }, text);
}

/** Whether a tool call of a step was refused, or has failed. */
function hasFailedTool(step: Message): boolean {
    for (const part of step.parts) if (part.state && part.state.status === "error") return true;
    return false;
}

/** What the steps of a turn that is over come to. Their text is the answer: the last step may have none. */
function resultOf(steps: readonly Message[]): Action {
    const last = steps[steps.length - 1]!;
    const text = textOf(steps);
    if (last.info.error) return failedStep(last, text);
    if (textOf([last]) === "") {
        // A server may end between two steps.
        if (last.info.finish === undefined || isHandedOver(last)) return fail("interrupted", undefined, text);
        if (last.info.finish === "tool-calls") return fail("stopped_at_tool", undefined, text);
    }
    return text === "" ? fail("empty_reply") : { kind: "done", steps, text };
}

/**
 * Ends a turn that is over. Where it was stopped and the model had not begun, nobody may have stopped it: after an abort
 * in the middle of a start opencode stops each turn at once, until it is restarted (1.18.33).
 */
function conclude(state: TurnState, steps: readonly Message[]): Action {
    const result = resultOf(steps);
    // opencode 2 tells of a refusal as of an interrupt.
    const isRefused = state.isRefused && result.kind === "fail" && result.code === "aborted";
    if (isRefused) return fail("stopped_at_tool", undefined, textOf(steps));
    if (state.dialect === 2) return result;
    const hasBegun = steps.length > 1 || steps[0]!.parts.length > 0;
    return result.kind === "fail" && result.code === "aborted" && !hasBegun ? { kind: "mcp" } : result;
}

/** Settles a turn at its last step. The other steps are fetched where there may be some. */
export function settle(state: TurnState, message: Message): Action {
    return state.firstStepId === message.info.id ? conclude(state, [message]) : search(state);
}

/** Whether a step is the last one of a turn, though its session works. opencode 2 may go on behind one that has failed. */
function isLastOne(state: TurnState, step: Message): boolean {
    return looksFinal(step) && (state.dialect !== 2 || step.info.error === undefined);
}

/** A message that is complete and final for long is an answer even where nothing more can be learned of it. */
export function settleStuck(state: TurnState): Action | undefined {
    const answer = newAnswer(state);
    return isStuck(state) && isComplete(answer) && isLastOne(state, answer)
        ? settle(state, answer)
        : undefined;
}

/** Whether all messages are listed among which the turn can be. */
function isListWhole(state: TurnState, messages: readonly Message[]): boolean {
    // A prompt that was sent just now is among the newest messages, if it is anywhere.
    if (state.unsure !== undefined) return true;
    return messages.length < state.searched || state.searched >= mostMessages(state);
}

/** The turn cannot be told from the messages: its prompt is missing, or cannot be known. */
function withoutTrace(state: TurnState): Action {
    if (state.dialect === 2) return missing(state);
    // A server that keeps no metadata and rewrites parents: what came after the baseline is the best there is.
    const answer = state.resumed || state.unsure ? undefined : newAnswer(state);
    const isOver = state.status === "idle" && isComplete(answer) && isAnswer(answer);
    return isOver ? conclude(state, [answer]) : missing(state);
}

/** What a turn comes to whose end the server tells, and whose last step does not tell that it is the last one. */
function endedAs(state: TurnState, outcome: string, steps: readonly Message[]): Action {
    if (outcome === "failed") {
        state.hasFailed = true;
        return { kind: "reason" };
    }
    if (outcome === "interrupted")
        return fail(state.isRefused ? "stopped_at_tool" : "aborted", undefined, textOf(steps));
    return steps.length === 0 ? fail("empty_reply") : conclude(state, steps);
}

/** Whether the turn is over, as far as its steps and the session's status tell. */
function judge(state: TurnState, turn: TurnMessages): Action {
    const isIdle = state.status === "idle";
    const steps = turn.steps;
    const last = steps[steps.length - 1];
    // A step that is open and has another turn behind it was left by a server that died: the end is that turn's.
    const isLeft = last !== undefined && !isComplete(last) && turn.isFollowed;
    if (turn.outcome !== undefined && !isLeft)
        return last && looksFinal(last) ? conclude(state, steps) : endedAs(state, turn.outcome, steps);
    if (!last) return isIdle ? unanswered(state) : wait(state);
    if (isComplete(last)) {
        const isOver = isLastOne(state, last) && (turn.isFollowed || isStuck(state));
        // Of opencode 2 the status is older than the messages: the turn may have begun, and done a step, in between.
        const isEnd = isIdle && (state.dialect !== 2 || looksFinal(last) || hasRested(state));
        if (isEnd || isOver) return conclude(state, steps);
        return isIdle ? waitIdle(state) : wait(state);
    }
    const isDead = turn.isFollowed || (isIdle && hasRested(state));
    // A refusal leaves the step as it is, as far as opencode 2's preview goes (1.18.33).
    if (isDead)
        return fail(hasFailedTool(last) ? "stopped_at_tool" : "interrupted", undefined, textOf(steps));
    return isIdle ? waitIdle(state) : wait(state);
}

/**
 * Finds the turn's steps among the newest messages.
 * @param state the turn
 * @param messages oldest first
 */
export function afterRecent(state: TurnState, messages: readonly Message[]): Action {
    const turn = turnIn(state, messages);
    noteMessages(state, messages);
    noteSteps(state, turn.steps);
    const isThere = turn.isFound && turn.isWhole;
    if (!isThere && !isListWhole(state, messages)) {
        const isFew = state.searched < MANY_MESSAGES;
        return searchAmong(state, isFew ? MANY_MESSAGES : mostMessages(state));
    }
    if (!turn.isFound) return withoutTrace(state);
    const first = turn.steps[0];
    state.unsure = undefined;
    state.userMessageId = turn.userMessageId;
    if (turn.isWhole && first) state.firstStepId = first.info.id;
    return judge(state, turn);
}

/** Takes the newest message alone for the turn, where the others cannot be had. */
export function withoutRecent(state: TurnState, failure: RequestFailure): Action {
    const answer = newAnswer(state);
    const parent = answer && answer.info.parentID;
    const isOurs = isComplete(answer) && parent !== undefined && parent === state.userMessageId;
    return isOurs && looksFinal(answer) ? conclude(state, [answer]) : giveUpOn(state, "recent", failure);
}

/** The server has told why the turn failed. */
export function afterReason(state: TurnState, reason: string): Action {
    return fail("model_error", { what: reason, status: "" }, textOf(state.shown));
}

/** opencode is well: it was somebody who has stopped the turn. */
export function afterMcp(): Action {
    return fail("aborted");
}

/** opencode stops each turn at once where it cannot tell its MCP servers. */
export function withoutMcp(state: TurnState, failure: RequestFailure): Action {
    return failure.code === "server_error" ? neverStartedAs(state, "mcp", failure) : fail("aborted");
}
