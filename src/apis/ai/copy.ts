/** Tables that are changed as copies, so that whoever holds the one before keeps it as it was. */

/**
 * Adds the fields of one table to another.
 * @param from the fields; values that are tables are shared, not copied
 * @param into what gets them
 * @returns `into`
 */
export function copy<T extends object>(from: object, into: T): T {
    for (const key in from) into[key as keyof T] = from[key as keyof typeof from];
    return into;
}

/**
 * Copies a table with one field changed.
 * @param fields the table, which stays as it is
 * @param name the field
 * @param value what it becomes; undefined to leave it out
 * @returns the copy
 */
export function withField<T>(
    fields: Readonly<Record<string, T | undefined>>,
    name: string,
    value?: T,
): Record<string, T | undefined> {
    const changed = copy<Record<string, T | undefined>>(fields, {});
    changed[name] = value;
    return changed;
}
