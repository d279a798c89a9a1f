import { OpencodeFailure } from "trapos-opencode";
import type { Log } from "../log.ts";
import type { BridgeMessage, ComputerMessage } from "../../../../src/apis/ai/link/frames.ts";
import { BridgeFailure } from "../failure.ts";
import type { JobKeeper } from "../jobs/jobs.ts";
import type { LinkedComputer } from "../journal/journal.ts";
import { hashOf } from "../pairing.ts";
import type { Follower } from "../turns/followers.ts";
import { type CallsWorld, makeCall } from "./calls.ts";
import { type ComputerLink, type Connection, createLink, refuse, type Transport } from "./computer-link.ts";

/** How often texts are sent on: once a tick of the game, which is as often as a computer looks. */
const TICK_MILLISECONDS = 50;

/** The most calls of a computer that run at once. */
const MOST_CALLS = 64;

/** The most characters of a message: a computer could not hold more. */
const LARGEST_SAID = 4 * 1024 * 1024;

/** What the hub works with. */
export interface HubWorld extends CallsWorld {
    readonly jobs: JobKeeper;
    readonly log: Log;
    /** Milliseconds since some moment, by a clock that nobody sets; the process's own when absent. */
    readonly elapsed?: () => number;
    /** The versions that a computer is told. */
    readonly versions: () => { readonly bridge: string; readonly opencode?: string };
}

/** What a computer's screen shows. */
export interface Screen {
    /** Rows from the top, each with its text, the colours of its letters and of what is behind them. Absent where its player has not allowed that. */
    readonly rows?: readonly (readonly string[])[] | undefined;
    /** When it came, in epoch milliseconds. */
    readonly at: number;
}

/** A computer that is, or was, linked while the bridge runs. */
interface Presence {
    readonly link: ComputerLink;
    /** What was last told of its screen. */
    screen?: Screen;
    /** By the turn that is followed. */
    readonly followers: Map<string, Follower>;
    /** How many calls of it run. */
    calls: number;
    computer: LinkedComputer;
}

/** All computers that are linked. */
export interface Hub {
    /**
     * Takes a connection of whoever has a token.
     * @returns nothing where the token is none; the connection was told then
     */
    connect(token: string, transport: Transport): Connection | undefined;
    isOnline(computerId: string): boolean;
    /** How many are online. */
    readonly online: number;
    /** When a computer was last heard of, in epoch milliseconds. */
    heardAt(computerId: string): number | undefined;
    /** Sends a message to a computer that is online and has a capability. @returns whether it is on its way */
    tell(computerId: string, capability: string, message: BridgeMessage): boolean;
    /** Has a computer send what its screen shows for so many seconds, whenever that changes. @returns as `tell` */
    watchScreen(computerId: string, seconds: number): boolean;
    /** What was last told of a computer's screen. */
    screenOf(computerId: string): Screen | undefined;
    /** Is called when a computer's screen has changed, or a computer has come or gone. @returns ends it */
    onChange(listener: (computerId: string, what: "screen" | "presence") => void): () => void;
    /** Ends a computer's connection: it is not linked any more. */
    revoke(computerId: string): void;
    /**
     * Knows a computer by what it is now.
     * @param isOther whether its agent may do other things than before: it is welcomed anew then, and told so
     */
    change(computer: LinkedComputer, isOther: boolean): void;
    stop(): void;
}

function textsOf(detail: OpencodeFailure["detail"]): Record<string, string> {
    return Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, String(value ?? "")]));
}

function failureMessage(id: string, error: unknown): BridgeMessage | undefined {
    if (error instanceof BridgeFailure)
        return { type: "failure", id, code: error.code, detail: { ...error.detail } };
    if (error instanceof OpencodeFailure)
        return { type: "failure", id, code: error.code, detail: textsOf(error.detail) };
    return undefined;
}

const lengthOf = (value: unknown): number => JSON.stringify(value ?? null).length;

/** What is said in the place of a message that is too large. */
function shortened(message: BridgeMessage): BridgeMessage {
    if (message.type === "result" && lengthOf(message.value) > LARGEST_SAID)
        return { type: "failure", id: message.id, code: "reply_too_large" };
    if (message.type === "done" && lengthOf(message.steps) > LARGEST_SAID)
        return { type: "failed", nonce: message.nonce, code: "reply_too_large" };
    return message;
}

/** Makes the hub. */
export function createHub(world: HubWorld): Hub {
    const { journal, turns, now, log, elapsed = () => performance.now() } = world;
    const presences = new Map<string, Presence>();
    const listeners = new Set<Parameters<Hub["onChange"]>[0]>();

    function changed(computerId: string, what: "screen" | "presence"): void {
        for (const listener of listeners) listener(computerId, what);
    }

    function tell(computerId: string, capability: string, message: BridgeMessage): boolean {
        const presence = presences.get(computerId);
        const isAble = presence?.link.hello?.capabilities?.includes(capability) === true;
        if (presence === undefined || !isAble || !presence.link.isOnline) return false;
        return presence.link.send(message);
    }

    async function call(presence: Presence, id: string, name: string, given: unknown): Promise<void> {
        presence.calls += 1;
        try {
            if (presence.calls > MOST_CALLS)
                throw new BridgeFailure("limit_reached", { what: `More than ${MOST_CALLS} calls at once` });
            const value = await makeCall(world, presence.computer, name, given ?? {});
            send(presence, { type: "result", id, value: value ?? null });
        } catch (error) {
            const message = failureMessage(id, error);
            if (message === undefined) log.error({ err: error, call: name }, "a call broke");
            const what = "the bridge failed, see its log";
            send(
                presence,
                message ?? { type: "failure", id, code: "server_error", detail: { status: "500", what } },
            );
        } finally {
            presence.calls -= 1;
        }
    }

    function send(presence: Presence, message: BridgeMessage): void {
        // What waits for it may be more than is kept: it begins anew then, when it is there.
        presence.link.send(shortened(message));
    }

    function followerOf(presence: Presence, nonce: string, wanted: Follower["wanted"]): Follower {
        const before = presence.followers.get(nonce);
        if (before !== undefined) turns.forget(before);
        const follower: Follower = {
            wanted,
            send(message) {
                const isEnd = message.type === "done" || message.type === "failed";
                if (isEnd && presence.followers.get(nonce) === follower) presence.followers.delete(nonce);
                send(presence, message);
            },
            isReady: () => presence.link.isOpen,
        };
        presence.followers.set(nonce, follower);
        return follower;
    }

    function forgetFollowers(presence: Presence): void {
        for (const follower of presence.followers.values()) turns.forget(follower);
        presence.followers.clear();
    }

    function said(presence: Presence, message: ComputerMessage): void {
        const { computer } = presence;
        switch (message.type) {
            case "call":
                void call(presence, message.id, message.name, message.arguments);
                return;
            case "prompt":
                turns.take(computer, message, followerOf(presence, message.nonce, message.wanted));
                return;
            case "follow":
                turns.follow(computer, message, followerOf(presence, message.nonce, message.wanted));
                return;
            case "leave": {
                const follower = presence.followers.get(message.nonce);
                if (follower !== undefined) turns.leave(message.nonce, follower);
                presence.followers.delete(message.nonce);
                return;
            }
            case "decision":
                turns.decide(computer, message);
                return;
            case "screen":
                presence.screen = { rows: message.rows, at: now() };
                changed(computer.id, "screen");
                return;
        }
    }

    /** What a computer said could not be done, as when the disk is full: that is its own trouble alone. */
    function broke(presence: Presence, message: ComputerMessage, error: unknown): void {
        log.error({ err: error, computer: presence.computer.id, type: message.type }, "a message broke");
        if (message.type !== "prompt" && message.type !== "follow") return;
        const { nonce } = message;
        const detail = { status: "500", what: "the bridge failed, see its log" };
        presence.followers.delete(nonce);
        send(presence, { type: "failed", nonce, code: "server_error", detail, pending: true });
    }

    function presenceOf(computer: LinkedComputer): Presence {
        const known = presences.get(computer.id);
        if (known !== undefined) return known;
        const presence: Presence = {
            computer,
            followers: new Map(),
            calls: 0,
            link: createLink(
                {
                    introduce() {
                        const { name, owner, profile } = presence.computer;
                        return { name, owner, profile, ...world.versions() };
                    },
                    said(message) {
                        try {
                            said(presence, message);
                        } catch (error) {
                            broke(presence, message, error);
                        }
                    },
                    begunAnew: () => forgetFollowers(presence),
                    drained: () => turns.flush(presence.followers.keys()),
                    wentOnline({ boot }) {
                        log.info({ computer: computer.id, boot }, "computer online");
                        world.jobs.online(computer.id);
                        changed(computer.id, "presence");
                    },
                    wentOffline() {
                        log.info({ computer: computer.id }, "computer offline");
                        changed(computer.id, "presence");
                    },
                },
                now,
                elapsed,
            ),
        };
        presences.set(computer.id, presence);
        return presence;
    }

    const texts = setInterval(() => turns.flush(), TICK_MILLISECONDS);
    const pings = setInterval(() => {
        for (const { link } of presences.values()) link.tick();
    }, 1000);

    return {
        connect(token, transport) {
            const computer = journal.computerByToken(hashOf(token));
            if (computer === undefined || computer.revokedAt !== undefined) {
                refuse(transport, computer === undefined ? "unknown_token" : "revoked");
                return undefined;
            }
            const presence = presenceOf(computer);
            presence.computer = computer;
            return presence.link.connect(transport);
        },
        isOnline: (computerId) => presences.get(computerId)?.link.isOnline === true,
        get online() {
            return [...presences.values()].filter(({ link }) => link.isOnline).length;
        },
        tell,
        watchScreen: (computerId, seconds) => tell(computerId, "screen", { type: "watch", seconds }),
        screenOf: (computerId) => presences.get(computerId)?.screen,
        onChange(listener) {
            listeners.add(listener);
            return () => void listeners.delete(listener);
        },
        heardAt: (computerId) => presences.get(computerId)?.link.heardAt,
        revoke(computerId) {
            turns.abandon(computerId);
            world.jobs.abandon(computerId);
            const presence = presences.get(computerId);
            if (presence === undefined) return;
            forgetFollowers(presence);
            presences.delete(computerId);
            presence.link.end("revoked");
        },
        change(computer, isOther) {
            const presence = presences.get(computer.id);
            if (presence === undefined) return;
            presence.computer = computer;
            if (!isOther) return;
            forgetFollowers(presence);
            presences.delete(computer.id);
            presence.link.end("changed");
        },
        stop() {
            clearInterval(texts);
            clearInterval(pings);
            for (const { link } of presences.values()) link.end("stopping");
        },
    };
}
