/**
 * An answer that comes in pieces: its rows are those of the whole answer, however it is cut. The same cases on the source in
 * Node and on the compiled Lua.
 */
import { describe, expect, test } from "vitest";
import { bytes, runLua, toLua } from "../../tools/lua/index.ts";
import { type Random, randomOf } from "../soak/random.ts";
import { importSource } from "./support/lua-library.ts";

interface Span {
    text: string;
    style: string;
}
type Emit = (row: Span[]) => void;

interface Stream {
    lines: string[];
}

interface StreamModule {
    openStream: (width: number, hasGround: boolean, ends: { emit: Emit; discard: () => void }) => Stream;
    addPiece: (stream: Stream, piece: string) => void;
    endLine: (stream: Stream) => void;
    setWidth: (stream: Stream, width: number) => void;
    tailOf: (stream: Stream) => Span[][];
    complete: (stream: Stream, whole: string) => boolean;
}

interface LayoutModule {
    layOut: (source: string, width: number, hasGround: boolean, emit: Emit) => void;
}

interface ReasoningModule {
    withoutReasoning: (text: string) => string;
}

const streams = await importSource<StreamModule>("src/apis/ai/markdown/stream.ts");
const { layOut } = await importSource<LayoutModule>("src/apis/ai/markdown/layout.ts");
const { withoutReasoning } = await importSource<ReasoningModule>("src/apis/ai/markdown/reasoning.ts");

/**
 * Rows as texts with the style of each letter. Without blank ones at the end: a line break that comes last begins one in code
 * that is open for `layOut`, and none for a stream.
 */
function written(rows: readonly Span[][]): string[] {
    const texts = rows.map((row) =>
        row
            .flatMap(({ text, style }) =>
                [...text].map((letter) => (letter === " " ? " " : style[0] + letter)),
            )
            .join("")
            .trimEnd(),
    );
    while (texts.at(-1) === "" || texts.at(-1) === "b\x95") texts.pop();
    return texts;
}

/** What the whole text looks like; nothing tells a stream that its first block of code is one of several. */
function wholeRows(text: string, width: number, hasGround: boolean): Span[][] {
    const rows: Span[][] = [];
    layOut(text, width, hasGround, (row) => rows.push(row));
    const at = rows.findIndex((row) => row.some(({ text, style }) => style === "aside" && text.length > 1));
    const head = rows[at]?.find(({ style }) => style === "aside");
    const number = / 1( *)$/.exec(head?.text ?? "");
    if (head === undefined || number === null) return rows;
    if (/^\x95?code 1/.test(head.text)) rows.splice(at, 1);
    else head.text = head.text.slice(0, number.index) + number[1]! + (hasGround ? "  " : "");
    return rows;
}

/** A text without a character that was cut short at its end. */
const withoutCut = (text: string) =>
    text.replace(/([\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})$/, "");

/** A text in pieces of so many bytes. */
function piecesOf(text: string, next: () => number): string[] {
    const pieces: string[] = [];
    for (let at = 0; at < text.length;) {
        const length = next();
        pieces.push(text.slice(at, at + length));
        at += length;
    }
    return pieces;
}

/** A stream whose rows are kept, without those that turn out to be no answer. */
function opened(width: number, hasGround: boolean) {
    const rows: Span[][] = [];
    const stream = streams.openStream(width, hasGround, {
        emit: (row) => rows.push(row),
        discard: () => (rows.length = 0),
    });
    return { rows, stream };
}

/** Lines of Markdown that open, close and mean each other, in what order ever. */
const LINES = [
    "",
    "",
    "a word, **two bold words** and a [link](http://a.b/c)",
    "the quick brown fox jumps over the lazy dog again and again, and *again*",
    "# A heading",
    "- an item that is somewhat longer",
    "  - [x] in it",
    "10. ten",
    "> a quote of several words",
    "> - in it",
    "```lua",
    "```",
    "~~~",
    "    local x = 1 -- indented code, or none",
    "  local door = peripheral.find('door', function() return true end)",
    "| side | state |",
    "|------|:-----:|",
    "| left | **on** and on |",
    "a | b",
    "-|-",
    "---",
    "é → 日本 🚀 ok 👩‍💻 e\u0301 …",
    "10%\r50%\r100%",
    "`code` and ``a`b`` and **never closed",
    "\tx",
    "\u001b[31mred\u001b[0m",
];

function randomMarkdown(random: Random): string {
    const lines = Array.from({ length: 1 + random.whole(12) }, () => {
        const line = random.pick(LINES);
        return random.chance(0.1) ? line.slice(0, random.whole(line.length + 1)) : line;
    });
    return bytes(
        lines.map((line) => line + (random.chance(0.1) ? "\r\n" : "\n")).join("") +
            (random.chance(0.5) ? random.pick(LINES) : ""),
    );
}

test("random Markdown, cut at random: at each cut the rows are those of the text until there", () => {
    for (let round = 0; round < 400; round++) {
        const random = randomOf(7, round);
        const text = randomMarkdown(random);
        const width = random.pick([51, 39, 26, 9]);
        const hasGround = random.chance(0.5);
        const { rows, stream } = opened(width, hasGround);
        let come = "";
        const longest = random.pick([1, 3, 20, 200]);
        for (const piece of piecesOf(text, () => 1 + random.whole(longest))) {
            come += piece;
            streams.addPiece(stream, piece);
            const expected = written(wholeRows(withoutCut(come), width, hasGround));
            expect(written([...rows, ...streams.tailOf(stream)]), `round ${round}: ${come}`).toEqual(
                expected,
            );
        }
        expect(streams.complete(stream, text), `round ${round}`).toBe(true);
        expect(written(rows), `round ${round}: ${text}`).toEqual(written(wholeRows(text, width, hasGround)));
    }
});

test("what the model thinks aloud is in no row, however it is cut", () => {
    const thoughts = [
        "<think>",
        "</think>",
        "<think>SECRET</think>",
        "<thinking>SECRET",
        "SECRET</thinking>",
    ];
    let tried = 0;
    for (let round = 0; round < 400; round++) {
        const random = randomOf(8, round);
        // One that has a beginning: what has none is seen before it is known for what it is.
        let text = "<think>SECRET\n";
        for (let part = 0; part < 3; part++) text += `${random.pick(thoughts)}\n${randomMarkdown(random)}\n`;
        const answer = withoutReasoning(text);
        // In code it is code.
        if (/SECRET|think/.test(answer)) continue;
        tried += 1;
        const { rows, stream } = opened(51, true);
        for (const piece of piecesOf(text, () => 1 + random.whole(9))) {
            streams.addPiece(stream, piece);
            expect(JSON.stringify([rows, streams.tailOf(stream)]), `round ${round}`).not.toMatch(
                /SECRET|<t|<\/t/,
            );
        }
        expect(streams.complete(stream, answer), `round ${round}: ${text}`).toBe(true);
        expect(written(rows), `round ${round}: ${text}`).toEqual(written(wholeRows(answer, 51, true)));
    }
    expect(tried).toBeGreaterThan(100);
});

/** How many bytes Lua's functions for texts are handed while something is done. */
function bytesRead(act: () => void): number {
    const { string } = globalThis as unknown as { string: Record<string, (text: string) => unknown> };
    const functions = { ...string };
    let count = 0;
    for (const [name, call] of Object.entries(functions)) {
        string[name] = (text: string, ...others: unknown[]) => {
            count += String(text).length;
            return call(text, ...(others as []));
        };
    }
    act();
    Object.assign(string, functions);
    return count;
}

test("a piece costs what it holds and what has not ended, however much stands above", () => {
    const line = "word and **bold** and `code`, and so on until the line is at its end, which it is\n";
    const { stream } = opened(51, true);
    const costs = Array.from({ length: 500 }, () =>
        bytesRead(() => {
            for (const piece of piecesOf(line, () => 20)) {
                streams.addPiece(stream, piece);
                streams.tailOf(stream);
            }
        }),
    );
    // Until the first line break returns may stand for some.
    expect(new Set(costs.slice(1)).size).toBe(1);
});

/** What has come and what is known at last: whether it is that, and what stands on the screen then. */
const ends: [name: string, come: string, whole: string, isShown: boolean, rows: string][] = [
    ["the same", "One.\nTwo.", "One.\nTwo.", true, "One./Two."],
    ["with a line break at its end", "One.\n", "One.", true, "One."],
    ["without one", "One.", "One.\n", true, "One."],
    ["blank lines before it", "\n \nOne.", "One.", true, "One."],
    ["other blanks between its parts", "One.\n\n\nTwo.", "One.\n\nTwo.", true, "One.//Two."],
    ["its end is missing", "One. Tw", "One. Two.\nThree.", true, "One. Two./Three."],
    ["a line is missing", "One.\n", "One.\n\nTwo.", true, "One.//Two."],
    ["nothing has come", "", "One.", true, "One."],
    ["another one", "One. Tw", "Two.", false, "One. Tw"],
    ["less", "One. Two.", "One.", false, "One. Two."],
    ["a part was replaced", "One.\nTwo.\n", "One.\nThree.", false, "One./Two."],
    ["thought aloud to the end of a step", "One.\n<think>hm", "One.\n\nTwo.", true, "One.//Two."],
    ["thought aloud to a line break", "One.\n<think>hm\nhm\n", "One.\n\nTwo.", true, "One.//Two."],
    ["thought aloud in its last line", "One.\n<think>hm</think> Tw", "One.\n Two.", true, "One./ Two."],
    ["half a mark at its end", "One.\n<thi", "One.\n<thi", true, "One./<thi"],
    ["in an open block of code", "```\na\nb", "```\na\nb c\n```\nd", true, "a/b c/d"],
];

describe("at the end", () => {
    const compiled = runLua(`
        local stream = require("/apis/ai/markdown/stream")
        local results = {}
        for index, case in ipairs(${toLua(ends.map(([, come, whole]) => [come, whole]))}) do
            local rows = {}
            local open = stream.openStream(40, false, { emit = function(row)
                local text = ""
                for _, span in ipairs(row) do text = text .. span.text end
                rows[#rows + 1] = text
            end, discard = function() end })
            for at = 1, #case[1], 3 do stream.addPiece(open, case[1]:sub(at, at + 2)) end
            results[index] = { stream.complete(open, case[2]), table.concat(rows, "/") }
        end
        return results`)[0] as [boolean, string][];

    test.each(ends.map((entry, index) => [...entry, compiled[index]!] as const))(
        "%s",
        (_, come, whole, isShown, expected, lua) => {
            const { rows, stream } = opened(40, false);
            for (const piece of piecesOf(come, () => 3)) streams.addPiece(stream, piece);
            const result = streams.complete(stream, whole);
            const shown = rows.map((row) => row.map(({ text }) => text).join("")).join("/");
            expect([result, shown.replaceAll("\x95", "")]).toEqual([isShown, expected]);
            expect([lua[0], lua[1].replaceAll("\x95", "")]).toEqual([isShown, expected]);
        },
    );
});

test("what was taken for the answer is discarded where a mark at its end tells what it was", () => {
    const { rows, stream } = opened(40, true);
    streams.addPiece(stream, "hm, hm\nhm\n</thi");
    expect(written(rows).length).toBe(2);
    streams.addPiece(stream, "nk>\nIt is 4.\n");
    expect(written(rows)).toEqual(written([[{ text: "It is 4.", style: "text" }]]));
    expect(streams.complete(stream, "It is 4.")).toBe(true);
});

test("a line that was ended before its line break came ends once", () => {
    for (const lineBreak of ["\n", "\r\n"]) {
        const { rows, stream } = opened(40, true);
        streams.addPiece(stream, "```\na");
        streams.endLine(stream);
        streams.addPiece(stream, `${lineBreak}b\n`);
        expect(rows.map((row) => row[0]!.text.trim())).toEqual(["a", "b"]);
    }
});

test("on a screen of another width what has not ended is laid out for it, and what comes", () => {
    const { rows, stream } = opened(40, true);
    streams.addPiece(stream, "one two three four\none two");
    streams.setWidth(stream, 9);
    streams.addPiece(stream, " three");
    const texts = (all: Span[][]) => all.map((row) => row.map(({ text }) => text).join(""));
    expect(texts(rows)).toEqual(["one two three four"]);
    expect(texts(streams.tailOf(stream))).toEqual(["one two", "three"]);
});

/** Texts in pieces, with "|" between them, and for each piece the rows that stay and ">" before those that may change. */
const cases: [name: string, pieces: string, shown: string[]][] = [
    ["words", "one t|wo\nth|ree", [">one t", "one two>th", "one two>three"]],
    ["a character that is cut", "a \xc3|\xa9 \xe6\x97|\xa5 x", [">a ", ">a \xe9 ", ">a \xe9 ? x"]],
    ["a line break of Windows that is cut", "one\r|\ntwo\r|\n", [">one", "one>two", "one/two>"]],
    ["returns alone", "one\r|two", [">one", ">one/two"]],
    ["marks that are cut", "a *|*b c*|* d", [">a *", ">a **b c*", ">a b c d"]],
    ["a heading, an item, a quote", "#| A\n-| b\n>| c", [">#", "A>-", "A/\x07 b>", "A/\x07 b>> c"]],
    ["a fence that is cut", "``|`lu|a\nx = 1\n``|`\ny", [">``", ">lu", "lua/x = 1>``", "lua/x = 1>y"]],
    ["code, as it is written", "```lua\nlocal x|= 1\n", ["lua>local x", "lua/local x= 1>"]],
    [
        "the first block has no number",
        "```\na\n```\n|```\nb\n```\n|```lua\nc",
        ["a>", "a/code 2/b>", "a/code 2/b/lua 3>c"],
    ],
    [
        "a block in an item",
        "- a\n  ```\n|  b\n|  ```\n|c",
        ["\x07 a>", "\x07 a/  b>", "\x07 a/  b>", "\x07 a/  b>c"],
    ],
    [
        "a table that grows",
        "a~b\n|-~-\n|1~2\n|333~4\n|so",
        [
            ">a~b",
            ">a ~ b/--+--",
            ">a ~ b/--+--/1 ~ 2",
            ">a   ~ b/----+--/1   ~ 2/333 ~ 4",
            ">a   ~ b/----+--/1   ~ 2/333 ~ 4/so",
        ],
    ],
    ["a head and no table", "a~b\n|c\n", [">a~b", "a~b/c>"]],
    ["blank lines", "a\n|\n|\n|b", ["a>", "a>", "a>", "a>/b"]],
    ["thoughts", "<th|ink>h|m\n</think|>\nIt is |4.", [">", ">", ">", ">It is ", ">It is 4."]],
    ["thoughts without an end", "It is.\n<think>h|m", ["It is.>", "It is.>"]],
];

describe("pieces in Node and in Lua", () => {
    const pieces = (text: string) => text.split("|").map((piece) => piece.replaceAll("~", "|"));
    const compiled = runLua(`
        local stream = require("/apis/ai/markdown/stream")
        local function written(rows)
            local texts = {}
            for index, row in ipairs(rows) do
                local text = ""
                for _, span in ipairs(row) do text = text .. span.text end
                texts[index] = text
            end
            return table.concat(texts, "/")
        end
        local results = {}
        for index, pieces in ipairs(${toLua(cases.map(([, text]) => pieces(text)))}) do
            local rows, shown = {}, {}
            local open = stream.openStream(20, true, { emit = function(row) rows[#rows + 1] = row end })
            for at, piece in ipairs(pieces) do
                stream.addPiece(open, piece)
                shown[at] = written(rows) .. ">" .. written(stream.tailOf(open))
            end
            results[index] = shown
        end
        return results`)[0] as string[][];
    const texts = (rows: readonly Span[][]) =>
        rows.map((row) => row.map(({ text }) => text).join("")).join("/");
    /** Without the ground behind code, and with the bars of a table as the cases write them. */
    const plain = (shown: string) => shown.replace(/ {3,}(?=[/>]|$)/g, "").replaceAll("|", "~");

    test.each(cases.map((entry, index) => [...entry, compiled[index]!] as const))(
        "%s",
        (_, text, expected, lua) => {
            const { rows, stream } = opened(20, true);
            const shown = pieces(text).map((piece) => {
                streams.addPiece(stream, piece);
                return `${texts(rows)}>${texts(streams.tailOf(stream))}`;
            });
            expect({ source: shown.map(plain), lua: lua.map(plain) }).toEqual({
                source: expected,
                lua: expected,
            });
        },
    );
});
