/** UTF-8 in CC's font, and Markdown on a narrow screen: the same cases on the source in Node and on the compiled Lua. */
import { describe, expect, test } from "vitest";
import { bytes, runLua, toLua } from "./support/lua.ts";
import { importSource } from "./support/lua-library.ts";

interface Span {
    text: string;
    style: string;
}

interface TextModule {
    fold(text: string): string;
    markdown(source: string, width: number, emit: (row: Span[]) => void): void;
    cut(text: string, width: number): string;
    ageText(seconds: number): string;
}

const source = await importSource<TextModule>("src/apis/ai/text.ts");

function inLua<Result>(call: string): Result {
    return runLua(`local text = require("/apis/ai/text")\n${call}`)[0] as Result;
}

/** All of a table's cases in one Lua state, in order. */
function allInLua<Result>(name: string, cases: readonly (readonly unknown[])[]): Result[] {
    return inLua(`
        local results = {}
        for index, arguments in ipairs(${toLua(cases)}) do results[index] = text.${name}(table.unpack(arguments)) end
        return results`);
}

function rowsInNode(markdown: string, width: number): Span[][] {
    const rows: Span[][] = [];
    source.markdown(markdown, width, (row) => rows.push(row));
    return rows;
}

function rowsInLua(cases: readonly (readonly [string, number])[]): Span[][][] {
    return inLua(`
        local results = {}
        for index, case in ipairs(${toLua(cases)}) do
            local rows = {}
            text.markdown(case[1], case[2], function(row) rows[#rows + 1] = row end)
            results[index] = rows
        end
        return results`);
}

/** What stands around the text of a style where rows are drawn. */
const MARKS: Record<string, string> = {
    heading: "==",
    bold: "**",
    code: "``",
    quote: '""',
    link: "<>",
    text: "",
};

/** Rows as text, with marks around what is not plain; spans of one style are drawn as one. */
function draw(rows: readonly Span[][]): string[] {
    return rows.map((row) => {
        const merged: Span[] = [];
        for (const span of row) {
            const last = merged.at(-1);
            if (last?.style === span.style) last.text += span.text;
            else merged.push({ ...span });
        }
        return merged
            .map(({ text, style }) => MARKS[style]!.charAt(0) + text + MARKS[style]!.charAt(1))
            .join("");
    });
}

const foldCases: readonly (readonly [name: string, text: string, folded: string])[] = [
    ["ASCII", 'print("hi") -- ~{}\n', 'print("hi") -- ~{}\n'],
    [
        "Latin-1",
        "Größe, déjà vu, ¿qué? 50 °C ±2 ×½ §",
        "Gr\xf6\xdfe, d\xe9j\xe0 vu, \xbfqu\xe9? 50 \xb0C \xb12 \xd7\xbd \xa7",
    ],
    ["no-break space", "a\u00a0b\u202fc\u3000d", "a\xa0b c d"],
    ["quotes", "“don’t” ‘x’ „y“ «z»", '"don\'t" \'x\' "y" \xabz\xbb'],
    ["dashes and dots", "a–b — c−d… non‑breaking", "a-b - c-d... non-breaking"],
    ["bullets", "• ‣ ● ◦", "\x07 \x07 \x07 \x07"],
    ["arrows", "→ ← ↑ ↓ ⇒ ➡️", "\x1a \x1b \x18 \x19 => \x1a"],
    ["box drawing", "┌─┬─┐\n│a║b│\n╰━┷━╯", "+-+-+\n|a|b|\n+-+-+"],
    ["blocks", "███▒", "####"],
    ["math", "x ≤ y ≥ z ≠ a ≈ b", "x <= y >= z != a ~ b"],
    ["accents the font lacks", "Šárka Čapek, Łódź, ğış", "S\xe1rka Capek, L\xf3dz, gis"],
    ["accents put together", "e\u0301a\u0308", "ea"],
    ["currency", "5 € £ ¥ ¢", "5 EUR \xa3 \xa5 \xa2"],
    ["check marks", "✅ ✔️ ✓ ❌ ✗", "OK OK OK X X"],
    ["other emoji", "🚀🔥 ok 😀", "?? ok ?"],
    ["a joined emoji is one", "[👨‍👩‍👧‍👦] [👩🏽‍💻] [🏳️‍🌈]", "[?] [?] [?]"],
    ["a character after a joined one", "👩‍💻👩", "??"],
    ["other scripts, one a character", "Привет 日本語", "?????? ???"],
    ["zero width", "a\u200bb\u2060c\ufeffd\u00ade", "abcde"],
    ["line ends", "a\r\nb\rc\n", "a\nb\nc\n"],
    ["other blanks", "a\u2028b\u2029c\u2003d", "a b c d"],
    ["tabs", "a\tb", "a  b"],
    ["control characters", "a\u0000b\u0007c\u001b[31md\u007fe\u0085f", "abc[31mdef"],
];

/** What is not UTF-8, as bytes. */
const brokenCases: readonly (readonly [name: string, text: string, folded: string])[] = [
    ["Latin-1 for UTF-8", "caf\xe9 au lait", "caf\xe9 au lait"],
    ["a stray continuation byte", "a\x80b", "a?b"],
    ["a character cut short", "x\xe2\x82", "x?"],
    ["a character cut short before another", "\xe2\x82é".replace("é", "\xc3\xa9") + "x", "?\xe9x"],
    ["a stray byte after a character", "\xc3\xa9\x80x", "\xe9?x"],
    ["surrogate halves", "\xed\xa0\xbd\xed\xb8\x80!", "?!"],
    ["too long an encoding of a line end", "a\xe0\x80\x8ab", "ab"],
    ["bytes that UTF-8 never has", "\xff\xfe\xc0\x81", "\xff\xfe?"],
    ["beyond Unicode", "\xf4\xbf\xbf\xbf\xf7", "?\xf7"],
];

describe("fold", () => {
    const cases = [
        ...foldCases.map(([name, text, folded]) => [name, bytes(text), folded] as const),
        ...brokenCases,
    ];
    const folded = allInLua<string>(
        "fold",
        cases.map(([, text]) => [text]),
    );
    test.each(cases.map((entry, index) => [...entry, folded[index]] as const))(
        "%s",
        (_name, text, expected, inLua) => {
            expect({ source: source.fold(text), lua: inLua }).toEqual({ source: expected, lua: expected });
        },
    );

    test("leaves no control character but line ends, whatever the bytes", () => {
        const every = Array.from({ length: 65536 }, (_, index) =>
            String.fromCharCode(index >> 8, index & 255),
        ).join("");
        const symbols = "\x03\x07\x0e\x0f\x10\x11\x12\x18\x19\x1a\x1b\x1d\x1e\x1f";
        const result = runLua(`return (require("/apis/ai/text").fold(${toLua(every)}))`)[0] as string;
        expect([...result].filter((byte) => byte < " " && byte !== "\n" && !symbols.includes(byte))).toEqual(
            [],
        );
        expect(result).toBe(source.fold(every));
    });
});

const markdownCases: readonly (readonly [name: string, markdown: string, width: number, rows: string[]])[] = [
    ["an empty answer", "", 20, []],
    ["words are kept whole", "the quick brown fox jumps", 10, ["the quick", "brown fox", "jumps"]],
    ["a row that just fits", "1234 67890 abc", 10, ["1234 67890", "abc"]],
    ["a word wider than the screen is cut", "see 1234567890abc now", 10, ["see", "1234567890", "abc now"]],
    ["lines stay lines, blank ones become one", "one\ntwo\n\n\nthree", 20, ["one", "two", "", "three"]],
    ["blank lines at both ends are dropped", "\n\none\n\n", 20, ["one"]],
    ["blanks become one", "one   two", 20, ["one two"]],
    ["what is indented stays so", "  a b c", 6, ["  a b", "  c"]],
    ["what is indented far is not", `${" ".repeat(50)}a`, 20, ["        a"]],
    ["a heading", "# Big *title*\ntext", 20, ["=Big =*title*", "text"]],
    ["a hash without a space is no heading", "#tag and #1", 20, ["#tag and #1"]],
    ["bold and italic", "a **b c** d *e* __f__ _g_", 30, ["a *b c* d *e* *f* *g*"]],
    ["emphasis across rows", "**bold words** end", 6, ["*bold*", "*words*", "end"]],
    ["punctuation sticks to a bold word", "abc **def**, ghi", 7, ["abc", "*def*,", "ghi"]],
    ["emphasis in emphasis", "**a *b* c**", 20, ["*a b c*"]],
    ["bold italic", "***x*** y", 20, ["*x* y"]],
    ["stars that are no emphasis", "2*3*4 = 24, a * b * c, 5*", 40, ["2*3*4 = 24, a * b * c, 5*"]],
    ["stars that count", "Rating: ***** or *** of 5", 40, ["Rating: ***** or *** of 5"]],
    ["names with underscores", "my_var_name and __index", 40, ["my_var_name and __index"]],
    ["an opening mark without an end", "**never closed", 40, ["**never closed"]],
    ["escaped marks", "\\*not\\* \\[a\\] c:\\dir", 40, ["*not* [a] c:\\dir"]],
    ["code in a line", "run `ls -l` or ``a`b``", 40, ["run `ls -l` or `a`b`"]],
    ["marks in code stay", "`**x** [a](b)`", 40, ["`**x** [a](b)`"]],
    ["a backtick without an end", "it`s *so*", 40, ["it`s *so*"]],
    ["a link", "see [the docs](http://a.b/c_d) now", 60, ["see <the docs (http://a.b/c_d)> now"]],
    ["a link with a title", '[x](http://a.b "T")', 60, ["<x (http://a.b)>"]],
    ["a link that is its own text", "[http://a.b](http://a.b)", 60, ["<http://a.b>"]],
    ["brackets that are no link", "t[1] = [a] (b) [c", 60, ["t[1] = [a] (b) [c"]],
    ["a bare address is cut, not lost", "http://abc.de/fghi", 10, ["http://abc", ".de/fghi"]],
    ["a list hangs", "- one two three\n- four", 9, ["\x07 one two", "  three", "\x07 four"]],
    ["a list right after a paragraph", "List:\n* a\n+ b", 20, ["List:", "\x07 a", "\x07 b"]],
    ["numbers", "1. one two\n10. three four", 9, ["1. one", "   two", "10. three", "    four"]],
    ["a list in a list", "- a\n  - b c\n    1. d e", 8, ["\x07 a", "  \x07 b c", "    1. d", "       e"]],
    ["an item's second line", "- one\n  two", 20, ["\x07 one", "  two"]],
    ["an item's second paragraph", "- one\n\n  two", 20, ["\x07 one", "", "  two"]],
    ["text after a list", "- one\n\ntwo", 20, ["\x07 one", "", "two"]],
    ["bold at the start is no bullet", "**a** b", 20, ["*a* b"]],
    ["a quote", "> one two three\n> four\n\nfive", 9, ['"> one two"', '"> three"', '"> four"', "", "five"]],
    ["a quote in a quote", "> > deep", 20, ['"> > deep"']],
    ["a list in a quote", "> - a\n> - b", 20, ['"> \x07 a"', '"> \x07 b"']],
    ["a rule", "a\n\n---\n\nb", 5, ["a", "", "-----", "", "b"]],
    ["other rules", "***\n_ _ _", 4, ["----", "----"]],
    [
        "code keeps its spaces and its blank lines",
        "```lua\nif x then\n    y()\n\n\nend\n```\ndone",
        20,
        ["`if x then`", "`    y()`", "``", "``", "`end`", "done"],
    ],
    ["code is cut at the width, not at words", "```\nab cd efgh ij\n```", 6, ["`ab cd `", "`efgh i`", "`j`"]],
    [
        "marks and quotes in code stay",
        "```\n**x** [a](b)\n> y\n# z\n```",
        20,
        ["`**x** [a](b)`", "`> y`", "`# z`"],
    ],
    ["code without an end", "```\nx", 20, ["`x`"]],
    ["a longer fence holds a shorter one", "````\n```\n````\nx", 20, ["`" + "```" + "`", "x"]],
    ["tildes", "~~~\nx\n~~~", 20, ["`x`"]],
    [
        "code in a list",
        "1. do:\n   ```\n   x\n     y\n   ```\n2. then",
        20,
        ["1. do:", "`   x`", "`     y`", "2. then"],
    ],
    ["code in a quote", "> ```\n> > x\n> ```\n> y", 20, ["`> x`", '"> y"']],
    ["code ends with its quote", "> ```\n> x\n*y*", 20, ["`x`", "*y*"]],
    ["three backticks in a line are code", "```x``` y", 20, ["`x` y"]],
    ["a table", "| a | **bee** |\n|---|:--|\n| cc | `d` |", 20, ["a | *bee*", "cc | `d`"]],
    ["a table with a cell too many", "|a|\n|-|\n|b|c|", 20, ["a", "b | c"]],
    [
        "a table that is too wide",
        "|Name|What it is|\n|-|-|\n|door|opens *and* shuts|\n|lamp||",
        16,
        ["Name | What it", "is", "door | opens *and*", "shuts", "lamp | "],
    ],
    ["bars without a table", "a | b\nc | d", 20, ["a | b", "c | d"]],
    ["text around a table", "x\n|a|b|\n|-|-|\n|1|2|\ny", 20, ["x", "a | b", "1 | 2", "y"]],
    ["UTF-8 counts as what is shown", "äöü → “ß”", 5, ["\xe4\xf6\xfc \x1a", '"\xdf"']],
    ["CRLF and tabs", "a\r\nb\r\n\r\n```\r\n\tx\r\n```", 20, ["a", "b", "", "`  x`"]],
    ["a screen of one column", "ab c", 1, ["a", "b", "c"]],
];

describe("markdown", () => {
    const cases = markdownCases.map(
        ([name, markdown, width, rows]) => [name, bytes(markdown), width, rows] as const,
    );
    const compiled = rowsInLua(cases.map(([, markdown, width]) => [markdown, width] as const));
    test.each(cases.map((entry, index) => [...entry, compiled[index]!] as const))(
        "%s",
        (_name, markdown, width, expected, lua) => {
            const node = rowsInNode(markdown, width);
            expect(lua).toEqual(node);
            expect(draw(node)).toEqual(expected);
        },
    );

    test("no row is wider than the screen, and no word of an answer is lost", () => {
        const words = Array.from({ length: 300 }, (_, index) => `w${index}${"x".repeat(index % 31)}`);
        const shapes = [
            "w",
            "**w**",
            "`w`",
            "[w](w)",
            "\n- w",
            "\n\n> w\n\n",
            "\n# w\n",
            "\n```\nw\n```\n",
            "\n1. w",
        ];
        const answer = words
            .map((word, index) => shapes[index % shapes.length]!.replaceAll("w", word))
            .join(" ");
        for (const width of [51, 26, 13]) {
            const rows = rowsInNode(answer, width).map((row) => row.map(({ text }) => text).join(""));
            expect(rows.filter((row) => row.length > width)).toEqual([]);
            const shown = rows.join("").replace(/[> ]/g, "");
            expect(words.filter((word) => !shown.includes(word))).toEqual([]);
        }
    });

    // Were one of these not linear, it would take hours.
    const long = 2_000_000;
    const hard = 300_000;
    test.each([
        ["prose", "", "The quick brown fox jumps over it. ", long, 1_959_971],
        ["a word", "", "x", hard, hard],
        ["code", "```\n", "print(1)\n", hard, 266_664],
        // Some pair up: a mark at the end of what is looked at passes for an end.
        ["openings", "", "*a ", hard, 292_196],
        ["backticks", "", "`a``b```c", hard, 200_001],
        ["brackets", "", "[a](", hard, hard],
        ["spaces", "x", "a      ", hard, 84_067],
        ["quotes", "x", ">", hard, 300_001],
        ["stars", "x", "*", hard, 300_001],
        ["ticks", "x", "`", hard, 300_001],
        ["cells", "", "|a", hard, 588_459],
        ["rows of a table", "", "|a|b|\n", hard, 250_000],
        ["joined emoji", "", "\xf0\x9f\x91\xa9\xe2\x80\x8d", hard, 1],
    ])("%s without end", (_name, start, unit, length, shown) => {
        const count = Math.floor(length / unit.length);
        const characters = inLua(`
            local characters = 0
            text.markdown(${toLua(start)} .. (${toLua(unit)}):rep(${count}), 51, function(row)
                for _, span in ipairs(row) do characters = characters + #span.text end
            end)
            return characters`);
        expect(characters).toBe(shown);
    });
});

describe("lists", () => {
    const cuts: [string, number, string][] = [
        ["short", 5, "short"],
        ["too long", 7, "too l.."],
        ["long", 3, "l.."],
        ["long", 2, ".."],
        ["long", 1, "."],
        ["long", 0, ""],
    ];
    test("cut", () => {
        const expected = cuts.map(([, , result]) => result);
        expect(cuts.map(([text, width]) => source.cut(text, width))).toEqual(expected);
        expect(
            allInLua(
                "cut",
                cuts.map(([text, width]) => [text, width]),
            ),
        ).toEqual(expected);
    });

    const ages: [number, string][] = [
        [-5, "now"],
        [59.9, "now"],
        [60, "1m"],
        [3599, "59m"],
        [3600, "1h"],
        [86399, "23h"],
        [86400, "1d"],
        [86400 * 400, "400d"],
    ];
    test("ageText", () => {
        const expected = ages.map(([, result]) => result);
        expect(ages.map(([seconds]) => source.ageText(seconds))).toEqual(expected);
        expect(
            allInLua(
                "ageText",
                ages.map(([seconds]) => [seconds]),
            ),
        ).toEqual(expected);
    });
});
