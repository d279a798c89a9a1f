/**
 * Holds the computer's one connection to the bridge, as long as it runs: at boot beside the shell, or beside a call where
 * it does not run there. Programs reach it by events (see names.ts), so that a program that ends loses nothing.
 */
import { outcome } from "../../trapos/failure";
import { encode } from "../../trapos/json";
import { confirm, openChannel } from "./channel";
import * as frames from "./frames";
import { hear } from "./incoming";
import { LINK_CHANGED } from "../settings";
import { ASK, SEND, STATE } from "./names";
import { flush, greet, refuse, send, write } from "./outgoing";
import { openPolling } from "./polling";
import { mayPoll, whyFailed } from "./problems";
import { readSetting } from "../settings";
import { openSocket } from "./sockets";
import { drop, lose, setState, setting, type Held, type Link } from "./state";
import type { Listener } from "./transport";

/** Seconds between two looks at whether something is due. */
const TICK = 1;
/** Seconds that opening a connection, and then the bridge's welcome, may take. */
const OPEN_SECONDS = 15;
/** Seconds that a message waits for a connection before its sender is told that there is none. */
const HOLD_SECONDS = 5;
/** A link is to poll, as no websocket can be opened: its boot. */
const POLL = "trapos_link_poll";

/** Makes the best of a connection that did not open, or is over. */
function lost(link: Link, reason: string): void {
    const isOpen = link.state.state === "open";
    if (!isOpen && !link.isPolling && mayPoll(reason)) {
        drop(link);
        os.queueEvent(POLL, link.boot);
    } else lose(link, isOpen ? "link_down" : whyFailed(reason), reason);
}

/** Whoever tells of the connection that is opened now. */
function listen(link: Link): Listener {
    return {
        opened: () => {
            link.heardAt = os.clock();
            greet(link);
        },
        heard: (frame) => {
            hear(link, frame);
        },
        ended: (reason) => {
            lost(link, reason);
        },
    };
}

/**
 * Opens a connection.
 * @param isPolling true to poll; a websocket is tried first each time
 */
function connect(link: Link, isPolling: boolean): void {
    const url = setting(link, "link_url");
    const token = setting(link, "link_token");
    drop(link);
    if (url === undefined || token === undefined) {
        setState(link, { state: "unlinked" });
        return;
    }
    const [isAddress, address] = outcome(() => readSetting("link_url", url) as string);
    if (!isAddress) {
        setState(link, { state: "refused", code: "bad_setting", detail: { name: "opencc.link_url" } });
        return;
    }
    link.address = address;
    link.count += 1;
    link.isPolling = isPolling;
    link.begunAt = os.clock();
    setState(link, { state: "connecting" });
    if ((http as unknown) === undefined) {
        lost(link, "http is disabled");
        return;
    }
    const destination = { address, token, connection: `${link.boot}-${link.count}`, seconds: OPEN_SECONDS };
    const open = isPolling ? openPolling : openSocket;
    const [isBegun, given] = pcall(open, destination, listen(link));
    if (isBegun) link.transport = given;
    else lost(link, tostring(given));
}

/** Tells whoever has waited for longer than so many seconds that there is no connection. */
function refuseHeld(link: Link, seconds: number): void {
    const held = link.held;
    link.held = [];
    for (const entry of held) {
        if (os.clock() - entry.at >= seconds && link.state.state !== "open") refuse(link, entry);
        else table.insert(link.held, entry);
    }
}

/** Does what the time has come for. */
function tick(link: Link): void {
    const now = os.clock();
    const state = link.state.state;
    if (state === "connecting" && now - link.begunAt > 2 * OPEN_SECONDS) lose(link, "link_down", "Timed out");
    if (state === "open") {
        if (now - link.heardAt > frames.SILENCE_SECONDS) lose(link, "link_down", "it is silent");
        else if (now - link.saidAt >= frames.PING_SECONDS)
            write(link, encode({ ping: true, acknowledge: undefined }));
        else if (link.channel.received > link.channel.confirmed)
            write(link, encode({ acknowledge: confirm(link.channel) }));
    }
    if (state === "away" && now >= link.nextAt) connect(link, false);
    refuseHeld(link, HOLD_SECONDS);
}

/** Takes a message of a program's. */
function takeFromProgram(link: Link, message: Held["message"]): void {
    const state = link.state.state;
    if (state === "open") send(link, message);
    else if (message.type === "screen") return;
    else if (state === "unlinked" || state === "refused") refuse(link, { message, at: 0 });
    else {
        table.insert(link.held, { message, at: os.clock() });
        // Somebody waits: there is no point in waiting, too.
        if (state === "away" && link.nextAt - os.clock() > TICK) connect(link, false);
    }
    flush(link);
}

/** Closes what comes of a connection that was given up. What other programs opened is theirs. */
function closeLate(link: Link, event: string, first: unknown, second: unknown): void {
    const isOpened = event === "websocket_success" || event === "http_success";
    if (!isOpened || string.find(tostring(first), `?connection=${link.boot}-`, 1, true)[0] === undefined)
        return;
    pcall(() => {
        (second as WebSocket).close();
    });
}

/** Takes an event. */
function handle(link: Link, event: string, first: unknown, second: unknown, third: unknown): void {
    if (event === SEND) takeFromProgram(link, first as Held["message"]);
    else if (event === ASK) os.queueEvent(STATE, link.state, first);
    else if (event === LINK_CHANGED) {
        link.channel = openChannel();
        link.channelName = undefined;
        link.pause = 0;
        connect(link, false);
    } else if (event === POLL) {
        if (first === link.boot) connect(link, true);
    } else {
        const transport = link.transport;
        const isTaken = transport !== undefined && transport.handle(event, first, second, third);
        if (!isTaken) closeLate(link, event, first, second);
    }
    // Nothing will come of waiting.
    if (link.state.state === "refused") refuseHeld(link, 0);
}

/** Ends a link that is not held any more. */
export function closeLink(link: Link): void {
    drop(link);
}

/**
 * Holds a link until Ctrl+T.
 * @param isBeside true where it stands beside a call, for which Ctrl+T is: that still has something to say then
 */
export function holdLink(link: Link, isBeside?: boolean): void {
    connect(link, false);
    let timer = os.startTimer(TICK);
    while (true) {
        const [event, first, second, third] = os.pullEventRaw();
        if (event === "terminate" && isBeside !== true) {
            drop(link);
            return;
        }
        if (event === "timer" && first === timer) {
            tick(link);
            flush(link);
            timer = os.startTimer(TICK);
        } else handle(link, event, first, second, third);
    }
}
