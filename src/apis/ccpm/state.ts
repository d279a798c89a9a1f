/** What ccpm knows, in its files under /trapos. */
import { decode, encode } from "../json";
import { fail } from "./failure";
import { reasonOf } from "./finish";
import { checkCache, checkConfiguration, checkLock, type Checked } from "./formats";
import type { Cache, Configuration, Disk, Lock, Result, State } from "./types";

/** What is installed, from where it comes, what there is. */
export const LOCK = "trapos/ccpm.lock.json";
export const CONFIGURATION = "trapos/ccpm.json";
export const CACHE = "trapos/ccpm.cache.json";

/** The checked content of a file, or undefined without one, or when it was set aside. */
function readFile<T>(
    disk: Disk,
    path: string,
    check: (this: void, value: unknown) => Checked<T>,
    notes: string[],
): T | undefined {
    if (!disk.exists(path)) return undefined;
    const [file] = disk.open(path, "rb");
    let text = "";
    if (file !== null) {
        text = file.readAll() ?? "";
        file.close();
    }
    const [ok, value, newer] = check(decode(text));
    if (ok) return value;
    if (newer) throw fail("newer_format", { path });
    let aside = path + ".broken";
    for (let number = 2; disk.exists(aside); number++) aside = `${path}.broken${number}`;
    const [moved, problem] = pcall(disk.move, path, aside);
    if (!moved) throw fail("cannot_write", { path, what: reasonOf(problem) });
    notes.push(`${path} cannot be read (${value}). It was set aside as ${aside}. Type: ccpm recover`);
    return undefined;
}

/**
 * Reads the state; a file that is not there is an empty state. A file that cannot be read is moved to a free name
 * beside it, with a note; one that a newer ccpm has written is a failure (`newer_format`) and stays.
 * @param disk the computer's fs
 * @param notes gets a line for every file that was set aside
 */
export function readState(disk: Disk, notes: string[]): Result<State> {
    let state: State | undefined;
    const [ok, failure] = pcall(() => {
        const configuration: Configuration = { version: 1, registries: [] };
        const lock: Lock = { version: 1, packages: {} };
        const cache: Cache = { version: 1, registries: {} };
        state = {
            configuration: readFile(disk, CONFIGURATION, checkConfiguration, notes) ?? configuration,
            lock: readFile(disk, LOCK, checkLock, notes) ?? lock,
            cache: readFile(disk, CACHE, checkCache, notes) ?? cache,
        };
    });
    if (!ok) return $multi(false as const, failure as never);
    return $multi(true as const, state!);
}

function isEmpty(values: object): boolean {
    return next(values)[0] === undefined;
}

/**
 * What the state is on the disk.
 * @param state to be written
 * @param before the state up to now: nothing stays of one that loses its last package
 * @returns texts by path from the root, false for a file that must not be there
 */
export function stateFiles(state: State, before?: State): Record<string, string | false> {
    const empty = isEmpty(state.lock.packages);
    const gone = empty && !(before !== undefined && isEmpty(before.lock.packages));
    return {
        [LOCK]: empty ? false : encode(state.lock),
        [CONFIGURATION]: gone || isEmpty(state.configuration.registries) ? false : encode(state.configuration),
        [CACHE]: gone || isEmpty(state.cache.registries) ? false : encode(state.cache),
    };
}
