/**
 * Ways in which a program can try to take all that a computer has, and its host with it. Each is a piece of Lua that
 * runs as a computer's startup file, with
 *
 *     SIZE    a number that chance picks, from 1 to 4, by which the large things vary
 *     HTTP    the address of a server: /large (16 MiB), /medium (1 MiB), /endless, /bomb (gzip), /headers, /redirect,
 *             /sink (takes any body), /slow (does not answer)
 *     WS      the address of a websocket server: /flood sends without end, /deaf does not read
 *     get     get(path): an answer of the server, or nil and why not
 */
export interface Way {
    readonly name: string;
    readonly lua: string;
    /** What the error says that the program gets; a way without it may end as any way may. */
    readonly error?: RegExp;
    /** How the computer goes on: it does unless this says that the game's rule ends it, or that the program never ends. */
    readonly then?: "ended" | "endless";
}

const tooLong = /Too long without yielding$/;
const noMemory = /not enough memory$/;

/** Errors of the game that any way may end with. */
export const gameErrors: readonly RegExp[] = [
    tooLong,
    noMemory,
    /stack overflow/,
    /error in error handling$/,
    /Out of space$/,
    /File name too long$/,
    /too many results to unpack/,
    /resulting string too large/,
];

const screen: readonly Way[] = [
    {
        name: "texts of 64 MB on the screen",
        lua: `local text = ("x"):rep(2^24 * SIZE) while true do term.write(text) end`,
        error: tooLong,
    },
    {
        name: "blits of 32 MB",
        lua: `local text = ("f"):rep(2^23 * SIZE) while true do term.blit(text, text, text) end`,
        error: tooLong,
    },
    { name: "one character for ever", lua: `while true do term.write("x") end`, error: tooLong },
    {
        name: "clearing and scrolling for ever",
        lua: `while true do term.clear() term.scroll(SIZE) term.clearLine() end`,
        error: tooLong,
    },
    {
        name: "palettes for ever",
        lua: `while true do for place = 0, 15 do term.setPaletteColour(2 ^ place, math.random(0, 0xffffff)) end end`,
        error: tooLong,
    },
    {
        name: "windows in windows",
        lua: `local parent = term.current()
            while true do parent = window.create(parent, 1, 1, 51, 19, true) parent.write("x") end`,
    },
    {
        name: "a window of a billion characters",
        lua: `window.create(term.current(), 1, 1, 1e5, 1e4)`,
    },
    { name: "printing 100 MB", lua: `print(("x"):rep(1e8))` },
    { name: "printing words of 100 MB", lua: `print(("word "):rep(5e6 * SIZE))` },
    { name: "an error of 100 MB", lua: `error(("x"):rep(2.5e7 * SIZE), 0)`, error: /x{40}$/ },
    {
        name: "an error of 100 MB that nobody catches",
        lua: `shell.run("fails") local file = fs.open("fails.lua", "w") file.write('error(("x"):rep(1e8), 0)') file.close() shell.run("fails")`,
    },
    {
        name: "a bios that fails with 100 MB",
        lua: `local long = ("x"):rep(1e8)
            function coroutine.resume() error(long, 0) end
            os.pullEventRaw = function() error(long, 0) end
            os.pullEvent = os.pullEventRaw term.native().clear = os.pullEvent term.redirect = os.pullEvent
            os.sleep(1)`,
    },
    {
        name: "pictures of a resized screen",
        lua: `while true do term.setCursorPos(1, 1) term.write(os.clock()) sleep(0) end`,
        then: "endless",
    },
];

const events: readonly Way[] = [
    {
        name: "events of 128 MB",
        lua: `local text = ("x"):rep(2^25 * SIZE) while true do os.queueEvent("large", text) end`,
        error: noMemory,
    },
    {
        name: "events of 1 MB",
        lua: `local text = ("x"):rep(2^20 * SIZE) while true do os.queueEvent("large", text) end`,
    },
    {
        name: "events of a million tables",
        lua: `local list = {} for index = 1, 25e4 * SIZE do list[index] = {} end
            while true do os.queueEvent("tables", list) end`,
    },
    {
        name: "an event of tables in tables",
        lua: `local list = {} for _ = 1, 1e5 do list = { list } end os.queueEvent("deep", list)`,
        error: /Tables are too deep in each other$/,
    },
    { name: "small events for ever", lua: `while true do os.queueEvent("small", SIZE) end`, error: tooLong },
    {
        name: "events that are answered with events",
        lua: `while true do os.queueEvent("again") os.pullEvent("again") end`,
        then: "endless",
    },
    {
        name: "an event of 5000 arguments",
        lua: `local list = {} for index = 1, 5000 do list[index] = "argument " .. index end
            while true do os.queueEvent("many", unpack(list)) end`,
    },
    {
        name: "waiting for an event with a name of 64 MB",
        lua: `local name = ("x"):rep(2^24 * SIZE) os.startTimer(0.1) coroutine.yield(name)`,
        then: "endless",
    },
    { name: "timers for ever", lua: `while true do os.startTimer(1e6) end` },
    {
        name: "timers that are due at once",
        lua: `for _ = 1, 20000 * SIZE do os.startTimer(0.05) end for _ = 1, 300 do os.pullEvent("timer") end`,
    },
    {
        name: "timers that are called off",
        lua: `while true do os.cancelTimer(os.startTimer(math.random() * 1e6)) end`,
        error: tooLong,
    },
    { name: "alarms for ever", lua: `while true do os.setAlarm(math.random() * 24) end` },
    {
        name: "labels of 100 MB",
        lua: `local text = ("x"):rep(2.5e7 * SIZE) while true do os.setComputerLabel(text) end`,
        error: tooLong,
    },
    { name: "dates of 100 MB", lua: `os.date(("%c"):rep(1e7 * SIZE))`, error: noMemory },
    { name: "rebooting for ever", lua: `os.reboot()`, then: "endless" },
];

const files: readonly Way[] = [
    {
        name: "small files",
        lua: `for index = 1, 1e9 do assert(fs.open("file" .. index, "w")).close() end`,
        error: /Out of space$/,
    },
    {
        name: "one large file",
        lua: `local file = fs.open("large", "w") local text = ("x"):rep(1000 * SIZE) while true do file.write(text) end`,
        error: /Out of space$/,
    },
    {
        name: "writing over files again and again",
        lua: `local file = fs.open("large", "w") file.write(("x"):rep(9e5)) file.close()
            local handles = {}
            for index = 1, 100 do handles[index] = fs.open("large", "r+") end
            local text = ("y"):rep(9e5)
            while true do for _, handle in ipairs(handles) do handle.seek("set", 0) handle.write(text) end end`,
        error: tooLong,
    },
    {
        name: "folders in folders",
        lua: `local path = "" while true do path = path .. "a/" fs.makeDir(path) end`,
        error: /Out of space$|Too long|too long/,
    },
    {
        name: "folders in folders at once",
        lua: `fs.makeDir(("a/"):rep(1990)) while true do fs.isReadOnly(("a/"):rep(1990) .. "b/c/d") fs.exists(("a/"):rep(1991)) pcall(fs.getSize, ("a/"):rep(1995)) end`,
    },
    {
        name: "names of 255 letters",
        lua: `for index = 1, 1e9 do fs.makeDir(("n"):rep(250) .. index) end`,
        error: /Out of space$/,
    },
    {
        name: "a path of 100 MB",
        lua: `fs.combine(("a/"):rep(1.2e7 * SIZE), "x")`,
        error: /File name too long$|not enough memory$/,
    },
    {
        name: "paths of 16 kB that do not exist",
        lua: `local path = ("a/"):rep(8000) while true do fs.exists(path) fs.isReadOnly(path) pcall(fs.getSize, path) pcall(fs.makeDir, path) pcall(fs.open, path, "w") end`,
    },
    {
        name: "blanks in paths",
        lua: `local path = (" "):rep(16000) .. "x" while true do fs.combine(path, path) fs.getName(path) end`,
    },
    {
        name: "handles for ever",
        lua: `local handles = {} while true do handles[#handles + 1] = assert(fs.open("file" .. #handles % 9, "w")) end`,
        error: /Too many files already open$/,
    },
    {
        name: "handles that are dropped",
        lua: `while true do fs.open("rom/startup.lua", "r") end`,
        error: tooLong,
    },
    {
        name: "copies of copies",
        lua: `fs.makeDir("tree0/a/b/c") fs.open("tree0/a/b/c/file", "w").close()
            for index = 0, 1e9 do
                fs.copy("tree" .. index, "tree" .. index + 1)
                fs.copy("tree" .. index, "tree" .. index + 1 .. "/more" .. index)
            end`,
        error: /Out of space$|Too many directories to copy$/,
    },
    {
        name: "the ROM, copied and deleted",
        lua: `while true do pcall(fs.copy, "rom", "copy") fs.delete("copy") end`,
    },
    {
        name: "writing behind the end",
        lua: `local file = fs.open("far", "w") file.seek("set", 1e15) file.write("x")`,
        error: /Out of space$/,
    },
    {
        name: "reading what is not there",
        lua: `local file = fs.open("rom/startup.lua", "r") while true do file.seek("set", 0) file.read(2^31 - 1) file.readAll() file.readLine() end`,
        error: tooLong,
    },
    {
        name: "settings without end",
        lua: `for index = 1, 1e9 do settings.set("setting" .. index, ("x"):rep(1e5 * SIZE)) assert(settings.save(".settings"), "Out of space") end`,
    },
];

const network: readonly Way[] = [
    {
        name: "bodies that are kept",
        lua: `local kept = {} while true do kept[#kept + 1] = assert(get("/large")) end`,
        error: noMemory,
    },
    { name: "bodies that are dropped", lua: `for _ = 1, 30 do assert(get("/large")) end` },
    {
        name: "bodies that nobody waits for",
        lua: `for index = 1, 40 do http.request(HTTP .. "/large?" .. index) end sleep(2)`,
    },
    {
        name: "bodies that are read at once",
        lua: `local kept = {} while true do kept[#kept + 1] = assert(get("/large")).readAll() end`,
        error: noMemory,
    },
    {
        name: "bodies of 4 MB sent at once",
        lua: `local body = ("x"):rep(2^20 * SIZE) for index = 1, 1e9 do http.request(HTTP .. "/slow?" .. index, body) end`,
        error: /not enough memory$|Too many ongoing HTTP requests$/,
    },
    {
        name: "a body of 100 MB sent",
        lua: `local ok, why = http.post(HTTP .. "/sink", ("x"):rep(2.5e7 * SIZE)) error(why, 0)`,
        error: /Request body is too large$|not enough memory$/,
    },
    {
        name: "requests for ever",
        lua: `for index = 1, 1e9 do http.request(HTTP .. "/slow?" .. index) end`,
        error: /Too many ongoing HTTP requests$/,
    },
    {
        name: "questions about addresses for ever",
        lua: `for index = 1, 1e9 do http.checkURLAsync("http://localhost/" .. index) end`,
        error: /Too many ongoing checkUrl calls$|Too long without yielding$/,
    },
    {
        name: "an address of 50 MB",
        lua: `assert(http.request(HTTP .. "/" .. ("x"):rep(1.2e7 * SIZE))) sleep(1)`,
    },
    {
        name: "a host of a million letters",
        lua: `assert(http.request("http://" .. ("a"):rep(1e6) .. "!/"))`,
        error: /URL malformed$/,
    },
    {
        name: "a million headers",
        lua: `local headers = {} for index = 1, 25e4 * SIZE do headers["x-" .. index] = "value" end
            local ok, why = http.get(HTTP .. "/medium", headers) error(why, 0)`,
    },
    {
        name: "headers of an answer without end",
        lua: `error(select(2, get("/headers")), 0)`,
        error: /Could not connect$/,
    },
    {
        name: "an answer without end",
        lua: `error(select(2, get("/endless")), 0)`,
        error: /Response is too large$/,
    },
    { name: "a gzip bomb", lua: `error(select(2, get("/bomb")), 0)`, error: /Response is too large$/ },
    { name: "redirects without end", lua: `assert(get("/redirect"))` },
    {
        name: "a websocket that is flooded",
        lua: `local socket = assert(http.websocket(WS .. "/flood")) for _ = 1, 300 do socket.receive() end socket.close()`,
    },
    {
        name: "a websocket that nobody listens to",
        lua: `assert(http.websocket(WS .. "/flood")) local timer = os.startTimer(2) repeat local _, id = os.pullEvent("timer") until id == timer`,
    },
    {
        name: "messages for a websocket that does not read",
        lua: `local socket = assert(http.websocket(WS .. "/deaf")) local text = ("x"):rep(2^17) while true do socket.send(text, true) end`,
        error: /Too many ongoing websocket messages$|not enough memory$/,
    },
    {
        name: "websockets for ever",
        lua: `local sockets = {} while true do sockets[#sockets + 1] = assert(http.websocket(WS .. "/deaf?" .. #sockets)) end`,
        error: /Too many websockets already open$/,
    },
    {
        // It may end without an error: what was under way is given back when the connection is gone.
        name: "websockets that are closed with messages under way",
        lua: `local text = ("x"):rep(2^17)
            for index = 1, 60 do
                local socket = assert(http.websocket(WS .. "/deaf?" .. index))
                for _ = 1, 100 do socket.send(text, true) end
                socket.close()
            end`,
    },
    {
        name: "a message of 100 MB",
        lua: `assert(http.websocket(WS .. "/deaf")).send(("x"):rep(2.5e7 * SIZE))`,
        error: /Message is too large$/,
    },
];

const lua: readonly Way[] = [
    {
        name: "a text that doubles",
        lua: `local text = "x" while true do text = text .. text end`,
        error: noMemory,
    },
    {
        name: "a repetition of 2 GB",
        lua: `("x"):rep(2^31 - 1)`,
        error: /not enough memory$|resulting string too large$/,
    },
    { name: "repetitions of nothing", lua: `while true do (""):rep(2^31 - 1) end` },
    { name: "tables for ever", lua: `local list = {} while true do list[#list + 1] = {} end` },
    {
        name: "closures for ever",
        lua: `local list = {} while true do list[#list + 1] = function() return list end end`,
    },
    {
        name: "coroutines for ever",
        lua: `local list = {} while true do
                list[#list + 1] = coroutine.create(function() coroutine.yield() end)
                coroutine.resume(list[#list])
            end`,
    },
    {
        name: "a storm of short coroutines",
        lua: `while true do coroutine.wrap(function() for _ = 1, 1e5 do end end)() end`,
        error: tooLong,
    },
    {
        name: "coroutines in coroutines",
        lua: `local function nest() coroutine.wrap(nest)() end nest()`,
    },
    {
        name: "a concatenation of 1 GB",
        lua: `local list, text = {}, ("x"):rep(1e6) for index = 1, 1000 do list[index] = text end table.concat(list)`,
        error: noMemory,
    },
    { name: "a search without end", lua: `("a"):rep(200000):find(".-.-.-b")`, then: "ended" },
    {
        name: "a search for a long text",
        lua: `("a"):rep(2e6):find(("a"):rep(1e6) .. "b", 1, true)`,
        then: "ended",
    },
    {
        name: "a pattern of many captures",
        lua: `("x"):find(("("):rep(1e6))`,
        error: /too many captures|pattern too complex|unfinished capture|malformed pattern/,
    },
    {
        name: "a table in tables serialised",
        lua: `local list = {} for _ = 1, 1e5 do list = { list } end textutils.serialise(list)`,
    },
    {
        name: "a large table serialised",
        lua: `local list = {} for index = 1, 1e6 * SIZE do list[index] = { index } end textutils.serialise(list)`,
    },
    {
        name: "JSON of a million brackets",
        lua: `error(select(2, textutils.unserialiseJSON(("["):rep(1e6 * SIZE))), 0)`,
        error: /./,
    },
    { name: "JSON of 100 MB", lua: `textutils.unserialiseJSON('["' .. ("x"):rep(2e7 * SIZE) .. '"]')` },
    { name: "a program of 20 MB", lua: `assert(load(("x = x "):rep(1e6 * SIZE)))` },
    {
        name: "a program of a million brackets",
        lua: `assert(load(("("):rep(1e6 * SIZE)))`,
        error: /overflow|levels|limit/,
    },
    {
        name: "a reader without end",
        lua: `assert(load(function() return "x = 1 " end))`,
        error: /Too long without yielding$|not enough memory$/,
    },
    {
        name: "a handler that never ends",
        lua: `error(select(2, xpcall(error, function() while true do end end)), 0)`,
        error: /error in error handling$/,
    },
    {
        name: "a handler of Too long without yielding that never ends",
        lua: `xpcall(function() while true do end end, function() while true do end end)`,
        then: "ended",
    },
    {
        name: "catching for ever",
        lua: `while true do pcall(function() while true do end end) end`,
        then: "ended",
    },
    {
        name: "metamethods for ever",
        lua: `local object = setmetatable({}, { __index = function() while true do end end }) return object.field`,
        error: tooLong,
    },
    {
        name: "metamethods that call themselves",
        lua: `local object = setmetatable({}, { __index = function(self, key) return self[key .. "x"] .. "" end }) return object.field`,
    },
    {
        name: "comparing for ever",
        lua: `local list = {} for index = 1, 1000 do list[index] = index end
            table.sort(list, function() for _ = 1, 1e6 do end return false end)`,
        error: tooLong,
    },
    {
        name: "replacing for ever",
        lua: `("x"):rep(1e6):gsub("x", function() for _ = 1, 1e6 do end end)`,
        error: tooLong,
    },
    {
        name: "recursion",
        lua: `local function deeper() return 1 + deeper() end deeper()`,
        error: /stack overflow/,
    },
    {
        name: "hooks set for ever",
        lua: `while true do debug.sethook() debug.sethook(function() end, "", 1e9) end`,
        error: tooLong,
    },
    {
        name: "a text of itself for ever",
        lua: `tostring(setmetatable({}, { __tostring = function() while true do end end }))`,
        error: tooLong,
    },
    { name: "an iterator that never ends", lua: `for _ in function() return 1 end do end`, error: tooLong },
    {
        name: "a million tasks",
        lua: `local tasks = {} for index = 1, 2e5 do tasks[index] = function() sleep(1) end end parallel.waitForAll(unpack(tasks))`,
    },
    {
        name: "ten thousand tasks",
        lua: `local tasks = {} for index = 1, 3000 do tasks[index] = function() while true do os.pullEvent() os.queueEvent("more") end end end os.queueEvent("more") parallel.waitForAll(unpack(tasks))`,
        then: "endless",
    },
];

const peripherals: readonly Way[] = [
    {
        name: "messages of 16 MB over a modem",
        lua: `peripheral.call("back", "open", 1) local text = ("x"):rep(2^22 * SIZE)
            while true do peripheral.call("back", "transmit", 2, 1, text) end`,
        error: tooLong,
    },
    {
        name: "small messages over a modem for ever",
        lua: `rednet.open("back") while true do rednet.broadcast({ "text", SIZE }) end`,
        error: tooLong,
    },
    {
        name: "a method with a name of 50 MB",
        lua: `peripheral.call("back", ("x"):rep(1.2e7 * SIZE))`,
        error: /x{40}$|not enough memory$/,
    },
    {
        name: "audio for ever",
        lua: `local audio = {} for index = 1, 128 * 1024 do audio[index] = 0 end
            while true do peripheral.call("top", "playAudio", audio) peripheral.call("top", "stop") end`,
        error: tooLong,
    },
    {
        name: "audio of a million samples",
        lua: `local audio = {} for index = 1, 1e6 * SIZE do audio[index] = 0 end peripheral.call("top", "playAudio", audio)`,
        error: /Audio data is too large$|not enough memory$|Too long without yielding$/,
    },
    {
        name: "texts of 64 MB on a monitor",
        lua: `local text = ("x"):rep(2^24 * SIZE) while true do peripheral.call("left", "write", text) end`,
    },
    {
        name: "scrolling a monitor for ever",
        lua: `while true do peripheral.call("left", "scroll", SIZE) end`,
        error: tooLong,
    },
    {
        name: "redstone on a side of 50 MB",
        lua: `redstone.setOutput(("x"):rep(1.2e7 * SIZE), true)`,
        error: /x{40}\)$|not enough memory$/,
    },
];

/** All ways. The first ones are those that are tried in a short run. */
export const ways: readonly Way[] = [...screen, ...events, ...files, ...network, ...lua, ...peripherals];
