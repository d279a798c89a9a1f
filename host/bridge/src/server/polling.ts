import { z } from "zod";
import type { Connection, Transport } from "../link/computer-link.ts";

/** How long a request waits for frames: below the 30 s that a computer's request may take, and the bridge's pings. */
const HOLD_MILLISECONDS = 12_000;

/** How long frames are gathered from the first one on: a tick of the game, in which a computer looks but once. */
const GATHER_MILLISECONDS = 50;

/** How long a connection is remembered whose last words nobody has fetched. */
const LAST_WORDS_MILLISECONDS = 30_000;

/** The most frames that wait to be fetched: the window, and what goes beside it. */
const MOST_FRAMES = 128;

/** The most requests that may have overtaken the one that is missing. */
const MOST_EARLY = 8;

const readRequest = z.object({
    /** A name of the computer's for the connection; another one begins another connection. */
    connection: z.string().min(1).max(100),
    /** Which of the connection's requests this is, from 1 on: requests may overtake each other. */
    number: z.number().int().min(1),
    /** Whether it waits for frames; one at a time does. */
    wait: z.boolean(),
    frames: z.array(z.unknown()).max(MOST_FRAMES),
});

type PollRequest = z.infer<typeof readRequest>;

/** A connection that is carried by requests. */
interface Line {
    readonly name: string;
    connection: Connection | undefined;
    /** The request whose frames are taken next, and those that came before it. */
    next: number;
    readonly early: Map<number, readonly unknown[]>;
    /** What nobody has fetched. */
    frames: string[];
    isClosed: boolean;
    /** Answers the request that waits, if one does. */
    answer: (() => void) | undefined;
    timer: NodeJS.Timeout | undefined;
}

/** Takes computers' requests where websockets are off. */
export interface Polling {
    /**
     * Takes a request, and waits until there is something to answer it with.
     * @param token the computer's
     * @param body what was sent, read as JSON
     * @param gone ends the waiting: nobody is there any more
     * @returns the answer as JSON; nothing for a request that is none
     */
    take(token: string, body: unknown, gone: AbortSignal): Promise<string | undefined>;
    stop(): void;
}

/** An answer. Frames are JSON as they are. */
function textOf(frames: readonly string[], isClosed: boolean): string {
    return `{"frames":[${frames.join(",")}]${isClosed ? ',"closed":true' : ""}}`;
}

/**
 * Makes what carries frames by requests, in order, for computers that can open no websocket.
 * @param connect takes a connection, by its token
 */
export function createPolling(
    connect: (token: string, transport: Transport) => Connection | undefined,
): Polling {
    /** One a computer, by its token. */
    const lines = new Map<string, Line>();

    function forget(token: string, line: Line): void {
        clearTimeout(line.timer);
        if (lines.get(token) === line) lines.delete(token);
    }

    /** Answers whoever waits, now or once a tick's frames are there. */
    function ring(line: Line, isNow: boolean): void {
        if (line.answer === undefined) return;
        if (isNow) line.answer();
        else if (line.frames.length === 1) setTimeout(() => line.answer?.(), GATHER_MILLISECONDS);
    }

    function close(token: string, line: Line): void {
        if (line.isClosed) return;
        line.isClosed = true;
        line.timer = setTimeout(() => forget(token, line), LAST_WORDS_MILLISECONDS);
        line.timer.unref();
        ring(line, true);
    }

    function open(token: string, name: string): Line {
        const line: Line = {
            name,
            connection: undefined,
            next: 1,
            early: new Map(),
            frames: [],
            isClosed: false,
            answer: undefined,
            timer: undefined,
        };
        const transport: Transport = {
            send(text) {
                if (line.isClosed) return;
                line.frames.push(text);
                if (line.frames.length > MOST_FRAMES) {
                    // It sends and never fetches.
                    line.frames = [];
                    line.connection?.closed();
                    close(token, line);
                } else ring(line, false);
            },
            close: () => close(token, line),
        };
        line.connection = connect(token, transport);
        return line;
    }

    /** The line that a request belongs to; nothing where it is gone, as after the bridge was started again. */
    function lineOf(token: string, { connection, number }: PollRequest): Line | undefined {
        const known = lines.get(token);
        if (known?.name === connection) return known;
        // Only a connection's first request begins one: what is left of one before it does not take its place.
        if (number !== 1) return undefined;
        const line = open(token, connection);
        // Who has no right to be here is told so, and not remembered.
        if (line.connection !== undefined) lines.set(token, line);
        return line;
    }

    /** Takes the frames of requests, in the order in which they were sent. */
    function receive(token: string, line: Line, request: PollRequest): void {
        if (request.number >= line.next) line.early.set(request.number, request.frames);
        if (line.early.size > MOST_EARLY) {
            line.connection?.closed();
            close(token, line);
        }
        for (;;) {
            const frames = line.early.get(line.next);
            if (frames === undefined) return;
            line.early.delete(line.next);
            line.next += 1;
            for (const frame of frames) line.connection?.receive(JSON.stringify(frame));
        }
    }

    /** Waits until there are frames, or it is time. */
    function waitFor(line: Line, gone: AbortSignal): Promise<void> {
        // Another one that waits takes this one's place.
        line.answer?.();
        return new Promise((done) => {
            const answer = () => {
                clearTimeout(timer);
                if (line.answer === answer) line.answer = undefined;
                gone.removeEventListener("abort", answer);
                done();
            };
            const timer = setTimeout(
                answer,
                line.frames.length > 0 ? GATHER_MILLISECONDS : HOLD_MILLISECONDS,
            );
            gone.addEventListener("abort", answer);
            line.answer = answer;
            if (line.isClosed || gone.aborted) answer();
        });
    }

    return {
        async take(token, body, gone) {
            const read = readRequest.safeParse(body);
            if (!read.success) return undefined;
            const request = read.data;
            const line = lineOf(token, request);
            if (line === undefined) return textOf([], true);
            receive(token, line, request);
            // Last words go with whatever is answered.
            if (!request.wait && !line.isClosed) return textOf([], false);
            await waitFor(line, gone);
            // Frames are not lost with somebody who is gone: the connection is, and the next one goes on.
            if (gone.aborted) return undefined;
            const { frames } = line;
            line.frames = [];
            if (line.isClosed) forget(token, line);
            return textOf(frames, line.isClosed);
        },
        stop() {
            for (const [token, line] of lines) {
                line.connection?.closed();
                close(token, line);
                clearTimeout(line.timer);
            }
            lines.clear();
        },
    };
}
