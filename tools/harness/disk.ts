import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Descriptor, fingerprint, readDescriptors } from "../build/packages.ts";

/** The project's folder, whose packages are installed. */
export const projectFolder = resolve(import.meta.dirname, "../..");

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

/**
 * Puts packages and all that they need onto a computer's disk, as an installer on the computer would: their files, and
 * the lock that says what is installed. What an earlier call put there and is not wanted any more goes.
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
    const lock: Lock = { version: 1, packages: {} };
    for (const { name, version, dependencies, files, autostart, data } of wanted) {
        const fingerprints: Lock["packages"][string]["files"] = {};
        for (const file of files) {
            const source = join(root, file);
            if (!existsSync(source)) throw new Error(`${file} of ${name} is not there. Run: npm run build`);
            await mkdir(dirname(join(disk, file)), { recursive: true });
            await copyFile(source, join(disk, file));
            fingerprints[file] = fingerprint(await readFile(source));
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
    const before = await readLock(disk);
    const stays = new Set(filesOf(lock));
    for (const file of before ? filesOf(before) : []) {
        if (!stays.has(file)) await rm(join(disk, file), { force: true });
    }
    await mkdir(dirname(join(disk, lockPath)), { recursive: true });
    await writeFile(join(disk, lockPath), JSON.stringify(lock));
}
