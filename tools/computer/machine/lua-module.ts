import { readFileSync } from "node:fs";

/**
 * Lua's WebAssembly module, with instructions exchanged. They are those by which C turns numbers into whole ones and
 * into text (C has 32 bits for a whole number here and 14 digits for a text: in CC `("hello"):sub(2, math.huge)` is
 * "ello" and `1e15 .. ""` is "1000000000000000"), and those of what CC's Lua does not have.
 */

/**
 * A function of C's library that Lua asks the host for and never calls, with as many parameters as `sprintf` and of
 * the same types. It takes the place of `sprintf` where Lua writes a number.
 */
export const NUMBER_WRITER = "___sys_dup3";
const NUMBER_WRITER_INDEX = "9d00";

interface Change {
    /** The instructions in hexadecimal digits, as a regular expression whose first group is what is replaced. */
    readonly pattern: string;
    readonly replacement: string;
    /** How often they occur. */
    readonly count: number;
}

/** i64.trunc_sat_f64_s: what Java does to make a `long` of a `double`. */
const TO_LONG = "fc06";

const changes: readonly Change[] = [
    {
        // lua_tointegerx: 0x80000000 for what is beyond 32 bits. In its place the lower half of a long.
        pattern: "2205(9944000000000000e04163044020..aa0c010b418080808078)0b2100200245",
        replacement: `${TO_LONG}a7`,
        count: 1,
    },
    {
        // lua_tounsignedx: rounds. In its place the bytes of a long are kept, of which the lower half is read.
        pattern: "2b0300(440000000000003843a0)390308200328020821002002450d",
        replacement: `${TO_LONG}bf`,
        count: 1,
    },
    {
        // sprintf(text, "%.14g", number), in four places: the call of another function.
        pattern: "419e1320..(?:41..6a)?10(b601)",
        replacement: NUMBER_WRITER_INDEX,
        count: 4,
    },
    {
        // lua_setmetatable: the call that remembers a value for its `__gc`, of a table and of a userdata. CC's Lua has
        // no finalizers, so the three arguments are dropped.
        pattern: "200020032802002002(10f202)",
        replacement: "1a1a1a",
        count: 2,
    },
    {
        // luaG_runerror: writes "?" for the place of an error in a function without a source, such as the kernel's. Such
        // a message gets no place, as one of C's functions: a branch out of what would write it.
        pattern: "10e6010c010b(2001413f3b0110)0b",
        replacement: "0c01",
        count: 1,
    },
];

const NO_OPERATION = "01";

/** Bytes as a text, a character each, that a regular expression can look through. */
const toBytes = (digits: string): string => Buffer.from(digits, "hex").toString("latin1");

function change(code: string, { pattern, replacement, count }: Change): string {
    const expression = new RegExp(pattern.replaceAll("..", "[^]").replace(/[\da-f]{2}/g, "\\x$&"), "g");
    let found = 0;
    const result = code.replace(expression, (whole: string, old: string) => {
        found++;
        const start = whole.lastIndexOf(old);
        const padded = toBytes(replacement.padEnd(old.length * 2, NO_OPERATION));
        return whole.slice(0, start) + padded + whole.slice(start + old.length);
    });
    if (found !== count) throw new Error("lua-wasm-bindings has another Lua than the one that is known here");
    return result;
}

/**
 * Reads the module and changes it.
 * @throws Error when it is not that of lua-wasm-bindings 0.5.3
 */
export function readLuaModule(path: string): Uint8Array {
    return Buffer.from(changes.reduce(change, readFileSync(path, "latin1")), "latin1");
}
