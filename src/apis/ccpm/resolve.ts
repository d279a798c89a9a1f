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

type Names = Record<string, true | undefined>;

/** A search under way: what is chosen so far, and what that needs. */
interface Search {
    readonly resolution: Resolution;
    readonly isUpgraded: Names;
    /** What is needed, in the order in which versions are chosen. */
    readonly queue: string[];
    /** The versions of what is in the queue, the best first; of what is chosen that one alone. */
    readonly options: Record<string, readonly Version[] | undefined>;
    /** Why the best versions were not taken. */
    readonly obstacles: Record<string, string | undefined>;
    /** Pairs of versions that were looked at. */
    work: number;
}

function sortedNames(values: object): string[] {
    const names: string[] = [];
    for (const [name] of pairs(values as Record<string, unknown>)) names.push(name);
    table.sort(names);
    return names;
}

function setOf(names: readonly string[]): Names {
    const set: Names = {};
    for (const name of names) set[name] = true;
    return set;
}

/** Fails where the only versions of a package that there are were left out. */
function requireNotLeftOut(search: Search, name: string): void {
    const leftOut = search.resolution.leftOut;
    const what = leftOut && leftOut[name];
    if (what !== undefined) raise("left_out", { name, what });
}

/** The versions that a package may have, the best first: the installed one, unless it is to be upgraded, and newer ones. */
function versionsOf(search: Search, name: string): Version[] {
    const versions: Version[] = [];
    const current = search.resolution.installed[name];
    for (const candidate of search.resolution.candidates[name] ?? []) {
        if (current === undefined || compare(candidate.version, current.version) > 0)
            versions.push(candidate);
    }
    if (current !== undefined)
        table.insert(versions, search.isUpgraded[name] ? versions.length + 1 : 1, current);
    return versions;
}

/** Puts packages into the queue, unless they are in it. */
function enqueue(search: Search, names: readonly string[]): void {
    for (const name of names) {
        if (search.options[name] === undefined) {
            search.options[name] = versionsOf(search, name);
            table.insert(search.queue, name);
        }
    }
}

/** Looks whether a version of one package takes a version of another, or any where none is given. */
function checkNeed(
    search: Search,
    name: string,
    version: Version,
    other: string,
    theirs?: Version,
): Clash | undefined {
    const range = version.dependencies[other];
    if (range === undefined) return undefined;
    search.work += WORK_OF_RANGE;
    if (theirs !== undefined && satisfies(theirs.version, range)) return undefined;
    return { need: `${name} ${version.version} needs ${other} ${range}`, name: other };
}

/** What keeps a version from going with another package: the last clash where none of its versions fits. */
function clashWith(search: Search, name: string, version: Version, other: string): Clash | undefined {
    let clash = checkNeed(search, name, version, other);
    for (const theirs of search.options[other]!) {
        search.work += 1;
        clash =
            checkNeed(search, name, version, other, theirs) ??
            checkNeed(search, other, theirs, name, version);
        if (clash === undefined) return undefined;
    }
    return clash;
}

/** What keeps a version from being taken: a package in the queue of which no version fits with it. */
function findClash(search: Search, name: string, version: Version): Clash | undefined {
    for (const other of search.queue) {
        const clash = clashWith(search, name, version, other);
        if (clash !== undefined) return clash;
    }
    return undefined;
}

/** Which of two clashes is told of: the first, and with it what the second adds. */
function blameFor(first: Clash | undefined, second: Clash): Clash {
    if (first === undefined) return second;
    if (first.but === undefined && first.need !== second.need) first.but = second.need;
    return first;
}

/** Takes back what was put into the queue since it had so many entries. */
function shorten(search: Search, count: number): void {
    const queue = search.queue;
    while (queue.length > count) search.options[queue.pop()!] = undefined;
}

/** Chooses versions from a place of the queue on; returns why there are none. */
function choose(search: Search, place: number): Clash | undefined {
    const name = search.queue[place];
    if (name === undefined) return undefined;
    const count = search.queue.length;
    const versions = search.options[name]!;
    if (versions.length === 0) {
        requireNotLeftOut(search, name);
        raise("unknown_package", { name });
    }
    let blame: Clash | undefined;
    search.obstacles[name] = undefined;
    for (const version of versions) {
        if (search.work > MOST_WORK) raise("too_complex");
        search.options[name] = [version];
        enqueue(search, sortedNames(version.dependencies));
        const clash = findClash(search, name, version);
        if (clash === undefined) {
            blame = choose(search, place + 1);
            if (blame === undefined) return undefined;
        } else {
            blame = blameFor(blame, clash);
        }
        shorten(search, count);
        if (search.isUpgraded[name] && search.obstacles[name] === undefined) {
            search.obstacles[name] = `${name} ${version.version} is held back: ${blame.need}.`;
        }
    }
    search.options[name] = versions;
    return blame;
}

/** Fails with why nothing fits. */
function raiseClash(search: Search, clash: Clash): never {
    const known: string[] = [];
    for (const version of versionsOf(search, clash.name)) known.push(version.version);
    if (known.length === 0) requireNotLeftOut(search, clash.name);
    clash.known = known.length === 0 ? "none" : "only " + table.concat(known, ", ");
    return raise(clash.but !== undefined ? "conflict" : "no_version", clash);
}

/**
 * Adds a package to a list, after those that it needs.
 * @param isWanted names that were asked for
 * @param isAdded names that are in the list
 * @param trail what leads to it: " a > b >"
 */
function addChosen(
    search: Search,
    packages: Chosen[],
    name: string,
    isWanted: Names,
    isAdded: Names,
    trail: string,
): void {
    if (isAdded[name]) return;
    const [start] = string.find(trail, ` ${name} >`, 1, true);
    if (start !== undefined) raise("cycle", { what: `${string.sub(trail, start + 1, start + 100)} ${name}` });
    const version = search.options[name]![0]!;
    for (const dependency of sortedNames(version.dependencies)) {
        addChosen(search, packages, dependency, isWanted, isAdded, `${trail} ${name} >`);
    }
    isAdded[name] = true;
    const current = search.resolution.installed[name];
    const automatic = !isWanted[name] && (current === undefined || current.automatic === true);
    packages.push({ name, package: version, automatic });
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
    const names = sortedNames(resolution.installed);
    const upgraded = resolution.newest === true ? names : resolution.newest;
    const isUpgraded = setOf(upgraded);
    const search: Search = { resolution, isUpgraded, queue: [], options: {}, obstacles: {}, work: 0 };
    for (const needed of [resolution.wanted, upgraded, names]) enqueue(search, needed);
    const clash = choose(search, 0);
    if (clash !== undefined) raiseClash(search, clash);

    const packages: Chosen[] = [];
    const notes: string[] = [];
    const isWanted = setOf(resolution.wanted);
    const isAdded: Names = {};
    for (const name of search.queue) {
        addChosen(search, packages, name, isWanted, isAdded, "");
        const obstacle = search.obstacles[name];
        if (obstacle !== undefined) notes.push(obstacle);
    }
    return { packages, notes };
}
