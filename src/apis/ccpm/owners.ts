/** Which package each file is of. */
import { raise } from "./failure";
import { keys } from "./tables";
import type { Fingerprint, Lock } from "./types";

/** A file, and the package that has it. */
export interface Owned {
    readonly name: string;
    readonly file: Fingerprint;
}

/** Files by path. */
export type Owners = Record<string, Owned | undefined>;

/** Whose files of no package are: it matches none of them. */
export const NOBODYS: Owned = { name: "", file: { size: -1, sha256: "" } };

/** Whether a package of a lock has a file. */
function brings(lock: Lock, name: string, path: string): boolean {
    const known = lock.packages[name];
    return known !== undefined && known.files[path] !== undefined;
}

/**
 * The files of a lock's packages by path; what is of two packages is of the first, unless that must not be.
 * @param before what is installed, where the lock is to be: of two packages the file is of the one that has it already
 */
export function ownersOf(lock: Lock, before?: Lock): Owners {
    const files: Owners = {};
    const owners: Record<string, { readonly name: string; readonly path: string } | undefined> = {};
    for (const name of keys(lock.packages)) {
        for (const [path, file] of pairs(lock.packages[name]!.files)) {
            // On some hosts' disks capitals do not count.
            const folded = string.lower(path);
            const other = owners[folded];
            if (other !== undefined && before !== undefined) {
                const isFirst = brings(before, other.name, other.path) || !brings(before, name, path);
                const owner = isFirst ? other.name : name;
                raise("file_conflict", { path, owner, name: isFirst ? name : other.name });
            }
            owners[folded] = { name, path };
            files[path] ??= { name, file };
        }
    }
    return files;
}
