/** What the state is made of: plain tables. */

/** The keys of tables, each once, sorted. */
export function keys(...records: object[]): string[] {
    const found: string[] = [];
    const seen: Record<string, true | undefined> = {};
    for (const record of records) {
        for (const [key] of pairs(record as Record<string, unknown>)) {
            if (!seen[key]) found.push(key);
            seen[key] = true;
        }
    }
    table.sort(found);
    return found;
}

/** Whether two values of plain data say the same. */
export function same(one: unknown, other: unknown): boolean {
    if (type(one) !== "table" || type(other) !== "table") return one === other;
    for (const key of keys(one as object, other as object)) {
        if (!same((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]))
            return false;
    }
    return true;
}
