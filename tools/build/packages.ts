import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { dataProblem, descriptionProblem, LIMITS, nameProblem, pathProblem } from "./package-rules.ts";
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

/** How a file is known to be the right one. */
export interface FileFingerprint {
    /** Bytes. */
    readonly size: number;
    /** In hexadecimal digits. */
    readonly sha256: string;
}

/** What an installer needs to know of a package. */
export interface IndexedPackage {
    readonly version: string;
    readonly description: string;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly files: Readonly<Record<string, FileFingerprint>>;
    readonly autostart?: readonly string[];
    readonly data?: readonly string[];
}

/** `packages/index.json`: all that an installer needs, in one request. */
export interface Index {
    /** Of this file's format. */
    readonly version: 1;
    readonly packages: Readonly<Record<string, IndexedPackage>>;
}

/** The package that stands for the operating system as a whole. */
const META_PACKAGE = "trapos";

/** Where a project keeps its packages. */
export const INDEX = "packages/index.json";
export const MANIFEST = "manifest.json";

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

function readDescriptor(root: string, name: string): Descriptor {
    const file = descriptorPath(name);
    let content: unknown;
    try {
        content = JSON.parse(fs.readFileSync(path.join(root, file), "utf8"));
    } catch (error) {
        throw new BuildError(`${file}: ${(error as Error).message}`);
    }
    const problem = problemWith(content, name);
    if (problem !== undefined) throw new BuildError(`${file}: ${problem}`);
    return content as Descriptor;
}

const FIELDS = ["name", "version", "description", "dependencies", "files", "autostart", "data"];

function problemWith(content: unknown, name: string): string | undefined {
    if (typeof content !== "object" || content === null || Array.isArray(content)) return "must be an object";
    const descriptor = content as Record<string, unknown>;
    const unknown = Object.keys(descriptor).find((field) => !FIELDS.includes(field));
    if (unknown !== undefined) return `unknown field "${unknown}", known are ${FIELDS.join(", ")}`;
    const { version, description, dependencies, files, autostart, data } = descriptor;
    if (descriptor["name"] !== name) return `name must be "${name}", as its folder`;
    const badName = nameProblem(name);
    if (badName !== undefined) return `name "${name}" ${badName}`;
    if (!isText(version)) return "version must be a text";
    if (!isText(description)) return "description must be a text";
    const badDescription = descriptionProblem(description);
    if (badDescription !== undefined) return `description ${badDescription}`;
    const isMap = typeof dependencies === "object" && dependencies !== null && !Array.isArray(dependencies);
    if (!isMap || !Object.values(dependencies).every(isText)) {
        return "dependencies must be an object of version ranges";
    }
    if (Object.keys(dependencies).length > LIMITS.dependenciesOfPackage) {
        return `dependencies are more than ${LIMITS.dependenciesOfPackage}`;
    }
    const bad =
        listProblem("files", files, pathProblem) ??
        listProblem("autostart", autostart ?? [], pathProblem) ??
        listProblem("data", data ?? [], dataProblem);
    if (bad !== undefined) return bad;
    const listed = files as readonly string[];
    if (listed.length > LIMITS.filesOfPackage) return `files are more than ${LIMITS.filesOfPackage}`;
    const long = ["autostart", "data"].find(
        (field) => ((descriptor[field] ?? []) as readonly string[]).length > LIMITS.entriesOfList,
    );
    if (long !== undefined) return `${long} has more than ${LIMITS.entriesOfList} entries`;
    const stray = ((autostart ?? []) as readonly string[]).find((file) => !listed.includes(file));
    if (stray !== undefined) return `autostart names "${stray}", which is not among its files`;
    return undefined;
}

/** @param problemOf says what is wrong with a path, to stand behind it */
function listProblem(
    field: string,
    value: unknown,
    problemOf: (path: string) => string | undefined,
): string | undefined {
    if (!isListOfText(value)) return `${field} must be a list of paths`;
    for (const path of value) {
        const problem = problemOf(path);
        if (problem !== undefined) return `${field}: "${path}" ${problem}`;
    }
    return undefined;
}

function isText(value: unknown): value is string {
    return typeof value === "string" && value !== "";
}

function isListOfText(value: unknown): value is string[] {
    return Array.isArray(value) && value.every(isText);
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

/**
 * Finds what a computer would not take of an index.
 *
 * @returns one line a problem
 */
export function indexProblems(index: Index): string[] {
    const problems: string[] = [];
    for (const { files } of Object.values(index.packages)) {
        for (const [file, { size }] of Object.entries(files)) {
            if (size > LIMITS.bytesOfFile) {
                problems.push(`${file}: ${size} bytes, but a computer takes ${LIMITS.bytesOfFile} at most`);
            }
        }
    }
    const count = Object.keys(index.packages).length;
    if (count > LIMITS.packages) {
        problems.push(`${INDEX}: ${count} packages, but a computer takes ${LIMITS.packages} at most`);
    }
    const { length } = asJson(index);
    if (length > LIMITS.bytesOfIndex) {
        problems.push(`${INDEX}: ${length} bytes, but a computer takes ${LIMITS.bytesOfIndex} at most`);
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
