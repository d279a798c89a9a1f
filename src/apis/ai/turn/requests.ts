/** All that a turn asks of the server, and how long each of it may fail. */
import { withField } from "../copy";
import type { RequestFailure, RequestKind } from "./actions";
import type { Trouble, TurnState } from "./state";

/** How long what nothing goes on without may fail; a restart of the server takes about 5 s. */
const LOST_SECONDS = 60;
/** A connection that is refused for so long was refused by a server that restarts, which takes 3 s at least. */
const RESTART_MILLISECONDS = 1500;
/** How long a list may fail that only tells why nothing happens. */
const DIAGNOSIS_SECONDS = 10;
/** What only tells more of a turn is not asked for again for so long after it failed. */
const REST_MILLISECONDS = 30000;

/** What is asked for. */
interface RequestRule {
    /** As failures name it. */
    readonly route: string;
    /** How many seconds it may go on failing; 0 where it only tells more. */
    readonly patience: number;
    /** True for what the server does not find only where the session is gone. */
    readonly isOfSession?: boolean;
    /** True for what breaks only where the server is out of reach. */
    readonly isVital?: boolean;
}

/** Lists of messages, without which nothing is known of the turn. */
const MESSAGES: RequestRule = {
    route: "/session/.../message",
    patience: LOST_SECONDS,
    isOfSession: true,
    isVital: true,
};

/**
 * What can be asked of the server, by the kind of the action that asks for it:
 *
 * - `send`: takes the prompt
 * - `last`: the newest message of the session; `beginning`: the newest two, for the turn's first step; `recent`: those
 *   among which all of the turn's steps are looked for
 * - `status`: what each session does, where it is not idle
 * - `session`: whether there is the turn's, and how its last turn has ended (opencode 2); `parent`: which session opened another one
 * - `permissions`, `questions`: what waits for a person; `answerPermission`, `answerQuestion`, `rejectQuestion`: what
 *   that person has decided
 * - `message`: a step, for how its tools have ended
 * - `mcp`, `agents`, `providers`: what there is, where a turn does not start
 * - `reason`: why a turn has failed that had no step (opencode 2)
 */
export const requests: { readonly [K in RequestKind]: RequestRule } = {
    send: { route: "/session/.../prompt_async", patience: LOST_SECONDS, isOfSession: true, isVital: true },
    last: MESSAGES,
    beginning: { route: MESSAGES.route, patience: 0 },
    recent: MESSAGES,
    status: { route: "/session/status", patience: LOST_SECONDS, isVital: true },
    session: { route: "/session/...", patience: DIAGNOSIS_SECONDS, isOfSession: true },
    parent: { route: "/session/...", patience: 0 },
    permissions: { route: "/permission", patience: 0 },
    questions: { route: "/question", patience: 0 },
    answerPermission: { route: "/permission/.../reply", patience: LOST_SECONDS },
    answerQuestion: { route: "/question/.../reply", patience: LOST_SECONDS },
    rejectQuestion: { route: "/question/.../reject", patience: LOST_SECONDS },
    message: { route: MESSAGES.route, patience: 0 },
    mcp: { route: "/mcp", patience: DIAGNOSIS_SECONDS },
    reason: { route: "/session/.../log", patience: DIAGNOSIS_SECONDS },
    agents: { route: "/agent", patience: DIAGNOSIS_SECONDS },
    providers: { route: "/config/providers", patience: DIAGNOSIS_SECONDS },
};

/** Failures that no waiting mends. */
const HOPELESS: Record<string, true | undefined> = {
    http_disabled: true,
    address_denied: true,
    reply_too_large: true,
    unauthorized: true,
    server_config: true,
    bad_request: true,
    bad_argument: true,
    not_found: true,
    other_opencode: true,
};
/** Failures of the connection: the server may have been restarted. */
const CUT: Record<string, true | undefined> = { cannot_connect: true, network_error: true };
/** Failures that are answers, so that somebody is there. */
const ANSWERED: Record<string, true | undefined> = { server_error: true, not_opencode: true };

/** True for a failure that no waiting mends. */
export function isHopeless(failure: RequestFailure): boolean {
    return HOPELESS[failure.code] === true;
}

/** True where a request fails although the server is there. */
export function isAlone(state: TurnState, trouble: Trouble): boolean {
    return ANSWERED[trouble.failure.code] === true || state.reachedAt > trouble.since;
}

/** Whether a request that only tells more is worth asking: it did not fail a moment ago. */
export function isWorthAsking(state: TurnState, request: RequestKind): boolean {
    const trouble = state.troubles[request];
    return trouble === undefined || state.now - trouble.at >= REST_MILLISECONDS;
}

/** Whether a request has failed for as long as it may. Where the turn is seen to go on it has time. */
export function isOverdue(state: TurnState, request: RequestKind): boolean {
    const trouble = state.troubles[request]!;
    const waited = state.now - Math.max(trouble.since, state.changedAt);
    return waited >= Math.min(state.idleTimeout, requests[request].patience) * 1000;
}

/** Notes that a request has failed once more. */
export function noteFailure(state: TurnState, request: RequestKind, failure: RequestFailure): void {
    const rule = requests[request];
    const before = state.troubles[request];
    const since = before ? before.since : state.now;
    const isLong = state.now - since >= RESTART_MILLISECONDS;
    if (CUT[failure.code] && rule.isVital && isLong) state.cutAt = state.now;
    state.troubles = withField(state.troubles, request, { since, at: state.now, failure });
    if (rule.patience > 0) state.failing = request;
}

/** Notes that a request was answered. */
export function noteSuccess(state: TurnState, request: RequestKind): void {
    if (state.troubles[request]) state.troubles = withField(state.troubles, request, undefined);
    if (state.failing === request || state.failing === "send") state.failing = undefined;
    state.reachedAt = state.now;
}
