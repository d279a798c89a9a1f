import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Index, INDEX, type IndexedPackage } from "trapos-registry";
import { projectFolder } from "../../harness/disk.ts";
import type { Figure } from "../figure.ts";

/**
 * A package and all that it depends on.
 * @param index as packages/index.json holds it
 * @throws Error for a package that the index does not have
 */
export function neededPackages(index: Index, name: string): IndexedPackage[] {
    const needed = new Set([name]);
    const packages: IndexedPackage[] = [];
    for (const one of needed) {
        const found = index.packages[one];
        if (found === undefined) throw new Error(`There is no package ${one} in ${INDEX}.`);
        packages.push(found);
        for (const other of Object.keys(found.dependencies)) needed.add(other);
    }
    return packages;
}

/** @returns the bytes of the files of some packages, without what they depend on */
export function installedSize(index: Index, names: readonly string[]): number {
    const files = names.flatMap((name) => Object.values(index.packages[name]?.files ?? {}));
    return files.reduce((sum, { size }) => sum + size, 0);
}

function sizeFigure(name: string, packages: readonly string[], bar: number): Figure {
    return {
        name,
        unit: "B",
        bar,
        measure: async () =>
            installedSize(JSON.parse(await readFile(join(projectFolder, INDEX), "utf8")) as Index, packages),
    };
}

/** What packages take of a computer's 1,000,000 bytes, each beside its budget: docs/adr/0014-the-disk-budget.md. */
export const installedSizeFigures: readonly Figure[] = [
    sizeFigure("installed-size-ai", ["trapos-core", "trapos-boot", "trapos-ai"], 625_000),
    sizeFigure("installed-size-opencode2", ["trapos-opencode2"], 60_000),
    sizeFigure("installed-size-ccpm", ["ccpm"], 140_000),
    sizeFigure("installed-size-test", ["trapos-test"], 25_000),
];
