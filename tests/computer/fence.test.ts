/** The fence around Lua of a model's: it holds against every attempt, and lets through what it says. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toLua, bytes } from "../../tools/lua/index.ts";
import { attempts, type Attempt } from "./fence-attempts.ts";
import { runWithLibai, temporaryFolder } from "./libai-support.ts";

/**
 * A computer where everything there is to reach records that it was called, and where one can see whether anything has
 * changed. `attempt(code, allow)` runs a program behind the fence and prints how it ended and what was not as before.
 */
const stage = `
    local fence = require("/apis/ai/hands/fence")
    local calls = {}
    local shutdown = os.shutdown
    local function recording(name, functions, more)
        local api = more or {}
        for word in functions:gmatch("%S+") do
            api[word] = function() calls[#calls + 1] = name .. "." .. word end
        end
        return api
    end
    _G.turtle = recording("turtle", "dig digDown place drop suck attack forward refuel craft equipLeft transferTo aNewOne select detect", { native = recording("native", "dig") })
    _G.pocket = recording("pocket", "equipBack", { inner = {} })
    _G.commands = setmetatable(recording("commands", "exec"), { __index = function(_, name) return function() calls[#calls + 1] = name end end })
    recording("http", "get post request", http)
    recording("rednet", "open send broadcast host lookup", rednet)
    _G.gps = recording("gps", "locate")
    recording("disk", "eject setLabel", disk)
    recording("shell", "run execute openTab setDir setPath setAlias exit setCompletionFunction", shell)
    recording("os", "shutdown reboot run loadAPI setComputerLabel", os)
    recording("redstone", "setOutput setAnalogOutput setBundledOutput", redstone)
    _G.multishell = recording("multishell", "launch getCount")
    _G.peripheral = recording("peripheral", "call find", {
        getNames = function() return { "left" } end, isPresent = function(name) return name == "left" end,
        getType = function() return "modem" end,
        wrap = function() calls[#calls + 1] = "peripheral.wrap" return {} end,
    })
    _G.playersOwn = { secret = true }
    local function put(path, text) local file = fs.open(path, "w") file.write(text) file.close() end
    put("/mine.txt", "mine") put("/touch.lua", "_G.leaked = 1") put("/ai/kept.txt", "kept")
    settings.set("shop.api_key", "sesame-5") settings.set("shop.url", "http://me:sesame-5@shop") settings.save("/.settings")

    local tables = { _G = _G, metatable = getmetatable(""), vector = getmetatable(vector.new(0, 0, 0)), json = textutils.empty_json_array }
    for name, value in pairs(_G) do if type(value) == "table" then tables[name] = value end end
    tables.vectors = tables.vector.__index
    tables.strings, tables.expect = require("cc.strings"), require("cc.expect")
    local function picture()
        local seen = {}
        for name, entries in pairs(tables) do
            for key, value in next, entries do seen[name .. "." .. tostring(key)] = value end
            seen["metatable of " .. name] = getmetatable(entries) or false
        end
        for name, value in pairs(shell.aliases()) do seen["alias " .. name] = value end
        for _, name in ipairs(fs.list("/")) do if name ~= "said.txt" and name ~= "ai" then
            if not fs.isDir(name) then
                local file = fs.open(name, "r") seen["file " .. name] = file.readAll() file.close()
            else seen["file " .. name] = "folder" end end
        end
        for _, name in ipairs(settings.getNames()) do seen["setting " .. name] = settings.get(name) end
        for _, side in ipairs(redstone.getSides()) do seen["output " .. side] = redstone.getOutput(side) end
        seen.label = os.getComputerLabel() or false
        seen.terminal = term.current()
        seen.text, seen.background, seen.blink = term.getTextColour(), term.getBackgroundColour(), term.getCursorBlink()
        seen.palette = table.concat({ term.getPaletteColour(colours.white) }, " ")
        return seen
    end
    local function changes(before, now)
        local found = {}
        for key, value in pairs(now) do if before[key] ~= value then found[#found + 1] = key end end
        for key in pairs(before) do if now[key] == nil then found[#found + 1] = key end end
        return table.concat(found, ", ")
    end

    local function attempt(code, allow, seconds)
        calls = {}
        sleep(0) fs.delete("/ai") sleep(0) put("/ai/kept.txt", "kept")
        local shared = setmetatable({ x = "as it was", f = print }, {})
        local before = picture()
        os.queueEvent("begin") os.pullEvent("begin") os.queueEvent("shared", shared)
        local result = fence.run(code, { seconds = seconds or 0.4, allow = allow, shell = shell, multishell = multishell, screen = term.current() })
        sleep(0)
        local changed = changes(before, picture())
        if shared.x ~= "as it was" then changed = changed .. " shared" end
        -- What is in the queue, and what comes of timers that were left.
        sleep(0)
        local timer, left = os.startTimer(0.1), {}
        repeat
            local event, what = os.pullEventRaw()
            if event ~= "ai_hands" and event ~= "shared" and what ~= timer then left[#left + 1] = event end
        until event == "timer" and what == timer
        local handles = {}
        for index = 1, 128 do handles[index] = fs.open("/mine.txt", "r") end
        if #handles < 128 then changed = changed .. " files are open" end
        for _, handle in ipairs(handles) do handle.close() end
        if fs.getFreeSpace("/") < 15000 then changed = changed .. " the disk is full" end
        local all = textutils.serialize(result)
        local what = result.closed and result.closed.what or ""
        if #what > 110 or what:find("%c") then changed = changed .. " its question floods the screen" end
        if all:find("sesame") or all:find("OUT") then changed = changed .. " it is out" end
        if #result.output > 16004 or #all > 60000 then changed = changed .. " it says too much" end
        local sink = fs.open("/said.txt", "a")
        sink.write(textutils.serializeJSON({
            how = result.closed and result.closed.group or result.how, values = table.concat(result.values, " | "):sub(1, 200),
            changed = changed, calls = table.concat(calls, ", "), left = table.concat(left, ", "),
        }) .. "\\n")
        sink.close()
    end
`;

interface Ended {
    how: string;
    values: string;
    changed: string;
    calls: string;
    left: string;
}

/** Tries some, one after another on one computer. */
async function tried(list: readonly Attempt[], seconds = 0.4): Promise<Ended[]> {
    const lines = list.map(({ lua, allow = [] }) => {
        const groups = allow.map((group) => `"${group}"`).join(", ");
        return `attempt(${toLua(bytes(lua))}, { ${groups} }, ${seconds}) sleep(0)`;
    });
    const disk = await temporaryFolder();
    const { output, end } = await runWithLibai(`${stage} ${lines.join("\n")} shutdown()`, {
        disk,
        settings: { "opencc.password": "sesame-5" },
        timeoutSeconds: 100,
    });
    expect(end, output.slice(-2000)).toMatchObject({ how: "shutdown" });
    const said = await readFile(join(disk, "said.txt"), "utf8");
    return said
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Ended);
}

const SIZE = 25;
const batches = Array.from({ length: Math.ceil(attempts.length / SIZE) }, (_, index) =>
    attempts.slice(index * SIZE, (index + 1) * SIZE),
);

describe("an attempt", () => {
    it.each(batches.map((list, index) => ({ list, from: index * SIZE + 1 })))(
        "from number $from on comes to nothing",
        { timeout: 120_000 },
        async ({ list }) => {
            const ended = await tried(list);
            const wrong = list.flatMap(({ name, end, values }, index) => {
                const seen = ended[index] ?? { name, how: "not tried" };
                const wanted = { how: end, values: values?.join(" | "), changed: "", calls: "", left: "" };
                const isAsWanted = Object.entries(wanted).every(
                    ([key, value]) => value === undefined || seen[key as keyof typeof seen] === value,
                );
                return isAsWanted ? [] : [{ name, seen, wanted }];
            });
            expect(wrong).toEqual([]);
        },
    );
});

it("there are more than sixty of them, each of its own", () => {
    expect(new Set(attempts.map(({ lua }) => lua)).size).toBe(attempts.length);
    expect(attempts.length).toBeGreaterThan(60);
});

/** Programs that never wait, each with something that catches the error with which CC ends them. */
const endless = {
    plainly: "while true do end",
    "in pcall": "while true do pcall(function() while true do end end) end",
    "in a handler": "local function f() while true do end end while true do xpcall(f, f) end",
    "in coroutines": "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
    "in a comparison":
        "local function f() while true do end end while true do pcall(table.sort, { 3, 2, 1 }, f) end",
    "in gsub":
        "local function f() while true do end end while true do pcall(string.gsub, 'a', 'a', function() pcall(f) end) end",
    "in __tostring":
        "while true do pcall(print, setmetatable({}, { __tostring = function() while true do end end })) end",
};

it.each(Object.entries(endless))("ends a program that never waits, %s", async (_how, code) => {
    const { output, end } = await runWithLibai(
        `local result = require("/apis/ai/hands/fence").run(${toLua(bytes(code))}, { seconds = 20 })
         print(result.how, result.problem) print("and goes on")`,
        { secondsWithoutYield: 3 } as object,
    );
    expect(output).toMatch(/failed +\S+:\d+: Too long without yielding\nand goes on/);
    expect(end).toMatchObject({ status: 0 });
});

it("Ctrl+T ends it, and all that it has left", async () => {
    const { lines } = await runWithLibai(
        `local fence = require("/apis/ai/hands/fence")
         local before = term.current()
         parallel.waitForAny(function()
             print(pcall(fence.run, "term.redirect(window.create(term.current(), 1, 1, 2, 2)) while true do pcall(os.pullEventRaw) end", { seconds = 20 }))
             print(term.current() == before)
         end, function() sleep(0.3) os.queueEvent("terminate") while true do os.pullEventRaw() end end)`,
    );
    expect(lines.map((line) => line.replace(/\s+/g, " "))).toEqual(["false Terminated", "true"]);
});

it("what a program asks for is opened for as long as it runs, and it goes on where it was", async () => {
    const { lines } = await runWithLibai(
        `local fence = require("/apis/ai/hands/fence")
         local asked = {}
         local function ask(group, what) asked[#asked + 1] = group .. " " .. what sleep(0.3) return group == "redstone" end
         local function run(code)
             local result = fence.run(code, { seconds = 0.25, ask = ask, shell = shell })
             print(result.how, table.concat(result.values, " "), table.concat(result.opened, " "), table.concat(asked, ", "))
             asked = {}
         end
         run('local n = 0 local co = coroutine.wrap(function() n = n + 1 redstone.setOutput("left", true) return n end) ' ..
             'return co(), redstone.setOutput("top", true), redstone.getOutput("left")')
         print(redstone.getOutput("left"), redstone.getOutput("top"))
         run('pcall(os.shutdown) return 1')
         run('return redstone.setOutput("left", false)')`,
    );
    expect(lines.map((line) => line.replace(/\s+/g, " "))).toEqual([
        "returned 1 nil true redstone redstone redstone.setOutput",
        "true true",
        "not allowed os os.shutdown",
        "returned redstone redstone redstone.setOutput",
    ]);
});

/** What a program waits for once it was asked about, whatever whoever was asked has done with events meanwhile. */
const afterAsking: Record<string, [before: string, after: string, ended: string]> = {
    "an event that never comes": ["", 'os.pullEvent("never")', "timed out"],
    "a timer that rang meanwhile": [
        "local id = os.startTimer(0.1)",
        'local _, rang = os.pullEvent("timer") return rang == id',
        "returned true",
    ],
    "what it queued before": [
        'os.queueEvent("own", 7)',
        'return select(2, os.pullEvent("own"))',
        "returned 7",
    ],
    "several events, in their order": [
        'os.queueEvent("a", 1) os.queueEvent("b", 2)',
        'return select(2, os.pullEvent("a")), select(2, os.pullEvent("b"))',
        "returned 1 2",
    ],
    "something beside it": [
        "local n = 0",
        "parallel.waitForAll(function() sleep(0.1) n = n + 1 end, function() sleep(0.2) n = n + 1 end) return n",
        "returned 2",
    ],
};

it.each(Object.entries(afterAsking))("a program that was asked about gets %s", async (_what, parts) => {
    const [before, after, ended] = parts;
    const code = `${before} redstone.setOutput("left", true) ${after}`;
    const { lines } = await runWithLibai(
        `local function ask() sleep(0.6) return true end
         local result = require("/apis/ai/hands/fence").run(${toLua(bytes(code))}, { seconds = 0.5, ask = ask, shell = shell })
         print(result.how, table.concat(result.values, " "))`,
        { timeoutSeconds: 20 },
    );
    expect(lines.join(" ").replace(/\s+/g, " ").trim()).toBe(ended);
});

it("a program with something beside it goes on after it was asked about", async () => {
    const code = `local log = {}
        parallel.waitForAll(function() redstone.setOutput("left", true) log[#log + 1] = "set" end,
            function() sleep(0.1) log[#log + 1] = "slept" end)
        return table.concat(log, " ")`;
    const { lines } = await runWithLibai(
        `local function ask() sleep(0.6) return true end
         local result = require("/apis/ai/hands/fence").run(${toLua(bytes(code))}, { seconds = 0.5, ask = ask, shell = shell })
         print(result.how, table.concat(result.values, " "))`,
        { timeoutSeconds: 20 },
    );
    expect(lines.join(" ").replace(/\s+/g, " ").trim()).toBe('returned "set slept"');
});

/** What a program of a model's may do without being asked, and what it gets. */
const granted: Record<string, [code: string, ended: string]> = {
    "prints and draws, and it is kept as it was said": [
        'print("a", 1, nil) write("b") printError("c") term.setCursorPos(3, 9) term.write("d") term.blit("e", "0", "f") io.write("f")',
        "returned [a\t1\tnil\nbc\n\ndef]",
    ],
    "returns values": [
        'return 1, "a\\n", nil, { 1, { x = true } }, print',
        'returned [] 1 "a\\n" nil {1, {x = true}} function',
    ],
    "writes in /ai": [
        'local f = fs.open("/ai/a/b.txt", "w") f.write("x") f.close() fs.move("/ai/a/b.txt", "/ai/c") fs.copy("ai/c", "ai/d") fs.delete("/ai/c") return fs.open("/ai/d", "r").readAll(), #fs.list("/ai")',
        'returned [] "x" 2',
    ],
    "reads elsewhere": [
        'return fs.open("/rom/startup.lua", "r") ~= nil, fs.exists("/programs/ai.lua"), fs.isDir("/ai")',
        "returned [] true true true",
    ],
    "waits, and runs things side by side": [
        'local n = 0 parallel.waitForAll(function() sleep(0.05) n = n + 1 end, function() os.pullEvent("timer") n = n + 1 end) return n',
        "returned [] 2",
    ],
    "has the ROM's APIs and modules": [
        'return textutils.serialize({ 1 }, { compact = true }), vector.new(1, 2, 3):length() > 3, require("cc.strings").ensure_width("a", 3), colours.red, keys.enter ~= nil, bit32.band(7, 3)',
        'returned [] "{1,}" true "a  " 16384 true 3',
    ],
    "looks at the computer": [
        'return os.getComputerID() ~= nil, #peripheral.getNames(), peripheral.find("monitor"), peripheral.wrap("left"), redstone.getInput("left"), shell.dir(), type(os.epoch("utc"))',
        'returned [] true 0 nil nil false "" "number"',
    ],
    "is told where its own error is": [
        "local x = 1\nfs.open()",
        "failed lua:2: bad argument #1 (string expected, got nil)",
    ],
    "reads what is typed": [
        'os.queueEvent("char", "h") os.queueEvent("char", "i") os.queueEvent("key", keys.enter) return read()',
        'returned [hi\n] "hi"',
    ],
};

it.each(Object.entries(granted))("a program %s", async (_what, [code, ended]) => {
    const { lines } = await runWithLibai(
        `fs.makeDir("/ai")
         local result = require("/apis/ai/hands/fence").run(${toLua(bytes(code))}, { seconds = 5, shell = shell })
         local said = result.how .. " " .. (result.problem or "[" .. result.output .. "] " .. table.concat(result.values, " "))
         print(textutils.serializeJSON(said))`,
    );
    expect((JSON.parse(lines[0]!) as string).trim()).toBe(ended);
});
