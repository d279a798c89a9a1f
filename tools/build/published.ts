import { spawnSync } from "node:child_process";
import { type Index, type IndexedPackage, INDEX } from "trapos-registry";

/** A package that is not published yet has this version, and may change freely. */
export const UNPUBLISHED = "0.0.0";

/** What `git` answered, or undefined where it failed: not installed, no repository, no such object. */
function git(root: string, ...options: string[]): string | undefined {
    const { status, stdout } = spawnSync("git", ["-C", root, ...options], {
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
    });
    return status === 0 ? stdout.trim() : undefined;
}

/**
 * The newest commit that others have: where this branch left the remote's main branch, or the current commit when
 * there is no remote to ask about.
 *
 * @returns undefined outside of a repository and before its first commit
 */
function publishedCommit(root: string): string | undefined {
    const head = git(root, "rev-parse", "--verify", "--quiet", "HEAD");
    if (head === undefined) return undefined;
    for (const branch of ["origin/HEAD", "origin/main"]) {
        const base = git(root, "merge-base", "HEAD", branch);
        if (base !== undefined && base !== "") return base;
    }
    return head;
}

/**
 * Finds what was published under the versions that packages have now: for each, the content of the first published
 * commit that had this version.
 *
 * @param root absolute path of the project's folder
 * @param versions the packages' present versions, by name
 * @returns the packages whose present version is published, as they were then; undefined when there is no history
 * to read
 */
export function publishedPackages(
    root: string,
    versions: ReadonlyMap<string, string>,
): Map<string, IndexedPackage> | undefined {
    const newest = publishedCommit(root);
    if (newest === undefined) return undefined;
    const commits = git(root, "log", "--first-parent", "--format=%H", newest, "--", INDEX) ?? "";
    const published = new Map<string, IndexedPackage>();
    const waiting = new Map([...versions].filter(([, version]) => version !== UNPUBLISHED));
    for (const commit of commits.split("\n").filter((line) => line !== "")) {
        const index = parsedIndex(git(root, "show", `${commit}:./${INDEX}`));
        for (const [name, version] of waiting) {
            const then = index?.packages[name];
            if (then?.version === version) published.set(name, then);
            else waiting.delete(name);
        }
        if (waiting.size === 0) break;
    }
    return published;
}

function parsedIndex(text: string | undefined): Index | undefined {
    if (text === undefined) return undefined;
    try {
        return JSON.parse(text) as Index;
    } catch {
        return undefined;
    }
}

/**
 * Finds the packages that are not any more what was published under their version.
 *
 * @param now the packages as they are
 * @param published what was published under the same versions
 * @returns one line a package
 */
export function versionProblems(now: Index, published: ReadonlyMap<string, IndexedPackage>): string[] {
    const problems: string[] = [];
    for (const [name, entry] of Object.entries(now.packages)) {
        const then = published.get(name);
        const changes = then === undefined ? [] : differences(entry, then);
        if (changes.length === 0) continue;
        problems.push(
            `${name} ${entry.version}: published already, but since then ${changes.join(", ")} changed; ` +
                `run: npm run bump ${name} patch`,
        );
    }
    return problems;
}

function differences(now: IndexedPackage, then: IndexedPackage): string[] {
    const files = [...new Set([...Object.keys(now.files), ...Object.keys(then.files)])].sort();
    const changed = files.filter((file) => now.files[file]?.sha256 !== then.files[file]?.sha256);
    const fields = (["description", "dependencies", "autostart", "data"] as const).filter(
        (field) => JSON.stringify(now[field]) !== JSON.stringify(then[field]),
    );
    return [...changed, ...fields];
}
