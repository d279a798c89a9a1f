import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder that has a file, at this program's own or above it: in this tree and in the package they stand elsewhere. */
export function folderWith(file: string): string {
    for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
        if (existsSync(join(folder, file))) return folder;
        if (folder === dirname(folder)) throw new Error(`${file} is missing: install the bridge again.`);
    }
}
