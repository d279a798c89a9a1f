/** Which versions of which packages fit together. */
import { raise } from "./failure";
import { compare, satisfies } from "./semver";
import type { Candidate, Chosen, InstalledPackage } from "./types";

type Version = Candidate | InstalledPackage;

/** What a version needs and does not get. */
interface Clash extends Record<string, unknown> {
    /** "trapos-ai 1.0.0 needs trapos-core ^1.0.0" */
    readonly need: string;
    readonly name: string;
    /** What else is needed, so that this cannot be had. */
    but?: string;
}

/** How many pairs of versions are looked at before giving up: seconds of work on a computer. */
const MOST_WORK = 1000000;
/** What it takes to look into a range, in pairs. */
const WORK_OF_RANGE = 100;

/** What is to be resolved. */
export interface Resolution {
    /** Names asked for now: they are to be installed, and are not automatic any more. */
    readonly wanted: readonly string[];
    /** Names of installed packages that are to be upgraded, or true for all. */
    readonly newest: readonly string[] | true;
    readonly installed: Record<string, InstalledPackage>;
    /** Of each name what registries offer, in their order. */
    readonly candidates: Record<string, readonly Candidate[]>;
    /** Why packages are left out that registries offer, by name. */
    readonly leftOut?: Record<string, string>;
}

/** What fits together: all that is installed afterwards, and a line for each package that could not be upgraded. */
export interface Resolved {
    /** Dependencies come before what needs them. An installed package that stays is the very table of `installed`. */
    readonly packages: Chosen[];
    readonly notes: string[];
}

function sortedNames(values: object): string[] {
    const names: string[] = [];
    for (const [name] of pairs(values as Record<string, unknown>)) names.push(name);
    table.sort(names);
    return names;
}

/**
 * Chooses a version for each package that is wanted, installed, or needed by one of those.
 *
 * The first registry in order that has a fitting version is taken; an installed version stays unless it is to be
 * upgraded or does not fit, and never gives way to an older one.
 * @param resolution what is to be resolved
 * @returns what fits together; raises a failure otherwise: `unknown_package`, `left_out`, `no_version`, `conflict`, `cycle` or
 * `too_complex`
 */
export function resolve(resolution: Resolution): Resolved {
    const installed = resolution.installed;
    const isWanted: Record<string, true | undefined> = {};
    const isUpgraded: Record<string, true | undefined> = {};
    /** What is needed, in the order in which versions are chosen. */
    const queue: string[] = [];
    /** The versions of what is in the queue, the best first; of what is chosen that one alone. */
    const options: Record<string, readonly Version[] | undefined> = {};
    /** Why the best versions were not taken. */
    const obstacles: Record<string, string | undefined> = {};
    let work = 0;

    /** Fails where the only versions of a package that there are were left out. */
    const requireNotLeftOut = (name: string): void => {
        const what = resolution.leftOut && resolution.leftOut[name];
        if (what !== undefined) raise("left_out", { name, what });
    };

    const versionsOf = (name: string): Version[] => {
        const versions: Version[] = [];
        const current = installed[name];
        for (const candidate of resolution.candidates[name] ?? []) {
            if (current === undefined || compare(candidate.version, current.version) > 0)
                versions.push(candidate);
        }
        if (current !== undefined)
            table.insert(versions, isUpgraded[name] ? versions.length + 1 : 1, current);
        return versions;
    };

    const need = (names: readonly string[]): void => {
        for (const name of names) {
            if (options[name] === undefined) {
                options[name] = versionsOf(name);
                queue.push(name);
            }
        }
    };

    const check = (name: string, version: Version, other: string, theirs?: Version): Clash | undefined => {
        const range = version.dependencies[other];
        if (range === undefined) return undefined;
        work += WORK_OF_RANGE;
        if (theirs !== undefined && satisfies(theirs.version, range)) return undefined;
        return { need: `${name} ${version.version} needs ${other} ${range}`, name: other };
    };

    /** What keeps a version from being taken: a package in the queue of which no version fits with it. */
    const findClash = (name: string, version: Version): Clash | undefined => {
        for (const other of queue) {
            let clash = check(name, version, other);
            for (const theirs of options[other]!) {
                work += 1;
                clash = check(name, version, other, theirs) ?? check(other, theirs, name, version);
                if (clash === undefined) break;
            }
            if (clash !== undefined) return clash;
        }
        return undefined;
    };

    /** Chooses versions from a place of the queue on; returns why there are none. */
    function search(place: number): Clash | undefined {
        const name = queue[place];
        if (name === undefined) return undefined;
        const count = queue.length;
        const versions = options[name]!;
        if (versions.length === 0) {
            requireNotLeftOut(name);
            raise("unknown_package", { name });
        }
        let blame: Clash | undefined;
        obstacles[name] = undefined;
        for (const version of versions) {
            if (work > MOST_WORK) raise("too_complex");
            options[name] = [version];
            need(sortedNames(version.dependencies));
            const clash = findClash(name, version);
            if (clash === undefined) {
                blame = search(place + 1);
                if (blame === undefined) return undefined;
            } else if (blame === undefined) {
                blame = clash;
            } else if (blame.but === undefined && blame.need !== clash.need) {
                blame.but = clash.need;
            }
            while (queue.length > count) options[queue.pop()!] = undefined;
            if (isUpgraded[name] && obstacles[name] === undefined) {
                obstacles[name] = `${name} ${version.version} is held back: ${blame.need}.`;
            }
        }
        options[name] = versions;
        return blame;
    }

    const packages: Chosen[] = [];
    const isAdded: Record<string, true | undefined> = {};

    /** Adds a package after those that it needs; the trail leads to it: " a > b >". */
    function add(name: string, trail: string): void {
        if (isAdded[name]) return;
        const [start] = string.find(trail, ` ${name} >`, 1, true);
        if (start !== undefined)
            raise("cycle", { what: `${string.sub(trail, start + 1, start + 100)} ${name}` });
        const version = options[name]![0]!;
        for (const dependency of sortedNames(version.dependencies)) add(dependency, `${trail} ${name} >`);
        isAdded[name] = true;
        const current = installed[name];
        const automatic = !isWanted[name] && (current === undefined || current.automatic === true);
        packages.push({ name, package: version, automatic });
    }

    const names = sortedNames(installed);
    const upgraded = resolution.newest === true ? names : resolution.newest;
    for (const name of upgraded) isUpgraded[name] = true;
    for (const name of resolution.wanted) isWanted[name] = true;
    need(resolution.wanted);
    need(upgraded);
    need(names);
    const clash = search(0);
    if (clash !== undefined) {
        const known: string[] = [];
        for (const version of versionsOf(clash.name)) known.push(version.version);
        if (known.length === 0) requireNotLeftOut(clash.name);
        clash.known = known.length === 0 ? "none" : "only " + table.concat(known, ", ");
        raise(clash.but !== undefined ? "conflict" : "no_version", clash);
    }
    const notes: string[] = [];
    for (const name of queue) {
        add(name, "");
        const obstacle = obstacles[name];
        if (obstacle !== undefined) notes.push(obstacle);
    }
    return { packages, notes };
}
