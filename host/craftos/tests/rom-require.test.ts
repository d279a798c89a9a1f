import { describe, expect, test } from "vitest";
import { printed } from "./rom-support.ts";

describe("require", () => {
    test("finds modules in the program's own folder, wherever the shell is", async () => {
        const files = {
            "app/main.lua": 'print(require("part"), require("sub.deep"), require("pack"))',
            "app/part.lua": 'return "part of " .. ...',
            "app/sub/deep.lua": 'return "deep " .. require("part")',
            "app/pack/init.lua": 'return "pack"',
            "part.lua": 'return "wrong"',
        };
        expect(await printed('shell.setDir("rom") shell.run("/app/main")', files)).toEqual([
            "part of part deep part of part pack",
        ]);
    });

    test("finds the ROM's modules and absolute paths", async () => {
        const program = `
            print(type(require("cc.expect").expect), require("/lib/tool"), require("/lib/tool.lua"))
        `;
        const output = await printed(program, { "lib/tool.lua": 'return "tool"' });
        expect(output[0]).toMatch(/^\/program.lua:2: module '\/lib\/tool.lua' not found:/);
        const found = 'print(type(require("cc.expect").expect), require("/lib/tool"))';
        expect(await printed(found, { "lib/tool.lua": 'return "tool"' })).toEqual(["function tool"]);
    });

    test("loads a module once for each program", async () => {
        const files = {
            "counter.lua": "loads = (_G.loads or 0) + 1 _G.loads = loads return {}",
            "other.lua": 'require("counter")',
        };
        const program = `
            print(require("counter") == require("counter"), _G.loads)
            shell.run("other")
            print(_G.loads, package.loaded.counter == require("counter"))
        `;
        expect(await printed(program, files)).toEqual(["true 1", "2 true"]);
    });

    test("gives a module its name and path, and true for one that returns nothing", async () => {
        const files = { "named.lua": "print(...)", "preloaded.lua": "error('not this')" };
        const program = `
            print(require("named"))
            package.preload.preloaded = function(...) return "preloaded " .. select("#", ...) .. " " .. ... end
            print(require("preloaded"))
        `;
        expect(await printed(program, files)).toEqual(["named named.lua", "true", "preloaded 1 preloaded"]);
    });

    test("says where it looked", async () => {
        expect(await printed('require("nowhere.to.be")', {}, { width: 80 })).toEqual([
            "/program.lua:1: module 'nowhere.to.be' not found:",
            "  no field package.preload['nowhere.to.be']",
            "  no file 'nowhere/to/be'",
            "  no file 'nowhere/to/be.lua'",
            "  no file 'nowhere/to/be/init.lua'",
            "  no file '/rom/modules/main/nowhere/to/be'",
            "  no file '/rom/modules/main/nowhere/to/be.lua'",
            "  no file '/rom/modules/main/nowhere/to/be/init.lua'",
        ]);
    });

    test("reports a module that requires itself, and one whose loading failed", async () => {
        const files = {
            "snake.lua": 'return require("snake")',
            "broken.lua": "error('boom', 0)",
            "syntax.lua": "x = = 1",
        };
        const program = `
            print(select(2, pcall(require, "snake")))
            print(select(2, pcall(require, "broken")))
            print(select(2, pcall(require, "broken")))
            print(select(2, pcall(require, "syntax")))
        `;
        const output = await printed(program, files, { width: 100 });
        expect(output.slice(0, 3)).toEqual([
            "loop or previous error loading module 'snake'",
            "boom",
            "loop or previous error loading module 'broken'",
        ]);
        expect(output.slice(3).join("\n")).toMatch(
            /module 'syntax' not found:\n.*\n {2}\/?syntax.lua:1: unexpected symbol near '='/,
        );
    });

    test("package.path can be extended, and searchpath told apart", async () => {
        const program = `
            package.path = package.path .. ";/lib/?.lua"
            print(require("tool"))
            print(package.searchpath("a.b", "/x/?.lua;?/y"))
            print(package.searchpath("tool", "/lib/?.lua"))
        `;
        expect(await printed(program, { "lib/tool.lua": 'return "tool"' })).toEqual([
            "tool",
            "nil no file '/x/a/b.lua'",
            "  no file 'a/b/y'",
            "/lib/tool.lua",
        ]);
    });

    test("Lua's own libraries are loaded already", async () => {
        expect(await printed('print(require("string") == string, require("table") == table)')).toEqual([
            "true true",
        ]);
    });

    test("utf8 is a global that cannot be required", async () => {
        expect(await printed('print(type(utf8), (pcall(require, "utf8")))')).toEqual(["table false"]);
    });

    test("is there for programs of the shell, not for what they load themselves", async () => {
        const program = 'print(type(require)) dofile("/bare.lua") os.run({}, "/bare.lua")';
        expect(await printed(program, { "bare.lua": "print(type(require))" })).toEqual([
            "function",
            "nil",
            "nil",
        ]);
    });

    test("cc.require makes one for an environment", async () => {
        const program = `
            local environment = setmetatable({ secret = "mine" }, { __index = _G })
            environment.require, environment.package = require("cc.require").make(environment, "/lib")
            print(environment.require("tool"))
        `;
        expect(await printed(program, { "lib/tool.lua": "return secret" })).toEqual(["mine"]);
    });
});
