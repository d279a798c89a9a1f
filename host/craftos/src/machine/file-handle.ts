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
    /** How many bytes it keeps in memory of what a power cut would bring back. */
    readonly kept: number;
    /** How many more it would keep, at most, when so many bytes are written at a position. */
    wouldKeep(position: number, length: number): number;
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

/** Bytes that are kept together of what was written over. */
const PAGE = 4096;

/** A file that is written, and how to bring it back to how it was at the last flush. */
export class DiskSink extends DiskSource implements Sink {
    private readonly file: number;
    private readonly append: boolean;
    private readonly reserve: Reserve;
    private flushedSize: number;
    /** What was written over since the last flush, as it was then: pages by their numbers. */
    private readonly overwritten = new Map<number, Uint8Array>();
    kept = 0;
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
        this.keep(position, bytes.length);
        this.put(position, bytes);
        this.changedFrom = Math.min(this.changedFrom, position, size);
        this.changedTo = Math.max(this.changedTo, position + bytes.length);
    }

    /** The pages that are about to be written over and not kept yet. */
    private newPages(position: number, length: number): number[] {
        const pages: number[] = [];
        if (position >= this.flushedSize) return pages;
        const end = Math.min(this.flushedSize, position + length);
        for (let page = Math.floor(position / PAGE); page * PAGE < end; page++) {
            if (!this.overwritten.has(page)) pages.push(page);
        }
        return pages;
    }

    wouldKeep(position: number, length: number): number {
        return this.newPages(position, length).length * PAGE;
    }

    private keep(position: number, length: number): void {
        for (const page of this.newPages(position, length)) {
            const bytes = this.readAt(page * PAGE, Math.min(PAGE, this.flushedSize - page * PAGE));
            this.overwritten.set(page, bytes);
            this.kept += bytes.length;
        }
    }

    private put(position: number, bytes: Uint8Array): void {
        for (let written = 0; written < bytes.length;) {
            written += fs.writeSync(this.file, bytes, written, bytes.length - written, position + written);
        }
    }

    flush(): void {
        this.flushedSize = this.size();
        this.overwritten.clear();
        this.kept = 0;
        this.changedFrom = Infinity;
        this.changedTo = 0;
    }

    takeBack(unflushed: Unflushed): void {
        const changed = this.changedTo - this.changedFrom;
        if (changed <= 0 || unflushed === "kept") return;
        const stays = this.readAt(this.changedFrom, unflushed === "half" ? Math.floor(changed / 2) : 0);
        fs.ftruncateSync(this.file, this.flushedSize);
        for (const [page, bytes] of this.overwritten) this.put(page * PAGE, bytes);
        this.put(this.changedFrom, stays);
        this.flush();
    }
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
/** Bytes that are looked through at a time for the end of a line: most lines are short, and some files are one. */
const [LEAST_LINE_CHUNK, MOST_LINE_CHUNK] = [1024, 65536];

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

    /** How many bytes there are from the position on. */
    rest(): number {
        return Math.max(0, this.source.size() - this.position);
    }

    readAll(): Uint8Array {
        return this.take(this.rest());
    }

    /**
     * The rest of the line. A carriage return before the newline goes with it, kept by `withTrailing` alone.
     * @param expect told how many bytes a long line has before they are read; it may throw
     */
    readLine(withTrailing: boolean, expect: (bytes: number) => void): Uint8Array | undefined {
        const line = this.takeLine(expect);
        if (line.length === 0) return undefined;
        const end = line.length - 1;
        if (withTrailing || line[end] !== NEWLINE) return line;
        return line.subarray(0, line[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
    }

    private takeLine(expect: (bytes: number) => void): Uint8Array {
        const chunk = this.source.readAt(this.position, LEAST_LINE_CHUNK);
        const newline = chunk.indexOf(NEWLINE);
        if (newline >= 0 || chunk.length < LEAST_LINE_CHUNK) {
            const line = newline < 0 ? chunk : chunk.subarray(0, newline + 1);
            this.position += line.length;
            return line;
        }
        const length = this.lineLength();
        expect(length);
        return this.take(length);
    }

    /** How many bytes the rest of the line has, with its newline. */
    private lineLength(): number {
        for (let position = this.position; ;) {
            const chunk = this.source.readAt(position, MOST_LINE_CHUNK);
            const newline = chunk.indexOf(NEWLINE);
            if (newline >= 0) return position + newline + 1 - this.position;
            if (chunk.length === 0) return position - this.position;
            position += chunk.length;
        }
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

    /** How many bytes it keeps in memory of what a power cut would bring back. */
    get kept(): number {
        return this.sink?.kept ?? 0;
    }

    /** How many bytes more it would keep, at most, once so many are written. */
    wouldKeep(length: number): number {
        return this.sink?.wouldKeep(this.sink.writePosition(this.position), length) ?? 0;
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
