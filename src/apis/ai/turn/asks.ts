/** Who waits for a person: a tool of the turn, or of one of its subagents, that asks for a permission or an answer. */
import type { Code } from "../codes";
import { withField } from "../copy";
import { activeTools } from "../messages";
import type { Message, Permission, Question, Session } from "../protocol";
import type { Action, RequestFailure } from "./actions";
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

/** What the newest message's tool calls are at, and which sessions they opened for subagents. */
function activityOf(message: Message | undefined): Activity {
    const calls: Record<string, true | undefined> = {};
    const subagents: Record<string, true | undefined> = {};
    let hasSubagents = false;
    for (const part of activeTools(message)) {
        if (part.callID !== undefined) calls[part.callID] = true;
        const metadata = part.state!.metadata;
        if (metadata && metadata.sessionId !== undefined) {
            subagents[metadata.sessionId] = true;
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

/** An ask of the turn, or else a session whose parent would tell more. */
interface Found<T> {
    readonly ask?: T;
    readonly stranger?: string;
}

/** Looks for the first entry of a list that is an ask of this turn. */
function findAsk<T extends Permission | Question>(state: TurnState, entries: readonly T[]): Found<T> {
    const activity = activityOf(state.last);
    let stranger: string | undefined;
    for (const ask of entries) {
        if (ask.sessionID === state.sessionId) {
            if (isOfCall(activity, ask)) return { ask };
        } else if (activity.hasSubagents) {
            const session = follow(state, activity.subagents, ask.sessionID, 1);
            if (session !== undefined && activity.subagents[session]) return { ask };
            stranger = stranger ?? session;
        }
    }
    return { stranger: isWorthAsking(state, "parent") ? stranger : undefined };
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

/** Asks for questions that wait for an answer. */
export function lookForQuestion(state: TurnState): Action {
    return isWorthAsking(state, "questions") ? { kind: "questions" } : wait(state);
}

/** A tool that runs may wait for somebody: asks for permissions first, then for questions. */
export function lookForBlocker(state: TurnState): Action {
    if (activeTools(state.last).length === 0) return wait(state);
    if (isWorthAsking(state, "permissions")) return { kind: "permissions" };
    return lookForQuestion(state);
}

/** Looks for a permission that the turn waits for. */
export function afterPermissions(state: TurnState, permissions: readonly Permission[]): Action {
    const found = findAsk(state, permissions);
    const ask = found.ask;
    state.blocker = undefined;
    if (ask) {
        const pattern = ask.patterns && ask.patterns[0];
        notePermission(state, "waiting_for_permission", `${ask.permission}: ${pattern ?? ""}`);
        return wait(state);
    }
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
    if (!ask && found.stranger !== undefined) return askForParent(state, found.stranger);
    const first = ask && ask.questions[0];
    if (first) {
        const code = "waiting_for_question";
        state.blocker = { phase: "waiting for an answer", text: first.question, code };
    }
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
