/** UTF-8 in CC's font, and Markdown on a narrow screen: the same cases on the source in Node and on the compiled Lua. */
import { describe, expect, test } from "vitest";
import { bytes, runLua, toLua } from "../../tools/lua/index.ts";
import { importSource } from "./support/lua-library.ts";

interface Span {
    text: string;
    style: string;
}

interface TextModule {
    fold(text: string): string;
    oneLine(text: string): string;
    cut(text: string, width: number): string;
    shorten(text: string, width: number): string;
    ageText(seconds: number): string;
}

interface MarkdownModule {
    layOut: (source: string, width: number, emit: (row: Span[]) => unknown) => void;
}

interface ReasoningModule {
    withoutReasoning: (text: string) => string;
}

const source = await importSource<TextModule>("src/apis/trapos/text.ts");
const { layOut: markdown } = await importSource<MarkdownModule>("src/apis/ai/markdown/layout.ts");
const { withoutReasoning } = await importSource<ReasoningModule>("src/apis/ai/markdown/reasoning.ts");

function inLua<Result>(call: string): Result {
    return runLua(`
        local text, markdown = require("/apis/trapos/text"), require("/apis/ai/markdown/layout").layOut
        ${call}`)[0] as Result;
}

/** All of a table's cases in one Lua state, in order. */
function allInLua<Result>(
    name: string,
    cases: readonly (readonly unknown[])[],
    module = "trapos/text",
): Result[] {
    return inLua(`
        local results, module = {}, require("/apis/${module}")
        for index, arguments in ipairs(${toLua(cases)}) do results[index] = module.${name}(table.unpack(arguments)) end
        return results`);
}

function rowsInNode(source: string, width: number): Span[][] {
    const rows: Span[][] = [];
    markdown(source, width, (row) => rows.push(row));
    return rows;
}

function rowsInLua(cases: readonly (readonly [string, number])[]): Span[][][] {
    return inLua(`
        local results = {}
        for index, case in ipairs(${toLua(cases)}) do
            local rows = {}
            markdown(case[1], case[2], function(row) rows[#rows + 1] = row end)
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
    ["question marks", "what?? really???", "what?? really???"],
    [
        "Latin-1",
        "Größe, déjà vu, ¿qué? 50 °C ±2 ×½ §",
        "Gr\xf6\xdfe, d\xe9j\xe0 vu, \xbfqu\xe9? 50 \xb0C \xb12 \xd7\xbd \xa7",
    ],
    ["no-break space", "a\u00a0b\u202fc\u3000d", "a\xa0b c d"],
    ["quotes", "“don’t” ‘x’ „y“ «z» ‹a›", "\"don't\" 'x' \"y\" \xabz\xbb 'a'"],
    ["dashes and dots", "a–b — c−d… non‑breaking", "a-b - c-d... non-breaking"],
    ["bullets", "• ‣ ● ◦ ▪", "\x07 \x07 \x07 \x07 \x07"],
    ["arrows", "→ ← ↑ ↓ ⇒ ➡️ ↔ ↕", "\x1a \x1b \x18 \x19 => \x1a \x1d \x12"],
    [
        "symbols of the font",
        "☺ ♥ ♦ ♣ ♠ ♂ ♀ ♪ ♫ ▶ ◀ ▲ ▼",
        "\x01 \x03 \x04 \x05 \x06 \x0b \x0c \x0e \x0f \x10 \x11 \x1e \x1f",
    ],
    ["box drawing", "┌─┬─┐\n│a║b│\n╰━┷━╯", "+-+-+\n|a|b|\n+-+-+"],
    ["blocks", "███▒", "####"],
    ["boxes to tick", "☐ ☑ ⬜ ■", "[ ] [x] [ ] #"],
    ["math", "x ≤ y ≥ z ≠ a ≈ b", "x <= y >= z != a ~ b"],
    ["superscripts and subscripts", "10⁻³ H₂O x² ①", "10-\xb3 H2O x\xb2 1"],
    ["mathematical letters", "𝗕𝗼𝗹𝗱 𝑖𝑡𝑎𝑙 𝟭𝟮", "Bold ital 12"],
    ["ligatures", "ﬁnd oﬀ œuvre", "find off oeuvre"],
    ["accents the font lacks", "Šárka Čapek, Łódź, ğış", "S\xe1rka Capek, L\xf3dz, gis"],
    ["Vietnamese, Romanian, Pinyin", "Tiếng Việt, ơn; Țară; nǐ hǎo", "Tieng Viet, on; Tara; ni hao"],
    ["accents put together", "e\u0301a\u0308C\u0327n\u0303 s\u030c x\u0301", "\xe9\xe4\xc7\xf1 s x"],
    ["accents without end", `a${"\u0301\u0316".repeat(50)}b`, "\xe1b"],
    ["currency", "5 € £ ¥ ¢", "5 EUR \xa3 \xa5 \xa2"],
    ["check marks", "✅ ✔️ ✓ ❌ ✗", "OK OK OK X X"],
    ["other emoji", "🚀🔥 ok 🤖", "? ok ?"],
    ["keycaps and flags", "1️⃣ 🇩🇪", "1 DE"],
    ["a joined emoji is one", "[👨‍👩‍👧‍👦] [👩🏽‍💻] [🏳️‍🌈] [❤️‍🔥]", "[?] [?] [?] [\x03]"],
    ["an emoji after a joined one", "👩‍💻👩", "?"],
    ["other scripts, one a word", "Привет, мир: 日本語", "?, ?: ?"],
    ["right to left", "a \u202eשלום\u202c b \u200fمرحبا\u200e c", "a ? b ? c"],
    ["wide letters and punctuation", "ＡＢ１（ｘ）！ 你好。「か」、", 'AB1(x)! ?."?",'],
    ["what cannot be seen parts nothing", "日\u200b本\u00ad語", "?"],
    ["zero width", "a\u200bb\u2060c\ufeffd\u00ade\u061cf\u180eg", "abcdefg"],
    ["line ends", "a\r\nb\nc\r\r\nd\n", "a\nb\nc\nd\n"],
    ["other blanks", "a\u2028b\u2029c\u2003d\u000be\u000cf", "a b c d e f"],
    ["tabs", "a\tb", "a  b"],
    ["control characters", "a\u0000b\u0007c\u001bd\u007fe\u0085f\u0080", "abcdef"],
    ["template braces and percent signs", "{what} %1 %% {} %", "{what} %1 %% {} %"],
    [
        "colours of a terminal",
        "\u001b[31mred\u001b[0m \u001b[1;38;5;200mx\u001b[m \u001b[38:2::1:2:3my",
        "red x y",
    ],
    ["moves of a terminal", "a\u001b[2Jb\u001b[1;1Hc\u001b[?25ld\u001b[0 qe\u001b[>cf\u001b[!p", "abcdef"],
    [
        "links of a terminal",
        "\u001b]8;;http://a.b\u001b\\link\u001b]8;;\u001b\\ \u001b]8;id=1;http://a\u0007x\u001b]8;;\u0007",
        "link x",
    ],
    [
        "titles of a terminal",
        "\u001b]0;Ümlaut\u0007a\u001bP1$r\u001b\\b\u001b_apc\u001b\\c\u001b^pm\u001b\\d\u001bXsos\u001b\\e",
        "abcde",
    ],
    [
        "short commands of a terminal",
        "\u001b7a\u001b8b\u001b(Bc\u001b=d\u001b>e\u001bMf\u001bcg\u001b#8h\u001b%Gi",
        "abcdefghi",
    ],
    [
        "commands of one character",
        "\u009b31mred\u009b0m\u009d0;t\u009ca\u00901\u009cb\u0098x\u009cc",
        "redabc",
    ],
    ["a command cut short", "a\u001b[31\nb\u001b[\nc\u001b]0;title\nd\u001b", "a\nb\nc\nd"],
    ["escapes alone", "a\u001b\u001b b\u001b", "a b"],
    ["what looks like a command", "t[31m] a[0m] \\u001b[31m", "t[31m] a[0m] \\u001b[31m"],
    ["a line written over", "10%\r50%\r\u001b[K100%\ndone\r\nx", "100%\ndone\nx"],
    ["a line written over and left", "50%\r100%\r\n9%\r", "100%\n9%\n".slice(0, -1)],
    ["characters written over", "N\bNA\bAM\bME\bE _\bx abc\b\b\bxyz |\b/\b-\n\b\bq", "NAME x xyz -\nq"],
    ["characters of several bytes written over", "ä\bü 日\bx", "\xfc x"],
];

/** What is not UTF-8, as bytes. */
const brokenCases: readonly (readonly [name: string, text: string, folded: string])[] = [
    ["Latin-1 for UTF-8", "caf\xe9 au lait, \xc4\xd6\xdc", "caf\xe9 au lait, \xc4\xd6\xdc"],
    ["a stray continuation byte", "a\x80b", "a?b"],
    ["a character cut short", "x\xe2\x82", "x?"],
    ["a character cut short before another", "\xe2\x82\xc3\xa9x", "?\xe9x"],
    ["a stray byte after a character", "\xc3\xa9\x80x", "\xe9?x"],
    ["surrogate halves", "\xed\xa0\xbd\xed\xb8\x80!", "?!"],
    ["too long an encoding of a line end", "a\xe0\x80\x8ab\xf0\x80\x80\x8ac\xc0\x8ad", "a?b?c?d"],
    ["bytes that UTF-8 never has", "\xff\xfe\xc0\x81", "\xff\xfe?"],
    ["beyond Unicode", "\xf4\xbf\xbf\xbf\xf7", "?\xf7"],
    ["a colour that begins with one byte", "\x9b31mred\x9b0m, \xc3\x9b", "red, \xdb"],
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
        const symbols =
            "\x01\x03\x04\x05\x06\x07\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x18\x19\x1a\x1b\x1d\x1e\x1f";
        const result = runLua(`return (require("/apis/libfont").fold(${toLua(every)}))`)[0] as string;
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
    ["what goes on is not indented far", `x\n${" ".repeat(50)}a`, 20, ["x", "        a"]],
    ["a heading", "# Big *title*\ntext", 20, ["=Big =*title*", "text"]],
    ["a heading that is closed", "## Big ##\n### C# #", 20, ["=Big=", "=C#="]],
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
    ["code goes on at a blank", "```\nab cd efg hij\n```", 6, ["`ab cd`", "`  efg`", "`  hij`"]],
    [
        "code goes on behind its beginning",
        "```\n  local a = bc + de\n```",
        12,
        ["`  local a =`", "`    bc + de`"],
    ],
    ["code goes on before a word", "```\nalpha+beta(gamma)\n```", 9, ["`alpha+`", "`  beta(`", "`  gamma)`"]],
    [
        "names, numbers and short texts stay whole",
        '```\nfind(a.bc,0.5,"d")\n```',
        10,
        ["`find(a.bc,`", '`  0.5,"d")`'],
    ],
    [
        "a long name is parted at its dots",
        "```\nalpha.beta.gamma\n```",
        8,
        ["`alpha.`", "`  beta.`", "`  gamma`"],
    ],
    [
        "a word of code that is wider than a row is cut",
        "```\nx=abcdefghijkl\n```",
        7,
        ["`x=`", "`  abcde`", "`  fghij`", "`  kl`"],
    ],
    ["code that just fits", "```\nabc def  \n```", 7, ["`abc def`"]],
    ["code without blanks at its end", "```\nabc      \n      \n```", 5, ["`abc`", "``"]],
    ["code that is indented too far", "```\n          x y z\n```", 8, ["`    x y`", "`    z`"]],
    ["code on a screen of one column", "```\nab c\n```", 1, ["`a`", "`b`", "`c`"]],
    [
        "marks and quotes in code stay",
        "```\n**x** [a](b)\n> y\n# z\n```",
        20,
        ["`**x** [a](b)`", "`> y`", "`# z`"],
    ],
    ["code without an end", "```\nx", 20, ["`x`"]],
    ["a fence with blanks behind it", "```\nx\n```  \t \ny", 20, ["`x`", "y"]],
    ["a longer fence holds a shorter one", "````\n```\n````\nx", 20, ["`" + "```" + "`", "x"]],
    ["a longer fence closes a shorter one", "```\nx\n`````\ny", 20, ["`x`", "y"]],
    [
        "a fence with an info string does not close",
        "```\nx\n``` lua\n```\ny",
        20,
        ["`x`", "`" + "``` lua" + "`", "y"],
    ],
    ["an info string", '``` lua {1,2} title="~"\nx\n```\ny', 20, ["`x`", "y"]],
    ["an info string with a backtick is none", "``` a`b\ny", 20, ["``` a`b", "y"]],
    ["tildes", "~~~\nx\n~~~", 20, ["`x`"]],
    ["tildes with backticks and tildes behind them", "~~~ a`b ~~~\nx\n~~~~\ny", 20, ["`x`", "y"]],
    ["tildes hold backticks", "~~~\n```\n~~~\nx", 20, ["`" + "```" + "`", "x"]],
    ["backticks hold tildes", "```\n~~~\n```\nx", 20, ["`~~~`", "x"]],
    ["a mixed fence does not close", "```\n``~\n```\nx", 20, ["`" + "``~" + "`", "x"]],
    ["two backticks are no fence", "``\nx\n``", 20, ["``", "x", "``"]],
    [
        "an indented fence takes as much from its code",
        "  ```\n  x\n    y\n z\n   ```\nw",
        20,
        ["`x`", "`  y`", "`z`", "w"],
    ],
    [
        "a fence that is indented too far is code",
        "    ```\n    *x*\n\n    ```\ny",
        20,
        ["`" + "```" + "`", "`*x*`", "", "`" + "```" + "`", "y"],
    ],
    [
        "a closing fence that is indented too far does not close",
        "```\n    ```\n```\ny",
        20,
        ["`    ```" + "`", "y"],
    ],
    ["a fence right behind a paragraph", "x\n```\ny\n```\nz", 20, ["x", "`y`", "z"]],
    ["code of nothing", "```\n```\nx", 20, ["x"]],
    [
        "code in a list",
        "1. do:\n   ```\n   x\n     y\n   ```\n2. then",
        20,
        ["1. do:", "`   x`", "`     y`", "2. then"],
    ],
    ["code in an item alone", "- ```lua\n  x\n  ```\n- y", 20, ["\x07 ", "`  x`", "\x07 y"]],
    [
        "code in a list in a list",
        "- a\n  1. b\n     ~~~\n     x\n     ~~~\n     c",
        20,
        ["\x07 a", "  1. b", "`     x`", "     c"],
    ],
    [
        "code in a list that is indented more",
        "- a\n\n     ```\n      x\n  y\n     ```\n  z",
        20,
        ["\x07 a", "", "`   x`", "`  y`", "  z"],
    ],
    ["code ends with its item", "- ```\n  x\ny\n- z", 20, ["\x07 ", "`  x`", "y", "\x07 z"]],
    [
        "a blank line does not end code in a list",
        "- ```\n  x\n\n  y\n  ```\nz",
        20,
        ["\x07 ", "`  x`", "`  `", "`  y`", "z"],
    ],
    ["a fence after a list", "- a\n```\nx\n```\ny", 20, ["\x07 a", "`x`", "y"]],
    ["code by its indent", "a\n\n    x *y*\n      z\n\nb", 20, ["a", "", "`x *y*`", "`  z`", "", "b"]],
    [
        "an item by its indent",
        "1. a\n\n       - b\n          - c",
        20,
        ["1. a", "", "       \x07 b", "        \x07 c"],
    ],
    ["code in a quote", "> ```\n> > x\n> ```\n> y", 20, ["`> x`", '"> y"']],
    ["code ends with its quote", "> ```\n> x\n*y*", 20, ["`x`", "*y*"]],
    ["a quote's sign in code", "```\n> x\n```\n> y", 20, ["`> x`", '"> y"']],
    ["not less than is no quote", "≥ 5 of 10\n>= 6", 20, [">= 5 of 10", ">= 6"]],
    ["a byte order mark and what cannot be seen", "\ufeff# A\n\u200b- b", 20, ["=A=", "\x07 b"]],
    [
        "commands of a terminal around marks",
        "\u001b[1m# A\u001b[0m\n\u001b[32m```\u001b[m\nx\u001b[0m\n```\ny",
        20,
        ["=A=", "`x`", "y"],
    ],
    ["returns alone in a text without other line ends", "a\rb\r\rc", 20, ["a", "b", "", "c"]],
    ["three backticks in a line are code", "```x``` y", 20, ["`x` y"]],
    ["a table", "| a | **bee** |\n|---|:--|\n| cc | `d` |", 20, ["=a=  | *bee*", "---+----", "cc | `d`"]],
    [
        "a table's alignments",
        "|name|n|mid|\n|:-|-:|:-:|\n|a|1|x|\n|bcde|100|abcde|",
        30,
        ["=name= |   =n= |  =mid=", "-----+-----+------", "a    |   1 |   x", "bcde | 100 | abcde"],
    ],
    ["a table without bars at its ends", "a | b\n--- | ---\n1 | 2", 20, ["=a= | =b=", "--+--", "1 | 2"]],
    ["a table of one column", "|a|\n|-|\n|bcd|", 20, ["=a=", "---", "bcd"]],
    ["a table with a cell too many", "|a|\n|-|\n|b|c|", 20, ["=a= | ", "--+--", "b | c"]],
    ["a table with a cell too few", "|a|b|\n|-|-|\n|c|", 20, ["=a= | =b=", "--+--", "c | "]],
    ["a table of heads", "|a|b|\n|-|-|\nx", 20, ["=a= | =b=", "--+--", "x"]],
    ["bars in cells", "|a\\|b|`c\\|d`|\n|-|-|\n|1|2|", 20, ["=a|b= | `c|d`", "----+----", "1   | 2"]],
    ["line breaks in cells", "|a|b|\n|-|-|\n|x<br>y|z|", 20, ["=a=   | =b=", "----+--", "x y | z"]],
    [
        "letters in cells count as what is shown",
        "|ä→|b|\n|-|-|\n|日本|“x”|",
        20,
        ["=\xe4\x1a= | =b=", "---+----", '?  | "x"'],
    ],
    [
        "a table that is too wide",
        "|Name|What it is|\n|-|-|\n|door|opens *and* shuts|\n|lamp||\n||no name|",
        16,
        [
            "Name: door",
            "  What it is:",
            "    opens *and*",
            "    shuts",
            "Name: lamp",
            "What it is: no",
            "  name",
        ],
    ],
    ["a table that just fits", "|abc|def|\n|-|-|\n|1|2|", 9, ["=abc= | =def=", "----+----", "1   | 2"]],
    ["a table that just does not fit", "|abc|def|\n|-|-|\n|1|2|", 8, ["abc: 1", "  def: 2"]],
    ["heads that are too wide", "|abcdef|ghi|\n|-|-|", 8, ["=abcdef |=", "=ghi="]],
    ["bars without a table", "a | b\nc | d", 20, ["a | b", "c | d"]],
    ["bars with a rule of other columns", "|a|b|\n|-|", 20, ["|a|b|", "|-|"]],
    ["text around a table", "x\n|a|b|\n|-|-|\n|1|2|\ny", 20, ["x", "=a= | =b=", "--+--", "1 | 2", "y"]],
    [
        "a blank line ends a table",
        "|a|b|\n|-|-|\n|1|2|\n\n|c|d|",
        20,
        ["=a= | =b=", "--+--", "1 | 2", "", "|c|d|"],
    ],
    ["code ends a table", "|a|b|\n|-|-|\n```\n|c|\n```", 20, ["=a= | =b=", "--+--", "`|c|`"]],
    [
        "a table in a list and in a quote",
        "- x\n  |a|b|\n  |-|-|\n  |1|2|\n> |c|d|\n> |-|-|",
        20,
        ["\x07 x", "  =a= | =b=", "  --+--", "  1 | 2", '"> "=c=" | "=d=', '"> --+--"'],
    ],
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
        ["cells", "", "|a", hard, hard],
        ["rows of a table", "", "|a|b|\n", hard, 250_000],
        ["joined emoji", "", "\xf0\x9f\x91\xa9\xe2\x80\x8d", hard, 1],
        ["accents", "", "a\xcc\x81\xcc\x81", hard, 60_000],
        ["other scripts", "", "\xe6\x97\xa5 ", hard, 147_116],
        ["colours", "x", "\x1b[31m", hard, 1],
        ["colours cut short", "x", "\x1b[", hard, 1],
        ["links of a terminal", "x", "\x1b]8;;", hard, 1],
        ["escapes", "x", "\x1b", hard, 1],
        ["returns", "x\n", "ab\r", hard, 3],
        ["returns cut short", "\r\n", "\r", hard, 0],
        ["a return, and a word", "a\rb\n", "x", hard, 300_001],
        ["backspaces", "x", "a\b", hard, 1],
        ["backspaces behind it all", "", `${"x".repeat(1000)}${"\b".repeat(1000)}`, hard, 0],
        ["fences", "", "```\n", hard, 0],
        ["lists in lists", "", "- ", hard, 51],
        ["heads and no table", "", "a|b\n", hard, 225_000],
        ["tables", "", "|a|b|\n|-|-|\n\n", hard, 230_760],
        ["rows without cells", `|${"a|".repeat(5000)}\n|${"-|".repeat(5000)}\n`, "|x\n", hard, 400_000],
        ["indented code", "", `${" ".repeat(50)}x y\n`, hard, 155_540],
        ["blank code", "```\n", `${" ".repeat(5000)}\n`, hard, 0],
        ["code of a line", "```\n", "foo.bar(x) ", hard, 306_808],
        ["think marks", "", "<think>", hard, 299_999],
    ])("%s without end", (_name, start, unit, length, shown) => {
        const count = Math.floor(length / unit.length);
        const characters = inLua(`
            local characters = 0
            markdown(${toLua(start)} .. (${toLua(unit)}):rep(${count}), 51, function(row)
                for _, span in ipairs(row) do characters = characters + #span.text end
            end)
            return characters`);
        expect(characters).toBe(shown);
    });
});

describe("reasoning", () => {
    const cases: [name: string, text: string, answer: string][] = [
        ["none", "a <b> c", "a <b> c"],
        ["before the answer", "<think>\nhm\n\nhm\n</think>\n\nIt is 4.", "It is 4."],
        ["on one line", "<think>hm</think>It is 4.", "It is 4."],
        ["with another name", "<thinking>\nhm\n</thinking>\nIt is 4.", "It is 4."],
        ["behind blank lines", "\n\n  <think>hm</think>\n\n\nIt is 4.\n", "It is 4.\n"],
        ["between answers", "One.\n\n<think>\nhm\n</think>\n\nTwo.", "One.\n\n\nTwo."],
        ["twice", "<think>a</think>\nOne.\n<think>b</think>\nTwo.", "One.\nTwo."],
        ["empty", "<think>\n\n</think>\n\nIt is 4.", "It is 4."],
        ["unclosed", "It is 4.\n<think>hm\n\nhm", "It is 4."],
        ["nothing else", "<think>\nhm\n</think>\n", ""],
        ["nothing else, unclosed", "<think>\nhm", ""],
        ["with code in it", "<think>\n```\nx\n</think>\nIt is 4.", "It is 4."],
        ["in itself", "<think>a<think>b</think>c\n</think>\nIt is 4.", "c\nIt is 4."],
        ["without its beginning", "hm\n\nhm\n</think>\n\nIt is 4.", "It is 4."],
        ["without its beginning, closed behind it", "hm\nhm.</think>\nIt is 4.", "It is 4."],
        ["only its end", "The mark is called </think>", "The mark is called </think>"],
        ["its end alone", "a\n</think>\n", "a\n</think>\n"],
        [
            "in the middle of a line",
            "The tags <think> and </think> mark it.",
            "The tags <think> and </think> mark it.",
        ],
        ["in code in a line", "`<think>` begins it", "`<think>` begins it"],
        [
            "in code",
            "See:\n```xml\n<think>\nhm\n</think>\n```\nSo.",
            "See:\n```xml\n<think>\nhm\n</think>\n```\nSo.",
        ],
        [
            "in code in a list",
            "1. See\n   ~~~\n   <think>\n   ~~~\n2. So",
            "1. See\n   ~~~\n   <think>\n   ~~~\n2. So",
        ],
        ["behind code", "```\nx\n``` \n<think>hm</think>\nSo.", "```\nx\n``` \nSo."],
        ["other marks", "<thin>a</thin>\n<think \nx", "<thin>a</thin>\n<think \nx"],
        ["an answer that is indented", "<think>hm</think>\n    code()", "    code()"],
        ["line ends of Windows", "<think>\r\nhm\r\n</think>\r\n\r\nIt is 4.\r\n", "It is 4.\r\n"],
    ];
    const compiled = allInLua<string>(
        "withoutReasoning",
        cases.map(([, text]) => [text]),
        "ai/markdown/reasoning",
    );
    test.each(cases.map((entry, index) => [...entry, compiled[index]!] as const))(
        "%s",
        (_name, text, answer, lua) => {
            expect({ source: withoutReasoning(text), lua }).toEqual({ source: answer, lua: answer });
        },
    );

    // Were one of these not linear, it would take hours.
    test.each([
        "<think>a</think>",
        "<think>",
        "</think>",
        "</think>\n",
        "<think>\n",
        "a</think> ",
        "<thinka",
        "```\n<think>\n",
    ])("%s without end", (unit) => {
        const text = `(${toLua(unit)}):rep(${Math.floor(300_000 / unit.length)})`;
        const length = inLua(`return #require("/apis/ai/markdown/reasoning").withoutReasoning((${text}))`);
        expect(length).toBeLessThanOrEqual(300_000);
    });
});

describe("lists", () => {
    const cuts: [string, number, string][] = [
        ["short", 5, "short"],
        ["too long", 7, "too ..."],
        ["long", 3, "..."],
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

    const shortened: [string, number, string][] = [
        ["it fits", 7, "it fits"],
        ["Nothing answers at http://a.b/c (Timed out).", 30, "Nothing answers at...med out)."],
        ["abcdefghijk", 10, "abcde...jk"],
        ["abcdefghijk", 8, "abcd...k"],
        ["abcdefghijk", 7, "abcd..."],
        ["abc", 1, "."],
        ["abc", 0, ""],
    ];
    test("shorten", () => {
        const expected = shortened.map(([, , result]) => result);
        const cases = shortened.map(([text, width]) => [text, width] as const);
        expect(cases.map(([text, width]) => source.shorten(text, width))).toEqual(expected);
        expect(allInLua("shorten", cases)).toEqual(expected);
    });

    const page = (title: string) => `<!DOCTYPE html>\n<html lang="en">
        <head><meta charset="utf-8">${title}<style>p{}</style></head><body><p>${"Go away. ".repeat(700)}</body>\n`;
    const lines: [name: string, text: string, line: string][] = [
        ["plain", "as it is", "as it is"],
        ["nothing", "", ""],
        ["blanks", "  \n\t ", ""],
        ["line breaks, tabs, blanks", " a\nb\r\n\tc   d\n", "a b c d"],
        ["control characters", "a\u0000\u0007b\u001b[31mc\u001b]0;x\u0007d\u009b1me", "abcde"],
        ["a line written over", "fetching 10%\rfetching 100%", "fetching 100%"],
        ["letters", "Größe – “日本語”", 'Gr\xf6\xdfe - "?"'],
        ["no-break spaces stay", "a\u00a0b", "a\xa0b"],
        ["a page of HTML with a title", page("<title>\n 502 Bad\n Gateway </title>"), "502 Bad Gateway"],
        ["a page behind a text", `Error 502: ${page("<TITLE id=1>Oops</TITLE>")}`, "Error 502: Oops"],
        [
            "a page without a title",
            '<html><body><h1>404</h1>\n<p class="x">Not <b>found</b></html>',
            "404 Not found",
        ],
        ["a page with an empty title", "<html><title> </title>Not found</html>", "Not found"],
        ["marks of HTML that are no page", "use <b> or <head>", "use <b> or <head>"],
        ["template braces and percent signs", "{what} %1 %", "{what} %1 %"],
    ];
    test.each(lines)("oneLine: %s", (_name, text, line) => {
        expect(source.oneLine(bytes(text))).toBe(line);
        expect(allInLua("oneLine", [[bytes(text)]])).toEqual([line]);
    });

    test("oneLine looks at both ends of what is too long", () => {
        const line = source.oneLine(`begin ${"x".repeat(100_000)} end`);
        expect(line.length).toBeLessThan(32_100);
        expect(line).toMatch(/^begin x+ \.\.\. x+ end$/);
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
        [-Infinity, "now"],
        [Infinity, ""],
        [NaN, ""],
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
