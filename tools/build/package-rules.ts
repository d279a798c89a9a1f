/**
 * What names and paths of packages have to be like. A computer refuses a registry that breaks these rules
 * (src/apis/ccpm/formats.ts), so the build refuses to make one.
 */

/** The most that a computer takes of each. */
export const LIMITS = {
    packages: 1000,
    filesOfPackage: 500,
    dependenciesOfPackage: 100,
    entriesOfList: 100,
    bytesOfFile: 1_000_000,
    bytesOfIndex: 512 * 1024,
} as const;

/** @returns what is wrong with a package's name, to stand behind it; undefined when nothing is */
export function nameProblem(name: string): string | undefined {
    if (name.length > 64) return "is longer than 64 characters";
    if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) {
        return "must be of a-z 0-9 . _ - and begin with a letter or a digit";
    }
    return undefined;
}

/** @returns what is wrong with a description, to stand behind the word; undefined when nothing is */
export function descriptionProblem(description: string): string | undefined {
    if (description.length > 200) return "is longer than 200 characters";
    if (!/^[\x20-\x7e]*$/.test(description))
        return "must be of printable ASCII characters, all that a computer shows";
    return undefined;
}

/** What no package may bring, in whichever case: not every host of a computer's disk tells capitals apart. */
const RESERVED: readonly [pattern: RegExp, owner: string][] = [
    [/^rom(\/|$)/i, "CC's own programs"],
    [/^trapos(\/|$)/i, "the package manager's state"],
    [/^startup\/00-ccpm/i, "the package manager's startup file"],
    [/^\.settings/i, "the player's settings"],
    [/\.ccpm-/i, "files of players that are kept"],
    [/^disk\d*(\/|$)/i, "disk drives"],
];

/** @returns what is wrong with a path of a file, to stand behind it; undefined when nothing is */
export function pathProblem(path: string): string | undefined {
    const malformed = shapeProblem(path);
    if (malformed !== undefined) return malformed;
    const owner = RESERVED.find(([pattern]) => pattern.test(path))?.[1];
    return owner === undefined ? undefined : `is the place of ${owner}`;
}

/** @returns what is wrong with a folder of data, to stand behind it; undefined when nothing is */
export function dataProblem(path: string): string | undefined {
    const malformed = shapeProblem(path);
    if (malformed !== undefined) return malformed;
    if (!path.startsWith("trapos/")) return "must be a folder under trapos/";
    if (/^trapos\/ccpm/i.test(path)) return "is the place of the package manager's state";
    return undefined;
}

function shapeProblem(path: string): string | undefined {
    if (path.startsWith("/") || path.endsWith("/"))
        return "must be a path from the root, without / at its ends";
    if (path.length > 200) return "is longer than 200 characters";
    if (!/^[A-Za-z0-9._/-]+$/.test(path)) return "must be of A-Z a-z 0-9 . _ - and /";
    if (path.split("/").some((segment) => segment === "" || segment.endsWith("."))) {
        return "must not have an empty part, or one that ends with a dot";
    }
    return undefined;
}
