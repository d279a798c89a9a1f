/** Shapes in Node mean what they mean on a computer: the same values, read by both. */
import { describe, expect, it } from "vitest";
import type { Shape } from "../../../src/apis/trapos/shapes.ts";
import { answers, lists } from "../../../src/apis/ai/protocol.ts";
import { bytes, runLua, toLua } from "../../../tools/lua/index.ts";
import { reader } from "../src/shapes.ts";

/** Changes each text of a value, and its fields' names. */
function eachText(value: unknown, change: (text: string) => string): unknown {
    if (typeof value === "string") return change(value);
    if (Array.isArray(value)) return value.map((inner) => eachText(inner, change));
    if (typeof value !== "object" || value === null) return value;
    const fields = Object.entries(value).map(([name, inner]) => [change(name), eachText(inner, change)]);
    return Object.fromEntries(fields) as unknown;
}

/** What a computer reads of each of some values, which it gets as bytes of UTF-8; nothing is undefined. */
function computerReads(shape: Shape, values: readonly unknown[]): unknown[] {
    const [read] = runLua(`
        local read = require("/apis/trapos/shape").reader(${toLua(shape)})
        local results = {}
        for index, value in ipairs({ ${values.map((value) => `{ ${toLua(eachText(value, bytes))} }`).join(", ")} }) do
            local result = read(value[1])
            results[index] = result == nil and "nothing" or { result }
        end
        return results`);
    const fromBytes = (text: string) => Buffer.from(text, "latin1").toString("utf8");
    return (read as unknown[]).map((result) =>
        result === "nothing" ? undefined : eachText((result as [unknown])[0], fromBytes),
    );
}

/** Both as one can see them: nothing for a field without a value, a list for an empty object. */
const plain = (value: unknown): unknown =>
    value === undefined
        ? undefined
        : (JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
              JSON.stringify(inner) === "{}" ? [] : inner,
          ) as unknown);

const texts = [
    "",
    "text",
    "two\nlines\t and  blanks\r\n",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07shown",
    "\u009b1mshort",
    "\x1b(Bset\x1b7",
    "\x7f\0control",
    "ä".repeat(99),
    "ä".repeat(100),
    "ä".repeat(101),
    "😀".repeat(99),
    "😀".repeat(200),
    "x".repeat(100),
    "x".repeat(101),
    "x".repeat(161),
    "日本語".repeat(60),
    " ".repeat(5000),
    "x".repeat(4096),
    "ä".repeat(2049),
    "x".repeat(65_536),
    "x".repeat(65_537),
    `${"x".repeat(65_535)}ä`,
    `${"x".repeat(65_534)}ä and more`,
    "😀".repeat(20_000),
    "<html><title>502 Bad Gateway</title>",
    "error: <!DOCTYPE HTML><TITLE lang=en> Größe </TITLE>",
    "<html> no title",
    `${"x".repeat(3999)}<html><title>late</title>`,
    "Ünlesbar <HTML>",
    "ses_1",
    "a/b",
    "..",
    "a..b",
    "-a",
    "a\n",
    "busy",
    "retry",
];
const values: unknown[] = [
    ...texts,
    0,
    7,
    -1,
    0.5,
    100,
    999,
    1e14,
    1e300,
    true,
    false,
    null,
    undefined,
    [],
    {},
    ["a", 5, "b"],
    [5],
    [null, "a", null],
    [null],
    { a: "x", b: 5 },
    { b: 5 },
    { a: null },
    { length: 3, name: "n" },
    [["a"], []],
];

const wordsOf = [
    "text",
    "long",
    "name",
    "message",
    "reason",
    "id",
    "folder",
    "boolean",
    "time",
    "count",
    "amount",
];
const shapes: Shape[] = [
    ...([...wordsOf, "status", "present"] as Shape[]),
    ["list", "text"],
    ["some", "text"],
    ["some", ["list", "text"]],
    ["record", "text"],
    ["record", "present"],
    ["either", "name", "other"],
    ["either", "count", "other"],
    ["choice", "busy", "retry"],
    { "a?": "text", "b?": "count" },
    { a: "text" },
    { "a?": { "b?": "text" }, "name?": "name" },
    { "length?": "present" },
];

describe("what is read", () => {
    it.each(shapes.map((shape) => [JSON.stringify(shape), shape] as const))("by %s", (_, shape) => {
        for (const [index, expected] of computerReads(shape, values).entries()) {
            const shown = String(JSON.stringify(values[index])).slice(0, 80);
            expect(plain(reader(shape)(values[index])), shown).toEqual(plain(expected));
        }
    });

    it("of what opencode sends", () => {
        const message = {
            info: { id: "msg_1", role: "user", time: { created: 5 }, summary: { diffs: [] }, more: 1 },
            parts: [{ type: "text", text: "hi", metadata: { nonce: "n", other: {} } }, { text: "no type" }],
        };
        const session = {
            id: "ses_1",
            title: "t",
            time: { created: 1, updated: 2 },
            directory: "/",
            share: {},
        };
        const cases: [Shape, unknown][] = [
            [answers.messages, [message]],
            [answers.messages, [message, {}]],
            [answers.messages, []],
            [answers.sessions, [session, { id: "ses_2" }]],
            [answers.session, session],
            [lists.status, { ses_1: { type: "busy" }, ses_2: { type: "new" }, ses_3: 5 }],
            [lists.status, {}],
            [
                lists.questions,
                [{ id: "que_1", sessionID: "ses_1", questions: [{ question: "?", options: null }] }],
            ],
            [answers.refusal, { name: "x", data: null }],
        ];
        for (const [shape, value] of cases)
            expect(plain(reader(shape)(value))).toEqual(plain(computerReads(shape, [value])[0]));
        expect(reader(answers.messages)([message])).toEqual([
            {
                info: { id: "msg_1", role: "user", time: { created: 5 } },
                parts: [{ type: "text", text: "hi", metadata: { nonce: "n" } }],
            },
        ]);
    });
});

it("a field's name is no more than a name", () => {
    const value: unknown = JSON.parse('{ "__proto__": "a", "constructor": "b" }');
    const read = reader(["record", "text"])(value)!;
    expect(Object.entries(read)).toEqual([
        ["__proto__", "a"],
        ["constructor", "b"],
    ]);
    expect(reader({ "constructor?": "present", "toString?": "present" })({})).toEqual({});
});
