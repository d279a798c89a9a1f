import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lines, newDisk, printed, start, startShell } from "./rom-support.ts";

describe("the prompt", () => {
    test("greets, shows the folder and runs what is typed", async () => {
        const computer = await startShell({ "hello.lua": 'print("Hello, " .. ...)', "sub/x": "" });
        await computer.type("hello you\n");
        await computer.waitForText(/^Hello, you\n>$/m);
        await computer.type("cd sub\n");
        await computer.waitForText(/^sub>$/m);
        expect(computer.transcript().split("\n")[0]).toBe("CraftOS 1.9");
    });

    test("an unknown program is said to be unknown", async () => {
        const computer = await startShell();
        await computer.type("nonsense\n");
        await computer.waitForText(/^No such program\n>$/m);
    });

    test("an error in a program is shown and the shell goes on", async () => {
        const computer = await startShell({
            "bad.lua": "\nerror('boom')",
            "syntax.lua": "x = = 1",
            "table.lua": "error({})",
            "silent.lua": "error('', 0)",
            "good.lua": "print('fine')",
        });
        await computer.type("bad\nsyntax\ntable\nsilent\ngood\n");
        await computer.waitForText(/^fine\n>$/m);
        expect(computer.transcript()).toMatch(/^> bad\n\/bad.lua:2: boom\n> syntax\n\/syntax.lua:1: .*\n/m);
        expect(computer.transcript()).toMatch(/^> table\ntable: .*\n> silent\n> good\n/m);
    });

    test("Ctrl+T ends a program and not the shell", async () => {
        const computer = await startShell({ "wait.lua": "print('waiting') os.pullEvent('never')" });
        await computer.type("wait\n");
        await computer.waitForText(/^waiting$/m);
        await computer.press("ctrl+t");
        await computer.waitForText(/^Terminated\n>$/m);
    });

    test("up brings earlier commands back, a repeated one once", async () => {
        const computer = await startShell();
        await computer.type("id\nid\ntype /\n");
        await computer.waitForText(/^directory\n>$/m);
        await computer.press("up");
        await computer.press("up");
        await computer.press("up");
        await computer.press("enter");
        await computer.waitForText(/^directory\n> id\nThis is computer #0\n>$/m);
    });

    test("Tab completes programs and their arguments", async () => {
        const computer = await startShell({ "folder/file.txt": "" });
        await computer.type("mkd\tfol\tnew\nls fol\t\n");
        await computer.waitForText(/^> mkdir folder\/new\n> ls folder\/\nnew\nfile.txt\n>$/m);
    });

    test("suggestions can be switched off", async () => {
        const computer = await startShell({ ".settings": '{ ["shell.autocomplete"] = false }' });
        await computer.type("mkd\tir x\n");
        await computer.waitForText(/^> mkdir x\n>$/m);
    });

    test("exit says goodbye and switches the computer off", async () => {
        const computer = await startShell();
        await computer.type("exit\n");
        expect(await computer.exit).toMatchObject({ reason: "shutdown", status: 0 });
        expect(computer.transcript()).toMatch(/^> exit\nGoodbye$/m);
    });

    test("Ctrl+T at the prompt ends the shell, and so the computer", async () => {
        const computer = await startShell();
        await computer.press("ctrl+t");
        expect(await computer.exit).toMatchObject({ reason: "shutdown" });
        expect(computer.transcript()).toMatch(/^>.*\n?Terminated\nGoodbye$/m);
    });

    test("what breaks the system is left to be read until a key is pressed", async () => {
        const computer = await startShell({ "break.lua": "os.run = nil shell.exit()" });
        await computer.type("break\n");
        await computer.waitForText(/attempt to call[^>]*\nPress any key to continue$/m);
        await computer.press("enter");
        expect(await computer.exit).toMatchObject({ reason: "shutdown" });
    });

    test("works on a small screen without colour", async () => {
        const computer = await startShell({}, { width: 26, height: 20, colour: false });
        await computer.type("ls rom\nnonsense\nlua\n1\nexit()\nhelp ls\nexit\n");
        await computer.exit;
        const text = computer.transcript();
        expect(text).toMatch(/^apis +help\nmodules +programs\nstartup.lua$/m);
        expect(text).toMatch(
            /^No such program\n> lua\nInteractive Lua prompt.\nCall exit\(\) to exit.\nlua> 1\n1\n/m,
        );
    });

    test("colours that a program leaves behind do not last", async () => {
        const program = "term.setTextColour(colours.red) term.setBackgroundColour(colours.blue)";
        const show =
            "print(term.getTextColour() == colours.white, term.getBackgroundColour() == colours.black)";
        const computer = await startShell({ "paint.lua": program, "show.lua": show });
        await computer.type("paint\nshow\n");
        await computer.waitForText(/^true true$/m);
    });

    test("a program that redirects the terminal and fails gives it back", async () => {
        const program = "term.redirect(window.create(term.current(), 1, 1, 5, 5, false)) error('x')";
        const computer = await startShell({ "lost.lua": program });
        await computer.type("lost\nid\n");
        await computer.waitForText("This is computer #0");
    });
});

describe("shell.run and shell.execute", () => {
    test("run splits at blanks outside of quotes, execute passes arguments as they are", async () => {
        const program = `
            shell.run("show a  b", 'c "d e"')
            shell.execute("show", "a  b", 'c "d e"')
        `;
        const show = 'for i = 0, #arg do write("<" .. arg[i] .. ">") end print(select("#", ...))';
        expect(await printed(program, { "show.lua": show })).toEqual([
            "<show><a><b><c><d e>4",
            '<show><a  b><c "d e">2',
        ]);
    });

    test("they return whether the program succeeded", async () => {
        const program = `
            print(shell.run("good"), shell.run("bad"), shell.run(""), shell.run("missing"))
            print(pcall(shell.execute, "good", 1))
        `;
        const output = await printed(program, { "good.lua": "return false", "bad.lua": "error('', 0)" });
        expect(output[0]).toBe("No such program");
        expect(output[1]).toBe("true false false false");
        expect(output.slice(2).join(" ")).toMatch(/bad argument #2.*\(string expected, got number\)/);
    });

    test("each program has globals of its own and the shell's API", async () => {
        const program = `
            shell.run("one") shell.run("two")
            print(shared, _G.shared, shell.getRunningProgram())
        `;
        const files = { "one.lua": "shared = 1", "two.lua": "print(shared, shell.getRunningProgram())" };
        expect(await printed(program, files)).toEqual(["nil two.lua", "nil nil program.lua"]);
    });

    test("events reach a program through the shell", async () => {
        const program = 'os.queueEvent("hello", 1) shell.run("wait")';
        expect(await printed(program, { "wait.lua": 'print(os.pullEvent("hello"))' })).toEqual(["hello 1"]);
    });

    test("an error raised as an exception table is shown by its message", async () => {
        const program = `
            error(setmetatable({ message = "told", thread = coroutine.create(function() end) },
                { __name = "exception", __tostring = function() return "not this" end }))`;
        expect(await printed('print(shell.run("raise"))', { "raise.lua": program })).toEqual([
            "told",
            "false",
        ]);
    });

    test("a first line with #! names the program that runs the file", async () => {
        const files = {
            script: '#!/runner "a b"\nnot Lua at all',
            "runner.lua": 'for i = 0, #arg do write("<" .. arg[i] .. ">") end print()',
            loop: "#!/loop\n",
            lost: "#!/nowhere\n",
            shellscript: "#!shell\n",
        };
        const program = `
            shell.run("script x")
            for _, name in ipairs({ "loop", "lost", "shellscript" }) do print(shell.run(name)) end
        `;
        expect(await printed(program, files)).toEqual([
            "</runner><a b><script><x>",
            "Hashbang recursion depth limit reached when loading".slice(0, 51).trimEnd(),
            "file: loop",
            "false",
            "Hashbang program not found: /nowhere",
            "false",
            "Cannot use the shell as a hashbang program",
            "false",
        ]);
    });
});

describe("finding programs", () => {
    test("resolve is relative to the shell's folder unless the path begins with a slash", async () => {
        const program = `
            shell.setDir("rom/programs")
            print(shell.dir(), shell.resolve("x"), shell.resolve("../x"), shell.resolve("/x"))
            print(select(2, pcall(shell.setDir, "/nowhere")))
        `;
        expect(await printed(program)).toEqual(["rom/programs rom/programs/x rom/x x", "Not a directory"]);
    });

    test("resolveProgram looks through aliases, folders of the path, and adds .lua", async () => {
        const program = `
            shell.setPath(shell.path() .. ":/tools")
            shell.setAlias("h", "hammer")
            for _, name in ipairs({ "ls", "hammer", "h", "./here", "/tools/hammer.lua", "folder", "none" }) do
                print(shell.resolveProgram(name))
            end
            shell.clearAlias("h")
            print(shell.resolveProgram("h"))
        `;
        const files = { "tools/hammer.lua": "", "here.lua": "", "folder/x": "" };
        expect(await printed(program, files)).toEqual([
            "rom/programs/list.lua",
            "tools/hammer.lua",
            "tools/hammer.lua",
            "here.lua",
            "tools/hammer.lua",
            "nil",
            "nil",
            "nil",
        ]);
    });

    test("programs lists what can be run, hidden ones only if asked for", async () => {
        const program = `
            local function has(name, all)
                for _, each in ipairs(shell.programs(all)) do if each == name then return true end end
                return false
            end
            print(has("list"), has("wget"), has("mine"), has(".secret"), has(".secret", true), has("list.lua"))
        `;
        expect(await printed(program, { "mine.lua": "", ".secret": "" })).toEqual([
            "true true true false true false",
        ]);
    });

    test("aliases returns a copy", async () => {
        const program = "shell.aliases().ls = nil print(shell.aliases().ls, shell.aliases().rm)";
        expect(await printed(program)).toEqual(["list delete"]);
    });
});

describe("completion", () => {
    const show = `local function show(line)
        local endings = shell.complete(line)
        print(endings and "[" .. table.concat(endings, "|") .. "]" or "nil")
    end `;

    test("completes programs, and puts a space behind those that take arguments", async () => {
        const program = show + 'show("") show("mk") show("mkdir") show("reb") show("fold") show("zzz")';
        expect(await printed(program, { "folder/x": "" })).toEqual([
            "nil",
            "[dir ]",
            "[ ]",
            "[oot]",
            "[er/]",
            "[]",
        ]);
    });

    test("asks the program's function for its arguments", async () => {
        const program =
            show +
            `shell.setCompletionFunction("tool.lua", function(shell, index, text, previous)
                return { index .. text .. table.concat(previous, ",") .. tostring(shell.dir ~= nil) }
            end)
            show("tool ") show("tool a b") show("other ") show("tool")`;
        expect(await printed(program, { "tool.lua": "", "other.lua": "" })).toEqual([
            "[1tooltrue]",
            "[2btool,atrue]",
            "nil",
            "[ ]",
        ]);
    });

    test("cc.shell.completion.build makes one function of several", async () => {
        const program =
            show +
            `local completion = require("cc.shell.completion")
            shell.setCompletionFunction("tool.lua", completion.build(
                { completion.choice, { "get", "put " } },
                completion.dir,
                { completion.dirOrFile, true, many = true }
            ))
            show("tool p") show("tool get fo") show("tool get x no") show("tool get x y no")
            print(select(2, pcall(completion.build, { many = true })))
            print(select(2, pcall(completion.build, { completion.dir, many = true }, completion.dir)))
        `;
        const output = await printed(
            program,
            { "tool.lua": "", "folder/x": "", "notes.txt": "" },
            { width: 120 },
        );
        expect(output.slice(0, 4)).toEqual(["[ut ]", "[lder/|lder]", "[tes.txt ]", "[tes.txt ]"]);
        expect(output[4]).toContain("Bad table entry #1 at argument #1 (function expected, got nil)");
        expect(output[5]).toContain(
            "Unexpected 'many' field on argument #1 (should only occur on the last argument)",
        );
    });

    test("a program with arguments completes as that program does", async () => {
        const program = show + 'show("shell mk") show("shell mkdir fo")';
        expect(await printed(program, { "folder/x": "" })).toEqual(["[dir ]", "[lder/|lder]"]);
    });
});

describe("nested shells", () => {
    test("inherit folder, path and aliases, and keep their own", async () => {
        const computer = await startShell({
            "sub/where.lua": "print(shell.dir(), shell.resolveProgram('w'))",
        });
        await computer.type("alias w where\ncd sub\nshell\nw\ncd /\nalias w\nexit\nw\n");
        await computer.waitForText(/^> exit\nsub> w\nsub sub\/where.lua\nsub>$/m);
        expect(lines(computer).filter((line) => line === "sub sub/where.lua")).toHaveLength(2);
    });

    test("shell with arguments runs one command", async () => {
        expect(
            await printed('shell.run("shell echo a b") print("back")', { "echo.lua": "print(...)" }),
        ).toEqual(["a b", "back"]);
    });

    test("do not run the startup files again", async () => {
        const computer = await startShell({ "startup.lua": "print('started')" });
        await computer.type("sh\nexit\nid\n");
        await computer.waitForText("This is computer #0");
        expect(lines(computer).filter((line) => line === "started")).toHaveLength(1);
    });
});

describe("startup files", () => {
    test("startup.lua runs before the folder startup, whose files run by name", async () => {
        const files = {
            "startup.lua": "print('first')",
            "startup/20.lua": "print('third')",
            "startup/10": "print('second')",
            "startup/30.lua": "print('fourth')",
            "startup/folder/x.lua": "print('never')",
        };
        const computer = await startShell(files);
        expect(lines(computer)).toEqual(["first", "second", "third", "fourth", ">"]);
    });

    test("a file without .lua goes before one with it", async () => {
        const computer = await startShell({ startup: "print('plain')", "startup.lua": "print('lua')" });
        expect(lines(computer)).toEqual(["plain", ">"]);
    });

    test("an error in one does not keep the next or the prompt from coming", async () => {
        const computer = await startShell({
            "startup.lua": "error('oh', 0)",
            "startup/next.lua": "print('next')",
        });
        expect(lines(computer)).toEqual(["oh", "next", ">"]);
    });

    test("shell.allow_startup = false keeps them from running", async () => {
        const files = { ".settings": '{ ["shell.allow_startup"] = false }', "startup.lua": "print('no')" };
        expect(lines(await startShell(files))).toEqual([">"]);
    });

    test("what they set in the shell lasts", async () => {
        const files = {
            "startup.lua": "shell.setPath(shell.path() .. ':/bin') shell.setDir('bin')",
            "bin/hammer.lua": "print('nailed')",
        };
        const computer = await start(files);
        await computer.waitForText(/^bin>$/m);
        await computer.type("cd /\nhammer\n");
        await computer.waitForText(/^nailed$/m);
    });

    test("Ctrl+T in one leads to the prompt", async () => {
        const computer = await start({ "startup.lua": "print('busy') while true do sleep(1) end" });
        await computer.waitForText(/^busy$/m);
        await computer.press("ctrl+t");
        await computer.waitForText(/^Terminated\n>$/m);
    });
});

test("os.shutdown passes a status on", async () => {
    const computer = await start({ "startup.lua": "os.shutdown(3)" });
    expect(await computer.exit).toEqual({ reason: "shutdown", status: 3 });
});

test("reboot starts the computer anew with its disk", async () => {
    const disk = newDisk({
        "startup.lua": "if fs.exists('done') then print('second') else fs.makeDir('done') os.reboot() end",
    });
    const computer = await start({}, { disk });
    await computer.waitForText(/^second$/m);
    expect(existsSync(join(disk, "done"))).toBe(true);
});
