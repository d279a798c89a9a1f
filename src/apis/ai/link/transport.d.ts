/** What carries frames between the computer and the bridge: a websocket, or requests that poll. */

/** Where a connection leads to, and who opens it. */
export interface Destination {
    /** The bridge's address. */
    readonly address: string;
    readonly token: string;
    /** A name that no other connection of the computer's has: events are told apart by nothing else. */
    readonly connection: string;
    /** Seconds that opening it may take. */
    readonly seconds: number;
}

/** Who is told of a connection. */
export interface Listener {
    /** It is open: frames can be sent. */
    opened(this: void): void;
    /** A frame has come; nothing where it was no JSON. */
    heard(this: void, frame: unknown): void;
    /** It did not open, or is over, by CC's word. */
    ended(this: void, reason: string): void;
}

/** A connection. */
export interface Transport {
    /** Sends a frame, which is JSON. Raises where that cannot be. */
    send(this: void, text: string): void;
    /** Takes an event; false where it is none of this connection's. */
    handle(this: void, event: string, first: unknown, second: unknown, third: unknown): boolean;
    /** Gives it up: nobody is told of anything any more. */
    close(this: void): void;
}

/** Opens a connection. Raises, with CC's reason, where that cannot even begin. */
export type Open = (this: void, destination: Destination, listener: Listener) => Transport;
