import type { Dialect, OpencodeClient } from "trapos-opencode";
import { describeAsk, type Asked, type Decision } from "../../../../src/apis/ai/ask.ts";
import type { Prompt } from "../../../../src/apis/ai/server/prompt.ts";
import type { Told } from "../../../../src/apis/ai/toolcalls.ts";
import { toolNews } from "../../../../src/apis/ai/toolcalls.ts";
import * as turn from "../../../../src/apis/ai/turn.ts";
import { failureOf } from "./request-failure.ts";
import { messagesSince } from "./far-back.ts";
import type { Bell } from "./bell.ts";
import { isShared, type Looks } from "./looks.ts";

/** How often whoever follows is told that it still goes on, in milliseconds. */
const HEARTBEAT = 5000;

/** Among so many messages, and no more, the machine looks for a turn. */
const MANY_MESSAGES = 100;

/** A turn, as it is begun. */
export interface TurnBegin extends turn.TurnStart {
    readonly directory: string;
    readonly prompt?: Omit<Prompt, "nonce">;
    /** Seconds without any visible progress after which it ends. */
    readonly idleTimeout: number;
    /** Whether the prompt may be at opencode already. */
    readonly isResumed: boolean;
}

/** What a turn needs of the world. */
export interface TurnWorld {
    /** opencode as it is now: its address may be another one after a restart. */
    readonly client: () => OpencodeClient;
    /** Which opencode there is; nothing while that is not known. */
    readonly dialect: () => Dialect | undefined;
    readonly now: () => number;
    /** Ends it here and now: nothing more is asked or told. */
    readonly signal: AbortSignal;
    /** Rings when something has happened in the session, or in one of its subagents'. */
    readonly bell: Bell;
    /** Before the prompt is sent, which waits for it. */
    sending(baselineId: string | undefined): Promise<void>;
    /** Once opencode has it. */
    sent(sentAt: number, baselineId: string | undefined): void;
    tool(call: ReturnType<typeof toolNews>[number]): void;
    progress(progress: turn.Progress): void;
    /** The messages were looked at, of which this is the newest: what is to be told of those before it was told. */
    looked(messageId: string): void;
    readonly looks: Looks;
    /** Has something decided. */
    decide(asked: Asked): Promise<Decision>;
}

/** How a turn has ended. */
export type TurnEnd = Extract<turn.Action, { kind: "done" | "fail" }>;

/** Shortens the path of a file in a folder. */
function relativeTo(directory: string): (file: string) => string {
    const start = directory.endsWith("/") ? directory : `${directory}/`;
    return (file) => (file.startsWith(start) ? file.slice(start.length) : file);
}

type Request = Exclude<turn.Action, { kind: "done" | "fail" | "wait" | "ask" | "send" }>;

/** Asks opencode for what the turn asks for. */
function perform(client: OpencodeClient, begin: TurnBegin, action: Request): Promise<unknown> {
    const { sessionId, directory } = begin;
    switch (action.kind) {
        case "recent":
            // Of a turn that was not followed from its beginning on its prompt alone tells which steps are its own.
            return begin.isResumed && action.limit >= MANY_MESSAGES
                ? messagesSince(client, sessionId, begin.nonce, action.limit)
                : client.getMessages(sessionId, action.limit, action.after);
        case "last":
        case "beginning":
            return client.getMessages(sessionId, action.limit);
        case "message":
            return client.getMessage(sessionId, action.id);
        case "reason":
            return client.getReason(sessionId);
        case "session":
            return client.getSession(sessionId);
        case "parent":
            return client.getSession(action.id);
        case "answerPermission":
            return client.answerPermission(action.id, action.reply, action.message, directory);
        case "answerQuestion":
            return client.answerQuestion(action.id, action.answers, directory);
        case "rejectQuestion":
            return client.rejectQuestion(action.id, directory);
        case "mcp":
            return client.waitUntilLoaded("mcp", directory);
        default:
            return client.readList(action.kind, directory);
    }
}

/**
 * Runs a turn to its end, by the machine that decides on a computer, too: the stream of events only wakes it. Never rejects
 * but for faults of ours.
 * @returns nothing where the signal has ended it
 */
export async function runTurn(begin: TurnBegin, world: TurnWorld): Promise<TurnEnd | undefined> {
    const { now } = world;
    const relative = relativeTo(begin.directory);
    const told: Told = {};
    let state = turn.start(begin, begin.idleTimeout, begin.isResumed, true);
    let observation: turn.Observation = { kind: "begin", now: now() };
    let sight = "";
    let toldAt = 0;

    function tellProgress(): void {
        const progress = turn.progress(state, now());
        const { seconds: _, nextIn: __, ...lasting } = progress;
        const seen = JSON.stringify(lasting);
        if (seen === sight && now() - toldAt < HEARTBEAT) return;
        sight = seen;
        toldAt = now();
        world.progress(progress);
    }

    for (;;) {
        if (world.signal.aborted) return undefined;
        const dialect = world.dialect();
        // It was asked of the one that was there before, and this one knows nothing of it.
        if (dialect !== undefined && dialect !== (begin.dialect ?? 1)) {
            const detail = { version: String(dialect) };
            return { kind: "fail", code: "other_opencode", detail, pending: false };
        }
        const next = turn.step(state, observation);
        const { action } = next;
        // As a table that is made in one go: one that was made field by field takes eight times the memory.
        state = { ...next.state };
        for (const call of toolNews(told, state.shown, relative)) world.tool(call);
        if (action.kind === "done" || action.kind === "fail") return action;
        if (action.kind === "wait" || action.kind === "ask") {
            // Of opencode 2 other ids are in no order.
            if (state.last?.info.role === "assistant") world.looked(state.last.info.id);
            tellProgress();
        }
        if (action.kind === "wait") {
            const rang = await world.bell.wait(Math.min(action.seconds * 1000, HEARTBEAT));
            observation = { kind: "wait", now: now(), value: rang };
        } else if (action.kind === "ask") {
            observation = { kind: "ask", now: now(), value: await world.decide(action) };
        } else {
            observation = await request(action);
        }
    }

    async function request(action: Request | { readonly kind: "send" }): Promise<turn.Observation> {
        try {
            if (action.kind !== "send") {
                const value = isShared(action.kind)
                    ? await world.looks[action.kind]()
                    : await perform(world.client(), begin, action);
                return { kind: action.kind, value, now: now() } as turn.Observation;
            }
            if (begin.prompt === undefined) throw new Error("there is no prompt to send");
            await world.sending(state.baselineId);
            await world.client().sendPrompt(begin.sessionId, { ...begin.prompt, nonce: begin.nonce });
            world.sent(now(), state.baselineId);
            return { kind: "send", now: now() };
        } catch (error) {
            return { kind: "failed", request: action.kind, value: failureOf(error), now: now() };
        }
    }
}

/** What is asked, in a line. */
export function subjectOf(asked: Asked): string {
    return describeAsk(asked).replace(/\s+/g, " ").slice(0, 160);
}
