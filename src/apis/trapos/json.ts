/**
 * JSON as servers write it, on top of CC's textutils: text stays UTF-8 and an empty list can be written to.
 */

/**
 * Writes a value as JSON. CC before 1.106 can only write bytes above 127 as Latin-1 escapes, which would garble UTF-8;
 * they are turned back into bytes, which JSON allows as they are.
 * @param value tables, strings (UTF-8), numbers and booleans; an empty table becomes `{}`
 * @returns the JSON text
 */
export function encode(value: unknown): string {
    const [text] = string.gsub(textutils.serializeJSON(value), "(\\+)u00([89A-Fa-f]%x)", (slashes, hex) => {
        if (slashes.length % 2 === 0) return undefined!;
        return string.sub(slashes, 2) + string.char(tonumber(hex, 16)!);
    });
    return text;
}

/**
 * Reads JSON.
 * @param text the JSON text
 * @returns the value, or nil when the text is not JSON; null is nil, too
 */
export function decode(text: string): unknown {
    const read = textutils.unserializeJSON as (this: void, text: string, options: object) => unknown;
    const [ok, value] = pcall(read, text, { parse_empty_array: false });
    if (!ok) return undefined;
    return value;
}

/** A list that is `[]` as JSON where it is empty; any other empty table is `{}`. Not to be written to. */
export function listOf<T>(values: readonly T[]): readonly T[] {
    return values.length === 0 ? (textutils.empty_json_array as unknown as readonly T[]) : values;
}
