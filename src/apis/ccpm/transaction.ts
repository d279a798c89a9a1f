/** Changes files of the computer all at once or not at all, whenever the power goes. */
import { encode } from "../trapos/json";
import { fail } from "./failure";
import * as finish from "./finish";
import { sha256 } from "./sha256";
import type { Disk, FileChange, Fingerprint, Plan, Result } from "./types";

type Changes = Pick<Plan, "title" | "files" | "data">;
type StateFiles = Record<string, string | false>;

/** A change that is being prepared. Only `commit` touches anything of the player's. */
export interface Transaction {
    /** Whether a content is staged already, as from a run that failed before. May yield. */
    readonly has: (this: void, fingerprint: Fingerprint) => boolean;
    /** Stages a content, which must have been checked against its fingerprint. */
    readonly stage: (this: void, fingerprint: Fingerprint, content: string) => Result<undefined>;
    /**
     * Gives up in an orderly way: what is staged is kept for the next run. To be called after every failure, of
     * `commit` too; it does nothing once that has begun to change files.
     */
    readonly keep: (this: void) => void;
    /**
     * Does it, without yielding. Fails with nothing changed when a file is not as the plan saw it
     * (`changed_meanwhile`) or the disk is too full (`no_space`, `cannot_write`). `not_finished` alone says that it has
     * begun: the next boot goes on with it.
     * @param stateFiles the texts of ccpm's own files by path from the root, false for those that go; their places are
     * taken last
     */
    readonly commit: (this: void, plan: Changes, stateFiles: StateFiles) => Result<undefined>;
}

/** What CC counts for a folder, and at least for a file. Source: MountConstants in CC: Tweaked. */
export const LEAST = 500;

/** To be fetched first: where it is not installed, a transaction needs it before anything else. */
export const FINISHER = "apis/ccpm/finish.lua";

const STAGING = finish.STAGING;

/** Makes a function whose failures, and what the disk raises, are returned. */
function guarded<Given extends unknown[], T>(
    act: (this: void, ...given: Given) => T,
): (this: void, ...given: Given) => Result<T> {
    return (...given) => {
        const [ok, value] = pcall(act, ...given);
        if (ok || type(value) === "table") return $multi(ok, value) as never;
        return $multi(false as const, fail("cannot_write", { path: STAGING, what: finish.reasonOf(value) }));
    };
}

function changed(path: string): never {
    throw fail("changed_meanwhile", { path });
}

/** Finishes what is committed; returns what was done, if anything. */
function finishCommitted(disk: Disk): string | undefined {
    const [done, line] = finish.recover(disk);
    if (!done) throw fail("not_finished", { what: line });
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
        sizes[name] = disk.getSize(`${finish.PARTIAL}/${name}`);
    }
    return sizes;
}

/**
 * Begins a transaction. One of another program that is not committed is taken over: that program is told at its next
 * step. One that is committed is finished first, and this one fails (`changed_meanwhile`).
 * @param disk the computer's fs
 * @param files what the plan changes. On a computer without ccpm, stage apis/ccpm/finish.lua first: it looks after a
 * power cut, and is found by its path
 */
export function open(disk: Disk, files: readonly FileChange[]): Result<Transaction> {
    const contents = finish.PARTIAL + "/";
    /** It is there as long as this is the transaction under way. */
    const owner = `${STAGING}/of-${math.random(1000000000)}`;
    /** Contents of the plan by sha256, and whether they are there and right. */
    const staged: Record<string, boolean> = {};
    let finisher: string | undefined;
    let isGuarded = false;

    function own(): void {
        if (!disk.exists(owner)) changed(STAGING);
    }

    /** From here on the next boot tidies up. */
    function guard(source: string): void {
        if (isGuarded) return;
        isGuarded = true;
        if (disk.exists(finish.FINISHER)) {
            if (finish.read(disk, finish.FINISHER) === finish.read(disk, source)) return;
            disk.delete(finish.FINISHER);
        }
        const made = owner + "/startup";
        disk.makeDir(made);
        disk.copy(source, `${owner}/${finish.FINISHER}`);
        // In one step with a folder that is made for it.
        if (disk.isDir("startup")) disk.move(`${owner}/${finish.FINISHER}`, finish.FINISHER);
        else disk.move(made, "startup");
    }

    function accept(sha: string): void {
        staged[sha] = true;
        if (sha === finisher) guard(contents + sha);
    }

    function has(fingerprint: Fingerprint): boolean {
        const sha = fingerprint.sha256;
        const path = contents + sha;
        if (!staged[sha] && disk.exists(path) && sha256(finish.read(disk, path)) === sha) accept(sha);
        return staged[sha]!;
    }

    function keep(): void {
        // What cannot be tidied up now is at the next boot.
        if (disk.exists(owner) && !disk.exists(finish.JOURNAL)) pcall(finish.clean, disk, true);
    }

    const begin = guarded(() => {
        if (finishCommitted(disk) !== undefined) changed("trapos/ccpm.lock.json");
        // A power cut has left it on its way out, and startup files did not run since then.
        if ((finish.placeOf(disk) ?? finish.FINISHER) !== finish.FINISHER) finish.clean(disk, true);
        for (const path of ["startup", "trapos"]) {
            if (disk.exists(path) && !disk.isDir(path)) throw fail("file_in_the_way", { path, name: "ccpm" });
        }
        disk.delete(STAGING);
        disk.makeDir(owner);
        let isSound = disk.exists(FINISHER);
        for (const change of files) {
            const to = change.to;
            if (to !== undefined) staged[to.sha256] = false;
            if (to !== undefined && change.path === FINISHER) {
                finisher = to.sha256;
                // Somebody has changed it.
                if (change.backup !== undefined) isSound = false;
            }
        }
        if (isSound) guard(FINISHER);
        for (const [sha] of pairs(leftBehind(disk)))
            if (staged[sha] === undefined) disk.delete(contents + sha);
    });

    const stage = guarded((fingerprint: Fingerprint, content: string): undefined => {
        own();
        write(disk, contents + fingerprint.sha256, content);
        accept(fingerprint.sha256);
    });

    const commit = guarded((plan: Changes, stateFiles: StateFiles): undefined => {
        own();
        const steps: finish.Step[] = [];
        const going: Record<string, boolean> = {};
        /** Contents and folders. */
        const used: Record<string, boolean> = {};
        let needed = 0;

        function requireFolder(path: string): void {
            const folder = fs.getDir(path);
            if (used[folder] || disk.isDir(folder)) return;
            if (disk.exists(folder) && !going[folder]) changed(folder);
            used[folder] = true;
            needed += LEAST;
            requireFolder(folder);
        }

        for (const change of plan.files) {
            const path = change.path;
            const backup = change.backup;
            const seen: Partial<FileAttributes> = change.found ?? {};
            const now: Partial<FileAttributes> = disk.exists(path) ? disk.attributes(path) : {};
            if (now.size !== seen.size || now.modified !== seen.modified || now.isDir) changed(path);
            if (backup !== undefined) {
                if (disk.exists(backup)) changed(backup);
                requireFolder(backup);
            }
            let source: string | undefined;
            if (change.to === undefined) going[path] = true;
            else {
                if (!staged[change.to.sha256]) changed(STAGING);
                requireFolder(path);
                const content = contents + change.to.sha256;
                // The same content may go to several places.
                source = used[content] ? `${owner}/${steps.length}` : content;
                if (used[content]) disk.copy(content, source);
                used[content] = true;
            }
            steps.push({ path, staged: source, backup, seen: finish.standing(disk, path) });
        }
        for (const path of plan.data) steps.push({ path, folder: true });
        const paths: string[] = [];
        for (const [path] of pairs(stateFiles)) paths.push(path);
        table.sort(paths);
        for (const path of paths) {
            const text = stateFiles[path]!;
            const source = text !== false ? `${owner}/${fs.getName(path)}` : undefined;
            if (source !== undefined) write(disk, source, text as string);
            steps.push({ path, staged: source });
        }
        write(
            disk,
            finish.JOURNAL + ".new",
            encode({ version: 1, title: plan.title, steps } satisfies finish.Journal),
        );

        // Nothing but folders takes space from here on.
        const free = disk.getFreeSpace("/");
        if (free !== "unlimited" && free < needed) throw fail("no_space", { needed, free });
        disk.move(finish.JOURNAL + ".new", finish.JOURNAL);
        finishCommitted(disk);
    });

    const [ok, failure] = begin();
    if (ok) return $multi(true as const, { has, stage, keep, commit });
    keep();
    return $multi(false as const, failure);
}
