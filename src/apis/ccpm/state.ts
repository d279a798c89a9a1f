/** What ccpm knows, in its files under /trapos. */
import type { Disk, Result, State } from "./types";

/** What is installed, from where it comes, what there is. */
export const LOCK = "trapos/ccpm.lock.json";
export const CONFIGURATION = "trapos/ccpm.json";
export const CACHE = "trapos/ccpm.cache.json";

/**
 * Reads the state; a file that is not there is an empty state. A file that cannot be read is moved to a free name
 * beside it, with a note; one that a newer ccpm has written is a failure (`newer_format`) and stays.
 * @param disk the computer's fs
 * @param notes gets a line for every file that was set aside
 */
export function readState(disk: Disk, notes: string[]): Result<State> {
    return error(tostring(disk) + tostring(notes), 0);
}

/**
 * What the state is on the disk.
 * @param state to be written
 * @param before the state up to now: when it loses its last package, nothing stays
 * @returns texts by path from the root, false for a file that must not be there
 */
export function stateFiles(state: State, before?: State): Record<string, string | false> {
    return error(tostring(state) + tostring(before), 0);
}
