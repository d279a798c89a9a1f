/** Which jobs are begun: in the order in which they came, no more at once than may be. */
import type { JobRecord } from "../journal/journal.ts";

/** How many jobs of an owner may be open. */
export const MOST_OPEN = 100;

/**
 * Those that are to be begun now.
 * @param open all that have not ended, in the order in which they came
 * @param most how many may run at once
 * @param now epoch milliseconds
 */
export function toBegin(open: readonly JobRecord[], most: number, now: number): JobRecord[] {
    const running = open.filter(({ state }) => state === "running").length;
    const due = open.filter(({ state, dueAt = 0 }) => state === "queued" && dueAt <= now);
    return due.slice(0, Math.max(0, most - running));
}

/** The place of each that is queued, by its number, from 1 on. */
export function places(open: readonly JobRecord[]): ReadonlyMap<number, number> {
    const queued = open.filter(({ state }) => state === "queued");
    return new Map(queued.map(({ number }, index) => [number, index + 1]));
}
