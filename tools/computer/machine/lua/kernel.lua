-- The kernel: what runs first in a computer's Lua state. It sets up the globals that a ROM expects to find, starts
-- bios.lua as a coroutine and hands it events. Its only way out is `send` and `call`; wire.ts describes the bytes.

-- The kernel keeps its own copy of the standard library, so that nothing a program puts in its place reaches it.
local globals, private = _G, {}
for name, value in pairs(globals) do
    if type(value) == "table" and value ~= globals then
        local copy = {}
        for key, item in pairs(value) do copy[key] = item end
        value = copy
    end
    private[name] = value
end
private._G = private
local _ENV = private

local byte, find, format, sub = string.byte, string.find, string.format, string.sub
local concat, unpack = table.concat, table.unpack
local next, select, tonumber, type = next, select, tonumber, type
local stdin, stdout = io.stdin, io.stdout

local kernel = { globals = globals, inCall = false, source = debug.getinfo(1, "S").source }

-- Bytes are kept in C's buffer until an answer is wanted or the kernel returns.
stdout:setvbuf("full")

-- Encoding ----------------------------------------------------------------------------------------------------------

--- How deep tables may be in each other where they leave Lua.
local DEEPEST = 500

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
            if depth > DEEPEST then error("stack overflow", 0) end
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
    local parts, seen = { name .. ";" }, { count = 0 }
    for index = 1, count do
        encode(parts, (select(index, ...)), seen, 1)
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
        return kernel.objects[kind](fields), position
    elseif tag == "q" then
        return 0 / 0, position + 1
    end
    return nil, position + 1
end

-- An answer that could not be read to its end, for want of memory, leaves bytes behind. They are read off up to a mark
-- that Node sends anew each time.
local marks = 0
local function readPastBrokenAnswer()
    marks = marks + 1
    local mark = "<mark " .. marks .. ">"
    stdout:write(frame("kernel.echo", mark))
    stdout:flush()
    local last = ""
    while last ~= mark do
        local next = stdin:read(1)
        if not next then os.exit(1) end
        last = sub(last .. next, -#mark)
    end
    kernel.inCall = false
end

local function readAnswer()
    local header = stdin:read(8)
    -- No answer means that Node failed in carrying out the call: it raises its own error once we are gone.
    if not header then os.exit(1) end
    local text = stdin:read(tonumber(header, 16))
    kernel.inCall = false
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

local function ask(question)
    if kernel.inCall then readPastBrokenAnswer() end
    kernel.inCall = true
    stdout:write(question)
    stdout:flush()
    waiting = 0
    return readAnswer()
end

-- Seconds. Looking through all of Lua's memory takes time: a program that has used it up is not slowed down by it each time.
local BETWEEN_COLLECTIONS = 1
local lastCollection = -math.huge

--- As `ask`. Where Node has no room for it what the program has dropped is given back first, such as bodies of responses.
local function askForRoom(question)
    local ok, values, count = ask(question)
    if ok or values[1] ~= NOT_ENOUGH_MEMORY then return ok, values, count end
    local now = os.clock()
    if now >= lastCollection and now < lastCollection + BETWEEN_COLLECTIONS then return ok, values, count end
    lastCollection = now
    collectgarbage()
    kernel.releaseHandles()
    return ask(question)
end

--- Raises "not enough memory" when Node has no room for a large frame.
local function announce(text)
    if #text <= MOST_WAITING then return end
    local ok, values = askForRoom(frame("kernel.requireRoom", #text))
    if not ok then error(values[1], 0) end
end

local function write(text)
    stdout:write(text)
    waiting = waiting + #text
    if waiting > MOST_WAITING then ask(frame("kernel.echo")) end
end

--- Asks Node for something and does not wait. The values after the name are its arguments.
local function send(name, ...)
    local text = frame(name, ...)
    announce(text)
    write(text)
end

--- Asks Node for something and returns its answer. An error is raised where the caller was called: make it the tail
--- call of a native function, so that this is the program's own line.
local function call(name, ...)
    local question = frame(name, ...)
    kernel.look()
    announce(question)
    local ok, values, count = askForRoom(question)
    -- Lua's own error of this name has no line either.
    if not ok then error(values[1], values[1] == NOT_ENOUGH_MEMORY and 0 or 2) end
    return unpack(values, 1, count)
end

--- As `call`, but returns false and the message in place of raising, and true before what it returns otherwise.
local function try(name, ...)
    local question = frame(name, ...)
    kernel.look()
    announce(question)
    local ok, values, count = askForRoom(question)
    return ok, unpack(values, 1, count)
end

-- Bytes. What a frame of so few stands for always has room in Node: see event-queue.ts.
local SMALL = 100

--- As `call`, for what has no answer: it does not wait for a small frame, of which nothing can go wrong.
local function tell(name, ...)
    local text = frame(name, ...)
    if #text > SMALL then return call(name, ...) end
    write(text)
end

kernel.send, kernel.call, kernel.tell, kernel.try = send, call, tell, try

-- Checking what a program passes ------------------------------------------------------------------------------------

--- Raises "bad argument" in the caller's caller unless `value` has the type.
function kernel.expect(index, value, expected)
    local actual = type(value)
    if actual ~= expected then
        error(format("bad argument #%d (%s expected, got %s)", index, expected, actual), 3)
    end
    return value
end

--- As `expect`, but nil passes too.
function kernel.expectOptional(index, value, expected)
    local actual = type(value)
    if actual ~= expected and value ~= nil then
        error(format("bad argument #%d (%s expected, got %s)", index, expected, actual), 3)
    end
    return value
end

local function finite(index, value)
    local actual = type(value)
    if actual == "number" then
        if value - value == 0 then return value end
        actual = value ~= value and "nan" or value > 0 and "inf" or "-inf"
    end
    error(format("bad argument #%d (number expected, got %s)", index, actual), 4)
end

--- A number that is neither infinite nor NaN.
function kernel.expectFinite(index, value)
    local checked = finite(index, value)
    return checked
end

--- Cuts a fraction off, as CC does wherever it wants a whole number.
function kernel.toWhole(number)
    if number ~= number then return 0 end
    return number < 0 and math.ceil(number) or math.floor(number)
end

--- A finite number, without its fraction.
function kernel.expectWhole(index, value)
    local checked = finite(index, value)
    return kernel.toWhole(checked)
end

--- As `expectWhole`, but nil passes too.
function kernel.expectOptionalWhole(index, value)
    if value == nil then return nil end
    local checked = finite(index, value)
    return kernel.toWhole(checked)
end

-- Setting up --------------------------------------------------------------------------------------------------------

--- Runs another part of the kernel with the kernel as its argument and returns what that returns.
local function part(name)
    local run, message = load(call("kernel.source", name), "=kernel/" .. name, "t", private)
    if not run then error(message, 0) end
    return run(kernel)
end

kernel.part = part

local options = call("kernel.options")
kernel.options = options

part("escapes")
part("watch")
part("globals")
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

-- Running -----------------------------------------------------------------------------------------------------------

--- The longest message with which a computer ends.
local LONGEST_MESSAGE = 1000

--- Tells Node why the computer cannot go on. No code of the program runs any more, so that its tables stay what they are.
local function fail(problem)
    local kind = type(problem)
    local message = (kind == "string" or kind == "number") and problem or kind
    send("kernel.failed", sub(message, 1, LONGEST_MESSAGE))
end

local resume, status = coroutine.resume, coroutine.status
local bios, message = load(kernel.translateEscapes(call("kernel.bios")), "@bios.lua", "t", globals)
if not bios then
    fail(message)
    stdout:flush()
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
        stdout:flush()
        return
    end
    if size then kernel.resize(size[1], size[2]) end
    kernel.startSlice()
    local ok, filter = resume(bios, unpack(event, 2, count))
    if not ok then
        fail(filter)
    elseif status(bios) == "dead" then
        fail("bios.lua has returned")
    else
        kernel.releaseHandles()
        send("kernel.waiting", type(filter) == "string" and filter or nil)
    end
    stdout:flush()
end
