/** Which jobs are begun: in the order in which they came, no more at once than may be. */
import type { JobRecord } from "../journal/journal.ts";

/** How many jobs of an owner may be open. */
export const MOST_OPEN = 100;

/** The longest pause of a job, in milliseconds: what is due later was that before the clock was put back. */
const LONGEST_PAUSE = 300_000;

/** Whether what was to wait until a moment need not wait any more. */
export function isDue(at: number, now: number): boolean {
    return at <= now || at - now > LONGEST_PAUSE;
}

/**
 * Those that are to be begun now.
 * @param open all that have not ended, in the order in which they came
 * @param most how many may run at once
 * @param now epoch milliseconds
 */
export function toBegin(open: readonly JobRecord[], most: number, now: number): JobRecord[] {
    const running = open.filter(({ state }) => state === "running").length;
    const due = open.filter(({ state, dueAt = 0 }) => state === "queued" && isDue(dueAt, now));
    return due.slice(0, Math.max(0, most - running));
}

/** The place of each that is queued, by its number, from 1 on. */
export function places(open: readonly JobRecord[]): ReadonlyMap<number, number> {
    const queued = open.filter(({ state }) => state === "queued");
    return new Map(queued.map(({ number }, index) => [number, index + 1]));
}
