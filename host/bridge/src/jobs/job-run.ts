/** One job while it runs: turn after turn until it has ended, goes back into the queue or is begun again later. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Happening, type OpencodeClient, OpencodeFailure } from "trapos-opencode";
import type { Asked } from "../../../../src/apis/ai/ask.ts";
import type { BridgeMessage } from "../../../../src/apis/ai/link/frames.ts";
import { activeTools, carriesNonce, isComplete } from "../../../../src/apis/ai/messages.ts";
import { BridgeFailure } from "../failure.ts";
import type { JobChange, JobRecord, Journal, LinkedComputer } from "../journal/journal.ts";
import type { Log } from "../log.ts";
import type { Follower } from "../turns/followers.ts";
import { messagesSince } from "../turns/far-back.ts";
import { stopSession } from "../turns/stopping.ts";
import { subjectOf } from "../turns/turn-run.ts";
import type { Turns } from "../turns/turns.ts";
import { afterTurn, type Next, type TurnOutcome } from "./after-turn.ts";
import { type Caps, overCap } from "./caps.ts";
import { checkNames } from "./names.ts";
import {
    interventionFor,
    reasonOf,
    startWatch,
    type Trouble,
    troubleOf,
    type Watch,
    watch,
} from "./trouble.ts";
import { answerOf, guarded, kept, lineOf, sentenceOf } from "./words.ts";

/** Seconds without progress after which a turn ends by itself: stalls are found here, long before. */
const IDLE_SECONDS = 7 * 24 * 60 * 60;

/** How long a turn that was told to stop may take to end, in milliseconds. */
const STOP_MILLISECONDS = 15_000;

/** The pause after a stop that could not be asked for, and between two looks at whether opencode has a prompt. */
const AGAIN_MILLISECONDS = 1000;

/** How often it is written down how much a job has used, in milliseconds. */
const NOTE_MILLISECONDS = 15_000;

/** Among how many of a session's newest messages a prompt is looked for at first. */
const MOST_MESSAGES = 100;

/** What a running job needs. */
export interface JobWorld {
    readonly client: () => OpencodeClient;
    readonly journal: Journal;
    readonly turns: Turns;
    readonly directory: string;
    readonly now: () => number;
    /** Milliseconds since some moment, by a clock that nobody sets. */
    readonly elapsed: () => number;
    readonly log: Log;
    readonly caps: Caps;
    /** Whether opencode can be asked now. */
    readonly isReady: () => boolean;
    /** Opens a session with the rules of a computer's profile. @returns its id */
    readonly openSession: (computer: LinkedComputer, title: string) => Promise<string>;
    /** Is aborted when the bridge ends. */
    readonly signal: AbortSignal;
    /** Something is to be told of the job. */
    readonly changed: (number: number) => void;
    /** The job asks for something. */
    readonly asks: (number: number) => void;
}

/** What is shown of a job that runs, beside its record. */
export interface Sight {
    tool?: string;
    words?: string;
    asks?: string;
    /** When it last showed a sign of life, by the clock that nobody sets. */
    heardAt: number;
}

/** A turn that is waited for. */
interface Waiting {
    readonly nonce: string;
    readonly end: (outcome: TurnOutcome) => void;
    /** Is aborted once it has ended. */
    readonly over: AbortSignal;
}

/** How a job goes on that runs no more. */
export type Settled = Extract<Next, { kind: "end" | "queue" | "restart" }>;

/** A job that runs. */
export interface JobRun {
    readonly record: JobRecord;
    readonly sight: Sight;
    /** Takes what has happened in the job's session, or in a subagent's of it. */
    happened(happening: Happening): void;
    /** Looks whether it is still well, and within its caps. */
    tick(): void;
    /** Ends whatever is waited for: opencode is there again. */
    wake(): void;
    /** Stops it. The first reason counts. */
    stop(as: "failed" | "killed", reason: string): void;
}

/** A name for a job's turn, which none had before. */
export function newNonce(number: number): string {
    return `job-${number}-${randomUUID()}`;
}

/**
 * Runs a job that was begun, or goes on with it.
 * @param begun as the journal has it: running, with a nonce
 * @param settle is told how it goes on, once: not while the bridge ends
 */
export function runJob(
    world: JobWorld,
    computer: LinkedComputer,
    begun: JobRecord,
    title: string,
    settle: (next: Settled) => void,
): JobRun {
    const { journal, turns, elapsed, signal, log } = world;
    const { number } = begun;
    let record = begun;
    const sight: Sight = { heardAt: elapsed() };
    /** What the turn that runs has written, by its parts. */
    const written = new Map<string, string>();
    /** What a turn before it had written. */
    let earlier = "";
    /** The parts of tool calls and of steps' ends that were counted, and whether those are known that the bridge before this one has. */
    const counted = new Set<string>();
    let isCountKnown = false;
    let used = { tools: record.tools, cost: record.cost, spent: record.spent };
    let tickedAt = elapsed();
    let notedAt = elapsed();
    /** What is seen of the turn, from when opencode has its prompt. */
    let watching: Watch | undefined;
    let looks = 0;
    let isMeeting = false;
    /** What the turn is ended for, to be told to the model. */
    let intervention: string | undefined;
    /** The turn that is waited for. */
    let waiting: Waiting | undefined;
    let wakeUp: (() => void) | undefined;

    function change(given: JobChange): void {
        journal.changeJob(number, given);
        record = journal.jobOf(number) ?? record;
        world.changed(number);
    }

    /** The job's computer: opencode may be away for long, and its owner may change it meanwhile. */
    function computerNow(): LinkedComputer {
        return journal.computers().find(({ id }) => id === computer.id) ?? computer;
    }

    function alive(): void {
        sight.heardAt = elapsed();
    }

    /** Waits, or until it is woken. */
    async function pause(milliseconds: number): Promise<void> {
        const woken = new AbortController();
        wakeUp = () => woken.abort();
        await sleep(milliseconds, undefined, { signal: AbortSignal.any([woken.signal, signal]) }).catch(
            () => undefined,
        );
        wakeUp = undefined;
    }

    const writtenText = () => [...written.values()].filter((text) => text.trim() !== "").join("\n\n");

    function stopped(): TurnOutcome {
        const what = sentenceOf("aborted");
        return { kind: "failed", code: "aborted", what, isPending: false, text: writtenText() };
    }

    /** What a failure of ours, or of a request, comes to. */
    function broken(error: unknown): TurnOutcome {
        if (error instanceof BridgeFailure)
            return {
                kind: "failed",
                code: error.code,
                what: sentenceOf(error.code, error.detail),
                isPending: error.code === "away",
                text: writtenText(),
            };
        if (!(error instanceof OpencodeFailure))
            log.error({ err: error, job: number }, "a job cannot go on yet");
        const { code, message } =
            error instanceof OpencodeFailure
                ? error
                : { code: "internal_error", message: "The bridge failed, see its log." };
        return { kind: "failed", code, what: lineOf(message, 300), isPending: true, text: writtenText() };
    }

    function took(message: BridgeMessage, end: (outcome: TurnOutcome) => void): void {
        switch (message.type) {
            case "sent":
                looks = 0;
                alive();
                watching ??= startWatch(elapsed());
                return;
            case "text": {
                if (message.kind !== "text") return;
                looks = 0;
                const text = (written.get(message.part) ?? "") + message.text;
                written.set(message.part, kept(text));
                sight.words = lineOf(text.slice(-400), 160, "end");
                world.changed(number);
                return;
            }
            case "tool": {
                const { tool, title: subject } = message.call;
                sight.tool = lineOf(subject === undefined ? tool : `${tool} ${subject}`, 160);
                world.changed(number);
                return;
            }
            case "permission":
            case "question":
                sight.asks = subjectOf({ what: message.type, ask: message.ask } as Asked);
                world.changed(number);
                world.asks(number);
                return;
            case "settled":
                delete sight.asks;
                world.changed(number);
                return;
            case "done":
                end({ kind: "done", text: answerOf(message.steps) });
                return;
            case "failed": {
                const { code, detail, cause, pending, text } = message;
                end({
                    kind: "failed",
                    code: cause?.code ?? code,
                    what: sentenceOf(code, detail, cause),
                    isPending: pending === true,
                    text: text === undefined || text.trim() === "" ? writtenText() : text,
                });
                return;
            }
            default:
                return;
        }
    }

    /** Hands the turn over, or follows it where it is known, until it has ended. */
    function takeTurn(): Promise<TurnOutcome> {
        const nonce = record.nonce as string;
        const sessionId = record.sessionId as string;
        const over = new AbortController();
        return new Promise((resolve) => {
            const follower: Follower = {
                wanted: { text: true },
                isOnlooker: true,
                isReady: () => true,
                send: (message) => took(message, end),
            };
            function end(outcome: TurnOutcome): void {
                turns.leave(nonce, follower);
                if (waiting?.nonce === nonce) waiting = undefined;
                over.abort();
                resolve(outcome);
            }
            waiting = { nonce, end, over: over.signal };
            if (journal.promptOf(nonce)?.state === "sent") watching ??= startWatch(elapsed());
            const { model, agent } = record;
            turns.take(
                computerNow(),
                {
                    type: "prompt",
                    nonce,
                    sessionId,
                    text: record.asked ?? guarded(record.prompt),
                    ...(model === undefined ? {} : { model }),
                    ...(agent === undefined ? {} : { agent }),
                    idleTimeout: IDLE_SECONDS,
                    wanted: follower.wanted,
                },
                follower,
            );
            if (record.stopping !== undefined) void stopTurn(nonce);
        });
    }

    /** Whether a prompt that was to be sent is at opencode: the bridge, or opencode, may have ended in between. */
    async function isThere(nonce: string, sessionId: string): Promise<boolean> {
        for (let again = 0; again < 3; again += 1) {
            const messages = await messagesSince(world.client(), sessionId, nonce, MOST_MESSAGES);
            if (messages.some((message) => carriesNonce(message, nonce))) return true;
            await pause(AGAIN_MILLISECONDS);
        }
        return false;
    }

    /** Notes what the bridge before this one has counted: it is told once more where the stream of events is cut. */
    async function noteCounted(sessionId: string): Promise<void> {
        isCountKnown = true;
        if (isUnsent()) return;
        try {
            for (const { parts } of await world.client().listMessages(sessionId, MOST_MESSAGES))
                for (const { id } of parts) counted.add(id);
        } catch (error) {
            isCountKnown = false;
            log.warn({ err: error, job: number }, "some of what a job has used may be counted twice");
        }
    }

    /** Makes what has to be there before the turn is handed over: a session, and a prompt that is not lost. */
    async function prepare(): Promise<void> {
        // One by the rules of another profile is closed: what was not asked there is asked in another one.
        const { sessionId: known, asked } = record;
        const isClosed =
            known !== undefined &&
            (journal.closedReason(known) !== undefined ||
                // Of the opencode whose place another one has taken.
                (world.isReady() && journal.dialectOf(known) !== world.client().dialect));
        if (known === undefined || (isClosed && asked === undefined && isUnsent())) {
            await checkNames(world.client(), world.directory, record);
            change({ sessionId: await world.openSession(computerNow(), title) });
        }
        const sessionId = record.sessionId as string;
        const nonce = record.nonce as string;
        // Its turn would wait for days for a prompt that never came.
        if (!isUnsent() && !(await isThere(nonce, sessionId))) {
            change({ nonce: newNonce(number) });
            leaveTurn(nonce);
        }
        if (!isCountKnown) await noteCounted(sessionId);
    }

    /** Whether there is nothing at opencode that would have to be stopped. */
    function isUnsent(): boolean {
        const prompt = record.nonce === undefined ? undefined : journal.promptOf(record.nonce);
        return prompt === undefined || prompt.state === "taken";
    }

    async function run(): Promise<Settled> {
        for (;;) {
            let outcome: TurnOutcome;
            try {
                const isStopped = () => record.stopping !== undefined && isUnsent();
                if (!isStopped()) await prepare();
                // Somebody may have stopped it meanwhile.
                outcome = isStopped() ? stopped() : await takeTurn();
            } catch (error) {
                outcome = broken(error);
            }
            watching = undefined;
            delete sight.asks;
            const { stopping, reason = "", isKept, attempt } = record;
            const next = afterTurn(
                {
                    stopping: stopping && { as: stopping, reason },
                    intervention,
                    isKept,
                    attempt,
                    looks,
                },
                outcome,
            );
            // What it asks was written down before the turn was ended, and is asked next, whatever that has come to.
            intervention = undefined;
            if (next.kind === "ask") {
                earlier = writtenText() || earlier;
                written.clear();
                looks = 0;
            } else if (next.kind === "again") {
                if (world.isReady()) looks += 1;
                renameTurn();
                await pause(next.seconds * 1000);
            } else if (next.kind === "look") {
                // While opencode is away nothing can be seen, however long that is.
                if (world.isReady()) looks += 1;
                if (outcome.kind === "failed" && outcome.code === "session_busy") await clearSession();
                await pause(next.seconds * 1000);
            } else {
                // It may still be answered, for which nobody waits any more.
                if (outcome.kind === "failed" && outcome.isPending) await clearSession();
                leaveTurn();
                if (next.kind !== "end" || next.result !== "") return next;
                return { ...next, result: kept(earlier) };
            }
            if (signal.aborted) return new Promise(() => undefined);
        }
    }

    /** The turn is waited for no more, also where its end was not seen. */
    function leaveTurn(nonce = record.nonce): void {
        try {
            if (nonce !== undefined) journal.endPrompt(nonce, "failed", world.now());
        } catch (error) {
            // The next bridge ends it, and nobody's answer is to be lost for that.
            log.error({ err: error, job: number }, "the end of a job's turn could not be written down");
        }
    }

    /** The prompt that is sent once more has a name of its own. */
    function renameTurn(): void {
        const { nonce } = record;
        try {
            change({ nonce: newNonce(number) });
            leaveTurn(nonce);
        } catch (error) {
            log.error({ err: error, job: number }, "the name of a job's turn could not be written down");
        }
    }

    /** Stops what is left of a turn in the session. */
    async function clearSession(): Promise<void> {
        if (record.sessionId === undefined) return;
        await stopSession(world, record.sessionId, undefined).catch((error: unknown) =>
            log.warn({ err: error, job: number }, "what is left of a turn goes on"),
        );
    }

    /** Has a turn end, however long opencode is away. */
    async function stopTurn(nonce: string): Promise<void> {
        const turn = waiting;
        if (turn?.nonce !== nonce) return;
        const over = AbortSignal.any([turn.over, signal]);
        while (!over.aborted) {
            try {
                const { outcome } = world.isReady()
                    ? await stopSession(world, record.sessionId as string, journal.promptOf(nonce))
                    : { outcome: "failed" };
                if (outcome !== "failed" && outcome !== "starting") break;
            } catch (error) {
                log.warn({ err: error, job: number }, "a job could not be stopped yet");
            }
            await sleep(AGAIN_MILLISECONDS, undefined, { signal: over }).catch(() => undefined);
        }
        await sleep(STOP_MILLISECONDS, undefined, { signal: over }).catch(() => undefined);
        if (!over.aborted) turn.end(stopped());
    }

    /** Whether something goes on, or has ended, of which the stream has told nothing. */
    async function isAtWork(sessionId: string): Promise<boolean> {
        const [newest] = await world.client().getMessages(sessionId, 1);
        // opencode 2 says that a turn is over.
        if (newest?.info.role === "idle") return true;
        if (newest?.info.role !== "assistant") return false;
        return activeTools(newest).length > 0 || isComplete(newest);
    }

    /** Has the model told that it gets nowhere, and ends the job where that did not help. */
    async function meet(trouble: Trouble, nonce: string, sessionId: string): Promise<void> {
        try {
            if (trouble.kind === "stall" && (await isAtWork(sessionId))) {
                watching &&= startWatch(elapsed());
                return;
            }
        } catch (error) {
            log.warn({ err: error, job: number }, "a silent job cannot be looked at");
            return;
        }
        if (waiting?.nonce !== nonce || record.stopping !== undefined) return;
        const reason = reasonOf(trouble);
        log.info({ job: number, reason, interventions: record.interventions }, "a job gets nowhere");
        if (record.interventions > 0) return stop("failed", reason);
        const told = interventionFor(trouble);
        // Before the turn is ended: the next bridge goes on from here.
        change({ interventions: record.interventions + 1, asked: told, nonce: newNonce(number) });
        intervention = told;
        watching = undefined;
        await stopTurn(nonce);
    }

    function stop(as: "failed" | "killed", reason: string): void {
        if (record.stopping !== undefined) return;
        change({ stopping: as, reason });
        wakeUp?.();
        if (waiting !== undefined) void stopTurn(waiting.nonce);
    }

    function note(): void {
        notedAt = elapsed();
        try {
            change({ ...used, spent: Math.round(used.spent) });
        } catch (error) {
            // It is written down the next time, and nobody's turn is to end for it.
            log.error({ err: error, job: number }, "what a job has used could not be written down");
        }
    }

    function tick(): void {
        const at = elapsed();
        used = { ...used, spent: used.spent + (at - tickedAt) };
        tickedAt = at;
        if (at - notedAt >= NOTE_MILLISECONDS) note();
        const over = overCap(world.caps, used);
        if (over !== undefined && record.stopping === undefined) {
            try {
                stop("failed", over);
            } catch (error) {
                log.error({ err: error, job: number }, "a job over its limits is stopped later");
            }
        }
        if (watching === undefined || waiting === undefined || isMeeting) return;
        if (record.stopping !== undefined || intervention !== undefined) return;
        const trouble = troubleOf(watching, at);
        if (trouble === undefined) return;
        isMeeting = true;
        meet(trouble, waiting.nonce, record.sessionId as string)
            .catch((error: unknown) =>
                log.error({ err: error, job: number }, "a job that gets nowhere is told so later"),
            )
            .finally(() => (isMeeting = false));
    }

    run().then(
        (next) => {
            note();
            settle(next);
        },
        (error: unknown) => {
            log.error({ err: error, job: number }, "a job broke");
            const reason = "The bridge failed, see its log.";
            settle({ kind: "end", state: "failed", reason, result: writtenText() });
        },
    );

    return {
        get record() {
            return record;
        },
        sight,
        happened(happening) {
            alive();
            if (watching !== undefined) watching = watch(watching, happening, elapsed());
            if (happening.kind !== "tool" && happening.kind !== "step usage") return;
            if (counted.has(happening.partId)) return;
            counted.add(happening.partId);
            if (happening.kind === "tool") used = { ...used, tools: used.tools + 1 };
            else used = { ...used, cost: used.cost + happening.usage.cost };
            note();
            tick();
        },
        tick,
        wake: () => wakeUp?.(),
        stop,
    };
}
