/**
 * Reads values that come from outside by shapes (see shapes.ts): what it gives has the type that the shape says,
 * through and through, and is made of what the shape names alone. So the code behind it never asks what type a field
 * has.
 */
import type { Of, Shape, Words } from "./shapes";
import { oneLine } from "./utf8";

/** Reads a value: gives it where it is of one shape, else nothing. Never raises. */
export type Reader<T> = (this: void, value: unknown) => T | undefined;

/** A word or two, as names of models, agents and tools are: two rows of a computer's screen. */
const LONGEST_NAME = 100;
/** A sentence or two: three rows and a bit. */
const LONGEST_MESSAGE = 160;
/** No path is longer on Linux, in bytes. */
const LONGEST_PATH = 4096;
const LONGEST_ID = 100;
/** What somebody scrolls through, in bytes: more than 2,000 rows of a pocket computer. */
const LONGEST_LONG = 65536;
/** How far into a text of unknown length is looked. */
const REACH = 4000;

const text: Reader<string> = (value) => (type(value) === "string" ? (value as string) : undefined);

/** A text to be shown: one line of it, so that it fits. */
function line(most: number): Reader<string> {
    return (value) => (type(value) === "string" ? oneLine(value as string, most) : undefined);
}

/** A text of so many bytes that is whole or wrong. */
function within(most: number, pattern: string): Reader<string> {
    return (value) => {
        const given = text(value);
        if (given === undefined || given.length > most) return undefined;
        return string.find(given, pattern)[0] === undefined ? undefined : given;
    };
}

/** The first byte of a character of UTF-8, or a byte that is none; and the bytes that go on with one. */
const LEAD = `[^${string.char(0x80)}-${string.char(0xbf)}]`;
const TAIL = `[${string.char(0x80)}-${string.char(0xbf)}]*`;

/** A text of many lines, such as a command or a patch: whole as far as anybody reads, and cut where a character ends. */
const long: Reader<string> = (value) => {
    const given = text(value);
    if (given === undefined || given.length <= LONGEST_LONG) return given;
    const start = string.sub(given, 1, LONGEST_LONG + 1);
    const [end] = string.find(start, `${LEAD}${TAIL}$`);
    return `${string.sub(start, 1, (end ?? LONGEST_LONG + 1) - 1)}\n.. (${given.length - LONGEST_LONG} more bytes)`;
};

const boolean: Reader<boolean> = (value) => {
    if (type(value) !== "boolean") return undefined;
    return value as boolean;
};

/** A number in a range. NaN and infinity are in none: JSON has no word for them, but 1e999 becomes one. */
function number(least: number, most: number): Reader<number> {
    return (value) => {
        const given = type(value) === "number" ? (value as number) : undefined;
        return given !== undefined && given >= least && given <= most ? given : undefined;
    };
}

/** Why something failed, as a message. Gateways answer with web pages: a page's title stands for it. */
const reason: Reader<string> = (value) => {
    const given = text(value);
    if (given === undefined) return undefined;
    const start = string.sub(given, 1, REACH);
    const lower = string.lower(start);
    const page = string.find(lower, "<!doctype html", 1, true)[0] ?? string.find(lower, "<html", 1, true)[0];
    if (page === undefined) return oneLine(given, LONGEST_MESSAGE);
    const [title] = string.match(start, "<[tT][iI][tT][lL][eE][^>]*>%s*([^<]+)");
    return oneLine(string.sub(start, 1, page - 1) + (title ?? "a web page"), LONGEST_MESSAGE);
};

const words: { readonly [W in keyof Words]: Reader<Words[W]> } = {
    /** Any text, whole: what is compared, or is the matter itself. */
    text,
    long,
    name: line(LONGEST_NAME),
    message: line(LONGEST_MESSAGE),
    reason,
    /** What may stand in an address as it is. */
    id: within(LONGEST_ID, "^[A-Za-z0-9][A-Za-z0-9._~-]*$"),
    folder: within(LONGEST_PATH, ""),
    boolean,
    /** Epoch milliseconds, until the year 5138. */
    time: number(0, 1e14),
    count: number(0, 1e12),
    /** An amount of money. */
    amount: number(0, 1e9),
    /** Of HTTP. */
    status: number(100, 999),
    /** Anything that is there. */
    present: (value) => value !== undefined || undefined,
    /** What is read by another shape later. */
    any: (value) => value,
};

/** @param isWhole true where one wrong entry makes the whole wrong; else such entries are left out */
function readList(value: unknown, entry: Reader<unknown>, isWhole: boolean): unknown[] | undefined {
    if (type(value) !== "table") return undefined;
    const given = value as Record<number, unknown>;
    let last = 0;
    for (const [key] of pairs(given)) {
        if (type(key) !== "number") return undefined;
        if (key > last) last = key;
    }
    const entries: unknown[] = [];
    for (const index of $range(1, last)) {
        const read = entry(given[index]);
        if (read !== undefined) entries.push(read);
        // What is null in JSON is a hole in Lua, which is passed over.
        else if (isWhole && given[index] !== undefined) return undefined;
    }
    return last > 0 && entries.length === 0 ? undefined : entries;
}

function readRecord(value: unknown, entry: Reader<unknown>): Record<string, unknown> | undefined {
    if (type(value) !== "table") return undefined;
    const record: Record<string, unknown> = {};
    let isOther: boolean | undefined;
    for (const [name, given] of pairs(value as Record<string, unknown>)) {
        let read: unknown;
        if (type(name) === "string") read = entry(given);
        if (read !== undefined) record[name] = read;
        else isOther = true;
    }
    return isOther && next(record)[0] === undefined ? undefined : record;
}

interface Field {
    readonly name: string;
    readonly isNeeded: boolean;
    readonly read: Reader<unknown>;
}

function readFields(value: unknown, fields: readonly Field[]): Record<string, unknown> | undefined {
    if (type(value) !== "table") return undefined;
    const record: Record<string, unknown> = {};
    for (const field of fields) {
        const read = field.read((value as Record<string, unknown>)[field.name]);
        if (read === undefined && field.isNeeded) return undefined;
        record[field.name] = read;
    }
    return record;
}

/** @param shape the word "choice" and texts, the first of which stands for all others */
function readChoice(value: unknown, shape: readonly string[]): string {
    for (const place of $range(1, shape.length - 1)) if (value === shape[place]) return shape[place]!;
    return shape[1]!;
}

function readerOf(shape: Shape): Reader<unknown> {
    if (type(shape) === "string") return words[shape as keyof Words];
    const [kind, other, stand] = shape as readonly unknown[];
    if (type(kind) !== "string") {
        const fields: Field[] = [];
        for (const [key, inner] of pairs(shape as Record<string, Shape>)) {
            const [name, mark] = string.match(key, "^(.-)(%??)$");
            fields.push({ name: name!, isNeeded: mark === "", read: readerOf(inner) });
        }
        return (value) => readFields(value, fields);
    }
    if (kind === "choice") return (value) => readChoice(value, shape as unknown as readonly string[]);
    const entry = readerOf(other as Shape);
    if (kind === "either") {
        return (value) => {
            const read = entry(value);
            if (read === undefined) return stand;
            return read;
        };
    }
    if (kind === "record") return (value) => readRecord(value, entry);
    return (value) => readList(value, entry, kind === "list");
}

/**
 * Makes what reads values by a shape.
 * @param shape any shape; see shapes.ts
 * @returns a function that gives what it read, or nothing where the value is of another shape
 */
export function reader<const S extends Shape>(shape: S): Reader<Of<S>> {
    return readerOf(shape) as Reader<Of<S>>;
}
