/** Which packages stay when some are uninstalled. */
import { raise } from "./failure";
import { keys } from "./tables";
import type { InstalledPackage, Lock, UninstallOptions } from "./types";

type Names = Record<string, true | undefined>;

/** What is known so far of who goes and who is needed. */
interface Removal {
    readonly lock: Lock;
    /** The names of all packages, sorted. */
    readonly all: readonly string[];
    readonly going: Names;
    /** Those that go, in the order in which they are found. */
    readonly queue: string[];
    /** Those that somebody has asked for and that stay, and all that they need. */
    readonly needed: Names;
}

/** Notes that a package goes. */
function remove(removal: Removal, name: string): void {
    if (removal.lock.packages[name] === undefined) raise("not_installed", { name });
    if (!removal.going[name]) table.insert(removal.queue, name);
    removal.going[name] = true;
}

/** Those that stay and need a package. */
function usersOf(removal: Removal, gone: string): string[] {
    const users: string[] = [];
    for (const name of removal.all) {
        const dependencies = removal.lock.packages[name]!.dependencies;
        if (!removal.going[name] && dependencies[gone] !== undefined) users.push(name);
    }
    return users;
}

/** Lets go what needs a package that goes; fails unless that is wanted. */
function removeUsers(removal: Removal, gone: string, isWanted: boolean): void {
    const users = usersOf(removal, gone);
    if (users.length > 0 && !isWanted) raise("needed_by", { name: gone, what: table.concat(users, ", ") });
    for (const name of users) remove(removal, name);
}

/** Notes that a package is needed, and all that it needs. */
function need(removal: Removal, name: string): void {
    const known = removal.lock.packages[name];
    if (known === undefined || removal.needed[name] || removal.going[name]) return;
    removal.needed[name] = true;
    for (const [dependency] of pairs(known.dependencies)) need(removal, dependency);
}

/** Those that came with another package, and that nothing needs any more. */
function unusedOf(removal: Removal): string[] {
    const unused: string[] = [];
    for (const name of removal.all) {
        if (removal.lock.packages[name]!.automatic !== true) need(removal, name);
    }
    for (const name of removal.all) {
        if (!removal.needed[name] && !removal.going[name]) unused.push(name);
    }
    return unused;
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
    const removal: Removal = { lock, all: keys(lock.packages), going: {}, queue: [], needed: {} };
    for (const name of names) remove(removal, name);
    for (const gone of removal.queue) removeUsers(removal, gone, options.cascade === true);

    const unused = unusedOf(removal);
    if (options.unused) {
        for (const name of unused) remove(removal, name);
    } else if (unused.length > 0) {
        notes.push(`Not needed then: ${table.concat(unused, ", ")}. Remove them, too: add --unused`);
    }
    const packages: Record<string, InstalledPackage> = {};
    for (const name of removal.all) {
        if (!removal.going[name]) packages[name] = lock.packages[name]!;
    }
    return packages;
}
