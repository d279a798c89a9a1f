import type { FileSystem } from "./file-system.ts";
import { combinePaths, directoryOf } from "./path.ts";

/** File operations of more than one step, as a power cut in the middle of them leaves the disk. */

/** Every file under a path, or the path itself when it is one. */
function filesUnder(files: FileSystem, path: string): string[] {
    if (!files.isDir(path)) return [path];
    return files.list(path).flatMap((name) => filesUnder(files, combinePaths([path, name])));
}

/** Makes the folders that lead to a new one, without that one. */
export function makeDirHalf(files: FileSystem, path: string): void {
    if (!files.exists(path)) files.makeDir(directoryOf(path));
}

/** Deletes the first half of the files under a folder. Deleting a single file is one step. */
export function deleteHalf(files: FileSystem, path: string): void {
    if (!files.isDir(path)) return;
    const paths = filesUnder(files, path);
    for (const file of paths.slice(0, Math.ceil(paths.length / 2))) files.delete(file);
}

/** Copies a file as far as its middle, a folder without half of its files. */
export function copyHalf(files: FileSystem, from: string, to: string): void {
    files.copy(from, to);
    if (files.isDir(to)) {
        deleteHalf(files, to);
        return;
    }
    const reader = files.openRead(to);
    const content = reader.readAll();
    reader.close();
    const writer = files.openWrite(to, "w");
    writer.write(content.subarray(0, content.length >> 1));
    writer.close();
}

/** Moving is one step once the folder for it is there. From one mount to another it copies first. */
export function moveHalf(files: FileSystem, from: string, to: string): void {
    if (!files.onSameMount(from, to)) files.copy(from, to);
    else if (files.exists(from) && !files.exists(to)) files.makeDir(directoryOf(to));
}
