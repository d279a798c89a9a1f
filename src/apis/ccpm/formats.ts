/** What may come from outside: ccpm's JSON, answers, arguments. All is looked at here before anything is done with it. */
import {
    entriesOf,
    listOf,
    object,
    optional,
    placeIn,
    plain,
    raiseWrong,
    read,
    readName,
    shown,
    single,
    type Spec,
} from "./checking";
import { isRange, isVersion } from "./semver";
import type { Cache, Configuration, Lock, Offers, Package } from "./types";

/**
 * What a check came to: true and a copy that holds known fields alone; or false, what is wrong ("packages.ai.version 1
 * is not like 1.0.0"), and whether a newer ccpm wrote it, in a format that this one does not know.
 */
export type Checked<T> = LuaMultiReturn<[true, T] | [false, string, boolean]>;

/** The most registries that may be configured. */
export const MOST_REGISTRIES = 100;

const MOST_PACKAGES = 1000;

/** The most bytes that an index may have. */
export const INDEX_BYTES = 524288;

type Table = Record<string | number, unknown>;

/** Empty parts and such that end with a dot, which leads up, or which some hosts ignore. */
const BAD_PART = "[./]/";

/** What ccpm calls files of players that it keeps. */
const KEPT = "%.ccpm%-";

/**
 * What no file of a package may be: CC's own folders and drives, the player's settings and what they are written by, ccpm's
 * state and its startup file. Patterns for a path in lower case with a slash before and behind it.
 */
const NO_FILES = [BAD_PART, KEPT, "^/rom/", "^/disk%d*/", "^/%.settings", "^/trapos/", "^/startup/00%-ccpm"];

/** What no folder of data may be. */
const NO_DATA = [BAD_PART, "^/trapos/ccpm"];

/** Whether a value is a text of at most so many bytes with a pattern. */
function isText(value: unknown, most: number, pattern: string): value is string {
    return typeof value === "string" && value.length <= most && string.find(value, pattern)[0] !== undefined;
}

/** Whether a value is a whole number from 0 to `most`. */
function isWhole(value: unknown, most: number): boolean {
    return typeof value === "number" && value >= 0 && value <= most && value % 1 === 0;
}

/** Whether a path has one of some patterns, in whichever case. */
function hasAny(path: string, patterns: readonly string[]): boolean {
    for (const pattern of patterns) {
        if (string.find(`/${string.lower(path)}/`, pattern)[0] !== undefined) return true;
    }
    return false;
}

/** Whether a value is a path that a package's file may have. */
function isFile(value: unknown): boolean {
    return isText(value, 200, "^[%w._/-]+$") && !hasAny(value, NO_FILES);
}

/** Whether a value is a folder that a package may write to. */
function isData(value: unknown): boolean {
    return isText(value, 200, "^trapos/[%w._/-]+$") && !hasAny(value, NO_DATA);
}

const packageName = single("is not of a-z 0-9 . _ -", (value) => isText(value, 64, "^[a-z0-9][a-z0-9._-]*$"));
const path = single("is not a path that packages may have", isFile);
const folder = single("is not a folder in trapos/", isData);
const registry = single("is not a registry", (value) => isText(value, 200, "^[!-~]+$"));
const version = single("is not like 1.0.0", (value) => isText(value, 64, "") && isVersion(value));
const range = single("is not a version range", (value) => isText(value, 200, "^[ -~]*$") && isRange(value));
const hash: Spec = {
    type: "single",
    says: "is not 64 hex digits",
    fits: (value) => isText(value, 64, `^${string.rep("%x", 64)}$`),
    isLower: true,
};
const text = single("is not a text", (value) => isText(value, INDEX_BYTES, ""));
const textOrFalse = single("is not a text or false", (value) => value === false || typeof value === "string");
/** A text of any length. */
const body = single("is not a text", (value) => typeof value === "string");
const size = single("is not a whole number up to 1000000", (value) => isWhole(value, 1000000));
/** Milliseconds until the year 5138, or any other whole number. */
const whole = single("is not a whole number", (value) => isWhole(value, 99999999999999));
const amount = single("is not a number", (value) => typeof value === "number" && value === value);
const flag = single("is not true or false", (value) => typeof value === "boolean");
const func = single("is not a function", (value) => typeof value === "function");

const dependencies = entriesOf(100, packageName, range);
const file = object({ size, sha256: hash });
const files = entriesOf(500, path, file);
const autostart = optional(listOf(100, path));
const data = optional(listOf(100, folder));

/** Raises what is wrong with the files of a package. */
function checkPackage(copy: Package, where: string): void {
    const seen: Record<string, true | undefined> = {};
    for (const [name] of pairs(copy.files)) {
        // Where capitals do not count, one would overwrite the other.
        const folded = string.lower(name);
        if (seen[folded]) raiseWrong(placeIn(where, `files.${name}`), "is there twice, but for capitals");
        seen[folded] = true;
    }
    for (const name of copy.autostart ?? []) {
        if (copy.files[name] === undefined) raiseWrong(placeIn(where, "autostart"), "is not among its files");
    }
}

/** A package in an index. */
const offered = object({ version, description: text, dependencies, files, autostart, data }, checkPackage);

/** A package in the lock. */
const installed = object(
    {
        version,
        dependencies,
        files,
        autostart,
        data,
        registry: optional(registry),
        automatic: optional(flag),
    },
    checkPackage,
);

/** A package in the cache, and a registry there. */
const known = object({ version, description: text, dependencies, size });
const cached = object({ updated: whole, packages: entriesOf(MOST_PACKAGES, packageName, known) });

const registries = listOf(MOST_REGISTRIES, registry);
const installedPackages = entriesOf(MOST_PACKAGES, packageName, installed);
const cachedRegistries = entriesOf(MOST_REGISTRIES, registry, cached);

/** Raises where a file comes from nowhere. */
function checkMove(copy: { readonly to?: unknown; readonly registry?: unknown }, where: string): void {
    if (copy.to !== undefined && copy.registry === undefined)
        raiseWrong(placeIn(where, "registry"), "is missing");
}

const packageChange = object({
    name: text,
    from: optional(text),
    to: optional(text),
    registry: optional(text),
});

const fileChange = object(
    {
        path: text,
        package: text,
        to: optional(file),
        registry: optional(text),
        backup: optional(text),
        found: optional(object({ size: amount, modified: amount })),
    },
    checkMove,
);

const plan = object({
    title: text,
    packages: listOf(MOST_PACKAGES, packageChange),
    files: listOf(500000, fileChange),
    data: listOf(100000, text),
    state: entriesOf(3, text, textOrFalse),
    stamp: optional(text),
    download: amount,
    needed: amount,
    free: amount,
    freed: amount,
    notes: listOf(600000, text),
});

/** A stand-in for CC's fs. */
const disk = object({
    exists: func,
    isDir: func,
    list: func,
    open: func,
    delete: func,
    move: func,
    copy: func,
    makeDir: func,
    getSize: func,
    attributes: func,
    getFreeSpace: func,
    getDrive: func,
});

const environment = object({
    fs: optional(disk),
    fetch: optional(func),
    registry: optional(text),
    now: optional(func),
    onProgress: optional(func),
    onNote: optional(func),
});

const finding = object({ path: text, problem: text, package: optional(text) });

/** What programs hand in, by what it is called here. */
const ARGUMENTS: Record<string, Spec | undefined> = {
    names: listOf(MOST_PACKAGES, text),
    "some names": optional(listOf(MOST_PACKAGES, text)),
    registry: text,
    position: amount,
    findings: listOf(500000, finding),
    plan,
    "install options": optional(object({ force: optional(flag) })),
    "upgrade options": optional(object({ force: optional(flag), removeFirst: optional(flag) })),
    "uninstall options": optional(object({ cascade: optional(flag), unused: optional(flag) })),
    "registry options": optional(object({ position: optional(amount), force: optional(flag) })),
    environment,
    answer: object({ status: optional(whole), body, reason: optional(text) }),
    time: whole,
};

/** What is wrong with a format's version, and whether a newer ccpm wrote it; nothing where it is known. */
function versionProblem(value: unknown): LuaMultiReturn<[string, boolean] | []> {
    if (typeof value !== "object") return $multi("it is damaged", false);
    const version = (value as Table).version;
    if (version === 1) return $multi();
    return $multi(`version${shown(version)} is not 1`, typeof version === "number" && version > 1);
}

/** Checks the format's version, then the one field that each of the files has beside it. */
function check<T>(value: unknown, field: string, spec: Spec): Checked<T> {
    const [problem, isNewer] = versionProblem(value);
    if (problem !== undefined) return $multi(false as const, problem, isNewer);
    const [ok, result] = pcall(read, spec, (value as Table)[field], field);
    if (!ok) return $multi(false as const, result, false);
    return $multi(true as const, { version: 1, [field]: result } as T);
}

/** A name and a package of an index, in one call that can be protected. */
function readOffered(name: string | number, value: unknown): unknown {
    readName(packageName, name, "its name");
    return read(offered, value, "");
}

/**
 * Checks a registry's index. A package that is not as it should be is left out.
 * @param value JSON, decoded
 */
export function checkIndex(value: unknown): Checked<Offers> {
    const [problem, isNewer] = versionProblem(value);
    if (problem !== undefined) return $multi(false as const, problem, isNewer);
    const given = (value as Table).packages;
    if (typeof given !== "object") {
        const what = given === undefined ? "is missing" : "is not an object";
        return $multi(false as const, `packages ${what}`, false);
    }
    const packages: Record<string, Package> = {};
    const leftOut: Record<string, string> = {};
    let count = 0;
    for (const [name, entry] of pairs(given as Table)) {
        count += 1;
        if (count > MOST_PACKAGES) {
            return $multi(false as const, `packages has more than ${MOST_PACKAGES} entries`, false);
        }
        const [ok, result] = pcall(readOffered, name, entry);
        if (ok) packages[name] = result as Package;
        else leftOut[plain(string.sub(tostring(name), 1, 64))] = string.gsub(tostring(result), "^ ", "")[0];
    }
    return $multi(true as const, { packages, leftOut });
}

/**
 * Checks /trapos/ccpm.json.
 * @param value JSON, decoded
 */
export function checkConfiguration(value: unknown): Checked<Configuration> {
    return check(value, "registries", registries);
}

/**
 * Checks /trapos/ccpm.lock.json.
 * @param value JSON, decoded
 */
export function checkLock(value: unknown): Checked<Lock> {
    return check(value, "packages", installedPackages);
}

/**
 * Checks /trapos/ccpm.cache.json.
 * @param value JSON, decoded
 */
export function checkCache(value: unknown): Checked<Cache> {
    return check(value, "registries", cachedRegistries);
}

/**
 * Checks what a program has handed in.
 * @param kind which of its arguments, as above
 * @param value what was given
 * @param name what it is called
 * @returns what is wrong, as "names is not a list"; nothing where it is right
 */
export function argumentProblem(kind: string, value: unknown, name: string): string | undefined {
    const [ok, problem] = pcall(read, ARGUMENTS[kind]!, value, name);
    return ok ? undefined : problem;
}
