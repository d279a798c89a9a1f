/**
 * Finishes what a transaction of ccpm has begun. A copy of the compiled file stands in /startup while a transaction is
 * under way: it must work while everything else of ours is half replaced, so it requires nothing.
 */
import type { Disk } from "./types";

/** One step. A journal may be read by the finisher of another release, so this format is version 1 for good. */
export interface Step {
    /** From the computer's root, without a leading slash. */
    readonly path: string;
    /** The new file's name in the staging folder; absent where the path goes. */
    readonly staged?: string;
    /** Where a file that is there is kept. */
    readonly backup?: string;
    /** Whether the path is a folder that goes with all that is in it. */
    readonly folder?: boolean;
}

/** What is to be done once a transaction is committed, in this order. */
export interface Journal {
    readonly version: 1;
    readonly title: string;
    readonly steps: readonly Step[];
}

/** New contents wait here; it is there as long as a transaction is under way. */
export const STAGING = "trapos/ccpm.staging";
/** With this file in it, the transaction is committed. */
export const JOURNAL = STAGING + "/journal.json";
/** What a transaction had staged when it failed in an orderly way. */
export const PARTIAL = "trapos/ccpm.partial";
/** Runs before the other startup files. */
export const FINISHER = "startup/00-ccpm-finish.lua";

/** Deletes the folders above a path that have nothing in them. */
function removeEmptyFolders(disk: Disk, path: string): void {
    let [folder] = string.match(path, "^(.+)/");
    while (folder !== undefined) {
        if (disk.isDir(folder)) {
            if (disk.list(folder).length > 0) return;
            disk.delete(folder);
        }
        [folder] = string.match(folder, "^(.+)/");
    }
}

/** Moves, and makes the folders above the new place. */
export function moveTo(disk: Disk, from: string, to: string): void {
    const [folder] = string.match(to, "^(.+)/");
    if (folder !== undefined && !disk.isDir(folder)) disk.makeDir(folder);
    disk.move(from, to);
}

/** What CC says of a failure without the program's line and the path, which it puts before. */
export function reasonOf(problem: unknown): string {
    return string.match(tostring(problem), "([^:%s][^:]*)$")[0]!;
}

/** Does a step, unless it is done already. */
function perform(disk: Disk, step: Step): void {
    const path = step.path;
    const staged = step.staged !== undefined ? `${STAGING}/${step.staged}` : undefined;
    // What is not staged any more has its place already.
    if (staged === undefined || disk.exists(staged)) {
        if (disk.exists(path) && (step.folder || !disk.isDir(path))) {
            if (step.backup !== undefined) moveTo(disk, path, step.backup);
            else disk.delete(path);
        }
        if (staged !== undefined) moveTo(disk, staged, path);
    }
    if (staged === undefined) removeEmptyFolders(disk, path);
}

/**
 * Deletes all that a transaction has of its own on the disk.
 * @param partial whether what a failed one has staged stays for the next one
 */
export function clean(disk: Disk, partial?: boolean): void {
    if (!partial) disk.delete(PARTIAL);
    disk.delete(STAGING);
    removeEmptyFolders(disk, STAGING);
    // In one step with a folder that was made for it.
    if (disk.exists(FINISHER)) disk.delete(disk.list("startup").length > 1 ? FINISHER : "startup");
}

function startupFiles(disk: Disk): string {
    return disk.isDir("startup") ? table.concat(disk.list("startup"), "/") : "";
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
        if (!boot || !(disk.exists(STAGING) || disk.exists(FINISHER))) return $multi(true);
        const stopped = disk.exists(STAGING);
        clean(disk);
        return $multi(true, stopped ? "ccpm was stopped before it changed anything." : undefined);
    }
    const [file] = disk.open(JOURNAL, "r");
    const journal = textutils.unserializeJSON(file!.readAll()) as Journal | undefined;
    file!.close();
    if (type(journal) !== "table" || journal!.version !== 1 || type(journal!.steps) !== "table") {
        let broken = "trapos/ccpm.journal.broken";
        for (let number = 2; disk.exists(broken); number++) broken = "trapos/ccpm.journal.broken" + number;
        disk.move(JOURNAL, broken);
        clean(disk);
        return $multi(false, "ccpm cannot read its journal. Type: ccpm verify --fix");
    }
    const before = startupFiles(disk);
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
    if (boot && startupFiles(disk) !== before && !disk.exists(restarted)) {
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
