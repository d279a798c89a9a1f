/** Rows as they are laid out, and places in them: the same cases on the source in Node and on the compiled Lua. */
import { describe, expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";
import { importSource } from "./support/lua-library.ts";

interface Piece {
    text: string;
    isMarked?: boolean;
}

interface RowList {
    rows: Piece[][];
    isDone: boolean;
    next: () => Piece[] | undefined;
}

interface RowListModule {
    layOutTo: (list: RowList, count: number) => boolean;
    findIn: (list: RowList, word: string, row: number, column: number, last: number) => unknown;
    lettersAbove: (list: RowList, row: number) => number;
    rowBelow: (list: RowList, letters: number) => number;
}

interface RowModule {
    marked: (row: Piece[], from: number, to: number) => Piece[];
}

const rowlist = await importSource<RowListModule>("src/apis/trapos/rowlist.ts");
const { marked } = await importSource<RowModule>("src/apis/trapos/row.ts");

const texts = ["One two", "", "  three TWO two", "four"];
const rows = texts.map((text): Piece[] => [{ text: text.slice(0, 3) }, { text: text.slice(3) }]);

/** A list in which nothing is laid out yet. */
function list(): RowList {
    const left = [...rows];
    return { rows: [], isDone: false, next: () => left.shift() };
}

function inLua(body: string): unknown {
    return runLua(`
        local rowlist = require("/apis/trapos/rowlist")
        local rows = ${toLua(rows)}
        local list = rowlist.startRows(function(_, emit) for _, row in ipairs(rows) do emit(row) end end, 51)
        ${body}`)[0];
}

describe("rows are laid out as they are needed", () => {
    test.each([
        [0, 0, false],
        [1, 1, false],
        [4, 4, false],
        [5, 4, true],
        [500, 4, true],
    ])("%d of them", (count, expected, isDone) => {
        const found = list();
        expect([rowlist.layOutTo(found, count), found.rows.length]).toEqual([isDone, expected]);
        expect(
            inLua(`local isDone = rowlist.layOutTo(list, ${count}) return { isDone, #list.rows }`),
        ).toEqual([isDone, expected]);
    });
});

describe("a word is found", () => {
    const cases: [
        word: string,
        row: number,
        column: number,
        last: number,
        found?: [number, number, number],
    ][] = [
        ["two", 1, 1, 4, [1, 5, 7]],
        ["TwO", 1, 1, 4, [1, 5, 7]],
        ["e t", 1, 1, 4, [1, 3, 5]],
        ["two", 1, 6, 4, [3, 9, 11]],
        ["two", 3, 10, 4, [3, 13, 15]],
        ["two", 3, 14, 4],
        ["two", 2, 1, 2],
        ["two", 4, 1, 4],
        ["two", 9, 1, 4],
        ["four", 1, 1, 99, [4, 1, 4]],
        ["t.o", 1, 1, 4],
        ["%", 1, 1, 4],
        ["[", 1, 1, 4],
    ];
    test.each(cases)("%s from row %d, column %d", (word, row, column, last, found) => {
        const expected = found && { row: found[0], from: found[1], to: found[2] };
        const known = list();
        rowlist.layOutTo(known, 99);
        expect(rowlist.findIn(known, word, row, column, last)).toEqual(expected);
        const lua = inLua(`rowlist.layOutTo(list, 99)
            return rowlist.findIn(list, ${toLua(word)}, ${row}, ${column}, ${last})`);
        expect(lua ?? undefined).toEqual(expected);
    });
});

test.each([
    [1, 0, 1],
    [2, 6, 3],
    [3, 6, 3],
    [4, 17, 4],
    [9, 21, 4],
])("letters above row %d: %d, and below so many is row %d", (row, letters, below) => {
    const known = list();
    rowlist.layOutTo(known, 99);
    expect(rowlist.lettersAbove(known, row)).toBe(letters);
    expect(rowlist.rowBelow(list(), letters)).toBe(below);
    expect(
        inLua(`local below = rowlist.rowBelow(list, ${letters}) rowlist.layOutTo(list, 99)
        return { rowlist.lettersAbove(list, ${row}), below }`),
    ).toEqual([letters, below]);
});

test.each([
    [1, 2, "<On>e two"],
    [3, 4, "On<e>< >two"],
    [5, 7, "One <two>"],
    [1, 7, "<One>< two>"],
    [7, 99, "One tw<o>"],
    [9, 12, "One two"],
])("columns %d to %d are marked", (from, to, expected) => {
    const draw = (row: Piece[]) =>
        row.map(({ text, isMarked }) => (isMarked === true ? `<${text}>` : text)).join("");
    expect(draw(marked(rows[0]!, from, to))).toBe(expected);
    const lua = runLua(`return require("/apis/trapos/row").marked(${toLua(rows[0])}, ${from}, ${to})`)[0];
    expect(draw(lua as Piece[])).toBe(expected);
});
