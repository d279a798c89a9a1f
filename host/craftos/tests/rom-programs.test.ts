import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { lines, newDisk, printed, startShell, type Files } from "./rom-support.ts";

/** Runs shell commands one after the other on a new computer. Returns what they printed. */
function commands(list: string[], files: Files = {}, width = 51): Promise<string[]> {
    const program = list.map((command) => `shell.run([=[${command}]=])`).join("\n");
    return printed(program, files, { width });
}

describe("files", () => {
    test("list shows folders before files, and hidden ones only by the setting", async () => {
        const files = { "b.txt": "", "a/x": "", ".hidden": "" };
        const run =
            'shell.run("ls") settings.set("list.show_hidden", true) shell.run("ls /") shell.run("ls b.txt")';
        const output = await printed(run, files);
        expect(output.map((line) => line.split(/ +/).join(" "))).toEqual([
            "a rom",
            "b.txt program.lua startup.lua",
            "a rom",
            ".hidden b.txt program.lua startup.lua",
            "Not a directory",
        ]);
    });

    test("cd moves, mkdir makes, type tells", async () => {
        expect(
            await commands(
                [
                    "mkdir a/b c",
                    "cd a",
                    "type b",
                    "cd b/../..",
                    "type c",
                    "type nothing",
                    "cd nothing",
                    "mkdir rom/x",
                    "mkdir f",
                ],
                {
                    f: "",
                },
            ),
        ).toEqual([
            "directory",
            "directory",
            "No such path",
            "Not a directory",
            "rom/x: Access denied",
            "f: Destination exists",
        ]);
    });

    test("copy, move and delete take wildcards and say what they cannot do", async () => {
        const disk = newDisk({
            "program.lua": `
                shell.run("cp a.txt copy.txt") shell.run("cp *.txt folder") shell.run("mv copy.txt folder/moved.txt")
                shell.run("rm folder/b.*")
                for _, command in ipairs({
                    "cp a.txt b.txt", "cp *.txt c.txt", "cp none x", "cp a.txt rom/x", "mv a.txt b.txt", "mv rom/startup.lua x",
                    "mv none x", "rm none", "rm rom/startup.lua", "rm /",
                }) do shell.run(command) end
            `,
            "startup.lua": 'shell.run("/program.lua") os.shutdown()',
            "a.txt": "A",
            "b.txt": "B",
            "folder/x": "",
        });
        expect(await printed("", {}, { disk })).toEqual([
            "Destination exists",
            "Cannot overwrite file multiple times",
            "No matching files",
            "Destination is read-only",
            "Destination exists",
            "Cannot move read-only file /rom/startup.lua",
            "No matching files",
            "none: No matching files",
            "Cannot delete read-only file /rom/startup.lua",
            "Cannot delete mount /",
            "To delete its contents run rm /*",
        ]);
        expect(readFileSync(join(disk, "folder/a.txt"), "utf8")).toBe("A");
        expect(readFileSync(join(disk, "folder/moved.txt"), "utf8")).toBe("A");
        expect(["copy.txt", "folder/b.txt"].map((path) => existsSync(join(disk, path)))).toEqual([
            false,
            false,
        ]);
    });

    test("programs that lack an argument show their usage by the name they were called", async () => {
        expect(await commands(["cd", "cp x", "mv", "rm", "mkdir", "type", "alias a b c", "wget"])).toEqual([
            "Usage: cd <path>",
            "Usage: cp <source> <destination>",
            "Usage: mv <source> <destination>",
            "Usage: rm <paths>",
            "Usage: mkdir <paths>",
            "Usage: type <path>",
            "Usage: alias <alias> <program>",
            "Usage:",
            "wget <url> [filename]",
            "wget run <url>",
        ]);
    });
});

describe("the computer", () => {
    test("id and label", async () => {
        expect(
            await commands([
                "id",
                "label get",
                'label set "Front door"',
                "label get",
                "id",
                "label clear",
                "label get left",
            ]),
        ).toEqual([
            "This is computer #0",
            "No Computer label",
            'Computer label set to "Front door"',
            'Computer label is "Front door"',
            "This is computer #0",
            'This computer is labelled "Front door"',
            "Computer label cleared",
            "No disk drive named left",
        ]);
    });

    test("without a drive there is no disk", async () => {
        const program = `
            print(disk.isPresent("left"), disk.hasData("left"), disk.getLabel("left"), disk.getMountPath("left"))
            print(select(2, pcall(disk.isPresent)))
        `;
        expect(await printed(program)).toEqual([
            "false false nil nil",
            "bad argument #1 (string expected, got nil)",
        ]);
    });

    test("set shows, changes, checks and saves settings", async () => {
        const disk = newDisk({
            "startup.lua": 'shell.run("/program.lua") os.shutdown()',
            "program.lua": `
                for _, command in ipairs({ "set my.number 12", "set my.text hello", "set my.flag true", "set my.text",
                    "set list.show_hidden maybe", "set list.show_hidden true", "set list.show_hidden", "set my.flag nil" })
                do shell.run(command) end
            `,
        });
        const output = await printed("", {}, { disk });
        expect(output.slice(0, 7)).toEqual([
            '"my.number" set to 12',
            '"my.text" set to "hello"',
            '"my.flag" set to true',
            'my.text is "hello"',
            '"maybe" is not a valid boolean.',
            '"list.show_hidden" set to true',
            "list.show_hidden is true (default is false)",
        ]);
        expect(output.at(-1)).toBe('"my.flag" unset');
        const saved = readFileSync(join(disk, ".settings"), "utf8");
        expect(saved).toMatch(/\[ "my\.number" \] = 12/);
        expect(saved).not.toContain("my.flag");
    });

    test("set without a name lists all settings", async () => {
        const computer = await startShell();
        await computer.type("set\n");
        await computer.waitForText('"bios.strict_globals" is false');
        expect(computer.transcript()).not.toContain("use_multishell");
    });

    test("time, alias, programs", async () => {
        const output = await commands(["time", "alias hi hello", "alias ls", "alias", "programs"], {
            "hello.lua": "",
        });
        expect(output[0]).toMatch(/^The time is \d+:\d\d [AP]M on Day \d+$/);
        const text = output.join(" ");
        expect(text).toContain("hi:hello");
        expect(text).not.toContain("ls:list");
        for (const program of ["hello", "wget", "shutdown", "set"])
            expect(text).toMatch(new RegExp(`\\b${program}\\b`));
    });

    test("clear empties the screen", async () => {
        const computer = await startShell();
        await computer.type("id\nclear\n");
        await computer.waitForText(/^>$/m);
        await computer.type("id");
        await expect.poll(() => computer.screen()[0]?.trimEnd()).toBe("> id");
        expect(computer.screen()[1]?.trim()).toBe("");
    });

    test("reboot says goodbye and starts anew, without what one start had", async () => {
        const computer = await startShell({ "startup.lua": "print('started')" });
        await computer.waitForText("started");
        await computer.type("alias hi id\nreboot\n");
        await computer.waitForText(/^Goodbye$/m);
        await computer.waitForText(/^CraftOS.*\nstarted\n>$/m);
        await computer.type("hi\n");
        await computer.waitForText("No such program");
    });

    test("shutdown says goodbye", async () => {
        const computer = await startShell();
        await computer.type("shutdown\n");
        await computer.waitForText(/^Goodbye$/m);
        expect(await computer.exit).toMatchObject({ reason: "shutdown" });
    });
});

describe("help", () => {
    test("shows a short text at once", async () => {
        const output = await commands(["help cd", "help nothing"]);
        expect(output[0]).toMatch(/^cd: /);
        expect(output.at(-1)).toBe("No help available");
    });

    test("there is a text for each program, and an index of them", async () => {
        const program = `
            for _, name in ipairs(fs.list("rom/programs")) do
                local topic = name:gsub("%.lua$", "")
                if not fs.isDir("rom/programs/" .. name) and not help.lookup(topic) then print("none for " .. topic) end
            end
            print(help.lookup("wget"), help.lookup("nothing"), table.concat(help.completeTopic("shut"), "|"))
            shell.run("help index")
        `;
        const output = await printed(program);
        expect(output.slice(0, 2)).toEqual(["rom/help/wget.txt nil down", "Help topics available:"]);
        expect(output.join(" ")).toContain("index");
    });

    test("what is printed after a text begins a new line, whether the text ends with one or not", async () => {
        const program = `help.setPath("/help") shell.run("help open") write("x") print() shell.run("help ended") write("y")`;
        const files = { "help/open.txt": "no line end", "help/ended.txt": "line end\n" };
        expect(await printed(program, files)).toEqual(["no line end", "x", "line end", "", "y"]);
    });

    test("Markdown has yellow headings, bullets, and code on grey", async () => {
        const text = "# Title\nUse `ccpm install` here.\n\n* one\n  * two\n2 * 3, *x\n`a\nb`";
        const computer = await startShell(
            { "help/tool.md": text, "startup.lua": "help.setPath(help.path() .. ':/help')" },
            { width: 26, height: 20 },
        );
        await computer.type("help tool\n");
        await computer.waitForText("2 * 3");
        await computer.waitForText(/^>$/m);
        const rows = computer.picture().rows.slice(2, 10);
        const shown = computer.screen().slice(2, 10);
        expect(shown.map((row) => row.trimEnd())).toEqual([
            "# Title", "Use ccpm install here.", "", "• one", "  • two", "2 * 3, *x", "a", "b",
        ]); // prettier-ignore
        const colours = (row: number, part: "textColour" | "backgroundColour") =>
            [...rows[row]![part]].map((place) => place.toString(16)).join("");
        expect(colours(0, "textColour").slice(0, 7)).toBe("4444444");
        expect(colours(1, "textColour").slice(0, 22)).toBe("0".repeat(22));
        expect(colours(1, "backgroundColour")).toBe("ffff" + "7".repeat(12) + "f".repeat(10));
        expect(colours(6, "backgroundColour")[0]).toBe("7");
        expect(colours(7, "backgroundColour").slice(0, 2)).toBe("7f");
    });

    test("the title of a long Markdown text is its first heading", async () => {
        const text = "# Packages\n" + "line\n".repeat(60);
        const computer = await startShell({
            "help/tool.md": text,
            "startup.lua": "help.setPath(help.path() .. ':/help')",
        });
        await computer.type("help tool\n");
        await computer.waitForText(/^Help: tool \(Packages\) +Press Q to exit$/m);
    });

    test("a long text is paged, and Q leaves without typing a q", async () => {
        const long = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`).join("\n");
        const computer = await startShell({
            "help/long.txt": long,
            "startup.lua": "help.setPath(help.path() .. ':/help')",
        });
        await computer.type("help long\n");
        await computer.waitForText("Press Q to exit");
        expect(computer.screen()[0]?.trimEnd()).toBe("line 1");
        await computer.press("end");
        await expect.poll(() => computer.screen()[17]?.trimEnd()).toBe("line 60");
        await computer.press("up");
        await expect.poll(() => computer.screen()[17]?.trimEnd()).toBe("line 59");
        await computer.type("q");
        await expect.poll(() => computer.screen()[0]?.trimEnd()).toBe(">");
        await computer.type("id\n");
        await computer.waitForText("This is computer #0");
    });
});

describe("lua", () => {
    test("shows results, runs statements, survives errors and ends with exit()", async () => {
        const computer = await startShell();
        await computer.type('lua\n1 + 1, "text"\nx = 20\nx + 1\nerror("oops")\n1 +\nnil\nexit()\nid\n');
        await computer.waitForText("This is computer #0");
        const text = lines(computer).join("\n");
        expect(text).toContain('lua> 1 + 1, "text"\n2\n"text"\nlua> x = 20\nlua> x + 1\n21\n');
        expect(text).toMatch(
            /lua> error\("oops"\)\nlua\[\d\]:1: oops\nlua> 1 \+\nlua\[\d\]:1: .*\nlua> nil\nnil\nlua> exit\(\)/,
        );
    });

    test("requires modules from the shell's folder and warns of locals", async () => {
        const computer = await startShell({ "sub/tool.lua": "return 'tool'" });
        await computer.type('cd sub\nlua\nrequire("tool")\nlocal y = 1\nexit()\n');
        await computer.waitForText(/^"tool"$/m);
        await computer.waitForText("To access local variables in later inputs");
    });

    test("completes names", async () => {
        const computer = await startShell();
        await computer.type("lua\nos.getComputerI\t)\n");
        await computer.waitForText(/^lua> os.getComputerID\(\)\n0$/m);
    });
});

describe("wget", () => {
    async function serve(): Promise<string> {
        const server = createServer((request, response) => {
            const found = request.url?.startsWith("/tool.lua");
            response.writeHead(found ? 200 : 404).end(found ? 'print("tool", ...)' : "nothing here");
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        onTestFinished(() => {
            server.closeAllConnections();
            server.close();
        });
        return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    const http = { allow: ["127.0.0.1"] };

    test("saves under the name in the address or the one that is given", async () => {
        const url = await serve();
        const disk = newDisk({
            "startup.lua": 'shell.run("/program.lua") os.shutdown()',
            "program.lua": `
                shell.run("wget ${url}/tool.lua?x=1") shell.run("wget ${url}/tool.lua other.lua")
                shell.run("wget ${url}/tool.lua") shell.run("wget ${url}/missing") shell.run("wget ftp://x")
            `,
        });
        const output = await printed("", {}, { disk, http, width: 100 });
        expect(output).toEqual([
            `Connecting to ${url}/tool.lua?x=1... Success.`,
            "Downloaded as tool.lua",
            `Connecting to ${url}/tool.lua... Success.`,
            "Downloaded as other.lua",
            "File already exists",
            `Connecting to ${url}/missing... Failed.`,
            expect.stringMatching(/Invalid protocol/),
        ]);
        expect(readFileSync(join(disk, "other.lua"), "utf8")).toBe('print("tool", ...)');
    });

    test("run runs it with arguments and saves nothing", async () => {
        const url = await serve();
        const disk = newDisk({
            "startup.lua": 'shell.run("/program.lua") os.shutdown()',
            "program.lua": `shell.run("wget run ${url}/tool.lua a b")`,
        });
        expect(await printed("", {}, { disk, http, width: 100 })).toEqual([
            `Connecting to ${url}/tool.lua... Success.`,
            "tool a b",
        ]);
        expect(existsSync(join(disk, "tool.lua"))).toBe(false);
    });

    test("says so when http is switched off", async () => {
        const output = await printed(
            'shell.run("wget http://example.com/x")',
            {},
            { http: { enabled: false } },
        );
        expect(output[0]).toBe("wget requires the http API, but it is not enabled");
    });
});
