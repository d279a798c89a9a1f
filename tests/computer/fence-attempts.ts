/** What a program of a model's may try in order to reach further than its player has allowed. */

/** Something that is tried. */
export interface Attempt {
    readonly name: string;
    /** It says `return "OUT"` where it has got what it wanted; whatever it does, nothing outside may have changed. */
    readonly lua: string;
    /**
     * How it has to end: "returned", "failed", "timed out", or the group that it is refused for. Where it does not
     * matter nothing is said.
     */
    readonly end?: string;
    /** The groups that are open. */
    readonly allow?: readonly string[];
    /** What it has to return, as Lua would write it. */
    readonly values?: readonly string[];
}

/** Calls of what is closed, by the group that they need. */
const closed: Readonly<Record<string, readonly string[]>> = {
    fs: [
        'fs.open("/mine.txt", "w")',
        'fs.open("mine.txt", "a")',
        'fs.open("/mine.txt", "wb")',
        'fs.open("/mine.txt", "ab")',
        'fs.open("/mine.txt", "r+")',
        'fs.open("/mine.txt", "w+")',
        'fs.open("/ai/../mine.txt", "w")',
        'fs.open("ai/./../ai/../mine.txt", "w")',
        'fs.open("\\\\ai\\\\..\\\\mine.txt", "w")',
        'fs.open("/AI/mine.txt", "w")',
        'fs.open("/ai.txt", "w")',
        'fs.open("/aix/mine.txt", "w")',
        'fs.open("//mine.txt", "w")',
        'fs.open("?:mine.txt", "w")',
        'fs.delete("/mine.txt")',
        'fs.delete("/ai/../mine.txt")',
        'fs.delete("/")',
        'fs.makeDir("/folder")',
        'fs.move("/mine.txt", "/ai/mine.txt")',
        'fs.move("/ai", "/startup")',
        'fs.copy("/mine.txt", "/startup.lua")',
        'io.open("/mine.txt", "w")',
        'io.output("/mine.txt")',
    ],
    settings: [
        'settings.set("motd.enable", false)',
        'settings.unset("opencc.password")',
        "settings.clear()",
        "settings.save()",
        'settings.load("/mine.txt")',
        'settings.define("x")',
        'settings.undefine("motd.enable")',
        'settings.get("opencc.password")',
        'settings.getDetails("opencc.password")',
        'settings.get("shop.api_key")',
        'settings.get("shop.url")',
        'settings.getDetails("shop.url")',
        'settings.get("shop.url", "x")',
        'settings.get("opencc.password" .. ("\\n"):rep(500))',
        'fs.open("/.settings", "r")',
        'fs.open("/ai/../.settings", "rb")',
        'fs.open("/.set*tings", "r")',
        'fs.open("/.se?ttings", "r")',
        'fs.open("/.SETTINGS", "r")',
        'io.lines("/.settings")',
        'fs.copy("/.settings", "/ai/x")',
        'fs.copy("/", "/ai/x")',
    ],
    shell: [
        'shell.run("touch")',
        'shell.execute("touch")',
        'shell.openTab("touch")',
        'shell.setDir("/ai")',
        'shell.setPath("/ai")',
        'shell.setAlias("ls", "delete")',
        "shell.exit()",
        'shell.setCompletionFunction("ai", print)',
        'multishell.launch({}, "/touch.lua")',
        'os.run({}, "/touch.lua")',
        'os.loadAPI("/touch.lua")',
        'dofile("/touch.lua")',
        'loadfile("/rom/../.settings")',
        'loadfile("/touch.lua")',
        'require("touch")',
        'require("y\\nAllow it? [y/N] yes\\n")',
        'require(("x"):rep(5000))',
        'require("/touch")',
        'require("/apis/libai")',
        'require("cc.../../../../touch")',
    ],
    os: ["os.shutdown()", "os.reboot()", 'os.setComputerLabel("taken")', 'os["shut" .. "down"]()'],
    http: ['http.get("http://a.b")', 'http.post("http://a.b", "x")', 'http.request("http://a.b")'],
    rednet: [
        'rednet.open("left")',
        'rednet.send(1, "x")',
        'rednet.broadcast("x")',
        'rednet.host("a", "b")',
        'rednet.lookup("a")',
        "gps.locate()",
    ],
    peripheral: [
        'peripheral.call("left", "transmit", 1, 1, "x")',
        'peripheral.wrap("left").open(1)',
        'peripheral.find("modem")',
        'peripheral.find("modem", function() return true end)',
    ],
    turtle: [
        "turtle.dig()",
        "turtle.digDown()",
        "turtle.place()",
        "turtle.drop(1)",
        "turtle.suck()",
        "turtle.attack()",
        "turtle.forward()",
        "turtle.refuel()",
        "turtle.craft()",
        "turtle.equipLeft()",
        "turtle.transferTo(2)",
        "turtle.aNewOne()",
    ],
    redstone: [
        'redstone.setOutput("left", true)',
        'rs.setOutput("left", true)',
        'redstone.setAnalogOutput("left", 5)',
        'redstone.setBundledOutput("left", 5)',
    ],
    disk: ['disk.eject("left")', 'disk.setLabel("left", "x")'],
    commands: ['commands.exec("say x")', 'commands.say("x")', 'commands.setblock("x")'],
    pocket: ["pocket.equipBack()"],
};

const direct: Attempt[] = Object.entries(closed).flatMap(([group, calls]) =>
    calls.map((call) => ({ name: call, lua: `${call} return "OUT"`, end: group })),
);

/** The same call, where something might catch that it was refused. */
const caught: Attempt[] = Object.entries({
    "pcall catches it": 'pcall(os.shutdown) return "OUT"',
    "xpcall catches it": 'xpcall(os.shutdown, function() return 1 end) return "OUT"',
    "a coroutine's end catches it": 'coroutine.resume(coroutine.create(os.shutdown)) return "OUT"',
    "two coroutines and a pcall catch it":
        'coroutine.resume(coroutine.create(function() pcall(coroutine.wrap(function() pcall(os.shutdown) end)) end)) return "OUT"',
    "parallel catches it":
        'parallel.waitForAny(function() os.shutdown() end, function() sleep(0) end) return "OUT"',
    "a comparison catches it":
        'pcall(table.sort, { 2, 1 }, function(a, b) pcall(os.shutdown) return a < b end) sleep(0) return "OUT"',
    "gsub catches it": '("a"):gsub("a", function() pcall(os.shutdown) end) sleep(0) return "OUT"',
    "__index catches it":
        'local _ = setmetatable({}, { __index = function() os.shutdown() end }).x return "OUT"',
    "__tostring catches it":
        'print(setmetatable({}, { __tostring = function() os.shutdown() return "" end })) return "OUT"',
    "__close, __gc and __call": 'setmetatable({}, { __call = function() os.shutdown() end })() return "OUT"',
    "an iterator": 'for _ in function() os.shutdown() end do end return "OUT"',
    "load's reader": 'load(function() os.shutdown() end) return "OUT"',
    "read's completion":
        'os.queueEvent("char", "a") read(nil, nil, function() os.shutdown() return {} end) return "OUT"',
    "a redirected terminal":
        'local own = {} for name in pairs(term.current()) do own[name] = function() os.shutdown() end end term.redirect(own) print("x") return "OUT"',
    "a name for it": 'local f = os.shutdown local t = { f = f } rawset(t, "g", t.f) t.g() return "OUT"',
    "a global that is set to it": '_G.g = os.shutdown g() return "OUT"',
    "text that is loaded": 'load("os.shutdown()")() return "OUT"',
    "text that is loaded with globals": 'load("os.shutdown()", "x", "t", { os = os })() return "OUT"',
    loadstring: 'loadstring("os.shutdown()")() return "OUT"',
    "a program of the ROM's": 'sleep = function() end dofile("/rom/programs/shutdown.lua") return "OUT"',
    "a file that it wrote":
        'local f = fs.open("/ai/x.lua", "w") f.write("os.shutdown()") f.close() load(fs.open("/ai/x.lua", "r").readAll())() return "OUT"',
}).map(([name, lua]) => ({ name, lua, end: "os" }));

/** Ways to what others use, or to what the fence keeps to itself. */
const reach: Attempt[] = [
    { name: "getfenv", lua: 'if getfenv then getfenv(print).leaked = 1 return "OUT" end' },
    { name: "getfenv of a level", lua: 'if getfenv then getfenv(0).leaked = 1 return "OUT" end' },
    { name: "setfenv", lua: 'if setfenv then setfenv(1, {}) return "OUT" end' },
    { name: "debug", lua: 'if debug then return "OUT" end' },
    { name: "package.loaded.debug", lua: 'if package.loaded.debug then return "OUT" end' },
    { name: 'require("debug")', lua: 'require("debug")', end: "shell" },
    { name: "_G", lua: "_G.leaked = 1" },
    { name: "_ENV", lua: "_ENV.leaked = 1" },
    { name: "package.loaded._G", lua: "package.loaded._G.leaked = 1" },
    { name: "rawset of _G", lua: 'rawset(_G, "leaked", 1)' },
    { name: "_ENV set to another", lua: 'local _ENV = { rawset = rawset, G = _G } rawset(G, "leaked", 1)' },
    { name: "a metatable of _G", lua: "setmetatable(_G, { __newindex = function() end }) leaked = 1" },
    {
        name: "what __index of _G leads to",
        lua: 'local m = getmetatable(_G) if m then m.__index.leaked = 1 return "OUT" end',
    },
    {
        name: "string's methods changed",
        lua: 'getmetatable("").__index.upper = function() return "taken" end return ("a"):upper()',
        values: ['"A"'],
    },
    {
        name: "the metatable of texts replaced",
        lua: 'getmetatable("").__index = {} getmetatable("").__add = function() return 5 end return pcall(function() return "a" + "b" end)',
    },
    { name: "the metatable of texts by setmetatable", lua: 'setmetatable("", {})', end: "failed" },
    {
        name: "string changed",
        lua: 'string.upper = nil string.leaked = 1 return ("a"):upper()',
        values: ['"A"'],
    },
    {
        name: "table, math and coroutine changed",
        lua: "table.insert = nil math.floor = nil coroutine.yield = nil",
    },
    { name: "os changed", lua: "os.pullEvent = nil os.time = function() return 5 end" },
    {
        name: "fs changed",
        lua: 'fs.combine = function() return "mine.txt" end fs.open("/ai/x", "w").close()',
    },
    {
        name: "fs.combine changed, for loadfile",
        lua: 'fs.combine = function() return "rom/x" end loadfile("/touch.lua")() return "OUT"',
        end: "shell",
    },
    {
        name: "fs.open changed, for loadfile",
        lua: 'fs.open = function() return { readAll = function() return "leaked = 1" end, close = function() end } end loadfile("/rom/x")()',
    },
    { name: "textutils changed", lua: "textutils.serialize = nil textutils.empty_json_array.x = 1" },
    { name: "colours changed", lua: "colours.red = 5 colors.white = nil keys.enter = 5" },
    {
        name: "the metatable of vectors changed",
        lua: "getmetatable(vector.new(1, 2, 3)).__index.leaked = 1 getmetatable(vector.new(1, 2, 3)).__add = nil",
    },
    { name: "a module changed", lua: 'require("cc.strings").wrap = nil require("cc.expect").expect = nil' },
    {
        name: "package.loaded changed",
        lua: 'package.loaded["cc.strings"] = { leaked = 1 } package.loaded.string = 5',
    },
    {
        name: "package.preload",
        lua: 'package.preload.x = function() return 1 end require("x")',
        end: "shell",
    },
    {
        name: "term's functions changed",
        lua: "term.write = nil term.native().write = nil term.current().leaked = 1",
    },
    { name: "the shell's aliases changed", lua: 'shell.aliases().ls = "delete"' },
    { name: "turtle.native", lua: 'if turtle.native then turtle.native.dig() return "OUT" end' },
    { name: "a table in an API", lua: 'if pocket.inner then pocket.inner.x = 1 return "OUT" end' },
    { name: "a metatable of functions", lua: 'if getmetatable(print) then return "OUT" end' },
    {
        name: "the metatable of an API",
        lua: "local m = getmetatable(commands) if m then m.__index = nil end",
    },
    { name: "string.dump", lua: 'if string.dump then return "OUT" end' },
    {
        name: "compiled code",
        lua: 'assert(load("\\27Lua" .. ("x"):rep(40)))() return "OUT"',
        end: "failed",
    },
    {
        name: "compiled code in pieces, with a mode",
        lua: 'local at = 0 assert(load(function() at = at + 1 return ({ "", "\\27", "Lua" })[at + 1] end, "x", "b"))() return "OUT"',
        end: "failed",
    },
    { name: "load with no globals", lua: 'load("leaked = 1", "x", "t", nil)()' },
    { name: "load with globals that are false", lua: 'load("leaked = 1", "x", nil, false)()' },
    { name: "load with globals that are a text", lua: 'load("leaked = 1", "x", nil, "")()' },
    { name: "a global of the player's", lua: 'if playersOwn then return "OUT" end' },
    {
        name: "events with tables of others",
        lua: 'local _, t = os.pullEvent("shared") t.x = "changed" if t.f or getmetatable(t) then return "OUT" end',
        end: "returned",
    },
    {
        name: "an error with a table of ours",
        lua: 'local ok, e = pcall(fs.open) if type(e) ~= "string" then return "OUT" end',
    },
    {
        name: "places of the fence in errors",
        lua: 'local ok, e = pcall(fs.open) if e:find("environment") or e:find("gate") or e:find("files") then return "OUT", e end return e',
    },
    { name: "terminals of others", lua: 'term.native().write("x") term.current().write("y")' },
    {
        name: "a window on what is above",
        lua: 'local w = window.create(term.native(), 1, 1, 5, 5) term.redirect(w) print("x") return w.getLine(1)',
    },
    { name: "__gc", lua: "setmetatable({}, { __gc = function() leaked = 1 end })", end: "failed" },
    {
        name: "__metatable as a shield",
        lua: 'local t = setmetatable({}, { __metatable = "x", __index = os }) return getmetatable(t)',
        values: ['"x"'],
    },
    { name: "globals of CraftOS-PC", lua: 'if periphemu or config or mounter then return "OUT" end' },
    { name: "collectgarbage", lua: 'if collectgarbage then collectgarbage("stop") end' },
    { name: "numbers of Lua's own as paths", lua: "fs.open(5, 'w')", end: "fs" },
    {
        name: "tables as paths",
        lua: 'fs.open(setmetatable({}, { __tostring = function() return "mine.txt" end }), "w") return "OUT"',
        end: "failed",
    },
    {
        name: "a path that changes while it is looked at",
        lua: 'local n = 0 fs.open(setmetatable({}, { __concat = function() n = n + 1 return n == 1 and "/ai/x" or "/mine.txt" end }), "w") return "OUT"',
        end: "failed",
    },
    { name: "a folder of dots", lua: 'fs.open("/ai/.. /mine.txt", "w") return "OUT"', end: "fs" },
    { name: "an asterisk between dots", lua: 'fs.open("/ai/.*./mine.txt", "w") return "OUT"', end: "fs" },
    { name: "a zero byte in a path", lua: 'fs.open("/mine.txt\\0/../../ai/x", "w") return "OUT"' },
    { name: "above the root", lua: 'fs.open("/ai/../../../mine.txt", "w") return "OUT"' },
    { name: "a mode that is none", lua: 'fs.open("/mine.txt", "rw") return "OUT"' },
    { name: "reading and changing", lua: 'fs.open("/mine.txt", "r").write("x") return "OUT"', end: "failed" },
    {
        name: "settings by another case",
        lua: 'settings.get("OPENCC.PASSWORD") return "OUT"',
        end: "settings",
    },
    { name: "the settings of no secret", lua: 'return settings.get("motd.enable")', end: "returned" },
    {
        name: "a timer of others",
        lua: "for id = 0, 1000 do os.cancelTimer(id) os.cancelAlarm(id) end sleep(60)",
        end: "timed out",
    },
];

/** What is left behind when a program ends, and what it may not cost. */
const after: Attempt[] = [
    {
        name: "keys for the shell",
        lua: 'os.queueEvent("char", "x") os.queueEvent("key", keys.enter) os.queueEvent("paste", "reboot")',
    },
    { name: "a Ctrl+T for the shell", lua: 'os.queueEvent("terminate")' },
    {
        name: "an event that is a question",
        lua: 'os.queueEvent("ai_hands", 1) os.queueEvent("ai_hands", {})',
    },
    { name: "a flood of events", lua: 'for _ = 1, 2000 do os.queueEvent("x") end' },
    {
        name: "events that it queues reach itself, in their order",
        lua: 'os.queueEvent("a", 1, nil, 3) os.queueEvent("b") local r = { os.pullEvent("a") } return r[1], r[2], r[4], os.pullEvent("b")',
        values: ['"a"', "1", "3", '"b"'],
    },
    { name: "timers", lua: "for _ = 1, 900 do os.startTimer(0.05) end os.setAlarm(0)" },
    {
        name: "more timers than there may be",
        lua: 'for _ = 1, 5000 do os.startTimer(100) end return "OUT"',
        end: "failed",
    },
    { name: "a file that is open", lua: 'file = fs.open("/ai/left.txt", "w") file.write("kept")' },
    { name: "all the files there may be", lua: 'for i = 1, 200 do fs.open("/ai/f" .. i, "w") end' },
    {
        name: "a coroutine that goes on",
        lua: "co = coroutine.create(function() while true do coroutine.yield() leaked = 1 end end) coroutine.resume(co)",
    },
    {
        name: "one that another event would resume",
        lua: 'coroutine.wrap(function() os.pullEvent("x") leaked = 1 end)()',
    },
    { name: "a terminal that is redirected", lua: "term.redirect({ write = function() leaked = 1 end })" },
    {
        name: "colours",
        lua: "term.setTextColour(colours.red) term.setBackgroundColour(colours.red) term.setCursorBlink(false) term.setPaletteColour(colours.white, 0x112233)",
    },
    {
        name: "an error while the terminal is another",
        lua: 'term.redirect(window.create(term.current(), 1, 1, 2, 2)) error("x")',
        end: "failed",
    },
    {
        name: "an error with a text that acts",
        lua: "error(setmetatable({}, { __tostring = function() os.shutdown() end }))",
        end: "failed",
    },
    {
        name: "a result with a text that acts",
        lua: "return setmetatable({}, { __tostring = function() os.shutdown() end, __index = function() os.shutdown() end, __pairs = function() os.shutdown() end, __len = os.shutdown })",
        values: ["{}"],
    },
    { name: "a result in itself", lua: "local t = {} t.t = t return t", end: "returned" },
    {
        name: "a result without an end",
        lua: "local t = {} for i = 1, 1e5 do t[i] = i end return t",
        end: "returned",
    },
    { name: "much that is printed", lua: 'for _ = 1, 300 do print(("x"):rep(1000)) end', end: "returned" },
    { name: "one text that is much", lua: 'write(("x "):rep(10000))', end: "returned" },
    { name: "an error that is much", lua: 'error(("x"):rep(1e6))', end: "failed" },
    { name: "os.pullEventRaw without an end", lua: "while true do os.pullEventRaw() end", end: "timed out" },
    {
        name: "events of its own without an end",
        lua: 'while true do os.queueEvent("x") os.pullEvent("x") end',
        end: "timed out",
    },
    { name: "sleep in pcall without an end", lua: "while true do pcall(sleep, 0.05) end", end: "timed out" },
    { name: "yield of what no event is called", lua: "coroutine.yield({})", end: "timed out" },
    { name: "read without a keyboard", lua: "read()", end: "timed out" },
    { name: "a recursion without an end", lua: "local function f() return 1 + f() end f()", end: "failed" },
    { name: "the same, caught", lua: "local function f() pcall(f) return 1 + f() end pcall(f)" },
    {
        name: "the whole disk",
        lua: 'local f = fs.open("/ai/big", "w") while true do f.write(("x"):rep(50000)) end',
        end: "failed",
    },
    {
        name: "the whole disk by copies",
        lua: 'local f = fs.open("/ai/0", "w") f.write(("x"):rep(90000)) f.close() for i = 1, 100 do fs.copy("/ai/0", "/ai/" .. i) end',
        end: "failed",
    },
    {
        name: "the whole disk by folders",
        lua: 'for i = 1, 5000 do fs.makeDir("/ai/" .. i) end',
        end: "failed",
    },
    { name: "nothing but a syntax error", lua: "return return", end: "failed" },
];

/** What is opened opens no more than that. */
const opened: Attempt[] = [
    { name: "files, not programs", lua: 'os.run({}, "/touch.lua")', allow: ["fs"], end: "shell" },
    { name: "files, not the settings", lua: 'fs.delete("/.settings")', allow: ["fs"], end: "settings" },
    { name: "settings, not files", lua: 'fs.delete("/mine.txt")', allow: ["settings"], end: "fs" },
    { name: "the network, not rednet", lua: 'rednet.broadcast("x")', allow: ["http"], end: "rednet" },
    {
        name: "the turtle, not redstone",
        lua: 'redstone.setOutput("left", true)',
        allow: ["turtle"],
        end: "redstone",
    },
    {
        name: "everything but to switch off",
        lua: "os.shutdown()",
        allow: ["fs", "http", "shell", "turtle"],
        end: "os",
    },
];

/** All of them. */
export const attempts: readonly Attempt[] = [...direct, ...caught, ...reach, ...after, ...opened];
