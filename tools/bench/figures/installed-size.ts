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

/** @returns the bytes of a package's files and of those of all that it depends on */
export function installedSize(index: Index, name: string): number {
    const files = neededPackages(index, name).flatMap((one) => Object.values(one.files));
    return files.reduce((sum, { size }) => sum + size, 0);
}

export const installedSizeFigure: Figure = {
    name: "installed-size",
    unit: "B",
    measure: async () =>
        installedSize(JSON.parse(await readFile(join(projectFolder, INDEX), "utf8")) as Index, "trapos-ai"),
};
