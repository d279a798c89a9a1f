/** What is told of a server that somebody depends on, whoever runs it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Login } from "./health.ts";

/** How a server is. */
export type ServerState =
    /** It was not there yet, or is started again: `reason` says why. */
    | { readonly kind: "starting"; readonly reason?: string }
    | {
          readonly kind: "ready";
          readonly version: string;
          /** One line, where this version was never tried. */
          readonly warning?: string;
      }
    /** It does not answer. `retryAt` is when that is tried to mend, in epoch milliseconds. */
    | { readonly kind: "away"; readonly reason: string; readonly retryAt: number }
    /** Nothing is tried any more: it was stopped, or, with a reason, it cannot be used. */
    | { readonly kind: "stopped"; readonly reason?: string };

/** A server that is watched, and kept alive where it is ours. */
export interface Supervisor {
    /** Where it is, and how to ask it. Its address may be another one each time that it is ready. */
    login(): Login;
    state(): ServerState;
    /** Is told each change from now on. @returns ends that */
    onState(listener: (state: ServerState) => void): () => void;
    /** Resolves with the state once it is another than "starting": at once, mostly. */
    settled(): Promise<ServerState>;
    /**
     * Starts the server again when nobody needs it.
     * @param reason one line, which the state tells
     * @param isBusy whether a turn runs. When it says no, the state changes in the same moment
     * @param patienceSeconds how long to wait for that: a turn that is stuck does not hold it up for ever
     * @returns resolves when the old one has ended: true; false where none ran, or where it is not ours
     */
    restartWhenIdle(reason: string, isBusy: () => boolean, patienceSeconds: number): Promise<boolean>;
    /** Ends the watch, and the server where it is ours. Safe to call twice. */
    stop(): Promise<void>;
}

/** Time, which tests hand in. */
export interface Clock {
    /** Epoch milliseconds, for people. */
    now(): number;
    /** Milliseconds that never jump. */
    elapsed(): number;
    /** Rejects when `signal` is aborted. */
    sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const realClock: Clock = {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};

/** Sleeps. @returns false as soon as it is given up */
export function slept(clock: Clock, seconds: number, signal: AbortSignal): Promise<boolean> {
    return clock.sleep(seconds * 1000, signal).then(
        () => true,
        () => false,
    );
}

/** Seconds between a failure and the next try: at first, and at most. A time of health as long as that makes up for the past. */
const firstPause = 1;
const longestPause = 60;

/**
 * How long to wait before a server is tried again: 1 s, after each further failure twice as long, up to a minute.
 * @param last the pause before; undefined for the first failure
 * @param healthySeconds how long it was well since then
 * @returns seconds
 */
export function nextPause(last: number | undefined, healthySeconds: number): number {
    if (last === undefined || healthySeconds >= longestPause) return firstPause;
    return Math.min(last * 2, longestPause);
}

/** Holds a state, and tells of its changes. */
export function stateHolder(): Pick<Supervisor, "state" | "onState" | "settled"> & {
    set(state: ServerState): void;
} {
    let current: ServerState = { kind: "starting" };
    const listeners = new Set<(state: ServerState) => void>();
    const onState = (listener: (state: ServerState) => void): (() => void) => {
        // One function may listen twice.
        const own = (state: ServerState): void => listener(state);
        listeners.add(own);
        return () => void listeners.delete(own);
    };
    return {
        state: () => current,
        onState,
        settled: () =>
            new Promise((resolve) => {
                if (current.kind !== "starting") return resolve(current);
                const end = onState((state) => {
                    if (state.kind === "starting") return;
                    end();
                    resolve(state);
                });
            }),
        set(state) {
            current = state;
            for (const listener of [...listeners]) {
                try {
                    listener(state);
                } catch (error) {
                    // It is the listener's fault, and is told as such: the server is watched all the same.
                    setImmediate(() => {
                        throw error;
                    });
                }
            }
        },
    };
}
