import { setTimeout as sleep } from "node:timers/promises";

/**
 * Has all who want something done at once share one run of it.
 * @param work does it
 * @param restAfter for how long no other run begins after one that took so many milliseconds; at once when absent
 * @param patience for how many milliseconds the next run waits for one that does not end; for ever when absent
 * @returns runs it, or waits for the run that begins next: never for one that had begun, which may not see what was done since
 */
export function coalesce<T>(
    work: () => Promise<T>,
    restAfter?: (milliseconds: number) => number,
    patience?: number,
): () => Promise<T> {
    let before: Promise<unknown> | undefined;
    let next: Promise<T> | undefined;

    function begin(): Promise<T> {
        next = undefined;
        const begun = performance.now();
        const running = work();
        const over = running
            .catch(() => undefined)
            .then(async () => {
                if (restAfter !== undefined) await sleep(restAfter(performance.now() - begun));
                if (before === over) before = undefined;
            });
        before = over;
        if (patience !== undefined) {
            const given = Promise.race([over, sleep(patience, undefined, { ref: false })]).then(() => {
                if (before === given) before = undefined;
            });
            before = given;
        }
        return running;
    }

    return () => {
        if (next !== undefined) return next;
        if (before === undefined) return begin();
        next = before.then(begin);
        return next;
    };
}
