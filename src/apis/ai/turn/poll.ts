/** Looks at the turn again and again: at the newest message, and at what the session does, until something is to be done. */
import { activeTools, carriesNonce, isBeside, isComplete, looksFinal, turnIn } from "../messages";
import type { ListValues, Message } from "../protocol";
import { type Action, failForNow } from "./actions";
import { search, settle, settleStuck } from "./answer";
import { lookForBlocker } from "./asks";
import { missing, unanswered } from "./silence";
import {
    activeTool,
    hasRested,
    isSurelyIdle,
    isYoung,
    newAnswer,
    noteIdle,
    noteMessages,
    noteSent,
    noteStatus,
    noteSteps,
    quietTime,
    type TurnState,
} from "./state";
import { wait, waitIdle } from "./waiting";

/** Milliseconds between two looks at the status: while the model is tried again, and while nothing changes. */
const RETRY_STATUS = 2000;
const QUIET_STATUS = 2000;
/** The same while a tool runs, which may wait for somebody. */
const TOOL_STATUS = 1000;
/** The longer nothing changes, the rarer the status is asked for: after this share of that time. */
const QUIET_SHARE = 0.6;

/** Milliseconds between two looks at the messages of opencode 2, which says in 11 bytes that nothing runs any more. */
const LOOK = 1000;
/** How much sooner the first one is: a tool is to be seen soon, and a quick answer needs none. */
const FIRST_LOOK = 500;

/** How many messages are looked at where the newest is beside the conversation. */
const MORE_MESSAGES = 10;

/** Asks for the newest message. */
function lookAtNewest(state: TurnState): Action {
    state.lookedAt = state.now;
    state.looked = 1;
    return { kind: "last", limit: 1 };
}

/** Asks for more of the newest messages, where the newest hides the turn's step: somebody has switched the model, say. */
function lookBehind(state: TurnState): Action {
    state.looked = MORE_MESSAGES;
    return { kind: "last", limit: MORE_MESSAGES };
}

/** Refuses where another turn runs. */
function refuseBusy(state: TurnState, last: Message | undefined): Action {
    const tool = activeTool(last);
    const since = last === undefined ? state.now : last.info.time.created;
    // The server's clock may be ahead.
    const seconds = `${Math.floor(Math.max(state.now - since, 0) / 1000)}`;
    return failForNow("session_busy", { seconds, what: tool ? ` (${tool.tool})` : "" });
}

/** Whether the status can tell something that the messages do not. */
function isStatusDue(state: TurnState): boolean {
    if (state.status === "idle" || state.isHinted) return true;
    const sinceStatus = state.now - state.statusAt;
    if (state.status === "retry") return sinceStatus >= RETRY_STATUS;
    const quiet = quietTime(state);
    const limit = activeTools(state.last).length === 0 ? QUIET_STATUS : TOOL_STATUS;
    return quiet >= limit && sinceStatus >= Math.max(limit, quiet * QUIET_SHARE);
}

/** Whether the messages of opencode 2 can tell something new, though the session works: rarely the longer nothing changes. */
function isLookDue(state: TurnState): boolean {
    if (state.isHinted) return true;
    return state.now - state.lookedAt >= Math.max(LOOK, quietTime(state) * QUIET_SHARE);
}

/** Looks again where the status cannot be had: of opencode 2 the newest message may tell that the turn is over. */
export function withoutStatus(state: TurnState, seconds: number): Action {
    return state.dialect === 2 && isLookDue(state) ? lookAtNewest(state) : wait(state, seconds);
}

/** What to do after the newest message of opencode 2 was seen, while its session works. */
function afterLook(state: TurnState): Action {
    const last = state.last;
    const passed = state.passed;
    state.passed = undefined;
    if (last && last.info.role === "idle" && last.info.id !== state.baselineId) return search(state);
    if (passed !== undefined) return { kind: "message", id: passed };
    if (state.isHinted || quietTime(state) >= TOOL_STATUS) return lookForBlocker(state);
    return wait(state);
}

/** What to do after the newest message was seen. */
export function afterNewest(state: TurnState): Action {
    if (state.dialect === 2) return afterLook(state);
    const answer = newAnswer(state);
    if (answer && !state.isTraced) {
        state.isTraced = true;
        return { kind: "beginning", limit: 2 };
    }
    const passed = state.passed;
    state.passed = undefined;
    const isOver = isComplete(answer) && looksFinal(answer);
    // All steps are fetched at the end.
    if (passed !== undefined && !isOver) return { kind: "message", id: passed };
    let isDue = state.troubles.status !== undefined || state.answer !== undefined || isStatusDue(state);
    if (isComplete(answer)) isDue = isOver || state.now !== state.changedAt;
    return isDue ? { kind: "status" } : wait(state);
}

/** What to do where the session is idle behind an answer: the turn is over, or its server died. */
function whenEnded(state: TurnState, answer: Message): Action {
    if (isComplete(answer)) return looksFinal(answer) ? settle(state, answer) : search(state);
    return hasRested(state) ? search(state) : waitIdle(state);
}

/** What to do where the session is idle: the turn is over, or has not begun. */
function whenIdle(state: TurnState): Action {
    const answer = newAnswer(state);
    const last = state.last;
    if (answer) return whenEnded(state, answer);
    if (last && carriesNonce(last, state.nonce)) return unanswered(state);
    if (isYoung(state)) return wait(state);
    if (!isSurelyIdle(state)) return waitIdle(state);
    return last && last.info.id !== state.baselineId ? search(state) : missing(state);
}

/** What to do where the session is at work. */
function whenBusy(state: TurnState): Action {
    const settled = settleStuck(state);
    if (settled) return settled;
    if (state.dialect === 2) {
        if (state.answer) return lookForBlocker(state);
        return isLookDue(state) ? lookAtNewest(state) : wait(state);
    }
    return state.status === "busy" ? lookForBlocker(state) : wait(state);
}

/** Begins with what the session does, which the newest message tells of opencode 2 mostly. */
export function afterBegin(state: TurnState): Action {
    state.changedAt = state.now;
    return state.dialect === 2 && !state.sent ? lookAtNewest(state) : { kind: "status" };
}

/** Sends the prompt behind the newest message, where nothing runs. */
function sendBehind(state: TurnState, last: Message | undefined): Action {
    state.baselineId = last && last.info.id;
    if (state.dialect === 2 && state.status === "unknown") {
        state.last = last;
        // Behind a record that a turn has ended, and in an empty session, nothing runs.
        return last === undefined || last.info.role === "idle" ? { kind: "send" } : { kind: "status" };
    }
    return state.status === "idle" ? { kind: "send" } : refuseBusy(state, last);
}

/** Waits for what comes of the prompt. */
export function afterSend(state: TurnState): Action {
    noteSent(state);
    state.lookedAt = state.now - FIRST_LOOK;
    state.unsure = undefined;
    return wait(state);
}

/** Looks again. Where it is not known whether the prompt arrived it is looked for among the messages. */
export function afterWait(state: TurnState, hint?: boolean): Action {
    state.isHinted = hint === true;
    if (state.unsure) return search(state);
    return state.dialect === 2 ? { kind: "status" } : lookAtNewest(state);
}

/** Looks at the newest message: before the prompt is sent, for what comes before it; then for what comes of it. */
export function afterLast(state: TurnState, messages: readonly Message[]): Action {
    const last = messages[messages.length - 1];
    if (!state.sent) return sendBehind(state, last);
    const isHiding = last !== undefined && isBeside(last) && last.info.id !== state.baselineId;
    if (isHiding && state.looked < MORE_MESSAGES) return lookBehind(state);
    state.polls += 1;
    noteMessages(state, messages);
    if (last && last.info.role === "user" && carriesNonce(last, state.nonce))
        state.userMessageId = last.info.id;
    return afterNewest(state);
}

/** Looks where the turn begins, once, so that a turn of one step need not be searched for. */
export function afterBeginning(state: TurnState, messages: readonly Message[]): Action {
    const turn = turnIn(state, messages);
    const first = turn.steps[0];
    state.userMessageId = turn.userMessageId;
    if (turn.isWhole && first && !turn.isFollowed) state.firstStepId = first.info.id;
    noteMessages(state, messages);
    return afterNewest(state);
}

/** Sees how the tools of a step have ended. */
export function afterMessage(state: TurnState, step: Message): Action {
    noteSteps(state, [step]);
    return afterNewest(state);
}

/** Looks at what the session does. */
export function afterStatus(state: TurnState, statuses: ListValues["status"]): Action {
    noteStatus(state, statuses[state.sessionId]);
    if (!state.sent) return state.dialect === 2 ? sendBehind(state, state.last) : lookAtNewest(state);
    noteIdle(state);
    if (state.last === undefined && state.resumed) return search(state);
    if (state.dialect === 2 && state.status === "idle") return search(state);
    return state.status === "idle" ? whenIdle(state) : whenBusy(state);
}
