/**
 * What a change of the installed packages means for the files of the computer. Reads the disk and touches nothing.
 *
 * Every command comes down to the same: the state as it is and the state as it is to be. Where the files of the two
 * differ, what stands on the disk decides what is done.
 */
import { fail, raise } from "./failure";
import { backupOf, read, standing } from "./finish";
import { sha256 } from "./sha256";
import { CACHE, CONFIGURATION, LOCK, stateFiles } from "./state";
import { FINISHER, LEAST, leftBehind } from "./transaction";
import type {
    Candidate,
    Disk,
    FileChange,
    Finding,
    Fingerprint,
    Found,
    InstalledPackage,
    Lock,
    PackageChange,
    Plan,
    State,
    UninstallOptions,
} from "./types";

/** What the journal says of a file that comes, of one that was there, and of one that goes, beside its paths. */
const ENTRY_TO = 150;
const ENTRY_FOUND = 25;
const ENTRY_GONE = 45;
/** What is there until the end beside the finisher: five folders and a short journal. */
const OVERHEAD = 6 * LEAST + 1500;

interface Owned {
    readonly name: string;
    readonly file: Fingerprint;
}

/** Whose files of no package are: it matches none of them. */
const NOBODYS: Owned = { name: "", file: { size: -1, sha256: "" } };

type Names = Record<string, true | undefined>;

/** The keys of tables, each once, sorted. */
export function keys(...records: object[]): string[] {
    const found: string[] = [];
    const seen: Names = {};
    for (const record of records) {
        for (const [key] of pairs(record as Record<string, unknown>)) {
            if (!seen[key]) found.push(key);
            seen[key] = true;
        }
    }
    table.sort(found);
    return found;
}

/** Whether two values of plain data say the same. */
export function same(one: unknown, other: unknown): boolean {
    if (type(one) !== "table" || type(other) !== "table") return one === other;
    for (const key of keys(one as object, other as object)) {
        if (!same((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]))
            return false;
    }
    return true;
}

/** The file at a path, or undefined where there is none. */
export function look(disk: Disk, path: string): Found | undefined {
    return disk.exists(path) && !disk.isDir(path) ? disk.attributes(path) : undefined;
}

/** Whether there is a file with the content that a fingerprint tells. May yield. */
export function matches(disk: Disk, path: string, file: Fingerprint): boolean {
    const found = look(disk, path);
    return found !== undefined && found.size === file.size && sha256(read(disk, path)) === file.sha256;
}

/** How ccpm's own files stand on the disk: another text once one of them has been written. */
export function stamp(disk: Disk): string {
    let text = "";
    for (const path of [CACHE, CONFIGURATION, LOCK]) text += `${path} ${standing(disk, path)} `;
    return text;
}

function counted(size: number): number {
    return math.max(LEAST, size);
}

/** Whether a package of a lock has a file. */
function brings(lock: Lock, name: string, path: string): boolean {
    const known = lock.packages[name];
    return known !== undefined && known.files[path] !== undefined;
}

/**
 * The files of a lock's packages by path; what is of two packages is of the first, unless that must not be.
 * @param before what is installed, where the lock is to be: of two packages the file is of the one that has it already
 */
function filesOf(lock: Lock, before?: Lock): Record<string, Owned | undefined> {
    const files: Record<string, Owned | undefined> = {};
    const owners: Record<string, { readonly name: string; readonly path: string } | undefined> = {};
    for (const name of keys(lock.packages)) {
        for (const [path, file] of pairs(lock.packages[name]!.files)) {
            // On some hosts' disks capitals do not count.
            const folded = string.lower(path);
            const other = owners[folded];
            if (other !== undefined && before !== undefined) {
                const isFirst = brings(before, other.name, other.path) || !brings(before, name, path);
                const [owner, late] = isFirst ? [other.name, name] : [name, other.name];
                raise("file_conflict", { path, owner, name: late });
            }
            owners[folded] = { name, path };
            files[path] ??= { name, file };
        }
    }
    return files;
}

function packageChanges(before: Lock, after: Lock): PackageChange[] {
    const changes: PackageChange[] = [];
    for (const name of keys(before.packages, after.packages)) {
        const old = before.packages[name];
        const fresh = after.packages[name];
        const from = old && old.version;
        const to = fresh && fresh.version;
        if (from !== to) changes.push({ name, from, to, registry: (fresh ?? old)!.registry });
    }
    return changes;
}

/** Data of packages that go, unless one that stays writes there, too; after the last one what was set aside as well. */
function dataThatGoes(disk: Disk, before: Lock, after: Lock): string[] {
    const going: Names = {};
    const isIn = (path: string, folder: string) => string.find(`${path}/`, `${folder}/`, 1, true)[0] === 1;
    for (const [name, old] of pairs(before.packages)) {
        for (const path of (after.packages[name] === undefined && old.data) || []) {
            if (disk.exists(path)) going[path] = true;
            for (const [, other] of pairs(after.packages)) {
                for (const used of other.data ?? []) {
                    if (isIn(path, used) || isIn(used, path)) going[path] = undefined;
                }
            }
        }
    }
    if (next(before.packages)[0] !== undefined && next(after.packages)[0] === undefined) {
        for (const name of disk.list("trapos")) {
            if (string.find(name, "^ccpm%..*%.broken%d*$")[0] !== undefined) going[`trapos/${name}`] = true;
        }
    }
    return keys(going);
}

/**
 * Plans a change. May yield, where much is to be compared.
 * @param disk CC's fs API
 * @param title as the plan has it
 * @param before the state as it is
 * @param state as it is to be
 * @param notes what is to be told; the plan adds to it
 * @param candidates what the registries offer, by package
 * @param force whether files of no package are moved aside
 * @param repair what is put right although the lock does not change
 * @throws Failure that names what is in the way
 */
export function makePlan(
    disk: Disk,
    title: string,
    before: State,
    state: State,
    notes: string[],
    candidates?: Record<string, readonly Candidate[]>,
    force?: boolean,
    repair?: readonly Finding[],
): Plan {
    const old = filesOf(before.lock);
    const fresh = filesOf(state.lock, before.lock);
    const left = leftBehind(disk);
    const space = disk.getFreeSpace("");
    let free = space === "unlimited" ? math.huge : space;
    // What an earlier run has left is used, or goes.
    for (const [, size] of pairs(left)) free += counted(size);
    const files: FileChange[] = [];
    const folders: Names = {};
    const going: Names = {};
    let download = 0;
    let overhead = OVERHEAD;
    const present = look(disk, FINISHER);
    let finisher = present ? present.size : 0;
    let added = 0;
    let removed = 0;

    function requireFolders(path: string, name: string): void {
        let [folder] = string.match(path, "^(.+)/");
        while (folder !== undefined && !folders[folder]) {
            folders[folder] = true;
            const other = fresh[folder];
            if (other !== undefined) raise("file_conflict", { path: folder, owner: other.name, name });
            if (going[folder] || !disk.exists(folder)) added += LEAST;
            else if (!disk.isDir(folder)) raise("file_in_the_way", { path: folder, name });
            else if (disk.getDrive(folder) !== disk.getDrive("")) raise("other_drive", { path: folder });
            [folder] = string.match(folder, "^(.+)/");
        }
    }

    function planFile(path: string): void {
        const was = old[path];
        const owned = fresh[path];
        const to = owned && owned.file;
        if (was && to && was.file.sha256 === to.sha256) return;
        const found = look(disk, path);
        // What is right already stays, wherever it came from.
        if ((!to && !found) || (to && matches(disk, path, to))) return;
        const name = (owned ?? was)!.name;
        if (disk.getDrive(path) !== disk.getDrive("") && found) raise("other_drive", { path });
        let registry: string | undefined;
        let backup: string | undefined;
        if (to) {
            requireFolders(path, name);
            if (disk.isDir(path)) {
                for (const other of keys(fresh)) {
                    if (string.find(other, `${path}/`, 1, true)[0] === 1)
                        raise("file_conflict", { path, owner: fresh[other]!.name, name });
                }
                raise("folder_in_the_way", { path, name });
            }
            for (const candidate of (candidates && candidates[name]) ?? []) {
                if (same(candidate.files[path], to)) registry ??= candidate.registry;
            }
            if (registry === undefined) {
                const problem = fail("not_repairable", { path, name });
                notes.push(`${problem.message} ${problem.hint}`);
                return;
            }
            added += counted(to.size);
            if (left[to.sha256] !== to.size) download += to.size;
            left[to.sha256] = to.size;
        } else going[path] = true;
        if (found) {
            if (was && matches(disk, path, was.file)) removed += counted(found.size);
            else {
                if (!was && !force) raise("file_exists", { path });
                backup = backupOf(disk, path);
                notes.push(`What was ${path} is kept as ${backup}.`);
            }
        }
        overhead += (to ? ENTRY_TO : ENTRY_GONE) + (found ? ENTRY_FOUND : 0) + 2 * path.length;
        if (to && path === FINISHER) finisher = math.max(finisher, to.size);
        files.push({ path, package: name, to, registry, backup, found });
    }

    // As if what is to be repaired were new, and what is of no package one that goes.
    for (const finding of repair ?? []) old[finding.path] = fresh[finding.path] ? undefined : NOBODYS;
    // A file that goes comes before those of a folder that takes its place.
    for (const path of keys(old, fresh)) planFile(path);

    const data = dataThatGoes(disk, before.lock, state.lock);
    for (const path of data) overhead += ENTRY_GONE + path.length;
    const texts = same(before, state) ? {} : stateFiles(state, before);
    for (const [path, text] of pairs(texts)) {
        const found = look(disk, path);
        if (found !== undefined) removed += counted(found.size);
        if (text !== false) added += counted(text.length);
    }
    return {
        title,
        packages: packageChanges(before.lock, state.lock),
        files,
        data,
        state: texts,
        stamp: before.stamp,
        download,
        needed: overhead + finisher + added,
        free,
        freed: removed - added,
        notes,
    };
}

/**
 * The packages of a lock without some.
 * @param lock as it is
 * @param names packages that go
 * @param options what else goes
 * @param notes gets a line when there are packages that nothing needs afterwards
 * @throws Failure when a package is not installed, or others need it
 */
export function withoutPackages(
    lock: Lock,
    names: readonly string[],
    options: UninstallOptions,
    notes: string[],
): Record<string, InstalledPackage> {
    const all = keys(lock.packages);
    const going: Names = {};
    const queue: string[] = [];
    const remove = (name: string) => {
        if (lock.packages[name] === undefined) raise("not_installed", { name });
        if (!going[name]) queue.push(name);
        going[name] = true;
    };
    for (const name of names) remove(name);
    for (const gone of queue) {
        const users: string[] = [];
        for (const name of all) {
            if (!going[name] && lock.packages[name]!.dependencies[gone] !== undefined) users.push(name);
        }
        const what = table.concat(users, ", ");
        if (what !== "" && options.cascade !== true) raise("needed_by", { name: gone, what });
        for (const name of users) remove(name);
    }

    const needed: Names = {};
    const need = (name: string) => {
        const known = lock.packages[name];
        if (known === undefined || needed[name] || going[name]) return;
        needed[name] = true;
        for (const [dependency] of pairs(known.dependencies)) need(dependency);
    };
    const unused: string[] = [];
    const packages: Record<string, InstalledPackage> = {};
    for (const name of all) if (lock.packages[name]!.automatic !== true) need(name);
    for (const name of all) {
        if (!needed[name] && !going[name]) unused.push(name);
        if (needed[name] || !(going[name] || options.unused)) packages[name] = lock.packages[name]!;
    }
    if (unused.length > 0 && !options.unused) {
        notes.push(`Not needed then: ${table.concat(unused, ", ")}. Remove them, too: add --unused`);
    }
    return packages;
}
