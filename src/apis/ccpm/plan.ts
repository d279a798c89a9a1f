/**
 * What a change of the installed packages means for the files of the computer. Reads the disk and touches nothing.
 *
 * Every command comes down to the same: the state as it is and the state as it is to be. Where the files of the two
 * differ, what stands on the disk decides what is done (`planfile`).
 */
import { look } from "./look";
import { NOBODYS, ownersOf } from "./owners";
import { counted, ENTRY_GONE, planFile, type Planning } from "./planfile";
import { stateFiles } from "./state";
import { keys, same } from "./tables";
import { FINISHER, LEAST, leftBehind } from "./transaction";
import type { Candidate, Disk, Finding, Lock, PackageChange, Plan, State } from "./types";

/** What is there until the end beside the finisher: five folders and a short journal. */
const OVERHEAD = 6 * LEAST + 1500;

/** A change of the state. */
export interface StateChange {
    /** As the plan has it. */
    readonly title: string;
    readonly before: State;
    readonly after: State;
    /** What is to be told; the plan adds to it. */
    readonly notes?: string[];
    /** What the registries offer, by package. */
    readonly candidates?: Record<string, readonly Candidate[]>;
    /** Whether files of no package are moved aside. */
    readonly force?: boolean;
    /** Whether files are removed in place of being replaced, where ccpm itself does not need them. */
    readonly removeFirst?: boolean;
    /** What is put right although the lock does not change. */
    readonly repair?: readonly Finding[];
}

type Names = Record<string, true | undefined>;

/** Which packages come, go, or change their version. */
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

/** Whether a path is a folder, or in it. */
function isIn(path: string, folder: string): boolean {
    return string.find(`${path}/`, `${folder}/`, 1, true)[0] === 1;
}

/** Whether a package of a lock writes into a folder, or into one that it is in. */
function isUsed(lock: Lock, folder: string): boolean {
    for (const [, known] of pairs(lock.packages)) {
        for (const used of known.data ?? []) {
            if (isIn(folder, used) || isIn(used, folder)) return true;
        }
    }
    return false;
}

/** Whether a lock has no package. */
function isEmpty(lock: Lock): boolean {
    return next(lock.packages)[0] === undefined;
}

/** Data of packages that go, unless one that stays writes there, too; after the last one what was set aside as well. */
function dataThatGoes(disk: Disk, before: Lock, after: Lock): string[] {
    const going: Names = {};
    for (const [name, old] of pairs(before.packages)) {
        const data = after.packages[name] === undefined ? old.data : undefined;
        for (const path of data ?? []) {
            if (disk.exists(path) && !isUsed(after, path)) going[path] = true;
        }
    }
    if (!isEmpty(before) && isEmpty(after)) {
        for (const name of disk.list("trapos")) {
            if (string.find(name, "^ccpm%..*%.broken%d*$")[0] !== undefined) going[`trapos/${name}`] = true;
        }
    }
    return keys(going);
}

/** The bytes that are free, with what an earlier run has left: that is used, or goes. */
function freeSpace(disk: Disk, left: Record<string, number>): number {
    const space = disk.getFreeSpace("");
    let free = space === "unlimited" ? math.huge : space;
    for (const [, size] of pairs(left)) free += counted(size);
    return free;
}

/** Notes a package of a lock, and all that it needs. */
function noteNeeded(lock: Lock, name: string, needed: Names): void {
    const known = lock.packages[name];
    if (known === undefined || needed[name]) return;
    needed[name] = true;
    for (const [dependency] of pairs(known.dependencies)) noteNeeded(lock, dependency, needed);
}

/** The packages without which ccpm works. */
function dispensable(lock: Lock): Names {
    const needed: Names = {};
    noteNeeded(lock, "ccpm", needed);
    const names: Names = {};
    for (const [name] of pairs(lock.packages)) {
        if (!needed[name]) names[name] = true;
    }
    return names;
}

/** A plan that has nothing yet. */
function begin(disk: Disk, change: StateChange): Planning {
    const present = look(disk, FINISHER);
    return {
        disk,
        candidates: change.candidates ?? {},
        force: change.force === true,
        later: change.removeFirst === true ? dispensable(change.after.lock) : {},
        old: ownersOf(change.before.lock),
        fresh: ownersOf(change.after.lock, change.before.lock),
        left: leftBehind(disk),
        files: [],
        notes: change.notes ?? [],
        folders: {},
        going: {},
        download: 0,
        overhead: OVERHEAD,
        finisher: present ? present.size : 0,
        added: 0,
        removed: 0,
    };
}

/** Plans what happens to all files. */
function planFiles(planning: Planning, repair: readonly Finding[]): void {
    // As if what is to be repaired were new, and what is of no package one that goes.
    for (const finding of repair) {
        planning.old[finding.path] = planning.fresh[finding.path] ? undefined : NOBODYS;
    }
    // A file that goes comes before those of a folder that takes its place.
    for (const path of keys(planning.old, planning.fresh)) planFile(planning, path);
}

/** The texts of ccpm's own files, which are counted, too. */
function planState(planning: Planning, change: StateChange): Record<string, string | false> {
    if (same(change.before, change.after)) return {};
    const texts = stateFiles(change.after, change.before);
    for (const [path, text] of pairs(texts)) {
        const found = look(planning.disk, path);
        if (found !== undefined) planning.removed += counted(found.size);
        if (text !== false) planning.added += counted(text.length);
    }
    return texts;
}

/**
 * Plans a change. May yield, where much is to be compared.
 * @param disk CC's fs API
 * @param change the plan's `title`, the state `before` and `after`; perhaps `notes` to add to, the `candidates` that
 * registries offer by package, `force` to move files of no package aside, `removeFirst` to have files go that come again
 * with `repair`, and what to `repair` although the lock stays
 * @throws Failure that names what is in the way
 */
export function makePlan(disk: Disk, change: StateChange): Plan {
    const before = change.before;
    const after = change.after;
    const planning = begin(disk, change);
    const free = freeSpace(disk, planning.left);
    planFiles(planning, change.repair ?? []);
    const data = dataThatGoes(disk, before.lock, after.lock);
    for (const path of data) planning.overhead += ENTRY_GONE + path.length;
    const state = planState(planning, change);
    return {
        title: change.title,
        packages: packageChanges(before.lock, after.lock),
        files: planning.files,
        data,
        state,
        stamp: before.stamp,
        download: planning.download,
        needed: planning.overhead + planning.finisher + planning.added,
        free,
        freed: planning.removed - planning.added,
        notes: planning.notes,
    };
}
