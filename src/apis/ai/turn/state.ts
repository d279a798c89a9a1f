/**
 * What is known of a turn: one flat table, which `start` makes and each step copies. All times are in epoch
 * milliseconds. It holds
 *
 * - of the server: `dialect`
 * - of the prompt: `nonce`, `sessionId`, `model` and `agent` as asked for, `sent`, `sentAt`, `resumed` (it was sent before
 *   this program started), `unsure` (why it is not known whether it arrived), `userMessageId`
 * - of the messages: `baselineId` (the newest before the prompt), `last` (the newest), `firstStepId` (the turn's first)
 * - of the session: `status` and `statusAt`, `retry`, `idleSince` and `idleLooks`
 * - of progress: `sight` (all that can be seen of the turn), `sightBefore` and `changedAt`, `blocker` (what waits for a person)
 * - of its steps: `shown` (those that the last answer has brought), `spent` (their tokens), `passed` (one whose tools ended
 *   unseen), `wantsTools`
 * - of looking: `lookedAt`, `looked`
 * - of asking: `asking` (the ask that a person is to decide on) and `askedAt`, `answer` (what the server is to be told of it),
 *   `askedAgain` (how often it did not take that), `answered` (those that it was told of)
 * - of failures: `troubles` by request, `failing` (the one that counts), `reachedAt`, `cutAt`
 *
 * Here is what can be told from it alone, and how what was seen is written into it.
 */
import type { Code } from "../codes";
import { copy, withField } from "../copy";
import { activeTools, isBeside, type PromptMark } from "../messages";
import type { Message, Part, SessionStatus } from "../protocol";
import type { AnswerAction, RequestFailure, RequestKind } from "./actions";

/** Longest that a cold server was seen to stay idle before it starts a turn is 1.3 s; this leaves a wide margin. */
const START_MILLISECONDS = 6000;
/** An answer that is idle and incomplete for this long stays so for ever: the server died in the turn. */
const INTERRUPTED_MILLISECONDS = 2000;
/** Idle has to be seen so often before anything is concluded from it: a server that is loaded answers late. */
const IDLE_LOOKS = 3;
/** Servers were reported to stay busy after an answer was complete; after this long the answer counts. */
const STUCK_BUSY_MILLISECONDS = 10000;

/** What a turn starts from, and what is kept of it on the disk. */
export interface TurnStart {
    /** 2 for opencode 2; opencode 1 when absent. */
    readonly dialect?: number;
    readonly nonce: string;
    readonly sessionId: string;
    readonly model?: string;
    readonly agent?: string;
    /** Epoch milliseconds. */
    readonly sentAt: number;
    readonly baselineId?: string;
}

/** What the turn waits for and only a person can give. */
export interface Blocker {
    readonly phase: "waiting for permission" | "waiting for an answer";
    readonly text: string;
    /** The failure that waiting for it in vain ends with. */
    readonly code: Code;
    /** True where whoever was asked has seen that it is not asked any more. */
    readonly isGone?: boolean;
}

/** A request that fails. */
export interface Trouble {
    /** Epoch milliseconds of the first and of the last failure in a row. */
    readonly since: number;
    readonly at: number;
    readonly failure: RequestFailure;
}

export interface TurnState extends PromptMark {
    readonly sessionId: string;
    /** 2 for opencode 2. */
    readonly dialect?: number;
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
    /** How many times the newest message was asked for, and when it last was. */
    polls: number;
    lookedAt: number;
    /** How many messages the last look at the newest has asked for. */
    looked: number;
    /** How many times the prompt was sent, because nobody knew whether it had arrived. */
    sendings: number;
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
    /** What could be seen before that. */
    sightBefore: string;
    changedAt: number;
    blocker?: Blocker;
    /** The turn's steps, as far as the last answer has brought them. */
    shown: readonly Message[];
    /** Tokens that its steps took, in and out, by their messages' ids. */
    spent: Readonly<Record<string, number | undefined>>;
    /** Whether something was told of that the messages may not show. */
    isHinted: boolean;
    /** Whether it matters when and how tools end. */
    readonly wantsTools: boolean;
    /** The step whose tools were running when it was last seen, behind which there is another one. */
    passed?: string;
    /** The id of the ask that a person is to decide on, or was, and since when. */
    asking: string;
    askedAt: number;
    /** What the server is to be told of it, until it was. */
    answer?: AnswerAction;
    /** How often an answer was not taken, and asked for again. */
    askedAgain: number;
    /** Whether an ask was refused without words, which ends the turn. */
    isRefused?: boolean;
    /** Asks that are not to be decided on any more, by their ids. */
    answered: Readonly<Record<string, true | undefined>>;
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
    /** Whether the server says that the turn has failed, and its steps do not tell why (opencode 2). */
    hasFailed?: boolean;
    /** Whether the session, and the agent, were seen to exist. */
    hasSession: boolean;
    hasAgent: boolean;
}

/**
 * The state before the first step.
 * @param from what the turn is about, see TurnState
 * @param idleTimeout seconds without any visible progress after which waiting ends
 * @param resumed whether the prompt was sent before
 * @param wantsTools whether somebody is told how tools end, which may take a request a step
 * @returns the state to hand to `step` with the observation `begin`
 */
export function start(
    from: TurnStart,
    idleTimeout: number,
    resumed: boolean,
    wantsTools?: boolean,
): TurnState {
    const state: Omit<TurnState, keyof TurnStart> = {
        idleTimeout,
        resumed,
        now: 0,
        sent: resumed,
        isTraced: false,
        polls: 0,
        lookedAt: 0,
        looked: 0,
        sendings: 0,
        status: "unknown",
        statusAt: 0,
        idleLooks: 0,
        searched: 0,
        sight: "",
        sightBefore: "",
        changedAt: 0,
        shown: [],
        spent: {},
        isHinted: false,
        wantsTools: wantsTools === true,
        asking: "",
        askedAt: 0,
        askedAgain: 0,
        answered: {},
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

/** The newest message, when it came after our prompt. */
export function newAnswer(state: TurnState): Message | undefined {
    const last = state.last;
    return last && last.info.id !== state.baselineId && last.info.role === "assistant" ? last : undefined;
}

/** Whether anything shows that the server has the prompt. */
export function isSeen(state: TurnState): boolean {
    return state.userMessageId !== undefined || newAnswer(state) !== undefined;
}

/** True while the turn may yet start: it was sent, or the server was out of reach, a moment ago. */
export function isYoung(state: TurnState): boolean {
    return state.now - Math.max(state.sentAt, state.cutAt) < START_MILLISECONDS;
}

/** True where a turn that has not been seen is later than turns are. */
export function isLate(state: TurnState, now: number): boolean {
    return !isSeen(state) && (state.unsure !== undefined || now - state.sentAt >= START_MILLISECONDS);
}

/** Milliseconds since anything that can be seen of the turn has changed. */
export function quietTime(state: TurnState): number {
    return state.now - state.changedAt;
}

/** True once nothing has changed for so long that nothing will, whatever the session's status says. */
export function isStuck(state: TurnState): boolean {
    return quietTime(state) >= STUCK_BUSY_MILLISECONDS;
}

/** True once the session was seen to be idle so often that it is. */
export function isSurelyIdle(state: TurnState): boolean {
    return state.idleLooks >= IDLE_LOOKS;
}

/** True once the session has been idle for so long that what is incomplete stays so. */
export function hasRested(state: TurnState): boolean {
    const since = state.idleSince ?? state.now;
    return isSurelyIdle(state) && state.now - since >= INTERRUPTED_MILLISECONDS;
}

/** The newest of a message's tool calls that run, or wait to. */
export function activeTool(message: Message | undefined): Part | undefined {
    const tools = activeTools(message);
    return tools[tools.length - 1];
}

/** All that can be seen of a message, as a text that is another one when any of it changes. */
export function sightOf(message: Message): string {
    let sight = ` ${message.info.id} ${message.info.finish} ${message.info.time.completed}`;
    for (const part of message.parts) {
        const tool: { readonly status?: string; readonly title?: string } = part.state ?? {};
        sight += `;${part.type} ${(part.text ?? "").length} ${tool.status} ${tool.title}`;
    }
    return sight;
}

/** Notes whether anything that can be seen of the turn has changed. */
function noteSight(state: TurnState): void {
    const last = state.last;
    const sight = `${state.retry && state.retry.attempt}${last ? sightOf(last) : ""}`;
    if (sight === state.sight) return;
    // Back to what was seen before is no progress: a message that cannot be read is seen in one list and not in another.
    const isBack = sight === state.sightBefore;
    state.sightBefore = state.sight;
    state.sight = sight;
    if (isBack) return;
    state.changedAt = state.now;
    state.idleSince = undefined;
    state.idleLooks = 0;
    state.blocker = undefined;
    state.failing = undefined;
}

/** Notes that the prompt is, or may be, on the server. */
export function noteSent(state: TurnState): void {
    state.sent = true;
    state.sentAt = state.now;
    state.changedAt = state.now;
    state.statusAt = state.now;
    state.status = "unknown";
}

/** Notes steps of the turn that an answer has brought, and what they took. */
export function noteSteps(state: TurnState, steps: readonly Message[]): void {
    state.shown = steps;
    for (const step of steps) {
        const tokens = step.info.tokens;
        const spent = tokens ? tokens.input + tokens.output : 0;
        if (spent > 0 && state.spent[step.info.id] !== spent)
            state.spent = withField(state.spent, step.info.id, spent);
    }
}

/** The newest of some messages, of those that are of the conversation where there are any. */
function newestOf(messages: readonly Message[]): Message | undefined {
    for (let at = messages.length - 1; at >= 0; at--) if (!isBeside(messages[at]!)) return messages[at];
    return messages[messages.length - 1];
}

/** Notes the newest message of the session, the last of some that are listed. */
export function noteMessages(state: TurnState, messages: readonly Message[]): void {
    const before = newAnswer(state);
    state.last = newestOf(messages);
    const answer = newAnswer(state);
    noteSteps(state, answer ? [answer] : []);
    // How its tools end may not have been seen, nor that it has any.
    const isOpen = before !== undefined && before.info.time.completed === undefined;
    if (isOpen && state.wantsTools && answer && before.info.id !== answer.info.id)
        state.passed = before.info.id;
    noteSight(state);
}

/** Notes what the session does, which is nothing where it has no status. Of opencode 2 the answer tells that it is tried again. */
export function noteStatus(state: TurnState, status: SessionStatus | undefined): void {
    const answer = newAnswer(state);
    const again = answer && answer.info.retry;
    state.status = status ? status.type : "idle";
    state.statusAt = state.now;
    state.retry = status;
    if (status === undefined || again === undefined) return;
    state.status = "retry";
    state.retry = { type: "retry", attempt: again.attempt, message: again.message, next: again.next };
}

/** Notes how long, and how often, the session is seen to be idle since anything has changed. */
export function noteIdle(state: TurnState): void {
    noteSight(state);
    if (state.status === "idle") {
        state.idleSince = state.idleSince ?? state.now;
        state.idleLooks += 1;
    } else {
        state.idleSince = undefined;
        state.idleLooks = 0;
    }
}
