import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { type FileFingerprint, INDEX, type Index, type IndexedPackage } from "trapos-registry";
import { formatProblems } from "./formats.ts";
import { BuildError } from "./problem.ts";

/** What stands in `packages/<name>/ccpm.json`, written by hand: the only place of a package's version. */
export interface Descriptor {
    readonly name: string;
    readonly version: string;
    readonly description: string;
    /** Semver ranges of the packages it needs, by name. */
    readonly dependencies: Readonly<Record<string, string>>;
    /** Paths from the root of the computer's disk, which are also paths from the root of this project. */
    readonly files: readonly string[];
    /** Those of the files that a computer starts beside its shell. */
    readonly autostart?: readonly string[];
    /** Folders under trapos/ that its programs write to; they go with the package. */
    readonly data?: readonly string[];
}

/** The package that stands for the operating system as a whole. */
const META_PACKAGE = "trapos";

/** Path of a package's descriptor from the project's folder. */
export function descriptorPath(name: string): string {
    return `packages/${name}/ccpm.json`;
}

/**
 * Reads every package's descriptor, in the order of their names.
 *
 * @param root absolute path of the project's folder
 * @throws BuildError naming the descriptor and what is wrong with it
 */
export function readDescriptors(root: string): Descriptor[] {
    const folder = path.join(root, "packages");
    if (!fs.existsSync(folder)) return [];
    return fs
        .readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort()
        .map((name) => readDescriptor(root, name));
}

/** Descriptors that were found right, by their texts: the check is Lua, and tests read the same ones again and again. */
const rightDescriptors = new Map<string, Descriptor>();

function readDescriptor(root: string, name: string): Descriptor {
    const file = descriptorPath(name);
    let text: string;
    let content: unknown;
    try {
        text = fs.readFileSync(path.join(root, file), "utf8");
        const known = rightDescriptors.get(`${name} ${text}`);
        if (known !== undefined) return known;
        content = JSON.parse(text);
    } catch (error) {
        throw new BuildError(`${file}: ${(error as Error).message}`);
    }
    const problem = problemWith(content, name);
    if (problem !== undefined) throw new BuildError(`${file}: ${problem}`);
    rightDescriptors.set(`${name} ${text}`, content as Descriptor);
    return content as Descriptor;
}

const FIELDS = ["name", "version", "description", "dependencies", "files", "autostart", "data"];

/** Stands for what is not known before the files are made. */
const UNKNOWN: FileFingerprint = { size: 0, sha256: "0".repeat(64) };

function problemWith(content: unknown, name: string): string | undefined {
    if (typeof content !== "object" || content === null || Array.isArray(content)) return "must be an object";
    const descriptor = content as Record<string, unknown>;
    const unknown = Object.keys(descriptor).find((field) => !FIELDS.includes(field));
    if (unknown !== undefined) return `unknown field "${unknown}", known are ${FIELDS.join(", ")}`;
    if (descriptor["name"] !== name) return `name must be "${name}", as its folder`;
    const { description, files } = descriptor;
    if (typeof description !== "string" || !/^[\x20-\x7e]{1,200}$/.test(description)) {
        return "description must be 1 to 200 printable ASCII characters, all that a computer shows";
    }
    if (!Array.isArray(files)) return "files must be a list of paths";
    const fingerprints = Object.fromEntries(files.map((file) => [String(file), UNKNOWN]));
    return formatProblems({ version: 1, packages: { [name]: { ...descriptor, files: fingerprints } } })[name];
}

/** Size and hash of a file's content. */
export function fingerprint(content: Buffer | string): FileFingerprint {
    const bytes = Buffer.from(content);
    return { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/**
 * Makes the index from the descriptors.
 *
 * @param descriptors every package, without the problems that `packageProblems` finds
 * @param contentOf gives a listed file's content by its path from the root
 */
export function makeIndex(
    descriptors: readonly Descriptor[],
    contentOf: (file: string) => Buffer | string,
): Index {
    const packages: Record<string, IndexedPackage> = {};
    for (const { name, version, description, dependencies, files, autostart, data } of descriptors) {
        const fingerprints = [...files].sort().map((file) => [file, fingerprint(contentOf(file))] as const);
        packages[name] = {
            version,
            description,
            dependencies: sortedByKey(dependencies),
            files: Object.fromEntries(fingerprints),
            ...(autostart === undefined ? {} : { autostart }),
            ...(data === undefined ? {} : { data }),
        };
    }
    return { version: 1, packages };
}

/**
 * Makes the root manifest: the operating system's name and version, which are those of its meta package, and the
 * versions of that package and of all that it brings.
 */
export function makeManifest(descriptors: readonly Descriptor[]): object {
    const byName = new Map(descriptors.map((descriptor) => [descriptor.name, descriptor]));
    const versions: Record<string, string> = {};
    const add = (name: string): void => {
        const descriptor = byName.get(name);
        if (descriptor === undefined || name in versions) return;
        versions[name] = descriptor.version;
        for (const dependency of Object.keys(descriptor.dependencies)) add(dependency);
    };
    add(META_PACKAGE);
    const version = versions[META_PACKAGE] ?? "0.0.0";
    return { name: META_PACKAGE, version, packages: sortedByKey(versions) };
}

/** The most bytes of an index that a computer takes; stands in ccpm's formats, too. */
const INDEX_BYTES = 512 * 1024;

/**
 * Finds what a computer would not take of an index.
 *
 * @returns one line a problem
 */
export function indexProblems(index: Index): string[] {
    const problems = Object.entries(formatProblems(index)).map(
        ([name, problem]) => `${name === "" ? INDEX : descriptorPath(name)}: ${problem}`,
    );
    const { length } = asJson(index);
    if (length > INDEX_BYTES) {
        problems.push(`${INDEX}: ${length} bytes, but a computer takes ${INDEX_BYTES} at most`);
    }
    return problems;
}

/** JSON as this project writes it. */
export function asJson(value: unknown): string {
    return `${JSON.stringify(value, undefined, 2)}\n`;
}

function sortedByKey<T>(record: Readonly<Record<string, T>>): Record<string, T> {
    return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Finds what does not fit between the packages and the files.
 *
 * @param descriptors every package
 * @param compiled paths of the compiled files
 * @param exists tells whether a path that is not compiled is there, written by hand
 * @returns one line a problem
 */
export function packageProblems(
    descriptors: readonly Descriptor[],
    compiled: readonly string[],
    exists: (file: string) => boolean,
): string[] {
    const owners = new Map<string, string[]>();
    for (const { name, files } of descriptors) {
        for (const file of files) owners.set(file, [...(owners.get(file) ?? []), name]);
    }
    const problems: string[] = [];
    for (const [file, names] of owners) {
        const listed = names.map(descriptorPath).join(" and ");
        if (names.length > 1) problems.push(`${file}: listed in ${listed}; keep it in one of them, once`);
        if (!compiled.includes(file) && (isInLuaFolder(file) || !exists(file))) {
            problems.push(`${file}: listed in ${listed}, but nothing in src/ makes it`);
        }
    }
    const byLowerCase = new Map<string, string>();
    for (const file of owners.keys()) {
        const other = byLowerCase.get(file.toLowerCase());
        if (other !== undefined) {
            problems.push(
                `${file}: differs from ${other} in capitals alone, which some disks do not tell apart`,
            );
        }
        byLowerCase.set(file.toLowerCase(), file);
    }
    for (const file of compiled) {
        if (!owners.has(file)) {
            problems.push(
                `${file}: in no package; add it to "files" of the one that owns it, packages/*/ccpm.json`,
            );
        }
    }
    return problems;
}

/** The folders that hold nothing but compiled Lua. */
export const LUA_FOLDERS = ["apis", "programs", "startup"];

function isInLuaFolder(file: string): boolean {
    return LUA_FOLDERS.some((folder) => file.startsWith(`${folder}/`));
}
