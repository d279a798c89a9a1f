/** What the computer's end of the link is at, and how it gives a connection up. */
import { ownSettings, type SettingsStore } from "../../trapos/settingsfile";
import { placeOf } from "../settings";
import { openChannel, type Channel } from "./channel";
import { STATE, type LinkState } from "./names";
import { nextPause } from "./pause";
import type { Transport } from "./transport";

/** A message that waits for a connection. */
export interface Held {
    readonly message: { readonly type: string; readonly id?: string; readonly nonce?: string };
    readonly at: number;
}

/** The computer's end of the link. */
export interface Link {
    readonly store: SettingsStore;
    /** Another one each time the computer is switched on. */
    readonly boot: string;
    state: LinkState;
    channel: Channel;
    /** The channel's name, where the bridge has given it one. */
    channelName?: string;
    /** The bridge's address, as it was when a connection was opened last. */
    address: string;
    /** The connection that there is, or is being opened. */
    transport?: Transport;
    /** Whether it polls, as no websocket can be opened. */
    isPolling: boolean;
    /** How many connections were tried. */
    count: number;
    /** When the connection was begun, when it was last heard of, and when something was last sent, by os.clock. */
    begunAt: number;
    heardAt: number;
    saidAt: number;
    /** Seconds until the next try, and when that is. */
    pause: number;
    nextAt: number;
    held: Held[];
    /** Calls that were sent and not answered, by their ids. */
    calls: Record<string, Held["message"] | undefined>;
    /** The pieces of a message that is not whole yet. */
    pieces: string[];
}

/**
 * Makes a link, which nothing holds yet.
 * @param store where the address and the token are; the computer's settings where nothing is said
 */
export function createLink(store?: SettingsStore): Link {
    return {
        store: store ?? ownSettings(fs),
        boot: string.format("%d-%.0f-%d", os.getComputerID(), os.epoch("utc"), math.random(1, 999999)),
        state: { state: "unlinked" },
        channel: openChannel(),
        address: "http://",
        isPolling: false,
        count: 0,
        begunAt: 0,
        heardAt: 0,
        saidAt: 0,
        pause: 0,
        nextAt: 0,
        held: [],
        calls: {},
        pieces: [],
    };
}

/** Tells programs what the link is at. */
function tell(link: Link): void {
    os.queueEvent(STATE, link.state);
}

export function setState(link: Link, state: LinkState): void {
    link.state = state;
    tell(link);
}

/** A setting's value; nothing where it is not set. */
export function setting(link: Link, name: string): string | undefined {
    const value = link.store.get(`opencc.${name}`);
    return value === undefined || value === "" ? undefined : tostring(value);
}

/** Gives the connection up. */
export function drop(link: Link): void {
    const transport = link.transport;
    link.transport = undefined;
    if (transport !== undefined) transport.close();
}

/** Gives the connection up, and tries again later where that may help. */
export function lose(link: Link, code: string, what: string, isFinal?: boolean): void {
    drop(link);
    link.pause = nextPause(link.pause, os.getComputerID());
    link.nextAt = os.clock() + link.pause;
    const url = link.address;
    const place = placeOf(url);
    const detail = { what, url, host: place.host, port: place.port };
    setState(link, { state: isFinal === true ? "refused" : "away", code, detail });
}
