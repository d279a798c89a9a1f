/** Modules that no program requires take less room, and do the same. */
import path from "node:path";
import { describe, expect, test } from "vitest";
import ts from "typescript";
import * as tstl from "typescript-to-lua";
import { compile, readSource } from "../../tools/build/compile.ts";
import { layOut } from "../../tools/build/layout.ts";
import { shortenNames } from "../../tools/build/shorten.ts";
import { simplify } from "../../tools/build/simplify.ts";
import { newProject } from "./support/build-project.ts";
import { bytecodeOf } from "./support/bytecode.ts";

const REPOSITORY = path.resolve(import.meta.dirname, "../..");

/** The Lua of each file of a program: as it is read, and as short as it gets. */
function bothOf(root: string): Map<string, { readable: string; short: string }> {
    const { program } = readSource(root);
    const files = new Map<string, { readable: string; short: string }>();
    const printer: tstl.Printer = (_, emitHost, fileName, file) => {
        simplify(file);
        const readable = layOut(file.statements);
        shortenNames(file);
        files.set(path.relative(root, fileName), {
            readable,
            short: layOut(file.statements, { isTight: true }),
        });
        return new tstl.LuaPrinter(emitHost, program, fileName).print(file);
    };
    const emitHost = { ...ts.sys, writeFile: () => {} };
    new tstl.Transpiler({ emitHost }).emit({ program, plugins: [{ printer }], writeFile: () => {} });
    return files;
}

function shortOf(code: string): string {
    const both = bothOf(newProject({ "src/apis/list/count.ts": code }).root).get("src/apis/list/count.ts");
    if (both === undefined) throw new Error("nothing was made of it");
    expect(bytecodeOf(both.short)).toBe(bytecodeOf(both.readable));
    return both.short;
}

test("what is inside of functions has the first letters of its name; fields and what the file shares keep theirs", () => {
    const { root } = newProject({
        "src/apis/list/count.ts": `/** Rows of a list. */
            import { least } from "../list";
            const MOST = 10;
            function isShort(row: string, limit: number): boolean { return row.length < limit - -1; }
            export function count(rows: string[], ...others: string[]): { found: number; size: number } {
                const from = least("size", MOST);
                let found = 0;
                const add = (row: string, note?: string) => {
                    if (isShort(row, from) && row + " " + note !== "a b") found += 1;
                };
                for (const [index, row] of ipairs(rows)) add(row, others[index - 1]);
                for (const row of $range(1, 3)) add(row + "..");
                return { found, size: rows.length + 1 };
            }`,
        "src/apis/list.ts":
            "export const least = (what: string, most: number): number => what.length + most;",
    });
    const lua = compile(readSource(root));
    expect(lua.get("apis/list/count.lua")).toBe(`--- Rows of a list.
local M={}
local least = require("/apis/list").least
local MOST=10

local function isShort(r,l) return #r<l - -1 end

function M.count(r,...)
	local o={...}
	local f=least("size",MOST)
	local fo=0
	local function a(ro,n)
		if isShort(ro,f) and ro.." "..tostring(n)~="a b" then fo=fo+1 end
	end
	for i,ro in ipairs(r) do a(ro,o[i]) end
	for ro=1,3 do a(ro.."..") end
	return {found=fo,size=#r+1}
end

return M
`);
    expect(lua.get("apis/list.lua")).toContain("M.least = function(what, most) return #what + most end\n");
});

test.each([
    ["a variable that hides another", "const row = 1; { const row = 2; print(row); } print(row);"],
    [
        "one that hides another in its own value",
        "const row = 1; { const row = 2; print(row + 1); } print(row);",
    ],
    [
        "one that begins as another does",
        "const row = 1; const rows = [row]; const ro = rows; const r = ro; print(r);",
    ],
    [
        "one whose beginnings are words of Lua",
        "const dog = 1; const iffy = 2; const nil_ = 3; print(dog, iffy, nil_);",
    ],
    [
        "one whose beginning is a global",
        "const found = 1; const fsize = 2; print(fs.exists('a'), found, fsize);",
    ],
    [
        "one that begins as a global",
        "const printer = 1; const pr = 2; const pri = 3; print(printer, pr, pri);",
    ],
    [
        "all beginnings taken",
        "const f = 1; const fi = 2; { const f = 3; const fi = 4; print(f, fi); } print(f, fi);",
    ],
    [
        "one that hides another and takes its value",
        "const size = 1; { const other = size; { const size = other; print(size); } }",
    ],
    [
        "one that a function keeps",
        "let size = 1; const more = () => { size += 1; return size; }; const s = more(); print(s, size);",
    ],
    [
        "a function that calls itself",
        "const f = (n: number): number => (n < 2 ? n : f(n - 1)); const first = f(3); print(first);",
    ],
    [
        "a function's name beside variables",
        "const apply = 1; const a = () => apply; const at = a(); print(at, apply);",
    ],
    [
        "a loop's variables",
        "for (const row of [1, 2]) { for (const rows of [row]) print(rows, row); } for (const r of $range(1, 2)) print(r);",
    ],
    [
        "several values",
        "const [row, size] = string.find('a', 'b'); let s: unknown = size; [s] = [row]; print(s);",
    ],
    [
        "methods and fields of a variable's name",
        "const find = { row: 'a', find: 'b' }; const f = find.row; print(f.length, find.find, string.find(find.row, f));",
    ],
])("%s: the same program", (_, code) => {
    shortOf(
        `export function main(given: number, ...others: number[]): void { print(given, others); ${code} }`,
    );
});

test("a condition that sees the variables of the body it repeats: the same program", () => {
    const [row, rows] = [tstl.createIdentifier("row"), tstl.createIdentifier("rows")];
    const one = tstl.createVariableDeclarationStatement(
        tstl.createIdentifier("row"),
        tstl.createNumericLiteral(1),
    );
    const other = tstl.createVariableDeclarationStatement(tstl.createIdentifier("rows"), row);
    const loop = tstl.createRepeatStatement(tstl.createBlock([other]), rows);
    const made = tstl.createFunctionExpression(tstl.createBlock([one, loop]), []);
    const file = tstl.createFile([tstl.createReturnStatement([made])], new Set(), "");
    const readable = layOut(file.statements);
    shortenNames(file);
    const short = layOut(file.statements, { isTight: true });
    expect(short).toContain("until ro");
    expect(bytecodeOf(short)).toBe(bytecodeOf(readable));
});

test("what is tight is not read as something else", () => {
    const variable = tstl.createIdentifier("a");
    const operands = [
        variable,
        tstl.createNumericLiteral(1),
        tstl.createNumericLiteral(-1),
        tstl.createNumericLiteral(0.5),
        tstl.createStringLiteral("-"),
        tstl.createDotsLiteral(),
        tstl.createUnaryExpression(variable, tstl.SyntaxKind.NegationOperator),
        tstl.createUnaryExpression(variable, tstl.SyntaxKind.NotOperator),
        tstl.createBinaryExpression(variable, tstl.createNumericLiteral(2), tstl.SyntaxKind.AdditionOperator),
        tstl.createTableIndexExpression(variable, tstl.createTableIndexExpression(variable, variable)),
    ];
    const { SyntaxKind } = tstl;
    const operators = [
        SyntaxKind.OrOperator,
        SyntaxKind.AndOperator,
        SyntaxKind.LessThanOperator,
        SyntaxKind.GreaterEqualOperator,
        SyntaxKind.InequalityOperator,
        SyntaxKind.EqualityOperator,
        SyntaxKind.ConcatOperator,
        SyntaxKind.AdditionOperator,
        SyntaxKind.SubtractionOperator,
        SyntaxKind.MultiplicationOperator,
        SyntaxKind.DivisionOperator,
        SyntaxKind.ModuloOperator,
        SyntaxKind.PowerOperator,
    ] as const;
    for (const operator of operators) {
        for (const left of operands) {
            for (const right of operands) {
                const value = tstl.createBinaryExpression(left, right, operator);
                const longer = tstl.createBinaryExpression(value, left, operator);
                const statements = [
                    tstl.createVariableDeclarationStatement(variable, value),
                    tstl.createReturnStatement([
                        longer,
                        tstl.createTableExpression([tstl.createTableFieldExpression(value, value)]),
                    ]),
                ];
                const tight = layOut(statements, { isTight: true });
                expect({ tight, code: bytecodeOf(tight) }).toEqual({
                    tight,
                    code: bytecodeOf(layOut(statements)),
                });
            }
        }
    }
});

describe("this project's files", () => {
    const files = bothOf(REPOSITORY);

    test("are the same programs when they are short", () => {
        expect(files.size).toBeGreaterThan(40);
        for (const [file, { readable, short }] of files) {
            expect({ file, code: bytecodeOf(short) }).toEqual({ file, code: bytecodeOf(readable) });
        }
    });
});
