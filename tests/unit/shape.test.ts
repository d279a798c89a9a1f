/** Values from outside as shapes read them, in the compiled Lua. */
import { describe, expect, it } from "vitest";
import { bytes, runLua, toLua } from "../../tools/lua/index.ts";

/** What a shape reads of each of some values, which are written in Lua; null for nothing. */
function readAll(shape: unknown, values: readonly string[]): unknown[] {
    const [read] = runLua(`
        local read = require("/apis/trapos/shape").reader(${toLua(shape)})
        local results = {}
        for index = 1, ${values.length} do
            local value = select(index, ${values.join(", ")})
            local result = read(value)
            results[index] = result == nil and "nothing" or { result }
        end
        return results`);
    return (read as unknown[]).map((result) => (result === "nothing" ? null : (result as [unknown])[0]));
}

/** One value of every type, and some that only a hostile server sends. */
const anything = {
    "a text": '"text"',
    "a number": "7",
    "a fraction": "0.5",
    "a negative number": "-1",
    infinity: "1/0",
    "negative infinity": "-1/0",
    NaN: "0/0",
    "a huge number": "1e300",
    true: "true",
    false: "false",
    nothing: "nil",
    "an empty table": "{}",
    "a list": '{"a", "b"}',
    "a table": '{name = "x"}',
    "a list with holes": '{[3] = "c"}',
    "a mixed table": "{1, n = 5}",
    "a function": "print",
} as const;
type Name = keyof typeof anything;
const names = Object.keys(anything) as Name[];

it.each<[word: string, takes: Partial<Record<Name, unknown>>]>([
    ["text", { "a text": "text" }],
    ["name", { "a text": "text" }],
    ["message", { "a text": "text" }],
    ["reason", { "a text": "text" }],
    ["folder", { "a text": "text" }],
    ["id", { "a text": "text" }],
    ["boolean", { true: true, false: false }],
    ["time", { "a number": 7, "a fraction": 0.5 }],
    ["count", { "a number": 7, "a fraction": 0.5 }],
    ["amount", { "a number": 7, "a fraction": 0.5 }],
    ["status", {}],
])("%s takes %j and nothing else", (word, takes) => {
    const read = readAll(word, Object.values(anything));
    expect(Object.fromEntries(names.map((name, index) => [name, read[index]]))).toEqual(
        Object.fromEntries(names.map((name) => [name, takes[name] ?? null])),
    );
});

it.each<[shape: unknown, takes: Partial<Record<Name, unknown>>]>([
    [
        { "name?": "text" },
        Object.fromEntries(
            names
                .filter((name) => /table|list/.test(name))
                .map((name) => [name, name === "a table" ? { name: "x" } : []]),
        ),
    ],
    [{ name: "text" }, { "a table": { name: "x" } }],
    [["list", "text"], { "an empty table": [], "a list": ["a", "b"], "a list with holes": ["c"] }],
    [["some", "text"], { "an empty table": [], "a list": ["a", "b"], "a list with holes": ["c"] }],
    [["record", "text"], { "an empty table": [], "a table": { name: "x" } }],
])("%j takes %j and nothing else", (shape, takes) => {
    const read = readAll(shape, Object.values(anything));
    expect(Object.fromEntries(names.map((name, index) => [name, read[index]]))).toEqual(
        Object.fromEntries(names.map((name) => [name, takes[name] ?? null])),
    );
});

describe("an object", () => {
    const shape = {
        id: "id",
        "count?": "count",
        "inner?": { kind: "name", "deep?": { "flag?": "boolean" } },
    };

    it("has the fields that are named and right, and no other", () => {
        expect(
            readAll(shape, [
                '{id = "a", count = 5, other = 1, n = 2, inner = {kind = "k", more = {}, deep = {flag = false}}}',
                '{id = "a", count = "5", inner = {}}',
                '{id = "a", inner = {kind = "k", deep = 5}}',
                "{count = 5}",
                "{id = {}}",
            ]),
        ).toEqual([
            { id: "a", count: 5, inner: { kind: "k", deep: { flag: false } } },
            { id: "a" },
            { id: "a", inner: { kind: "k" } },
            null,
            null,
        ]);
    });
});

describe("entries", () => {
    it("of a list are right all together", () => {
        expect(readAll(["list", "count"], ["{1, 2}", '{1, "two"}', "{1, nil, 3}"])).toEqual([
            [1, 2],
            null,
            [1, 3],
        ]);
    });

    it("of some are left out where they are wrong, unless all are", () => {
        expect(readAll(["some", "count"], ['{1, "two", 3}', '{"two"}', "{}"])).toEqual([[1, 3], null, []]);
    });

    it("of a record are left out where they are wrong, unless all are", () => {
        const values = ['{a = 1, b = "two", [5] = 3}', '{b = "two"}', "{5}"];
        expect(readAll(["record", "count"], values)).toEqual([{ a: 1 }, null, null]);
    });
});

it("something stands for what is wrong where the shape says so", () => {
    expect(readAll(["either", "name", "other"], ['"x"', "5", "nil"])).toEqual(["x", "other", "other"]);
    expect(readAll(["choice", "busy", "retry"], ['"retry"', '"new"', "nil", '"choice"'])).toEqual([
        "retry",
        "busy",
        "busy",
        "busy",
    ]);
});

it("an id holds what may stand in an address", () => {
    const right = ["ses_1", "a", "7-1700.4~x", "x".repeat(100)];
    const wrong = [
        "",
        ".",
        "..",
        "-a",
        "a/b",
        "a b",
        "a?b",
        "a#b",
        "a%2f",
        "ä",
        "a\nb",
        "a\0",
        "x".repeat(101),
    ];
    expect(readAll("id", right.map(toLua))).toEqual(right);
    expect(
        readAll(
            "id",
            wrong.map((text) => toLua(bytes(text))),
        ),
    ).toEqual(wrong.map(() => null));
});

it("what is shown is one line that fits", () => {
    const [name, message] = ["name", "message"].map(
        (word) =>
            readAll(word, [toLua("w".repeat(100_000)), '"a\\n\\t b\\r\\nc\\27[31md\\27[0m\\0e"']) as string[],
    );
    expect(name).toEqual([`${"w".repeat(98)}..`, "a b cd e"]);
    expect(message).toEqual([`${"w".repeat(158)}..`, "a b cd e"]);
});

it.each([
    ["<html><head><title>502 Bad Gateway</title></head><body>x</body></html>", "502 Bad Gateway"],
    [`<!DOCTYPE html>\n<HTML>\n<TITLE lang="en">\n 503 \n</TITLE>${"<p>".repeat(3000)}`, "503 "],
    ["AI_APICallError: <html><body>no title</body></html>", "AI_APICallError: a web page"],
    ["use <b> or <i>", "use <b> or <i>"],
    ["plain", "plain"],
])("of a web page its title is the reason: %s", (given, shown) => {
    expect(readAll("reason", [toLua(given)])).toEqual([shown]);
});
