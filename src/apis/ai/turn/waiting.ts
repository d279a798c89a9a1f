/** How long a turn waits until it looks again, and when it stops waiting. */
import { type Action, failForNow, failWith, type RequestFailure, type RequestKind } from "./actions";
import { isAlone, isHopeless, requests } from "./requests";
import { isSeen, quietTime, type TurnState } from "./state";

/** The time between two looks at a session that is idle, from which something is to be concluded soon. */
const IDLE_SECONDS = 0.5;

/**
 * The time until the next poll: short at first, so that a quick answer is seen quickly, then a share of the turn's
 * age, so that a long one costs few requests and is still seen within 4 % of its length.
 * @param age seconds since the prompt was sent
 * @returns seconds, between 0.2 and 5
 */
function pollInterval(age: number): number {
    return Math.max(0.2, Math.min(age * 0.065, 5));
}

/** Ends waiting for a request: with its failure, which names it where the server is there. */
export function giveUpOn(state: TurnState, request: RequestKind, failure: RequestFailure): Action {
    const trouble = state.troubles[request];
    if (!state.unsure && trouble && !isHopeless(failure) && isAlone(state, trouble)) {
        const what = failure.message ?? failure.code;
        return failForNow("request_fails", { route: requests[request].route, what });
    }
    return failWith(state.unsure ?? failure, true);
}

/** Ends waiting because nothing was seen to happen for too long. */
function giveUp(state: TurnState): Action {
    const blocker = state.blocker;
    if (blocker) return failForNow(blocker.code, { what: blocker.text });
    const failing = state.failing;
    const trouble = failing === undefined ? undefined : state.troubles[failing];
    if (failing !== undefined && trouble) return giveUpOn(state, failing, trouble.failure);
    const seconds = `${state.idleTimeout}`;
    return failForNow(isSeen(state) ? "no_progress" : "slow_start", { seconds });
}

/**
 * Waits, unless nothing has been seen to happen for so long that waiting should end.
 * @param state the turn
 * @param seconds how long; as long as suits the turn's age where it is left out
 */
export function wait(state: TurnState, seconds?: number): Action {
    if (quietTime(state) >= state.idleTimeout * 1000) return giveUp(state);
    return { kind: "wait", seconds: seconds ?? pollInterval((state.now - state.sentAt) / 1000) };
}

/** Waits a short time for a session that is idle: it is to be seen so more than once. */
export function waitIdle(state: TurnState): Action {
    return wait(state, IDLE_SECONDS);
}
