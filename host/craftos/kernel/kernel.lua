-- The kernel: what runs first in a computer's Lua state. It sets up the globals that a ROM expects to find, starts
-- bios.lua as a coroutine and hands it events. Its only way out is `send` and `call`; wire.ts describes the bytes.

-- What this Lua has at first --------------------------------------------------------------------------------------------

-- Functions of the kernel have no source, which Lua shows so. A chunk of a program cannot be called that, see globals.lua.
local NATIVE = "=?"

local globals, registry = _G, debug.getregistry()
local stdin, stdout = io.stdin, io.stdout
local readFile, writeFile, flushFile = stdin.read, stdout.write, stdout.flush
local clock = os.clock

-- Bytes are kept in C's buffer until an answer is wanted or the kernel returns.
stdout:setvbuf("full")

-- The kernel keeps its own copy of the standard library, so that nothing a program puts in its place reaches it.
local private = { collectgarbage = collectgarbage }
local stays = { _G = true, _VERSION = true }
for _, name in ipairs({
    "assert", "error", "getmetatable", "ipairs", "load", "loadstring", "next", "pairs", "pcall", "rawequal", "rawget",
    "rawlen", "rawset", "select", "setmetatable", "tonumber", "tostring", "type", "unpack", "xpcall",
}) do
    private[name], stays[name] = globals[name], true
end
for _, name in ipairs({ "bit32", "coroutine", "debug", "math", "string", "table" }) do
    private[name], stays[name] = {}, true
    for key, item in pairs(globals[name]) do private[name][key] = item end
end

-- All that reaches beyond Lua is gone from it before anything else runs: what is left are the reading and the writing
-- above. C knows files by a metatable that has to stay in the registry, with nothing in it. Numbers there are Lua's own.
for name in next, globals do
    if not stays[name] then globals[name] = nil end
end
local methods = registry["FILE*"]
for key in next, methods do methods[key] = nil end
for key in next, registry do
    if type(key) ~= "number" then registry[key] = nil end
end
registry["FILE*"] = methods

local _ENV = private

local byte, find, format, sub = string.byte, string.find, string.format, string.sub
local concat, unpack = table.concat, table.unpack
local next, select, tonumber, type = next, select, tonumber, type

local kernel = { globals = globals, NATIVE = NATIVE, clock = clock }

-- Errors ------------------------------------------------------------------------------------------------------------

local rawError = error

--- The level by which our Lua takes the innermost line of a program. See luaL_where in lua-module.ts.
local INNERMOST_LINE = 1000000

--- Raises an error. As in CC a message has the line of the program that runs before it, however deep in the kernel it is
-- raised, and even if `pcall` or another native called the function; level 0 leaves it as it is.
function private.error(message, level)
    rawError(message, level == 0 and 0 or INNERMOST_LINE)
end

--- As `error`, in a hook: what handles the error is watched, too, though Lua has hooks rest inside of a hook.
function kernel.errorInHook(message)
    rawError(message, INNERMOST_LINE + 1)
end
local error = error

-- Texts -------------------------------------------------------------------------------------------------------------

local rawToString = tostring

--- Lua's own asks the metatables of numbers and the like, which a program may have set.
function private.tostring(value)
    local kind = type(value)
    if kind == "number" or kind == "string" then return value .. "" end
    if kind == "boolean" then return value and "true" or "false" end
    if kind == "nil" then return "nil" end
    return rawToString(value)
end

-- Encoding ----------------------------------------------------------------------------------------------------------

-- Tables in each other, deeper than anybody needs and less than what Node can go through.
local MAXIMUM_DEPTH = 1000

local function encode(parts, value, seen, depth)
    local kind = type(value)
    if kind == "string" then
        parts[#parts + 1] = "s" .. #value .. ":"
        parts[#parts + 1] = value
    elseif kind == "number" then
        -- Lua's own conversion keeps 14 digits, which is exact for whole numbers below 1e14.
        local exact = value % 1 == 0 and value > -1e14 and value < 1e14
        parts[#parts + 1] = exact and "n" .. value .. ";" or format("n%.17g;", value)
    elseif kind == "boolean" then
        parts[#parts + 1] = value and "t" or "f"
    elseif kind == "table" then
        if seen[value] then
            parts[#parts + 1] = "@" .. seen[value] .. ";"
        else
            if depth == MAXIMUM_DEPTH then error("Tables are too deep in each other") end
            seen.count = seen.count + 1
            seen[value] = seen.count
            parts[#parts + 1] = "{"
            for key, item in next, value do
                encode(parts, key, seen, depth + 1)
                encode(parts, item, seen, depth + 1)
            end
            parts[#parts + 1] = "}"
        end
    else
        parts[#parts + 1] = "z"
    end
end

local function frame(name, ...)
    local count = select("#", ...)
    if count == 0 then return name .. ";." end
    local parts, seen, values = { name .. ";" }, { count = 0 }, { ... }
    for index = 1, count do
        encode(parts, values[index], seen, 0)
        -- As in CC, a table that is passed twice arrives as two.
        seen = { count = seen.count }
    end
    parts[#parts + 1] = "."
    return concat(parts)
end

-- Decoding ----------------------------------------------------------------------------------------------------------

--- Builders of the objects that Node names in an answer, by kind.
kernel.objects = {}

local decode

local function decodeTable(text, position, seen)
    local result = {}
    seen[#seen + 1] = result
    while byte(text, position) ~= 125 do
        local key, value
        key, position = decode(text, position, seen)
        value, position = decode(text, position, seen)
        result[key] = value
    end
    return result, position + 1
end

--- Reads one value at `position`; returns it and the position after it.
function decode(text, position, seen)
    local tag = sub(text, position, position)
    if tag == "s" then
        local _, stop, length = find(text, "^(%d+):", position + 1)
        local last = stop + tonumber(length)
        return sub(text, stop + 1, last), last + 1
    elseif tag == "n" then
        local _, stop, number = find(text, "^([^;]+);", position + 1)
        return tonumber(number), stop + 1
    elseif tag == "t" then
        return true, position + 1
    elseif tag == "f" then
        return false, position + 1
    elseif tag == "{" then
        return decodeTable(text, position + 1, seen)
    elseif tag == "@" then
        local _, stop, index = find(text, "^(%d+);", position + 1)
        return seen[tonumber(index)], stop + 1
    elseif tag == "o" then
        local _, stop, kind = find(text, "^([^;]+);", position + 1)
        local fields
        fields, position = decode(text, stop + 1, seen)
        local object = kernel.objects[kind](fields)
        kernel.markNatives(object)
        return object, position
    elseif tag == "q" then
        return 0 / 0, position + 1
    end
    return nil, position + 1
end

--- Reads what Node has to say: returns whether it is good, the values, and their count. An answer that is not read to its
-- end, for want of memory or of stack, is dropped by Node.
local function readAnswer()
    local text = readFile(stdin, tonumber(readFile(stdin, 8), 16))
    local values, count, position, seen = {}, 0, 2, {}
    while position <= #text do
        count = count + 1
        values[count], position = decode(text, position, seen)
    end
    return sub(text, 1, 1) == "+", values, count
end

-- Calling Node ------------------------------------------------------------------------------------------------------

--- Looks at the program's time: see watch.lua.
function kernel.look() end

local NOT_ENOUGH_MEMORY = "not enough memory"

-- So many bytes of frames may wait to be carried out, and a frame of more is announced, so that Node can refuse it.
local MOST_WAITING = 65536
local waiting = 0

--- Asks Node for something and reads its answer. It may be broken off anywhere, as by the watch or at the stack's end:
-- what was asked for is done at the latest before the next question.
local function ask(question)
    writeFile(stdout, question)
    flushFile(stdout)
    waiting = 0
    return readAnswer()
end

-- Seconds. Looking through all of Lua's memory takes time: where that was in vain it is not done again for so long.
local AFTER_VAIN_COLLECTION = 1
local lastInVain = -math.huge

--- As `ask`. Where Node has no room for it what the program has dropped is given back first, such as bodies of responses.
local function askForRoom(question)
    local ok, values, count = ask(question)
    if ok or values[1] ~= NOT_ENOUGH_MEMORY then return ok, values, count end
    local now = clock()
    if now >= lastInVain and now < lastInVain + AFTER_VAIN_COLLECTION then return ok, values, count end
    collectgarbage()
    kernel.releaseHandles()
    ok, values, count = ask(question)
    if not ok and values[1] == NOT_ENOUGH_MEMORY then lastInVain = now end
    return ok, values, count
end

--- Raises an error of Node's where the program is. Lua's own for want of memory has no place either.
local function fail(message)
    error(message, message == NOT_ENOUGH_MEMORY and 0 or 1)
end

--- Raises "not enough memory" when Node has no room for a large frame.
local function announce(text)
    if #text <= MOST_WAITING then return end
    local ok, values = askForRoom(frame("kernel.requireRoom", #text))
    if not ok then fail(values[1]) end
end

local function write(text)
    writeFile(stdout, text)
    waiting = waiting + #text
    if waiting > MOST_WAITING then ask(frame("kernel.carryOut")) end
end

--- Asks Node for something and does not wait. The values after the name are its arguments.
local function send(name, ...)
    local text = frame(name, ...)
    announce(text)
    write(text)
end

--- Asks Node for something and returns its answer. Its error is raised where the program is.
local function call(...)
    local question = frame(...)
    kernel.look()
    announce(question)
    local ok, values, count = askForRoom(question)
    if not ok then fail(values[1]) end
    return unpack(values, 1, count)
end

--- As `call`, but returns false and the message in place of raising, and true before what it returns otherwise.
local function try(...)
    local question = frame(...)
    kernel.look()
    announce(question)
    local ok, values, count = askForRoom(question)
    return ok, unpack(values, 1, count)
end

-- Bytes. What a frame of so few stands for always has room in Node: see event-queue.ts.
local SMALL = 100

--- As `call`, for what has no answer: it does not wait for a small frame, of which nothing can go wrong.
local function tell(...)
    local text = frame(...)
    if #text > SMALL then return call(...) end
    write(text)
end

--- Ends Lua: nothing in it runs any more.
function kernel.stop()
    ask(frame("kernel.stop"))
end

kernel.send, kernel.call, kernel.tell, kernel.try = send, call, tell, try

-- Checking what a program passes ------------------------------------------------------------------------------------

--- Raises "bad argument" unless `value` has the type.
function kernel.expect(index, value, expected)
    local actual = type(value)
    if actual ~= expected then
        error(format("bad argument #%d (%s expected, got %s)", index, expected, actual))
    end
    return value
end

--- As `expect`, but nil passes too.
function kernel.expectOptional(index, value, expected)
    local actual = type(value)
    if actual ~= expected and value ~= nil then
        error(format("bad argument #%d (%s expected, got %s)", index, expected, actual))
    end
    return value
end

--- A number that is neither infinite nor NaN.
function kernel.expectFinite(index, value)
    local actual = type(value)
    if actual == "number" then
        if value - value == 0 then return value end
        actual = value ~= value and "nan" or value > 0 and "inf" or "-inf"
    end
    error(format("bad argument #%d (number expected, got %s)", index, actual))
end

--- Cuts a fraction off, as CC does wherever it wants a whole number.
function kernel.toWhole(number)
    if number ~= number then return 0 end
    return number < 0 and math.ceil(number) or math.floor(number)
end

--- A finite number, without its fraction.
function kernel.expectWhole(index, value)
    return kernel.toWhole(kernel.expectFinite(index, value))
end

--- As `expectWhole`, but nil passes too.
function kernel.expectOptionalWhole(index, value)
    if value == nil then return nil end
    return kernel.toWhole(kernel.expectFinite(index, value))
end

-- Setting up --------------------------------------------------------------------------------------------------------

local parts = call("kernel.parts")

--- Runs another part of the kernel with the kernel as its argument and returns what that returns.
local function part(name)
    return load(parts[name], NATIVE, "b", private)(kernel)
end

kernel.part = part

local options = call("kernel.options")
kernel.options = options

part("arguments")
part("escapes")
part("watch")
part("globals")
part("math")
part("format")
part("repetition")
part("strings")
part("pack")
part("tables")
part("debugging")
part("handles")
globals.utf8 = part("utf8")
globals.term = part("term")
globals.fs = part("fs")
globals.os = part("os")
globals.redstone = part("redstone")
globals.rs = globals.redstone
globals.peripheral = part("peripheral")
if options.http then globals.http = part("http") end
globals._HOST = options.host
globals._CC_DEFAULT_SETTINGS = ""
kernel.markNatives(globals)

-- Running -----------------------------------------------------------------------------------------------------------

--- The longest message with which a computer ends.
local LONGEST_MESSAGE = 1000

--- Tells Node why the computer cannot go on. Not by `tostring`, which would run a function of the program.
local function endComputer(problem)
    local kind = type(problem)
    if kind == "number" then problem = problem .. "" end
    if kind ~= "string" and kind ~= "number" then problem = "an error that is no text: " .. kind end
    send("kernel.failed", sub(problem, 1, LONGEST_MESSAGE))
end

local resume, status = coroutine.resume, coroutine.status
local bios, message = load(kernel.translateEscapes(call("kernel.bios")), "@bios.lua", "t", globals)
if not bios then
    endComputer(message)
    flushFile(stdout)
else
    bios = kernel.create(bios)
end

--- Hands one event to the computer and runs it until it waits for the next. Node has put the event where an answer
--- would be: before it the terminal's size, if that has changed.
return function()
    if not bios then return end
    local _, event, count = readAnswer()
    local size = event[1]
    if size == "collect" then
        collectgarbage()
        kernel.releaseHandles()
        flushFile(stdout)
        return
    end
    if size then kernel.resize(size[1], size[2]) end
    kernel.startSlice()
    local ok, filter = resume(bios, unpack(event, 2, count))
    if not ok then
        endComputer(filter)
    elseif status(bios) == "dead" then
        endComputer("bios.lua has returned")
    else
        kernel.releaseHandles()
        send("kernel.waiting", type(filter) == "string" and filter or nil)
    end
    flushFile(stdout)
end
