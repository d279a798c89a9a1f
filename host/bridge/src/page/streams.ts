/** Events for those who look at the page, as they happen: server-sent events. */
import type { ServerResponse } from "node:http";
import type { BridgeMessage } from "../../../../src/apis/ai/link/frames.ts";
import type { Follower } from "../turns/followers.ts";
import type { Feed } from "./feed.ts";
import type { Login } from "./logins.ts";
import type { PageWorld } from "./world.ts";

/** How many may look at once; and in one browser, which opens six connections at most, and needs some for the rest. */
const MOST_STREAMS = 8;
const MOST_OF_LOGIN = 4;

/** The most bytes that wait for one who looks, besides all that there was at first, and from how many on the model's text waits for them to go. */
const MOST_UNSENT = 4 * 1024 * 1024;
const MUCH_UNSENT = 64 * 1024;

/** How often something is said, so that no proxy or browser takes the stream for dead. */
const BEAT_MILLISECONDS = 15_000;

/** How soon a browser tries again when the stream was cut. */
const RETRY_MILLISECONDS = 1000;

/** For how many seconds a computer sends its screen, how often that is asked for anew, and how often it is shown at most. */
const WATCH_SECONDS = 12;
const WATCH_AGAIN_MILLISECONDS = 5000;
const SCREEN_PACE_MILLISECONDS = 200;

/** What somebody looks at besides the lists. */
export interface Looked {
    /** A turn, by its nonce: its text as the model writes it. */
    readonly turn: string | undefined;
    /** A computer, by its id: its screen. */
    readonly computer: string | undefined;
}

/** Those who look. */
export interface Streams {
    /** Whether somebody may look in one more window. */
    hasRoomFor(login: Login): boolean;
    /** Begins a stream, whose head was sent. */
    open(response: ServerResponse, login: Login, looked: Looked): void;
    /** Ends those of somebody who has logged out. */
    end(login: Login): void;
    stop(): void;
}

/** What is said of a turn that is looked at. The messages of one that has ended are asked for. */
function liveOf(message: BridgeMessage): object {
    if (message.type === "done") return { type: "done" };
    if (message.type === "failed") {
        const { type, code, pending } = message;
        return { type, code, pending };
    }
    return message;
}

/** Makes the place of those who look. */
export function createStreams(world: PageWorld, feed: Feed): Streams {
    const { hub, turns, now, log } = world;
    const open = new Map<ServerResponse, { readonly login: Login; readonly close: () => void }>();

    /** Sends a computer's screen for as long as somebody looks. @returns ends it */
    function watchScreen(computerId: string, send: (event: string, text: string) => void): () => void {
        let timer: NodeJS.Timeout | undefined;
        let last = "";
        const show = (): void => {
            timer = undefined;
            const screen = hub.screenOf(computerId);
            const isOnline = hub.isOnline(computerId);
            const text = JSON.stringify({ computer: computerId, isOnline, isAble, ...screen });
            if (text !== last) send("screen", text);
            last = text;
        };
        const ask = (): boolean => hub.watchScreen(computerId, WATCH_SECONDS);
        let isAble = ask();
        show();
        const again = setInterval(() => {
            isAble = ask();
            show();
        }, WATCH_AGAIN_MILLISECONDS);
        const leave = hub.onChange((changed, what) => {
            if (changed !== computerId) return;
            if (what === "presence") isAble = ask();
            timer ??= setTimeout(show, SCREEN_PACE_MILLISECONDS);
        });
        return () => {
            leave();
            clearInterval(again);
            clearTimeout(timer);
        };
    }

    return {
        hasRoomFor({ hash }) {
            const ofLogin = [...open.values()].filter(({ login }) => login.hash === hash).length;
            return open.size < MOST_STREAMS && ofLogin < MOST_OF_LOGIN;
        },
        open(response, login, { turn, computer }) {
            const ends: (() => void)[] = [];
            /** Has something ended with the stream, which may have ended already. */
            const atEnd = (end: () => void): void => {
                if (open.has(response)) ends.push(end);
                else end();
            };
            let most = MOST_UNSENT;
            const close = (): void => {
                open.delete(response);
                for (const end of ends) end();
                response.end();
            };
            const write = (text: string): void => {
                if (!open.has(response)) return;
                response.write(text);
                if (response.writableLength <= most) return;
                // It comes again, and begins with all that there is then.
                log.warn("a page takes nothing of what it is told, and was let go");
                close();
                response.destroy();
            };
            const send = (event: string, text: string): void => write(`event: ${event}\ndata: ${text}\n\n`);
            open.set(response, { login, close });
            response.once("close", close);
            write(`retry: ${RETRY_MILLISECONDS}\n\n`);
            const { whole, leave } = feed.join((changes) => send("change", changes));
            atEnd(leave);
            // All that there is may be more by itself, as where models ask for much.
            most += Buffer.byteLength(whole);
            send("state", `{"now":${now()},"sections":${whole}}`);
            const beat = setInterval(() => write(": still here\n\n"), BEAT_MILLISECONDS);
            atEnd(() => clearInterval(beat));
            if (turn !== undefined) {
                const follower: Follower = {
                    wanted: { text: true, reasoning: true },
                    isOnlooker: true,
                    send: (message) => send("live", JSON.stringify(liveOf(message))),
                    isReady: () => response.writableLength < MUCH_UNSENT,
                };
                if (turns.watch(turn, follower)) atEnd(() => turns.forget(follower));
                else send("live", '{"type":"gone"}');
            }
            if (computer !== undefined) atEnd(watchScreen(computer, send));
        },
        end(login) {
            for (const stream of [...open.values()]) if (stream.login.hash === login.hash) stream.close();
        },
        stop() {
            for (const { close } of [...open.values()]) close();
        },
    };
}
