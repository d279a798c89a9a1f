import type { FileSystem } from "./file-system.ts";
import type { HandleTable } from "./handle-table.ts";
import type { WriteMode } from "./host-folder.ts";
import { LuaError, type HostFunctions } from "./lua-vm.ts";
import { combinePaths, directoryOf, nameOf } from "./path.ts";
import type { LuaValue } from "./wire.ts";

function open(files: FileSystem, handles: HandleTable, path: string, mode: string): LuaValue[] {
    const match = /^(r|w|a|r\+|w\+)(b?)$/.exec(mode);
    if (match === null) throw new LuaError("Unsupported mode");
    const binary = match[2] === "b";
    const kind = match[1] as "r" | WriteMode;
    try {
        const handle = kind === "r" ? files.openRead(path) : files.openWrite(path, kind);
        const abilities = {
            read: kind === "r" || kind.endsWith("+"),
            write: kind !== "r",
            seek: kind !== "a",
            binary,
        };
        return [handles.add(handle, abilities)];
    } catch (error) {
        if (error instanceof LuaError) return [undefined, error.message];
        throw error;
    }
}

/** What fs is in Node. */
export function fsFunctions(files: FileSystem, handles: HandleTable): HostFunctions {
    return {
        "fs.list": (path: string) => [files.list(path)],
        "fs.combine": (...paths: string[]) => [combinePaths(paths)],
        "fs.getName": (path: string) => [nameOf(path)],
        "fs.getDir": (path: string) => [directoryOf(path)],
        "fs.getSize": (path: string) => [files.getSize(path)],
        "fs.exists": (path: string) => [files.exists(path)],
        "fs.isDir": (path: string) => [files.isDir(path)],
        "fs.isReadOnly": (path: string) => [files.isReadOnly(path)],
        "fs.makeDir": (path: string) => files.makeDir(path),
        "fs.delete": (path: string) => files.delete(path),
        "fs.move": (from: string, to: string) => files.move(from, to),
        "fs.copy": (from: string, to: string) => files.copy(from, to),
        "fs.getDrive": (path: string) => [files.getDrive(path)],
        "fs.getFreeSpace": (path: string) => [files.getFreeSpace(path)],
        "fs.getCapacity": (path: string) => [files.getCapacity(path)],
        "fs.attributes": (path: string) => [files.attributes(path)],
        "fs.find": (pattern: string) => [files.find(pattern)],
        "fs.open": (path: string, mode: string) => open(files, handles, path, mode),
    };
}
