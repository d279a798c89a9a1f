import type { Clock } from "../../src/supervision.ts";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
    /** Moves on; whoever slept until then wakes. */
    advance(seconds: number): void;
    /** Seconds that are still slept, the shortest first. */
    sleepers(): number[];
}

export function manualClock(): ManualClock {
    let time = 0;
    const sleepers = new Set<{ readonly until: number; wake(): void }>();
    return {
        now: () => 1_000_000 + time,
        elapsed: () => time,
        sleep: (milliseconds, signal) =>
            new Promise((resolve, reject) => {
                const sleeper = {
                    until: time + milliseconds,
                    wake() {
                        sleepers.delete(sleeper);
                        signal.removeEventListener("abort", end);
                        resolve();
                    },
                };
                const end = (): void => {
                    sleepers.delete(sleeper);
                    reject(new Error("woken"));
                };
                if (signal.aborted) return end();
                signal.addEventListener("abort", end, { once: true });
                sleepers.add(sleeper);
            }),
        advance(seconds) {
            time += seconds * 1000;
            for (const sleeper of [...sleepers]) if (sleeper.until <= time) sleeper.wake();
        },
        sleepers: () => [...sleepers].map(({ until }) => (until - time) / 1000).sort((a, b) => a - b),
    };
}
