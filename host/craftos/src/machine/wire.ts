import { LuaError, NOT_ENOUGH_MEMORY } from "./lua-error.ts";

/**
 * The byte format in which values cross the border between Node and Lua.
 *
 * Lua strings are byte strings: here they are JavaScript strings whose characters are all in 0-255 ("binary
 * strings"), or a Uint8Array on the way in. A value is one tag byte and what belongs to it:
 *
 *     z                nil                    n<text>;          number
 *     t, f             true, false            s<length>:<bytes> string
 *     { key value ... }  table                @<index>;         a table seen before, counted from 1
 *     o<kind>; <table>   (only to Lua) an object that the kernel builds, such as a file handle
 *
 * Numbers go as text with 17 significant digits, which is exact for a double.
 */

/** A value that came from Lua. Tables are Maps, functions and coroutines are nil as in CC's own events. */
export type ReceivedValue = undefined | boolean | number | string | LuaTable;
export type LuaTable = Map<ReceivedValue, ReceivedValue>;

/** A value that can be handed to Lua. Arrays become sequences, plain objects become tables with string keys. */
export type LuaValue =
    | undefined
    | null
    | boolean
    | number
    | string
    | Uint8Array
    | LuaObject
    | Map<ReceivedValue, LuaValue>
    | readonly LuaValue[]
    | { readonly [key: string]: LuaValue };

/** An object that only the kernel can build, because it has functions: `kind` names the builder. */
export class LuaObject {
    readonly kind: string;
    readonly fields: { readonly [key: string]: LuaValue };

    constructor(kind: string, fields: { readonly [key: string]: LuaValue }) {
        this.kind = kind;
        this.fields = fields;
    }
}

/** What values take in Node's memory, in bytes, beside the bytes of texts: about, and rather more. Source: measured. */
const VALUE_BYTES = 32;
const TABLE_BYTES = 256;
const ENTRY_BYTES = 48;

/** What a value takes in Node's memory, in bytes. A table that occurs twice counts once. */
export function memoryOf(value: LuaValue, seen = new Set<object>()): number {
    if (typeof value === "string" || value instanceof Uint8Array) return VALUE_BYTES + value.length;
    if (typeof value !== "object" || value === null) return VALUE_BYTES;
    if (value instanceof LuaObject) return memoryOf(value.fields, seen);
    if (seen.has(value)) return VALUE_BYTES;
    seen.add(value);
    let bytes = TABLE_BYTES;
    for (const [key, item] of entriesOf(value))
        bytes += ENTRY_BYTES + memoryOf(key, seen) + memoryOf(item, seen);
    return bytes;
}

/** Bytes: what has grown beyond is not kept for the next time, and a larger array is not copied. */
const LARGE = 65536;

/** A byte buffer that grows as it is written to. */
export class ByteWriter {
    /** What is before the bytes below. */
    private readonly pieces: Uint8Array[] = [];
    private bytes = Buffer.allocUnsafe(1024);
    private used = 0;
    /** How many bytes were written. */
    length = 0;

    private reserve(count: number): void {
        this.length += count;
        if (this.used + count <= this.bytes.length) return;
        const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.used + count));
        this.bytes.copy(larger, 0, 0, this.used);
        this.bytes = larger;
    }

    /** Appends a binary string; the caller has made sure that no character is above 255. */
    writeText(text: string): void {
        this.reserve(text.length);
        this.used += this.bytes.write(text, this.used, "latin1");
    }

    writeBytes(bytes: Uint8Array): void {
        this.reserve(bytes.length);
        this.bytes.set(bytes, this.used);
        this.used += bytes.length;
    }

    /** Appends bytes that stay as they are until they have been read: many are not copied. */
    appendBytes(bytes: Uint8Array): void {
        if (bytes.length < LARGE) {
            this.writeBytes(bytes);
            return;
        }
        this.pieces.push(this.rest(), bytes);
        this.length += bytes.length;
    }

    /** Hands over what was written behind the last large array. */
    private rest(): Buffer {
        const isLarge = this.bytes.length > LARGE;
        const written = this.bytes.subarray(0, this.used);
        this.used = 0;
        if (!isLarge) return Buffer.from(written);
        this.bytes = Buffer.allocUnsafe(1024);
        return written;
    }

    /** Hands over all that was written; arrays that were not copied are pieces of their own. It is forgotten here. */
    take(): Uint8Array[] {
        this.length = 0;
        return [...this.pieces.splice(0), this.rest()];
    }

    /** As `take`, where all was copied. */
    takeWhole(): Buffer {
        this.length = 0;
        return this.rest();
    }
}

/** The first character that no Lua string can hold. */

const beyondBytes = /[^\u0000-\u00ff]/;

function numberToText(value: number): string {
    if (value === Infinity) return "1e999";
    if (value === -Infinity) return "-1e999";
    return Object.is(value, -0) ? "-0" : String(value);
}

function textToNumber(text: string): number {
    if (text.endsWith("inf")) return text.startsWith("-") ? -Infinity : Infinity;
    if (text.endsWith("nan")) return NaN;
    return Number(text);
}

/**
 * Appends one value to `out`.
 * @param seen tables written so far in this message, so that a table that occurs twice stays one table
 * @throws TypeError for a string with a character above 255, which has no byte
 */
export function encodeValue(out: ByteWriter, value: LuaValue, seen: Map<object, number>): void {
    if (value === undefined || value === null) {
        out.writeText("z");
    } else if (typeof value === "boolean") {
        out.writeText(value ? "t" : "f");
    } else if (typeof value === "number") {
        out.writeText(Number.isNaN(value) ? "q" : `n${numberToText(value)};`);
    } else if (typeof value === "string") {
        if (beyondBytes.test(value)) {
            throw new TypeError(
                `A Lua string holds bytes, but ${JSON.stringify(value)} has a character above 255`,
            );
        }
        out.writeText(`s${value.length}:`);
        out.writeText(value);
    } else if (value instanceof Uint8Array) {
        out.writeText(`s${value.length}:`);
        out.appendBytes(value);
    } else if (value instanceof LuaObject) {
        out.writeText(`o${value.kind};`);
        encodeValue(out, value.fields, seen);
    } else {
        const index = seen.get(value);
        if (index !== undefined) {
            out.writeText(`@${index};`);
            return;
        }
        seen.set(value, seen.size + 1);
        out.writeText("{");
        for (const [key, item] of entriesOf(value)) {
            if (key === undefined || item === undefined || item === null) continue;
            encodeValue(out, key, seen);
            encodeValue(out, item, seen);
        }
        out.writeText("}");
    }
}

function entriesOf(
    table: Map<ReceivedValue, LuaValue> | readonly LuaValue[] | { readonly [key: string]: LuaValue },
): Iterable<[ReceivedValue, LuaValue]> {
    if (table instanceof Map) return table;
    if (Array.isArray(table))
        return table.map((item: LuaValue, index): [number, LuaValue] => [index + 1, item]);
    return Object.entries(table);
}

/** Appends several values, which share their tables. */
export function encodeValues(out: ByteWriter, values: readonly LuaValue[]): void {
    const seen = new Map<object, number>();
    for (const value of values) encodeValue(out, value, seen);
}

const SEMICOLON = ";".charCodeAt(0);
const COLON = ":".charCodeAt(0);

/** Tables in each other that a frame may hold: more than the kernel sends. */
const MAXIMUM_DEPTH = 2000;

/**
 * Reads what the kernel wrote: frames of a name and its arguments.
 * @throws Error from each method for bytes that are no frame
 */
export class WireReader {
    private readonly bytes: Buffer;
    private position = 0;
    private depth = 0;
    private tables: LuaTable[] = [];
    /** What may still be taken of Node's memory for the frame, in bytes. */
    private room = 0;

    constructor(bytes: Buffer) {
        this.bytes = bytes;
    }

    get atEnd(): boolean {
        return this.position >= this.bytes.length;
    }

    private readUntil(stop: number): string {
        const end = this.bytes.indexOf(stop, this.position);
        if (end < 0) throw new Error("The Lua kernel sent a frame that is cut off");
        const text = this.bytes.toString("latin1", this.position, end);
        this.position = end + 1;
        return text;
    }

    private readCount(stop: number): number {
        const digits = this.readUntil(stop);
        if (!/^\d{1,10}$/.test(digits)) throw new Error("The Lua kernel sent a length that is none");
        return Number(digits);
    }

    /**
     * One frame: `<name>;<value>...` and a full stop.
     * @param room what its values may take of Node's memory, in bytes
     * @throws LuaError "not enough memory"; what is behind the frame's beginning is lost then
     */
    readFrame(room: number): { name: string; args: ReceivedValue[] } {
        this.room = room;
        const name = this.readUntil(SEMICOLON);
        const args: ReceivedValue[] = [];
        this.tables = [];
        this.depth = 0;
        while (!this.skip(".")) args.push(this.readValue());
        return { name, args };
    }

    private skip(character: string): boolean {
        if (this.bytes[this.position] !== character.charCodeAt(0)) return false;
        this.position++;
        return true;
    }

    private take(bytes: number): void {
        this.room -= bytes;
        if (this.room >= 0) return;
        this.position = this.bytes.length;
        throw new LuaError(NOT_ENOUGH_MEMORY);
    }

    private readValue(): ReceivedValue {
        this.take(VALUE_BYTES);
        const tag = String.fromCharCode(this.bytes[this.position++] ?? 0);
        switch (tag) {
            case "z":
                return undefined;
            case "t":
                return true;
            case "f":
                return false;
            case "n":
                return textToNumber(this.readUntil(SEMICOLON));
            case "s": {
                const length = this.readCount(COLON);
                const end = this.position + length;
                if (end > this.bytes.length) throw new Error("The Lua kernel sent a string that is cut off");
                this.take(end - this.position);
                const text = this.bytes.toString("latin1", this.position, end);
                this.position = end;
                return text;
            }
            case "{": {
                if (this.depth === MAXIMUM_DEPTH)
                    throw new Error("The Lua kernel sent tables too deep in each other");
                this.depth++;
                this.take(TABLE_BYTES);
                const table: LuaTable = new Map();
                this.tables.push(table);
                while (!this.skip("}")) {
                    this.take(ENTRY_BYTES);
                    const key = this.readValue();
                    const value = this.readValue();
                    if (key !== undefined && value !== undefined) table.set(key, value);
                }
                this.depth--;
                return table;
            }
            case "@": {
                const table = this.tables[this.readCount(SEMICOLON) - 1];
                if (table === undefined) throw new Error("The Lua kernel sent a table that is none");
                return table;
            }
            default:
                throw new Error(`The Lua kernel sent an unknown tag ${JSON.stringify(tag)}`);
        }
    }
}
