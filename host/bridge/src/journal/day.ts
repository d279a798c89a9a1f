/** The days that usage is summed by: UTC's, wherever the host stands. */

export const millisecondsPerDay = 24 * 60 * 60 * 1000;

/** @returns the day of a moment, as "2026-11-30" */
export function dayOf(at: number): string {
    return new Date(at).toISOString().slice(0, 10);
}

/** @returns when the day of a moment is over */
export function endOfDay(at: number): number {
    return (Math.floor(at / millisecondsPerDay) + 1) * millisecondsPerDay;
}
