/**
 * The parts of Lua's standard library that sources for the computer call, for running these sources in Node too: the
 * same cases then show that a source and its compiled Lua agree. Strings are byte strings, one character a byte.
 */

const CLASSES: Record<string, string> = {
    a: "A-Za-z",
    c: "\\0-\\x1f\\x7f",
    d: "0-9",
    g: "!-~",
    l: "a-z",
    p: "!-/:-@\\[-`{-~",
    s: " \\t-\\r",
    u: "A-Z",
    w: "A-Za-z0-9",
    x: "A-Fa-f0-9",
};

/** One item of a Lua pattern as what stands between the brackets of a regular expression's class. */
function classBody(item: string): string {
    if (item.startsWith("%")) {
        const body = CLASSES[item.charAt(1).toLowerCase()];
        if (body === undefined && /[A-Za-z]/.test(item)) throw new Error(`${item} is no class of Lua's`);
        if (body === undefined) return item.charAt(1).replace(/[\\\]^-]/g, "\\$&");
        if (item.charAt(1) === item.charAt(1).toLowerCase()) return body;
        throw new Error(`${item} inside of a set`);
    }
    return item.replace(/[\\\]^[-]/g, "\\$&");
}

function set(body: string, negated: boolean): string {
    return `[${negated ? "^" : ""}${body}]`;
}

/** Reads a set or a single class at `at` of a pattern. */
function readClass(pattern: string, at: number): { body: string; negated: boolean; next: number } {
    const character = pattern.charAt(at);
    if (character === "%") {
        const letter = pattern.charAt(at + 1);
        const negated = /[A-Z]/.test(letter);
        return {
            body: classBody(negated ? `%${letter.toLowerCase()}` : `%${letter}`),
            negated,
            next: at + 2,
        };
    }
    if (character === ".") return { body: "\\0-\\xff", negated: false, next: at + 1 };
    if (character !== "[") return { body: classBody(character), negated: false, next: at + 1 };
    const negated = pattern.charAt(at + 1) === "^";
    let body = "";
    let next = at + (negated ? 2 : 1);
    const start = next;
    while (pattern.charAt(next) !== "]" || next === start) {
        const item = pattern.charAt(next) === "%" ? pattern.slice(next, next + 2) : pattern.charAt(next);
        next += item.length;
        body += classBody(item);
        if (pattern.charAt(next) === "-" && pattern.charAt(next + 1) !== "]" && item.length === 1) {
            body += `-${classBody(pattern.charAt(next + 1))}`;
            next += 2;
        }
    }
    return { body, negated, next: next + 1 };
}

const compiled = new Map<string, RegExp>();

function toRegExp(pattern: string): RegExp {
    const known = compiled.get(pattern);
    if (known !== undefined) return known;
    const anchored = pattern.startsWith("^");
    let source = "";
    let at = anchored ? 1 : 0;
    while (at < pattern.length) {
        const character = pattern.charAt(at);
        if (character === "(" || character === ")") {
            source += character;
            at += 1;
        } else if (character === "$" && at === pattern.length - 1) {
            source += "$";
            at += 1;
        } else if (/^%[1-9]/.test(pattern.slice(at))) {
            source += `\\${pattern.charAt(at + 1)}`;
            at += 2;
        } else if (pattern.startsWith("%f", at)) {
            const { body, negated, next } = readClass(pattern, at + 2);
            // Before the start and after the end stands a zero byte.
            source += negated
                ? `(?<=${set(body, false)})(?=${set(body, true)}|$)`
                : `(?<!${set(body, false)})(?=${set(body, false)})`;
            at = next;
        } else {
            const { body, negated, next } = readClass(pattern, at);
            const suffix = pattern.charAt(next);
            source += set(body, negated) + (suffix === "-" ? "*?" : "*+?".includes(suffix) ? suffix : "");
            at = suffix !== "" && "-*+?".includes(suffix) ? next + 1 : next;
        }
    }
    const expression = new RegExp(source, anchored ? "y" : "g");
    compiled.set(pattern, expression);
    return expression;
}

function execute(text: string, pattern: string, at: number): RegExpExecArray | null {
    const expression = toRegExp(pattern);
    expression.lastIndex = Math.max(at, 1) - 1;
    return expression.exec(text);
}

function index(text: string, at: number): number {
    return at < 0 ? Math.max(text.length + at + 1, 1) : at;
}

interface Metatable {
    readonly __index?: (table: object, key: string) => string | undefined;
}

const metatables = new WeakMap<object, Metatable>();

/** What a table has for a key, by its metatable, too, as `gsub` looks it up. */
function indexed(table: Readonly<Record<string, string>>, key: string): string | undefined {
    return Object.hasOwn(table, key) ? table[key] : metatables.get(table)?.__index?.(table, key);
}

const string = {
    byte: (text: string, at = 1) => (at >= 1 && at <= text.length ? text.charCodeAt(at - 1) : undefined),
    char: (...codes: unknown[]) => String.fromCharCode(...codes.map(Number)),
    find(text: string, pattern: string, at = 1, plain = false): unknown[] {
        if (plain) {
            const found = text.indexOf(pattern, at - 1);
            return found < 0 ? [] : [found + 1, found + pattern.length];
        }
        const found = execute(text, pattern, at);
        return found === null ? [] : [found.index + 1, found.index + found[0].length, ...found.slice(1)];
    },
    format: (format: string, ...values: unknown[]) => format.replace(/%[ds]/g, () => String(values.shift())),
    *gmatch(text: string, pattern: string): Generator<string[]> {
        for (const found of text.matchAll(toRegExp(pattern)))
            yield found.length > 1 ? found.slice(1) : [found[0]];
    },
    gsub(
        text: string,
        pattern: string,
        replacement: string | Readonly<Record<string, string>> | ((...captures: string[]) => string),
    ): [string, number] {
        let count = 0;
        const { source, flags } = toRegExp(pattern);
        const result = text.replace(new RegExp(source, flags), (...found: unknown[]) => {
            count += 1;
            const texts = found.filter((part): part is string => typeof part === "string").slice(0, -1);
            const captures = texts.length > 1 ? texts.slice(1) : texts;
            if (typeof replacement === "function") return replacement(...captures);
            if (typeof replacement === "object") return indexed(replacement, captures[0]!) ?? texts[0]!;
            return replacement.replace(/%(\d)/g, (_, digit: string) => captures[Number(digit) - 1] ?? "");
        });
        return [result, count];
    },
    match(text: string, pattern: string, at = 1): (string | undefined)[] {
        const found = execute(text, pattern, at);
        if (found === null) return [];
        return found.length > 1 ? found.slice(1) : [found[0]];
    },
    lower: (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    upper: (text: string) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase()),
    reverse: (text: string) => [...text].reverse().join(""),
    rep: (text: string, count: number) => text.repeat(Math.max(count, 0)),
    sub(text: string, from: number, to = -1): string {
        const end = to < 0 ? text.length + to + 1 : to;
        return text.slice(Math.max(index(text, from), 1) - 1, Math.max(end, 0));
    },
};

const library = {
    string,
    pairs: (table: object) =>
        Object.entries(table as Record<string, unknown>).map(([key, value]) => [
            Array.isArray(table) ? Number(key) + 1 : key,
            value,
        ]),
    ipairs: (list: readonly unknown[]) => list.map((value, position) => [position + 1, value]),
    table: {
        concat: (texts: readonly string[], separator = "", from = 1) => texts.slice(from - 1).join(separator),
        insert: (list: unknown[], ...given: [value: unknown] | [place: number, value: unknown]) => {
            const [place, value] = given.length === 1 ? [list.length + 1, given[0]] : given;
            list.splice(place - 1, 0, value);
        },
        sort: (values: unknown[]) => void values.sort(),
    },
    error(problem: unknown): never {
        throw problem;
    },
    pcall(call: (...values: unknown[]) => unknown, ...values: unknown[]): unknown[] {
        try {
            return [true, call(...values)];
        } catch (problem) {
            // JavaScript's own errors are mistakes of the source that Lua would not make.
            if (problem instanceof Error) throw problem;
            return [false, problem];
        }
    },
    setmetatable(table: object, metatable: Metatable): object {
        metatables.set(table, metatable);
        return table;
    },
    tostring: String,
    type(value: unknown): string {
        if (value === undefined) return "nil";
        return typeof value === "object" ? "table" : typeof value;
    },
    tonumber(text: string, base = 10): number | undefined {
        const number = parseInt(text, base);
        return Number.isNaN(number) ? undefined : number;
    },
    *$range(from: number, to: number, step = 1): Generator<number> {
        for (let number = from; step > 0 ? number <= to : number >= to; number += step) yield number;
    },
    $multi: (...values: unknown[]) => values,
};

/**
 * Loads a source for the computer into Node. It may use nothing but the language and the functions above.
 *
 * @param path from the repository's root, such as "src/apis/ai/text.ts".
 */
export async function importSource<Module>(path: string): Promise<Module> {
    Object.assign(globalThis, library);
    return (await import(new URL(`../../../${path}`, import.meta.url).href)) as Module;
}
