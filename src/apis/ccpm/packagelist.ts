/** What `ccpm` shows of packages: lists, searches and one package. */
import { add, show, start, type Listing } from "../trapos/listing";
import { raise } from "./failure";
import { keys } from "./tables";
import { bytes } from "./progress";
import { compare } from "./semver";
import type { CachedPackage, InstalledPackage, State } from "./types";

/** The colour of what is new, or asks for something. */
export const NOTE = colours.yellow;
/** The colour of what stands beside. */
const REMARK = colours.lightGrey;

/** What the registries are known to offer of a package, and which of them. */
interface Offer {
    readonly registry: string;
    readonly package: CachedPackage;
}

function isNewer(one: CachedPackage, installed: InstalledPackage | undefined): boolean {
    return installed !== undefined && compare(one.version, installed.version) > 0;
}

/**
 * What the registries are known to offer: of each package what the first has, or the first that has a newer one than
 * is installed. That is what an installation or an upgrade takes if it fits.
 */
export function offers(state: State): Record<string, Offer | undefined> {
    const offered: Record<string, Offer | undefined> = {};
    for (const registry of state.configuration.registries) {
        const known = state.cache.registries[registry];
        for (const [name, found] of pairs(known ? known.packages : {})) {
            const installed = state.lock.packages[name];
            const other = offered[name];
            if (other === undefined || (!isNewer(other.package, installed) && isNewer(found, installed))) {
                offered[name] = { registry, package: found };
            }
        }
    }
    return offered;
}

/**
 * Lists what is installed, and what is newer.
 * @param state what is installed and known
 * @param otherwise is said where nothing newer is known; how to look for it, where it is absent
 * @returns whether anything newer is known
 */
export function showInstalled(state: State, otherwise?: string): boolean {
    const packages = state.lock.packages;
    const offered = offers(state);
    const listing = start();
    let hasNewer = false;
    for (const name of keys(packages)) {
        const installed = packages[name]!;
        const offer = offered[name];
        let version = installed.version;
        let colour: number | undefined;
        if (offer !== undefined && isNewer(offer.package, installed)) {
            version += ` > ${offer.package.version}`;
            colour = NOTE;
            hasNewer = true;
        }
        if (installed.automatic) version += " (needed)";
        add(listing, name, colour, version);
    }
    if (hasNewer) add(listing, "Take the newer: ccpm upgrade", NOTE);
    else if (next(packages)[0] === undefined) add(listing, "Nothing is installed. See: ccpm search");
    else add(listing, otherwise ?? "Look for newer: ccpm update", REMARK);
    show(listing);
    return hasNewer;
}

/** Whether a package's name or description holds all of some words. */
function fits(name: string, offer: Offer, words: readonly string[]): boolean {
    const text = string.lower(`${name} ${offer.package.description}`);
    for (const word of words) {
        if (string.find(text, string.lower(word), 1, true)[0] === undefined) return false;
    }
    return true;
}

function addFound(
    listing: Listing,
    name: string,
    offer: Offer,
    installed: InstalledPackage | undefined,
): void {
    let version = offer.package.version;
    if (installed !== undefined)
        version += installed.version === version ? " (installed)" : ` (installed: ${installed.version})`;
    add(listing, name, NOTE, version);
    add(listing, `  ${offer.package.description}`);
}

/**
 * Lists the packages that can be installed and whose name or description holds all of some words.
 * @returns whether there is any
 */
export function showSearch(state: State, words: readonly string[]): boolean {
    const offered = offers(state);
    const listing = start();
    for (const name of keys(offered)) {
        const offer = offered[name]!;
        if (fits(name, offer, words)) addFound(listing, name, offer, state.lock.packages[name]);
    }
    const isFound = listing.lines.length > 0;
    if (!isFound) add(listing, "No such package is known. Look: ccpm update", colours.red);
    show(listing);
    return isFound;
}

/** Shows all that is known of a package. */
export function showPackage(state: State, name: string): void {
    const packages = state.lock.packages;
    const offer = offers(state)[name];
    const installed = packages[name];
    if (installed === undefined && offer === undefined) raise("unknown_package", { name });
    const listing = start();
    add(listing, name, NOTE);
    if (offer !== undefined) {
        const known = offer.package;
        add(listing, known.description);
        add(listing, "Available:", undefined, `${known.version}, ${bytes(known.size)}`);
        add(listing, "From:", undefined, offer.registry);
    }
    if (installed) add(listing, "Installed:", undefined, installed.version);
    const dependencies = (installed ?? offer!.package).dependencies;
    for (const other of keys(dependencies))
        add(listing, "Needs:", undefined, `${other} ${dependencies[other]}`);
    for (const other of keys(packages)) {
        if (packages[other]!.dependencies[name] !== undefined) add(listing, "Needed by:", undefined, other);
    }
    show(listing);
}

/** Lists the files of an installed package. */
export function showFiles(state: State, name: string): void {
    const installed = state.lock.packages[name];
    if (!installed) return raise("not_installed", { name });
    const listing = start();
    for (const path of keys(installed.files)) {
        add(listing, path, undefined, bytes(installed.files[path]!.size));
    }
    show(listing);
}

/** Lists the registries, in their order. */
export function showRegistries(state: State): void {
    const listing = start();
    for (const [number, registry] of ipairs(state.configuration.registries)) {
        const known = state.cache.registries[registry];
        add(listing, `${number} ${registry}`);
        if (known) {
            const date = os.date("%Y-%m-%d", known.updated / 1000) as string;
            add(listing, `  packages: ${keys(known.packages).length}, ${date}`, REMARK);
        }
    }
    if (listing.lines.length === 0) add(listing, "There is none. Add one: ccpm registry add <registry>");
    show(listing);
}
