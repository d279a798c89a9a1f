import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Index, INDEX } from "../../build/packages.ts";
import { projectFolder } from "../../harness/disk.ts";
import type { Figure } from "../figure.ts";

/**
 * The size of a package's files and of those of all that it depends on.
 * @param index as packages/index.json holds it
 * @returns bytes
 * @throws Error for a package that the index does not have
 */
export function installedSize(index: Index, name: string): number {
    const needed = new Set([name]);
    let size = 0;
    for (const one of needed) {
        const found = index.packages[one];
        if (found === undefined) throw new Error(`There is no package ${one} in ${INDEX}.`);
        for (const file of Object.values(found.files)) size += file.size;
        for (const other of Object.keys(found.dependencies)) needed.add(other);
    }
    return size;
}

export const installedSizeFigure: Figure = {
    name: "installed-size",
    unit: "B",
    bar: 60_000,
    measure: async () =>
        installedSize(JSON.parse(await readFile(join(projectFolder, INDEX), "utf8")) as Index, "trapos-ai"),
};
