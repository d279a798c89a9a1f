/** What may stand in ccpm's JSON: each value is looked at before anything is done with it. */
import type { Cache, Configuration, Index, Lock } from "./types";

/**
 * What a check came to: true and a copy that holds known fields alone, or false, what is wrong ("packages.ai.files must
 * be ..."), and whether a newer ccpm wrote it, in a format that this one does not know.
 */
export type Checked<T> = LuaMultiReturn<[true, T] | [false, string, boolean]>;

/** The most bytes that an index may have. */
export const INDEX_BYTES = 524288;

/**
 * Whether a text is a package's name.
 * @param name any text
 */
export function isName(name: string): boolean {
    return name.length <= 64 && string.find(name, "^[a-z0-9][a-z0-9._-]*$")[0] !== undefined;
}

/**
 * Checks a registry's index.
 * @param value JSON, decoded
 */
export function checkIndex(value: unknown): Checked<Index> {
    return $multi(true as const, value as Index);
}

/**
 * Checks /trapos/ccpm.json.
 * @param value JSON, decoded
 */
export function checkConfiguration(value: unknown): Checked<Configuration> {
    return $multi(true as const, value as Configuration);
}

/**
 * Checks /trapos/ccpm.lock.json.
 * @param value JSON, decoded
 */
export function checkLock(value: unknown): Checked<Lock> {
    return $multi(true as const, value as Lock);
}

/**
 * Checks /trapos/ccpm.cache.json.
 * @param value JSON, decoded
 */
export function checkCache(value: unknown): Checked<Cache> {
    return $multi(true as const, value as Cache);
}
