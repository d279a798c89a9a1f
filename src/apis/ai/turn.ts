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
 *
 * - turn/actions: what a turn asks for, and how it ends
 * - turn/state: what is known of a turn
 * - turn/poll: looks at the newest message and the session's status
 * - turn/answer: where the reply is found in the session's messages
 * - turn/asks: permissions and questions that wait for a person
 * - turn/silence: why nothing comes of the prompt
 * - turn/requests, turn/failed: what is asked of the server, and what is done where that fails
 * - turn/waiting: how long it waits, and when it stops waiting
 * - turn/progress: what is told to somebody who waits
 */
import type { Decision } from "./ask";
import { copy } from "./copy";
import type { Action, Observation, RequestFailure, RequestKind, Values } from "./turn/actions";
import * as answer from "./turn/answer";
import * as asks from "./turn/asks";
import { afterFailed } from "./turn/failed";
import * as poll from "./turn/poll";
import { describePoll, progress } from "./turn/progress";
import { noteSuccess } from "./turn/requests";
import * as silence from "./turn/silence";
import { start, type TurnState } from "./turn/state";

export type { Action, FailAction, Observation, RequestFailure, RequestKind } from "./turn/actions";
export type { Progress } from "./turn/progress";
export type { Blocker, TurnStart, TurnState } from "./turn/state";
export { describePoll, progress, start };

/** Writes what was seen into the state, and says what to do next. */
type After<T> = (this: void, state: TurnState, value: T, request: RequestKind) => Action;

/** What is done after each kind of observation. */
const after: { readonly [K in keyof Values]: After<Values[K]> } & {
    readonly begin: After<undefined>;
    readonly send: After<undefined>;
    readonly wait: After<boolean | undefined>;
    readonly ask: After<Decision>;
    readonly answerPermission: After<undefined>;
    readonly answerQuestion: After<undefined>;
    readonly rejectQuestion: After<undefined>;
    readonly failed: After<RequestFailure>;
} = {
    begin: poll.afterBegin,
    send: poll.afterSend,
    wait: poll.afterWait,
    last: poll.afterLast,
    beginning: poll.afterBeginning,
    status: poll.afterStatus,
    recent: answer.afterRecent,
    message: poll.afterMessage,
    permissions: asks.afterPermissions,
    questions: asks.afterQuestions,
    parent: asks.afterParent,
    ask: asks.afterAsk,
    answerPermission: asks.afterAnswer,
    answerQuestion: asks.afterAnswer,
    rejectQuestion: asks.afterAnswer,
    session: silence.afterSession,
    agents: silence.afterAgents,
    providers: silence.afterProviders,
    mcp: answer.afterMcp,
    reason: answer.afterReason,
    failed: afterFailed,
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
    if (kind !== "begin" && kind !== "wait" && kind !== "ask" && kind !== "failed") noteSuccess(next, kind);
    return { state: next, action: after[kind](next, given.value, given.request) };
}
