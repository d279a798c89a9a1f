import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { boot } from "../src/index.ts";
import { createBench, type Bench } from "./machine-support.ts";

let bench: Bench;
beforeEach(() => {
    bench = createBench();
});
afterEach(() => bench.close());

describe("Lua", () => {
    test("is 5.2 with what CC keeps of 5.1 and without what reaches the host", async () => {
        const { said } = await bench.run(`
            say(_VERSION, 6 / 2, ("x"):rep(3), select("#", unpack({ 1, 2 })), loadstring("return 7")())
            say(io, package, require, dofile, loadfile, collectgarbage, os.getenv, os.execute)
            local f = setfenv(function() return answer end, { answer = 42 })
            say(f(), getfenv(f).answer, getfenv(1) == _G)
            say(utf8.char(228, 8364, 128512) == "\\195\\164\\226\\130\\172\\240\\159\\152\\128", utf8.len("\\195\\164x"))
        `);
        expect(said).toEqual([
            "Lua 5.2|3|xxx|2|7",
            "nil|nil|nil|nil|nil|nil|nil|nil",
            "42|42|true",
            "true|2",
        ]);
    });

    test("yields across pcall, metamethods and gsub callbacks", async () => {
        const { said } = await bench.run(`
            local co = coroutine.wrap(function()
                say(pcall(function() return coroutine.yield(1) end))
                say(setmetatable({}, { __index = function(_, key) return coroutine.yield(key) end }).two)
                say(string.gsub("a-b", "%w", function(letter) return coroutine.yield(letter) end))
                return "end"
            end)
            say(co(), co("p"), co("m"), co("A"), co("B"))
        `);
        expect(said).toEqual(["true|p", "m", "A-B|2", "1|two|a|b|end"]);
    });

    test("passes every byte unharmed through events and files", async () => {
        const { said } = await bench.run(`
            local all = {}
            for code = 0, 255 do all[#all + 1] = string.char(code) end
            all = table.concat(all)
            os.queueEvent("bytes", all, { all, n = 0.1 })
            local _, text, inTable = coroutine.yield("bytes")
            say(text == all, inTable[1] == all, inTable.n == 0.1)
            local file = fs.open("bytes", "wb") file.write(all) file.close()
            file = fs.open("bytes", "rb") say(file.readAll() == all, file.read()) file.close()
        `);
        expect(said).toEqual(["true|true|true", "true|nil"]);
        expect([...readFileSync(join(bench.disk, "bytes"))]).toEqual(
            Array.from({ length: 256 }, (_, i) => i),
        );
    });

    test("an event carries copies of tables, shared and recursive ones too, without functions", async () => {
        const { said } = await bench.run(`
            local shared = { 1 }
            shared.self = shared
            os.queueEvent("copy", shared, nil, print, 1 / 0, -1 / 0, 1e15 + 1)
            local event = table.pack(coroutine.yield("copy"))
            say(event.n, event[2] ~= shared, event[2].self == event[2], event[3], event[4])
            say(event[5], event[6], event[7] == 1e15 + 1)
        `);
        expect(said).toEqual(["7|true|true|nil|nil", "inf|-inf|true"]);
    });

    test("a program that does not yield gets an error, in a coroutine of its own too", async () => {
        const { said } = await bench.run(
            `
            say(pcall(function() while true do end end))
            coroutine.yield(os.queueEvent("next"))
            say(coroutine.resume(coroutine.create(function() while true do end end)))
            `,
            { secondsWithoutYield: 0.1 },
        );
        expect(said).toEqual([
            expect.stringMatching(/^false\|.*Too long without yielding$/),
            expect.stringMatching(/^false\|.*Too long without yielding$/),
        ]);
    });

    test("a program that goes on in spite of that error is stopped for good", async () => {
        const computer = await bench.boot("while true do pcall(function() while true do end end) end", {
            secondsWithoutYield: 0.1,
        });
        expect(await computer.exit).toEqual({ reason: "failed", message: "Too long without yielding" });
    });

    test("a bios that does not compile ends the computer with the reason", async () => {
        const computer = await bench.boot("x = = 1");
        expect(await computer.exit).toEqual({
            reason: "failed",
            message: "bios.lua:1: unexpected symbol near '='",
        });
        expect(computer.transcript()).toContain("unexpected symbol near '='");
    });

    test("an error of the bios ends the computer with its message", async () => {
        const computer = await bench.boot('error("broken", 0)');
        expect(await computer.exit).toEqual({ reason: "failed", message: "broken" });
    });
});

describe("events and time", () => {
    test("the program waits for the event that it asks for, or for terminate", async () => {
        const computer = await bench.boot(`
            say(coroutine.yield("wanted"))
            say(coroutine.yield("wanted"))
            os.shutdown(3) coroutine.yield()
        `);
        computer.queue("other");
        computer.queue("wanted", 1, "two", true, [3]);
        computer.queue("terminate");
        expect(await computer.exit).toEqual({ reason: "shutdown", status: 3 });
        expect(computer.screen()[0]).toMatch(/^wanted\|1\|two\|true\|table: /);
        expect(computer.screen()[1]?.trimEnd()).toBe("terminate");
    });

    test("the queue holds 256 events and drops the rest", async () => {
        const { said } = await bench.run(`
            for index = 1, 300 do os.queueEvent("count", index) end
            os.queueEvent("lost")
            local last
            for index = 1, 256 do _, last = coroutine.yield("count") end
            say(last)
        `);
        expect(said).toEqual(["256"]);
    });

    test("timers come in the order of their ticks and a cancelled one does not come", async () => {
        const { said } = await bench.run(`
            local late, cancelled, soon = os.startTimer(0.15), os.startTimer(0.05), os.startTimer(0.05)
            os.cancelTimer(cancelled)
            local _, first = coroutine.yield("timer")
            local _, second = coroutine.yield("timer")
            say(first == soon, second == late, os.clock() * 20 % 1 == 0)
        `);
        expect(said).toEqual(["true|true|true"]);
    });

    test("an alarm comes when the world reaches its hour", async () => {
        const { said } = await bench.run(`
            local alarm = os.setAlarm((os.time() + 0.003) % 24)
            say(select(2, coroutine.yield("alarm")) == alarm, os.day(), os.time() >= 6.003, os.time() < 7)
            say(pcall(os.setAlarm, 24))
        `);
        expect(said).toEqual(["true|1|true|true", "false|Number out of range"]);
    });

    test("dates follow strftime", async () => {
        const { said } = await bench.run(`
            say(os.date("!%c", 0), os.date("!%Y-%m-%d %H:%M:%S %j %a %p %%", 1700000000))
            local fields = os.date("!*t", 1700000000)
            say(fields.year, fields.month, fields.day, fields.hour, fields.wday, fields.yday, fields.isdst)
            say(os.time(os.date("*t", 1700000000)))
            say(pcall(os.date, "%Q"))
        `);
        expect(said).toEqual([
            "Thu Jan  1 00:00:00 1970|2023-11-14 22:13:20 318 Tue PM %",
            "2023|11|14|22|3|318|false",
            "1700000000",
            "false|bad argument #1: invalid conversion specifier '%Q'",
        ]);
    });

    test("a computer that reboots for ever keeps nobody else waiting", async () => {
        const computer = await bench.boot("os.reboot() while true do coroutine.yield() end", {
            secondsWithoutYield: 0.2,
        });
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        await computer.powerCut();
        expect(await computer.exit).toEqual({ reason: "powerCut" });
    });

    test("a reboot starts the bios again with the same disk and keeps the label", async () => {
        const { said } = await bench.run(
            `
            if not fs.exists("been") then
                os.setComputerLabel("bench")
                fs.open("been", "w").close()
                say("gone from the screen") os.reboot() while true do coroutine.yield() end
            end
            say(os.getComputerLabel(), os.getComputerID())
        `,
            { id: 7 },
        );
        expect(said).toEqual(["bench|7"]);
    });
});

describe("files", () => {
    test("handles read and write as their modes say", async () => {
        const { said } = await bench.run(`
            local file = fs.open("deep/er/a.txt", "w")
            file.writeLine("one") file.write("two\\r\\nthree") file.close()
            say(pcall(file.write, "x"))
            file = fs.open("deep/er/a.txt", "r")
            say(file.readLine(), file.readLine(true) == "two\\r\\n", file.read(2), file.readAll(), file.readLine(), file.read())
            say(file.seek("set", 1), file.read(), file.seek("end"), file.seek("cur", -100))
            file.close()
            file = fs.open("deep/er/a.txt", "a") file.write(4) file.close() say(file.seek)
            file = fs.open("deep/er/a.txt", "r+") file.seek("set", 0) file.write("O") file.seek("set", 0) say(file.readLine()) file.close()
            file = fs.open("deep/er/a.txt", "rb") say(file.read(), file.read(1), file.readAll():sub(-1)) file.close()
            file = fs.open("deep/er/a.txt", "w+") file.write("new") file.seek("set", 0) say(file.readAll()) file.close()
        `);
        expect(said).toEqual([
            "false|attempt to use a closed file",
            "one|true|th|ree|nil|nil",
            "1|n|14|nil|Position is negative",
            "nil",
            "One",
            "79|n|4",
            "new",
        ]);
    });

    test("failures have CC's words", async () => {
        mkdirSync(join(bench.disk, "folder"));
        const { said } = await bench.run(`
            say(fs.open("nope", "r"))
            say(fs.open("folder", "r"))
            say(fs.open("folder", "w"))
            say(fs.open("rom/readme.txt", "w"))
            say(fs.open("../up", "r"))
            say(pcall(fs.open, "x", "z"))
            say(pcall(fs.list, "nope"))
            say(pcall(fs.list, "rom/readme.txt"))
            say(pcall(fs.move, "nope", "x"))
            say(pcall(fs.copy, "folder", "folder/in"))
            say(pcall(fs.delete, "rom"))
            say(pcall(fs.makeDir, "rom/x"))
            say(pcall(fs.exists))
        `);
        expect(said).toEqual([
            "nil|/nope: No such file",
            "nil|/folder: Not a file",
            "nil|/folder: Cannot write to directory",
            "nil|/rom/readme.txt: Access denied",
            "nil|/../up: Invalid Path",
            "false|Unsupported mode",
            "false|/nope: No such file",
            "false|/rom/readme.txt: Not a directory",
            "false|No such file",
            "false|/folder: Can't copy a directory inside itself",
            "false|/rom: Access denied",
            "false|/rom/x: Access denied",
            "false|bad argument #1 (string expected, got nil)",
        ]);
    });

    test("the disk holds 1,000,000 bytes and not one more", async () => {
        const { said } = await bench.run(`
            say(fs.getCapacity("/"), fs.getFreeSpace("/"), fs.getCapacity("rom"), fs.getFreeSpace("rom"))
            local file = fs.open("full", "w")
            file.write(("x"):rep(1000000))
            say(fs.getFreeSpace("/"), pcall(file.write, "x"))
            file.close()
            say(fs.open("more", "w"))
            say(pcall(fs.makeDir, "folder"))
            fs.delete("full")
            fs.open("tiny", "w").close()
            say(fs.getFreeSpace("/"))
        `);
        expect(said).toEqual([
            "1000000|1000000|nil|0",
            "0|false|Out of space",
            "nil|/more: Out of space",
            "false|/folder: Out of space",
            "999500",
        ]);
    });

    test("nothing outside of the disk can be reached", async () => {
        writeFileSync(join(bench.disk, "..", "secret"), "secret");
        symlinkSync(join(bench.disk, "..", "secret"), join(bench.disk, "link"));
        symlinkSync("..", join(bench.disk, "parent"));
        symlinkSync(join(bench.disk, "..", "made"), join(bench.disk, "dangling"));
        await bench
            .run(
                `
            for _, path in ipairs({ "../secret", "link", "parent/secret", "/../../secret", "..\\\\secret", "a/../../secret" }) do
                local file = fs.open(path, "r")
                if file then say("read", path, file.readAll()) end
            end
            fs.open("dangling", "w")
            fs.open("parent/made", "w")
            pcall(fs.delete, "parent")
        `,
            )
            .then(({ said }) => expect(said).toEqual([]));
        expect(existsSync(join(bench.disk, "..", "made"))).toBe(false);
        expect(readFileSync(join(bench.disk, "..", "secret"), "utf8")).toBe("secret");
    });

    test("a power cut loses what was neither flushed nor closed", async () => {
        const computer = await bench.boot(`
            local file = fs.open("log", "w")
            file.write("kept ") file.flush() file.write("lost")
            say("ready") coroutine.yield() fs.open("after", "w").close()
        `);
        await computer.waitForText("ready");
        await computer.powerCut();
        computer.queue("wake");
        expect(await computer.exit).toEqual({ reason: "powerCut" });
        expect(readFileSync(join(bench.disk, "log"), "utf8")).toBe("kept ");
        expect(existsSync(join(bench.disk, "after"))).toBe(false);
    });
});

describe("the terminal", () => {
    test("shows what is written where, and remembers what scrolled off", async () => {
        const computer = await bench.boot(
            `
            term.write("first") term.setCursorPos(1, 2) term.blit("\\1x", "0e", "ff")
            term.setCursorPos(4, 3) term.write("cut off") term.setCursorPos(-1, 1) term.write("abc")
            term.scroll(1)
            coroutine.yield()
            `,
            { width: 5, height: 3 },
        );
        expect(computer.screen()).toEqual(["☺x   ", "   cu", "     "]);
        expect(computer.transcript()).toBe("cirst\n☺x\n   cu");
        expect(computer.cursor()).toEqual({ x: 2, y: 1, blink: false });
    });

    test("tab, newline and carriage return are blank, their neighbours are symbols", async () => {
        const computer = await bench.boot('term.write("\\7\\8\\9\\10\\11\\12\\13\\14") coroutine.yield()', {
            width: 8,
        });
        expect(computer.screen()[0]).toBe("•◘  ♂♀ ♪");
    });

    test("a window that is drawn anew a row higher has scrolled", async () => {
        const computer = await bench.boot(
            `
            local function draw(rows)
                for y, row in ipairs(rows) do
                    term.setCursorPos(1, y)
                    term.blit(row, "0000", "ffff")
                end
            end
            draw({ "1   ", "2   ", "3   " }) draw({ "2   ", "3   ", "4   " }) draw({ "3   ", "4   ", "    " })
            coroutine.yield()
            `,
            { width: 4, height: 3 },
        );
        expect(computer.transcript()).toBe("1\n2\n3\n4");
    });

    test("colours and the palette can be read back", async () => {
        const { said } = await bench.run(
            `
            term.setTextColour(16384) term.setBackgroundColor(3)
            say(term.getTextColor(), term.getBackgroundColour(), term.isColour())
            term.setPaletteColour(1, 0xff0000) say(term.getPaletteColour(1))
            say(pcall(term.setTextColour, 0))
        `,
            { colour: false },
        );
        expect(said).toEqual(["16384|2|false", "1|0|0", "false|Colour out of range"]);
    });
});

describe("the keyboard", () => {
    test("typing makes key, char and key_up, and ctrl+t ends a program", async () => {
        const computer = await bench.boot(`
            for _ = 1, 13 do
                local event, what, held = coroutine.yield()
                say(event, what, held)
            end
            os.shutdown() coroutine.yield()
        `);
        await computer.type("aé?\n");
        await computer.press("ctrl+t");
        await computer.exit;
        const rows = computer
            .screen()
            .map((row) => row.trimEnd())
            .slice(0, 13);
        expect(rows).toEqual([
            "key|65|false", "char|a|nil", "key_up|65|nil", "char|é|nil",
            "key|47|false", "char|?|nil", "key_up|47|nil", "key|257|false", "key_up|257|nil",
            "key|341|false", "key|84|false", "terminate|nil|nil", "key_up|84|nil",
        ]); // prettier-ignore
    });

    test("a character that the font does not have cannot be typed, nor an unknown key pressed", async () => {
        const computer = await bench.boot("while true do coroutine.yield() end");
        await expect(computer.type("水")).rejects.toThrow("CC's font has no such character");
        await expect(computer.press("hyper")).rejects.toThrow('There is no key "hyper"');
    });
});

describe("boot", () => {
    test("says in one line what is wrong with its options", async () => {
        await expect(boot({ disk: join(bench.disk, "none") })).rejects.toThrow(
            /^The disk is no folder: .*none$/,
        );
        await expect(boot({ disk: bench.disk, rom: bench.disk })).rejects.toThrow(
            /^The ROM has no bios.lua: /,
        );
        await expect(bench.boot("", { width: 0 })).rejects.toThrow(
            "width must be a whole number from 1 on, but is 0",
        );
        await expect(bench.boot("", { http: { allow: ["1.2.3/8"] } })).rejects.toThrow(/is no address range/);
    });

    test("waitForText gives up with the screen when the computer ends first", async () => {
        const computer = await bench.boot('say("last words") os.shutdown() coroutine.yield()');
        await expect(computer.waitForText("never")).rejects.toThrow(
            /the computer ended before[^]*last words/,
        );
    });
});
