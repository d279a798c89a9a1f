/**
 * Who waits for a person: a tool of the turn, or of one of its subagents, that asks for a permission or an answer. What
 * it asks is decided by whoever drives the turn, and the server is told.
 */
import { describeAsk, permissionAsk, questionAsk, type Asked, type Decision } from "../ask";
import type { Code } from "../codes";
import { withField } from "../copy";
import { activeTools } from "../messages";
import type { Message, Permission, Question, Session } from "../protocol";
import type { Action, AnswerAction, RequestFailure } from "./actions";
import { isWorthAsking } from "./requests";
import type { TurnState } from "./state";
import { wait } from "./waiting";

type Names = Readonly<Record<string, true | undefined>>;

/** A ring of parents has no end, so no more of them are followed. */
const MOST_GENERATIONS = 10;
/** The parent of a session that no other one has opened. */
const NOBODY = "";

/** The newest message's tool calls that run or wait, and the sessions that they opened for subagents. */
interface Activity {
    readonly calls: Names;
    readonly subagents: Names;
    readonly hasSubagents: boolean;
}

/**
 * What the newest message's tool calls are at, and which sessions they opened for subagents.
 * @param own the turn's session
 */
function activityOf(message: Message | undefined, own: string): Activity {
    const calls: Record<string, true | undefined> = {};
    const subagents: Record<string, true | undefined> = {};
    let hasSubagents = false;
    for (const part of activeTools(message)) {
        if (part.callID !== undefined) calls[part.callID] = true;
        const metadata = part.state!.metadata;
        if (metadata && metadata.sessionId !== undefined) {
            subagents[metadata.sessionId] = true;
            hasSubagents = true;
        } else if (part.tool === "subagent") {
            // Which session it has opened is not told: any that the turn's own has.
            subagents[own] = true;
            hasSubagents = true;
        }
    }
    return { calls, subagents, hasSubagents };
}

/** Whether an ask of the turn's own session is of one of its calls. Asks of turns that were stopped stay listed (1.18.33). */
function isOfCall(activity: Activity, ask: Permission | Question): boolean {
    const call = ask.tool && ask.tool.callID;
    // Older servers do not say which call it is that asks.
    return call === undefined || activity.calls[call] === true;
}

/**
 * Follows a session's parents to one of the turn's subagents, or as far as they are known.
 * @param generation how many parents were followed to this one
 * @returns the session that was reached; nothing where none of the turn's can be
 */
function follow(state: TurnState, subagents: Names, session: string, generation: number): string | undefined {
    const parent = state.parents[session];
    if (subagents[session] || parent === undefined) return session;
    if (parent === NOBODY || generation === MOST_GENERATIONS) return undefined;
    return follow(state, subagents, parent, generation + 1);
}

/** The time until the turn is looked at again when somebody has decided, in seconds. */
const SOON_SECONDS = 0.2;

/** An ask of the turn; or one that was answered and is still listed; or else a session whose parent would tell more. */
interface Found<T> {
    readonly ask?: T;
    readonly answered?: T;
    readonly stranger?: string;
}

/** Looks for the first entry of a list that is an ask of this turn. */
function findAsk<T extends Permission | Question>(state: TurnState, entries: readonly T[]): Found<T> {
    const activity = activityOf(state.last, state.sessionId);
    let answered: T | undefined;
    let stranger: string | undefined;
    for (const ask of entries) {
        let isOurs = false;
        if (ask.sessionID === state.sessionId) {
            isOurs = isOfCall(activity, ask);
        } else if (activity.hasSubagents) {
            const session = follow(state, activity.subagents, ask.sessionID, 1);
            isOurs = session !== undefined && activity.subagents[session] === true;
            if (!isOurs) stranger = stranger ?? session;
        }
        if (isOurs && !state.answered[ask.id]) return { ask };
        if (isOurs) answered = answered ?? ask;
    }
    return { answered, stranger: isWorthAsking(state, "parent") ? stranger : undefined };
}

/** Asks which session opened another one, after which the asks are looked at anew. */
function askForParent(state: TurnState, id: string): Action {
    state.stranger = id;
    return { kind: "parent", id };
}

/** Notes that the turn waits for a permission. */
function notePermission(state: TurnState, code: Code, text: string): void {
    state.blocker = { phase: "waiting for permission", text, code };
}

/** Notes what the turn waits for. */
function noteAsk(state: TurnState, asked: Asked): void {
    const text = describeAsk(asked);
    if (asked.what === "permission") notePermission(state, "waiting_for_permission", text);
    else state.blocker = { phase: "waiting for an answer", text, code: "waiting_for_question" };
}

/** Asks whoever drives the turn. */
function askPerson(state: TurnState, asked: Asked): Action {
    noteAsk(state, asked);
    state.asking = asked.ask.id;
    state.askedAt = state.now;
    return asked.what === "permission"
        ? { kind: "ask", what: "permission", ask: asked.ask }
        : { kind: "ask", what: "question", ask: asked.ask };
}

/** What the server is told of a decision. */
function answerOf(id: string, decision: Exclude<Decision, { what: "gone" }>): AnswerAction {
    if (decision.what === "permission")
        return { kind: "answerPermission", id, reply: decision.reply, message: decision.message };
    const answers = decision.answers;
    return answers ? { kind: "answerQuestion", id, answers } : { kind: "rejectQuestion", id };
}

/** Tells the server what was decided. As long as somebody was asked nothing else could happen, so that it does not count. */
export function afterAsk(state: TurnState, decision: Decision): Action {
    state.changedAt += state.now - state.askedAt;
    if (decision.what === "gone") {
        const blocker = state.blocker;
        if (blocker)
            state.blocker = { phase: blocker.phase, text: blocker.text, code: blocker.code, isGone: true };
        return wait(state, SOON_SECONDS);
    }
    const answer = answerOf(state.asking, decision);
    state.answer = answer;
    if (answer.kind === "rejectQuestion") state.isRefused = true;
    if (answer.kind === "answerPermission")
        state.isRefused = answer.reply === "reject" && answer.message === undefined;
    return answer;
}

/** The server was told, or does not ask any more. */
export function afterAnswer(state: TurnState): Action {
    const id = state.answer!.id;
    state.answered = withField(state.answered, id, true);
    state.answer = undefined;
    state.blocker = undefined;
    state.changedAt = state.now;
    return wait(state, SOON_SECONDS);
}

/** The server does not take what was answered: what it still asks is asked anew. */
export function askAgain(state: TurnState): Action {
    state.answer = undefined;
    state.askedAgain += 1;
    state.changedAt = state.now;
    return wait(state, SOON_SECONDS);
}

/** The server cannot be told. Somebody else may answer, so that the turn is waited for all the same. */
export function withoutAnswer(state: TurnState): Action {
    state.answered = withField(state.answered, state.answer!.id, true);
    state.answer = undefined;
    return wait(state);
}

/** Asks for questions that wait for an answer. */
export function lookForQuestion(state: TurnState): Action {
    return isWorthAsking(state, "questions") ? { kind: "questions" } : wait(state);
}

/** A tool that runs may wait for somebody: asks for permissions first, then for questions. */
export function lookForBlocker(state: TurnState): Action {
    if (activeTools(state.last).length === 0) {
        // What was asked is over, whatever has become of the answer to it.
        state.answer = undefined;
        return wait(state);
    }
    if (state.answer) return state.answer;
    if (isWorthAsking(state, "permissions")) return { kind: "permissions" };
    return lookForQuestion(state);
}

/** Looks for a permission that the turn waits for. */
export function afterPermissions(state: TurnState, permissions: readonly Permission[]): Action {
    const found = findAsk(state, permissions);
    const ask = found.ask;
    const answered = found.answered;
    state.blocker = undefined;
    if (ask) return askPerson(state, { what: "permission", ask: permissionAsk(ask) });
    if (answered) noteAsk(state, { what: "permission", ask: permissionAsk(answered) });
    return found.stranger === undefined ? lookForQuestion(state) : askForParent(state, found.stranger);
}

/** Goes on without the list of permissions. */
export function withoutPermissions(state: TurnState, failure: RequestFailure): Action {
    const tool = activeTools(state.last)[0];
    // opencode cannot write down what some tools ask for, and then tells of no ask at all (1.18.14, 1.18.33).
    if (failure.code === "bad_request" && tool)
        notePermission(state, "permission_unlisted", tool.tool ?? "a tool");
    return lookForQuestion(state);
}

/** Looks for a question that the turn waits for. */
export function afterQuestions(state: TurnState, questions: readonly Question[]): Action {
    const found = findAsk(state, questions);
    const ask = found.ask;
    const answered = found.answered;
    if (ask) return askPerson(state, { what: "question", ask: questionAsk(ask) });
    if (found.stranger !== undefined) return askForParent(state, found.stranger);
    if (answered) noteAsk(state, { what: "question", ask: questionAsk(answered) });
    return wait(state);
}

/** Goes on without the list of questions. */
export function withoutQuestions(state: TurnState): Action {
    return wait(state);
}

/** Notes which session opened the stranger's, and looks at the asks anew. */
export function afterParent(state: TurnState, session: Session): Action {
    state.parents = withField(state.parents, state.stranger, session.parentID ?? NOBODY);
    return { kind: "permissions" };
}
