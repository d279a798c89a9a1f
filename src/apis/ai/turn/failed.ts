/** When a request fails: how long it is asked for again, and what is done without it. */
import { type Action, fail, failWith, type RequestFailure, type RequestKind } from "./actions";
import { settleStuck, withoutMcp, withoutRecent } from "./answer";
import {
    afterAnswer,
    askAgain,
    lookForQuestion,
    withoutAnswer,
    withoutPermissions,
    withoutQuestions,
} from "./asks";
import { afterNewest, withoutStatus } from "./poll";
import { isHopeless, isOverdue, noteFailure, requests } from "./requests";
import { withoutAgents, withoutProviders, withoutReason, withoutSession } from "./silence";
import { noteSent, type TurnState } from "./state";
import { giveUpOn, wait } from "./waiting";

/** The time until a request that failed is worth looking at the turn again. */
const AGAIN_SECONDS = 1;

/** How often in a turn a person is asked again whose answer opencode 2 does not take: a form may want more than it tells. */
const MOST_AGAIN = 2;

type Without = (this: void, state: TurnState, failure: RequestFailure) => Action;

/** What is done where a request fails for too long; without any of the others the turn ends. */
const without: { readonly [K in RequestKind]?: Without } = {
    beginning: afterNewest,
    recent: withoutRecent,
    parent: lookForQuestion,
    permissions: withoutPermissions,
    questions: withoutQuestions,
    answerPermission: withoutAnswer,
    answerQuestion: withoutAnswer,
    rejectQuestion: withoutAnswer,
    message: afterNewest,
    mcp: withoutMcp,
    reason: withoutReason,
    session: withoutSession,
    agents: withoutAgents,
    providers: withoutProviders,
};

/**
 * Decides what to do after a request that failed.
 * @param state the turn
 * @param failure why
 * @param request which one
 */
export function afterFailed(state: TurnState, failure: RequestFailure, request: RequestKind): Action {
    // What does not wait any more has been answered elsewhere.
    if (failure.code === "not_found" && without[request] === withoutAnswer) return afterAnswer(state);
    const isUnfit = failure.code === "bad_request" || failure.code === "bad_argument";
    if (state.dialect === 2 && request === "answerQuestion" && isUnfit && state.askedAgain < MOST_AGAIN)
        return askAgain(state);
    // opencode 2 says of a session that it is not there; what else it does not find is a route.
    const isMissing = failure.code === "not_found" && state.dialect !== 2;
    const isGone = isMissing || failure.code === "session_gone";
    if (isGone && requests[request].isOfSession) return fail("session_gone", { session: state.sessionId });
    if (request === "send" && !isHopeless(failure)) {
        // The answer to the request was lost, the prompt itself may have arrived.
        noteSent(state);
        state.unsure = failure;
    }
    if (!state.sent) return failWith(failure, false);

    noteFailure(state, request, failure);
    const settled = request === "status" ? settleStuck(state) : undefined;
    if (settled) return settled;
    if (!isHopeless(failure) && !isOverdue(state, request))
        return request === "status" ? withoutStatus(state, AGAIN_SECONDS) : wait(state, AGAIN_SECONDS);
    const goOn = without[request];
    return goOn ? goOn(state, failure) : giveUpOn(state, request, failure);
}
