import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compileKernel } from "../../src/machine/kernel-image.ts";
import { luaImports, type GivenImports } from "../../src/machine/lua-imports.ts";
import { LuaVm, type HostCalls } from "../../src/machine/lua-vm.ts";
import { MemoryAccount } from "../../src/machine/memory-account.ts";

/**
 * What a program could do if there were no kernel at all: each of these programs stands in the kernel's place, and has
 * all that Lua has when it starts.
 */

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "trapos-sandbox-"));
    writeFileSync(join(folder, "secret"), "the host's own");
});
afterEach(() => rmSync(folder, { recursive: true }));

const MEMORY_BYTES = 16 * 1024 * 1024;

/** Runs a program in the kernel's place and returns what it has sent to `told`, and the error that ended Lua, if any. */
function runAsKernel(program: string, host: HostCalls = {}): { told: unknown[]; error: string | undefined } {
    const told: unknown[] = [];
    const source = `
        local function tell(text)
            text = tostring(text)
            io.stdout:write("told;s" .. #text .. ":" .. text .. ".")
            io.stdout:flush()
        end
        ${program}
        return function() end`;
    const tell: HostCalls = { ...host, told: ([text]) => void told.push(text) };
    try {
        new LuaVm(tell, {}, compileKernel(new Map([["kernel", source]])), new MemoryAccount(MEMORY_BYTES), 0);
        return { told, error: undefined };
    } catch (error) {
        return { told, error: (error as Error).message };
    }
}

const refused = (name: string): string => `Lua asked its host for ${name}, which it does not get`;

describe("without the kernel", () => {
    const attempts: Record<string, { program: (folder: string) => string; error?: string; told?: string[] }> =
        {
            "a command": {
                program: (path) => `os.execute("echo mine > ${path}/proof")`,
                error: refused("system"),
            },
            "the question whether there is a shell": {
                program: () => `tell(os.execute())`,
                error: refused("system"),
            },
            "a command whose output is read": {
                program: () => `io.popen("id"):read("*a")`,
                error: "The Lua kernel: 'popen' not supported",
            },
            "a file that is read": {
                program: (path) => `tell(io.open("${path}/secret", "r"))`,
                error: refused("sys_open"),
            },
            "a file that is written": {
                program: (path) => `tell(io.open("${path}/proof", "w"))`,
                error: refused("sys_open"),
            },
            "lines of a file": {
                program: (path) => `for line in io.lines("${path}/secret") do tell(line) end`,
                error: refused("sys_open"),
            },
            "a temporary file": { program: () => `tell(io.tmpfile())`, error: refused("clock_gettime") },
            "a program in a file": {
                program: (path) => `tell(loadfile("${path}/secret"))`,
                error: refused("sys_open"),
            },
            "a module in a file": { program: () => `tell(require("secret"))`, error: refused("sys_open") },
            "a library of C": {
                program: (path) => `tell(select(2, package.loadlib("${path}/secret", "*")))`,
                told: ["dynamic libraries not enabled; check your Lua installation"],
            },
            "the removal of a file": {
                program: (path) => `tell(os.remove("${path}/secret"))`,
                error: refused("sys_unlink"),
            },
            "another name for a file": {
                program: (path) => `tell(os.rename("${path}/secret", "${path}/proof"))`,
                error: refused("sys_rename"),
            },
            "a variable of the environment": {
                program: () => `tell(os.getenv("PATH")) tell(os.getenv("HOME"))`,
                told: ["nil", "nil"],
            },
            "a name for a temporary file": {
                program: () => `tell(os.tmpname())`,
                error: refused("clock_gettime"),
            },
            "the end of the process": { program: () => `os.exit(3)`, error: refused("exit") },
            "the end of the process, everything closed": {
                program: () => `os.exit(3, true)`,
                error: refused("exit"),
            },
            "the time zone": { program: () => `tell(os.date("%Z"))`, error: refused("localtime_r") },
            "another file's place": {
                program: () => `tell(io.stdin:seek("set", 0))`,
                error: refused("fd_seek"),
            },
            "a command, caught": {
                program: (path) => `tell(pcall(os.execute, "echo mine > ${path}/proof")) tell("went on")`,
                error: refused("system"),
            },
            "a command in a coroutine": {
                program: (path) =>
                    `coroutine.resume(coroutine.create(os.execute), "echo mine > ${path}/proof") tell("went on")`,
                error: refused("system"),
            },
            "a frame of a function that is none": {
                program: () => `io.stdout:write("constructor;.") io.stdout:flush()`,
                error: "The Lua kernel called constructor, which does not exist",
            },
            "the kernel's own questions, once it has started": {
                program: () =>
                    `io.stdout:write("kernel.stop;.") io.stdout:flush() io.stdin:read(1) tell("went on")`,
            },
        };
    test.each(Object.entries(attempts))("%s", (_, { program, error, told }) => {
        expect(runAsKernel(program(folder))).toEqual({ told: told ?? [], error });
        expect(existsSync(join(folder, "proof"))).toBe(false);
        expect(readFileSync(join(folder, "secret"), "utf8")).toBe("the host's own");
    });
});

describe("what Lua's module asks for", () => {
    const given = {} as GivenImports;

    test("is refused when it is not on the list", () => {
        expect(() => luaImports([{ module: "a", name: "zz", kind: "function" }], given)).toThrow("a.zz");
        expect(() => luaImports([{ module: "b", name: "a", kind: "function" }], given)).toThrow("b.a");
        expect(() => luaImports([{ module: "a", name: "a", kind: "memory" }], given)).toThrow("a.a");
        expect(() => luaImports([{ module: "a", name: "constructor", kind: "function" }], given)).toThrow(
            "a.constructor",
        );
    });

    test("must be all that is on the list", () => {
        expect(() => luaImports([{ module: "a", name: "a", kind: "function" }], given)).toThrow(
            "another Lua",
        );
    });
});
