/** A strict checker of what comes in: shapes as values, which say where something is not as they are. */

/** How a value has to be. `Type` is what it is then. */
export interface Shape<Type> {
    /**
     * @param value what came
     * @param at where it stands
     * @param strict whether keys that are not named are wrong
     * @returns what is wrong with it, worded as opencode words it; undefined when nothing is
     */
    check(value: unknown, at: readonly string[], strict: boolean): string | undefined;
    /** Never there: it carries the type. */
    readonly type?: Type;
}

type TypeOf<AShape> = AShape extends Shape<infer Type> ? Type : never;
type Fields = Readonly<Record<string, Shape<unknown>>>;
type Required<Some extends Fields> = { [Key in keyof Some]: TypeOf<Some[Key]> };
type Optional<Some extends Fields> = { [Key in keyof Some]?: TypeOf<Some[Key]> };

function wrong(what: string, value: unknown, at: readonly string[]): string {
    const got = value === undefined ? "undefined" : JSON.stringify(value).slice(0, 100);
    return located(`Expected ${what}, got ${got}`, at);
}

function located(message: string, at: readonly string[]): string {
    return at.length === 0
        ? message
        : `${message}\n  at ${at.map((key) => `[${JSON.stringify(key)}]`).join("")}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that starts with `prefix`. */
export function text(prefix = ""): Shape<string> {
    const what = prefix === "" ? "string" : `a string starting with "${prefix}"`;
    return {
        check: (value, at) =>
            typeof value === "string" && value.startsWith(prefix) ? undefined : wrong(what, value, at),
    };
}

/** An absolute path. */
export const absolutePath: Shape<string> = {
    check(value, at) {
        if (typeof value !== "string") return wrong("string", value, at);
        return value.startsWith("/") ? undefined : wrong("an absolute path", value, at);
    },
};

export const flag: Shape<boolean> = {
    check: (value, at) => (typeof value === "boolean" ? undefined : wrong("boolean", value, at)),
};

export const number: Shape<number> = {
    check: (value, at) => (typeof value === "number" ? undefined : wrong("number", value, at)),
};

export const anything: Shape<unknown> = { check: () => undefined };

/** One of some texts. */
export function oneOf<Word extends string>(...words: readonly Word[]): Shape<Word> {
    const what = words.map((word) => JSON.stringify(word)).join(" | ");
    return {
        check: (value, at) => (words.some((word) => word === value) ? undefined : wrong(what, value, at)),
    };
}

export function list<Item>(item: Shape<Item>): Shape<Item[]> {
    return {
        check(value, at, strict) {
            if (!Array.isArray(value)) return wrong("array", value, at);
            for (const [index, entry] of value.entries()) {
                const problem = item.check(entry, [...at, String(index)], strict);
                if (problem !== undefined) return problem;
            }
            return undefined;
        },
    };
}

/** A table by any keys. */
export function record<Item>(item: Shape<Item>): Shape<Record<string, Item>> {
    return {
        check(value, at, strict) {
            if (!isRecord(value)) return wrong("object", value, at);
            for (const [key, entry] of Object.entries(value)) {
                const problem = item.check(entry, [...at, key], strict);
                if (problem !== undefined) return problem;
            }
            return undefined;
        },
    };
}

/** The first of some shapes that it is. */
export function either<One, Other>(one: Shape<One>, other: Shape<Other>): Shape<One | Other> {
    return {
        check(value, at, strict) {
            const problem = one.check(value, at, strict);
            return problem === undefined ? undefined : other.check(value, at, strict);
        },
    };
}

/** A table with such fields: those that it must have, and those that it may have. */
export function fields<Must extends Fields, May extends Fields>(
    must: Must,
    may: May,
): Shape<Required<Must> & Optional<May>> {
    return {
        check(value, at, strict) {
            if (!isRecord(value)) return wrong("object", value, at);
            for (const [key, shape] of Object.entries(must)) {
                if (value[key] === undefined) return located("Missing key", [...at, key]);
                const problem = shape.check(value[key], [...at, key], strict);
                if (problem !== undefined) return problem;
            }
            for (const [key, shape] of Object.entries(may)) {
                if (value[key] === undefined) continue;
                const problem = shape.check(value[key], [...at, key], strict);
                if (problem !== undefined) return problem;
            }
            const known = [...Object.keys(must), ...Object.keys(may)];
            const extra = strict ? Object.keys(value).find((key) => !known.includes(key)) : undefined;
            return extra === undefined ? undefined : located("Unexpected key", [...at, extra]);
        },
    };
}
