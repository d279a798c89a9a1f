/** What is different between two texts: the same cases on the source in Node and on the compiled Lua. */
import { describe, expect, it } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";
import { importSource } from "./support/lua-library.ts";

interface Row {
    kind: " " | "+" | "-" | "@";
    text: string;
}

interface DifferenceModule {
    difference(old: string, fresh: string): Row[];
}

const source = await importSource<DifferenceModule>("src/apis/trapos/difference.ts");
const inNode = (old: string, fresh: string) =>
    source.difference(old, fresh).map(({ kind, text }) => kind + text);
const inLua = (old: string, fresh: string) =>
    JSON.parse(
        runLua(`
            local said = {}
            for _, row in ipairs(require("/apis/trapos/difference").difference(${toLua(old)}, ${toLua(fresh)})) do
                said[#said + 1] = string.format("%q", row.kind .. row.text)
            end
            return "[" .. table.concat(said, ",") .. "]"`) as unknown as string,
    ) as string[];

const numbered = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join("");

const cases: [name: string, old: string, fresh: string, rows: string[]][] = [
    ["nothing", "", "", []],
    ["the same", "a\nb\n", "a\nb\n", []],
    ["from nothing", "", "a\nb\n", ["@-1 +1", "+a", "+b"]],
    ["to nothing", "a\n", "", ["@-1 +1", "-a"]],
    ["a line that changes", "a\nb\nc\n", "a\nx\nc\n", ["@-1 +1", " a", "-b", "+x", " c"]],
    ["a line that comes", "a\nc\n", "a\nb\nc\n", ["@-1 +1", " a", "+b", " c"]],
    ["a line that goes", "a\nb\nc\n", "a\nc\n", ["@-1 +1", " a", "-b", " c"]],
    ["blank lines", "a\n\n\nb\n", "a\n\nb\n", ["@-1 +1", " a", " ", "-", " b"]],
    ["lines that moved", "a\nb\nc\nd\n", "c\nd\na\nb\n", ["@-1 +1", "-a", "-b", " c", " d", "+a", "+b"]],
    [
        "what is far from a change is not shown",
        numbered(1, 20),
        numbered(1, 9) + "new\n" + numbered(11, 20),
        ["@-7 +7", " line 7", " line 8", " line 9", "-line 10", "+new", " line 11", " line 12", " line 13"],
    ],
    [
        "two places",
        numbered(1, 12),
        "x\n" + numbered(2, 11) + "y\n",
        [
            "@-1 +1",
            "-line 1",
            "+x",
            " line 2",
            " line 3",
            " line 4",
            "@-9 +9",
            " line 9",
            " line 10",
            " line 11",
            "-line 12",
            "+y",
        ],
    ],
];

describe.each([
    ["Node", inNode],
    ["Lua", inLua],
])("in %s", (_world, difference) => {
    it.each(cases)("%s", (_name, old, fresh, rows) => {
        expect(difference(old, fresh)).toEqual(rows);
    });
});

it("makes the new text of the old one, whatever both are", () => {
    let seed = 7;
    const random = (most: number) => (seed = (seed * 16807) % 2147483647) % most;
    for (let round = 0; round < 300; round++) {
        const text = () => Array.from({ length: random(12) }, () => `${"abc".charAt(random(3))}\n`).join("");
        const [old, fresh] = [text(), text()];
        const rows = inNode(old, fresh).filter((row) => !row.startsWith("@"));
        if (old === fresh) expect(rows).toEqual([]);
        // With so few lines none is left out where one has changed, but at the ends.
        const gone = rows.filter((row) => row.startsWith("-")).length;
        const come = rows.filter((row) => row.startsWith("+")).length;
        expect(old.split("\n").length - gone + come).toBe(fresh.split("\n").length);
        const before = rows.filter((row) => !row.startsWith("+")).map((row) => `${row.slice(1)}\n`);
        const after = rows.filter((row) => !row.startsWith("-")).map((row) => `${row.slice(1)}\n`);
        if (rows.length > 0 && before.length === old.split("\n").length - 1) {
            expect(before.join("")).toBe(old);
            expect(after.join("")).toBe(fresh);
        }
    }
});

it("is soon done with texts of which all is different", () => {
    const start = performance.now();
    const old = numbered(1, 5000);
    const rows = inNode(old, old.replaceAll("line", "row"));
    expect(rows).toHaveLength(10001);
    expect(performance.now() - start).toBeLessThan(1000);
});
