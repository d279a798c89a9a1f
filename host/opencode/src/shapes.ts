/**
 * Reads values that come from outside by the shapes of src/apis/trapos/shapes.ts, with the meaning that they have on a
 * computer (src/apis/trapos/shape.ts): what is measured there in bytes is measured in bytes of UTF-8 here.
 */
import type { Of, Shape, Words } from "../../../src/apis/trapos/shapes.ts";

/** Reads a value: gives it where it is of one shape, else nothing. Never throws. */
export type Reader<T> = (value: unknown) => T | undefined;

/** Lengths as on the computer: characters of a name and of a message, bytes of all else. */
const longestName = 100;
const longestMessage = 160;
const longestPath = 4096;
const longestId = 100;
const longestLong = 65_536;
/** How far into a text of unknown length is looked, in bytes. */
const reach = 4000;

/** The first bytes of a text, each a character. */
function bytesOf(text: string, most: number): string {
    // No character of UTF-16 is less than a byte of UTF-8.
    return Buffer.from(text.slice(0, most), "utf8").toString("latin1").slice(0, most);
}

const textOf = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");

/** What a terminal takes as commands (ECMA-48), on bytes; src/apis/trapos/terminal.ts says what each of them is. */
const commands = [
    /\x1b[P\]X^_][^\n\x07\x1b]*\x07?/g,
    /\x1b\[[0-?]*[ -/]*[@-~]?/g,
    /\x1b[%(-/#][0-~]?/g,
    /\x1b[78=>DEMc\\]?/g,
];

function withoutCommands(bytes: string): string {
    let plain = bytes.replace(/\xc2([\x90\x98\x9b-\x9f])/g, (_, byte: string) => {
        return `\x1b${String.fromCharCode(byte.charCodeAt(0) - 0x40)}`;
    });
    plain = plain.replace(/(?<![\x80-\xff])\x9b/g, "\x1b[");
    for (const command of commands) plain = plain.replace(command, "");
    return plain;
}

const blanks = /[\0-\x20\x7f]+/g;

/** Where the characters of UTF-8 begin in bytes: all but those that go on with one. */
const lead = /[^\x80-\xbf]/g;

/** One line of bytes, of so many characters at most; what is cut ends with "..". */
function oneLine(bytes: string, most: number): string {
    const line = withoutCommands(bytes.slice(0, most * 20)).replace(blanks, " ");
    if (line.length <= most) return textOf(line);
    const starts = [...line.slice(0, (most + 1) * 4).matchAll(lead)].map((found) => found.index);
    if (starts.length <= most) return textOf(line.slice(0, (most + 1) * 4));
    return `${textOf(line.slice(0, starts[most - 2]))}..`;
}

const text: Reader<string> = (value) => (typeof value === "string" ? value : undefined);

function line(most: number): Reader<string> {
    return (value) => (typeof value === "string" ? oneLine(bytesOf(value, most * 20), most) : undefined);
}

/** A text of so many bytes that is whole or wrong. */
function within(most: number, pattern: RegExp): Reader<string> {
    return (value) => {
        if (typeof value !== "string" || Buffer.byteLength(value) > most) return undefined;
        return pattern.test(value) ? value : undefined;
    };
}

/** A text of many lines: whole as far as anybody reads, and cut where a character ends. */
const long: Reader<string> = (value) => {
    if (typeof value !== "string") return undefined;
    const length = Buffer.byteLength(value);
    if (length <= longestLong) return value;
    const start = bytesOf(value, longestLong + 1);
    const end = [...start.slice(-4).matchAll(lead)].at(-1)?.index;
    const kept = start.slice(0, end === undefined ? longestLong : longestLong + 1 - 4 + end);
    return `${textOf(kept)}\n.. (${length - longestLong} more bytes)`;
};

/** A number in a range; NaN and infinity are in none. */
function number(least: number, most: number): Reader<number> {
    return (value) => (typeof value === "number" && value >= least && value <= most ? value : undefined);
}

/** Why something failed, as a message; of a web page its title. */
const reason: Reader<string> = (value) => {
    if (typeof value !== "string") return undefined;
    const start = bytesOf(value, reach);
    const lower = start.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    const doctype = lower.indexOf("<!doctype html");
    const page = doctype < 0 ? lower.indexOf("<html") : doctype;
    if (page < 0) return oneLine(start, longestMessage);
    const title = /<title[^>]*>[ \t-\r]*([^<]+)/i.exec(start)?.[1];
    return oneLine(start.slice(0, page) + (title ?? "a web page"), longestMessage);
};

const words: { readonly [W in keyof Words]: Reader<Words[W]> } = {
    text,
    long,
    name: line(longestName),
    message: line(longestMessage),
    reason,
    id: within(longestId, /^[A-Za-z0-9][A-Za-z0-9._~-]*$/),
    folder: within(longestPath, /(?:)/),
    boolean: (value) => (typeof value === "boolean" ? value : undefined),
    time: number(0, 1e14),
    count: number(0, 1e12),
    amount: number(0, 1e9),
    status: number(100, 999),
    present: (value) => (isThere(value) ? true : undefined),
    any: (value) => value,
};

/** Whether a value is there: null is Lua's nil, too. */
const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/**
 * The fields of an object and the entries of a list, without those that are not there; nothing for any other value. In
 * Lua an empty object is an empty list, so it is here.
 */
function contentsOf(value: unknown): { fields: [string, unknown][]; entries: unknown[] } | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value)) return { fields: [], entries: value.filter(isThere) };
    return { fields: Object.entries(value).filter(([, inner]) => isThere(inner)), entries: [] };
}

/** @param isWhole true where one wrong entry makes the whole wrong; else such entries are left out */
function readList(value: unknown, entry: Reader<unknown>, isWhole: boolean): unknown[] | undefined {
    const contents = contentsOf(value);
    if (contents === undefined || contents.fields.length > 0) return undefined;
    const read = contents.entries.map(entry).filter((one) => one !== undefined);
    const isWrong = isWhole ? read.length < contents.entries.length : read.length === 0;
    return contents.entries.length > 0 && isWrong ? undefined : read;
}

function readRecord(value: unknown, entry: Reader<unknown>): Record<string, unknown> | undefined {
    const contents = contentsOf(value);
    if (contents === undefined) return undefined;
    const read = contents.fields.map(([name, inner]) => [name, entry(inner)] as const);
    const right = read.filter(([, inner]) => inner !== undefined);
    const isOther = right.length < read.length || contents.entries.length > 0;
    // Not by assignment, to which "__proto__" is no name of a field.
    return isOther && right.length === 0 ? undefined : Object.fromEntries(right);
}

interface Field {
    readonly name: string;
    readonly isNeeded: boolean;
    readonly read: Reader<unknown>;
}

function readFields(value: unknown, fields: readonly Field[]): Record<string, unknown> | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    const record: Record<string, unknown> = {};
    for (const { name, isNeeded, read } of fields) {
        const isOwn = !Array.isArray(value) && Object.hasOwn(value, name);
        const given = isOwn ? (value as Record<string, unknown>)[name] : undefined;
        const found = read(given ?? undefined);
        if (found !== undefined) record[name] = found;
        else if (isNeeded) return undefined;
    }
    return record;
}

function isWord(shape: Shape): shape is keyof Words {
    return typeof shape === "string";
}

function isFields(shape: Shape): shape is { readonly [field: string]: Shape } {
    return !Array.isArray(shape);
}

/** A field's name and whether it has to be there: a question mark behind the name says that it may be absent. */
function fieldOf(key: string): { name: string; isNeeded: boolean } {
    return key.endsWith("?") ? { name: key.slice(0, -1), isNeeded: false } : { name: key, isNeeded: true };
}

function readerOf(shape: Shape): Reader<unknown> {
    if (isWord(shape)) return words[shape];
    if (isFields(shape)) {
        const fields = Object.entries(shape).map(([key, inner]) => ({
            ...fieldOf(key),
            read: readerOf(inner),
        }));
        return (value) => readFields(value, fields);
    }
    switch (shape[0]) {
        case "choice": {
            const texts = shape.slice(1);
            return (value) => (texts.includes(value as string) ? value : texts[0]);
        }
        case "either": {
            const entry = words[shape[1]];
            return (value) => entry(value) ?? shape[2];
        }
        case "record": {
            const entry = readerOf(shape[1]);
            return (value) => readRecord(value, entry);
        }
        default: {
            const entry = readerOf(shape[1]);
            return (value) => readList(value, entry, shape[0] === "list");
        }
    }
}

/**
 * Makes what reads values by a shape.
 * @param shape any shape
 * @returns a function that gives what it read, made of what the shape names alone, or nothing where the value is of
 * another shape; it never throws
 */
export function reader<const S extends Shape>(shape: S): Reader<Of<S>> {
    return readerOf(shape) as Reader<Of<S>>;
}
