/** What stands on the disk that is not what was installed. */
import { keys, look, matches } from "./plan";
import type { Disk, Finding, Lock } from "./types";

/** What ccpm keeps beside its own files on purpose. */
const KEPT = ["%.ccpm%-old%d*$", "%.broken%d*$", "^ccpm%.json$", "^ccpm%.lock%.json$", "^ccpm%.cache%.json$"];

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
    const folders: Record<string, true> = {};
    for (const [, known] of pairs(lock.packages)) {
        for (const [path] of pairs(known.files)) {
            owned[path] = true;
            // Players put programs of their own into /programs or /apis, but not into a package's folder in there.
            const [folder] = string.match(path, "^(.+/.+)/");
            if (folder !== undefined) folders[folder] = true;
        }
    }
    for (const name of names ?? keys(lock.packages)) {
        for (const [path, file] of pairs(lock.packages[name]!.files)) {
            const found = look(disk, path);
            if (found === undefined) findings.push({ path, problem: "missing", package: name });
            else if (!matches(disk, path, found, file)) findings.push({ path, problem: "changed", package: name });
        }
    }
    const lookInto = (folder: string, pattern: string) => {
        for (const name of disk.isDir(folder) ? disk.list(folder) : []) {
            const path = `${folder}/${name}`;
            let known = owned[path] === true || string.find(name, pattern)[0] === undefined;
            for (const kept of KEPT) known ||= string.find(name, kept)[0] !== undefined;
            if (!known && !disk.isDir(path)) findings.push({ path, problem: "foreign" });
        }
    };
    if (names === undefined) {
        for (const folder of keys(folders)) lookInto(folder, "");
        lookInto("trapos", "^ccpm%.");
    }
    table.sort(findings, (one, other) => one.path < other.path);
    return findings;
}
