/** How the Lua is laid out, and that nothing of it means anything else than TypeScriptToLua's own. */
import path from "node:path";
import { describe, expect, test } from "vitest";
import ts from "typescript";
import * as tstl from "typescript-to-lua";
import { commentsPlugin } from "../../tools/build/comments.ts";
import { compile, readSource } from "../../tools/build/compile.ts";
import { layOut } from "../../tools/build/layout.ts";
import { typesPlugin, simplify } from "../../tools/build/simplify.ts";
import { newProject } from "./support/build-project.ts";
import { runLua, toLua } from "./support/lua.ts";

const REPOSITORY = path.resolve(import.meta.dirname, "../..");

/** The Lua of one TypeScript file, beside a module `other` that exports `one` and `two`. */
function luaOf(code: string, module = "apis/main"): string {
    const { root } = newProject({
        "src/apis/other.ts": "export const one = 1;\nexport const two = 2;",
        [`src/${module}.ts`]: code,
    });
    return compile(readSource(root)).get(`${module}.lua`) ?? "";
}

/** What a module of the project exports, with functions called. */
function run(code: string, call: string): unknown {
    const project = newProject({ "src/apis/main.ts": code });
    project.write(Object.fromEntries(compile(readSource(project.root))));
    return runLua(`local main = require("/apis/main")\nreturn ${call}`, { root: project.root });
}

describe("a line", () => {
    test("holds what fits on it", () => {
        const lua = luaOf(`
            export function describe(row: { name: string; size?: number }): string {
                if (row.size === undefined) return "";
                if (row.name === "x") {
                    print("one", row.name, row.size, "three", "four", "five", "six", "seven", "eight", "nine");
                } else {
                    print("other");
                }
                if (row.name === "z") print("z"); else print("not z");
                if (row.name === "y") { print("one"); print("two"); }
                for (const word of ["a", "b"]) print(word);
                pcall(() => { print("one"); print("two"); });
                return string.format("%s of %s with such a long explanation behind it, really", row.name, tostring(row.size));
            }
            export function nothing(): void {}
            export const count = (list: string[]): number => list.length;`);
        expect(lua).toBe(`local M = {}

function M.describe(row)
	if not row.size then return "" end
	if row.name == "x" then
		print("one", row.name, row.size, "three", "four", "five", "six", "seven", "eight", "nine")
	else
		print("other")
	end
	if row.name == "z" then print("z") else print("not z") end
	if row.name == "y" then
		print("one")
		print("two")
	end
	for _, word in ipairs({"a", "b"}) do print(word) end
	pcall(function()
		print("one")
		print("two")
	end)
	return string.format(
		"%s of %s with such a long explanation behind it, really",
		row.name,
		tostring(row.size)
	)
end

function M.nothing() end

M.count = function(list) return #list end

return M
`);
    });

    test("is broken where it is too long: at a table at its end, at operators, at each argument", () => {
        const lua = luaOf(`
            export function explain(name: string, size: number, other: string): string {
                settings.define("a setting with a long name", { description: "what such a setting of ours is for", default: 12 });
                if (name === "a name that is long" || name === "another name that is even much longer" || other === "the other") {
                    return "The name " + name + " is in use for something of just the size " + size + ", not for " + other;
                }
                return string.format(other, { description: "what it is for, and what more" }, { default: "none, as it seems to me" });
            }`);
        expect(lua).toContain(`
	settings.define("a setting with a long name", {
		description = "what such a setting of ours is for",
		default = 12
	})
	if name == "a name that is long"
			or name == "another name that is even much longer"
			or other == "the other"
	then
		return "The name " .. name .. " is in use for something of just the size " .. size .. ", not for "
			.. other
	end
	return other:format(
		{description = "what it is for, and what more"},
		{default = "none, as it seems to me"}
	)
`);
    });
});

describe("comments", () => {
    test("stay at the top of a file and before what it exports, without types", () => {
        const lua = luaOf(`/**
 * Rows of a list.
 *
 * They are short.
 */
import { one } from "./other";

/** Most rows. */
export const MOST = one;

/** Not for others. */
const least = 1;

/**
 * Counts rows.
 *
 * @param from - the first,
 *     counted from one
 * @returns how many
 * @see MOST
 */
export function count(from: number): number {
    // How it is done.
    const to = least;
    return to - from;
}`);
        expect(lua).toBe(`--- Rows of a list.
local M = {}
local one = require("/apis/other").one

--- Most rows.
M.MOST = one
local least = 1

--- Counts rows.
-- @param from the first, counted from one
-- @return how many
-- @see MOST
function M.count(from)
	local to = least
	return to - from
end

return M
`);
    });

    test("of a module that no program requires are the first sentence on the file", () => {
        const source = "/** Rows. All of them. */\n\n/** Counts. */\nexport const count = 1;";
        expect(luaOf(source, "apis/list/count")).toBe("--- Rows.\nlocal M={}\nM.count=1\nreturn M\n");
    });

    test("of a module that calls itself internal are no more", () => {
        const lua = luaOf("/**\n * Rows.\n *\n * @internal\n */\n\n/** Counts. */\nexport const count = 1;");
        expect(lua).toBe("--- Rows.\nlocal M={}\nM.count=1\nreturn M\n");
    });

    test("of the file and of its first statement do not run together", () => {
        const lua = luaOf(
            "/** The file. */\n\n/** The function. */\nfunction make(): number { return 1; }\nexport = make;",
        );
        expect(lua).toMatch(/^--- The file.\n\n--- The function.\nlocal function make\(\)/);
    });
});

describe("requires", () => {
    test("of one thing take it at once, and a thing handed on has no name", () => {
        const lua = luaOf('import { one } from "./other";\nexport const three = one + one;');
        expect(lua).toContain('local one = require("/apis/other").one\n');
        expect(luaOf('export { two } from "./other";')).toContain('M.two = require("/apis/other").two\n');
    });

    test("of several things, or of all, keep the module", () => {
        const uses = "export const three = one + two;";
        const few = luaOf(`import { one, two } from "./other";\n${uses}`);
        expect(few).toContain('local other = require("/apis/other")\nM.three = other.one + other.two\n');
        const all = luaOf('import * as other from "./other";\nexport const three = other.one;');
        expect(all).toContain('local other = require("/apis/other")\nM.three = other.one\n');
    });
});

describe("several things of one module", () => {
    const imports = 'import { one, two } from "./other";\n';

    test("have names of their own where they are named often", () => {
        const lua = luaOf(`${imports}export const sum = [one, two, one, two, one, two, one, two, one, two];`);
        expect(lua).toContain(
            'local other = require("/apis/other")\nlocal one = other.one\nlocal two = other.two\n',
        );
    });

    test("keep them where another variable has the same name", () => {
        const lua = luaOf(`${imports}export const same = (one: number): number => one + two;\nprint(one);`);
        expect(lua).toContain("local one = other.one\nlocal two = other.two\n");
        expect(lua).toContain("return one + two");
    });
});

describe("functions of texts", () => {
    const code = `
        interface Row { text: string }
        const row = (): Row => ({ text: "abc" });
        export function describe(cell: Row, pattern: string): unknown[] {
            const [first] = string.find(cell.text, pattern);
            return [
                first,
                cell.text.toUpperCase(),
                string.sub(row().text, 2),
                string.rep(string.lower("AB"), 2),
                string.format("%s!", pattern),
                string.byte(cell.text + pattern, -1),
                string.char(65),
            ];
        }`;

    test("are methods of what has a name or is called for", () => {
        const lua = luaOf(code);
        expect(lua).toContain("local first = cell.text:find(pattern)\n");
        expect(lua).toContain("cell.text:upper(),");
        expect(lua).toContain("row().text:sub(2),");
        expect(lua).toContain('string.lower("AB"):rep(2),');
        expect(lua).toContain('string.format("%s!", pattern),');
        expect(lua).toContain("string.byte(cell.text .. pattern, -1),");
        expect(lua).toContain("string.char(65)");
    });

    test("do the same", () => {
        expect(run(code, 'main.describe({text = "xyz"}, "z")')).toEqual([
            [3, "XYZ", "bc", "abab", "z!", 122, "A"],
        ]);
    });
});

describe("numbers in texts", () => {
    const code = `
        interface Row { size: number; most?: number; name: string | number; other: unknown }
        export const both = (row: Row): string => row.size + "," + row.name + \`\${row.size}\${row.size}x\${row.most}\`;
        export const alone = (row: Row): string => \`\${row.size}\`;
        export const sum = (row: Row): string => "x" + (row.size + 1) + -row.size;
        export const said = (row: Row): string => "x" + tostring(row.other) + \`\${tostring(row.most)}\`;
        export const yes = (row: Row): string => \`\${row.size > 1} \${row.size}\`;`;

    test("are joined as they are, but for what may be none", () => {
        const lua = luaOf(code);
        expect(lua).toContain(
            'return row.size .. "," .. row.name .. row.size .. row.size .. "x" .. tostring(row.most)',
        );
        expect(lua).toContain("return tostring(row.size)");
        expect(lua).toContain('return "x" .. row.size + 1 .. -row.size');
        expect(lua).toContain('return "x" .. tostring(row.other) .. tostring(row.most)');
        expect(lua).toContain('return tostring(row.size > 1) .. " " .. row.size');
    });

    test.each([
        ["main.both({size = 1.5, name = 2})", "1.5,21.51.5xnil"],
        ["main.alone({size = 2})", "2"],
        ["main.sum({size = 2})", "x3-2"],
        ["main.said({})", "xnilnil"],
        ["main.yes({size = 2})", "true 2"],
    ])("%s", (call, expected) => {
        expect(run(code, call)).toEqual([expected]);
    });
});

test("a function that is called for its effect returns nothing", () => {
    const lua = luaOf(`
        const twice = (act: () => void): void => { act(); act(); };
        const count = (): number => 1;
        twice(() => count());
        const show: () => void = () => print("a");
        pcall(() => count());
        pcall(show);`);
    expect(lua).toContain("twice(function() count() end)");
    expect(lua).toContain('show() print("a") end');
    expect(lua).toContain("pcall(function() return count() end)");
});

test("variables without a value are declared together", () => {
    const lua = luaOf("let one: number;\nlet two: number;\n[one, two] = [1, 2];\nprint(one, two);");
    expect(lua).toContain("local one, two\n");
});

describe("comparisons with undefined", () => {
    const code = `
        interface Cell { text?: string; size?: number; flag?: boolean; other?: unknown; none: string | null }
        export function kinds(cell: Cell): string[] {
            const found: string[] = [];
            if (cell.text !== undefined && !(cell.size === undefined)) found.push("both");
            if (cell.flag !== undefined) found.push("flag");
            if (cell.other === undefined) found.push("no other");
            if (cell.none !== null) found.push("some");
            found.push(cell.size === undefined ? "none" : "some");
            return found;
        }
        export function isSet(cell: Cell): boolean {
            return cell.text !== undefined;
        }`;

    test("are Lua's own test where the value is never false and only the truth matters", () => {
        const lua = luaOf(code);
        expect(lua).toContain("if cell.text and not not cell.size then");
        expect(lua).toContain("if cell.flag ~= nil then");
        expect(lua).toContain("if cell.other == nil then");
        expect(lua).toContain("if cell.none then");
        expect(lua).toContain('cell.size and "some" or "none"');
        expect(lua).toContain("return cell.text ~= nil");
    });

    test("mean the same", () => {
        expect(run(code, 'main.kinds({text = "", size = 0, flag = false, other = false})')).toEqual([
            ["both", "flag", "some"],
        ]);
        expect(run(code, "main.kinds({})")).toEqual([["no other", "none"]]);
        expect(run(code, 'main.isSet({text = ""})')).toEqual([true]);
    });
});

describe("choices", () => {
    const choices = `
        interface Cell { text?: string; flag?: boolean }
        export function text(cell: Cell | undefined): string | undefined {
            return cell === undefined ? undefined : cell.text;
        }
        export function label(cell: Cell): string | undefined {
            const found = cell.flag ? undefined : \`<\${tostring(cell.text)}>\`;
            return found;
        }
        export function flag(cell: Cell | undefined): string {
            const found = cell === undefined ? cell : cell.flag;
            return tostring(found);
        }
        export function flags(cell: Cell): string {
            const list = { flag: cell.flag ? cell.text : cell.flag };
            return tostring(list.flag);
        }
        export function nested(size: number, cell: Cell): boolean | undefined {
            return size > 2 ? cell.flag : size > 1 ? false : undefined;
        }
        export function first(text: string): string | undefined {
            return text === "" ? undefined : string.match(text, "(.)(.)")[0];
        }
        export function hidden(cell: Cell, found: boolean): boolean | undefined {
            let inner: boolean | undefined;
            {
                const found = cell.flag;
                inner = found;
            }
            const result = found ? inner : cell.flag;
            return result;
        }`;

    test("are written as and and or where that is the same, without temporary variables anywhere", () => {
        const lua = luaOf(choices);
        expect(lua).toContain("function M.text(cell) return cell and cell.text or nil end\n");
        expect(lua).toContain('local found = not cell.flag and "<" .. tostring(cell.text) .. ">" or nil\n');
        expect(lua).toContain(
            "\tif size > 2 then return cell.flag end\n\tif size > 1 then return false end\n\treturn nil\n",
        );
        expect(lua).toContain("\tlocal found\n\tif not cell then found = cell else found = cell.flag end\n");
    });

    test.each([
        ["main.text({text = 'a'})", ["a"]],
        ["main.text({})", [null]],
        ["main.text(nil)", [null]],
        ["main.label({flag = true, text = 'a'})", [null]],
        ["main.label({flag = false, text = 'a'})", ["<a>"]],
        ["main.flag({flag = false})", ["false"]],
        ["main.flag(nil)", ["nil"]],
        ["main.flags({flag = true})", ["nil"]],
        ["main.flags({flag = false})", ["false"]],
        ["main.nested(3, {flag = false})", [false]],
        ["main.nested(2, {})", [false]],
        ["main.nested(1, {flag = true})", [null]],
        ["select('#', main.first('ab'))", [1]],
        ["main.hidden({flag = false}, false)", [false]],
        ["main.hidden({flag = true}, true)", [true]],
    ])("%s", (call, expected) => {
        expect(run(choices, call)).toEqual(expected);
    });
});

describe("variables that the compiler made up", () => {
    const code = `
        interface Cell { flags: unknown[]; counts: Record<string, number>; name?: boolean }
        const counts: Record<string, number> = { a: 1 };
        export function last(cell: Cell): unknown {
            const value = cell.flags[0] ?? "none";
            return value;
        }
        export function shadowed(cell: Cell): unknown {
            const name = "b";
            { const name = cell.flags[0] ?? "none"; if (name === "none") return name; }
            return name;
        }
        export function add(cell: Cell, name: string): number {
            cell.flags.push(name);
            cell.counts[name]! += 1;
            counts[cell.flags[0] as string]! += 1;
            return counts.a! + cell.counts[name]! + cell.flags.length;
        }
        export function replace(cell: Cell): string {
            const before = cell.flags;
            const make = (): string => { cell.flags = []; return "made"; };
            cell.flags.push(make());
            return before.length + " " + cell.flags.length;
        }`;

    test("give way to the variable or field that they are for", () => {
        const lua = luaOf(code);
        expect(lua).toContain('local value = cell.flags[1]\n\tif value == nil then value = "none" end\n');
        expect(lua).toContain("cell.flags[#cell.flags + 1] = name\n");
        expect(lua).toContain("cell.counts[name] = cell.counts[name] + 1\n");
        expect(lua).not.toMatch(/_\d/);
    });

    test.each([
        ["main.last({flags = {false}})", false],
        ["main.last({flags = {}})", "none"],
        ["main.shadowed({flags = {}})", "none"],
        ["main.shadowed({flags = {1}})", "b"],
        ["main.add({flags = {}, counts = {a = 1}}, 'a')", 5],
        ["main.replace({flags = {1}})", "2 0"],
    ])("%s", (call, expected) => {
        expect(run(code, call)).toEqual([expected]);
    });
});

test("parentheses stay where they cut off all values but the first", () => {
    const code = `
        const two = (): LuaMultiReturn<[number, number]> => $multi(1, 2);
        export const returned = (): number => two()[0];
        export const argument = (): number => select("#", two()[0]);
        export const item = (): number => [two()[0]].length;
        export const field = (): number => { const table = { n: two()[0] }; return table.n; };
        export const equal = (): boolean => two()[0] === 1;
        export const local = (): number => { const [one] = two(); return one; };`;
    const lua = luaOf(code);
    expect(lua.match(/\(two\(\)\)/g)).toHaveLength(3);
    const calls = [
        "select('#', main.returned())",
        "main.argument()",
        "main.item()",
        "main.field()",
        "main.equal()",
    ];
    expect(run(code, calls.join(", "))).toEqual([1, 1, 1, 1, true]);
});

test("texts are in the quotes that they hold none of, and control characters can be seen", () => {
    const texts = ["it's", '"x"', `"it's"`, "a\nb\t\\c", "\x01", "\x010", "\x7f\x80é"];
    const code = `export const texts = ${JSON.stringify(texts)};`;
    expect(luaOf(code)).toContain(
        String.raw`{"it's", '"x"', "\"it's\"", "a\nb\t\\c", "\1", "\0010", "\127\194\128é"}`,
    );
    const bytes = texts.map((text) => Buffer.from(text, "utf8").toString("latin1"));
    expect(run(code, "main.texts")).toEqual([bytes]);
});

test("a repeated body is not wrapped, unless the condition could see its variables", () => {
    const lua = luaOf(`
        let event = "a";
        do { const next = "b"; event = next; } while (event === "a");
        const stop = "c";
        do { const stop = "d"; event = stop; } while (event !== stop);`);
    expect(lua).toContain('repeat\n\tlocal next = "b"\n\tevent = next\nuntil event ~= "a"');
    expect(lua).toContain('repeat\n\tdo\n\t\tlocal stop = "d"\n\t\tevent = stop\n\tend\nuntil event == stop');
});

const BINARY = [
    tstl.SyntaxKind.OrOperator,
    tstl.SyntaxKind.AndOperator,
    tstl.SyntaxKind.LessThanOperator,
    tstl.SyntaxKind.GreaterEqualOperator,
    tstl.SyntaxKind.InequalityOperator,
    tstl.SyntaxKind.EqualityOperator,
    tstl.SyntaxKind.ConcatOperator,
    tstl.SyntaxKind.AdditionOperator,
    tstl.SyntaxKind.SubtractionOperator,
    tstl.SyntaxKind.MultiplicationOperator,
    tstl.SyntaxKind.DivisionOperator,
    tstl.SyntaxKind.ModuloOperator,
    tstl.SyntaxKind.PowerOperator,
] as const;

const UNARY = [
    tstl.SyntaxKind.NotOperator,
    tstl.SyntaxKind.NegationOperator,
    tstl.SyntaxKind.LengthOperator,
] as const;

function printed(program: ts.Program, statements: tstl.Statement[]): string {
    const file = tstl.createFile(statements, new Set(), "");
    return new tstl.LuaPrinter(ts.sys, program, path.join(REPOSITORY, "src/apis/main.ts")).print(file).code;
}

test("fewer parentheses change no result, whatever operators stand beside each other", () => {
    const variables = ["a", "b", "c"].map((name) => tstl.createIdentifier(name));
    const [a, b, c] = variables as [tstl.Identifier, tstl.Identifier, tstl.Identifier];
    const expressions = BINARY.flatMap((outer) => [
        ...BINARY.flatMap((inner) => [
            tstl.createBinaryExpression(tstl.createBinaryExpression(a, b, inner), c, outer),
            tstl.createBinaryExpression(a, tstl.createBinaryExpression(b, c, inner), outer),
        ]),
        ...UNARY.flatMap((inner) => [
            tstl.createBinaryExpression(tstl.createUnaryExpression(a, inner), b, outer),
            tstl.createBinaryExpression(a, tstl.createUnaryExpression(b, inner), outer),
            tstl.createUnaryExpression(tstl.createBinaryExpression(a, b, outer), inner),
        ]),
    ]);
    const program = ts.createProgram([], {});
    const every = expressions.map((expression) => {
        // Every part in parentheses of its own, so that nobody's idea of precedence decides.
        const full = (part: tstl.Expression): tstl.Expression => {
            if (tstl.isIdentifier(part)) return part;
            const copy = tstl.isBinaryExpression(part)
                ? tstl.createBinaryExpression(full(part.left), full(part.right), part.operator)
                : tstl.isUnaryExpression(part)
                  ? tstl.createUnaryExpression(full(part.operand), part.operator)
                  : part;
            return tstl.createParenthesizedExpression(copy);
        };
        return [
            printed(program, [tstl.createReturnStatement([full(expression)])]),
            layOut([tstl.createReturnStatement([expression])]),
        ] as const;
    });
    const different = runLua(`
        local different = {}
        local values = {2, 3, 5, "7", "-1", true, false}
        local function result(code, ...)
            local ok, value = pcall(assert(load("local a, b, c = ... " .. code)), ...)
            return ok and tostring(value) .. type(value) or "fails"
        end
        for _, pair in ipairs(${toLua(every)}) do
            for i = 1, #values + 1 do for j = 1, #values + 1 do for k = 1, #values + 1 do
                local full, ours = result(pair[1], values[i], values[j], values[k]), result(pair[2], values[i], values[j], values[k])
                if full ~= ours then different[pair[2]] = pair[1] .. full .. " " .. ours end
            end end end
        end
        return different`);
    expect(different).toEqual([[]]);
    const parentheses = every.join("").match(/\(/g)?.length ?? 0;
    const ours =
        every
            .map(([, code]) => code)
            .join("")
            .match(/\(/g)?.length ?? 0;
    expect(ours).toBeLessThan(parentheses / 4);
});

/** The words of a program: without comments, blanks and parentheses, and texts by what they are. */
function wordsOf(lua: string): string[] {
    // TypeScriptToLua has brackets around some fields that are names.
    const words = lua
        .replace(/\["([A-Za-z_]\w*)"\](?! =)/g, ".$1")
        .matchAll(/--[^\n]*|("(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*')|[A-Za-z_]\w*|\d[\w.]*|[^\s();]/g);
    return [...words].flatMap(([word, text]) => {
        if (word.startsWith("--")) return [];
        return [text === undefined ? word : runLua(`return ${text}`).join()];
    });
}

test("every word of this project's Lua is TypeScriptToLua's, in the same order, and Lua can read it", () => {
    const { program } = readSource(REPOSITORY);
    const files = new Map<string, { theirs: string; ours: string }>();
    const printer: tstl.Printer = (_, emitHost, fileName, file) => {
        simplify(file);
        const ours = layOut(file.statements);
        const result = new tstl.LuaPrinter(emitHost, program, fileName).print(file);
        files.set(path.relative(REPOSITORY, fileName), { theirs: result.code, ours });
        return result;
    };
    new tstl.Transpiler({ emitHost: { ...ts.sys, writeFile: () => {} } }).emit({
        program,
        plugins: [commentsPlugin(), typesPlugin(), { printer }],
        writeFile: () => {},
    });
    expect(files.size).toBeGreaterThan(10);
    for (const [file, { theirs, ours }] of files) {
        expect({ file, words: wordsOf(ours) }).toEqual({ file, words: wordsOf(theirs) });
        const code = Buffer.from(ours, "utf8").toString("latin1");
        expect({ file, problem: runLua(`return select(2, load(${toLua(code)}))`)[0] ?? null }).toEqual({
            file,
            problem: null,
        });
    }
});
