/** What stands on the disk that is not what was installed. */
import { look, matches } from "./look";
import { keys } from "./tables";
import type { Disk, Finding, Lock } from "./types";

/**
 * Compares installed files with the disk. May yield, where much is to be compared.
 * @param disk CC's fs API
 * @param lock what is installed
 * @param names the packages to look at, which must be installed; all, and files of no package, where absent
 * @returns what is not as it should be, in the order of the paths
 */
export function verify(disk: Disk, lock: Lock, names?: readonly string[]): Finding[] {
    const findings: Finding[] = [];
    const owned: Record<string, true | undefined> = {};
    /** What names in a folder of ours are to be known. */
    const folders: Record<string, string> = { trapos: "^ccpm%." };
    for (const path of ["ccpm.json", "ccpm.lock.json", "ccpm.cache.json"]) owned[`trapos/${path}`] = true;
    for (const name of names ?? keys(lock.packages)) {
        for (const [path, file] of pairs(lock.packages[name]!.files)) {
            owned[path] = true;
            // Players put programs of their own into /programs or /apis, but not into a package's folder in there.
            const [folder] = string.match(path, "^(.+/.+)/");
            if (folder !== undefined) folders[folder] = "";
            if (!matches(disk, path, file)) {
                findings.push({ path, problem: look(disk, path) ? "changed" : "missing", package: name });
            }
        }
    }
    for (const folder of names ? [] : keys(folders)) {
        for (const name of disk.isDir(folder) ? disk.list(folder) : []) {
            const path = `${folder}/${name}`;
            const has = (pattern: string) => string.find(name, pattern)[0] !== undefined;
            const isKept = has("%.ccpm%-old%d*$") || has("%.broken%d*$");
            if (has(folders[folder]!) && !isKept && !owned[path] && look(disk, path)) {
                findings.push({ path, problem: "foreign" });
            }
        }
    }
    table.sort(findings, (one, other) => one.path < other.path);
    return findings;
}
