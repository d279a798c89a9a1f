/**
 * What a change of the installed packages means for the files of the computer. Reads the disk and touches nothing.
 *
 * Every command comes down to the same: the state as it is and the state as it is to be. Where the files of the two
 * differ, what stands on the disk decides what is done.
 */
import { fail, type Failure } from "./failure";
import { sha256 } from "./sha256";
import { stateFiles } from "./state";
import { leftBehind } from "./transaction";
import type {
    Chosen,
    Disk,
    FileChange,
    Fingerprint,
    InstalledPackage,
    Lock,
    PackageChange,
    Plan,
    Result,
    State,
    UninstallOptions,
} from "./types";

const FINISHER = "apis/ccpm/finish.lua";
/** What CC counts for a folder, and at least for a file. */
const LEAST = 500;
/** Bytes of the journal for a file, beside its paths. */
const JOURNAL_ENTRY = 120;

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

/** The folder that a path is in, or undefined for the root. */
export function folderOf(path: string): string | undefined {
    return string.match(path, "^(.+)/")[0];
}

function counted(size: number): number {
    return math.max(LEAST, size);
}

function filesOf(lock: Lock): Result<OwnedFiles> {
    const files: OwnedFiles = {};
    for (const name of keys(lock.packages)) {
        const owner = lock.packages[name]!;
        for (const [path, file] of pairs(owner.files)) {
            const other = files[path];
            if (other !== undefined) {
                return $multi(false as const, fail("file_conflict", { path, owner: other.name, name }));
            }
            files[path] = { name, owner, file };
        }
    }
    return $multi(true as const, files);
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
    const all: Names = {};
    for (const [name] of pairs(before.packages)) all[name] = true;
    for (const [name] of pairs(after.packages)) all[name] = true;
    const changes: PackageChange[] = [];
    for (const name of keys(all)) {
        const old = before.packages[name];
        const fresh = after.packages[name];
        const from = old && old.version;
        const to = fresh && fresh.version;
        const known = (fresh ?? old)!;
        if (from !== to) {
            changes.push({ name, from, to, registry: known.registry, automatic: known.automatic === true });
        }
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
 * @param urlOf where a registry serves a path
 * @returns the plan, or a failure that names what is in the way
 */
export function makePlan(
    disk: Disk,
    intent: Intent,
    urlOf: (registry: string, path: string) => string,
): Result<Plan> {
    const { title, state, notes } = intent;
    const [, before] = filesOf(intent.before.lock) as unknown as LuaMultiReturn<[true, OwnedFiles]>;
    const [clear, wanted] = filesOf(state.lock);
    if (!clear) return $multi(false as const, wanted);
    const after = wanted;
    const left = leftBehind(disk);
    const files: FileChange[] = [];
    const folders: Record<string, boolean | undefined> = {};
    const going: Names = {};
    const repair: Names = {};
    const fetched: Names = {};
    let download = 0;
    let needed = 0;
    let freed = 0;

    function folderProblem(folder: string | undefined, name: string): Failure | undefined {
        if (folder === undefined || folders[folder] !== undefined) return undefined;
        const problem = folderProblem(folderOf(folder), name);
        if (problem !== undefined) return problem;
        const other = after[folder];
        if (other !== undefined) return fail("file_conflict", { path: folder, owner: other.name, name });
        const isFolder = disk.isDir(folder);
        folders[folder] = isFolder;
        if (isFolder) {
            return disk.getDrive(folder) === disk.getDrive("") ? undefined : fail("other_drive", { path: folder });
        }
        if (disk.exists(folder) && !going[folder]) return fail("file_in_the_way", { path: folder, name });
        needed += LEAST;
        freed -= LEAST;
        return undefined;
    }

    function keep(path: string, why: string): string {
        const backup = backupOf(disk, path);
        notes.push(`Kept as ${backup}: ${why}.`);
        return backup;
    }

    function add(change: FileChange): void {
        const { found, to } = change;
        files.push(change);
        if (found !== undefined && change.backup === undefined) freed += counted(found.size);
        if (to === undefined) {
            going[change.path] = true;
            return;
        }
        const size = counted(to.size);
        needed += size;
        freed -= size;
        if (fetched[to.sha256] === undefined && left[to.sha256] === undefined) download += to.size;
        fetched[to.sha256] = true;
    }

    for (const path of intent.repair ?? []) {
        repair[path] = true;
        const found = look(disk, path);
        if (found !== undefined && before[path] === undefined && after[path] === undefined) {
            add({ path, package: "", backup: keep(path, STRANGE), found });
        }
    }
    for (const path of keys(before)) {
        const old = before[path]!;
        const found = after[path] === undefined ? look(disk, path) : undefined;
        if (found !== undefined) {
            const own = matches(disk, path, found, old.file);
            add({ path, package: old.name, backup: own ? undefined : keep(path, EDITED), found });
        }
    }
    for (const path of keys(after)) {
        const owned = after[path]!;
        const { name, file } = owned;
        const old = before[path];
        const changes = old === undefined || old.file.sha256 !== file.sha256 || repair[path] === true;
        const found = changes ? look(disk, path) : undefined;
        // What is right already stays, wherever it came from.
        if (changes && !(found !== undefined && matches(disk, path, found, file))) {
            const blocked = disk.isDir(path)
                ? fail("folder_in_the_way", { path, name })
                : folderProblem(folderOf(path), name);
            if (blocked !== undefined) return $multi(false as const, blocked);
            const replaced = found === undefined || (old !== undefined && matches(disk, path, found, old.file));
            if (!replaced && old === undefined && intent.force !== true) {
                return $multi(false as const, fail("file_exists", { path }));
            }
            const registry = sourceOf(state, owned, path);
            if (registry === undefined) {
                const problem = fail("not_repairable", { path, name, version: owned.owner.version });
                notes.push(`${problem.message} ${problem.hint}`);
            } else {
                const backup = replaced ? undefined : keep(path, old === undefined ? STRANGE : EDITED);
                const to = { size: file.size, sha256: file.sha256 };
                add({ path, package: name, to, url: urlOf(registry, path), registry, backup, found });
            }
        }
    }

    // What is only there until the end: the staging folder, the journal, the finisher and folders for these.
    let journal = title.length + JOURNAL_ENTRY * 4;
    for (const change of files) journal += JOURNAL_ENTRY + change.path.length * 2;
    const finisher = after[FINISHER] ?? before[FINISHER];
    needed += LEAST + counted(journal) + counted(finisher === undefined ? 0 : finisher.file.size);
    for (const folder of ["startup", "trapos"]) needed += disk.exists(folder) ? 0 : LEAST;
    for (const [path, text] of pairs(stateFiles(state, intent.before))) {
        const found = look(disk, path);
        if (found !== undefined) freed += counted(found.size);
        if (text !== false) {
            needed += counted(text.length);
            freed -= counted(text.length);
        }
    }
    // What an earlier run has left is used, or goes.
    for (const [, size] of pairs(left)) {
        needed -= counted(size);
        freed += counted(size);
    }
    const free = disk.getFreeSpace("");
    return $multi(true as const, {
        title,
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
    });
}

/** The lock that a resolution leads to. */
export function lockWith(chosen: readonly Chosen[]): Lock {
    const packages: Record<string, InstalledPackage> = {};
    for (const choice of chosen) {
        const { version, dependencies, files, autostart, data, registry } = choice.package;
        const automatic = choice.automatic ? true : undefined;
        packages[choice.name] = { version, dependencies, files, autostart, data, registry, automatic };
    }
    return { version: 1, packages };
}

/** Names of packages that nobody asked for and that none of those needs that stay. */
function unneeded(lock: Lock, going: Names): string[] {
    const needed: Names = {};
    const visit = (name: string) => {
        const known = lock.packages[name];
        if (known === undefined || needed[name] || going[name]) return;
        needed[name] = true;
        for (const [dependency] of pairs(known.dependencies)) visit(dependency);
    };
    for (const [name, known] of pairs(lock.packages)) if (known.automatic !== true) visit(name);
    const names: string[] = [];
    for (const name of keys(lock.packages)) if (!needed[name] && !going[name]) names.push(name);
    return names;
}

/**
 * The lock without some packages.
 * @param lock as it is
 * @param names packages that go
 * @param options what else goes
 * @param notes gets a line when there are packages that nothing needs afterwards
 * @returns fails when a package is not installed, or others need it
 */
export function lockWithout(
    lock: Lock,
    names: readonly string[],
    options: UninstallOptions,
    notes: string[],
): Result<Lock> {
    const going: Names = {};
    for (const name of names) {
        if (lock.packages[name] === undefined) return $multi(false as const, fail("not_installed", { name }));
        going[name] = true;
    }
    const all = keys(lock.packages);
    let more = true;
    while (more) {
        more = false;
        for (const needed of all) {
            const users: string[] = [];
            for (const name of all) {
                if (going[needed] && !going[name] && lock.packages[name]!.dependencies[needed] !== undefined) {
                    users.push(name);
                }
            }
            if (users.length > 0 && options.cascade !== true) {
                const what = table.concat(users, ", ");
                return $multi(false as const, fail("needed_by", { name: needed, what }));
            }
            for (const name of users) {
                going[name] = true;
                more = true;
            }
        }
    }
    const unused = unneeded(lock, going);
    if (options.unused === true) for (const name of unused) going[name] = true;
    else if (unused.length > 0) {
        notes.push(`Not needed any more: ${table.concat(unused, ", ")}. To remove: ccpm uninstall --unused`);
    }
    const packages: Record<string, InstalledPackage> = {};
    for (const [name, known] of pairs(lock.packages)) if (!going[name]) packages[name] = known;
    return $multi(true as const, { version: 1, packages });
}
