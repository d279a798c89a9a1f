/** What is told of a turn to somebody who waits for it. */
import { isComplete } from "../messages";
import type { Part } from "../protocol";
import { isAlone, requests } from "./requests";
import { activeTool, isLate, newAnswer, type TurnState } from "./state";

/** What can be told to somebody who waits. */
export interface Progress {
    readonly phase:
        | "sent"
        | "starting"
        | "working"
        | "tool"
        | "retry"
        | "reconnecting"
        | "failing"
        | "waiting for permission"
        | "waiting for an answer";
    /** Seconds since the prompt was sent. */
    readonly seconds: number;
    readonly tool?: string;
    readonly title?: string;
    readonly message?: string;
    /** Tokens that the turn's steps took until now, in and out. */
    readonly tokens?: number;
    /** Seconds until the model is tried again. */
    readonly nextIn?: number;
}

/** The request that fails, and whether the server is there: undefined where all are answered. */
function troubleProgress(state: TurnState, seconds: number): Progress | undefined {
    const failing = state.failing;
    const trouble = failing === undefined ? undefined : state.troubles[failing];
    if (failing === undefined || trouble === undefined) return undefined;
    if (!isAlone(state, trouble)) return { phase: "reconnecting", seconds };
    return { phase: "failing", seconds, message: requests[failing].route };
}

/** The tool that runs, and what it does. */
function toolProgress(tool: Part, seconds: number): Progress {
    const call = tool.state!;
    const input = call.input ?? {};
    // Most tools have a title only when they are done.
    const title = call.title ?? input.description ?? input.command;
    return { phase: "tool", seconds, tool: tool.tool, title };
}

/** That the server tries the model again, why, and when. */
function retryProgress(state: TurnState, seconds: number, now: number): Progress {
    const retry = state.retry;
    const next = retry && retry.next;
    const nextIn = next === undefined ? undefined : Math.max(next - now, 0) / 1000;
    return { phase: "retry", seconds, message: retry && retry.message, nextIn };
}

/** Tokens that the turn's steps took, as far as they were seen. */
function tokensOf(state: TurnState): number | undefined {
    let tokens = 0;
    for (const id in state.spent) tokens += state.spent[id]!;
    return tokens > 0 ? tokens : undefined;
}

/** What the turn is at. */
function phaseOf(state: TurnState, seconds: number, now: number): Progress {
    const trouble = troubleProgress(state, seconds);
    if (trouble) return trouble;
    const blocker = state.blocker;
    if (blocker && !blocker.isGone) return { phase: blocker.phase, seconds, message: blocker.text };
    if (state.status === "retry") return retryProgress(state, seconds, now);
    const tool = activeTool(state.last);
    if (tool) return toolProgress(tool, seconds);
    if (newAnswer(state)) return { phase: "working", seconds };
    return { phase: isLate(state, now) ? "starting" : "sent", seconds };
}

/**
 * What can be told to somebody who waits for the turn.
 * @param state the turn's state
 * @param now epoch milliseconds
 * @returns the phase, the seconds since the prompt was sent, and what there is to say about the phase
 */
export function progress(state: TurnState, now: number): Progress {
    const told: { -readonly [K in keyof Progress]: Progress[K] } = phaseOf(
        state,
        (now - state.sentAt) / 1000,
        now,
    );
    told.tokens = tokensOf(state);
    return told;
}

/**
 * The line that `ai --verbose` prints after each poll.
 * @param state the turn's state after the poll
 * @param count how many messages the poll brought
 * @returns `poll attempt #N: msgs=K, found=<id or nil>, complete=<bool>, status=<...>`
 */
export function describePoll(state: TurnState, count: number): string {
    const answer = newAnswer(state);
    const found = `found=${answer ? answer.info.id : "nil"}, complete=${isComplete(answer)}`;
    return `poll attempt #${state.polls}: msgs=${count}, ${found}, status=${state.status}`;
}
