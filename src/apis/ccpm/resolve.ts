/** Which versions of which packages fit together. */
import { fail, type Failure } from "./failure";
import { compare, satisfies } from "./semver";
import type { Candidate, Chosen, InstalledPackage, Result } from "./types";

type Version = Candidate | InstalledPackage;

/** Why nothing fits: the names whose versions would have to be others, and what to say. */
interface DeadEnd {
    readonly culprits: Record<string, boolean | undefined>;
    readonly failure: Failure;
}

/** What does not fit: `who` needs `name` in `range`, and the version that is chosen for `culprit` prevents that. */
type Clash = {
    readonly who: string;
    readonly name: string;
    readonly range: string;
    readonly culprit: string;
    other?: string;
    otherRange?: string;
    known?: string;
};

/** How many pairs of versions are compared before giving up: seconds of work on a computer. */
const MOST_COMPARISONS = 1000000;
/** What it takes to try one version, in comparisons. */
const COMPARISONS_OF_TRY = 100;

/** What is to be resolved. */
export interface Resolution {
    /** Names asked for now: they are to be installed, and are not automatic any more. */
    readonly wanted: readonly string[];
    /** Names of installed packages that are to be upgraded, or true for all. */
    readonly newest: readonly string[] | true;
    readonly installed: Record<string, InstalledPackage>;
    /** Of each name what registries offer, in their order. */
    readonly candidates: Record<string, readonly Candidate[]>;
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
 * @returns `true` and what fits together; or `false` and the failure: `unknown_package`, `missing_dependency`,
 * `no_version`, `conflict`, `cycle` or `too_complex`
 */
export function resolve(resolution: Resolution): Result<Resolved> {
    const installed = resolution.installed;
    const isWanted: Record<string, boolean | undefined> = {};
    const isUpgraded: Record<string, boolean | undefined> = {};
    /** What is needed, in the order in which versions are chosen, and the first that needed it, "" for the player. */
    const queue: string[] = [];
    const neededBy: Record<string, string | undefined> = {};
    const chosen: Record<string, Version | undefined> = {};
    const known: Record<string, boolean | undefined> = {};
    let comparisons = 0;

    const need = (name: string, by: string): void => {
        if (neededBy[name] === undefined) queue.push(name);
        neededBy[name] ??= by;
    };

    const isIn = (version: string, range: string): boolean => {
        const key = `${version} ${range}`;
        known[key] ??= satisfies(version, range);
        return known[key];
    };

    const label = (name: string): string => `${name} ${chosen[name]!.version}`;

    /** The versions of a package, the best first. */
    const versionsOf = (name: string): Version[] => {
        const versions: Version[] = [];
        const current = installed[name];
        if (current !== undefined && !isUpgraded[name]) versions.push(current);
        for (const candidate of resolution.candidates[name] ?? []) {
            if (current === undefined || compare(candidate.version, current.version) > 0) versions.push(candidate);
        }
        if (current !== undefined && isUpgraded[name]) versions.push(current);
        return versions;
    };

    /** What does not fit between a version and those that are chosen, which are the first `count` of the queue. */
    const findClash = (name: string, version: Version, count: number): Clash | undefined => {
        for (const place of $range(0, count - 1)) {
            const other = queue[place]!;
            const theirs = chosen[other]!;
            comparisons += 1;
            const range = theirs.dependencies[name];
            if (range !== undefined && !isIn(version.version, range)) {
                return { who: label(other), name, range, culprit: other };
            }
            const own = version.dependencies[other];
            if (own !== undefined && !isIn(theirs.version, own)) {
                return { who: `${name} ${version.version}`, name: other, range: own, culprit: other };
            }
        }
        return undefined;
    };

    const explain = (clash: Clash, count: number): Failure => {
        const name = clash.name;
        const range = clash.range;
        const texts: string[] = [];
        for (const { version } of versionsOf(name)) {
            texts.push(version);
            if (isIn(version, range)) {
                for (const place of $range(0, count - 1)) {
                    const other = queue[place]!;
                    comparisons += 1;
                    const otherRange = chosen[other]!.dependencies[name];
                    if (otherRange !== undefined && !isIn(version, otherRange)) {
                        clash.other = label(other);
                        clash.otherRange = otherRange;
                        return fail("conflict", clash);
                    }
                }
            }
        }
        clash.known = texts.join(", ");
        return fail("no_version", clash);
    };

    /**
     * Chooses versions from a place of the queue on. Where nothing fits it goes back to the last choice that had a part
     * in that, past those that had none: else the versions of every package between the two would be tried in vain.
     */
    const search = (place: number): DeadEnd | undefined => {
        const name = queue[place];
        if (name === undefined) return undefined;
        const by = neededBy[name]!;
        const culprits: Record<string, boolean | undefined> = { [by]: true };
        let failure: Failure | undefined;
        let clash: Clash | undefined;
        for (const version of versionsOf(name)) {
            clash = findClash(name, version, place);
            comparisons += COMPARISONS_OF_TRY;
            if (comparisons > MOST_COMPARISONS) return { culprits: {}, failure: fail("too_complex") };
            if (clash !== undefined) {
                culprits[clash.culprit] = true;
            } else {
                const count = queue.length;
                chosen[name] = version;
                for (const dependency of sortedNames(version.dependencies)) need(dependency, name);
                const deadEnd = search(place + 1);
                if (deadEnd === undefined) return undefined;
                chosen[name] = undefined;
                while (queue.length > count) neededBy[queue.pop()!] = undefined;
                if (!deadEnd.culprits[name]) return deadEnd;
                for (const [culprit] of pairs(deadEnd.culprits)) culprits[culprit] = true;
                culprits[name] = undefined;
                failure = deadEnd.failure;
            }
        }
        // The last version is the last resort, so what is said is why that one does not fit.
        if (clash !== undefined) failure = explain(clash, place);
        else if (by === "") failure ??= fail("unknown_package", { name });
        else failure ??= fail("missing_dependency", { who: label(by), name });
        return { culprits, failure };
    };

    const packages: Chosen[] = [];
    const trail: string[] = [];
    /** Where in the trail a package is; 0 for what has been added. */
    const places: Record<string, number | undefined> = {};

    /** Adds a package after those that it needs. */
    const add = (name: string): Failure | undefined => {
        const place = places[name];
        if (place === 0) return undefined;
        trail.push(name);
        if (place !== undefined) return fail("cycle", { what: string.sub(table.concat(trail, " > ", place), 1, 120) });
        places[name] = trail.length;
        const version = chosen[name]!;
        for (const dependency of sortedNames(version.dependencies)) {
            const failure = add(dependency);
            if (failure !== undefined) return failure;
        }
        trail.pop();
        places[name] = 0;
        const current = installed[name];
        const automatic = !isWanted[name] && (current === undefined || current.automatic === true);
        packages.push({ name, package: version, automatic });
        return undefined;
    };

    /** What keeps a version from being taken: what does not fit, or else that it needs what cannot be chosen. */
    const obstacle = (name: string, version: Version): string => {
        const clash = findClash(name, version, queue.length);
        if (clash !== undefined && clash.name === name) return `${clash.who} needs ${clash.range}`;
        let needed = clash === undefined ? "" : `${clash.name} ${clash.range}`;
        for (const dependency of sortedNames(version.dependencies)) {
            if (needed === "" && !chosen[dependency]) needed = `${dependency} ${version.dependencies[dependency]!}`;
        }
        return `it needs ${needed}`;
    };

    for (const name of resolution.wanted) {
        isWanted[name] = true;
        need(name, "");
    }
    const newest = resolution.newest;
    for (const name of newest === true ? sortedNames(installed) : newest) {
        isUpgraded[name] = true;
        need(name, "");
    }
    for (const name of sortedNames(installed)) need(name, "");

    const deadEnd = search(0);
    if (deadEnd !== undefined) return $multi(false as const, deadEnd.failure);
    const notes: string[] = [];
    for (const name of queue) {
        const failure = add(name);
        if (failure !== undefined) return $multi(false as const, failure);
        const best = versionsOf(name)[0]!;
        if (isUpgraded[name] && best !== chosen[name]) {
            notes.push(`${name} ${best.version} is held back: ${obstacle(name, best)}.`);
        }
    }
    return $multi(true as const, { packages, notes });
}
