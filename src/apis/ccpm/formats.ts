/** What may stand in ccpm's JSON: everything is looked at before anything is done with it. */
import { isRange, isVersion } from "./semver";
import type { Cache, Configuration, Index, Lock, Package } from "./types";

/**
 * What a check came to: true and a copy that holds known fields alone; or false, what is wrong ("packages.ai.version
 * must be a version"), and whether a newer ccpm wrote it, in a format that this one does not know.
 */
export type Checked<T> = LuaMultiReturn<[true, T] | [false, string, boolean]>;

/** The most registries that may be configured. */
export const MOST_REGISTRIES = 100;

/** The most bytes that an index may have. */
export const INDEX_BYTES = 524288;

type Fields = Record<string | number, unknown>;

/** What a value must be; of a text how long it and a number how great it may be, and what a text must look like. */
type Kind = [what: string, most?: number, pattern?: string, is?: (text: string) => boolean];

function has(text: string, pattern: string): boolean {
    return string.find(text, pattern)[0] !== undefined;
}

/** Makes what looks for patterns that a path, with a slash before and behind it, may not have in whichever case. */
function without(patterns: readonly string[]): (path: string) => boolean {
    return (path) => {
        for (const pattern of patterns) {
            if (has(`/${string.lower(path)}/`, pattern)) return false;
        }
        return true;
    };
}

/** Empty parts and such that end with a dot, which leads up, or which some hosts ignore. */
const BAD_PART = "[./]/";

/** What ccpm calls files of players that it keeps. */
const BACKUP = "%.ccpm%-old%d*/";

/** CC's own folders and drives, the player's settings, ccpm's state and its startup file are no package's. */
const isFile = without([
    BAD_PART,
    BACKUP,
    "^/rom/",
    "^/disk%d*/",
    "^/%.settings/",
    "^/trapos/",
    "^/startup/00%-ccpm",
]);
const isData = without([BAD_PART, "^/trapos/ccpm"]);

const KINDS: Record<string, Kind | undefined> = {
    name: ["a name of a-z 0-9 . _ -", 64, "^[a-z0-9][a-z0-9._-]*$"],
    path: ["a path that packages may have", 200, "^[%w._/-]+$", isFile],
    folder: ["a folder in trapos/", 200, "^trapos/[%w._/-]+$", isData],
    registry: ["a registry", 200, "^[!-~]+$"],
    version: ["a version", 64, "", isVersion],
    range: ["a version range", 200, "^[ -~]*$", isRange],
    hash: ["64 hex digits, no capitals", 64, `^${string.rep("[0-9a-f]", 64)}$`],
    text: ["a text", INDEX_BYTES, ""],
    size: ["a whole number up to 1000000", 1000000],
    // As milliseconds the year 5138.
    number: ["a whole number", 99999999999999],
    flag: ["true or false"],
};

/** Objects by their fields: a "path", a list of at most "100 path", "100 name range" by name; "?" if it may be absent. */
const OBJECTS: Record<string, Record<string, string> | undefined> = {
    offered: {
        version: "version",
        description: "text",
        dependencies: "100 name range",
        files: "500 path file",
        autostart: "?100 path",
        data: "?100 folder",
    },
    installed: {
        version: "version",
        dependencies: "100 name range",
        files: "500 path file",
        autostart: "?100 path",
        data: "?100 folder",
        registry: "?registry",
        automatic: "?flag",
    },
    file: { size: "size", sha256: "hash" },
    cached: { updated: "number", packages: "1000 name known" },
    known: { version: "version", description: "text", dependencies: "100 name range", size: "number" },
};

/** A text in one line of ASCII: what comes from a registry may hold what a screen obeys. */
function plain(text: string): string {
    return string.gsub(text, "[^ -~]", "?")[0];
}

function wrong(where: string, what: string): never {
    return error(`${plain(string.sub(where, -100))} ${what}`, 0);
}

function readPlain(kind: string, value: unknown, where: string): unknown {
    const [what, most, pattern, is] = KINDS[kind]!;
    let fits = typeof value === "boolean";
    if (pattern !== undefined) {
        const isShort = typeof value === "string" && value.length <= most!;
        fits = isShort && has(value, pattern) && (is === undefined || is(value));
    } else if (most !== undefined) {
        fits = typeof value === "number" && value >= 0 && value <= most && value % 1 === 0;
    }
    if (!fits) wrong(where, "must be " + what);
    return typeof value === "string" ? plain(string.sub(value, 1, 200)) : value;
}

function checkPackage(copy: Package, where: string): void {
    const seen: Record<string, true | undefined> = {};
    for (const [path] of pairs(copy.files)) {
        // Where capitals do not count, one would overwrite the other.
        const folded = string.lower(path);
        if (seen[folded]) wrong(`${where}.files.${path}`, "is there twice, but for capitals");
        seen[folded] = true;
    }
    for (const path of copy.autostart ?? []) {
        if (copy.files[path] === undefined) wrong(where + ".autostart", "must be among its files");
    }
}

/** Returns a copy of a value with what is known alone; `where` it stands is for the message when it is wrong. */
function read(spec: string, value: unknown, where: string): unknown {
    const [option, most, kind, item] = string.match(spec, "^(%??)(%d*) ?(%a+) ?(%a*)$");
    if (value === undefined && option === "?") return undefined;
    const fields = OBJECTS[kind!];
    if (most === "" && fields === undefined) return readPlain(kind!, value, where);
    if (typeof value !== "object") wrong(where, "has the wrong type");
    const copy: Fields = {};
    if (most === "") {
        for (const [name, field] of pairs(fields!)) {
            copy[name] = read(field, (value as Fields)[name], `${where}.${name}`);
        }
        if (copy.files !== undefined) checkPackage(copy as unknown as Package, where);
        return copy;
    }
    const list: unknown[] = [];
    let count = 0;
    for (const [name, entry] of pairs(value as Fields)) {
        count += 1;
        if (count > tonumber(most)!) wrong(where, "has too many entries");
        const at = `${where}.${name as string}`;
        if (item !== "") {
            copy[read(kind!, name, at) as string] = read(item!, entry, at);
        } else if (typeof name === "number" && (name === 1 || (value as Fields)[name - 1] !== undefined)) {
            list[name - 1] = read(kind!, entry, at);
        } else {
            // A name, or what comes after a null.
            wrong(where, "has the wrong type");
        }
    }
    return item !== "" ? copy : list;
}

/** Checks the format's version, then the one field that each of the files has beside it. */
function check<T>(value: unknown, field: string, spec: string): Checked<T> {
    const version = typeof value === "object" && (value as Fields).version;
    if (version !== 1) {
        return $multi(false as const, "it is damaged", typeof version === "number" && version > 1);
    }
    const [ok, result] = pcall(read, spec, (value as Fields)[field], field);
    if (!ok) return $multi(false as const, result, false);
    return $multi(true as const, { version, [field]: result } as T);
}

/**
 * Checks a registry's index.
 * @param value JSON, decoded
 */
export function checkIndex(value: unknown): Checked<Index> {
    return check(value, "packages", "1000 name offered");
}

/**
 * Checks /trapos/ccpm.json.
 * @param value JSON, decoded
 */
export function checkConfiguration(value: unknown): Checked<Configuration> {
    return check(value, "registries", `${MOST_REGISTRIES} registry`);
}

/**
 * Checks /trapos/ccpm.lock.json.
 * @param value JSON, decoded
 */
export function checkLock(value: unknown): Checked<Lock> {
    return check(value, "packages", "1000 name installed");
}

/**
 * Checks /trapos/ccpm.cache.json.
 * @param value JSON, decoded
 */
export function checkCache(value: unknown): Checked<Cache> {
    return check(value, "registries", "100 registry cached");
}
