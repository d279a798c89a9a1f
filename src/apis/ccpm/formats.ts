/** What may stand in ccpm's JSON: everything is looked at before anything is done with it. */
import { isRange, isVersion } from "./semver";
import type { Cache, Configuration, Index, Lock } from "./types";

/**
 * What a check came to: true and a copy that holds known fields alone; or false, what is wrong ("packages.ai.version
 * must be a version"), and whether a newer ccpm wrote it, in a format that this one does not know.
 */
export type Checked<T> = LuaMultiReturn<[true, T] | [false, string, boolean]>;

/** The most bytes that an index may have. */
export const INDEX_BYTES = 524288;

const PACKAGES = 1000;
const FILES = 500;
/** Dependencies of a package, registries, and entries of a list. */
const ENTRIES = 100;
const FILE_BYTES = 1000000;
/** Milliseconds since 1970: in the year 5138. */
const LATEST = 99999999999999;

type Fields = Record<string, unknown>;
/** Returns what is to be kept of a value; `where` it stands is for the message when it is wrong. */
type Read = (value: unknown, where: string) => unknown;

function has(text: string, pattern: string): boolean {
    return string.find(text, pattern)[0] !== undefined;
}

/** A text in one line of ASCII: what comes from a registry may hold what a screen obeys. */
function plain(text: string): string {
    return string.gsub(text, "[^ -~]", "?")[0];
}

function wrong(where: string, what: string): never {
    return error(`${plain(string.sub(where, -100))} ${what}`, 0);
}

function fieldsOf(value: unknown, where: string): Fields {
    return typeof value === "object" ? (value as Fields) : wrong(where, "must be an object");
}

/** Makes what reads a text that has a pattern and is what `is` says. */
function text(most: number, pattern: string, what: string, is?: (text: string) => boolean): Read {
    return (value, where) => {
        const isText = typeof value === "string" && value.length <= most && has(value, pattern);
        if (!isText || (is !== undefined && !is(value))) wrong(where, "must be " + what);
        return value;
    };
}

/** Makes what reads a whole number. */
function number(most: number): Read {
    return (value, where) => {
        const isNumber = typeof value === "number" && value >= 0 && value <= most && value % 1 === 0;
        return isNumber ? value : wrong(where, `must be a whole number, at most ${most}`);
    };
}

/** Makes what reads an object of values by name. */
function map(most: number, readName: Read, read: Read): Read {
    return (value, where) => {
        const copy: Fields = {};
        let count = 0;
        for (const [name, item] of pairs(fieldsOf(value, where))) {
            count += 1;
            if (count > most) wrong(where, "has too many entries");
            const at = `${where}.${tostring(name)}`;
            copy[readName(name, at) as string] = read(item, at);
        }
        return copy;
    };
}

/** Makes what reads a list; it ends at the first null. */
function list(read: Read): Read {
    return (value, where) => {
        const copy: unknown[] = [];
        for (const [key] of pairs(fieldsOf(value, where))) {
            if (typeof key !== "number") wrong(where, "must be a list");
        }
        for (const [place, item] of ipairs(value as unknown[])) {
            if (place > ENTRIES) wrong(where, "has too many entries");
            copy.push(read(item, `${where}.${place}`));
        }
        return copy;
    };
}

/** Makes what reads an object of known fields. */
function record(readers: Record<string, Read>): Read {
    return (value, where) => {
        const fields = fieldsOf(value, where);
        const copy: Fields = {};
        for (const [name, read] of pairs(readers)) copy[name] = read(fields[name], `${where}.${name}`);
        return copy;
    };
}

/** Makes what reads a value that may be absent. */
function optional(read: Read): Read {
    return (value, where) => (value === undefined ? undefined : read(value, where));
}

/** A path that stays below the root wherever a computer is: some hosts ignore a dot at the end of a name. */
function isBelowRoot(path: string): boolean {
    return !has(`/${path}/`, "[./]/");
}

/** What no package may bring: CC's own folders and drives, the player's settings, ccpm's state and its startup file. */
const RESERVED = ["rom/", "disk%d*/", "%.settings/", "trapos/", "startup/00%-ccpm"];

function isFile(path: string): boolean {
    for (const pattern of RESERVED) {
        if (has(string.lower(path) + "/", "^" + pattern)) return false;
    }
    return isBelowRoot(path);
}

function isData(path: string): boolean {
    return isBelowRoot(path) && !has(string.lower(path), "^trapos/ccpm");
}

const readName = text(64, "^[a-z0-9][a-z0-9._-]*$", "a name of a-z 0-9 . _ -");
const readPath = text(200, "^[%w._/-]+$", "a path that packages may have", isFile);
const readRegistry = text(200, "^[!-~]+$", "a registry");

const readVersion = text(64, "", "a version", isVersion);
const readDependencies = map(ENTRIES, readName, text(200, "^[ -~]*$", "a version range", isRange));
const readDescription: Read = (value, where) =>
    typeof value === "string" ? plain(string.sub(value, 1, 200)) : wrong(where, "must be a text");

/** Makes what reads a package with its files: what an offered and an installed one share, and their own. */
function readPackages(readers: Record<string, Read>): Read {
    readers.version = readVersion;
    readers.dependencies = readDependencies;
    readers.files = map(
        FILES,
        readPath,
        record({ size: number(FILE_BYTES), sha256: text(64, `^${string.rep("[0-9a-f]", 64)}$`, "64 hex digits") }),
    );
    readers.autostart = optional(list(readPath));
    readers.data = optional(list(text(200, "^trapos/[%w._/-]+$", "a folder in trapos/", isData)));
    const read = record(readers) as (value: unknown, where: string) => { autostart?: string[]; files: Fields };
    return map(PACKAGES, readName, (value, where) => {
        const copy = read(value, where);
        for (const path of copy.autostart ?? []) {
            if (copy.files[path] === undefined) wrong(where + ".autostart", "must be among its files");
        }
        return copy;
    });
}

const readOffered = readPackages({ description: readDescription });
const readInstalled = readPackages({
    registry: optional(readRegistry),
    automatic: optional((value, where) =>
        typeof value === "boolean" ? value : wrong(where, "must be true or false"),
    ),
});
const readRegistries = list(readRegistry);
const readKnown = record({
    version: readVersion,
    dependencies: readDependencies,
    description: readDescription,
    size: number(FILES * FILE_BYTES),
});
const readCache = map(
    ENTRIES,
    readRegistry,
    record({ updated: number(LATEST), packages: map(PACKAGES, readName, readKnown) }),
);

/** Checks the format's version, then the one field that each of the files has beside it. */
function check<T>(value: unknown, field: string, read: Read): Checked<T> {
    const version = typeof value === "object" && (value as Fields).version;
    if (version !== 1) {
        return $multi(false as const, "it is not in format 1", typeof version === "number" && version > 1);
    }
    const [ok, result] = pcall(read, (value as Fields)[field], field);
    if (!ok) return $multi(false as const, result, false);
    return $multi(true as const, { version, [field]: result } as T);
}

/**
 * Checks a registry's index.
 * @param value JSON, decoded
 */
export function checkIndex(value: unknown): Checked<Index> {
    return check(value, "packages", readOffered);
}

/**
 * Checks /trapos/ccpm.json.
 * @param value JSON, decoded
 */
export function checkConfiguration(value: unknown): Checked<Configuration> {
    return check(value, "registries", readRegistries);
}

/**
 * Checks /trapos/ccpm.lock.json.
 * @param value JSON, decoded
 */
export function checkLock(value: unknown): Checked<Lock> {
    return check(value, "packages", readInstalled);
}

/**
 * Checks /trapos/ccpm.cache.json.
 * @param value JSON, decoded
 */
export function checkCache(value: unknown): Checked<Cache> {
    return check(value, "registries", readCache);
}
