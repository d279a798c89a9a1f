import type { FileSystem } from "./file-system.ts";
import type { FileOperationName, FileOperations } from "./file-operations.ts";
import { copyHalf, deleteHalf, makeDirHalf, moveHalf } from "./half-done.ts";
import type { HandleTable } from "./handle-table.ts";
import type { WriteMode } from "./host-folder.ts";
import { LuaError, type HostFunctions } from "./lua-vm.ts";
import { combinePaths, directoryOf, nameOf } from "./path.ts";
import type { LuaValue } from "./wire.ts";

function open(
    files: FileSystem,
    operations: FileOperations,
    handles: HandleTable,
    path: string,
    mode: string,
): LuaValue[] {
    const match = /^(r|w|a|r\+|w\+)(b?)$/.exec(mode);
    if (match === null) throw new LuaError("Unsupported mode");
    const binary = match[2] === "b";
    const kind = match[1] as "r" | WriteMode;
    try {
        const handle =
            kind === "r"
                ? files.openRead(path)
                : operations.run(
                      { name: "open", path },
                      () => files.openWrite(path, kind),
                      () => kind !== "r+" && files.makeDir(directoryOf(path)),
                  );
        const abilities = {
            read: kind === "r" || kind.endsWith("+"),
            write: kind !== "r",
            seek: kind !== "a",
            binary,
        };
        return [handles.add(handle, path, abilities).object];
    } catch (error) {
        if (error instanceof LuaError) return [undefined, error.message];
        throw error;
    }
}

/** What fs is in Node. What changes the disk goes through `operations`. */
export function fsFunctions(
    files: FileSystem,
    operations: FileOperations,
    handles: HandleTable,
): HostFunctions {
    const change =
        (
            name: FileOperationName,
            perform: (...paths: string[]) => void,
            half?: (...paths: string[]) => void,
        ) =>
        (path: string, to?: string): void => {
            const paths = to === undefined ? [path] : [path, to];
            operations.run({ name, path, to }, () => perform(...paths), half && (() => half(...paths)));
        };
    return {
        "fs.list": (path: string) => [files.list(path)],
        "fs.combine": (paths: string[]) => [combinePaths(paths)],
        "fs.getName": (path: string) => [nameOf(path)],
        "fs.getDir": (path: string) => [directoryOf(path)],
        "fs.getSize": (path: string) => [files.getSize(path)],
        "fs.exists": (path: string) => [files.exists(path)],
        "fs.isDir": (path: string) => [files.isDir(path)],
        "fs.isReadOnly": (path: string) => [files.isReadOnly(path)],
        "fs.makeDir": change(
            "makeDir",
            (path = "") => files.makeDir(path),
            (path = "") => makeDirHalf(files, path),
        ),
        "fs.delete": change(
            "delete",
            (path = "") => files.delete(path),
            (path = "") => deleteHalf(files, path),
        ),
        "fs.move": change(
            "move",
            (from = "", to = "") => files.move(from, to),
            (from = "", to = "") => moveHalf(files, from, to),
        ),
        "fs.copy": change(
            "copy",
            (from = "", to = "") => files.copy(from, to),
            (from = "", to = "") => copyHalf(files, from, to),
        ),
        "fs.getDrive": (path: string) => [files.getDrive(path)],
        "fs.getFreeSpace": (path: string) => [files.getFreeSpace(path)],
        "fs.getCapacity": (path: string) => [files.getCapacity(path)],
        "fs.attributes": (path: string) => [files.attributes(path)],
        "fs.open": (path: string, mode: string) => open(files, operations, handles, path, mode),
    };
}
