/**
 * Checks values that come from outside by specs, which are plain tables: a value of one kind, an object with known fields,
 * a list, or a table of entries by name. What is right is copied, with what the spec names alone; what is wrong is raised
 * as a text that says where: "packages.ai.version 1 is not like 1.0.0".
 */

/** A single value, and what is said of one that is none of this kind. */
interface Single {
    readonly type: "single";
    readonly says: string;
    readonly fits: (this: void, value: unknown) => boolean;
    /** Whether capitals count for nothing. */
    readonly isLower?: boolean;
}

/** Known fields; the others are left out. */
interface Fields {
    readonly type: "object";
    readonly fields: Readonly<Record<string, Spec>>;
    /** Raises what is wrong with all of them together. */
    readonly check?: (this: void, copy: never, where: string) => void;
}

interface List {
    readonly type: "list";
    readonly most: number;
    readonly item: Spec;
}

/** Entries by name. */
interface Entries {
    readonly type: "entries";
    readonly most: number;
    readonly key: Single;
    readonly item: Spec;
}

/** What may be absent. */
interface Optional {
    readonly type: "optional";
    readonly spec: Spec;
}

/** What a value has to be. */
export type Spec = Single | Fields | List | Entries | Optional;

type Table = Record<string | number, unknown>;

/** A single value. `says` completes a sentence: "is not a number". */
export function single(says: string, fits: Single["fits"]): Single {
    return { type: "single", says, fits };
}

/** An object with these fields. */
export function object(fields: Fields["fields"], check?: Fields["check"]): Fields {
    return { type: "object", fields, check };
}

/** A list of at most so many items. */
export function listOf(most: number, item: Spec): List {
    return { type: "list", most, item };
}

/** At most so many entries by names of a kind. */
export function entriesOf(most: number, key: Single, item: Spec): Entries {
    return { type: "entries", most, key, item };
}

/** What may be absent. */
export function optional(spec: Spec): Optional {
    return { type: "optional", spec };
}

/** A text in one line of ASCII: what comes from a registry may hold what a screen obeys. */
export function plain(text: string): string {
    return string.gsub(text, "[^ -~]", "?")[0];
}

/** Raises what is wrong at a place. */
export function raiseWrong(where: string, what: string): never {
    return error(`${plain(string.sub(where, -100))} ${what}`, 0);
}

/** A place in another one; the whole has none. */
export function placeIn(where: string, name: string | number): string {
    return where === "" ? `${name}` : `${where}.${name}`;
}

/** How a value that is not as it should be is shown, where that helps. */
export function shown(value: unknown): string {
    if (typeof value === "number" || (typeof value === "string" && value !== "")) {
        const known = plain(string.gsub(tostring(value), "%s+", " ")[0]);
        return ` ${known.length > 24 ? string.sub(known, 1, 21) + "..." : known}`;
    }
    return "";
}

/** The copy of a single value that is right: texts in one line that fits. */
function copyOf(spec: Single, value: unknown): unknown {
    if (typeof value !== "string") return value;
    return plain(string.sub(spec.isLower ? string.lower(value) : value, 1, 200));
}

/** Reads the name of an entry, which is shown by its place. */
export function readName(spec: Single, value: unknown, where: string): string {
    if (!spec.fits(value)) raiseWrong(where, spec.says);
    return copyOf(spec, value) as string;
}

/** Fails unless a value that is there has the form that its spec says. */
function requireForm(spec: Exclude<Spec, Optional>, value: unknown, where: string): void {
    if (spec.type === "single") {
        if (!spec.fits(value)) raiseWrong(where + shown(value), spec.says);
    } else if (typeof value !== "object") {
        raiseWrong(where, spec.type === "list" ? "is not a list" : "is not an object");
    }
}

/** Fails where there are more entries than there may be. */
function requireFew(spec: List | Entries, given: Table, where: string): void {
    let count = 0;
    for (const [,] of pairs(given)) count += 1;
    if (count > spec.most) raiseWrong(where, `has more than ${spec.most} entries`);
}

/** The place of an item in its list; fails for a name, and for what comes after a null. */
function placeOf(given: Table, key: string | number, where: string): number {
    if (typeof key === "number" && (key === 1 || given[key - 1] !== undefined)) return key;
    return raiseWrong(where, "is not a list");
}

/**
 * Reads a value by a spec.
 * @param spec what it has to be
 * @param value anything
 * @param where it stands, for the message when it is wrong
 * @returns a copy that holds what the spec names; raises a text otherwise
 */
export function read(spec: Spec, value: unknown, where: string): unknown {
    if (spec.type === "optional") {
        if (value === undefined) return undefined;
        return read(spec.spec, value, where);
    }
    if (value === undefined) raiseWrong(where, "is missing");
    requireForm(spec, value, where);
    if (spec.type === "single") return copyOf(spec, value);

    const given = value as Table;
    const copy: Table = {};
    if (spec.type === "object") {
        for (const [name, field] of pairs(spec.fields)) {
            copy[name] = read(field, given[name], placeIn(where, name));
        }
        if (spec.check !== undefined) spec.check(copy as never, where);
        return copy;
    }
    requireFew(spec, given, where);
    if (spec.type === "list") {
        const list: unknown[] = [];
        for (const [key, item] of pairs(given)) {
            const place = placeOf(given, key, where);
            list[place - 1] = read(spec.item, item, placeIn(where, place));
        }
        return list;
    }
    for (const [name, entry] of pairs(given)) {
        const at = placeIn(where, name);
        const key = readName(spec.key, name, at);
        copy[key] = read(spec.item, entry, at);
    }
    return copy;
}
