/** Changes files of the computer all at once or not at all, whenever the power goes. */
import { encode } from "../json";
import { fail } from "./failure";
import * as finish from "./finish";
import { sha256 } from "./sha256";
import type { Disk, FileChange, Fingerprint, Plan, Result } from "./types";

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
     * @param stateFiles the texts of ccpm's own files by path from the root, false for those that go; they are written
     * last, the lock after the others
     */
    readonly commit: (
        this: void,
        plan: Pick<Plan, "title" | "files" | "data">,
        stateFiles: Record<string, string | false>,
    ) => Result<undefined>;
}

/** What a folder takes of the disk. Source: MountConstants in CC: Tweaked. */
const FOLDER_BYTES = 500;

const FINISHER = "apis/ccpm/finish.lua";

const STAGING = finish.STAGING;

/** Does something with the disk; what it raises becomes a failure. */
function attempt(action: () => void): Result<undefined> {
    const [ok, problem] = pcall(action);
    if (ok) return $multi(true as const, undefined);
    if (type(problem) === "table") return $multi(false as const, problem as never);
    return $multi(false as const, fail("cannot_write", { path: STAGING, what: finish.reasonOf(problem) }));
}

function changed(path: string): never {
    throw fail("changed_meanwhile", { path });
}

/** The content of a file, or nothing where there is none. */
function read(disk: Disk, path: string): string {
    const [file] = disk.open(path, "rb");
    if (file === null) return "";
    const content = file.readAll() ?? "";
    file.close();
    return content;
}

/** Writes a new file, of which nothing stays when that fails. */
function write(disk: Disk, path: string, content: string): void {
    const [file, reason] = disk.open(path, "wb");
    if (file === null) throw reason;
    const [ok, problem] = pcall(() => { file.write(content); });
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
    if (disk.isDir(finish.PARTIAL)) {
        for (const name of disk.list(finish.PARTIAL)) sizes[name] = disk.getSize(`${finish.PARTIAL}/${name}`);
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
    const staging = STAGING + "/";
    /** In it as long as this is the transaction that it belongs to. */
    const owner = `${staging}of-${math.random(1000000000)}`;
    /** Contents by sha256; false where nobody has looked whether they are right. */
    const staged: Record<string, boolean> = {};
    let finisher: string | undefined;

    function own(): void {
        if (!disk.exists(owner)) changed(STAGING);
    }

    /** From here on the next boot tidies up. */
    function guard(source: string): void {
        if (disk.exists(finish.FINISHER)) return;
        disk.copy(source, staging + "finish.lua");
        finish.moveTo(disk, staging + "finish.lua", finish.FINISHER);
    }

    function accept(sha: string): void {
        staged[sha] = true;
        if (sha === finisher) guard(staging + sha);
    }

    function has(fingerprint: Fingerprint): boolean {
        const sha = fingerprint.sha256;
        if (staged[sha] === false && sha256(read(disk, staging + sha)) === sha) accept(sha);
        return staged[sha] === true;
    }

    function keep(): void {
        if (!disk.exists(owner) || disk.exists(finish.JOURNAL)) return;
        // What cannot be tidied up now is at the next boot.
        pcall(() => {
            for (const name of disk.list(STAGING)) {
                if (staged[name] === undefined) disk.delete(staging + name);
            }
            if (next(staged)[0] !== undefined && !disk.exists(finish.PARTIAL)) disk.move(STAGING, finish.PARTIAL);
            finish.clean(disk, true);
        });
    }

    /** All of `commit` that can fail. */
    function prepare(plan: Pick<Plan, "title" | "files" | "data">, stateFiles: Record<string, string | false>): void {
        for (const change of plan.files) {
            if (change.to !== undefined && !has(change.to)) changed(STAGING);
        }
        own();
        const steps: finish.Step[] = [];
        const gone: Record<string, boolean> = {};
        const used: Record<string, boolean> = {};
        const targets: string[] = [];
        for (const { path, to, backup, found } of plan.files) {
            const now: Partial<FileAttributes> = disk.exists(path) ? disk.attributes(path) : {};
            const seen: Partial<FileAttributes> = found ?? {};
            if (now.size !== seen.size || now.modified !== seen.modified || now.isDir) changed(path);
            if (backup !== undefined) {
                if (disk.exists(backup)) changed(backup);
                targets.push(backup);
            }
            if (to === undefined) {
                // Before what comes: that may need a folder where this was a file.
                table.insert(steps, 1, { path, backup });
                gone[path] = true;
            } else {
                // The same content may go to several places.
                let name = to.sha256;
                while (used[name]) name += "-";
                used[name] = true;
                if (name !== to.sha256) disk.copy(staging + to.sha256, staging + name);
                targets.push(path);
                steps.push({ path, staged: name, backup });
            }
        }
        for (const path of plan.data) steps.push({ path, folder: true });
        const states: string[] = [];
        for (const [path] of pairs(stateFiles)) states.push(path);
        table.sort(states);
        for (const path of states) {
            const text = stateFiles[path]!;
            if (text === false) {
                steps.push({ path });
            } else if (read(disk, path) !== text) {
                const [name] = string.match(path, "[^/]+$");
                write(disk, staging + name!, text);
                steps.push({ path, staged: name });
            }
        }
        const journal: finish.Journal = { version: 1, title: plan.title, steps };
        write(disk, finish.JOURNAL + ".new", encode(journal));

        // Nothing but folders takes space from here on.
        let needed = 0;
        for (const path of targets) {
            let [folder] = string.match(path, "^(.+)/");
            while (folder !== undefined && !disk.isDir(folder) && !used[folder]) {
                if (disk.exists(folder) && !gone[folder]) changed(folder);
                used[folder] = true;
                needed += FOLDER_BYTES;
                [folder] = string.match(folder, "^(.+)/");
            }
        }
        const free = disk.getFreeSpace("/");
        if (free !== "unlimited" && free < needed) throw fail("no_space", { needed, free });
        disk.move(finish.JOURNAL + ".new", finish.JOURNAL);
    }

    const [ok, failure] = attempt(() => {
        if (disk.exists(finish.JOURNAL)) {
            const [done, line] = finish.recover(disk);
            if (!done) throw fail("not_finished", { what: line });
            changed("trapos/ccpm.lock.json");
        }
        if (disk.exists("startup") && !disk.isDir("startup")) {
            throw fail("file_in_the_way", { path: "startup", name: "ccpm" });
        }
        disk.delete(STAGING);
        disk.makeDir(owner);
        if (disk.exists(FINISHER)) guard(FINISHER);
        for (const change of files) {
            const sha = change.to?.sha256;
            if (change.path === FINISHER) finisher = sha;
            if (sha !== undefined && staged[sha] === undefined && disk.exists(`${finish.PARTIAL}/${sha}`)) {
                disk.move(`${finish.PARTIAL}/${sha}`, staging + sha);
                staged[sha] = false;
            }
        }
        disk.delete(finish.PARTIAL);
    });
    if (!ok) {
        keep();
        return $multi(false as const, failure);
    }
    const transaction: Transaction = {
        has,
        keep,
        stage: (fingerprint, content) =>
            attempt(() => {
                own();
                write(disk, staging + fingerprint.sha256, content);
                accept(fingerprint.sha256);
            }),
        commit: (plan, stateFiles) =>
            attempt(() => {
                prepare(plan, stateFiles);
                const [done, line] = finish.recover(disk);
                if (!done) throw fail("not_finished", { what: line });
            }),
    };
    return $multi(true as const, transaction);
}
