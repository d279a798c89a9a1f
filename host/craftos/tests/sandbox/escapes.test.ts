import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createBench, type Bench } from "../machine-support.ts";

/** What somebody tries who wants to get out of a computer, or to the kernel's own. */

let bench: Bench;
beforeEach(() => {
    bench = createBench();
});
afterEach(() => bench.close());

/** Runs a program with what helps to break out, and returns the rows that it said. */
async function tried(program: string, options: Parameters<Bench["run"]>[1] = {}): Promise<string[]> {
    return (await bench.run(helpers + program, options)).said;
}

/**
 * `natives`: every native by its name. `inStep(...)`: says so if what Node answers is not what was asked.
 * `tells(text)`: whether it shows where the kernel is. `stack([thread])`: what runs, "what name" from the caller on.
 */
const helpers = `
    local natives = {}
    local function gather(path, value)
        for key, item in next, value do
            if type(item) == "function" then natives[path .. key] = item
            elseif type(item) == "table" and item ~= _G and key ~= "registry" then gather(path .. key .. ".", item) end
        end
    end
    for _, key in ipairs({ "say", "sayAll" }) do local own = _G[key] _G[key] = nil natives[key] = own end
    gather("", _G)
    say, sayAll = natives.say, natives.sayAll natives.say, natives.sayAll = nil, nil
    local function inStep(...)
        local files = fs.list("/")
        local rom = false
        for _, file in ipairs(files) do rom = rom or file == "rom" end
        if not rom or not fs.exists("rom") or fs.getName("a/b") ~= "b" or fs.getDir("a/b") ~= "a" then
            say("out of step", ...)
        end
    end
    local function tells(text)
        return type(text) == "string" and (text:find("kernel") or text:find("%?:%d") or text:find("=?", 1, true))
    end
    local function stack(thread)
        local rows, level = {}, thread and 0 or 2
        while true do
            local info
            if thread then info = debug.getinfo(thread, level, "Snf") else info = debug.getinfo(level, "Snf") end
            if not info then return table.concat(rows, " ") end
            rows[#rows + 1] = info.what .. (info.name and "." .. info.name or "")
            level = level + 1
        end
    end
`.replace(/\n\s*/g, " ");

describe("through debug", () => {
    test("from a native's upvalues to a command of the host", async () => {
        const proof = join(bench.disk, "..", "proof");
        const said = await tried(`
            local seen, found = {}, 0
            local function hunt(value)
                if type(value) ~= "table" and type(value) ~= "function" or seen[value] then return end
                seen[value] = true
                if type(value) == "table" then
                    for key, item in next, value do hunt(key) hunt(item) end
                    local os = rawget(value, "os")
                    if type(os) == "table" and rawget(os, "execute") then
                        found = found + 1
                        os.execute("touch '${proof}'")
                    end
                    return
                end
                if value == hunt then return end
                hunt(getfenv(value))
                for index = 1, 255 do
                    local name, item = debug.getupvalue(value, index)
                    if not name then break end
                    hunt(item)
                end
            end
            hunt(_G) hunt(debug.getregistry())
            say(found, debug.getupvalue(fs.open, 1), os.execute, io, package, require, collectgarbage)
        `);
        expect(said).toEqual(["0|nil|nil|nil|nil|nil|nil"]);
        expect(existsSync(proof)).toBe(false);
    });

    test("by upvalues of natives that are read, set, named or joined with one's own", async () => {
        const said = await tried(`
            local mine = 1
            local function own() return mine end
            local count = 0
            for name, native in pairs(natives) do
                for _, index in ipairs({ 1, 2, 5, 0, -1, 2^32 + 1, 255 }) do
                    count = count + 1
                    if debug.getupvalue(native, index) ~= nil then say("read", name, index) end
                    if debug.setupvalue(native, index, mine) ~= nil then say("set", name, index) end
                    for _, ways in ipairs({ { debug.upvalueid, native, index }, { debug.upvaluejoin, native, index, own, 1 },
                        { debug.upvaluejoin, own, 1, native, index } }) do
                        local ok, message = pcall(unpack(ways))
                        if ok or not message:find("invalid upvalue index") then say("joined", name, index, message) end
                    end
                end
            end
            say(count > 1000, own(), debug.getupvalue(own, 1))
        `);
        expect(said).toEqual(["true|1|mine|1"]);
    });

    test("by environments of natives and of levels where natives run", async () => {
        const said = await tried(`
            for name, native in pairs(natives) do
                if getfenv(native) ~= _G or debug.getfenv(native) ~= nil then say("has one", name) end
                for _, set in ipairs({ setfenv, debug.setfenv }) do
                    local ok, message = pcall(set, native, {})
                    if ok or not message:find("cannot change environment of given object") then say("set", name, message) end
                end
            end
            table.sort({ 2, 1 }, function(a, b)
                for level = 0, 9 do
                    local ok, environment = pcall(getfenv, level)
                    if ok and environment ~= _G then say("another", level) end
                end
                say(pcall(setfenv, 3, {}))
                return a < b
            end)
            say(pcall(setfenv, 0, {})) say(pcall(getfenv, -1)) say(pcall(getfenv, 99))
            local own = setfenv(function() return x end, { x = 5 })
            say(own(), getfenv(own).x)
        `);
        expect(said).toEqual([
            "false|'setfenv' cannot change environment of given object",
            "false|'setfenv' cannot change environment of given object",
            "false|bad argument #1 (level must be non-negative)",
            "false|bad argument #1 (invalid level)",
            "5|5",
        ]);
    });

    test("by what getinfo tells of natives", async () => {
        const said = await tried(`
            local seen = {}
            for name, native in pairs(natives) do
                local info = debug.getinfo(native, "SlnutfL")
                info.func = info.func == native
                local keys = {}
                for key, value in pairs(info) do keys[#keys + 1] = key .. "=" .. tostring(value) end
                table.sort(keys)
                seen[table.concat(keys, " ")] = true
            end
            for text in pairs(seen) do say(text) end
            say(pcall(debug.getinfo, 1, ">S")) say(pcall(debug.getinfo, fs.open, "x")) say(debug.getinfo(-1), debug.getinfo(1e300))
            say(pcall(debug.getinfo, {}))
        `);
        expect(said).toEqual([
            "currentline=-1 func=true istailcall=false isvararg=true lastlinedefined=-1 linedefined=-1 namewhat= " +
                "nparams=0 nups=0 short_src=[C] source==[C] what=C",
            "false|bad argument #2 (invalid option)",
            "false|bad argument #2 (invalid option)",
            "nil|nil",
            "false|bad argument #1 (function expected, got table)",
        ]);
    });

    test("on the stack of natives that call back: one frame each, as in the game", async () => {
        const said = await tried(`
            table.sort({ 2, 1 }, function(a, b) say(stack()) return a < b end)
            string.gsub("a", "a", function() say(stack()) end)
            load(function() say(stack()) end)
            tostring(setmetatable({}, { __tostring = function() say(stack()) return "" end }))
            string.format("%s", setmetatable({}, { __tostring = function() say(stack()) return "" end }))
            table.foreach({ 1 }, function() say(stack()) end)
            coroutine.wrap(function() say(stack()) end)()
            xpcall(fs.open, function() say(stack()) end)
            xpcall(function() local _ = fs.list("nowhere") end, function() say(stack()) end)
            pcall(http.request, setmetatable({}, { __index = function() say(stack()) end }))
        `);
        expect(said).toEqual([
            "Lua C.sort main",
            "Lua C main",
            "Lua C.load main",
            "Lua C main",
            "Lua C.format main",
            "Lua C.foreach main",
            "Lua",
            "Lua C C.xpcall main",
            "Lua C Lua C.xpcall main",
            "Lua C C.pcall main",
        ]);
    });

    test("by functions of the kernel, seen from hooks in handlers of errors in threads", async () => {
        const said = await tried(
            `
            local known, leaks, looks = {}, {}, 0
            for _, native in pairs(natives) do known[native] = true end
            local function look(where, thread)
                looks = looks + 1
                for level = 0, 9 do
                    local info
                    if thread then info = debug.getinfo(thread, level, "Sf") else info = debug.getinfo(level, "Sf") end
                    if not info then break end
                    if info.func and info.what == "C" and not known[info.func] then leaks[where] = true end
                    if tells(info.source) then leaks[where] = true end
                end
                if tells(thread and debug.traceback(thread) or debug.traceback()) then leaks[where] = true end
            end
            local odd = setmetatable({}, { __tostring = function() look("__tostring") error({}) end,
                __index = function() look("__index") error("index") end })
            for name, arguments in pairs({ ["fs.open"] = { "x", "y" }, ["fs.list"] = { "none" }, ["string.gsub"] = { "abc", "b", odd },
                ["string.format"] = { "%s", odd }, ["term.write"] = { odd }, ["http.request"] = { odd }, ["load"] = { odd },
                ["table.sort"] = { { 2, 1 }, odd }, ["tostring"] = { odd }, ["coroutine.wrap"] = { odd }, ["os.time"] = { odd } }) do
                local thread = coroutine.create(function()
                    debug.sethook(function(event) look("hook " .. event .. " in " .. name) end, "cr", 5)
                    xpcall(natives[name], function(message)
                        look("handler of " .. name)
                        if tells(message) then leaks[name .. ": " .. message] = true end
                        return coroutine.running()
                    end, unpack(arguments))
                    debug.sethook()
                    coroutine.yield()
                end)
                coroutine.resume(thread)
                look("thread of " .. name, thread)
            end
            for leak in pairs(leaks) do say(leak) end
            say(looks > 200)
        `,
            { secondsWithoutYield: 50 },
        );
        expect(said).toEqual(["true"]);
    });

    test("by the watch that ends what does not yield, seen from a handler", async () => {
        const said = await tried(
            `
            local known = {}
            for _, native in pairs(natives) do known[native] = true end
            sayAll(xpcall(function() while true do end end, function(message)
                for level = 0, 9 do
                    local info = debug.getinfo(level, "Sf")
                    if info and info.func and info.what == "C" and not known[info.func] then say("watch", level) end
                end
                return message .. " " .. stack()
            end))
            `,
            { secondsWithoutYield: 0.2 },
        );
        expect(said).toEqual([
            expect.stringMatching(/^false\|bios\.lua:\d+: Too long without yielding Lua Lua C\.xpcall main$/),
        ]);
    });

    test("by locals of natives, read and set from what they call", async () => {
        const said = await tried(`
            local function try(thread, where)
                for level = 0, 12 do
                    local info
                    if thread then info = debug.getinfo(thread, level, "S") else info = debug.getinfo(level, "S") end
                    if info and info.what == "C" then
                        for index = -5, 40 do
                            local ok, name, set
                            if thread then
                                ok, name = pcall(debug.getlocal, thread, level, index)
                                set = debug.setlocal(thread, level, index, "taken")
                            else
                                ok, name = pcall(debug.getlocal, level + 1, index)
                                set = debug.setlocal(level, index, "taken")
                            end
                            if ok and name or set then say(where, level, index, name, set) end
                        end
                    end
                end
            end
            local list = { 3, 1, 2 }
            table.sort(list, function(a, b) try(nil, "sort") return a < b end)
            say(string.gsub("abc", "b", function() try(nil, "gsub") return "x" end))
            say(string.gsub("abc", "%w", setmetatable({}, { __index = function(_, key) try(nil, "C's gsub") return key end })))
            local thread = coroutine.create(function()
                table.sort(list, function(a, b) coroutine.yield() return a < b end)
                return "sorted"
            end)
            local result
            repeat
                try(thread, "thread")
                local _, value = coroutine.resume(thread)
                result = value
            until coroutine.status(thread) == "dead"
            say(result, unpack(list))
            say(debug.getlocal(fs.open, 1), debug.getlocal(string.rep, 1))
        `);
        expect(said).toEqual(["axc|1", "abc|3", "sorted|1|2|3", "nil|nil"]);
    });

    test("by what is left on the stack from natives that have returned", async () => {
        const said = await tried(`
            local values = 0
            debug.sethook(function()
                for level = 2, 4 do
                    for index = 1, 250 do
                        local ok, name, value = pcall(debug.getlocal, level + 1, index)
                        if not ok or not name then break end
                        values = values + 1
                        if name:sub(1, 2) == "(*" then say("left", name, value) end
                    end
                end
            end, "crl", 1)
            local function many(a, b, c, d, e, f, g, h)
                fs.exists("rom") string.gsub("abc", "b", function(x) return x end)
                local first = fs.list("/")
                local nested = { fs.getName("a"), { fs.getName("b"), fs.getName("c") }, tostring({}) .. tostring(5) }
                return #first + #nested
            end
            many(1, 2, 3)
            debug.sethook()
            say(values > 100)
        `);
        expect(said).toEqual(["true"]);
    });

    test("by what Lua takes for granted: counters of loops, arguments of C's functions, iterators", async () => {
        const said = await tried(`
            for index = 1, 3 do
                for slot = 1, 30 do
                    local name = debug.getlocal(1, slot)
                    if name and name:find("^%(for") then
                        local set = debug.setlocal(1, slot, {})
                        if set then say("set", name) end
                    end
                end
                if index == 3 then say("counted") end
            end
            local iterate = string.gmatch("abc", ".")
            say(debug.getupvalue(iterate, 1), debug.setupvalue(iterate, 3, -1e6), iterate())
            for _, far in ipairs({ -2^31, 2^31, 2^32 - 1, 2^63, -2^63, 1e300, 1/0, -1/0, 0/0, -1, 0 }) do
                if debug.getlocal(1, far) ~= nil or debug.setlocal(1, far, 5) ~= nil then say("far", far) end
            end
            say(table.concat({ "a", "b" }, setmetatable({}, {}) and ","))
        `);
        expect(said).toEqual(["counted", "nil|nil|a", "a,b"]);
    });

    test("by the registry", async () => {
        const said = await tried(`
            local registry = debug.getregistry()
            local keys = {}
            for key in pairs(registry) do keys[#keys + 1] = tostring(key) end
            say(table.concat(keys, " "), registry[1], registry[2], registry["FILE*"], registry._LOADED.io, registry._LOADED.os)
            for key in pairs(registry) do registry[key] = nil end
            registry._LOADED, registry["FILE*"], registry[1], registry[2] = {}, {}, {}, {}
            inStep()
            local file = fs.open("x", "w") file.write("fine") file.close()
            say(fs.open("x", "r").readAll())
        `);
        expect(said).toEqual(["_LOADED|nil|nil|nil|nil|nil", "fine"]);
    });
});

describe("through metatables", () => {
    test("of every type, which see nothing of what natives do", async () => {
        const said = await tried(`
            local caught, find = {}, string.find
            local function catch(event)
                return function(...)
                    caught[event] = (caught[event] or 0) + 1
                    for _, value in ipairs({ ... }) do
                        if type(value) == "userdata" or type(value) == "string" and find(value, ";", 1, true) then
                            caught["got " .. event] = 1
                        end
                    end
                end
            end
            local metatable = {}
            for _, event in ipairs({ "index", "newindex", "call", "concat", "len", "lt", "le", "eq", "unm", "add", "sub", "mul",
                "div", "mod", "pow", "tostring", "pairs", "ipairs", "name", "mode", "gc", "metatable" }) do
                metatable["__" .. event] = catch(event)
            end
            local strings = debug.getmetatable("")
            local types = { "", 1, true, print or type, coroutine.running() }
            local set = 0
            for _, value in ipairs(types) do if debug.setmetatable(value, metatable) then set = set + 1 end end
            debug.setmetatable(nil, metatable)
            local file = fs.open("a", "w") file.write("text") file.writeLine(5) file.close()
            local size = #fs.open("a", "r").readAll()
            local list = { 3, 1, 2 } table.sort(list) table.sort(list, function(a, b) return a > b end)
            local text = string.gsub("abc", "b", function() return "x" end) .. string.format("%s %d %q %x", "a", 1, "b", 255)
            local chunk = load("return '\\\\u{48}'")() == "H" and load(function() return nil end, "=x", "t") and "loaded"
            local packed = string.unpack("<i4", string.pack("<i4", 77))
            os.queueEvent("event", { 1, { two = "3" } }, true)
            local _, got = coroutine.yield("event")
            local clock, date = os.clock(), os.date("!%Y", 0)
            term.setCursorPos(1, 30) term.write("x") term.clearLine() term.setTextColour(1) fs.combine("a", "b") redstone.getSides()
            debug.traceback() debug.getinfo(1) debug.getlocal(1, 1) getfenv(1) utf8.char(72, 300) http.checkURL("http://a")
            local wrapped = coroutine.wrap(function(...) return ... end)(9)
            for _, value in ipairs(types) do debug.setmetatable(value, nil) end
            debug.setmetatable(nil, nil)
            debug.setmetatable("", strings)
            inStep()
            say(set, size, list[1], text, chunk, packed, got[2].two, date, wrapped)
            for event, count in pairs(caught) do if event ~= "tostring" and event ~= "metatable" then say(event, count) end end
        `);
        expect(said).toEqual(['6|6|3|axca 1 "b" ff|loaded|77|3|1970|9']);
    });

    test("of strings, whose library is another", async () => {
        const said = await tried(`
            local taken = 0
            local function take(...) taken = taken + 1 return "taken" end
            local original = {}
            for key, value in pairs(string) do original[key] = value end
            for key in pairs(string) do string[key] = take end
            for _, library in ipairs({ table, math, coroutine, bit32, os }) do
                for key, value in pairs(library) do
                    original[library] = original[library] or {}
                    original[library][key] = value
                    library[key] = take
                end
            end
            local results = { fs.combine("a", "b"), tostring(5), load("return '\\\\u{41}'")(), utf8.char(200), fs.getName("x/y") }
            local ok, message = pcall(fs.open, 1)
            local trace = debug.traceback("x")
            for key, value in next, original do
                if type(value) == "function" then string[key] = value end
            end
            for _, library in ipairs({ table, math, coroutine, bit32, os }) do
                for key, value in next, original[library] do library[key] = value end
            end
            say(taken, ok, message, #trace > 1, unpack(results))
            inStep()
        `);
        expect(said).toEqual([
            expect.stringMatching(
                /^0\|false\|.*bad argument #1 \(string expected, got number\)\|true\|a\/b\|5\|A\|\u00c3\?|y$/,
            ),
        ]);
    });

    test("with finalizers, which there are none", async () => {
        const said = await tried(
            `
            local ran = 0
            local metatable = { __gc = function() ran = ran + 1 end }
            for round = 1, 2000 do
                setmetatable({}, metatable)
                local late = setmetatable({}, {}) getmetatable(late).__gc = metatable.__gc
                debug.setmetatable({ round }, metatable)
            end
            local weak = setmetatable({}, { __mode = "v" })
            weak[1] = {}
            local round = 0
            while weak[1] do round = round + 1 local _ = { round, ("x"):rep(1000) } end
            say(ran, getmetatable(setmetatable({}, metatable)).__gc == metatable.__gc)
            `,
            { memoryMebibytes: 20 },
        );
        expect(said).toEqual(["0|true"]);
    });
});

describe("through load", () => {
    test("of compiled chunks, by every door", async () => {
        const said = await tried(`
            local compiled = "\\27Lua\\82\\0\\1\\4\\4\\4\\8\\0\\25\\147\\r\\n\\26\\n" .. ("\\0"):rep(100)
            local sent
            local function reader() if sent then return nil end sent = true return compiled end
            local function bytes() sent = (sent or 0) + 1 if sent > #compiled then return nil end return compiled:sub(sent, sent) end
            for _, mode in ipairs({ "b", "bt", "t", "x", "" }) do say(mode, load(compiled, "=x", mode)) end
            say(load(compiled)) sent = nil say(load(reader)) sent = nil say(load(bytes, "=x", "b", {})) say(loadstring(compiled))
            for _, first in ipairs({ "\\27", "\\27return 1", "\\27Lua" }) do say(load(first)) end
            say(load("return 1", "=x", "b")) say(load("return 1", "=x", "bt")() )
            for name, native in pairs(natives) do
                local ok, message = pcall(string.dump, native)
                if ok or not message:find("unable to dump given function") then say(name, message) end
            end
            say(pcall(string.dump, function() end)) say(pcall(string.dump, function() end, true)) say(pcall(string.dump, 5))
        `);
        const refused = "nil|attempt to load a binary chunk";
        expect(said).toEqual([
            `b|${refused}`,
            `bt|${refused}`,
            `t|${refused} (mode is t)`,
            `x|${refused} (mode is x)`,
            `|${refused} (mode is )`,
            refused, refused, refused, refused, refused, refused, refused,
            "nil|attempt to load a text chunk (mode is b)",
            "1",
            "false|unable to dump given function",
            "false|unable to dump given function",
            "false|bad argument #1 (function expected, got number)",
        ]); // prettier-ignore
    });

    test("of a chunk that bears the kernel's name", async () => {
        const said = await tried(`
            for _, name in ipairs({ "=?", "=?\\0", "=?\\0x", "@?", "?", "=[C]", "=kernel" }) do
                for _, way in ipairs({ load, loadstring }) do
                    local chunk = way("local x = 5 return function() local own = x return debug.getinfo(1, 'S').what, debug.getlocal(1, 1) end", name)()
                    local what, local1 = chunk()
                    local info = debug.getinfo(chunk, "S")
                    if what ~= "Lua" or local1 ~= "own" or info.what ~= "Lua" or debug.getupvalue(chunk, 1) ~= "x"
                        or info.source == "=?" then say(name, what, local1, info.what, info.source) end
                end
            end
            say(debug.getinfo(load("=?") or load("return 1", "=?"), "S").source, debug.getinfo(load(function() return nil end), "S").source)
        `);
        expect(said).toEqual(["=(load)|=(load)"]);
    });

    test("with environments that lead elsewhere", async () => {
        const said = await tried(`
            say(load("return _ENV", "=x", "t", nil)() == _G, load("return _ENV", "=x")() == _G, loadstring("return _ENV")() == _G)
            say(pcall(load, "return _ENV", "=x", "t", 5)) say(pcall(load, "return _ENV", "=x", "t", fs.open))
            local chunk = load("return x, _ENV")
            debug.upvaluejoin(chunk, 1, function() return fs end, 1)
            local _, environment = chunk()
            say(environment == _ENV, setfenv(chunk, { x = 3 })())
            say(load("local _ENV = ... return os and os.execute")(setmetatable({}, { __index = _G })))
            say(pcall(load, setmetatable({}, { __call = function() return "return 1" end })))
        `);
        expect(said).toEqual([
            "true|true|true",
            "false|bad argument #4 (table expected, got number)",
            "false|bad argument #4 (table expected, got function)",
            expect.stringMatching(/^true\|3\|table: /),
            "nil",
            "false|bad argument #1 (string expected, got table)",
        ]);
    });
});

describe("at odd moments", () => {
    test("natives that are left in the middle, by yields that nobody resumes", async () => {
        const said = await tried(`
            local function yielding() coroutine.yield("in the middle") return "text" end
            local metatable = { __tostring = yielding, __index = yielding, __len = yielding, __lt = yielding, __call = yielding,
                __concat = yielding, __pairs = yielding }
            local left, threads = 0, {}
            for round = 1, 4 do
                for name, native in pairs(natives) do
                    if not name:find("shutdown") and not name:find("reboot") and not name:find("debug.set") then
                        for _, arguments in ipairs({ { setmetatable({}, metatable) }, { yielding }, { "abc", "b", yielding },
                            { { 2, 1 }, yielding }, { "%s", setmetatable({}, metatable) } }) do
                            local thread = coroutine.create(native)
                            local ok, value = coroutine.resume(thread, unpack(arguments))
                            if ok and value == "in the middle" then
                                left = left + 1
                                if round % 2 == 0 then threads[#threads + 1] = thread end
                            end
                        end
                    end
                end
                inStep(round)
            end
            say(left > 50, #threads > 25)
            for _, thread in ipairs(threads) do
                for _ = 1, 20 do coroutine.resume(thread) end
            end
            inStep("at the end")
        `);
        // What natives have written is drawn behind it.
        expect(said[0]).toMatch(/^true\|true/);
        expect(said.filter((row) => row.startsWith("out of step"))).toEqual([]);
    });

    test("natives whose every instruction raises, by a hook", async () => {
        const said = await tried(`
            local calls = {
                function() return fs.exists("rom") end, function() return fs.list("/") end, function() term.write("") end,
                function() local file = fs.open("x", "w") file.write("1") file.close() end,
                function() return string.format("%s", {}) end, function() os.queueEvent("x", { 1 }) end,
                function() return coroutine.wrap(function() return 1 end)() end, function() return debug.traceback() end,
            }
            local raised = 0
            for index, call in ipairs(calls) do
                for after = 1, 40 do
                    local passed = 0
                    pcall(function()
                        debug.sethook(function()
                            passed = passed + 1
                            if passed == after then debug.sethook() raised = raised + 1 error("hook") end
                        end, "crl", 1)
                        call()
                        debug.sethook()
                    end)
                    debug.sethook()
                    inStep(index, after)
                end
            end
            say(raised > 50)
        `);
        expect(said).toEqual(["true"]);
    });

    test("natives at the stack's end, with handlers that call natives", async () => {
        const said = await tried(
            `
            local calls = {
                function() return fs.exists("rom") end, function() term.write("") end, function() return os.time() end,
                function() local file = fs.open("x", "w") file.write("1") file.close() end,
                function() return (string.gsub("abc", "b", function(x) return x end)) end,
                function() table.sort({ 2, 1 }, function(a, b) return a < b end) end,
                function() return load(function() return nil end) end, function() return string.format("%5.1f %s", 3, {}) end,
                function() return coroutine.wrap(function() return fs.exists("rom") end)() end,
                function() os.queueEvent("x", { { {} } }) end, function() return debug.getinfo(1), debug.traceback() end,
            }
            local deepest
            local function down(depth) deepest = depth return 1 + down(depth + 1) end
            pcall(down, 1)
            local failed = 0
            local function at(depth, call) if depth == 0 then return (call()) end local result = at(depth - 1, call) return result end
            for index, call in ipairs(calls) do
                for _, less in ipairs({ 0, 9, 17, 33 }) do
                    local ok, message = xpcall(at, function(message)
                        pcall(fs.exists, "rom") pcall(fs.list, "/") pcall(debug.traceback)
                        return message
                    end, deepest - less, call)
                    if not ok then
                        failed = failed + 1
                        if tells(message) then say(index, less, message) end
                    end
                    inStep(index, less)
                end
            end
            say(failed > 8)
            `,
            { secondsWithoutYield: 50 },
        );
        expect(said).toEqual(["true"]);
    });

    test("natives without memory, again and again", async () => {
        const said = await tried(
            `
            local file = fs.open("large", "w") file.write(("z"):rep(200000)) file.close()
            local calls = {
                function() return fs.list("rom") end, function() return fs.open("large", "r").readAll() end,
                function() os.queueEvent("x", ("y"):rep(50000), { 1, { 2 } }) end, function() return fs.attributes("large") end,
                function() return load(("x = 1 "):rep(2000)) end, function() return debug.traceback() end,
                function() local other = fs.open("y", "w") other.write(("x"):rep(30000)) other.close() end,
            }
            local failed = 0
            for round = 1, 6 do
                local hoard, size = {}, ({ 100000, 1000, 100 })[round % 3 + 1]
                pcall(function() while true do hoard[#hoard + 1] = ("x"):rep(size) .. #hoard end end)
                for step = 1, 20 do
                    pcall(function()
                        for _ = 1, math.ceil(#hoard / 200) do hoard[#hoard] = nil end
                        for _, call in ipairs(calls) do
                            local ok, message = pcall(call)
                            if not ok then failed = failed + 1 if tells(message) then say(message) end end
                        end
                    end)
                end
                hoard = nil
                inStep(round)
                local again = fs.open("large", "r")
                say(#again.readAll()) again.close()
            end
            say(failed > 10)
            os.queueEvent("last", "event")
            repeat local name, value = coroutine.yield() until name == "last"
            `,
            { memoryMebibytes: 20, secondsWithoutYield: 50 },
        );
        expect(said).toEqual([..."123456"].map(() => "200000").concat("true"));
    });

    test("an error of bios that is no text, whose __tostring is not called", async () => {
        const computer = await bench.boot(
            `error(setmetatable({}, { __tostring = function() fs.open("ran", "w").close() return "mine" end }))`,
        );
        expect(await computer.exit).toEqual({ reason: "failed", message: "an error that is no text: table" });
        expect(existsSync(join(bench.disk, "ran"))).toBe(false);
    });

    test("threads that are not the program's", async () => {
        const said = await tried(`
            local thread, main = coroutine.running()
            say(type(thread), main, coroutine.status(thread), coroutine.isyieldable())
            say(coroutine.resume(thread))
            coroutine.wrap(function()
                say(coroutine.resume(thread)) say(coroutine.status(thread), stack(thread))
                local hooked = 0
                debug.sethook(thread, function() hooked = hooked + 1 if hooked == 3 then debug.sethook(thread) say(stack()) end end, "", 1)
            end)()
            inStep()
        `);
        expect(said).toEqual([
            "thread|false|running|true",
            "false|cannot resume running coroutine",
            "false|cannot resume normal coroutine",
            expect.stringMatching(/^normal\|C main$|^normal\|C\S* main$/),
            "Lua Lua.inStep main",
        ]);
    });

    test("a hook so placed that the watch would not look any more", async () => {
        for (const count of ["0.5", "1e300", "-1", "0/0", "1"]) {
            const said = await tried(
                `debug.sethook(function() end, "${count === "-1" ? "l" : ""}", ${count})
                 sayAll(pcall(function() while true do end end))`,
                { secondsWithoutYield: 0.1 },
            );
            expect(said).toEqual([
                expect.stringMatching(/^false\|bios\.lua:\d+: Too long without yielding$/),
            ]);
        }
    });
});

describe("through what goes to Node and back", () => {
    test("texts that look like the kernel's frames, in every place", async () => {
        const frames = [
            "kernel.stop;.",
            "os.shutdown;n7;.",
            "s5:",
            "}",
            "@1;",
            "ohandle;{s2:idn1;}",
            "00000003+zz",
            ".",
        ];
        const said = await tried(`
            for _, frame in ipairs({ ${frames.map((frame) => JSON.stringify(frame)).join(", ")} }) do
                os.queueEvent(frame, frame, { [frame] = { frame } })
                local name, value, map = coroutine.yield()
                if name ~= frame or value ~= frame or map[frame][1] ~= frame then say("event", frame, name, value) end
                local file = fs.open("file", "w") file.write(frame) file.close()
                if fs.open("file", "r").readAll() ~= frame then say("file", frame) end
                fs.makeDir("folder/" .. frame) pcall(fs.open, frame, frame) pcall(peripheral.call, "top", frame, frame)
                os.setComputerLabel(frame) pcall(os.date, frame) pcall(http.request, frame, frame, { [frame] = frame })
                term.setCursorPos(1, 39) term.write(frame) term.blit(frame, frame, frame)
                inStep(frame)
            end
            say("in step")
        `);
        expect(said.slice(0, 1)).toEqual(["in step"]);
    });

    test("names that JavaScript gives a meaning to", async () => {
        const said = await tried(`
            for _, name in ipairs({ "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf" }) do
                os.queueEvent(name, { [name] = name, __proto__ = { polluted = true } }, name)
                local got, map, value = coroutine.yield()
                local file = fs.open(name, "w") file.write(name) file.close()
                local size = fs.getSize(name)
                fs.makeDir("d/" .. name) local made = fs.list("d")[1] fs.delete("d") fs.delete(name)
                say(got == name, map[name] == name or map[name].polluted, value == name, size == #name, made == name,
                    pcall(peripheral.call, "top", name), peripheral.getType(name), pcall(fs.open, "x", name))
                pcall(http.request, { url = "http://127.0.0.1/", method = name, headers = { [name] = name } })
                pcall(os.date, "%" .. name) pcall(os.time, { [name] = 1 }) pcall(os.day, name) pcall(redstone.getInput, name)
            end
            inStep()
        `);
        expect(said).toHaveLength(6);
        for (const row of said) {
            expect(row).toBe("true|true|true|true|true|false|nil|false|Unsupported mode");
        }
        expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    });

    test("tables that hold themselves, or are too deep", async () => {
        const said = await tried(`
            local loop = {} loop.loop = loop loop[loop] = loop
            os.queueEvent("loop", loop)
            local _, got = coroutine.yield("loop")
            say(got.loop == got, got[got] == got)
            local function deep(count) local value = {} for _ = 1, count do value = { value } end return value end
            os.queueEvent("deep", deep(900)) say(coroutine.yield("deep"))
            for _, count in ipairs({ 1001, 5000, 200000 }) do say(pcall(os.queueEvent, "deep", deep(count))) end
            inStep()
        `);
        expect(said).toEqual([
            "true|true",
            expect.stringMatching(/^deep\|table: /),
            ...[
                "Tables are too deep in each other",
                "Tables are too deep in each other",
                "Tables are too deep in each other",
            ].map((message) => `false|${message}`),
        ]);
    });

    test("arguments of every kind and size to every native", async () => {
        const said = await tried(
            `
            math.randomseed(11)
            local odd = { 0, 1, -1, 0.5, 2^31, 2^53, -2^63, 1e300, -1e300, 1/0, -1/0, 0/0, "", "x", ("y"):rep(3000), "\\0",
                "\\255", "rom", "../..", "r", "w", "%99d", true, false, {}, { 1, 2 }, { url = "http://x" }, { url = 1 },
                function() return 1 end, function() error({}) end, coroutine.create(function() end),
                setmetatable({}, { __tostring = function() return {} end }), setmetatable({}, { __tostring = function() error("e") end }),
                setmetatable({}, { __index = function() return {} end }), setmetatable({}, { __len = function() return "x" end }) }
            for _, mode in ipairs({ "r", "w", "rb", "wb", "a", "r+", "w+" }) do
                fs.open("h", "w").close()
                for name, method in pairs(fs.open("h", mode)) do if name ~= "close" then natives[mode .. "." .. name] = method end end
            end
            local dear = { ["string.rep"] = true, unpack = true, ["table.unpack"] = true, ["table.move"] = true, ["os.shutdown"] = true,
                ["os.reboot"] = true, ["debug.sethook"] = true, ["debug.setmetatable"] = true, ["coroutine.yield"] = true,
                ["table.concat"] = true, ["table.insert"] = true, ["table.remove"] = true, ["math.randomseed"] = true }
            local names = {}
            for name in pairs(natives) do if not dear[name] then names[#names + 1] = name end end
            table.sort(names)
            local raised, faults = 0, {}
            for _, name in ipairs(names) do
                for _ = 1, 40 do
                    local arguments, count = {}, math.random(0, 4)
                    for index = 1, count do arguments[index] = odd[math.random(#odd + 1)] end
                    local ok, message = pcall(natives[name], unpack(arguments, 1, count))
                    if not ok then raised = raised + 1 if tells(message) then faults[#faults + 1] = name .. message end end
                end
                if not fs.exists("rom") then faults[#faults + 1] = name end
            end
            term.clear()
            say(raised > 2000, unpack(faults))
            `,
            { secondsWithoutYield: 50 },
        );
        expect(said.map((row) => row.trim()).filter((row) => row !== "")).toEqual(["true"]);
    });
});

test("errors of natives have the program's place, also when pcall calls them", async () => {
    const said = await tried(`
        local missing = {}
        for name, native in pairs({ open = fs.open, list = fs.list, write = term.blit, sort = table.sort, gsub = string.gsub,
            wrap = coroutine.wrap, request = http.request, timer = os.startTimer, pack = string.pack, label = os.setComputerLabel,
            side = redstone.getInput, call = peripheral.call, load = load, setfenv = setfenv, char = utf8.char, format = string.format,
            getinfo = debug.getinfo, join = debug.upvaluejoin, seconds = os.day, move = table.move, dump = string.dump }) do
            for _, argument in ipairs({ true, {} }) do
                local ok, message = pcall(native, argument)
                if not ok and not message:find("^bios%.lua:%d+: ") then missing[#missing + 1] = name .. ": " .. message end
            end
        end
        say(#missing, unpack(missing))
        sayAll(pcall(fs.list, "nowhere"))
        sayAll(pcall(function() string.gsub("abc", "b", function() error("mine") end) end))
        sayAll(pcall(function() string.gsub("abc", "b", function() fs.open() end) end))
    `);
    expect(said).toEqual([
        "0",
        expect.stringMatching(/^false\|bios\.lua:\d+: \/nowhere: No such file$/),
        expect.stringMatching(/^false\|bios\.lua:\d+: mine$/),
        expect.stringMatching(/^false\|bios\.lua:\d+: bad argument #1 \(string expected, got nil\)$/),
    ]);
});
