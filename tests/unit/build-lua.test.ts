import { describe, expect, test } from "vitest";
import { compile, LUALIB, readSource } from "../../tools/build/compile.ts";
import { build } from "../../tools/build/build.ts";
import { newProject } from "./support/build-project.ts";
import { runLua } from "../../tools/lua/index.ts";

function compiled(files: Readonly<Record<string, string>>): Map<string, string> {
    return compile(readSource(newProject(files).root));
}

describe("requires", () => {
    test("name our own modules from the root of the disk, and leave CC's alone", () => {
        const lua = compiled({
            "src/apis/deep/inner.ts": "export const answer = 42;",
            "src/apis/deep/outer.ts":
                'import { answer } from "./inner";\nimport * as other from "../other";\n' +
                "export const sum = answer + other.one;",
            "src/apis/other.ts": "export const one = 1;",
            "src/cc.d.ts": 'declare module "cc.strings" { export function wrap(text: string): string[]; }',
            "src/programs/main.ts":
                'import { sum } from "../apis/deep/outer";\nimport * as strings from "cc.strings";\n' +
                'print(sum, strings.wrap("require(\\"apis.other\\")"));',
        });
        expect(lua.get("apis/deep/outer.lua")).toContain('require("/apis/deep/inner")');
        expect(lua.get("apis/deep/outer.lua")).toContain('require("/apis/other")');
        expect(lua.get("programs/main.lua")).toContain('require("/apis/deep/outer")');
        expect(lua.get("programs/main.lua")).toContain('require("cc.strings")');
        expect(lua.get("programs/main.lua")).toContain("'require(\"apis.other\")'");
    });

    test("of a module that is not there fail the build", () => {
        const files = {
            "src/apis/a.ts": 'import { x } from "./b";\nexport const y = x;',
            "src/apis/b.d.ts": "",
        };
        const declared = { ...files, "src/apis/b.d.ts": "export const x: number;" };
        expect(() => compiled(declared)).toThrow(/\.\/b/);
    });

    test("of the compiler's library go to one file that both packages share, while it is needed", async () => {
        const project = newProject({
            "src/apis/one.ts": "export const keys = (value: object) => Object.keys(value);",
            "src/programs/two.ts": "print(Object.keys({ a: 1 })[0]);",
        });
        await build(project.root);
        expect(project.read("apis/one.lua")).toContain('require("/apis/lualib_bundle")');
        expect(project.read("programs/two.lua")).toContain('require("/apis/lualib_bundle")');
        expect(project.exists("programs/lualib_bundle.lua")).toBe(false);
        expect(runLua('return require("/apis/one").keys({ k = 1 })[1]', { root: project.root })).toEqual([
            "k",
        ]);

        project.write({
            "src/apis/one.ts": "export const keys = 1;",
            "src/programs/two.ts": "print(2);",
        });
        const { removed } = await build(project.root);
        expect(removed).toContain(LUALIB);
        expect(project.exists(LUALIB)).toBe(false);
    });
});

describe("modules", () => {
    test("whose value is a function return that function", () => {
        const project = newProject({
            "src/apis/make.ts":
                "function make(name: string): { greet: () => string } {\n" +
                '    return { greet: () => "hello " + name };\n}\nexport = make;',
            "src/programs/use.ts": 'import make = require("../apis/make");\nprint(make("you").greet());',
        });
        const lua = compile(readSource(project.root));
        project.write(Object.fromEntries(lua));
        expect(runLua('return require("/apis/make")("you").greet()', { root: project.root })).toEqual([
            "hello you",
        ]);
        expect(lua.get("apis/make.lua")).toMatch(/^return make$/m);
    });

    test("that hold nothing but types make no file", () => {
        const lua = compiled({
            "src/apis/shapes.ts": "/** What has a size. */\n\nexport interface Shape { size: number }",
            "src/apis/use.ts":
                'import type { Shape } from "./shapes";\nexport const size = (shape: Shape) => shape.size;',
        });
        expect([...lua.keys()]).toEqual(["apis/use.lua"]);
        expect(lua.get("apis/use.lua")).not.toContain("require");
    });

    test("that are programs set no global and return nothing", () => {
        const lua = compiled({
            "src/programs/hello.ts":
                'function greet(name: string): void {\n    print(name);\n}\ngreet("you");',
        });
        expect(lua.get("programs/hello.lua")).toBe(
            'local function greet(name)\n\tprint(name)\nend\n\ngreet("you")\n',
        );
    });

    test("keep their meaning when made-up names become plain ones", () => {
        const project = newProject({
            "src/apis/text.ts": "export const width = 7;\nexport const height = 5;",
            "src/apis/names.ts": `
                import { width } from "./text";
                import * as all from "./text";
                const _ = "mine";
                export function check(end: number | undefined): string {
                    const text = "plain";
                    const opt = end === undefined ? "none" : tostring(end);
                    switch (opt) {
                        case "none": return text + _ + width;
                        case "1": { const cond = "one"; return cond + all.height; }
                    }
                    const [first, second] = string.match(opt, "(%d)(%d)");
                    return first + "-" + second;
                }`,
        });
        project.write(Object.fromEntries(compile(readSource(project.root))));
        const run = (argument: string) =>
            runLua(`return require("/apis/names").check(${argument})`, { root: project.root })[0];
        expect([run("nil"), run("1"), run("23")]).toEqual(["plainmine7", "one5", "2-3"]);
    });
});

test("a statement in parentheses does not join the one before", () => {
    const project = newProject({
        "src/apis/calls.ts":
            "export const calls: string[] = [];\nconst add = (name: string): void => { calls[calls.length] = name; };\n" +
            'const other = add;\n// Not an argument of the line before.\n(calls.length === 0 ? add : other)("one");\n' +
            '// Nor this.\n(() => add("two"))();',
    });
    project.write(Object.fromEntries(compile(readSource(project.root))));
    expect(runLua('return require("/apis/calls").calls', { root: project.root })).toEqual([["one", "two"]]);
});

describe("problems", () => {
    test("of type are told with file and line, and nothing is written", async () => {
        const project = newProject({ "src/apis/bad.ts": "export const n: number = 1;" });
        await build(project.root);
        const before = project.read("apis/bad.lua");
        project.write({ "src/apis/bad.ts": '\nexport const n: number = "text";' });
        await expect(build(project.root)).rejects.toThrow(/^src\/apis\/bad\.ts\(2,14\): error TS2322/);
        expect(project.read("apis/bad.lua")).toBe(before);
    });

    test("are also what only looks right: an empty text is true in Lua", () => {
        const truthiness = {
            "src/apis/bad.ts":
                'export function isEmpty(text: string): string {\n    return text ? "no" : "yes";\n}',
        };
        expect(() => compiled(truthiness)).toThrow(/src\/apis\/bad\.ts\(2,12\)/);
    });
});

describe("a build", () => {
    test("does nothing when nothing changed, and mends an output that was", async () => {
        const project = newProject({ "src/apis/one.ts": "export const one = 1;" });
        project.describe("trapos", { files: ["apis/one.lua"] });
        expect((await build(project.root)).skipped).toBe(false);
        const lua = project.read("apis/one.lua");
        expect((await build(project.root)).skipped).toBe(true);

        project.write({ "apis/one.lua": "edited by hand" });
        expect((await build(project.root)).written).toEqual(["apis/one.lua"]);
        expect(project.read("apis/one.lua")).toBe(lua);
    });

    test("removes what nothing makes any more", async () => {
        const project = newProject({
            "src/apis/one.ts": "export const one = 1;",
            "src/apis/two.ts": "export const two = 2;",
        });
        await build(project.root);
        project.describe("trapos", { files: ["apis/one.lua", "apis/two.lua"] });
        await build(project.root);
        project.write({ "apis/stray.lua": "" });
        expect((await build(project.root)).removed).toEqual(["apis/stray.lua"]);
        project.write({ "src/apis/two.ts": "export {};" });
        expect((await build(project.root)).removed).toEqual(["apis/two.lua"]);
        expect(project.exists("apis/two.lua")).toBe(false);
    });
});
