import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { INSTALLER } from "trapos-registry";
import type { Generated } from "./generate.ts";
import { LUA_FOLDERS, readDescriptors } from "./packages.ts";

/** What a build did to the project's folder. */
export interface BuildResult {
    readonly skipped: boolean;
    readonly written: readonly string[];
    readonly removed: readonly string[];
    /** What does not fit between packages and files; the Lua is written all the same. */
    readonly problems: readonly string[];
}

/**
 * Builds the project: Lua, types for users, package index and manifest.
 *
 * @param root absolute path of the project's folder
 * @param options.onStart called before the work starts, if there is any
 * @returns what was done; nothing, when neither inputs nor outputs changed since the last build
 * @throws BuildError when the source does not compile; nothing is written then
 */
export async function build(
    root: string,
    options: { readonly onStart?: () => void } = {},
): Promise<BuildResult> {
    const record = path.join(root, ".cache", "build.json");
    const inputs = hashOf(root, inputFiles(root));
    const last = readRecord(record);
    const isUnchanged = last?.inputs === inputs && last.outputs === hashOf(root, last.files);
    if (isUnchanged && staleFiles(root, new Set(last.files)).length === 0) {
        return { skipped: true, written: [], removed: [], problems: [] };
    }
    options.onStart?.();
    // Loading the compilers takes longer than all the rest of a build that has nothing to do.
    const { generate } = await import("./generate.ts");
    const generated = await generate(root);
    const { written, removed } = writeOutputs(root, generated);
    if (generated.problems.length === 0) {
        // Files that packages list but nobody compiles are in the index by their hash, too.
        const listed = readDescriptors(root).flatMap((descriptor) => descriptor.files);
        const files = [...new Set([...generated.files.keys(), ...listed])];
        fs.mkdirSync(path.dirname(record), { recursive: true });
        fs.writeFileSync(record, JSON.stringify({ inputs, outputs: hashOf(root, files), files }));
    }
    return { skipped: false, written, removed, problems: generated.problems };
}

function writeOutputs(root: string, generated: Generated): { written: string[]; removed: string[] } {
    const written: string[] = [];
    for (const [file, content] of generated.files) {
        const target = path.join(root, file);
        if (fs.existsSync(target) && fs.readFileSync(target, "utf8") === content) continue;
        fs.mkdirSync(path.dirname(target), { recursive: true });
        fs.writeFileSync(target, content);
        written.push(file);
    }
    const removed = staleFiles(root, new Set(generated.files.keys()));
    for (const file of removed) fs.rmSync(path.join(root, file));
    return { written, removed };
}

/** Lua files where only a build makes some, that are not among those that it makes. */
export function staleFiles(root: string, made: ReadonlySet<string>): string[] {
    const compiled = LUA_FOLDERS.flatMap((folder) => filesUnder(root, folder));
    const installer = fs.existsSync(path.join(root, INSTALLER)) ? [INSTALLER] : [];
    return [...compiled, ...installer].filter((file) => file.endsWith(".lua") && !made.has(file));
}

/** Every file under a folder, by its path from the root, sorted. */
function filesUnder(root: string, folder: string): string[] {
    const start = path.join(root, folder);
    if (!fs.existsSync(start)) return [];
    return fs
        .readdirSync(start, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
            path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"),
        )
        .sort();
}

function inputFiles(root: string): string[] {
    const packages = filesUnder(root, "packages").filter((file) => file.endsWith("/ccpm.json"));
    return [
        "package-lock.json",
        ".prettierrc.json",
        ...packages,
        ...filesUnder(root, "src"),
        ...filesUnder(root, "tools/build"),
    ];
}

function hashOf(root: string, files: readonly string[]): string {
    const hash = createHash("sha256");
    for (const file of files) {
        const target = path.join(root, file);
        hash.update(`${file}\0`).update(fs.existsSync(target) ? fs.readFileSync(target) : "missing");
    }
    return hash.digest("hex");
}

function readRecord(file: string): { inputs: string; outputs: string; files: string[] } | undefined {
    try {
        return JSON.parse(fs.readFileSync(file, "utf8")) as {
            inputs: string;
            outputs: string;
            files: string[];
        };
    } catch {
        return undefined;
    }
}
