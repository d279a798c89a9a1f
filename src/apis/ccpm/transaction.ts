/** Changes files of the computer all at once or not at all, whenever the power goes. */
import type { Disk, FileChange, Fingerprint, Plan, Result } from "./types";

/** A change that is being prepared. Only `commit` touches anything of the player's. */
export interface Transaction {
    /** Whether a content is staged already, as from a run that failed before. May yield. */
    readonly has: (this: void, fingerprint: Fingerprint) => boolean;
    /** Stages a content, which must have been checked against its fingerprint. */
    readonly stage: (this: void, fingerprint: Fingerprint, content: string) => Result<undefined>;
    /**
     * Gives up in an orderly way: what is staged is kept for the next run. To be called after every failure, of
     * `commit` too; it does nothing once that has begun to change files.
     */
    readonly keep: (this: void) => void;
    /**
     * Does it, without yielding. Fails with nothing changed when a file is not as the plan saw it.
     * @param stateFiles the texts of ccpm's own files by path from the root, false for those that go; written last, in
     * the order of their paths, but the lock at the very end
     */
    readonly commit: (
        this: void,
        plan: Pick<Plan, "title" | "files" | "data">,
        stateFiles: Record<string, string | false>,
    ) => Result<undefined>;
}

/**
 * Contents that an interrupted run has left: sizes by sha256, not checked. They count as used space until the next
 * transaction opens, which keeps what it needs of them.
 */
export function leftBehind(disk: Disk): Record<string, number> {
    return error(tostring(disk), 0);
}

/**
 * Begins a transaction. One of another program that is not committed is taken over: that program is told at its next
 * step. One that is committed is finished first, and this one fails (`changed_meanwhile`).
 * @param disk the computer's fs
 * @param files what the plan changes. On a computer without ccpm, stage apis/ccpm/finish.lua first: it looks after a
 * power cut, and is found by its fingerprint
 */
export function open(disk: Disk, files: readonly FileChange[]): Result<Transaction> {
    return error(tostring(disk) + tostring(files), 0);
}
