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

/**
 * What can be told to somebody who waits for the turn.
 * @param state the turn's state
 * @param now epoch milliseconds
 * @returns the phase, the seconds since the prompt was sent, and what there is to say about the phase
 */
export function progress(state: TurnState, now: number): Progress {
    const seconds = (now - state.sentAt) / 1000;
    const trouble = troubleProgress(state, seconds);
    if (trouble) return trouble;
    const blocker = state.blocker;
    if (blocker) return { phase: blocker.phase, seconds, message: blocker.text };
    if (state.status === "retry")
        return { phase: "retry", seconds, message: state.retry && state.retry.message };
    const tool = activeTool(state.last);
    if (tool) return toolProgress(tool, seconds);
    if (newAnswer(state)) return { phase: "working", seconds };
    return { phase: isLate(state, now) ? "starting" : "sent", seconds };
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
