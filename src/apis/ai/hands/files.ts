/**
 * `fs` as a program behind the fence has it: it reads everything but what keeps secrets, and writes in /ai alone, unless
 * more was opened. Its files are closed when it ends.
 */
import { isSettingsFile } from "../../trapos/settingsfile";
import { guarded, permit, type Call, type Gate } from "./gate";
import { copied } from "./values";

/** Where a program may write. */
const FOLDER = "ai";

/** Bytes of the disk that a program leaves free for everything else: as many as the player's own programs may need to save. */
const RESERVE = 20000;

/** What a file takes at least, by CC's count. */
const LEAST_SIZE = 500;

const OUT_OF_SPACE = "Out of space";

/** The files of one run. */
export interface Files {
    readonly gate: Gate;
    /** The handles that are open, by the order in which they were opened. */
    readonly handles: Record<number, Record<string, Call> | undefined>;
    opened: number;
}

/** Makes the files of a run. */
export function makeFiles(gate: Gate): Files {
    return { gate, handles: {}, opened: 0 };
}

/** Closes what the program has left open. */
export function closeFiles(files: Files): void {
    for (const [, handle] of pairs(files.handles)) pcall(handle.close!);
}

/**
 * A path as CC will read it, whatever is in it: without what CC leaves out, from the root, and never with "..". What is
 * done is done with this path, so that nothing else can come of it than what was looked at.
 */
function canonical(path: unknown, at: number): string {
    if (type(path) !== "string" && type(path) !== "number")
        error(`bad argument #${at} (string expected, got ${type(path)})`, 0);
    const [slashes] = string.gsub(tostring(path), "\\", "/");
    const [plain] = string.gsub(slashes, '[%c"*:<>?|]', "");
    const clean = fs.combine("", plain);
    for (const [part] of string.gmatch(clean, "[^/]+")) {
        if (string.find(part!, "^[%s.]*$")[0] !== undefined) error(`/${clean}: Invalid path`, 0);
    }
    return clean;
}

/** Whether a path is in the folder of what the model writes, and on the disk that this is on. */
function isInFolder(path: string): boolean {
    if (path !== FOLDER && string.sub(path, 1, FOLDER.length + 1) !== `${FOLDER}/`) return false;
    let there = path;
    while (there !== "" && !fs.exists(there)) there = fs.getDir(there);
    return fs.getDrive(there) === fs.getDrive("");
}

function permitReading(files: Files, path: string): void {
    if (isSettingsFile(path)) permit(files.gate, "settings", `read /${path}`);
}

function permitWriting(files: Files, path: string): void {
    if (!isInFolder(path)) permit(files.gate, "fs", `/${path}`);
    if (isSettingsFile(path)) permit(files.gate, "settings", `/${path}`);
}

/** Fails where the disk would have less than what is left to the player. */
function requireSpace(path: string, bytes: number): void {
    const free = fs.getFreeSpace(path === "" || fs.exists(path) ? path : FOLDER) as unknown;
    if (type(free) === "number" && (free as number) - bytes < RESERVE) error(OUT_OF_SPACE, 0);
}

/** Bytes of a file, or of all that is in a folder. */
function sizeOf(path: string): number {
    if (!fs.isDir(path)) return Math.max(fs.exists(path) ? fs.getSize(path) : 0, LEAST_SIZE);
    let size = LEAST_SIZE;
    for (const name of fs.list(path)) size += sizeOf(fs.combine(path, name));
    return size;
}

/** An open file as the program gets it. */
function handed(files: Files, path: string, handle: Record<string, Call>): Record<string, Call> {
    files.opened += 1;
    const place = files.opened;
    files.handles[place] = handle;
    const own: Record<string, Call> = {};
    for (const [name, call] of pairs(handle)) {
        own[name] = guarded(files.gate, (...given) => {
            if (name === "write" || name === "writeLine") {
                const [written] = select(1, ...given);
                requireSpace(path, type(written) === "string" ? (written as string).length : 0);
            }
            if (name === "close") files.handles[place] = undefined;
            return call(...given);
        });
    }
    return own;
}

/** The API. */
export function fileFunctions(files: Files): Record<string, unknown> {
    const real = fs as unknown as Record<string, unknown>;
    const functions: Record<string, Call> = {};

    // Names alone: nothing is read.
    for (const name of ["getName", "combine", "getDir", "complete"]) {
        if (real[name] !== undefined) functions[name] = real[name] as Call;
    }
    for (const name of [
        "exists",
        "isDir",
        "isReadOnly",
        "getSize",
        "list",
        "attributes",
        "getDrive",
        "getFreeSpace",
        "getCapacity",
        "isDriveRoot",
    ]) {
        const look = real[name] as Call | undefined;
        if (look === undefined) continue;
        functions[name] = (path) => $multi(copied(look(canonical(path, 1))[0]));
    }
    functions.find = (pattern) => $multi(copied((real.find as Call)(pattern)[0]));

    functions.open = (given, mode) => {
        const path = canonical(given, 1);
        if (type(mode) !== "string") error(`bad argument #2 (string expected, got ${type(mode)})`, 0);
        if (mode === "r" || mode === "rb") permitReading(files, path);
        else {
            permitWriting(files, path);
            requireSpace(path, LEAST_SIZE);
        }
        const [handle, problem] = (real.open as Call)(path, mode);
        if (handle === undefined) return $multi(undefined, problem);
        return $multi(handed(files, path, handle as Record<string, Call>));
    };
    functions.makeDir = (given) => {
        const path = canonical(given, 1);
        permitWriting(files, path);
        requireSpace(path, LEAST_SIZE);
        return (real.makeDir as Call)(path);
    };
    functions.delete = (given) => {
        const path = canonical(given, 1);
        permitWriting(files, path);
        return (real.delete as Call)(path);
    };
    functions.move = (given, target) => {
        const [from, to] = [canonical(given, 1), canonical(target, 2)];
        permitReading(files, from);
        permitWriting(files, from);
        permitWriting(files, to);
        return (real.move as Call)(from, to);
    };
    functions.copy = (given, target) => {
        const [from, to] = [canonical(given, 1), canonical(target, 2)];
        permitReading(files, from);
        if (from === "") permit(files.gate, "settings", "copy /");
        permitWriting(files, to);
        requireSpace(to, sizeOf(from));
        return (real.copy as Call)(from, to);
    };

    const own: Record<string, unknown> = {};
    for (const [name, call] of pairs(functions)) own[name] = guarded(files.gate, call);
    return own;
}
