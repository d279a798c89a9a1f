/** Drives turns: performs what they ask for, and tells how far they are. */
import { outcome } from "../trapos/failure";
import { oneLine } from "../trapos/utf8";
import type { SettingsStore } from "../trapos/settingsfile";
import type { Asked } from "./ask";
import * as asking from "./asking";
import { copy } from "./copy";
import { fail } from "./failure";
import { textOf } from "./messages";
import type { Message } from "./protocol";
import { withoutReasoning } from "./markdown/reasoning";
import * as memory from "./session";
import type { Connection, Face, StopEnd, TurnEnd } from "./server/face";
import * as stopping from "./stop";
import { toolNews, type Told } from "./toolcalls";
import * as turn from "./turn";
import type { Progress, Reply, WaitOptions } from "./types";

/** The most characters of what progress tells. */
const LONGEST_MESSAGE = 160;

/** What one call works with. */
export interface Server extends Connection {
    /** What it speaks. */
    readonly face: Face;
    readonly store: SettingsStore;
    readonly disk: memory.Disk;
    readonly now: (this: void) => number;
    readonly sleep: (this: void, seconds: number) => void;
}

/** Tells whoever waits how far it is. */
export function tell(options: WaitOptions, progress: Progress): void {
    if (options.onProgress !== undefined) options.onProgress(progress);
}

/** Where a turn is, or what runs in a session. */
interface Place {
    readonly sessionId: string;
    readonly directory?: string;
}

/** Performs what a machine asks for, but for sending a prompt. */
function perform(
    server: Server,
    place: Place,
    action: Exclude<turn.Action | stopping.StopAction, { kind: "done" | "fail" | "end" | "send" | "ask" }>,
): unknown {
    const face = server.face;
    const id = place.sessionId;
    const directory = place.directory;
    const kind = action.kind;
    if (kind === "wait") return server.sleep(action.seconds);
    if (kind === "last" || kind === "beginning") return face.getMessages(server, id, action.limit);
    if (kind === "recent") return face.getMessages(server, id, action.limit, action.after);
    if (kind === "reason") return face.getReason(server, id);
    if (kind === "message") return face.getMessage(server, id, action.id);
    if (kind === "answerPermission")
        return face.answerPermission(server, action.id, action.reply, action.message, directory);
    if (kind === "answerQuestion") return face.answerQuestion(server, action.id, action.answers, directory);
    if (kind === "rejectQuestion") return face.rejectQuestion(server, action.id, directory);
    if (kind === "session") return face.getSession(server, id);
    if (kind === "parent") return face.getSession(server, action.id);
    if (kind === "mcp") return face.waitUntilLoaded(server, "mcp", directory);
    if (kind === "load") return face.waitUntilLoaded(server, action.what, directory);
    if (kind === "abort") return face.abortSession(server, id);
    return face.readList(server, kind, directory, id);
}

/** Sends a turn's prompt. */
function send(server: Server, record: memory.TurnRecord): void {
    const [ok, failure] = outcome(() => {
        server.face.sendPrompt(server, record.sessionId, record);
    });
    if (ok || failure.code !== "other_opencode") server.learned.hasSent = true;
    if (!ok) throw failure;
}

/** Writes a turn down whose prompt is about to be sent. It goes on without where the disk is full. */
function writeDown(server: Server, record: memory.TurnRecord, options: WaitOptions): void {
    if (!memory.recordTurn(server.disk, record)) tell(options, { phase: "not recorded", seconds: 0 });
}

/** What a turn's steps say, without what the model only thought. */
export function answerOf(steps: readonly Message[]): string {
    const texts: string[] = [];
    for (const step of steps) {
        // By steps: what is not closed in one of them does not swallow the next.
        const text = withoutReasoning(textOf([step]));
        if (string.find(text, "%S")[0] !== undefined) texts.push(text);
    }
    return texts.join("\n\n");
}

/**
 * An answer as programs get it.
 * @param steps the turn's messages as the server has them, at least one
 * @param record the session, when the prompt was sent (epoch milliseconds), and the prompt where it is to be shown again
 */
export function replyOf(
    server: Server,
    steps: readonly Message[],
    record: { readonly sessionId: string; readonly sentAt: number; readonly text?: string },
): Reply {
    const info = steps[steps.length - 1]!.info;
    return {
        text: answerOf(steps),
        sessionId: record.sessionId,
        messageId: info.id,
        model: info.modelID === undefined ? undefined : `${info.providerID}/${info.modelID}`,
        agent: info.agent,
        finish: info.finish,
        tokens: info.tokens,
        cost: info.cost,
        seconds: (server.now() - record.sentAt) / 1000,
        prompt: record.text,
    };
}

/** Shortens the path of a file in a folder. */
function relativeTo(directory: string): (this: void, file: string) => string {
    const start = string.sub(directory, -1) === "/" ? directory : `${directory}/`;
    return (file) =>
        string.sub(file, 1, start.length) === start ? string.sub(file, start.length + 1) : file;
}

/** Tells of tool calls that have begun or ended. */
function tellTools(options: WaitOptions, told: Told, steps: readonly Message[], directory: string): void {
    if (options.onTool === undefined) return;
    for (const call of toolNews(told, steps, relativeTo(directory))) options.onTool(call);
}

/** Tells how far a turn is. What a line of it shows may be a text of any length. */
function tellProgress(server: Server, options: WaitOptions, state: turn.TurnState): void {
    const progress: Progress = turn.progress(state, server.now());
    if (progress.message !== undefined) progress.message = oneLine(progress.message, LONGEST_MESSAGE);
    tell(options, progress);
}

/** Has something decided that a turn waits for, and tells how. */
function ask(server: Server, record: memory.TurnRecord, options: WaitOptions, asked: Asked): asking.Outcome {
    const result = asking.decide(server, record, asked, options);
    const seconds = (server.now() - record.sentAt) / 1000;
    tell(options, { phase: result.phase, seconds, message: asking.subjectOf(asked) });
    return result;
}

/** Performs all that a turn asks for, until it has ended. */
function pollTurn(
    server: Server,
    record: memory.TurnRecord,
    options: WaitOptions,
    resumed: boolean,
): TurnEnd {
    const idleTimeout = options.idleTimeout ?? server.settings.poll_timeout_seconds;
    let state = turn.start(record, idleTimeout, resumed, options.onTool !== undefined);
    let observation: turn.Observation = { kind: "begin", now: server.now() };
    const told: Told = {};
    let raised: unknown;
    while (true) {
        const next = turn.step(state, observation);
        const action = next.action;
        state = next.state;
        // What was asked is not left open by a program that has failed.
        if (raised !== undefined && state.answer === undefined) throw raised;
        tellTools(options, told, state.shown, record.directory);
        if (options.log !== undefined && observation.kind === "last" && state.polls > 0) {
            options.log(turn.describePoll(state, observation.value.length));
        }
        if (action.kind === "done" || action.kind === "fail") return action;
        if (action.kind === "wait" || action.kind === "ask") tellProgress(server, options, state);
        if (action.kind === "send") {
            record.sent = true;
            record.baselineId = state.baselineId;
            record.sentAt = server.now();
            writeDown(server, record, options);
        }
        if (action.kind === "ask") {
            const result = ask(server, record, options, action);
            raised = result.raised;
            observation = { kind: "ask", value: result.decision, now: server.now() };
            continue;
        }
        const [ok, value] = outcome(() => {
            if (action.kind === "send") return send(server, record);
            return perform(server, record, action);
        });
        observation = {
            kind: ok ? action.kind : "failed",
            request: action.kind,
            value,
            now: server.now(),
        } as unknown as turn.Observation;
    }
}

/** Runs a turn to its end, and makes of that what the caller gets. */
function carryOut(server: Server, record: memory.TurnRecord, options: WaitOptions, resumed: boolean): Reply {
    const runTurn = server.face.runTurn ?? pollTurn;
    const end = runTurn(server, record, options, resumed, () => {
        writeDown(server, record, options);
    });
    if (end.kind === "done") {
        memory.forgetTurn(server.disk, record.nonce);
        const reply = replyOf(server, end.steps, record);
        if (reply.text === "") throw fail("empty_reply");
        return reply;
    }
    if (!end.pending) memory.forgetTurn(server.disk, record.nonce);
    const isTimeout = end.code === "no_progress" || end.code === "slow_start";
    if (isTimeout && server.settings.reset_session_on_timeout === "true")
        memory.rememberSession(server, undefined);
    const written = end.text === undefined ? undefined : withoutReasoning(end.text);
    const failure = end.failure;
    throw failure ?? fail(end.code, end.detail, written);
}

/**
 * Stops what a session does. Raises nothing but Ctrl+T.
 * @param server what one call works with
 * @param from the session, and our turn where it is one
 * @param directory the session's
 * @returns how it ended, and why where it failed
 */
export function stop(server: Server, from: stopping.StopStart, directory: string | undefined): StopEnd {
    const stopSession = server.face.stopSession;
    if (stopSession !== undefined) {
        const [ok, end] = outcome(() => stopSession(server, from.sessionId));
        return ok ? end : { outcome: "failed", failure: end };
    }
    const dialect = server.face.dialect(server);
    let state = stopping.start(copy({ dialect }, copy(from, {} as stopping.StopStart)));
    let observation: stopping.StopObservation = { kind: "begin", now: server.now() };
    while (true) {
        const next = stopping.step(state, observation);
        const action = next.action;
        state = next.state;
        if (action.kind === "end") {
            return { outcome: action.outcome, failure: action.failure };
        }
        const [ok, value] = outcome(() => perform(server, { sessionId: from.sessionId, directory }, action));
        observation = {
            kind: ok ? action.kind : "failed",
            request: action.kind,
            value,
            now: server.now(),
        } as unknown as stopping.StopObservation;
    }
}

/** What is said of a turn that Ctrl+T did not stop. */
const REASONS: { readonly [K in stopping.Outcome]?: string } = {
    starting: "opencode is still starting it",
    failed: "opencode does not say that it did",
};

/** Stops a turn after Ctrl+T. A second Ctrl+T leaves it as it is; then, too, `ai resume` finds its answer later. */
function stopTurn(server: Server, record: memory.TurnRecord, options: WaitOptions): void {
    tell(options, { phase: "stopping", seconds: 0 });
    const start = { sessionId: record.sessionId, baselineId: record.baselineId, isOurs: true };
    const [ok, end] = pcall(stop, server, start, record.directory);
    const how = ok ? end.outcome : "failed";
    if (how === "stopped") memory.forgetTurn(server.disk, record.nonce);
    if (how === "ended") tell(options, { phase: "ended", seconds: 0 });
    else if (!ok) tell(options, { phase: "stopped", seconds: 0, message: "you did not wait" });
    else {
        const failure = end.failure;
        let message = REASONS[how];
        if (failure) message = failure.message;
        tell(options, { phase: "stopped", seconds: 0, message });
    }
}

/**
 * Drives a turn to its end. Raises its failure; Ctrl+T stops it on the server, too, before it goes on to the caller.
 * @param server what one call works with
 * @param record the turn, on the disk from before its prompt is sent until its answer is here or can never come
 * @param options who is told of progress, and how long to wait without any
 * @param resumed true for a turn whose prompt was sent before
 */
export function drive(
    server: Server,
    record: memory.TurnRecord,
    options: WaitOptions,
    resumed: boolean,
): Reply {
    const [ok, reply] = pcall(carryOut, server, record, options, resumed);
    if (ok) return reply;
    if ((reply as unknown) === "Terminated" && record.sent === true) stopTurn(server, record, options);
    return error(reply, 0);
}
