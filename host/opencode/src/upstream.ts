/** The one stream by which a program learns what happens on an opencode server, whoever of its users it is for. */
import { setTimeout as sleep } from "node:timers/promises";
import type { OpencodeClient } from "./client.ts";
import * as events1 from "./events1.ts";
import * as events2 from "./events2.ts";
import { OpencodeFailure } from "./failure.ts";
import type { Happening } from "./happening.ts";
import type { ListedMessage } from "./listed.ts";
import { eventReader } from "./sse.ts";
import type { Dialect } from "./version.ts";

/** What is done with what happens. The functions are called one after another, and none is waited for. */
export interface WatchOptions {
    /** Something happened, in some session. */
    readonly onHappening: (happening: Happening) => void;
    /**
     * From now on everything is told of. What happened before is not, so that whoever cares looks at the messages (see
     * `catchUp`) and at what waits for an answer.
     * @param isFirst whether nothing was told of before
     */
    readonly onConnected?: (isFirst: boolean) => void;
    /**
     * The connection is gone, or did not come about; each time.
     * @param pauseSeconds until it is tried again
     */
    readonly onLost?: (failure: OpencodeFailure, pauseSeconds: number) => void;
    /** One of these functions has thrown, which keeps nothing else from going on; a warning of the process when absent. */
    readonly onFault?: (fault: unknown) => void;
    /** Ends the watching. */
    readonly signal?: AbortSignal;
    /** From 0 to 1; Math.random when absent. By it those who lost a server together come back one by one. */
    readonly random?: () => number;
    /** How often the server says that it is there; 10 for opencode 1 and 15 for opencode 2, as they do, when absent. */
    readonly heartbeatSeconds?: number;
    /** The pause before it is tried again: the first one, which doubles, and the longest; 0.25 and 10 when absent. */
    readonly pauseSeconds?: { readonly first: number; readonly longest: number };
}

/** Watching that goes on. */
export interface Watch {
    /** Resolves when it has ended, which only its signal brings about. */
    readonly ended: Promise<void>;
    /**
     * Asks the server for a session's messages and tells what of them was not told of.
     * @param most how many of the newest messages are looked at
     * @param after the id of a message up to which nothing is to be told that is not known already
     * @returns when all is told; rejects with the `OpencodeFailure` of the request
     */
    catchUp(sessionId: string, most: number, after?: string): Promise<void>;
    /** Leaves the connection and opens another one: another server may have taken the place of the one that it was opened to. */
    reconnect(): void;
}

/** A server that is silent for so many heartbeats is gone. */
const missedHeartbeats = 2.5;

/**
 * How long the greeting is waited for at first; twice as long each time that it does not come. opencode 1.18.33 accepts
 * connections a little before it says that it listens, and never answers what comes over those.
 */
const greetingSeconds = 2;

const defaultHeartbeatSeconds: Readonly<Record<Dialect, number>> = { 1: 10, 2: 15 };
const defaultPauseSeconds = { first: 0.25, longest: 10 };

/** JSON, or nothing where it is none. */
function decode(data: string): unknown {
    try {
        return JSON.parse(data) as unknown;
    } catch {
        return undefined;
    }
}

/** What reads the events of each dialect, and what is known of a stream of them. */
const codecOf = (dialect: Dialect) => {
    const { newCodec, read, cut, catchUp } = dialect === 2 ? events2 : events1;
    const codec = newCodec();
    return {
        dialect,
        read: (sent: unknown): Happening[] => read(codec, sent),
        cut: (): void => cut(codec),
        catchUp: (sessionId: string, messages: readonly ListedMessage[], after?: string): Happening[] =>
            catchUp(codec, sessionId, messages, after),
    };
};

/**
 * Watches a server: tells what happens, and comes back whenever the connection is lost.
 * @param clientOf gives what asks the server, each time that it is asked: another opencode may have taken its place, at another
 * address, that speaks the other dialect. What was known of the one before is of no use then
 * @param options what is done with what happens
 */
export function watch(clientOf: () => OpencodeClient, options: WatchOptions): Watch {
    let codec = codecOf(clientOf().dialect);
    const { signal = new AbortController().signal, random = Math.random } = options;
    const pauses = options.pauseSeconds ?? defaultPauseSeconds;
    const patienceOf = (dialect: Dialect): number =>
        missedHeartbeats * (options.heartbeatSeconds ?? defaultHeartbeatSeconds[dialect]);
    let isFirst = true;
    /** Leaves the connection that there is. */
    let leave: () => void = () => undefined;
    /** How many connections in a row were silent from their beginning. */
    let silences = 0;

    const hasEnded = (): boolean => signal.aborted;

    /** Calls a handler. What it throws is its own affair. */
    function tell(handler: () => void): void {
        try {
            handler();
        } catch (fault) {
            if (options.onFault) options.onFault(fault);
            else process.emitWarning(fault instanceof Error ? fault : String(fault));
        }
    }

    const tellAll = (happenings: readonly Happening[]): void => {
        for (const happening of happenings) tell(() => options.onHappening(happening));
    };

    function failureOf(error: unknown): OpencodeFailure {
        if (error instanceof OpencodeFailure) return error;
        const what = error instanceof Error ? error.message : String(error);
        return new OpencodeFailure("network_error", { url: clientOf().url, what }, { cause: error });
    }

    /** What asks the server that there is now. What is known is of its dialect from then on. */
    function current(): OpencodeClient {
        const client = clientOf();
        if (codec.dialect !== client.dialect) codec = codecOf(client.dialect);
        return client;
    }

    /** Reads one connection until it ends. @returns how many events came, and why no more do */
    async function connection(): Promise<{ events: number; failure: OpencodeFailure }> {
        const over = new AbortController();
        const client = current();
        const own = codec;
        const silent = new OpencodeFailure("timed_out", { url: client.url });
        const tooLong = (): void => over.abort(silent);
        leave = () => over.abort(failureOf("the connection was left"));
        const patienceSeconds = patienceOf(client.dialect);
        let timer = setTimeout(tooLong, Math.min(patienceSeconds, greetingSeconds * 2 ** silences) * 1000);
        let events = 0;
        try {
            const stream = await client.events(AbortSignal.any([signal, over.signal]));
            const reader = eventReader();
            for await (const bytes of stream) {
                timer.refresh();
                for (const data of reader.read(bytes)) {
                    events += 1;
                    if (events === 1) {
                        clearTimeout(timer);
                        timer = setTimeout(tooLong, patienceSeconds * 1000);
                        connected();
                    }
                    tellAll(own.read(decode(data)));
                }
            }
            return { events, failure: failureOf("the stream has ended") };
        } catch (error) {
            if (!over.signal.aborted) return { events, failure: failureOf(error) };
            const failure = over.signal.reason as OpencodeFailure;
            if (events === 0 && failure === silent) silences += 1;
            return { events, failure };
        } finally {
            clearTimeout(timer);
            over.abort();
        }
    }

    /** The server's greeting is its stream's first event. */
    function connected(): void {
        const wasFirst = isFirst;
        isFirst = false;
        silences = 0;
        tell(() => options.onConnected?.(wasFirst));
    }

    async function run(): Promise<void> {
        let pause = pauses.first;
        while (!hasEnded()) {
            const { events, failure } = await connection();
            if (hasEnded()) return;
            codec.cut();
            // A connection that tells nothing but its greeting is none yet.
            if (events > 1) pause = pauses.first;
            const seconds = pause * (0.5 + random() / 2);
            tell(() => options.onLost?.(failure, seconds));
            pause = Math.min(pauses.longest, pause * 2);
            await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
        }
    }

    return {
        ended: run(),
        reconnect: () => leave(),
        async catchUp(sessionId, most, after) {
            const client = current();
            const own = codec;
            const messages = await client.listMessages(sessionId, most);
            // Of another server it is nothing that this one did not tell.
            if (own === codec) tellAll(own.catchUp(sessionId, messages, after));
        },
    };
}
