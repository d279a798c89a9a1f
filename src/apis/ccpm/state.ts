/** What ccpm knows, in its files under /trapos. */
import { decode, encode } from "../trapos/json";
import { fail } from "./failure";
import * as finish from "./finish";
import { checkCache, checkConfiguration, checkLock, type Checked } from "./formats";
import type { Disk, State } from "./types";

/** What is installed. */
export const LOCK = "trapos/ccpm.lock.json";
/** The registries. */
export const CONFIGURATION = "trapos/ccpm.json";
/** What the registries had when they were last asked. */
export const CACHE = "trapos/ccpm.cache.json";

/** The command that fills a file again. */
const REMEDIES = {
    [LOCK]: "install <what you had>",
    [CONFIGURATION]: "registry add <registry>",
    [CACHE]: "update",
};

/** What each file holds where there is none: its check takes what belongs there. */
const EMPTY = { version: 1, registries: {}, packages: {} };

/** The checked content of a file; that of an empty one where there is none, or when it was set aside. */
function readFile<T>(
    disk: Disk,
    path: keyof typeof REMEDIES,
    check: (this: void, value: unknown) => Checked<T>,
    notes: string[],
): T {
    if (disk.exists(path)) {
        const [ok, value, newer] = check(decode(finish.read(disk, path)));
        if (ok) return value;
        if (newer) throw fail("newer_format", { path });
        const aside = finish.freeName(disk, path + ".broken");
        const [moved, problem] = pcall(disk.move, path, aside);
        if (!moved) throw fail("cannot_write", { path, what: finish.reasonOf(problem) });
        notes.push(
            `${path} cannot be read (${value}). It was set aside as ${aside}. Type: ccpm ${REMEDIES[path]}`,
        );
    }
    const [, empty] = check(EMPTY);
    return empty as T;
}

/**
 * Reads the state; a file that is not there is an empty state. A file that cannot be read is moved to a free name
 * beside it, with a note; one that a newer ccpm has written is a failure (`newer_format`) and stays.
 * @param disk the computer's fs
 * @param notes gets a line for every file that was set aside
 */
export function readState(disk: Disk, notes: string[]): State {
    return {
        configuration: readFile(disk, CONFIGURATION, checkConfiguration, notes),
        lock: readFile(disk, LOCK, checkLock, notes),
        cache: readFile(disk, CACHE, checkCache, notes),
    };
}

/**
 * What the state is on the disk. The cache forgets registries that are not configured any more.
 * @param state to be written
 * @param before the state up to now: nothing stays of one that loses its last package
 * @returns texts by path from the root, false for a file that must not be there
 */
export function stateFiles(state: State, before: State): Record<string, string | false> {
    const isEmpty = (values: object) => next(values)[0] === undefined;
    const gone = isEmpty(state.lock.packages) && !isEmpty(before.lock.packages);
    const text = (content: unknown, values: object) => !gone && !isEmpty(values) && encode(content);
    const configured = state.configuration.registries;
    const cached: Record<string, unknown> = {};
    for (const registry of configured) cached[registry] = state.cache.registries[registry];
    return {
        [LOCK]: text(state.lock, state.lock.packages),
        [CONFIGURATION]: text(state.configuration, configured),
        [CACHE]: text({ version: 1, registries: cached }, cached),
    };
}

/** What may be filled in, of a type whose fields are for reading. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A table with the same fields. */
export function copy<T extends object>(from: T): Writable<T> {
    const to: Record<string, unknown> = {};
    for (const [field, value] of pairs(from as Record<string, unknown>)) to[field] = value;
    return to as Writable<T>;
}

/**
 * A state with another content in one of its files.
 * @param file which
 * @param field the field that holds it
 */
export function replace(
    before: State,
    file: "lock" | "cache" | "configuration",
    field: string,
    content: object,
): State {
    const state: Record<string, unknown> = copy(before);
    state[file] = { version: 1, [field]: content };
    return state as unknown as State;
}
