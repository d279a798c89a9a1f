import * as fs from "node:fs";
import * as nodePath from "node:path";
import { DiskSink, DiskSource, FileHandle } from "./file-handle.ts";
import { reasonOf } from "./host-errors.ts";
import { LuaError } from "./lua-vm.ts";

/** What a file or folder takes at least of the disk. Source: MountConstants in CC: Tweaked. */
const MINIMUM_FILE_SIZE = 500;

/** A refusal by a mount: the path is relative to the mount. */
export class MountError extends Error {
    readonly path: string;

    constructor(path: string, reason: string) {
        super(reason);
        this.path = path;
    }
}

export interface FileAttributes {
    size: number;
    isDir: boolean;
    /** Milliseconds since 1970. */
    created: number;
    modified: number;
}

export type WriteMode = "w" | "a" | "r+" | "w+";

/** Does something on the host and turns its errors into CC's words. */
function onHost<T>(path: string, action: () => T): T {
    try {
        return action();
    } catch (error) {
        const reason = reasonOf(error);
        if (reason === undefined || error instanceof MountError) throw error;
        throw new MountError(path, reason);
    }
}

/**
 * A folder of the host as a mount. Paths are clean (see path.ts) and relative to it. Nothing outside of the folder
 * can be reached: a link that leads out is no file at all.
 */
export class HostFolder {
    readonly readOnly: boolean;
    /** Bytes, or undefined where there is no limit. */
    readonly capacity: number | undefined;
    private readonly root: string;
    private used = 0;

    /**
     * @param root an existing folder of the host
     * @param options `readOnly`; `capacity` in bytes, by which writing is limited
     */
    constructor(root: string, options: { readOnly?: boolean; capacity?: number } = {}) {
        this.root = fs.realpathSync.native(root);
        this.readOnly = options.readOnly ?? false;
        this.capacity = options.capacity;
        if (!this.readOnly) this.used = spaceIn(this.root);
    }

    /** The place on the host, or undefined when a link would lead out of the folder. */
    private locate(path: string): string | undefined {
        const place = nodePath.join(this.root, path);
        try {
            return this.isInside(place) ? place : undefined;
        } catch (error) {
            if (!isMissing(error)) return undefined;
        }
        try {
            // A link to nowhere would be followed when its target is written: it stands, but leads to no place.
            const existing = longestExisting(path, (part) => stands(nodePath.join(this.root, part)));
            return this.isInside(nodePath.join(this.root, existing)) ? place : undefined;
        } catch {
            return undefined;
        }
    }

    private isInside(place: string): boolean {
        const real = fs.realpathSync.native(place);
        return real === this.root || real.startsWith(this.root + nodePath.sep);
    }

    private place(path: string): string {
        const place = this.locate(path);
        if (place === undefined) throw new MountError(path, "Access denied");
        return place;
    }

    private stat(path: string): fs.Stats | undefined {
        const place = this.locate(path);
        if (place === undefined) return undefined;
        try {
            return fs.statSync(place, { throwIfNoEntry: false });
        } catch {
            return undefined;
        }
    }

    exists(path: string): boolean {
        return this.stat(path) !== undefined;
    }

    isDirectory(path: string): boolean {
        return this.stat(path)?.isDirectory() ?? false;
    }

    /** The path, or the nearest folder above it that exists. */
    private existing(path: string): string {
        return longestExisting(path, (part) => this.exists(part));
    }

    /** Whether the path, or the nearest folder above it that exists, cannot be written. */
    isReadOnly(path: string): boolean {
        if (this.readOnly) return true;
        const existing = this.existing(path);
        if (!this.exists(existing)) return false;
        try {
            fs.accessSync(this.place(existing), fs.constants.W_OK);
            return false;
        } catch {
            return true;
        }
    }

    list(path: string): string[] {
        if (!this.exists(path)) throw new MountError(path, "No such file");
        if (!this.isDirectory(path)) throw new MountError(path, "Not a directory");
        const names = onHost(path, () => fs.readdirSync(this.place(path)));
        // A name that Latin-1 cannot hold shows with question marks, as in CC.
        return names.map((name) => name.replace(/[^\u0001-\u00ff]/g, "?"));
    }

    attributes(path: string): FileAttributes {
        const stats = this.stat(path);
        if (stats === undefined) {
            // CC's ROM is no folder of its host, and does not tell these apart.
            const isBelowFile = !this.readOnly && this.isBelowFile(path);
            throw new MountError(path, isBelowFile ? "Not a directory" : "No such file");
        }
        const isDir = stats.isDirectory();
        return {
            size: isDir ? 0 : stats.size,
            isDir,
            created: Math.floor(stats.birthtimeMs || stats.mtimeMs),
            modified: Math.floor(stats.mtimeMs),
        };
    }

    private isBelowFile(path: string): boolean {
        const existing = this.existing(path);
        return existing !== "" && !this.isDirectory(existing);
    }

    /** Bytes that can still be written; Infinity where there is no limit. */
    freeSpace(): number {
        return this.capacity === undefined ? Infinity : Math.max(0, this.capacity - this.used);
    }

    private checkWritable(path: string): void {
        if (this.readOnly) throw new MountError(path, "Access denied");
    }

    openRead(path: string, whenClosed: () => void): FileHandle {
        const stats = this.stat(path);
        if (stats === undefined) throw new MountError(path, "No such file");
        if (!stats.isFile()) throw new MountError(path, "Not a file");
        const descriptor = onHost(path, () => fs.openSync(this.place(path), "r"));
        return new FileHandle(new DiskSource(descriptor), () => {
            fs.closeSync(descriptor);
            whenClosed();
        });
    }

    openWrite(path: string, mode: WriteMode, whenClosed: () => void): FileHandle {
        this.checkWritable(path);
        const creates = mode !== "r+";
        const stats = path === "" ? undefined : this.stat(path);
        if (path === "" || stats?.isDirectory()) {
            throw new MountError(path, creates ? "Cannot write to directory" : "Not a file");
        }
        if (stats === undefined) {
            if (!creates) throw new MountError(path, "No such file");
            const folder = nodePath.posix.dirname(path);
            if (folder !== ".") this.makeDirectory(folder);
            if (this.freeSpace() < MINIMUM_FILE_SIZE) throw new MountError(path, "Out of space");
        }
        const flags = { w: "w+", a: "a+", "r+": "r+", "w+": "w+" }[mode];
        const descriptor = onHost(path, () => fs.openSync(this.place(path), flags));
        if (stats === undefined) this.used += MINIMUM_FILE_SIZE;
        else if (mode.startsWith("w"))
            this.used -= Math.max(stats.size, MINIMUM_FILE_SIZE) - MINIMUM_FILE_SIZE;
        const sink = new DiskSink(descriptor, mode === "a", (size, newSize) => this.reserve(size, newSize));
        return new FileHandle(sink, () => {
            fs.closeSync(descriptor);
            whenClosed();
        });
    }

    private reserve(size: number, newSize: number): void {
        const more = newSize - Math.max(MINIMUM_FILE_SIZE, size);
        if (more <= 0) return;
        if (more > this.freeSpace()) throw new LuaError("Out of space");
        this.used += more;
    }

    makeDirectory(path: string): void {
        this.checkWritable(path);
        const stats = this.stat(path);
        if (stats !== undefined) {
            if (!stats.isDirectory()) throw new MountError(path, "File exists");
            return;
        }
        const folders = namesOf(path).length - namesOf(this.existing(path)).length;
        if (this.freeSpace() < folders * MINIMUM_FILE_SIZE) throw new MountError(path, "Out of space");
        onHost(path, () => {
            try {
                fs.mkdirSync(this.place(path), { recursive: true });
            } catch (error) {
                // A file stands where a parent folder is wanted.
                if ((error as NodeJS.ErrnoException).code === "ENOTDIR")
                    throw new MountError(path, "Access denied");
                throw error;
            }
        });
        this.used += folders * MINIMUM_FILE_SIZE;
    }

    /** Deletes a file, or a folder with all that is in it. What does not exist is deleted already. */
    delete(path: string): void {
        this.checkWritable(path);
        if (path === "") throw new MountError(path, "Access denied");
        if (!this.exists(path)) return;
        const place = this.place(path);
        const freed = spaceUsed(place);
        onHost(path, () => fs.rmSync(place, { recursive: true }));
        this.used -= freed;
    }

    /** Moves within the mount, in one step. The folder above the new place is made when it is missing. */
    rename(from: string, to: string): void {
        this.checkWritable(from);
        const folder = nodePath.posix.dirname(to);
        if (folder !== "." && !this.exists(folder)) this.makeDirectory(folder);
        if (!this.exists(from)) throw new MountError(from, "No such file");
        if (this.exists(to)) throw new MountError(to, "File exists");
        onHost(from, () => fs.renameSync(this.place(from), this.place(to)));
    }
}

/** Whether an error says that there is no such file. */
function isMissing(error: unknown): boolean {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG";
}

/** Whether there is something at a place, be it a link to nowhere. @throws Error from Node where it cannot be told */
function stands(place: string): boolean {
    try {
        fs.lstatSync(place);
        return true;
    } catch (error) {
        if (isMissing(error)) return false;
        throw error;
    }
}

function namesOf(path: string): string[] {
    return path === "" ? [] : path.split("/");
}

/**
 * The longest beginning of a path that exists, "" at least. It is halved its way to, since a program can make paths of
 * very many names.
 */
function longestExisting(path: string, exists: (part: string) => boolean): string {
    const names = namesOf(path);
    const part = (count: number): string => names.slice(0, count).join("/");
    let [most, least] = [names.length, 0];
    while (least < most) {
        const middle = Math.ceil((least + most) / 2);
        if (exists(part(middle))) least = middle;
        else most = middle - 1;
    }
    return part(least);
}

/** The bytes that all in a folder takes of a computer's disk, as CC counts them; the folder itself does not count. */
export function spaceIn(folder: string): number {
    return spaceUsed(folder) - MINIMUM_FILE_SIZE;
}

/** What a file or folder takes of the disk, with all that is in it. Links are not followed. */
function spaceUsed(place: string): number {
    const stats = fs.lstatSync(place);
    if (!stats.isDirectory()) return Math.max(MINIMUM_FILE_SIZE, stats.size);
    return fs
        .readdirSync(place)
        .reduce((sum, name) => sum + spaceUsed(nodePath.join(place, name)), MINIMUM_FILE_SIZE);
}
