/** Compares Lua values by what they hold, and writes them down for people. */

/** How deep tables are written out. */
const DEEPEST = 4;

/** Bytes of one text that are written out. */
const MOST_BYTES = 400;

/** Entries of one table that are written out. */
const MOST_ENTRIES = 20;

type Table = Record<string, unknown>;

/**
 * Whether two values hold the same: tables are compared by their entries, however deep, and without their metatables.
 * @param known tables of `one` whose comparison is under way, by what they are compared with; for tables in a circle
 */
export function same(
    one: unknown,
    other: unknown,
    known: LuaTable<object, unknown> = new LuaTable(),
): boolean {
    if (one === other) return true;
    if (type(one) !== "table" || type(other) !== "table") return false;
    if (known.get(one as object) === other) return true;
    known.set(one as object, other);
    for (const [key, value] of pairs(one as Table)) {
        if (!same(value, rawget(other as Table, key), known)) return false;
    }
    for (const [key] of pairs(other as Table)) {
        // False is a value, too.
        if (type(rawget(one as Table, key)) === "nil") return false;
    }
    return true;
}

function escape(character: string): string {
    if (character === "\n") return "\\n";
    if (character === '"' || character === "\\") return `\\${character}`;
    if (string.find(character, "%p")[0] !== undefined) return character;
    return string.format("\\%03d", string.byte(character));
}

function isBefore(one: unknown, other: unknown): boolean {
    if (type(one) === "number" && type(other) === "number") return (one as number) < (other as number);
    return tostring(one) < tostring(other);
}

/** @param inner writes down what is in the table, at a depth */
function showTable(
    value: Table,
    depth: number,
    inner: (this: void, value: unknown, depth: number) => string,
): string {
    if (next(value)[0] === undefined) return "{}";
    if (depth >= DEEPEST) return "{ ... }";
    const list = value as unknown as unknown[];
    const parts: string[] = [];
    for (const i of $range(1, Math.min(list.length, MOST_ENTRIES))) parts.push(inner(list[i - 1], depth + 1));
    const keys: unknown[] = [];
    for (const [key] of pairs(value)) {
        const index = type(key) === "number" ? (key as unknown as number) : 0;
        if (index < 1 || index > list.length || index % 1 !== 0) keys.push(key);
    }
    table.sort(keys, isBefore);
    for (const key of keys) {
        const [isName] = string.find(type(key) === "string" ? (key as string) : "", "^[%a_][%w_]*$");
        const name = isName !== undefined ? (key as string) : `[${inner(key, depth + 1)}]`;
        parts.push(`${name} = ${inner(value[key as string], depth + 1)}`);
    }
    const shown = table.concat(parts, ", ", 1, Math.min(parts.length, MOST_ENTRIES));
    return parts.length > MOST_ENTRIES || list.length > MOST_ENTRIES ? `{ ${shown}, ... }` : `{ ${shown} }`;
}

/**
 * Writes a value down in one line, as Lua would where Lua can: keys in order, tables cut where they are long or deep.
 * @param depth how many tables are around it; none at first
 */
export function show(value: unknown, depth = 0): string {
    if (type(value) === "string") {
        const [escaped] = string.gsub(string.sub(value as string, 1, MOST_BYTES), "[^%w ]", escape);
        const rest = (value as string).length - MOST_BYTES;
        return rest > 0 ? `"${escaped}" and ${rest} bytes` : `"${escaped}"`;
    }
    return type(value) === "table" ? showTable(value as Table, depth, show) : tostring(value);
}
