/** The code in an answer: the same cases on the source in Node and on the compiled Lua. */
import { describe, expect, test } from "vitest";
import { bytes, runLua, toLua } from "../../tools/lua/index.ts";
import { importSource } from "./support/lua-library.ts";

interface CodeBlock {
    language?: string;
    code: string;
}

interface CodeBlocksModule {
    codeBlocks: (markdown: string, most?: number) => CodeBlock[];
}

const { codeBlocks } = await importSource<CodeBlocksModule>("src/apis/ai/markdown/codeblocks.ts");

/** A block as one text: its language, or "-", and its code. */
type Written = [language: string, code: string];

const cases: readonly (readonly [name: string, markdown: string, blocks: Written[]])[] = [
    ["none", "a\n\n- b `c`\n> d\n\n|e|\n|-|", []],
    ["nothing", "", []],
    ["one", "Do:\n```lua\nprint(1)\n```\nSo.", [["lua", "print(1)"]]],
    [
        "several",
        "```lua\na\n```\n~~~sh\nb\n~~~\n```\nc\n```",
        [
            ["lua", "a"],
            ["sh", "b"],
            ["-", "c"],
        ],
    ],
    ["blank lines and blanks stay", "```\n\n  a \n\n\tb\n\n```", [["-", "\n  a \n\n\tb\n"]]],
    ["UTF-8 stays", '```lua\nprint("→ é 日本 🚀")\n```', [["lua", 'print("→ é 日本 🚀")']]],
    ["commands of a terminal stay", "\u001b[1m```\u001b[0m\n\u001b[31mx\n```", [["-", "\u001b[31mx"]]],
    ["an empty one", "```lua\n```", [["lua", ""]]],
    ["line ends of Windows", "```lua\r\na\r\n\r\nb\r\n```\r\n", [["lua", "a\n\nb"]]],
    ["returns for line ends", "```\ra\rb\r```", [["-", "a\nb"]]],
    ["without an end", "```lua\na\n\n", [["lua", "a\n\n"]]],
    ["a fence in a longer one", "````md\n```lua\na\n```\n````", [["md", "```lua\na\n```"]]],
    ["a fence with an info string does not close", "```\na\n``` lua\n```", [["-", "a\n``` lua"]]],
    ["an indented fence", "  ```\n  a\n    b\n c\n  ```", [["-", "a\n  b\nc"]]],
    ["in a list", "1. x:\n   ```lua\n   a\n     b\n\n   c\n   ```\n2. y", [["lua", "a\n  b\n\nc"]]],
    ["behind an item's mark", "- ```lua\n  a\n  ```\n- b", [["lua", "a"]]],
    ["in a list in a list", "- a\n  - b\n    ~~~\n    c\n    ~~~", [["-", "c"]]],
    ["with tabs in a list", "- x\n\n\t```\n\ta\n\t\tb\n\t```", [["-", "a\n\tb"]]],
    ["a tab that is wider than the item", "1. x\n   ```\n\t\ta\n   ```", [["-", " a"]]],
    ["ends with its item", "- ```\n  a\nb\n", [["-", "a"]]],
    ["in a quote", "> ```lua\n> a\n>   b\n>c\n> > d\n> ```", [["lua", "a\n  b\nc\n> d"]]],
    [
        "ends with its quote",
        "> ```\n> a\n\nb\n```\nc\n```",
        [
            ["-", "a"],
            ["-", "c"],
        ],
    ],
    ["a quote's sign in code", "```\n> a\n```", [["-", "> a"]]],
    ["by its indent", "x\n\n    a\n      b\n\n\n    c\n\ny", [["-", "a\n  b\n\n\nc"]]],
    [
        "by its indent, twice",
        "    a\n\nx\n\n    b",
        [
            ["-", "a"],
            ["-", "b"],
        ],
    ],
    [
        "by its indent, then a fence",
        "    a\n\n```\nb\n```\n    c",
        [
            ["-", "a"],
            ["-", "b"],
            ["-", "c"],
        ],
    ],
    ["no code by an indent that a paragraph has", "x\n    y", []],
    ["bars in code are no table", "|a|\n|-|\n```\n|b|\n```", [["-", "|b|"]]],
    ["a rule is no item", "- - -\n```\na\n```", [["-", "a"]]],
    ["not less than is no quote", "```\n≥ a\n>= b\n```", [["-", "≥ a\n>= b"]]],
    [
        "languages",
        ["Lua", " python title", "{.rb .x}", "c++", "C#", "objective-c", "lua:door.lua", "{1,3}", "日本"]
            .map((info) => `\`\`\`${info}\nx\n\`\`\``)
            .join("\n"),
        ["lua", "python", "rb", "c++", "c#", "objective-c", "lua", "-", "-"].map((name): Written => [
            name,
            "x",
        ]),
    ],
    ["a language without end", `\`\`\`${"x".repeat(10_000)}\na\n\`\`\``, [["-", "a"]]],
];

const written = (blocks: readonly CodeBlock[]) => blocks.map(({ language, code }) => [language ?? "-", code]);

describe("codeBlocks", () => {
    const [compiled] = runLua(`
        local results = {}
        for index, markdown in ipairs(${toLua(cases.map(([, markdown]) => bytes(markdown)))}) do
            results[index] = require("/apis/ai/markdown/codeblocks").codeBlocks(markdown)
        end
        return results`) as [CodeBlock[][]];
    test.each(cases.map((entry, index) => [...entry, compiled[index]!] as const))(
        "%s",
        (_name, markdown, blocks, lua) => {
            const expected = blocks.map(([language, code]) => [language, bytes(code)]);
            expect({ source: written(codeBlocks(bytes(markdown))), lua: written(lua) }).toEqual({
                source: expected,
                lua: expected,
            });
        },
    );

    test("no more are looked for than are wanted", () => {
        const text = "```a\n1\n```\n```b\n2\n```\n```c\n3\n```\n";
        expect(written(codeBlocks(text, 2))).toEqual([
            ["a", "1"],
            ["b", "2"],
        ]);
        expect(
            runLua(`
            local text = (${toLua(text)}):rep(100000)
            return #require("/apis/ai/markdown/codeblocks").codeBlocks(text, 2)`),
        ).toEqual([2]);
    });
});
