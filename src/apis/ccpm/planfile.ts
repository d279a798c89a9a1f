/** What happens to one file when packages change: what stands on the disk decides. Reads the disk and touches nothing. */
import { fail, raise } from "./failure";
import { backupOf } from "./finish";
import { look, matches } from "./look";
import type { Owned, Owners } from "./owners";
import { keys, same } from "./tables";
import { FINISHER, LEAST } from "./transaction";
import type { Candidate, Disk, FileChange, Fingerprint, Found } from "./types";

/** What the journal says of a file that comes, of one that was there, and of one that goes, beside its paths. */
const ENTRY_TO = 150;
const ENTRY_FOUND = 25;
export const ENTRY_GONE = 45;

type Names = Record<string, true | undefined>;

/** A plan that is being made. */
export interface Planning {
    readonly disk: Disk;
    /** What the registries offer, by package, in their order. */
    readonly candidates: Readonly<Record<string, readonly Candidate[]>>;
    /** Whether files of no package are moved aside. */
    readonly force: boolean;
    /** Packages whose files go and come later, as there is no room for old and new ones. */
    readonly later: Names;
    /** The files of the packages before and afterwards. */
    readonly old: Owners;
    readonly fresh: Owners;
    /** The sizes of contents that need not be fetched, by sha256. */
    readonly left: Record<string, number>;
    readonly files: FileChange[];
    readonly notes: string[];
    /** Folders that were looked at, and files that go. */
    readonly folders: Names;
    readonly going: Names;
    /** Bytes: to be fetched, of the journal, of the finisher, that come, and that go. */
    download: number;
    overhead: number;
    finisher: number;
    added: number;
    removed: number;
}

/** What a file counts on the disk. */
export function counted(size: number): number {
    return math.max(LEAST, size);
}

/** Fails where a path is on another drive: nothing can be moved there in one step. */
function requireSameDrive(disk: Disk, path: string): void {
    if (disk.getDrive(path) !== disk.getDrive("")) raise("other_drive", { path });
}

/** Sees to it that there can be folders for a path, and counts those that come. */
function requireFolders(planning: Planning, path: string, name: string): void {
    const disk = planning.disk;
    const [folder] = string.match(path, "^(.+)/");
    if (folder === undefined || planning.folders[folder]) return;
    planning.folders[folder] = true;
    const other = planning.fresh[folder];
    if (other !== undefined) raise("file_conflict", { path: folder, owner: other.name, name });
    if (planning.going[folder] || !disk.exists(folder)) planning.added += LEAST;
    else if (!disk.isDir(folder)) raise("file_in_the_way", { path: folder, name });
    else requireSameDrive(disk, folder);
    requireFolders(planning, folder, name);
}

/** Fails where a folder stands in a file's place. */
function requireNoFolder(planning: Planning, path: string, name: string): void {
    if (!planning.disk.isDir(path)) return;
    for (const other of keys(planning.fresh)) {
        if (string.find(other, `${path}/`, 1, true)[0] === 1)
            raise("file_conflict", { path, owner: planning.fresh[other]!.name, name });
    }
    raise("folder_in_the_way", { path, name });
}

/** The first registry that has a file as it is to be. */
function registryOf(planning: Planning, path: string, owned: Owned): string | undefined {
    for (const candidate of planning.candidates[owned.name] ?? []) {
        if (same(candidate.files[path], owned.file)) return candidate.registry;
    }
    return undefined;
}

/** Tells that nobody has a file any more. */
function noteNotRepairable(planning: Planning, path: string, name: string): void {
    const problem = fail("not_repairable", { path, name });
    table.insert(planning.notes, `${problem.message} ${problem.hint}`);
}

/** Counts a file that comes. */
function countNew(planning: Planning, path: string, file: Fingerprint): void {
    planning.added += counted(file.size);
    if (planning.left[file.sha256] !== file.size) planning.download += file.size;
    planning.left[file.sha256] = file.size;
    planning.overhead += ENTRY_TO;
    if (path === FINISHER) planning.finisher = math.max(planning.finisher, file.size);
}

/**
 * Where the file that is there is kept: nowhere if a package has brought it and nobody has changed it. Fails where it is of
 * no package.
 */
function backupFor(planning: Planning, path: string, found: Found): string | undefined {
    const was = planning.old[path];
    if (was && matches(planning.disk, path, was.file)) {
        planning.removed += counted(found.size);
        return undefined;
    }
    if (!was && !planning.force) raise("file_exists", { path });
    const backup = backupOf(planning.disk, path);
    table.insert(planning.notes, `What was ${path} is kept as ${backup}.`);
    return backup;
}

/** Whether nothing is to be done. What is right already stays, wherever it came from. */
function isAsWanted(planning: Planning, path: string, found: Found | undefined): boolean {
    const owned = planning.fresh[path];
    if (owned === undefined) return found === undefined;
    return matches(planning.disk, path, owned.file);
}

/**
 * Plans what happens to a file. May yield.
 * @param planning gets the change, where there is one
 * @param path a file that a package has, or had
 */
export function planFile(planning: Planning, path: string): void {
    const was = planning.old[path];
    const owned = planning.fresh[path];
    if (was && owned && was.file.sha256 === owned.file.sha256) return;
    const found = look(planning.disk, path);
    if (isAsWanted(planning, path, found)) return;
    if (found) requireSameDrive(planning.disk, path);

    const name = (owned ?? was)!.name;
    const isLater = owned !== undefined && planning.later[name] === true;
    if (isLater && found === undefined) return;
    const comes = !isLater ? owned : undefined;
    let registry: string | undefined;
    if (comes) {
        requireFolders(planning, path, name);
        requireNoFolder(planning, path, name);
        registry = registryOf(planning, path, comes);
        if (registry === undefined) return noteNotRepairable(planning, path, name);
        countNew(planning, path, comes.file);
    } else {
        planning.going[path] = true;
        planning.overhead += ENTRY_GONE;
    }
    const backup = found ? backupFor(planning, path, found) : undefined;
    planning.overhead += (found ? ENTRY_FOUND : 0) + 2 * path.length;
    table.insert(planning.files, { path, package: name, to: comes && comes.file, registry, backup, found });
}
