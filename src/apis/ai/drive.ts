/** Drives turns: performs what they ask for, and tells how far they are. */
import { fail, type Result } from "./failure";
import * as opencode from "./opencode";
import type { ListValues, Message } from "./protocol";
import { withoutReasoning } from "./reasoning";
import * as memory from "./session";
import type { SettingsStore } from "./settings";
import * as turn from "./turn";
import type { Progress, Reply, WaitOptions } from "./types";

/** What one call works with. */
export interface Server extends opencode.Server {
    raw?: boolean;
    readonly store: SettingsStore;
    readonly disk: memory.Disk;
    readonly now: (this: void) => number;
    readonly sleep: (this: void, seconds: number) => void;
}

/** Tells whoever waits how far it is. */
export function tell(options: WaitOptions, progress: Progress): void {
    if (options.onProgress !== undefined) options.onProgress(progress);
}

/** Performs what the turn asks for. */
function perform(server: Server, record: memory.TurnRecord, action: turn.Action): Result<unknown> {
    const id = record.sessionId;
    const kind = action.kind;
    if (kind === "wait") {
        server.sleep(action.seconds);
        return $multi(true as const, undefined);
    }
    if (kind === "send") {
        memory.recordTurn(server.disk, record);
        return opencode.sendPrompt(server, id, record);
    }
    if (kind === "last" || kind === "recent") return opencode.getMessages(server, id, action.limit ?? 1);
    if (kind === "parent") return opencode.getMessage(server, id, action.id);
    return opencode.readList(server, kind as keyof ListValues, record.directory);
}

/**
 * An answer as programs get it.
 * @param message the answer as the server has it
 * @param text its text
 * @param record the session, when the prompt was sent (epoch milliseconds), and the prompt where it is to be shown again
 */
export function replyOf(
    server: Server,
    message: Message,
    text: string,
    record: { readonly sessionId: string; readonly sentAt: number; readonly text?: string },
): Reply {
    const info = message.info;
    return {
        text,
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

/** Performs all that a turn asks for, until it has ended. */
function carryOut(server: Server, record: memory.TurnRecord, options: WaitOptions, resumed: boolean): Reply {
    const settings = server.settings;
    let state = turn.start(record, options.idleTimeout ?? settings.poll_timeout_seconds, resumed);
    let observation: turn.Observation = { kind: "begin", now: server.now() };
    while (true) {
        const next = turn.step(state, observation);
        const action = next.action;
        state = next.state;
        if (options.log !== undefined && observation.kind === "last" && state.polls > 0) {
            options.log(turn.describePoll(state, observation.value.length));
        }
        if (action.kind === "done") {
            memory.forgetTurn(server.disk, record.nonce);
            const text = withoutReasoning(action.text);
            if (string.find(text, "%S")[0] === undefined) throw fail("empty_reply");
            return replyOf(server, action.message, text, record);
        }
        if (action.kind === "fail") {
            if (!action.pending) memory.forgetTurn(server.disk, record.nonce);
            if (action.code === "no_progress" && settings.reset_session_on_timeout === "true")
                memory.rememberSession(server, undefined);
            const written = action.text === undefined ? undefined : withoutReasoning(action.text);
            throw action.failure ?? fail(action.code, action.detail, written);
        }
        if (action.kind === "wait") tell(options, turn.progress(state, server.now()));
        if (action.kind === "send") {
            record.sent = true;
            record.baselineId = state.baselineId;
            record.sentAt = server.now();
        }
        const [ok, value] = perform(server, record, action);
        observation = {
            kind: ok ? action.kind : "failed",
            request: action.kind,
            value,
            now: server.now(),
        } as unknown as turn.Observation;
    }
}

/**
 * Drives a turn to its end. Raises its failure; Ctrl+T stops it on the server, too, before it goes on to the caller.
 * @param server what one call works with; goes on through Ctrl+T afterwards
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
    if ((reply as unknown) === "Terminated" && record.sent === true) {
        tell(options, { phase: "stopping", seconds: 0 });
        server.raw = true;
        const [stopped, problem] = opencode.abortSession(server, record.sessionId);
        if (stopped) memory.forgetTurn(server.disk, record.nonce);
        tell(options, { phase: "stopped", seconds: 0, message: stopped ? undefined : problem.message });
    }
    return error(reply, 0);
}
