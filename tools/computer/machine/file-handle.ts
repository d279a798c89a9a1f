import * as fs from "node:fs";
import type { Unflushed } from "./file-operations.ts";
import { reasonOf } from "./host-errors.ts";
import { LuaError } from "./lua-vm.ts";

/** Content that a handle reads. */
export interface Source {
    size(): number;
    /** The bytes from a position on, fewer where the content ends. */
    readAt(position: number, count: number): Uint8Array;
}

/** Content that a handle writes too. What is written shows at once, but a power cut can take it back before `flush`. */
export interface Sink extends Source {
    /** Where the next write goes when the handle stands at `position`. */
    writePosition(position: number): number;
    /** @throws LuaError "Out of space" */
    writeAt(position: number, bytes: Uint8Array): void;
    flush(): void;
    /** Takes back what was not flushed, or the second half of it, or nothing. */
    takeBack(unflushed: Unflushed): void;
}

/** Bytes in memory, such as the body of a response. */
export class MemorySource implements Source {
    private readonly bytes: Uint8Array;

    constructor(bytes: Uint8Array) {
        this.bytes = bytes;
    }

    size(): number {
        return this.bytes.length;
    }

    readAt(position: number, count: number): Uint8Array {
        return this.bytes.subarray(position, position + count);
    }
}

/** A file that is read as it stands at that moment. */
export class DiskSource implements Source {
    private readonly descriptor: number;

    constructor(descriptor: number) {
        this.descriptor = descriptor;
    }

    size(): number {
        return fs.fstatSync(this.descriptor).size;
    }

    readAt(position: number, count: number): Uint8Array {
        const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(count, this.size() - position)));
        return bytes.subarray(0, fs.readSync(this.descriptor, bytes, 0, bytes.length, position));
    }
}

/** Lets a file grow to a size, or throws LuaError "Out of space". */
export type Reserve = (currentSize: number, newSize: number) => void;

/** A file that is written, and how to bring it back to how it was at the last flush. */
export class DiskSink extends DiskSource implements Sink {
    private readonly file: number;
    private readonly append: boolean;
    private readonly reserve: Reserve;
    private flushedSize: number;
    /** What was written over, oldest first. */
    private overwritten: { position: number; bytes: Uint8Array }[] = [];
    private changedFrom = Infinity;
    private changedTo = 0;

    /**
     * @param file an open file; for `append` opened to append
     * @param reserve asked before the file grows
     */
    constructor(file: number, append: boolean, reserve: Reserve) {
        super(file);
        this.file = file;
        this.append = append;
        this.reserve = reserve;
        this.flushedSize = this.size();
    }

    writePosition(position: number): number {
        return this.append ? this.size() : position;
    }

    writeAt(position: number, bytes: Uint8Array): void {
        const size = this.size();
        this.reserve(size, position + bytes.length);
        const covered = Math.min(this.flushedSize - position, bytes.length);
        if (covered > 0) this.overwritten.push({ position, bytes: this.readAt(position, covered) });
        this.put(position, bytes);
        this.changedFrom = Math.min(this.changedFrom, position, size);
        this.changedTo = Math.max(this.changedTo, position + bytes.length);
    }

    private put(position: number, bytes: Uint8Array): void {
        for (let written = 0; written < bytes.length;) {
            written += fs.writeSync(this.file, bytes, written, bytes.length - written, position + written);
        }
    }

    flush(): void {
        this.flushedSize = this.size();
        this.overwritten = [];
        this.changedFrom = Infinity;
        this.changedTo = 0;
    }

    takeBack(unflushed: Unflushed): void {
        const changed = this.changedTo - this.changedFrom;
        if (changed <= 0 || unflushed === "kept") return;
        const stays = this.readAt(this.changedFrom, unflushed === "half" ? Math.floor(changed / 2) : 0);
        fs.ftruncateSync(this.file, this.flushedSize);
        for (const { position, bytes } of this.overwritten.reverse()) this.put(position, bytes);
        this.put(this.changedFrom, stays);
        this.flush();
    }
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const LINE_CHUNK = 1024;

/** What a program holds: a position in some content. Every method answers as the handle's in CC; undefined is nil. */
export class FileHandle {
    private readonly source: Source;
    private readonly sink: Sink | undefined;
    private readonly whenClosed: () => void;
    private position = 0;

    /** @param whenClosed called once, after what was written has been flushed or discarded */
    constructor(content: Source | Sink, whenClosed: () => void = () => undefined) {
        this.source = content;
        this.sink = "flush" in content ? content : undefined;
        this.whenClosed = whenClosed;
    }

    private take(count: number): Uint8Array {
        const bytes = this.source.readAt(this.position, count);
        this.position += bytes.length;
        return bytes;
    }

    readByte(): number | undefined {
        return this.take(1)[0];
    }

    read(count: number): Uint8Array | undefined {
        if (count === 0) return this.position >= this.source.size() ? undefined : new Uint8Array();
        const bytes = this.take(count);
        return bytes.length === 0 ? undefined : bytes;
    }

    readAll(): Uint8Array {
        return this.take(Math.max(0, this.source.size() - this.position));
    }

    /** The rest of the line. A carriage return before the newline goes with it, kept by `withTrailing` alone. */
    readLine(withTrailing: boolean): Uint8Array | undefined {
        const pieces: Uint8Array[] = [];
        let newline = -1;
        for (let position = this.position; newline < 0;) {
            const chunk = this.source.readAt(position, LINE_CHUNK);
            if (chunk.length === 0) break;
            newline = chunk.indexOf(NEWLINE);
            pieces.push(newline < 0 ? chunk : chunk.subarray(0, newline + 1));
            position += chunk.length;
        }
        const line = Buffer.concat(pieces);
        if (line.length === 0) return undefined;
        this.position += line.length;
        if (withTrailing || newline < 0) return line;
        const end = line.length - 1;
        return line.subarray(0, line[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
    }

    write(bytes: Uint8Array): void {
        if (this.sink === undefined) throw new LuaError("File is not open for writing");
        const position = this.sink.writePosition(this.position);
        try {
            this.sink.writeAt(position, bytes);
        } catch (error) {
            const reason = reasonOf(error);
            throw reason === undefined ? error : new LuaError(reason);
        }
        this.position = position + bytes.length;
    }

    flush(): void {
        this.sink?.flush();
    }

    /** The new position, or undefined when it would be before the beginning. */
    seek(whence: "set" | "cur" | "end", offset: number): number | undefined {
        const base = whence === "set" ? 0 : whence === "cur" ? this.position : this.source.size();
        if (base + offset < 0) return undefined;
        this.position = base + offset;
        return this.position;
    }

    close(): void {
        try {
            this.sink?.flush();
        } finally {
            this.whenClosed();
        }
    }

    /** Closes as a power cut does. */
    discard(unflushed: Unflushed): void {
        this.sink?.takeBack(unflushed);
        this.whenClosed();
    }

    /** Whether it writes. */
    get writes(): boolean {
        return this.sink !== undefined;
    }

    /** Writes the first half of some bytes. */
    writeHalf(bytes: Uint8Array): void {
        this.write(bytes.subarray(0, bytes.length >> 1));
    }

    /** Puts the first half of what is not flushed on the disk for good, and the rest not. */
    flushHalf(): void {
        this.sink?.takeBack("half");
    }
}
