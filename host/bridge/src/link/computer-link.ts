import { randomBytes } from "node:crypto";
import {
    acknowledge,
    type Channel,
    confirm,
    isOpen,
    nextFrames,
    openChannel,
    owesAcknowledgement,
    receive,
    resume,
    WINDOW,
} from "../../../../src/apis/ai/link/channel.ts";
import {
    type BridgeMessage,
    type ComputerMessage,
    type Frame,
    type Hello,
    PING_SECONDS,
    SILENCE_SECONDS,
    VERSION,
} from "../../../../src/apis/ai/link/frames.ts";
import { type Assembly, assemble, putMessage, readFrame } from "./frames.ts";

/** Seconds within which a connection has to say who it is. */
const HELLO_SECONDS = 10;

/** The most bytes of messages that wait for a computer. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;

/** So many frames always wait without being measured: they are no more than the window. */
const UNMEASURED = WINDOW;

/** Seconds for which the messages of a computer that is away are kept: whoever comes later begins anew. */
const KEPT_SECONDS = 600;

/** How many of the computer's boots are known, and how often one may return after another one came. */
const MOST_BOOTS = 8;
const MOST_RETURNS = 3;

/** What carries frames: a websocket, or requests that poll. */
export interface Transport {
    send(text: string): void;
    /** Ends it; safe to call twice. */
    close(): void;
}

/** Why the bridge ends a connection; what a computer makes of it stands in src/apis/ai/link/problems.ts. */
export type ByeCode =
    | "unknown_token"
    | "revoked"
    | "token_used_twice"
    | "computer_too_old"
    | "bridge_too_old"
    | "protocol"
    | "replaced"
    | "too_slow"
    | "changed"
    | "stopping";

/** What the bridge says of itself, and of a computer, at a connection's beginning. */
export interface Introduction {
    readonly name: string;
    readonly owner: string;
    readonly profile: string;
    readonly bridge: string;
    readonly opencode?: string;
}

/** Who is told of what a computer says. */
export interface LinkEvents {
    /** Called before the welcome. */
    introduce(): Introduction;
    said(message: ComputerMessage): void;
    /** Both ends begin anew: what went on before is not told of any more. */
    begunAnew(): void;
    /** There is room for more. */
    drained(): void;
    wentOnline(hello: Hello): void;
    wentOffline(): void;
}

/** The bridge's end of a computer's link, over the connections that come and go. */
export interface ComputerLink {
    /** Takes a connection. What was there before is closed. */
    connect(transport: Transport): Connection;
    /**
     * Sends a message, now or when there is a connection.
     * @returns false where so much waits that it was not taken: both ends begin anew then
     */
    send(message: BridgeMessage): boolean;
    /** Whether what is sent now is written at once. */
    readonly isOpen: boolean;
    readonly isOnline: boolean;
    /** What the computer said of itself last. */
    readonly hello: Hello | undefined;
    /** When it was last heard of, in epoch milliseconds. */
    readonly heardAt: number;
    /** Sends what is due: pings, acknowledgements; and gives up on a connection that is silent. */
    tick(): void;
    end(code: ByeCode): void;
}

/** A connection, to whoever reads from it. */
export interface Connection {
    receive(text: string): void;
    closed(): void;
}

interface Line {
    readonly transport: Transport;
    isWelcome: boolean;
    /** By the clock that nobody sets. */
    readonly begunAt: number;
    heardAt: number;
    saidAt: number;
}

function byeText(code: ByeCode, message?: string): string {
    return JSON.stringify({ bye: { code, ...(message === undefined ? {} : { message }) } });
}

/** Ends a connection that belongs to nobody. */
export function refuse(transport: Transport, code: ByeCode, message?: string): void {
    transport.send(byeText(code, message));
    transport.close();
}

/**
 * Makes the end of a link.
 * @param events who is told
 * @param now epoch milliseconds
 * @param elapsed milliseconds since some moment, by a clock that nobody sets
 */
export function createLink(events: LinkEvents, now: () => number, elapsed: () => number): ComputerLink {
    let channel: Channel = openChannel();
    let channelName = newName();
    let assembly: Assembly = { pieces: [], size: 0 };
    let line: Line | undefined;
    let hello: Hello | undefined;
    let heardAt = 0;
    let awaySince = elapsed();
    /** The last boots, the newest last. */
    let boots: string[] = [];
    let returns = 0;
    /** Boots of computers that used the same token at once. */
    const rivals = new Set<string>();

    function beginAnew(): void {
        channel = openChannel();
        channelName = newName();
        assembly = { pieces: [], size: 0 };
        events.begunAnew();
    }

    /** Whether so much waits that a computer takes nothing, or is away for long. */
    function isFull(): boolean {
        const { frames } = channel;
        if (frames.length <= UNMEASURED) return false;
        return frames.reduce((sum, frame) => sum + frame.length, 0) > MOST_WAITING_BYTES;
    }

    /**
     * Whether another computer uses the token, too. One that is switched on again has a new boot, and no earlier one ever
     * returns: where that happens again and again there are two.
     */
    function isUsedTwice(boot: string): boolean {
        if (rivals.has(boot)) return true;
        if (boots.at(-1) === boot) return false;
        if (boots.includes(boot)) returns += 1;
        boots = [...boots.filter((known) => known !== boot), boot].slice(-MOST_BOOTS);
        if (returns < MOST_RETURNS) return false;
        // The other one comes again, and is told then. Whoever is switched on anew may try.
        rivals.clear();
        for (const known of boots.slice(-2)) rivals.add(known);
        boots = [];
        returns = 0;
        return true;
    }

    function write(text: string): void {
        if (line === undefined) return;
        line.transport.send(text);
        line.saidAt = elapsed();
    }

    function flush(): void {
        if (line?.isWelcome !== true) return;
        for (const text of nextFrames(channel)) write(text);
        if (owesAcknowledgement(channel)) write(JSON.stringify({ acknowledge: confirm(channel) }));
    }

    function drop(): void {
        const dropped = line;
        line = undefined;
        awaySince = elapsed();
        dropped?.transport.close();
        if (dropped?.isWelcome === true) events.wentOffline();
    }

    function end(code: ByeCode, message?: string): void {
        write(byeText(code, message));
        drop();
    }

    function greet(said: Hello): void {
        if (!said.versions.includes(VERSION)) {
            end(Math.max(0, ...said.versions) > VERSION ? "bridge_too_old" : "computer_too_old");
            return;
        }
        if (isUsedTwice(said.boot)) return end("token_used_twice");
        const cursor = said.cursor;
        const goesOn = cursor?.channel === channelName && resume(channel, cursor.received);
        if (!goesOn) beginAnew();
        hello = said;
        write(
            JSON.stringify({
                welcome: {
                    version: VERSION,
                    resume: goesOn ? "ok" : "gap",
                    channel: channelName,
                    received: channel.received,
                    ...events.introduce(),
                },
            }),
        );
        if (line !== undefined) line.isWelcome = true;
        events.wentOnline(said);
        flush();
    }

    function takeNumbered(frame: Frame, sequence: number): void {
        const order = receive(channel, sequence);
        if (order === "gap") return end("protocol", "a frame is missing");
        if (order === "old") return;
        const message = assemble(assembly, frame);
        if (message === undefined) end("protocol", "a message of no known form");
        else if (message !== "more") events.said(message);
    }

    function take(frame: Frame): void {
        if (line === undefined) return;
        if (frame.hello !== undefined && !line.isWelcome) return greet(frame.hello);
        if (!line.isWelcome) return end("protocol", "no hello");
        if (frame.ping === true) write('{"pong":true}');
        else if (frame.acknowledge !== undefined) {
            if (!acknowledge(channel, frame.acknowledge)) return end("protocol", "a wrong number");
            flush();
            events.drained();
        } else if (frame.sequence !== undefined) takeNumbered(frame, frame.sequence);
        else if (frame.pong !== true) end("protocol", "an empty frame");
        flush();
    }

    return {
        connect(transport) {
            if (line !== undefined) end("replaced");
            const at = elapsed();
            const mine: Line = { transport, isWelcome: false, begunAt: at, heardAt: at, saidAt: at };
            line = mine;
            return {
                receive(text) {
                    if (line !== mine) return;
                    mine.heardAt = elapsed();
                    heardAt = now();
                    const frame = readFrame(text);
                    if (frame === undefined) end("protocol", "no frame");
                    else take(frame);
                },
                closed() {
                    if (line === mine) drop();
                },
            };
        },
        send(message) {
            const isTaken = !isFull() && putMessage(channel, message);
            if (isTaken) flush();
            else {
                // What was taken of it, or is missing behind it, would be no conversation.
                end("too_slow");
                beginAnew();
            }
            return isTaken;
        },
        get isOpen() {
            return line?.isWelcome === true && isOpen(channel);
        },
        get isOnline() {
            return line?.isWelcome === true;
        },
        get hello() {
            return hello;
        },
        get heardAt() {
            return heardAt;
        },
        tick() {
            const at = elapsed();
            if (line === undefined) {
                if (channel.frames.length > 0 && (at - awaySince) / 1000 > KEPT_SECONDS) beginAnew();
                return;
            }
            const silent = (at - line.heardAt) / 1000;
            if (!line.isWelcome && (at - line.begunAt) / 1000 > HELLO_SECONDS) end("protocol", "no hello");
            else if (silent > SILENCE_SECONDS) drop();
            else if ((at - line.saidAt) / 1000 >= PING_SECONDS) write('{"ping":true}');
            else if (channel.received > channel.confirmed)
                write(JSON.stringify({ acknowledge: confirm(channel) }));
        },
        end,
    };
}

function newName(): string {
    return randomBytes(9).toString("hex");
}
