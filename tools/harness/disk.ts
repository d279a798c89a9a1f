import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Descriptor, fingerprint, readDescriptors } from "../build/packages.ts";

/** The project's folder, whose packages are installed. */
export const projectFolder = resolve(import.meta.dirname, "../..");

/** What the computers of this repository have: TrapOS, and what speaks with an opencode 2 where they meet one. */
export const usualPackages = ["trapos", "trapos-opencode2"];

/** Where a computer keeps what is installed on it. */
const lockPath = "trapos/ccpm.lock.json";

interface Lock {
    version: 1;
    packages: Record<
        string,
        {
            version: string;
            dependencies: Readonly<Record<string, string>>;
            files: Record<string, { size: number; sha256: string }>;
            autostart?: readonly string[];
            data?: readonly string[];
            /** True for what only another package needs. */
            automatic?: boolean;
        }
    >;
}

/** The named packages and all that they need, each once, what is needed first. */
function withDependencies(names: readonly string[], descriptors: readonly Descriptor[]): Descriptor[] {
    const byName = new Map(descriptors.map((descriptor) => [descriptor.name, descriptor]));
    const found = new Map<string, Descriptor>();
    const visit = (name: string, path: readonly string[]): void => {
        const descriptor = byName.get(name);
        if (descriptor === undefined) {
            const by = path.length > 0 ? `, which ${path.at(-1)} needs` : "";
            throw new Error(`There is no package ${name}${by}. There are: ${[...byName.keys()].join(", ")}.`);
        }
        if (found.has(name)) return;
        if (path.includes(name)) throw new Error(`Packages need each other: ${[...path, name].join(" > ")}.`);
        for (const needed of Object.keys(descriptor.dependencies)) visit(needed, [...path, name]);
        found.set(name, descriptor);
    };
    for (const name of names) visit(name, []);
    return [...found.values()];
}

async function readLock(disk: string): Promise<Lock | undefined> {
    try {
        return JSON.parse(await readFile(join(disk, lockPath), "utf8")) as Lock;
    } catch {
        return undefined;
    }
}

type Fingerprint = ReturnType<typeof fingerprint>;

/** A built file, as it was when it was read. */
interface BuiltFile {
    readonly modified: number;
    readonly content: Buffer;
    readonly fingerprint: Fingerprint;
}

const builtFiles = new Map<string, BuiltFile>();

/** Reads a built file, unless it is as it was: tests install the same two hundred again and again. */
function readBuilt(path: string): BuiltFile {
    const modified = statSync(path).mtimeMs;
    const known = builtFiles.get(path);
    if (known?.modified === modified) return known;
    const content = readFileSync(path);
    const built = { modified, content, fingerprint: fingerprint(content) };
    builtFiles.set(path, built);
    return built;
}

/**
 * Puts packages and all that they need onto a computer's disk, as an installer on the computer would: their files, and
 * the lock that says what is installed. What an earlier call put there and is not wanted any more goes, and what it put there
 * as it is to be is not written again.
 * @param disk the host folder that is the computer's "/"; made when absent
 * @param names packages of this project
 * @param root the project's folder
 * @throws Error for an unknown package, or a file that has not been built
 */
export async function installPackages(
    disk: string,
    names: readonly string[],
    root = projectFolder,
): Promise<void> {
    const wanted = withDependencies(names, readDescriptors(root));
    const before = await readLock(disk);
    const lock: Lock = { version: 1, packages: {} };
    const folders = new Set<string>();
    for (const { name, version, dependencies, files, autostart, data } of wanted) {
        const fingerprints: Lock["packages"][string]["files"] = {};
        for (const file of files) {
            const source = join(root, file);
            if (!existsSync(source)) throw new Error(`${file} of ${name} is not there. Run: npm run build`);
            const built = readBuilt(source);
            const target = join(disk, file);
            const folder = dirname(target);
            if (!folders.has(folder)) mkdirSync(folder, { recursive: true });
            folders.add(folder);
            fingerprints[file] = built.fingerprint;
            const isThere =
                before?.packages[name]?.files[file]?.sha256 === built.fingerprint.sha256 &&
                statSync(target, { throwIfNoEntry: false })?.size === built.content.length;
            // One call a file: a promise for each takes five times as long.
            if (!isThere) writeFileSync(target, built.content);
        }
        lock.packages[name] = {
            version,
            dependencies,
            files: fingerprints,
            ...(autostart ? { autostart } : {}),
            ...(data ? { data } : {}),
            ...(names.includes(name) ? {} : { automatic: true }),
        };
    }
    const filesOf = ({ packages }: Lock) =>
        Object.values(packages).flatMap(({ files }) => Object.keys(files));
    const stays = new Set(filesOf(lock));
    for (const file of before ? filesOf(before) : []) {
        if (!stays.has(file)) await rm(join(disk, file), { force: true });
    }
    await mkdir(dirname(join(disk, lockPath)), { recursive: true });
    await writeFile(join(disk, lockPath), JSON.stringify(lock));
}
