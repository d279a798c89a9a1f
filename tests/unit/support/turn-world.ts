/**
 * A world that changes with time, as opencode's server was measured to behave, in which a turn is played in Node and
 * then replayed in the compiled Lua.
 */
import type { Decision } from "../../../src/apis/ai/ask.ts";
import type { Message, Part } from "../../../src/apis/ai/protocol.ts";
import { describePoll, progress, start, step } from "../../../src/apis/ai/turn.ts";
import type { Action, Observation, RequestKind, TurnStart, TurnState } from "../../../src/apis/ai/turn.ts";
import { runLua, toLua } from "../../../tools/lua/index.ts";

export const NONCE = "7-1700000000000-42";

/** What the server would answer from a moment on; what is not named stays as it was. */
export interface World {
    status?: "idle" | "busy" | { type: "retry"; attempt: number; message: string };
    messages?: Message[];
    /** True where the newest message is none, of a form that is not known, when it is asked for alone. */
    hidesNewest?: boolean;
    permissions?: unknown[];
    questions?: unknown[];
    providers?: unknown[];
    agents?: unknown[];
    /** Why the last turn has failed, where the server tells that (opencode 2). */
    reason?: string;
    /** How the session's last turn has ended, and when, where it tells that (opencode 2). */
    ended?: { outcome: string; at: number };
    /** The code with which every request fails; null ends that. */
    failing?: string | null;
    /** The code with which requests of one kind fail; null ends that. */
    fails?: Partial<Record<RequestKind, string | null>>;
    /** Sessions by the session that opened them. */
    parents?: Record<string, string | undefined>;
    /** What a person decides who is asked, after so many seconds; "gone" after a second where nothing is said. */
    decision?: Decision & { seconds?: number };
}

export interface Case {
    name: string;
    /** What there is before the prompt is sent; an idle session, empty or with `old` in it, where nothing is said. */
    before?: World;
    /** The world by milliseconds since the prompt has arrived; time stands still until then. */
    world: [at: number, world: World][];
    /** What changes when the server was told of a decision, by milliseconds since then. */
    answered?: [after: number, world: World][];
    /** True for a server that does what it is told, and whose answer to that is lost. */
    losesAnswers?: boolean;
    /** The code with which sending fails, each time or the first, second ... time. */
    sendFails?: string | (string | undefined)[];
    /** The how manieth sending arrives, whatever its answer is: the first where nothing is said, 0 for none. */
    arrives?: number;
    options?: Partial<TurnStart> & { idleTimeout?: number; resumed?: boolean; wantsTools?: boolean };
    end:
        | { kind: "done"; text: string; id?: string }
        | ({ kind: "fail"; code: string } & Record<string, unknown>);
    /** Phases that somebody who waits is shown, in this order, others between. */
    shows?: string[];
    /** The end must come within so many milliseconds after this moment of the world. */
    endsWithin?: [after: number, milliseconds: number];
    atMostRequests?: number;
}

export const user = (id: string, extra: Partial<Message["info"]> = {}, parts?: Part[]): Message => ({
    info: { id, role: "user", time: { created: 1 }, ...extra },
    parts: parts ?? [{ type: "text", text: "hi", metadata: { nonce: NONCE } }],
});
export const plainUser = (id: string): Message => user(id, {}, [{ type: "text", text: "another" }]);
export const answer = (
    id: string,
    parentID: string | undefined,
    text: string,
    extra: object = {},
): Message => ({
    info: {
        id,
        role: "assistant",
        ...(parentID === undefined ? {} : { parentID }),
        time: { created: 2, completed: 3 },
        finish: "stop",
        ...extra,
    },
    parts: text === "" ? [] : [{ type: "text", text }],
});
export const unfinished = (id: string, parentID: string, parts: Part[] = []): Message => ({
    info: { id, role: "assistant", parentID, time: { created: 2 } },
    parts,
});
export const tool = (status: string, extra: object = {}): Part => ({
    type: "tool",
    tool: "bash",
    callID: "c",
    state: { status, title: "echo hi", ...extra },
});
export const toolStep = (id: string, parentID: string): Message => ({
    info: { id, role: "assistant", parentID, time: { created: 2, completed: 3 }, finish: "tool-calls" },
    parts: [tool("completed")],
});

/** An answer that is in the session before the prompt. */
export const old = answer("a0", "u0", "old answer");

const EPOCH = 1_700_000_000_000;
/** How long a request takes that is never answered. */
const REQUEST_TIMEOUT = 30_000;

/** Plays a case in Node: what the machine asked for, what it was told, and what a waiting person saw. */
export function play(test: Case) {
    const isOpencode2 = test.options?.dialect === 2;
    const before: World = {
        status: "idle",
        messages: [],
        permissions: [],
        questions: [],
        providers: [],
        agents: [],
        ...test.before,
    };
    const resumed = test.options?.resumed === true;
    if (!test.before && test.world[0]![1].messages?.includes(old)) before.messages = [old];
    let now = EPOCH;
    let sentAt = resumed ? EPOCH : undefined;
    const options = {
        nonce: NONCE,
        sessionId: "ses_1",
        ...test.options,
        sentAt: EPOCH + (test.options?.sentAt ?? 0),
    };
    const idleTimeout = test.options?.idleTimeout ?? 300;
    const wantsTools = test.options?.wantsTools === true;
    let state: TurnState = start(options, idleTimeout, resumed, wantsTools);
    let observation: Observation = { kind: "begin", now };
    const observations: Observation[] = [];
    const actions: Action[] = [];
    const shown: string[] = [];
    const lines: string[] = [];
    let requests = 0;
    /** What the server was told of decisions, and when first. */
    const told: Action[] = [];
    let toldAt: number | undefined;
    let asked = 0;
    let sendings = 0;
    const world = (): World => {
        const merged = { ...before };
        for (const [at, change] of test.world) {
            if (sentAt !== undefined && now - sentAt >= at) Object.assign(merged, change);
        }
        for (const [after, change] of test.answered ?? []) {
            if (toldAt !== undefined && now - toldAt >= after) Object.assign(merged, change);
        }
        return merged;
    };
    const answerTo = (action: Action): Observation => {
        const {
            status,
            messages = [],
            hidesNewest = false,
            failing,
            fails = {},
            parents = {},
            decision,
            reason,
            ended,
            ...lists
        } = world();
        if (action.kind === "ask") {
            asked += 1;
            const { seconds = 1, ...value } = decision ?? { what: "gone" as const };
            now += seconds * 1000;
            return { kind: "ask", value, now };
        }
        const kind = action.kind as RequestKind;
        const failed = (code: string): Observation => {
            if (code === "timed_out") now += REQUEST_TIMEOUT;
            return { kind: "failed", request: kind, value: { code }, now };
        };
        if (action.kind === "send") {
            sendings += 1;
            // Before it, the server is as it was, whatever becomes of the prompt.
            const isUnanswered = failing ?? fails.send;
            if (sendings === (test.arrives ?? 1) && !isUnanswered) sentAt = now;
            const { sendFails } = test;
            const problem = isUnanswered ?? (Array.isArray(sendFails) ? sendFails[sendings - 1] : sendFails);
            return problem === undefined ? { kind: "send", now } : failed(problem);
        }
        const code = failing ?? fails[kind];
        const isAnswer =
            action.kind === "answerPermission" ||
            action.kind === "answerQuestion" ||
            action.kind === "rejectQuestion";
        if (isAnswer && (!code || test.losesAnswers === true)) {
            const { id } = action;
            const waiting = [...(lists.permissions ?? []), ...(lists.questions ?? [])] as { id: string }[];
            if (!waiting.some((entry) => entry.id === id)) return code ? failed(code) : failed("not_found");
            told.push(action);
            toldAt ??= now;
        }
        if (code) return failed(code);
        if (isAnswer) return { kind: action.kind, now };
        if (action.kind === "message") {
            const found = messages.find((message) => message.info.id === action.id);
            return found === undefined ? failed("not_found") : { kind: "message", value: found, now };
        }
        if (action.kind === "status") {
            const value =
                status === "busy" ? { type: "busy" as const } : status === "idle" ? undefined : status;
            return { kind: "status", value: value === undefined ? {} : { ses_1: value }, now };
        }
        if (action.kind === "reason")
            return reason === undefined ? failed("not_found") : { kind: "reason", value: reason, now };
        // opencode 2 has pages of 200 beside a message that was seen.
        if (action.kind === "recent" && isOpencode2 && action.after !== undefined) {
            const place = messages.findIndex(({ info }) => info.id === action.after);
            const newer = messages.slice(place + 1);
            if (place >= 0 && newer.length < 200) return { kind: "recent", value: newer, now };
        }
        if (action.kind === "last" && hidesNewest) return { kind: "last", value: [], now };
        if (action.kind === "last" || action.kind === "beginning" || action.kind === "recent")
            return { kind: action.kind, value: messages.slice(-action.limit), now };
        const sessionOf = (id: string, parentID: string | undefined) => ({
            id,
            title: "",
            directory: "/",
            time: { created: 1, updated: 1 },
            ...(parentID === undefined ? {} : { parentID }),
        });
        if (action.kind === "mcp") return { kind: "mcp", value: {}, now };
        if (action.kind === "session") {
            const value = { ...sessionOf("ses_1", undefined), ...(ended === undefined ? {} : { ended }) };
            return { kind: "session", value, now };
        }
        // What has no name cannot be asked for: such a request is another one.
        if (action.kind === "parent" && action.id === "") return failed("not_opencode");
        if (action.kind === "parent")
            return { kind: "parent", value: sessionOf(action.id, parents[action.id]), now };
        if (action.kind === "providers")
            return { kind: "providers", value: { providers: lists.providers } as never, now };
        const list = action.kind as "permissions" | "questions" | "agents";
        return { kind: list, value: (lists[list] ?? []) as never, now };
    };
    for (let count = 0; count < 5000; count++) {
        observations.push(observation);
        const next = step(state, observation);
        state = next.state;
        const action = next.action;
        actions.push(action);
        lines.push(describePoll(state, 1));
        if (action.kind === "done" || action.kind === "fail") {
            return {
                start: [options, idleTimeout, resumed, wantsTools],
                observations,
                actions,
                lines,
                shown,
                told,
                asked,
                sendings,
                requests,
                endedAt: now - (sentAt ?? now),
                action,
            };
        }
        if (action.kind === "wait") {
            shown.push(progress(state, now).phase);
            // The machine's clock has ticks of 50 ms.
            now += Math.ceil(action.seconds * 20) * 50;
            observation = { kind: "wait", now };
        } else {
            if (action.kind === "ask") shown.push(progress(state, now).phase);
            else {
                requests += 1;
                now += 10;
            }
            observation = answerTo(action);
        }
    }
    throw new Error(`${test.name} does not end: ${JSON.stringify(actions.slice(-8))}`);
}

/** The same observations in the compiled Lua. */
export function replayInLua(
    from: unknown[],
    observations: Observation[],
): { actions: unknown; lines: unknown } {
    const [actions, lines] = runLua(`
        local turn = require("/apis/ai/turn")
        local state = turn.start(${from.map(toLua).join()})
        local actions, lines = {}, {}
        for i, observation in ipairs(${toLua(observations)}) do
            local next = turn.step(state, observation)
            state = next.state
            actions[i] = next.action
            lines[i] = turn.describePoll(state, 1)
        end
        return actions, lines
    `);
    return { actions, lines };
}

/** Lua knows no difference between an empty list and an empty table, and none between null and nothing. */
export function asLua(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(asLua);
    if (typeof value !== "object" || value === null) return value;
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return fields.length === 0 ? [] : Object.fromEntries(fields.map(([key, field]) => [key, asLua(field)]));
}
