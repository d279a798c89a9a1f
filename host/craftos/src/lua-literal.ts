/** What CC's settings hold, as `textutils.serialize` writes it. Strings are bytes: characters up to 255. */
export type LuaLiteral = string | number | boolean | LuaTable;

/** A table by its keys; a list's keys are 1, 2 and so on. */
export type LuaTable = Map<string | number, LuaLiteral>;

const named: Record<string, string> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v" };

/** What the next piece of a serialised table may be, in the order in which it is tried. */
const tokenPattern =
    /\s*(?:(?<mark>[{}[\],;=])|(?<string>"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|(?<word>[A-Za-z_]\w*)|(?<number>-?[\d.]+(?:[eE][+-]?\d+|\/0)?))/y;

function unescape(quoted: string): string {
    return quoted.slice(1, -1).replace(/\\(\d{1,3}|x[\da-fA-F]{2}|[\s\S])/g, (_, escape: string) => {
        if (/^\d/.test(escape)) return String.fromCharCode(Number(escape));
        if (/^x./.test(escape)) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
        return named[escape] ?? escape;
    });
}

// What Lua has no literals for is written as a division by zero.
const divisions: Record<string, number> = { "1/0": Infinity, "-1/0": -Infinity, "0/0": NaN, "-0/0": NaN };

function number(text: string): number | undefined {
    if (text in divisions) return divisions[text];
    const value = Number(text);
    return Number.isNaN(value) ? undefined : value;
}

/**
 * Reads a table as `textutils.serialize` writes it: constructors of strings, numbers, booleans and tables.
 * @returns the table, or undefined when the text is anything else (cut short, a program)
 */
export function readTable(text: string): LuaTable | undefined {
    let position = 0;
    function next(): Record<string, string | undefined> | undefined {
        tokenPattern.lastIndex = position;
        const found = tokenPattern.exec(text)?.groups;
        if (found) position = tokenPattern.lastIndex;
        return found;
    }
    function peek(): Record<string, string | undefined> | undefined {
        const before = position;
        const found = next();
        position = before;
        return found;
    }
    function value(): LuaLiteral | undefined {
        const token = next();
        if (token?.["string"] !== undefined) return unescape(token["string"]);
        if (token?.["word"] === "true" || token?.["word"] === "false") return token["word"] === "true";
        if (token?.["number"] !== undefined) {
            return number(token["number"]);
        }
        return token?.["mark"] === "{" ? table() : undefined;
    }
    function key(): string | number | undefined {
        const before = position;
        const token = next();
        const word = token?.["word"];
        if (word !== undefined && peek()?.["mark"] === "=") return word;
        if (token?.["mark"] === "[") {
            const found = value();
            const isKey = typeof found === "string" || typeof found === "number";
            if (isKey && next()?.["mark"] === "]" && peek()?.["mark"] === "=") return found;
        }
        position = before;
        return undefined;
    }
    function table(): LuaTable | undefined {
        const result: LuaTable = new Map();
        let length = 0;
        while (peek()?.["mark"] !== "}") {
            const named = key();
            if (named !== undefined) next();
            const found = value();
            if (found === undefined) return undefined;
            result.set(named ?? ++length, found);
            const separator = peek()?.["mark"];
            if (separator === "," || separator === ";") next();
            else if (separator !== "}") return undefined;
        }
        next();
        return result;
    }
    const found = value();
    return found instanceof Map && text.slice(position).trim() === "" ? found : undefined;
}

function quote(text: string): string {
    const escaped = text.replace(/["\\\0-\x1f]/g, (character) => {
        if (character === '"' || character === "\\") return `\\${character}`;
        return `\\${String(character.charCodeAt(0)).padStart(3, "0")}`;
    });
    return `"${escaped}"`;
}

/** Writes a value so that `textutils.unserialize` reads it. */
export function writeLiteral(value: LuaLiteral, indent = ""): string {
    if (typeof value === "string") return quote(value);
    if (typeof value === "number" && !Number.isFinite(value)) {
        return Number.isNaN(value) ? "0/0" : value > 0 ? "1/0" : "-1/0";
    }
    if (!(value instanceof Map)) return String(value);
    if (value.size === 0) return "{}";
    const inner = `${indent}  `;
    const lines = [...value].map(([key, entry]) => {
        const name = typeof key === "string" ? quote(key) : String(key);
        return `${inner}[ ${name} ] = ${writeLiteral(entry, inner)},\n`;
    });
    return `{\n${lines.join("")}${indent}}`;
}
