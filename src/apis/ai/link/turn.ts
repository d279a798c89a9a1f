/** A turn that the bridge runs, as the computer is told of it. */
import type { Asked, Decision } from "../ask";
import * as asking from "../asking";
import type { Code } from "../codes";
import { copy } from "../copy";
import { fail, type Failure } from "../failure";
import type { Message as SessionMessage } from "../protocol";
import type { Connection, Face, TurnEnd } from "../server/face";
import type { TurnRecord } from "../session";
import type { Progress, WaitOptions } from "../types";
import { failureOf, linkState, say, type Message } from "./conversation";
import type { BridgeSays } from "./frames";
import { MESSAGE, STATE, type LinkState } from "./names";

/** Seconds without a word of the bridge, which says something each five, after which it counts as out of reach. */
const QUIET_SECONDS = 12;
/** Seconds after which it is not waited for any more. */
const LOST_SECONDS = 60;

/** What is known of the turn. */
interface Turn {
    readonly server: Connection;
    readonly record: TurnRecord;
    readonly options: WaitOptions;
    /** What the bridge has said of it, and nobody has looked at. */
    readonly told: Message[];
    /** How many bytes of each part were handed on. */
    readonly shown: Record<string, number | undefined>;
    /** The part that was last handed on. */
    part?: string;
    /** What a handler has raised, to be raised once the bridge was told. */
    raised?: unknown;
}

/** Tells whoever waits how far it is. */
function tell(turn: Turn, progress: Progress): void {
    const options = turn.options;
    if (options.onProgress !== undefined) options.onProgress(progress);
}

/** Asks to be told of the turn: by its prompt, which runs once however often it is handed over, or by its name. */
function begin(turn: Turn, resumed: boolean): void {
    const record = turn.record;
    const options = turn.options;
    const common = {
        nonce: record.nonce,
        sessionId: record.sessionId,
        idleTimeout: options.idleTimeout ?? turn.server.settings.poll_timeout_seconds,
        wanted: { text: options.onText !== undefined, reasoning: options.onReasoning !== undefined },
    };
    if (resumed) {
        say(copy(common, { type: "follow" }));
        return;
    }
    const prompt = {
        type: "prompt",
        text: record.text,
        model: record.model,
        agent: record.agent,
        variant: record.variant,
        system: record.system,
        attachments: record.attachments,
        files: record.files,
    };
    say(copy(common, prompt));
}

/** Hands on what is new of a part. */
function takeText(turn: Turn, told: BridgeSays["text"]): void {
    let hand = turn.options.onText;
    if (told.kind === "reasoning") hand = turn.options.onReasoning;
    const shown = turn.shown[told.part] ?? 0;
    const fresh = string.sub(told.text, shown - told.at + 1);
    if (hand === undefined || told.at > shown || fresh === "") return;
    turn.shown[told.part] = shown + fresh.length;
    const isNext = turn.part !== undefined && turn.part !== told.part && told.kind === "text";
    if (told.kind === "text") turn.part = told.part;
    hand(isNext && shown === 0 ? `\n\n${fresh}` : fresh);
}

/** Whether something ends what is asked: it is not asked any more, or nothing of the turn is. */
function endsAsk(message: Message, id: string): boolean {
    const type = message.type;
    return (
        type === "gap" || type === "done" || type === "failed" || (type === "settled" && message.id === id)
    );
}

/** Has something decided, and tells the bridge. */
function decide(turn: Turn, asked: Asked): void {
    const record = turn.record;
    const id = asked.ask.id;
    const result = asking.decide(
        turn.server as Connection & { face: Face },
        record,
        asked,
        turn.options,
        () => {
            while (true) {
                for (const message of turn.told) if (endsAsk(message, id)) return;
                os.pullEventRaw();
            }
        },
    );
    const decision: Decision = result.decision;
    if (decision.what !== "gone") {
        const said = { type: "decision", nonce: record.nonce, id };
        say(copy(decision, said));
    }
    turn.raised = result.raised;
    tell(turn, { phase: result.phase, seconds: 0, message: asking.subjectOf(asked) });
}

/** A request of the bridge's that failed: its words are known there, and what to do next is known here. */
function failureBy(cause: NonNullable<BridgeSays["failed"]["cause"]>): Failure {
    const message = cause.message;
    const failure = failureOf({ code: cause.code, detail: { what: message } }) as {
        -readonly [K in keyof Failure]: Failure[K];
    };
    if (message !== undefined) failure.message = message;
    return failure;
}

/** How a turn has ended without an answer. */
function endOf(told: BridgeSays["failed"]): TurnEnd {
    const cause = told.cause;
    const failure = cause === undefined ? failureOf(told) : failureBy(cause);
    return {
        kind: "fail",
        code: told.code as Code,
        detail: (told.detail ?? {}) as Record<string, string>,
        pending: told.pending === true,
        text: told.text,
        failure,
    };
}

/** Takes what the bridge says; gives the end of the turn where it is that. */
function take(turn: Turn, message: Message): TurnEnd | undefined {
    const type = message.type;
    const options = turn.options;
    if (type === "text") takeText(turn, message as unknown as BridgeSays["text"]);
    else if (type === "progress") tell(turn, (message as unknown as BridgeSays["progress"]).progress);
    else if (type === "tool") {
        if (options.onTool !== undefined)
            options.onTool((message as unknown as BridgeSays["tool"]).call as never);
    } else if (type === "permission" || type === "question") {
        decide(turn, { what: type, ask: (message as unknown as { readonly ask: never }).ask });
    } else if (type === "done") {
        const steps = (message as unknown as { readonly steps: readonly SessionMessage[] }).steps;
        return { kind: "done", steps, text: "" };
    } else if (type === "failed") return endOf(message as unknown as BridgeSays["failed"]);
    return undefined;
}

/** Why the bridge says nothing. */
function whyQuiet(server: Connection): Failure {
    const state = linkState();
    const url = server.settings.link_url;
    if (state === undefined || state.code === undefined)
        return fail("link_down", { url, what: "it is silent" });
    return failureOf({ code: state.code, detail: state.detail });
}

/** Whether an event tells that the bridge wants nothing of this computer any more. */
function isOver(event: string, first: unknown): boolean {
    const state = event === STATE ? (first as LinkState).state : "open";
    return state === "refused" || state === "unlinked";
}

/** Follows the turn to its end. */
function follow(turn: Turn, writeDown: (this: void) => void): TurnEnd {
    const record = turn.record;
    let heardAt = os.clock();
    let timer = os.startTimer(1);
    while (true) {
        const message = turn.told.shift();
        if (message === undefined) {
            const [event, first] = os.pullEvent();
            if (event === "timer" && first === timer) timer = os.startTimer(1);
            const quiet = os.clock() - heardAt;
            if (quiet >= LOST_SECONDS || isOver(event, first))
                return {
                    kind: "fail",
                    code: "link_down",
                    detail: {},
                    pending: true,
                    failure: whyQuiet(turn.server),
                };
            if (quiet >= QUIET_SECONDS) tell(turn, { phase: "reconnecting", seconds: 0 });
        } else if (message.type === "gap") {
            // The bridge begins from the beginning: what was handed on already is passed over.
            begin(turn, record.attachments === undefined && record.sent === true);
        } else {
            if (message.type === "sent") {
                const sent = message as unknown as BridgeSays["sent"];
                record.baselineId = sent.baselineId;
                record.sentAt = sent.sentAt;
                writeDown();
            }
            const end = take(turn, message);
            if (turn.raised !== undefined) throw turn.raised;
            if (end !== undefined) return end;
            heardAt = os.clock();
        }
    }
}

/**
 * Hands a prompt over to the bridge, or follows one that it has, until the turn has ended.
 * @param server what one call works with
 * @param record the turn, which is on the disk before its prompt is handed over
 * @param options who is told of it
 * @param resumed true for a turn whose prompt was handed over before
 * @param writeDown puts the record on the disk
 */
export function runTurn(
    server: Connection,
    record: TurnRecord,
    options: WaitOptions,
    resumed: boolean,
    writeDown: (this: void) => void,
): TurnEnd {
    const turn: Turn = { server, record, options, told: [], shown: {} };
    let end: TurnEnd | undefined;
    if (!resumed) {
        record.sent = true;
        writeDown();
    }
    parallel.waitForAny(
        () => {
            // Whatever a handler waits for, nothing that the bridge says meanwhile is missed.
            while (true) {
                const [event, first] = os.pullEventRaw();
                const message = first as Message;
                const isOurs =
                    event === MESSAGE && (message.nonce === record.nonce || message.type === "gap");
                if (isOurs) table.insert(turn.told, message);
            }
        },
        () => {
            begin(turn, resumed);
            end = follow(turn, writeDown);
        },
    );
    return end!;
}
