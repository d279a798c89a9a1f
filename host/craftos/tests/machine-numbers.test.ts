/** Numbers, texts and errors as CC's Lua has them. What is expected is what Cobalt 0.9.4, CC: Tweaked's Lua, answers. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { numberToText } from "../src/machine/number-text.ts";
import { createBench, type Bench } from "./machine-support.ts";

let bench: Bench;
beforeEach(() => {
    bench = createBench();
});
afterEach(() => bench.close());

/** A message at a line of the test's program. */
const atBios = (message: string): RegExp =>
    new RegExp(`^bios\\.lua:\\d+: ${message.replace(/[()#]/g, "\\$&")}$`);

async function said(program: string): Promise<string[]> {
    return (await bench.run(program)).said;
}

describe("numbers as text", () => {
    test("whole numbers of 64 bits have all their digits, wherever they become text", async () => {
        expect(
            await said(`
                say(1e14, 1e15 .. "x" .. 2^53, ("%s"):format(2^60), table.concat({ 2^62, 123456789012345 }, " "))
                say(2^63, -2^63, 2^64, 1e100, -1e15, 1e15 + 0.5)
                say(0/0, 0/0 .. "", -(0/0), 1/0, -1/0, 0 * -1, #tostring(1e14))
                say(1/3, 0.1, 100, 1e-5, 5e-324, 123456789.125, 99999999999999.9, 0.1 + 0.2, -2^31)
            `),
        ).toEqual([
            "100000000000000|1000000000000000x9007199254740992|1152921504606846976|4611686018427387904 123456789012345",
            "9223372036854775807|-9223372036854775808|1.844674407371e+19|1e+100|-1000000000000000|1e+15",
            "nan|nan|nan|inf|-inf|0|15",
            "0.33333333333333|0.1|100|1e-05|4.9406564584125e-324|123456789.125|1e+14|0.3|-2147483648",
        ]);
    });

    test("a fraction is written with 14 digits", () => {
        const texts = [0.5, -0.0001234, 0.00001234, 12345678901234.5, 1.5e300, -1.7976931348623157e308];
        expect(texts.map(numberToText)).toEqual([
            "0.5", "-0.0001234", "1.234e-05", "12345678901235", "1.5e+300", "-1.7976931348623e+308",
        ]); // prettier-ignore
    });

    test("format takes whole numbers of 64 bits", async () => {
        expect(
            await said(`
                say(("%d %d %i %u"):format(1.7e12, -1.7e12, 2^33, 2^33), ("%d"):format(3.99), ("%d"):format(-2^63))
                say(("%x %X %o %u"):format(-1, -2, -1, -3), ("%x %08x %#x %o"):format(2^40, 2^36, 2^33, 2^33), ("%x"):format(2^63))
                say(("%15d|%-15d|%015d|% d|%+d|%.5d|%.15d"):format(1e11, 1e11, 1e11, 1e11, 1e11, 1e11, 1e11))
                say(("%d%% of %5.1f|%x|%c"):format("0x10", 3.14159, 255, 65), ("%d"):format(2^31 - 1), ("%d"):format(2^31))
                sayAll(pcall(string.format, "%d", 1e20))
                sayAll(pcall(string.format, "%d", {}))
            `),
        ).toEqual([
            "1700000000000 -1700000000000 8589934592 8589934592|3|-9223372036854775808",
            "ffffffffffffffff FFFFFFFFFFFFFFFE 1777777777777777777777 18446744073709551613|10000000000 1000000000 0x200000000 100000000000|7fffffffffffffff",
            "   100000000000|100000000000   |000100000000000| 100000000000|+100000000000|100000000000|000100000000000",
            "16% of   3.1|ff|A|2147483647|2147483648",
            "false|bios.lua:6: bad argument #2 (not a number in proper range)",
            "false|bios.lua:7: bad argument (number expected, got table)",
        ]);
    });

    test("%q writes literals, %s anything", async () => {
        expect(
            await said(`
                say(("%q %q %q %q %q %q %q"):format(1/0, -1/0, 0/0, 0.1, -3.7, 2^53, true))
                say(("%q"):format("a\\rb\\0001\\"\\\\") == '"a\\\\rb\\\\0001\\\\"\\\\\\\\"', ("%q"):format("x\\ny") == '"x\\\\\\ny"')
                sayAll(("%s %s|%5s|%.2s"):format(nil, false, "ab", "abc"), ("%s"):format(), pcall(string.format, "%q", {}))
                say(("%s"):format(setmetatable({}, { __tostring = function() return "object" end })))
            `),
        ).toEqual([
            "1e9999 -1e9999 (0/0) 0x1.999999999999ap-4 -0x1.d99999999999ap+1 9007199254740992 true",
            "true|true",
            "nil false|   ab|ab|nil|false|bios.lua:4: bad argument #2 (value has no literal form)",
            "object",
        ]);
    });

    test("addresses are plain hexadecimal digits, and types can have a name", async () => {
        expect(
            await said(`
                for _, value in ipairs({ {}, say, coroutine.create(say) }) do
                    say((tostring(value):gsub("%x%x%x%x+$", "ADDRESS")))
                end
                say((tostring(setmetatable({}, { __name = "door" })):gsub("%x%x%x+$", "ADDRESS")))
                sayAll(pcall(tostring))
            `),
        ).toEqual([
            "table: ADDRESS", "function: ADDRESS", "thread: ADDRESS", "door: ADDRESS",
            "false|bios.lua:6: bad argument #1 (value expected)",
        ]); // prettier-ignore
    });
});

describe("numbers as whole ones", () => {
    test("positions may be beyond 32 bits", async () => {
        expect(
            await said(`
                say(("hello"):sub(2, math.huge), ("hello"):sub(-math.huge, 3), ("hello"):sub(2, 1e10), ("x"):sub(1, 2.9))
                say(("hello"):byte(4, math.huge)) say(select("#", ("hello"):byte(1, math.huge)))
            `),
        ).toEqual(["ello|hel|ello|x", "108|111", "5"]);
    });

    test("bit32 cuts fractions off and takes the lower bits of what is large", async () => {
        expect(
            await said(`
                say(bit32.band(1.5, 3), bit32.band(-1.5, 3), bit32.bor(0.5), bit32.bor(2^32 + 0.7), bit32.bxor(1e15, 0))
                say(bit32.band(1e20, 3), bit32.band(-1/0, 3), bit32.bor(0/0, 3), bit32.bnot(2^33 + 5), bit32.lshift(1.9, 1.9))
                say(bit32.bor(-1), bit32.extract(-1, 4, 8), bit32.replace(0, -1, 4, 8), bit32.arshift(-16, 2))
            `),
        ).toEqual(["1|3|0|0|2764472320", "3|0|3|4294967290|2", "4294967295|255|4080|4294967292"]);
    });
});

describe("errors", () => {
    test("assert raises anything, wrap raises what was raised", async () => {
        expect(
            await said(`
                say(select("#", assert(1, nil, 3)), pcall(assert, false, 5))
                say(select(2, pcall(assert, nil, { code = 7 })).code, select("#", pcall(assert, false, nil)))
                sayAll(pcall(function() assert(false) end))
                say(pcall(coroutine.wrap(function() error("inner", 0) end)))
                sayAll(pcall(coroutine.wrap(function() error("at", 1) end)))
                say(select(2, pcall(coroutine.wrap(function() error({ code = 8 }) end))).code)
                local once = coroutine.wrap(function() return "once" end)
                sayAll(once(), pcall(once))
            `),
        ).toEqual([
            "3|false|5",
            "7|2",
            expect.stringMatching(/^false\|bios\.lua:\d+: assertion failed!$/),
            "false|inner",
            expect.stringMatching(/^false\|bios\.lua:\d+: at$/),
            "8",
            "once|false|bios.lua:9: cannot resume dead coroutine",
        ]);
    });

    test("name the program's line, never the machine's", async () => {
        expect(
            await said(`
                sayAll(pcall(function() return (string.gsub("hello", "l", "%2")) end))
                sayAll(pcall(function() return (string.gsub("hello", "l", { l = true })) end))
                sayAll(pcall(function() return (string.gsub("hello", "(l", function() end)) end))
                sayAll(pcall(function() return (string.gsub("hello", "l", function() return {} end)) end))
                sayAll(pcall(function() return (string.format("%y", 1)) end))
                sayAll(string.gsub("hello", "l", "x", -1))
                for _, call in ipairs({
                    function() term.setCursorPos("1", 1) end, function() term.setTextColour(0) end,
                    function() term.scroll(0/0) end, function() local _ = os.startTimer(1/0) end,
                    function() local _ = fs.list() end, function() local _ = fs.combine("a", 1) end,
                    function() local _ = redstone.getInput("up") end, function() local _ = load(5) end,
                    function() local _ = coroutine.wrap(5) end, function() local _ = table.sort(5) end,
                }) do sayAll(select(2, pcall(call))) end
            `),
        ).toEqual([
            expect.stringMatching(/^false\|bios\.lua:\d+: invalid capture index$/),
            expect.stringMatching(/^false\|bios\.lua:\d+: invalid replacement value \(a boolean\)$/),
            expect.stringMatching(/^false\|bios\.lua:\d+: unfinished capture$/),
            expect.stringMatching(/^false\|bios\.lua:\d+: invalid replacement value \(a table\)$/),
            expect.stringMatching(/^false\|bios\.lua:\d+: invalid conversion '%y' to 'format'$/),
            "hello|0",
            ...[
                "bad argument #1 (number expected, got string)",
                "Colour out of range",
                "bad argument #1 (number expected, got nan)",
                "bad argument #1 (number expected, got inf)",
                "bad argument #1 (string expected, got nil)",
                "bad argument #2 (string expected, got number)",
                "bad argument #1 (unknown option up)",
                "bad argument #1 (string expected, got number)",
                "bad argument (function expected, got number)",
                "bad argument (table expected, got number)",
            ].map((message) => expect.stringMatching(atBios(message)) as unknown),
        ]);
    });
});

describe("escapes in strings", () => {
    test("a character by its code, and any other character for itself", async () => {
        // Source for `load`, written where nothing has to be escaped twice.
        const source = String.raw`
            local a = "\u{48}\u{20AC}\u{1F600}" == "H\226\130\172\240\159\152\128"
            local b = '\q\-\'\"\\u{41}' == "q-'\"" .. "\\u{41}" and [[\q]] == "\\q" and #[==[ "\q' ]==] == 6
            -- "\q ' [[
            --[[ "\q" ]] local c = "\
" == "\n" and "x\z
                y" == "xy"
            return a, b, c, debug.getinfo(1, "l").currentline`;
        const load = `load([====[${source}]====], "=x")`;
        expect(await said(`say(${load}())`)).toEqual(["true|true|true|7"]);
        expect(await said(String.raw`say(load("return '\\u{110000}'", "=x"))`)).toEqual([
            expect.stringMatching(/^nil\|x:1: /),
        ]);
        expect(await said(String.raw`say(load("return '\\q' +"))`)).toEqual([
            expect.stringContaining(String.raw`[string "return '\q' +"]:1:`),
        ]);
    });
});

describe("events", () => {
    test("a table that is passed twice arrives as two", async () => {
        expect(
            await said(`
                local shared = { 1 }
                os.queueEvent("twice", shared, shared, { shared, shared })
                local _, first, second, both = coroutine.yield("twice")
                say(first ~= second, first[1], second[1], both[1] == both[2], both[1][1])
            `),
        ).toEqual(["true|1|1|true|1"]);
    });

    test("a table too deep to pass ends nothing but the program", async () => {
        const { exit } = await bench.run(`
            local deep = {}
            for _ = 1, 100000 do deep = { deep } end
            pcall(os.queueEvent, "deep", deep)
        `);
        expect(exit).toEqual({ reason: "shutdown", status: 0 });
    });
});
