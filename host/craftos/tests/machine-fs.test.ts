/** What fs and its handles do at their edges, as CC: Tweaked's FileSystem, WritableFileMount and handles have it. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PowerCutPlan } from "../src/index.ts";
import { createBench, type Bench } from "./machine-support.ts";

let bench: Bench;
beforeEach(() => {
    bench = createBench();
});
afterEach(() => bench.close());

const put = `
    local function put(path, text) local file = fs.open(path, "wb") file.write(text or "") file.close() end
    local function get(path) local file = fs.open(path, "rb") local text = file.readAll() file.close() return text end
`;

async function said(program: string, options: Parameters<Bench["run"]>[1] = {}): Promise<string[]> {
    return (await bench.run(put + program, options)).said;
}

describe("paths", () => {
    test("lose what no name may hold, and never leave the disk", async () => {
        expect(
            await said(`
                put("a\\0b:c", "1") put("  spaced  /  x ", "2") put(("n"):rep(300), "4")
                put("/\\\\x\\\\..\\\\y", "5") put("\\228\\255", "6") put("tab\\tend", "7")
                for _, path in ipairs({ "../up", "a/../../up", "..", "../../etc/passwd" }) do
                    sayAll(pcall(put, path)) say(pcall(fs.makeDir, path)) say(pcall(fs.delete, path))
                end
            `),
        ).toEqual(
            ["/../up", "/../up", "/..", "/../../etc/passwd"].flatMap((path): unknown[] => [
                expect.stringMatching(/^false\|bios\.lua:\d+: attempt to index/),
                `false|${path}: Invalid Path`,
                `false|${path}: Invalid Path`,
            ]),
        );
        expect(readdirSync(bench.disk).sort()).toEqual(
            ["abc", "n".repeat(255), "spaced", "tabend", "y", "\u00e4\u00ff"].sort(),
        );
        expect(readdirSync(join(bench.disk, ".."))).toHaveLength(2);
    });

    test("links that lead out are no files, links within are", async () => {
        writeFileSync(join(bench.disk, "..", "outside"), "secret");
        writeFileSync(join(bench.disk, "inside"), "mine");
        symlinkSync("..", join(bench.disk, "up"));
        symlinkSync(join(bench.disk, "..", "outside"), join(bench.disk, "file"));
        symlinkSync("inside", join(bench.disk, "link"));
        expect(
            await said(`
                say(fs.exists("up"), fs.exists("file"), fs.exists("up/outside"), fs.exists("link"), get("link"))
                say(pcall(fs.list, "up")) say(fs.open("file", "r")) say(fs.open("file", "a")) say(fs.open("up/new", "w"))
                say(pcall(fs.copy, "file", "copy")) say(pcall(fs.move, "inside", "up/inside"))
                say(pcall(fs.getSize, "file")) say(pcall(fs.makeDir, "up/new"))
            `),
        ).toEqual([
            "false|false|false|true|mine",
            "false|/up: No such file",
            "nil|/file: No such file",
            "nil|/file: Access denied",
            "nil|/up: Access denied",
            "false|/file: No such file",
            "false|/up: Access denied",
            "false|/file: No such file",
            "false|/up/new: Access denied",
        ]);
        expect(readFileSync(join(bench.disk, "..", "outside"), "utf8")).toBe("secret");
    });
});

describe("errors", () => {
    test("of what is below a file", async () => {
        expect(
            await said(`
                put("file", "x")
                for _, name in ipairs({ "attributes", "getSize", "list", "makeDir" }) do say(name, pcall(fs[name], "file/x")) end
                say(fs.open("file/x", "r")) say(fs.open("file/x", "w")) say(pcall(fs.makeDir, "file/x/y"))
                say(pcall(fs.makeDir, "file")) say(pcall(fs.move, "file", "file/x")) put("other")
                say(pcall(fs.move, "other", "file/x")) say(pcall(fs.copy, "other", "file/x")) say(fs.exists("file/x"), get("file"))
            `),
        ).toEqual([
            "attributes|false|/file/x: Not a directory",
            "getSize|false|/file/x: Not a directory",
            "list|false|/file/x: No such file",
            "makeDir|false|/file/x: Access denied",
            "nil|/file/x: No such file",
            "nil|/file: File exists",
            "false|/file/x/y: Access denied",
            "false|/file: File exists",
            "false|Can't move a directory inside itself",
            "false|/other: Not a directory",
            "false|/file: File exists",
            "false|x",
        ]);
    });

    test("of moving and copying onto and into oneself, across mounts, and where nothing may change", async () => {
        const shared = join(bench.disk, "..", "shared");
        mkdirSync(shared);
        writeFileSync(join(shared, "there"), "there");
        expect(
            await said(
                `
                put("folder/file", "x")
                for _, name in ipairs({ "move", "copy" }) do
                    for _, paths in ipairs({
                        { "folder", "folder" }, { "folder", "folder/in" }, { "folder", "FOLDER/in" }, { "", "in" },
                        { "folder", "rom/x" }, { "rom", "x" }, { "nope", "x" }, { "folder/file", "shared/there" },
                        { "folder", "rw" }, { "../x", "y" }, { "folder", "../y" },
                    }) do
                        local ok, message = pcall(fs[name], unpack(paths))
                        if not ok then say(name, paths[1], paths[2], message) end
                    end
                    fs.delete("x")
                end
                fs.move("folder", "rw/moved") say(fs.exists("folder"), get("rw/moved/file"))
                fs.copy("rw/moved/file", "back") say(get("back"), pcall(fs.move, "rw", "gone")) fs.delete("gone")
                say(pcall(fs.delete, "rw")) say(pcall(fs.delete, "")) say(pcall(fs.makeDir, "rom/x")) say(fs.open("rom/readme.txt", "a"))
            `,
                {
                    mounts: [
                        { name: "shared", folder: shared },
                        { name: "rw", folder: shared, writable: true },
                    ],
                },
            ),
        ).toEqual([
            "move|folder|folder|File exists",
            "move|folder|folder/in|Can't move a directory inside itself",
            "move|folder|FOLDER/in|Can't move a directory inside itself",
            "move||in|Can't move a directory inside itself",
            "move|folder|rom/x|Access denied",
            "move|rom|x|Access denied",
            "move|nope|x|No such file",
            "move|folder/file|shared/there|Access denied",
            "move|folder|rw|File exists",
            "move|../x|y|/../x: Invalid Path",
            "move|folder|../y|/../y: Invalid Path",
            "copy|folder|folder|/folder: File exists",
            "copy|folder|folder/in|/folder: Can't copy a directory inside itself",
            "copy|folder|FOLDER/in|/folder: Can't copy a directory inside itself",
            "copy||in|/: Can't copy a directory inside itself",
            "copy|folder|rom/x|/rom/x: Access denied",
            "copy|nope|x|/nope: No such file",
            "copy|folder/file|shared/there|/shared/there: Access denied",
            "copy|folder|rw|/rw: File exists",
            "copy|../x|y|/../x: Invalid Path",
            "copy|folder|../y|/../y: Invalid Path",
            "false|x",
            "x|false|/rw: Access denied",
            "false|/rw: Access denied",
            "false|/: Access denied",
            "false|/rom/x: Access denied",
            "nil|/rom/readme.txt: Access denied",
        ]);
    });
});

describe("the quota", () => {
    test("counts at least 500 bytes for a file and a folder, and gives them back", async () => {
        expect(
            await said(`
                local function used() return fs.getCapacity("/") - fs.getFreeSpace("/") end
                fs.makeDir("a/b") say(used()) put("a/b/small", "x") say(used()) put("a/b/large", ("x"):rep(1234)) say(used())
                put("a/b/large", ("x"):rep(10)) say(used()) fs.copy("a", "c") say(used()) fs.move("c", "d/e") say(used())
                local file = fs.open("a/b/small", "a") file.write(("x"):rep(498)) say(used()) file.write("xx") say(used()) file.close()
                file = fs.open("a/b/small", "r+") file.seek("set", 2000) file.write("x") say(used(), fs.getSize("a/b/small")) file.close()
                file = fs.open("a/b/small", "r+") file.write("over") say(used()) file.close()
                fs.delete("a") say(used()) fs.delete("d") say(used()) fs.delete("nothing") say(used())
            `),
        ).toEqual([
            "1000", "1500", "2734", "2000", "4000", "4500", "4500", "4501", "6001|2001", "6001", "2500", "0", "0",
        ]); // prettier-ignore
    });

    test("is the same after a restart", async () => {
        const program = `
            if fs.exists("done") then say(fs.getFreeSpace("/")) os.shutdown() coroutine.yield() end
            put("dir/file", ("x"):rep(1234)) put("done") os.reboot() coroutine.yield()`;
        const computer = await bench.boot(put + program);
        await computer.exit;
        expect(computer.screen()[0]?.trimEnd()).toBe(String(1_000_000 - 500 - 1234 - 500));
        expect(await said('say(fs.getFreeSpace("/"))')).toEqual([String(1_000_000 - 500 - 1234 - 500)]);
    });

    test("refuses a write that does not fit as a whole, and one that does goes on", async () => {
        expect(
            await said(`
                put("filler", ("x"):rep(998000))
                local file = fs.open("file", "w")
                say(pcall(file.write, ("y"):rep(2001)))
                say(fs.getSize("file"), fs.getFreeSpace("/"))
                file.write(("y"):rep(1999)) say(fs.getFreeSpace("/"))
                say(pcall(file.writeLine, "z")) say(fs.getSize("file"), pcall(file.write, "!")) file.close()
                say(get("file"):sub(-2), fs.open("more", "w")) say(pcall(fs.makeDir, "more"))
                say(pcall(fs.copy, "file", "more")) say(pcall(fs.move, "file", "new/folder/file"))
                say(fs.exists("more"), fs.exists("new"), fs.exists("file"))
                fs.delete("filler") put("filler", ("x"):rep(985000)) fs.makeDir("copies")
                fs.move("file", "copies/file") put("copies/large", ("l"):rep(10000))
                say(pcall(fs.copy, "copies/large", "part")) say(fs.exists("part"))
            `),
        ).toEqual([
            "false|Out of space",
            "0|1500",
            "1",
            "false|Out of space",
            "2000|false|Out of space",
            "yz|nil|/more: Out of space",
            "false|/more: Out of space",
            "false|/more: Out of space",
            "false|/new/folder: Out of space",
            "false|false|true",
            "false|Out of space",
            "true",
        ]);
    });

    test("ends a copy where the disk is full, with what had room", async () => {
        expect(
            await said(`
                put("large", ("l"):rep(20000)) put("filler", ("x"):rep(970000))
                say(fs.getFreeSpace("/"), pcall(fs.copy, "large", "part")) say(fs.getSize("part"), fs.getFreeSpace("/"))
            `),
        ).toEqual(["10000|false|Out of space", "8192|1808"]);
    });
});

describe("handles", () => {
    test("take whole numbers, and say what is none", async () => {
        expect(
            await said(`
                put("file", "0123456789")
                local file = fs.open("file", "r")
                say(file.read(2.9), file.read(-0.5) == "", file.seek("set", -0.9), file.seek("cur", 3.7), file.seek())
                say(pcall(file.read, -1)) say(pcall(file.read, 0/0)) say(pcall(file.read, "1")) say(pcall(file.seek, "set", 1/0))
                say(pcall(file.seek, 1)) say(pcall(file.seek, "there")) say(pcall(file.readLine, 1))
                say(file.seek("set", -1)) say(file.seek("end", -2), file.read(100), file.read(1), file.read(0), file.readAll(), file.readLine())
                say(file.seek("set", 100), file.read(), file.readAll() == "", file.write, file.flush)
                file.close() say(pcall(file.close)) say(pcall(file.readAll)) say(pcall(file.seek))
                file = fs.open("bytes", "wb") file.write(65) file.write(-190) file.write(67.9) file.write("D") file.write(1e3) file.close()
                say(get("bytes") == "ABCD\\232")
            `),
        ).toEqual([
            "01|true|0|3|3",
            "false|Cannot read a negative number of bytes",
            "false|bad argument #1 (number expected, got nan)",
            "false|bad argument #1 (number expected, got string)",
            "false|bad argument #2 (number expected, got inf)",
            "false|bad argument #1 (string expected, got number)",
            "false|bad argument #1 to 'seek' (invalid option 'there'",
            "false|bad argument #1 (boolean expected, got number)",
            "nil|Position is negative",
            "8|89|nil|nil||nil",
            "100|nil|true|nil|nil",
            "false|attempt to use a closed file",
            "false|attempt to use a closed file",
            "false|attempt to use a closed file",
            "true",
        ]);
    });

    test("read lines with and without their ends", async () => {
        expect(
            await said(`
                put("lines", "a\\r\\nb\\n\\nc\\rd\\r\\r\\nlast\\r")
                for _, withEnd in ipairs({ false, true }) do
                    local file, parts = fs.open("lines", "r"), {}
                    for line in file.readLine, withEnd do parts[#parts + 1] = ("%q"):format(line):gsub("\\n", "n") end
                    file.close() say(table.concat(parts, " "))
                end
            `),
        ).toEqual([
            String.raw`"a" "b" "" "c\rd\r" "last\r"`,
            String.raw`"a\r\n" "b\n" "\n" "c\rd\r\r\n" "last\r"`,
        ]);
    });

    test("write where their mode says", async () => {
        expect(
            await said(`
                put("file", "0123456789")
                local file = fs.open("file", "r+") say(file.read(2)) file.write("ab") say(file.read(1), file.seek()) file.close() say(get("file"))
                file = fs.open("file", "a") file.write("!") say(file.read, file.seek) file.close() say(get("file"))
                file = fs.open("file", "w+b") file.write("new") file.seek("set", 1) say(file.read(), file.readAll()) file.close() say(get("file"))
                file = fs.open("file", "w") file.seek("set", 3) file.write("x") file.seek("set") file.writeLine(1e15) file.close()
                say(#get("file"), get("file"):sub(1, 16))
                say(fs.open("none", "r+")) say(fs.open("rom", "r+")) say(pcall(fs.open, "file", "a+")) say(pcall(fs.open, "file", ""))
                say(pcall(fs.open, "file", "rw")) say(pcall(fs.open, "file"))
                file = fs.open("made/by/open", "w") file.write(true) file.write(nil) file.flush() say(get("made/by/open")) file.close()
            `),
        ).toEqual([
            "01",
            "4|5",
            "01ab456789",
            "nil|nil",
            "01ab456789!",
            "101|w",
            "new",
            "17|1000000000000000",
            "nil|/none: No such file",
            "nil|/rom: Access denied",
            "false|Unsupported mode",
            "false|Unsupported mode",
            "false|Unsupported mode",
            "false|bad argument #2 (string expected, got nil)",
            "truenil",
        ]);
    });
});

describe("a power cut in the middle", () => {
    const cut = async (program: string, powerCut: PowerCutPlan): Promise<void> => {
        const computer = await bench.boot(put + program, { faults: { powerCut } });
        expect(await computer.exit).toEqual({ reason: "powerCut" });
    };
    const files = (): string[] => readdirSync(bench.disk, { recursive: true }).map(String).sort();

    test("of making folders leaves those that lead there", async () => {
        await cut('fs.makeDir("a/b/c")', { operation: 1, moment: "during" });
        expect(files()).toEqual(["a", "a/b"]);
    });

    test("of opening leaves the folders, and no file", async () => {
        await cut('put("a/b/file", "x")', { operation: 1, moment: "during" });
        expect(files()).toEqual(["a", "a/b"]);
    });

    test("of moving leaves the file where it was, and the folder for it", async () => {
        writeFileSync(join(bench.disk, "file"), "x");
        await cut('fs.move("file", "a/file")', { operation: 1, moment: "during" });
        expect(files()).toEqual(["a", "file"]);
    });
});

describe("redstone", () => {
    test("takes strengths from 0 to 15 and sides in any case", async () => {
        expect(
            await said(`
                redstone.setAnalogOutput("TOP", 7.9) say(redstone.getAnalogueOutput("top"), redstone.getOutput("Top"))
                redstone.setAnalogOutput("top", -0.5) say(rs.getAnalogOutput("top"), rs.getInput("top"), rs.getAnalogInput("left"))
                for _, value in ipairs({ -1, 16, 1/0, 0/0, "5" }) do say(pcall(redstone.setAnalogOutput, "top", value)) end
                say(pcall(redstone.setOutput, "up", true)) say(pcall(redstone.setOutput, "top", 1)) say(pcall(redstone.getInput))
                redstone.setBundledOutput("back", 5.5) say(redstone.getBundledOutput("back"), rs.testBundledInput("back", 0), rs.testBundledInput("back", 1))
                say(unpack(redstone.getSides()))
            `),
        ).toEqual([
            "7|true",
            "0|false|0",
            "false|Expected number in range 0-15",
            "false|Expected number in range 0-15",
            "false|bad argument #2 (number expected, got inf)",
            "false|bad argument #2 (number expected, got nan)",
            "false|bad argument #2 (number expected, got string)",
            "false|bad argument #1 (unknown option up)",
            "false|bad argument #2 (boolean expected, got number)",
            "false|bad argument #1 (string expected, got nil)",
            "5|true|false",
            "bottom|top|back|front|right|left",
        ]);
    });
});

test("handles that are dropped while dropped ones are being closed are closed, too", async () => {
    const { said } = await bench.run(`
        fs.open("file", "w").close()
        for _ = 1, 200 do
            for _ = 1, 60 do
                local handle = fs.open("file", "r")
                if not handle then break end
            end
            os.queueEvent("on") coroutine.yield("on")
        end
        say("done")
    `);
    expect(said).toEqual(["done"]);
});
