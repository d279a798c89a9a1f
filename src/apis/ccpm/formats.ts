/** What may come from outside: ccpm's JSON, answers, arguments. All is looked at here before anything is done with it. */
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

type Fields = Record<string | number, unknown>;

/** What is said of a value that is none of this kind, and whether one is. */
type Kind = [says: string, fits: (this: void, value: unknown) => boolean];

function has(text: string, pattern: string): boolean {
    return string.find(text, pattern)[0] !== undefined;
}

/** Makes what looks whether a value is a text, no longer than `most` bytes, with a pattern, and what `is` wants. */
function text(most: number, pattern: string, is?: (text: string) => boolean): (value: unknown) => boolean {
    return (value) =>
        typeof value === "string" &&
        value.length <= most &&
        has(value, pattern) &&
        (is === undefined || is(value));
}

/** Makes what looks whether a value is a whole number from 0 to `most`. */
function whole(most: number): (value: unknown) => boolean {
    return (value) => typeof value === "number" && value >= 0 && value <= most && value % 1 === 0;
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
const KEPT = "%.ccpm%-";

/** CC's own folders and drives, the player's settings and what they are written by, ccpm's state and its startup file. */
const isFile = without([
    BAD_PART,
    KEPT,
    "^/rom/",
    "^/disk%d*/",
    "^/%.settings",
    "^/trapos/",
    "^/startup/00%-ccpm",
]);
const isData = without([BAD_PART, "^/trapos/ccpm"]);

const KINDS: Record<string, Kind | undefined> = {
    name: ["is not of a-z 0-9 . _ -", text(64, "^[a-z0-9][a-z0-9._-]*$")],
    path: ["is not a path that packages may have", text(200, "^[%w._/-]+$", isFile)],
    folder: ["is not a folder in trapos/", text(200, "^trapos/[%w._/-]+$", isData)],
    registry: ["is not a registry", text(200, "^[!-~]+$")],
    version: ["is not like 1.0.0", text(64, "", isVersion)],
    range: ["is not a version range", text(200, "^[ -~]*$", isRange)],
    hash: ["is not 64 hex digits", text(64, `^${string.rep("%x", 64)}$`)],
    text: ["is not a text", text(INDEX_BYTES, "")],
    content: ["is not a text or false", (value) => value === false || typeof value === "string"],
    body: ["is not a text", (value) => typeof value === "string"],
    size: ["is not a whole number up to 1000000", whole(1000000)],
    // As milliseconds the year 5138.
    number: ["is not a whole number", whole(99999999999999)],
    amount: ["is not a number", (value) => typeof value === "number" && value === value],
    flag: ["is not true or false", (value) => typeof value === "boolean"],
    function: ["is not a function", (value) => typeof value === "function"],
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

    installing: { force: "?flag" },
    uninstalling: { cascade: "?flag", unused: "?flag" },
    adding: { position: "?amount", force: "?flag" },
    finding: { path: "text", problem: "text", package: "?text" },
    plan: {
        title: "text",
        packages: "1000 change",
        files: "500000 move",
        data: "100000 text",
        state: "3 text content",
        stamp: "?text",
        download: "amount",
        needed: "amount",
        free: "amount",
        freed: "amount",
        notes: "600000 text",
    },
    change: { name: "text", from: "?text", to: "?text", registry: "?text" },
    move: {
        path: "text",
        package: "text",
        to: "?file",
        registry: "?text",
        backup: "?text",
        found: "?found",
    },
    found: { size: "amount", modified: "amount" },
    environment: {
        fs: "?disk",
        fetch: "?function",
        registry: "?text",
        now: "?function",
        onProgress: "?function",
        onNote: "?function",
    },
    disk: {
        exists: "function",
        isDir: "function",
        list: "function",
        open: "function",
        delete: "function",
        move: "function",
        copy: "function",
        makeDir: "function",
        getSize: "function",
        attributes: "function",
        getFreeSpace: "function",
        getDrive: "function",
    },
    fetched: { status: "?number", body: "body", reason: "?text" },
};

/** A text in one line of ASCII: what comes from a registry may hold what a screen obeys. */
export function plain(text: string): string {
    return string.gsub(text, "[^ -~]", "?")[0];
}

function wrong(where: string, what: string): never {
    return error(`${plain(string.sub(where, -100))} ${what}`, 0);
}

/** A place in another one; the whole has none. */
function placeIn(where: string, name: string | number): string {
    return where === "" ? `${name}` : `${where}.${name}`;
}

/** How a value that is not as it should be is shown, where that helps. */
function shown(value: unknown): string {
    if (typeof value === "number" || (typeof value === "string" && value !== "")) {
        const known = plain(string.gsub(tostring(value), "%s+", " ")[0]);
        return ` ${known.length > 24 ? string.sub(known, 1, 21) + "..." : known}`;
    }
    return "";
}

function readPlain(kind: string, value: unknown, where: string, isKey?: boolean): unknown {
    const [says, fits] = KINDS[kind]!;
    if (!fits(value)) wrong(isKey ? where : where + shown(value), says);
    if (typeof value !== "string") return value;
    return plain(string.sub(kind === "hash" ? string.lower(value) : value, 1, 200));
}

function checkPackage(copy: Package, where: string): void {
    const seen: Record<string, true | undefined> = {};
    for (const [path] of pairs(copy.files)) {
        // Where capitals do not count, one would overwrite the other.
        const folded = string.lower(path);
        if (seen[folded]) wrong(placeIn(where, `files.${path}`), "is there twice, but for capitals");
        seen[folded] = true;
    }
    for (const path of copy.autostart ?? []) {
        if (copy.files[path] === undefined) wrong(placeIn(where, "autostart"), "is not among its files");
    }
}

/** Returns a copy of a value with what is known alone; `where` it stands is for the message when it is wrong. */
function read(spec: string, value: unknown, where: string): unknown {
    const [option, most, kind, item] = string.match(spec, "^(%??)(%d*) ?(%a+) ?(%a*)$");
    if (value === undefined) return option === "?" ? undefined : wrong(where, "is missing");
    const fields = OBJECTS[kind!];
    if (most === "" && fields === undefined) return readPlain(kind!, value, where);
    const isList = most !== "" && item === "";
    if (typeof value !== "object") wrong(where, isList ? "is not a list" : "is not an object");
    const copy: Fields = {};
    if (most === "") {
        for (const [name, field] of pairs(fields!)) {
            copy[name] = read(field, (value as Fields)[name], placeIn(where, name));
        }
        if (kind === "offered" || kind === "installed") checkPackage(copy as unknown as Package, where);
        if (copy.to !== undefined && kind === "move" && copy.registry === undefined)
            wrong(placeIn(where, "registry"), "is missing");
        return copy;
    }
    const list: unknown[] = [];
    let count = 0;
    for (const [name, entry] of pairs(value as Fields)) {
        count += 1;
        if (count > tonumber(most)!) wrong(where, `has more than ${most} entries`);
        const at = placeIn(where, name);
        if (item !== "") {
            copy[readPlain(kind!, name, at, true) as string] = read(item!, entry, at);
        } else if (typeof name === "number" && (name === 1 || (value as Fields)[name - 1] !== undefined)) {
            list[name - 1] = read(kind!, entry, at);
        } else {
            // A name, or what comes after a null.
            wrong(where, "is not a list");
        }
    }
    return item !== "" ? copy : list;
}

/** What is wrong with a format's version, and whether a newer ccpm wrote it; nothing where it is known. */
function versionProblem(value: unknown): LuaMultiReturn<[string, boolean] | []> {
    if (typeof value !== "object") return $multi("it is damaged", false);
    const version = (value as Fields).version;
    if (version === 1) return $multi();
    return $multi(`version${shown(version)} is not 1`, typeof version === "number" && version > 1);
}

/** Checks the format's version, then the one field that each of the files has beside it. */
function check<T>(value: unknown, field: string, spec: string): Checked<T> {
    const [problem, isNewer] = versionProblem(value);
    if (problem !== undefined) return $multi(false as const, problem, isNewer);
    const [ok, result] = pcall(read, spec, (value as Fields)[field], field);
    if (!ok) return $multi(false as const, result, false);
    return $multi(true as const, { version: 1, [field]: result } as T);
}

/** A name and a package of an index, in one call that can be protected. */
function readOffered(name: string | number, value: unknown): unknown {
    readPlain("name", name, "its name", true);
    return read("offered", value, "");
}

/**
 * Checks a registry's index. A package that is not as it should be is left out.
 * @param value JSON, decoded
 */
export function checkIndex(value: unknown): Checked<Offers> {
    const [problem, isNewer] = versionProblem(value);
    if (problem !== undefined) return $multi(false as const, problem, isNewer);
    const given = (value as Fields).packages;
    if (typeof given !== "object") {
        return $multi(
            false as const,
            `packages ${given === undefined ? "is missing" : "is not an object"}`,
            false,
        );
    }
    const packages: Record<string, Package> = {};
    const leftOut: Record<string, string> = {};
    let count = 0;
    for (const [name, entry] of pairs(given as Fields)) {
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

/**
 * Checks what a program has handed in.
 * @param spec what it has to be, in the words above; "?" before it where it may be absent
 * @param value what was given
 * @param name what it is called
 * @returns what is wrong, as "names is not a list"; nothing where it is right
 */
export function argumentProblem(spec: string, value: unknown, name: string): string | undefined {
    const [ok, problem] = pcall(read, spec, value, name);
    return ok ? undefined : problem;
}
