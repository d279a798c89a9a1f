/**
 * Changes files of the computer all at once or not at all, whenever the power goes.
 *
 * `open` begins a transaction, `stage` brings one new content after the other, and `commit` writes down what is to be
 * done. From that moment on it will be done, by the finisher (`finish`): at once, or else when the computer boots.
 */
import { isFailure } from "../trapos/failure";
import { encode } from "../trapos/json";
import { raise } from "./failure";
import * as finish from "./finish";
import { sha256 } from "./sha256";
import type { Disk, FileChange, Fingerprint, Plan } from "./types";

type Changes = Pick<Plan, "title" | "files" | "data">;
type StateFiles = Record<string, string | false>;

/** A change that is being prepared. Only `commit` touches anything of the player's. */
export interface Transaction {
    readonly disk: Disk;
    /** A folder that is there as long as this is the transaction under way. */
    readonly owner: string;
    /** Contents of the plan by sha256, and whether they are there and right. */
    readonly staged: Record<string, boolean>;
    /** The sha256 of the finisher, where the plan brings one. */
    finisher?: string;
    /** Whether the finisher is a startup file. */
    isGuarded: boolean;
}

/** What a commit is to do, as far as it is worked out. */
interface Preparation {
    readonly transaction: Transaction;
    readonly steps: finish.Step[];
    /** Files that go, by path. */
    readonly going: Record<string, boolean>;
    /** Contents that have a place already, by sha256. */
    readonly placed: Record<string, boolean>;
    /** Folders that are to be made, by path. */
    readonly folders: Record<string, boolean>;
    /** The bytes that those take. */
    needed: number;
}

/** What CC counts for a folder, and at least for a file. Source: MountConstants in CC: Tweaked. */
export const LEAST = 500;

/** To be fetched first: where it is not installed, a transaction needs it before anything else. */
export const FINISHER = "apis/ccpm/finish.lua";

const STAGING = finish.STAGING;

/** Calls a function; what the disk raises is raised as a failure. */
function onDisk<Given extends unknown[], T>(act: (this: void, ...given: Given) => T, ...given: Given): T {
    const [ok, value] = pcall(act, ...given);
    if (ok) return value;
    if (isFailure(value)) throw value;
    return raise("cannot_write", { path: STAGING, what: finish.reasonOf(value) });
}

/** Fails, as a path is not what it was. */
function raiseChanged(path: string): never {
    return raise("changed_meanwhile", { path });
}

/** Where a new content waits. */
function placeOfContent(sha: string): string {
    return `${finish.PARTIAL}/${sha}`;
}

/** Finishes what is committed; returns what was done, if anything. */
function finishCommitted(disk: Disk): string | undefined {
    const [done, line] = finish.recover(disk);
    if (!done) raise("not_finished", { what: line });
    return line;
}

/** Writes a new file, of which nothing stays when that fails. */
function write(disk: Disk, path: string, content: string): void {
    const [file, reason] = disk.open(path, "wb");
    if (file === null) throw reason;
    const [ok, problem] = pcall(() => {
        file.write(content);
    });
    file.close();
    if (ok && disk.getSize(path) === content.length) return;
    disk.delete(path);
    throw ok ? "Out of space" : problem;
}

/**
 * Contents that an interrupted run has left: sizes by sha256, not checked. They count as used space until the next
 * transaction opens, which keeps what it needs of them.
 */
export function leftBehind(disk: Disk): Record<string, number> {
    const sizes: Record<string, number> = {};
    for (const name of disk.isDir(finish.PARTIAL) ? disk.list(finish.PARTIAL) : []) {
        sizes[name] = disk.getSize(placeOfContent(name));
    }
    return sizes;
}

/** Fails where another transaction has taken over. */
function requireOwner(transaction: Transaction): void {
    if (!transaction.disk.exists(transaction.owner)) raiseChanged(STAGING);
}

/** Makes a copy of the finisher a startup file: from here on the next boot tidies up. */
function guard(transaction: Transaction, source: string): void {
    const disk = transaction.disk;
    if (transaction.isGuarded) return;
    transaction.isGuarded = true;
    if (disk.exists(finish.FINISHER)) {
        if (finish.read(disk, finish.FINISHER) === finish.read(disk, source)) return;
        disk.delete(finish.FINISHER);
    }
    const folder = transaction.owner + "/startup";
    const copy = `${transaction.owner}/${finish.FINISHER}`;
    disk.makeDir(folder);
    disk.copy(source, copy);
    // In one step with a folder that is made for it.
    if (disk.isDir("startup")) disk.move(copy, finish.FINISHER);
    else disk.move(folder, "startup");
}

/** Notes that a content is there and right. */
function accept(transaction: Transaction, sha: string): void {
    transaction.staged[sha] = true;
    if (sha === transaction.finisher) guard(transaction, placeOfContent(sha));
}

/** Finishes or clears away what an earlier transaction has left, and makes the folder of this one. */
function takeOver(transaction: Transaction): void {
    const disk = transaction.disk;
    if (finishCommitted(disk) !== undefined) raiseChanged("trapos/ccpm.lock.json");
    // A power cut has left it on its way out, and startup files did not run since then.
    if ((finish.placeOf(disk) ?? finish.FINISHER) !== finish.FINISHER) finish.clean(disk, true);
    for (const path of ["startup", "trapos"]) {
        if (disk.exists(path) && !disk.isDir(path)) raise("file_in_the_way", { path, name: "ccpm" });
    }
    disk.delete(STAGING);
    disk.makeDir(transaction.owner);
}

/**
 * Notes which contents are to be staged.
 * @returns whether the finisher that is installed can be used
 */
function noteContents(transaction: Transaction, files: readonly FileChange[]): boolean {
    let isSound = transaction.disk.exists(FINISHER);
    for (const change of files) {
        const to = change.to;
        if (to !== undefined) transaction.staged[to.sha256] = false;
        if (to !== undefined && change.path === FINISHER) {
            transaction.finisher = to.sha256;
            // Somebody has changed it.
            if (change.backup !== undefined) isSound = false;
        }
    }
    return isSound;
}

/** Makes a place for the contents, among those that an interrupted run has left and that are needed. */
function begin(transaction: Transaction, files: readonly FileChange[]): void {
    takeOver(transaction);
    if (noteContents(transaction, files)) guard(transaction, FINISHER);
    for (const [sha] of pairs(leftBehind(transaction.disk))) {
        if (transaction.staged[sha] === undefined) transaction.disk.delete(placeOfContent(sha));
    }
}

/**
 * Gives up in an orderly way: what is staged is kept for the next run. To be called after every failure, of `commit` too;
 * it does nothing once that has begun to change files.
 */
export function keep(transaction: Transaction): void {
    const disk = transaction.disk;
    // What cannot be tidied up now is at the next boot.
    if (disk.exists(transaction.owner) && !disk.exists(finish.JOURNAL)) pcall(finish.clean, disk, true);
}

/**
 * Begins a transaction. One of another program that is not committed is taken over: that program is told at its next
 * step. One that is committed is finished first, and this one fails (`changed_meanwhile`).
 * @param disk the computer's fs
 * @param files what the plan changes. On a computer without ccpm, stage apis/ccpm/finish.lua first: it looks after a
 * power cut, and is found by its path
 */
export function open(disk: Disk, files: readonly FileChange[]): Transaction {
    const owner = `${STAGING}/of-${math.random(1000000000)}`;
    const transaction: Transaction = { disk, owner, staged: {}, isGuarded: false };
    const [ok, failure] = pcall(onDisk, begin, transaction, files);
    if (ok) return transaction;
    keep(transaction);
    throw failure;
}

/** Whether a content is staged already, as from a run that failed before. May yield. */
export function has(transaction: Transaction, fingerprint: Fingerprint): boolean {
    const disk = transaction.disk;
    const sha = fingerprint.sha256;
    if (transaction.staged[sha]) return true;
    const path = placeOfContent(sha);
    if (!disk.exists(path) || sha256(finish.read(disk, path)) !== sha) return false;
    accept(transaction, sha);
    return true;
}

/** Writes a content where it waits. */
function stageContent(transaction: Transaction, fingerprint: Fingerprint, content: string): undefined {
    requireOwner(transaction);
    write(transaction.disk, placeOfContent(fingerprint.sha256), content);
    accept(transaction, fingerprint.sha256);
}

/** Stages a content, which must have been checked against its fingerprint. */
export function stage(transaction: Transaction, fingerprint: Fingerprint, content: string): void {
    onDisk(stageContent, transaction, fingerprint, content);
}

/** Sees to it that there is a folder for a path, and counts what it takes. */
function requireFolder(preparation: Preparation, path: string): void {
    const disk = preparation.transaction.disk;
    const folder = fs.getDir(path);
    if (preparation.folders[folder] || disk.isDir(folder)) return;
    if (disk.exists(folder) && !preparation.going[folder]) raiseChanged(folder);
    preparation.folders[folder] = true;
    preparation.needed += LEAST;
    requireFolder(preparation, folder);
}

/** Fails where a file is not as the plan saw it. */
function requireUnchanged(disk: Disk, change: FileChange): void {
    const path = change.path;
    const seen: Partial<FileAttributes> = change.found ?? {};
    const now: Partial<FileAttributes> = disk.exists(path) ? disk.attributes(path) : {};
    if (now.size !== seen.size || now.modified !== seen.modified || now.isDir) raiseChanged(path);
    if (change.backup !== undefined && disk.exists(change.backup)) raiseChanged(change.backup);
}

/** The file that a step moves to its place. The same content may go to several places. */
function takeContent(preparation: Preparation, sha: string): string {
    const transaction = preparation.transaction;
    const content = placeOfContent(sha);
    if (!preparation.placed[sha]) {
        preparation.placed[sha] = true;
        return content;
    }
    const copy = `${transaction.owner}/${preparation.steps.length}`;
    transaction.disk.copy(content, copy);
    return copy;
}

/** Works out the step of one file. */
function prepareFile(preparation: Preparation, change: FileChange): void {
    const transaction = preparation.transaction;
    const path = change.path;
    const backup = change.backup;
    const to = change.to;
    requireUnchanged(transaction.disk, change);
    if (backup !== undefined) requireFolder(preparation, backup);
    let staged: string | undefined;
    if (to === undefined) {
        preparation.going[path] = true;
    } else {
        if (!transaction.staged[to.sha256]) raiseChanged(STAGING);
        requireFolder(preparation, path);
        staged = takeContent(preparation, to.sha256);
    }
    table.insert(preparation.steps, { path, staged, backup, seen: finish.standing(transaction.disk, path) });
}

/** Works out the steps of ccpm's own files, and writes their texts. */
function prepareState(preparation: Preparation, stateFiles: StateFiles): void {
    const transaction = preparation.transaction;
    const paths: string[] = [];
    for (const [path] of pairs(stateFiles)) paths.push(path);
    table.sort(paths);
    for (const path of paths) {
        const text = stateFiles[path]!;
        const staged = text !== false ? `${transaction.owner}/${fs.getName(path)}` : undefined;
        if (staged !== undefined) write(transaction.disk, staged, text as string);
        table.insert(preparation.steps, { path, staged });
    }
}

/** Works out all steps, and writes what they need beside the contents. */
function prepare(transaction: Transaction, plan: Changes, stateFiles: StateFiles): Preparation {
    const preparation: Preparation = {
        transaction,
        steps: [],
        going: {},
        placed: {},
        folders: {},
        needed: 0,
    };
    for (const change of plan.files) prepareFile(preparation, change);
    for (const path of plan.data) table.insert(preparation.steps, { path, folder: true });
    prepareState(preparation, stateFiles);
    return preparation;
}

/** Writes down what is to be done, and has it done. */
function commitPlan(transaction: Transaction, plan: Changes, stateFiles: StateFiles): undefined {
    const disk = transaction.disk;
    requireOwner(transaction);
    const preparation = prepare(transaction, plan, stateFiles);
    const journal: finish.Journal = { version: 1, title: plan.title, steps: preparation.steps };
    write(disk, finish.JOURNAL + ".new", encode(journal));

    // Nothing but folders takes space from here on.
    const needed = preparation.needed;
    const free = disk.getFreeSpace("/");
    if (free !== "unlimited" && free < needed) raise("no_space", { needed, free });
    disk.move(finish.JOURNAL + ".new", finish.JOURNAL);
    finishCommitted(disk);
}

/**
 * Does it, without yielding. Fails with nothing changed when a file is not as the plan saw it (`changed_meanwhile`) or the
 * disk is too full (`no_space`, `cannot_write`). `not_finished` alone says that it has begun: the next boot goes on with
 * it.
 * @param transaction where all contents of the plan are staged
 * @param plan what is to be done
 * @param stateFiles the texts of ccpm's own files by path from the root, false for those that go; their places are
 * taken last
 */
export function commit(transaction: Transaction, plan: Changes, stateFiles: StateFiles): void {
    onDisk(commitPlan, transaction, plan, stateFiles);
}
