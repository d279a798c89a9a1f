/**
 * Finishes what a transaction of ccpm has begun. A copy of the compiled file stands in /startup while a transaction is
 * under way: it must work while everything else of ours is half replaced, so it requires nothing.
 */
import type { Disk } from "./types";

/** One step. A journal may be read by the finisher of another release, so this format is version 1 for good. */
export interface Step {
    /** From the computer's root, without a leading slash. */
    readonly path: string;
    /** Where the new file waits; absent where the path goes. */
    readonly staged?: string;
    /** Where a file that is there is kept. */
    readonly backup?: string;
    /** How the file that is there stood when this was committed (`standing`): what stands otherwise is a player's. */
    readonly seen?: string;
    /** Whether the path is a folder that goes with all that is in it. */
    readonly folder?: boolean;
}

/** What is to be done once a transaction is committed, in this order. */
export interface Journal {
    readonly version: 1;
    readonly title: string;
    readonly steps: readonly Step[];
}

/** It is there as long as a transaction is under way. */
export const STAGING = "trapos/ccpm.staging";
/** With this file in it, the transaction is committed. */
export const JOURNAL = STAGING + "/journal.json";
/** New contents wait here under their sha256, and stay after a failure in an orderly way. */
export const PARTIAL = "trapos/ccpm.partial";
/** Runs before the other startup files. */
export const FINISHER = "startup/00-ccpm-finish.lua";
/** Where the finisher is for a moment while /startup goes, and where a player's file of this name is kept meanwhile. */
const STARTUP_FILE = "startup.lua";
const KEPT = "startup.lua.ccpm-kept";
/** By this text it knows itself in the place of a startup file. */
const MARK = "the finisher of ccpm, version 1";

/** The content of a file, or nothing where there is none. */
export function read(disk: Disk, path: string): string {
    const [file] = disk.open(path, "rb");
    if (file === null) return "";
    const content = file.readAll() ?? "";
    file.close();
    return content;
}

/** A path where nothing is: the given one, or else with a number behind it. */
export function freeName(disk: Disk, path: string, number?: number): string {
    const free = path + (number ?? "");
    return disk.exists(free) ? freeName(disk, path, (number ?? 1) + 1) : free;
}

/** A free name for a file that is kept. CC runs every file of /startup at boot, so those are kept elsewhere. */
export function backupOf(disk: Disk, path: string): string {
    const [moved, count] = string.gsub(path, "^startup/", "startup.ccpm-old/");
    return freeName(disk, count > 0 ? moved : `${path}.ccpm-old`);
}

/** How a file stands on the disk: another text once somebody has written it; empty where there is none. */
export function standing(disk: Disk, path: string): string {
    if (!disk.exists(path) || disk.isDir(path)) return "";
    const found = disk.attributes(path);
    return `${found.size} ${found.modified}`;
}

/** Deletes the folders above a path that have nothing in them. */
function removeEmptyFolders(disk: Disk, path: string): void {
    let folder = fs.getDir(path);
    while (folder !== "") {
        if (disk.isDir(folder)) {
            if (disk.list(folder).length > 0) return;
            disk.delete(folder);
        }
        folder = fs.getDir(folder);
    }
}

/** Moves, and makes the folders above the new place. */
export function moveTo(disk: Disk, from: string, to: string): void {
    const folder = fs.getDir(to);
    if (!disk.isDir(folder)) disk.makeDir(folder);
    disk.move(from, to);
}

/** What CC says of a failure without the program's line and the path, which it puts before. */
export function reasonOf(problem: unknown): string {
    return string.match(tostring(problem), "([^:%s][^:]*)$")[0]!;
}

/** Does a step, unless it is done already. */
function perform(disk: Disk, step: Step): void {
    const path = step.path;
    const staged = step.staged;
    // What is not staged any more has its place already.
    if (staged !== undefined && !disk.exists(staged)) return;
    if (disk.exists(path) && (step.folder || !disk.isDir(path))) {
        const isOthers = step.seen !== undefined && step.seen !== standing(disk, path);
        // Somebody has put it there since; what was to go is gone.
        if (isOthers && staged === undefined) return;
        if (step.backup !== undefined) moveTo(disk, path, freeName(disk, step.backup));
        else if (isOthers) moveTo(disk, path, backupOf(disk, path));
        else disk.delete(path);
    }
    if (staged !== undefined) moveTo(disk, staged, path);
    else removeEmptyFolders(disk, path);
}

/** Where the finisher is, if the next boot runs it. */
export function placeOf(disk: Disk): string | undefined {
    if (disk.exists(FINISHER)) return FINISHER;
    for (const path of [STARTUP_FILE, "startup"]) {
        const isFile = disk.exists(path) && !disk.isDir(path);
        if (isFile && string.find(read(disk, path), MARK, 1, true)[0] !== undefined) return path;
    }
    return undefined;
}

/**
 * Removes the finisher, and /startup where nothing else is in it. Deleting a folder with a file in it is two steps, and
 * nothing would run after a power cut between them. So the finisher gets out of the folder first, to the other places
 * that CraftOS runs, and each step leaves it in one of them, so that the next boot goes on.
 */
function leave(disk: Disk, place: string): void {
    let at = place;
    if (
        at === FINISHER &&
        disk.list("startup").length === 1 &&
        !(disk.exists(STARTUP_FILE) && disk.exists(KEPT))
    ) {
        if (disk.exists(STARTUP_FILE)) disk.move(STARTUP_FILE, KEPT);
        disk.move(at, STARTUP_FILE);
        at = STARTUP_FILE;
    }
    if (at === STARTUP_FILE) {
        const isUsed = disk.isDir("startup") && disk.list("startup").length > 0;
        const to = isUsed ? FINISHER : "startup";
        if (!isUsed) disk.delete(to);
        disk.move(at, to);
        at = to;
    }
    if (disk.exists(KEPT) && !disk.exists(STARTUP_FILE)) disk.move(KEPT, STARTUP_FILE);
    disk.delete(at);
    removeEmptyFolders(disk, at);
}

/**
 * Deletes all that a transaction has of its own on the disk.
 * @param partial whether new contents stay for the next one
 */
export function clean(disk: Disk, partial?: boolean): void {
    if (!partial) disk.delete(PARTIAL);
    disk.delete(STAGING);
    removeEmptyFolders(disk, PARTIAL + "/any");
    const place = placeOf(disk);
    if (place !== undefined) leave(disk, place);
}

/**
 * Finishes a committed transaction. One that was not committed is left alone, as another program may be at it, except
 * at boot, when none can be.
 * @param disk the computer's fs
 * @param boot whether the computer is starting: it restarts when that changes which startup files there are
 * @returns true and what to tell the player, if anything was done; or false and why it cannot be finished, with
 * nothing lost
 */
export function recover(disk: Disk, boot?: boolean): LuaMultiReturn<[done: boolean, line?: string]> {
    if (!disk.exists(JOURNAL)) {
        if (!boot) return $multi(true);
        const stopped = disk.exists(STAGING);
        const place = placeOf(disk);
        if (!stopped && place === undefined) return $multi(true);
        // CraftOS has not run the player's.
        const hid = disk.exists(KEPT) || place === STARTUP_FILE || place === "startup";
        clean(disk);
        if (hid && disk.exists(STARTUP_FILE)) os.reboot();
        return $multi(true, stopped ? "ccpm was stopped before it changed anything." : undefined);
    }
    const journal = textutils.unserializeJSON(read(disk, JOURNAL)) as Journal | undefined;
    const [isWhole] = pcall(() => {
        for (const step of journal!.steps) fs.combine(step.path, journal!.title);
    });
    if (!isWhole || journal!.version !== 1) {
        disk.move(JOURNAL, freeName(disk, "trapos/ccpm.journal.broken"));
        clean(disk);
        return $multi(false, "ccpm cannot read its journal. Type: ccpm verify --fix");
    }
    const before = boot && table.concat(disk.list("startup"), "/");
    for (const step of journal!.steps) {
        const [ok, problem] = pcall(perform, disk, step);
        if (!ok) {
            return $multi(
                false,
                `ccpm cannot finish: ${journal!.title}\n${step.path}: ${reasonOf(problem)}. Mend that, then: reboot`,
            );
        }
    }
    const restarted = STAGING + "/restarted";
    if (boot && table.concat(disk.list("startup"), "/") !== before && !disk.exists(restarted)) {
        // CraftOS has listed the files that it runs already. Once is enough, whatever they do to each other.
        disk.makeDir(restarted);
        os.reboot();
    }
    // Half deleted, it would look like that of a transaction that was not committed.
    disk.delete(PARTIAL);
    disk.move(STAGING, PARTIAL);
    clean(disk);
    return $multi(true, `ccpm finished: ${journal!.title} (the power had gone)`);
}

// CraftOS runs a startup file without arguments; require gives a module its name.
const [name] = [...$vararg];
if (name === undefined) {
    const [done, line] = recover(fs, true);
    if (line !== undefined) (done ? print : printError)(line);
}
