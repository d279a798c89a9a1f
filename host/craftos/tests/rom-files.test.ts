import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newDisk, printed } from "./rom-support.ts";

describe("fs", () => {
    test("find takes wildcards within the parts of a path", async () => {
        const program = `
            for _, pattern in ipairs({ "*.lua", "*/b?.txt", "none*", "a/b1.txt", "gone", "a.b-*" }) do
                print(table.concat(fs.find(pattern), " "))
            end
            print(select(2, pcall(fs.find, "../x")))
        `;
        const files = { "a/b1.txt": "", "a/b22.txt": "", "c/b3.txt": "", "a.b-c": "", "axb-c": "" };
        expect(await printed(program, files)).toEqual([
            "program.lua startup.lua",
            "a/b1.txt c/b3.txt",
            "",
            "a/b1.txt",
            "",
            "a.b-c",
            "/../x: Invalid Path",
        ]);
    });

    test("complete offers files and folders as asked", async () => {
        const program = `
            local function show(...) print("[" .. table.concat(fs.complete(...), "|") .. "]") end
            show("fi", "sub") show("fo", "sub") show("fo", "sub", true, false) show("fi", "sub", false)
            show("folder/", "sub") show("/sub/fi", "") show("", "sub") show("", "", false, false) show("x/y", "")
            show("", "sub", { include_hidden = false, include_dirs = false }) show(".", "sub", { include_hidden = false })
        `;
        const files = { "sub/file": "", "sub/folder/in": "", "sub/.secret": "" };
        expect(await printed(program, files)).toEqual([
            "[le]",
            "[lder/|lder]",
            "[lder/]",
            "[]",
            "[in]",
            "[le]",
            "[.|..|.secret|file|folder/|folder]",
            "[rom/|sub/]",
            "[]",
            "[../|file|folder/]",
            "[.|secret]",
        ]);
    });

    test("isDriveRoot knows where mounts begin", async () => {
        expect(
            await printed('print(fs.isDriveRoot("/"), fs.isDriveRoot("rom"), fs.isDriveRoot("rom/apis"))'),
        ).toEqual(["true true false"]);
    });
});

describe("io", () => {
    test("reads by line, by number and all", async () => {
        const program = `
            local file = io.open("text")
            print(file:read(), file:read("*L"))
            print(file:read(2, "l", "a"))
            print(file:read("l"), file:read("a"), file:read(1))
            print(io.type(file), file:close(), io.type(file), io.type(5), tostring(file))
            print(select(2, pcall(file.read, file)))
        `;
        const output = await printed(program, { text: "one\ntwo\nthree\nfour\nfive" });
        expect(output).toEqual([
            "one two", "", "th ree four", "five", "nil  nil",
            "file true closed file nil file (closed)", "attempt to use a closed file",
        ]); // prettier-ignore
    });

    test("standard input is read by line alone: with its end it raises, and other formats give nothing", async () => {
        const program = `
            os.queueEvent("char", "a") os.queueEvent("key", keys.enter)
            print(io.read())
            print(pcall(io.read, "L"))
            print(io.read("n"), io.read("a"), io.read(1))
        `;
        const output = await printed(program);
        expect(output.slice(0, 2)).toEqual(["a", "a"]);
        expect(output[2]).toMatch(/^false .*bad argument #1/);
        expect(output.at(-1)).toBe("nil nil nil");
    });

    test("lines goes over a file and closes it at the end", async () => {
        const program = `
            for line in io.lines("text") do write(line .. ";") end print()
            for a, b in io.lines("text", 1, "l") do write(a .. "-" .. b .. ";") end print()
            print(select(2, pcall(io.lines, "missing")))
        `;
        expect(await printed(program, { text: "one\ntwo\n" })).toEqual([
            "one;two;",
            "o-ne;t-wo;",
            "/missing: No such file",
        ]);
    });

    test("writes, appends, and chains", async () => {
        const disk = newDisk({
            "startup.lua": 'shell.run("/program.lua") os.shutdown()',
            "program.lua": `
                io.open("out", "w"):write("one ", 2, "\\n"):close()
                local file = io.open("out", "a") file:write("more") file:close()
                io.output("out2") io.write("through output") io.close() io.output(io.stdout)
                io.write("shown\\n")
                print(io.open("rom/x", "w"))
                print(select(2, pcall(io.write, {})))
            `,
        });
        const output = await printed("", {}, { disk });
        expect(output.slice(0, 2)).toEqual(["shown", "nil /rom/x: Access denied"]);
        expect(output.slice(2).join(" ")).toMatch(/#1.*\(string or number expected, got table\)/);
        expect(readFileSync(join(disk, "out"), "utf8")).toBe("one 2\nmore");
        expect(readFileSync(join(disk, "out2"), "utf8")).toBe("through output");
    });

    test("refuses what is not a file and formats that do not exist", async () => {
        const program = `
            print(select(2, pcall(io.stdout.write, "x")))
            print(select(2, pcall(io.stdout.close, io.stdout)))
            local file = io.open("text")
            print(select(2, pcall(file.read, file, "x")))
            print(file:write("x"))
        `;
        expect(await printed(program, { text: "" })).toEqual([
            "bad argument #1 (FILE expected, got string)",
            "nil attempt to close standard stream",
            "bad argument #1 (invalid format)",
            "nil file is not writable",
        ]);
    });
});
