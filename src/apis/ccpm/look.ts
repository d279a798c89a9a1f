/** What stands on the disk. */
import { read, standing } from "./finish";
import { sha256 } from "./sha256";
import { CACHE, CONFIGURATION, LOCK } from "./state";
import type { Disk, Fingerprint, Found } from "./types";

/** The file at a path, or undefined where there is none. */
export function look(disk: Disk, path: string): Found | undefined {
    return disk.exists(path) && !disk.isDir(path) ? disk.attributes(path) : undefined;
}

/** Whether there is a file with the content that a fingerprint tells. May yield. */
export function matches(disk: Disk, path: string, file: Fingerprint): boolean {
    const found = look(disk, path);
    return found !== undefined && found.size === file.size && sha256(read(disk, path)) === file.sha256;
}

/** How ccpm's own files stand on the disk: another text once one of them has been written. */
export function stamp(disk: Disk): string {
    let text = "";
    for (const path of [CACHE, CONFIGURATION, LOCK]) text += `${path} ${standing(disk, path)} `;
    return text;
}
