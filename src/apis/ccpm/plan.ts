/**
 * What a change of the installed packages means for the files of the computer. Reads the disk and touches nothing.
 *
 * Every command comes down to the same: the state as it is and the state as it is to be. Where the files of the two
 * differ, what stands on the disk decides what is done.
 */
import { fail } from "./failure";
import { baseUrl, fileUrl } from "./registry";
import { sha256 } from "./sha256";
import { stateFiles } from "./state";
import { leftBehind } from "./transaction";
import type {
    Candidate,
    Disk,
    FileChange,
    Fingerprint,
    InstalledPackage,
    Lock,
    PackageChange,
    Plan,
    State,
    UninstallOptions,
} from "./types";

/** What CC counts for a folder, and at least for a file. */
const LEAST = 500;
/** What the journal says of a file, beside its paths. */
const JOURNAL_ENTRY = 150;
/** What is there until the end: four folders, a short journal and the finisher. */
const OVERHEAD = 5 * LEAST + 4000;

const EDITED = "it was changed here";
const STRANGE = "it is of no package";

/** What is to be planned. */
export interface Intent {
    readonly title: string;
    readonly before: State;
    readonly state: State;
    /** What is to be told; the plan adds to it. */
    readonly notes: string[];
    /** Whether files of no package are moved aside. */
    readonly force?: boolean;
    /** Paths that are put right although the lock does not change; those of no package are moved aside. */
    readonly repair?: readonly string[];
}

interface Owned {
    readonly name: string;
    readonly owner: InstalledPackage;
    readonly file: Fingerprint;
}

interface Found {
    readonly size: number;
    readonly modified: number;
}

type OwnedFiles = Record<string, Owned | undefined>;
type Names = Record<string, true | undefined>;

/** The keys of a table, sorted. */
export function keys(record: object): string[] {
    const found: string[] = [];
    for (const [key] of pairs(record)) found.push(key);
    table.sort(found);
    return found;
}

/** The file at a path, or undefined where there is none. */
export function look(disk: Disk, path: string): Found | undefined {
    if (!disk.exists(path) || disk.isDir(path)) return undefined;
    const seen = disk.attributes(path);
    return { size: seen.size, modified: seen.modified };
}

/** Whether a file of the disk has the content that a fingerprint tells. May yield. */
export function matches(disk: Disk, path: string, found: Found, file: Fingerprint): boolean {
    if (found.size !== file.size) return false;
    const [handle] = disk.open(path, "rb");
    if (handle === null) return false;
    const content = handle.readAll();
    handle.close();
    return sha256(content ?? "") === file.sha256;
}

function counted(size: number): number {
    return math.max(LEAST, size);
}

/** The files of a lock's packages by path. */
function filesOf(lock: Lock): OwnedFiles {
    const files: OwnedFiles = {};
    for (const name of keys(lock.packages)) {
        const owner = lock.packages[name]!;
        for (const [path, file] of pairs(owner.files)) {
            const other = files[path];
            if (other !== undefined) throw fail("file_conflict", { path, owner: other.name, name });
            files[path] = { name, owner, file };
        }
    }
    return files;
}

/** Where a registry serves a path. Its address was checked when it was added. */
function urlOf(registry: string, path: string): string {
    const [, base] = baseUrl(registry);
    return fileUrl(base as string, path);
}

/** A free name for a file that is kept. CC runs every file of /startup at boot, so those are kept elsewhere. */
function backupOf(disk: Disk, path: string): string {
    const [name] = string.match(path, "^startup/(.+)$");
    const base = name === undefined ? `${path}.ccpm-old` : `startup.ccpm-old/${name}`;
    let backup = base;
    let number = 1;
    while (disk.exists(backup)) {
        number += 1;
        backup = base + number;
    }
    return backup;
}

/** The registry that offers this very file: the one that the package came from, or else the first in order. */
function sourceOf(state: State, owned: Owned, path: string): string | undefined {
    const offers = (registry: string | undefined) => {
        const known = registry !== undefined ? state.cache.registries[registry] : undefined;
        const offered = known && known.packages[owned.name];
        const file = offered && offered.files[path];
        return file !== undefined && file.sha256 === owned.file.sha256;
    };
    const own = owned.owner.registry;
    if (offers(own)) return own;
    for (const registry of state.configuration.registries) {
        if (offers(registry)) return registry;
    }
    return undefined;
}

function packageChanges(before: Lock, after: Lock): PackageChange[] {
    const changes: PackageChange[] = [];
    const all: Names = {};
    for (const lock of [before, after]) for (const [name] of pairs(lock.packages)) all[name] = true;
    for (const name of keys(all)) {
        const old = before.packages[name];
        const fresh = after.packages[name];
        const from = old && old.version;
        const to = fresh && fresh.version;
        const known = (fresh ?? old)!;
        const automatic = known.automatic === true;
        if (from !== to) changes.push({ name, from, to, registry: known.registry, automatic });
    }
    return changes;
}

/** Folders of data that go with their packages, unless one that stays writes there, too. */
function dataThatGoes(disk: Disk, before: Lock, after: Lock): string[] {
    const within = (path: string, folder: string) =>
        string.sub(`${path}/`, 1, folder.length + 1) === `${folder}/`;
    const going: Names = {};
    for (const [name, old] of pairs(before.packages)) {
        for (const path of (after.packages[name] === undefined && old.data) || []) {
            let stays = !disk.exists(path);
            for (const [, other] of pairs(after.packages)) {
                for (const used of other.data ?? []) stays ||= within(path, used) || within(used, path);
            }
            if (!stays) going[path] = true;
        }
    }
    return keys(going);
}

/**
 * Plans a change. May yield, where much is to be compared.
 * @param disk CC's fs API
 * @param intent the state as it is and as it is to be
 * @throws Failure that names what is in the way
 */
export function makePlan(disk: Disk, intent: Intent): Plan {
    const state = intent.state;
    const notes = intent.notes;
    const before = filesOf(intent.before.lock);
    const after = filesOf(state.lock);
    const left = leftBehind(disk);
    const files: FileChange[] = [];
    const folders: Names = {};
    const going: Names = {};
    const repair: Names = {};
    const fetched: Names = {};
    let download = 0;
    let needed = OVERHEAD;
    let freed = 0;

    /** What comes and stays. */
    function grow(size: number): void {
        needed += counted(size);
        freed -= counted(size);
    }

    function requireFolder(path: string, name: string): void {
        const [folder] = string.match(path, "^(.+)/");
        if (folder === undefined || folders[folder]) return;
        requireFolder(folder, name);
        folders[folder] = true;
        const other = after[folder];
        if (other !== undefined) throw fail("file_conflict", { path: folder, owner: other.name, name });
        if (disk.isDir(folder)) {
            if (disk.getDrive(folder) !== disk.getDrive("")) throw fail("other_drive", { path: folder });
        } else {
            if (disk.exists(folder) && !going[folder]) throw fail("file_in_the_way", { path: folder, name });
            grow(LEAST);
        }
    }

    /** Plans what happens to a path, and what is there is kept for a reason that is given. */
    function add(
        path: string,
        name: string,
        found: Found | undefined,
        reason: string | undefined,
        to?: Fingerprint,
        registry?: string,
    ): void {
        let backup: string | undefined;
        needed += JOURNAL_ENTRY + path.length * 2;
        if (reason !== undefined) {
            backup = backupOf(disk, path);
            notes.push(`Kept as ${backup}: ${reason}.`);
        } else if (found !== undefined) freed += counted(found.size);
        if (to === undefined) going[path] = true;
        else {
            grow(to.size);
            if (!fetched[to.sha256] && left[to.sha256] === undefined) download += to.size;
            fetched[to.sha256] = true;
        }
        const url = registry === undefined ? undefined : urlOf(registry, path);
        files.push({ path, package: name, to, url, registry, backup, found });
    }

    for (const path of intent.repair ?? []) {
        repair[path] = true;
        const found = before[path] === undefined && after[path] === undefined ? look(disk, path) : undefined;
        if (found !== undefined) add(path, "", found, STRANGE);
    }
    for (const path of keys(before)) {
        const old = before[path]!;
        const found = after[path] === undefined ? look(disk, path) : undefined;
        if (found !== undefined) {
            add(path, old.name, found, matches(disk, path, found, old.file) ? undefined : EDITED);
        }
    }
    // With the last package goes what was set aside of the state, too.
    const isLast = next(intent.before.lock.packages)[0] !== undefined && next(state.lock.packages)[0] === undefined;
    for (const name of isLast && disk.isDir("trapos") ? disk.list("trapos") : []) {
        const path = `trapos/${name}`;
        const found = string.find(name, "^ccpm%..*%.broken%d*$")[0] === undefined ? undefined : look(disk, path);
        if (found !== undefined) add(path, "", found, undefined);
    }
    for (const path of keys(after)) {
        const owned = after[path]!;
        const name = owned.name;
        const file = owned.file;
        const old = before[path];
        const changes = old === undefined || old.file.sha256 !== file.sha256 || repair[path] === true;
        const found = changes ? look(disk, path) : undefined;
        // What is right already stays, wherever it came from.
        if (changes && !(found !== undefined && matches(disk, path, found, file))) {
            requireFolder(path, name);
            if (disk.isDir(path)) throw fail("folder_in_the_way", { path, name });
            let reason: string | undefined;
            if (found !== undefined) {
                if (old === undefined) {
                    if (intent.force !== true) throw fail("file_exists", { path });
                    reason = STRANGE;
                } else if (!matches(disk, path, found, old.file)) reason = EDITED;
            }
            const registry = sourceOf(state, owned, path);
            if (registry !== undefined) add(path, name, found, reason, file, registry);
            else {
                const problem = fail("not_repairable", { path, name, version: owned.owner.version });
                notes.push(`${problem.message} ${problem.hint}`);
            }
        }
    }

    for (const [path, text] of pairs(stateFiles(state, intent.before))) {
        const found = look(disk, path);
        if (found !== undefined) freed += counted(found.size);
        if (text !== false) grow(text.length);
    }
    // What an earlier run has left is used, or goes.
    for (const [, size] of pairs(left)) {
        needed -= counted(size);
        freed += counted(size);
    }
    const free = disk.getFreeSpace("");
    return {
        title: intent.title,
        packages: packageChanges(intent.before.lock, state.lock),
        files,
        data: dataThatGoes(disk, intent.before.lock, state.lock),
        before: intent.before,
        state,
        download,
        needed: math.max(0, needed),
        free: free === "unlimited" ? math.huge : free,
        freed,
        notes,
    };
}

/**
 * What the lock says of a package that is installed.
 * @param source what its registry says, or the lock until now
 * @param automatic whether nobody asked for it
 */
export function installed(source: Candidate | InstalledPackage, automatic: boolean): InstalledPackage {
    const copy: Record<string, unknown> = {};
    for (const [field, value] of pairs(source)) copy[field] = value;
    copy["description"] = undefined;
    copy["automatic"] = automatic || undefined;
    return copy as unknown as InstalledPackage;
}

/** Names of packages that nobody asked for, and that none needs of those that stay. */
function unneeded(lock: Lock, going: Names): string[] {
    const needed: Names = {};
    function visit(name: string): void {
        const known = lock.packages[name];
        if (known === undefined || needed[name] || going[name]) return;
        needed[name] = true;
        for (const [dependency] of pairs(known.dependencies)) visit(dependency);
    }
    for (const [name, known] of pairs(lock.packages)) if (known.automatic !== true) visit(name);
    const names: string[] = [];
    for (const name of keys(lock.packages)) if (!needed[name] && !going[name]) names.push(name);
    return names;
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
    const going: Names = {};
    const queue: string[] = [];
    function remove(name: string): void {
        if (lock.packages[name] === undefined) throw fail("not_installed", { name });
        if (!going[name]) queue.push(name);
        going[name] = true;
    }
    for (const name of names) remove(name);
    const all = keys(lock.packages);
    for (const gone of queue) {
        const users: string[] = [];
        for (const name of all) {
            if (!going[name] && lock.packages[name]!.dependencies[gone] !== undefined) users.push(name);
        }
        const what = table.concat(users, ", ");
        if (what !== "" && options.cascade !== true) throw fail("needed_by", { name: gone, what });
        for (const name of users) remove(name);
    }
    const unused = unneeded(lock, going);
    if (options.unused === true) for (const name of unused) remove(name);
    else if (unused.length > 0) {
        notes.push(`Not needed any more: ${table.concat(unused, ", ")}. To remove: ccpm uninstall --unused`);
    }
    const packages: Record<string, InstalledPackage> = {};
    for (const [name, known] of pairs(lock.packages)) if (!going[name]) packages[name] = known;
    return packages;
}
