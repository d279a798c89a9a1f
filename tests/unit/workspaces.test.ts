/** What the packages of host/ have in common. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const project = resolve(import.meta.dirname, "../..");

interface Package {
    readonly license?: string;
    readonly engines?: object;
    readonly files?: readonly string[];
    readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
}

const readPackage = (folder: string) =>
    JSON.parse(readFileSync(join(project, folder, "package.json"), "utf8")) as Package;

const folders = readdirSync(join(project, "host"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `host/${entry.name}`);
const root = readPackage(".");

/** Every version that a package of this project wants of another, by that one's name. */
const wanted = new Map<string, Set<string>>();
for (const { dependencies, devDependencies } of [root, ...folders.map(readPackage)]) {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        wanted.set(name, (wanted.get(name) ?? new Set()).add(version));
    }
}

/** Where a package's sources are in what is built: deeper where modules of src/ are built with them. */
function builtSources(folder: string): string {
    const { compilerOptions } = JSON.parse(
        readFileSync(join(project, folder, "tsconfig.build.json"), "utf8"),
    ) as {
        compilerOptions: { rootDir: string };
    };
    const path = relative(resolve(project, folder, compilerOptions.rootDir), join(project, folder, "src"));
    return path === "" ? "" : `${path}/`;
}

describe.each(folders)("%s", (folder) => {
    const one = readPackage(folder);

    test("is MIT's, for the Node of the project, and has a README", () => {
        expect(one).toMatchObject({ license: "MIT", engines: root.engines });
        expect(readFileSync(join(project, folder, "LICENSE"), "utf8")).toBe(
            readFileSync(join(project, "LICENSE"), "utf8"),
        );
        expect(existsSync(join(project, folder, "README.md"))).toBe(true);
    });

    test("has a source, types and plain JavaScript behind each of its entries", () => {
        for (const [entry, target] of Object.entries(one.exports ?? {})) {
            const source = target["trapos-source"] ?? "";
            expect(existsSync(join(project, folder, source)), entry).toBe(true);
            const built = source.replace("./src/", `./dist/${builtSources(folder)}`);
            // Conditions are tried in their order.
            expect(Object.entries(target), entry).toEqual([
                ["trapos-source", source],
                ["types", built.replace(/\.ts$/, ".d.ts")],
                ["default", built.replace(/\.ts$/, ".js")],
            ]);
        }
    });

    test("packs no sources or tests, and nothing that is not there", () => {
        for (const file of one.files ?? []) {
            expect(file).not.toMatch(/^(src|tests)\b/);
            const [start = "", end = ""] = basename(file).split("*");
            const isThere = (name: string) => name.startsWith(start) && name.endsWith(end);
            const there = file === "dist" || readdirSync(join(project, folder, dirname(file))).some(isThere);
            expect(there, file).toBe(true);
        }
    });
});

test("what several of them need they need in one version, which is exact", () => {
    for (const [name, versions] of wanted) {
        expect([...versions], name).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    }
});

test("the lock file names no registry", () => {
    const { packages } = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8")) as {
        packages: Record<string, { resolved?: string; link?: boolean }>;
    };
    const resolved = Object.values(packages).filter((one) => one.resolved !== undefined);
    expect(resolved.map((one) => one.resolved).sort()).toEqual([...folders].sort());
});
