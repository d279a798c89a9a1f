import { type FileHandle } from "./file-handle.ts";
import { MountError, type HostFolder, type WriteMode } from "./host-folder.ts";
import { LuaError } from "./lua-vm.ts";
import { combinePaths, containsPath, directoryOf, nameOf, sanitizePath } from "./path.ts";

/** Files that a computer may have open at once. Source: CoreConfig in CC: Tweaked. */
const MAXIMUM_OPEN_FILES = 128;

/** Folders in folders that `fs.copy` follows. Source: FileSystem in CC: Tweaked. */
const MAXIMUM_COPY_DEPTH = 128;

/** Bytes that `fs.copy` copies at a time: what the disk has room for is there afterwards. Source: Java's channels. */
const COPY_PIECE = 8192;

interface Mount {
    /** Where it is mounted: a clean path, "" for the root. */
    readonly location: string;
    /** What `fs.getDrive` says. */
    readonly label: string;
    readonly folder: HostFolder;
}

/** A path and the mount that it is on. */
interface Target {
    readonly path: string;
    readonly local: string;
    readonly mount: Mount;
}

/** What a program sees of a failure: a path and what is wrong with it. */
function failure(path: string, reason: string): LuaError {
    return new LuaError(`/${path}: ${reason}`);
}

/** The computer's files: its disk and what is mounted on it. Errors are LuaErrors in CC's own words. */
export class FileSystem {
    private readonly mounts: Mount[];
    private readonly open = new Set<FileHandle>();

    /** @param mounts the first is the disk, mounted at "" */
    constructor(mounts: readonly Mount[]) {
        this.mounts = [...mounts];
    }

    /** The deepest mount that a path is on. */
    private target(path: string): Target {
        const clean = sanitizePath(path);
        let found: Mount | undefined;
        for (const mount of this.mounts) {
            if (!containsPath(mount.location, clean)) continue;
            if (found === undefined || mount.location.length > found.location.length) found = mount;
        }
        if (found === undefined) throw failure(clean, "Invalid Path");
        return { path: clean, local: clean.slice(found.location.length).replace(/^\//, ""), mount: found };
    }

    private on<T>(target: Target, action: (folder: HostFolder, local: string) => T): T {
        try {
            return action(target.mount.folder, target.local);
        } catch (error) {
            if (!(error instanceof MountError)) throw error;
            throw failure(
                [target.mount.location, error.path].filter((part) => part !== "").join("/"),
                error.message,
            );
        }
    }

    list(path: string): string[] {
        const target = this.target(path);
        const names = this.on(target, (folder, local) => folder.list(local));
        for (const { location } of this.mounts) {
            if (location !== "" && directoryOf(location) === target.path) names.push(nameOf(location));
        }
        // Duplicates happen where a folder of the disk lies under a mount; CC lists both.
        return names.sort();
    }

    exists(path: string): boolean {
        return this.orFalse(path, (folder, local) => folder.exists(local));
    }

    isDir(path: string): boolean {
        return this.orFalse(path, (folder, local) => folder.isDirectory(local));
    }

    isReadOnly(path: string): boolean {
        return this.orFalse(path, (folder, local) => folder.isReadOnly(local));
    }

    private orFalse(path: string, question: (folder: HostFolder, local: string) => boolean): boolean {
        try {
            return this.on(this.target(path), question);
        } catch (error) {
            if (error instanceof LuaError) return false;
            throw error;
        }
    }

    getSize(path: string): number {
        return this.on(this.target(path), (folder, local) => folder.attributes(local).size);
    }

    attributes(path: string): Record<string, number | boolean> {
        const target = this.target(path);
        return this.on(target, (folder, local) => {
            const { size, isDir, created, modified } = folder.attributes(local);
            // `modification` is what `modified` was called up to CC 1.91.
            return {
                size,
                isDir,
                isReadOnly: folder.isReadOnly(local),
                created,
                modified,
                modification: modified,
            };
        });
    }

    /** The label of the mount, or undefined for a path that does not exist. */
    getDrive(path: string): string | undefined {
        const target = this.target(path);
        return this.exists(path) ? target.mount.label : undefined;
    }

    getFreeSpace(path: string): number | "unlimited" {
        const { folder } = this.target(path).mount;
        if (folder.readOnly) return 0;
        const free = folder.freeSpace();
        return free === Infinity ? "unlimited" : free;
    }

    getCapacity(path: string): number | undefined {
        const { folder } = this.target(path).mount;
        return folder.readOnly ? undefined : folder.capacity;
    }

    onSameMount(path: string, other: string): boolean {
        return this.target(path).mount === this.target(other).mount;
    }

    makeDir(path: string): void {
        this.on(this.target(path), (folder, local) => folder.makeDirectory(local));
    }

    delete(path: string): void {
        this.on(this.target(path), (folder, local) => folder.delete(local));
    }

    move(from: string, to: string): void {
        const source = this.target(from);
        const destination = this.target(to);
        if (this.isReadOnly(from) || this.isReadOnly(to)) throw new LuaError("Access denied");
        if (!this.exists(from)) throw new LuaError("No such file");
        if (this.exists(to)) throw new LuaError("File exists");
        if (containsPath(source.path, destination.path))
            throw new LuaError("Can't move a directory inside itself");
        if (source.mount === destination.mount) {
            this.on(source, (folder, local) => folder.rename(local, destination.local));
        } else {
            this.copy(from, to);
            this.delete(from);
        }
    }

    copy(from: string, to: string): void {
        const source = this.target(from);
        const destination = this.target(to);
        if (this.isReadOnly(to)) throw failure(destination.path, "Access denied");
        if (!this.exists(from)) throw failure(source.path, "No such file");
        if (this.exists(to)) throw failure(destination.path, "File exists");
        if (containsPath(source.path, destination.path)) {
            throw failure(source.path, "Can't copy a directory inside itself");
        }
        this.copyInto(source, destination, 0);
    }

    private copyInto(source: Target, destination: Target, depth: number): void {
        if (depth >= MAXIMUM_COPY_DEPTH) throw new LuaError("Too many directories to copy");
        const child = (target: Target, name: string): Target => ({
            path: combinePaths([target.path, name]),
            local: combinePaths([target.local, name]),
            mount: target.mount,
        });
        if (this.on(source, (folder, local) => folder.isDirectory(local))) {
            this.on(destination, (folder, local) => folder.makeDirectory(local));
            for (const name of this.on(source, (folder, local) => folder.list(local))) {
                this.copyInto(child(source, name), child(destination, name), depth + 1);
            }
            return;
        }
        const nothing = (): void => undefined;
        const reader = this.on(source, (folder, local) => folder.openRead(local, nothing));
        try {
            const writer = this.on(destination, (folder, local) => folder.openWrite(local, "w", nothing));
            try {
                for (
                    let bytes = reader.read(COPY_PIECE);
                    bytes !== undefined;
                    bytes = reader.read(COPY_PIECE)
                ) {
                    writer.write(bytes);
                }
            } finally {
                writer.close();
            }
        } finally {
            reader.close();
        }
    }

    openRead(path: string): FileHandle {
        const target = this.target(path);
        return this.track((whenClosed) =>
            this.on(target, (folder, local) => folder.openRead(local, whenClosed)),
        );
    }

    openWrite(path: string, mode: WriteMode): FileHandle {
        const target = this.target(path);
        return this.track((whenClosed) =>
            this.on(target, (folder, local) => folder.openWrite(local, mode, whenClosed)),
        );
    }

    private track(open: (whenClosed: () => void) => FileHandle): FileHandle {
        const handle = open(() => this.open.delete(handle));
        if (this.open.size >= MAXIMUM_OPEN_FILES) {
            handle.close();
            throw new LuaError("Too many files already open");
        }
        this.open.add(handle);
        return handle;
    }
}
