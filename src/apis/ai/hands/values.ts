/** A program's values: as text for whoever reads them, and as copies that share nothing. No metamethod is called. */

/** The deepest table that is looked into. */
const DEEPEST = 8;

/** A text that is being written, and how much room it has left. */
interface Writing {
    readonly pieces: string[];
    room: number;
}

function put(writing: Writing, piece: string): void {
    if (writing.room <= 0) return;
    writing.room -= piece.length;
    table.insert(writing.pieces, writing.room < 0 ? string.sub(piece, 1, writing.room - 1) + ".." : piece);
}

/** The keys of a table behind its list: texts in the order of the alphabet, numbers before them, then the rest. */
function otherKeys(given: object, listed: number): unknown[] {
    const found: unknown[] = [];
    let [key] = next(given);
    while (key !== undefined) {
        const isListed = type(key) === "number" && key >= 1 && key <= listed && (key as number) % 1 === 0;
        if (!isListed) table.insert(found, key);
        // More than anybody reads; what is left out would not fit either.
        if (found.length > 1000) break;
        [key] = next(given, key);
    }
    const rank = (one: unknown) => (type(one) === "number" ? 1 : type(one) === "string" ? 2 : 3);
    table.sort(found, (one, other) => {
        if (rank(one) !== rank(other)) return rank(one) < rank(other);
        return rank(one) < 3 && (one as number) < (other as number);
    });
    return found;
}

/** Writes a value; `depth` tables stand around it. */
function putValue(writing: Writing, value: unknown, depth: number): void {
    const kind = type(value);
    if (kind === "string") {
        const short = string.sub(value as string, 1, writing.room + 1);
        put(writing, string.gsub(string.format("%q", short), "\\\n", "\\n")[0]);
        return;
    }
    if (kind !== "table") {
        put(writing, kind === "number" || kind === "boolean" || kind === "nil" ? tostring(value) : kind);
        return;
    }
    if (depth >= DEEPEST) {
        put(writing, "{..}");
        return;
    }
    const given = value as Record<string | number, unknown>;
    let separator = "";
    let listed = 0;
    put(writing, "{");
    while (writing.room > 0 && rawget(given, listed + 1) !== undefined) {
        listed += 1;
        put(writing, separator);
        putValue(writing, rawget(given, listed), depth + 1);
        separator = ", ";
    }
    for (const key of otherKeys(given, listed)) {
        if (writing.room <= 0) return;
        put(writing, separator);
        if (type(key) === "string" && string.find(key as string, "^[%a_][%w_]*$")[0] !== undefined) {
            put(writing, `${key as string} = `);
        } else {
            put(writing, "[");
            putValue(writing, key, depth + 1);
            put(writing, "] = ");
        }
        putValue(writing, rawget(given, key as string), depth + 1);
        separator = ", ";
    }
    put(writing, "}");
}

/**
 * A value as Lua would write it: texts in quotes, tables with what is in them.
 * @param most characters that it may take; what is longer ends with ".."
 */
export function literal(value: unknown, most: number): string {
    const writing: Writing = { pieces: [], room: most };
    putValue(writing, value, 0);
    return table.concat(writing.pieces);
}

/**
 * A copy of what is data in a value: tables are new ones, without metatables; functions and coroutines are none.
 * @param known copies of tables that were met already
 */
export function copied(value: unknown, known: LuaTable<object, object> = new LuaTable()): unknown {
    const kind = type(value);
    if (kind === "function" || kind === "thread" || kind === "userdata") return undefined;
    if (kind !== "table") return value;
    const before = known.get(value as object) as object | undefined;
    if (before !== undefined) return before;
    const copy = {};
    known.set(value as object, copy);
    const given = value as LuaTable<AnyNotNil, unknown>;
    let [key] = next(given);
    while (key !== undefined) {
        const ownKey = copied(key, known);
        if (ownKey !== undefined) rawset(copy, ownKey as never, copied(rawget(given, key), known) as never);
        [key] = next(given, key);
    }
    return copy;
}
