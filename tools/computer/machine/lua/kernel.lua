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

local kernel = { globals = globals, inCall = false }

-- Bytes are kept in C's buffer until an answer is wanted or the kernel returns.
stdout:setvbuf("full")

-- Encoding ----------------------------------------------------------------------------------------------------------

local function encode(parts, value, seen)
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
            seen.count = seen.count + 1
            seen[value] = seen.count
            parts[#parts + 1] = "{"
            for key, item in next, value do
                encode(parts, key, seen)
                encode(parts, item, seen)
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
        encode(parts, (select(index, ...)), seen)
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

--- Asks Node for something and does not wait. The values after the name are its arguments.
local function send(name, ...)
    stdout:write(frame(name, ...))
end

--- Asks Node for something and returns its answer. An error is raised where the caller was called: make it the tail
--- call of a native function, so that this is the program's own line.
local function call(name, ...)
    local question = frame(name, ...)
    if kernel.inCall then readPastBrokenAnswer() end
    kernel.inCall = true
    stdout:write(question)
    stdout:flush()
    local ok, values, count = readAnswer()
    if not ok then error(values[1], 2) end
    return unpack(values, 1, count)
end

--- As `call`, but returns false and the message in place of raising, and true before what it returns otherwise.
local function try(name, ...)
    local question = frame(name, ...)
    if kernel.inCall then readPastBrokenAnswer() end
    kernel.inCall = true
    stdout:write(question)
    stdout:flush()
    local ok, values, count = readAnswer()
    return ok, unpack(values, 1, count)
end

kernel.send, kernel.call, kernel.try = send, call, try

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

part("arguments")
part("escapes")
part("globals")
part("math")
part("format")
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

local resume, status = coroutine.resume, coroutine.status
local bios, message = load(kernel.translateEscapes(call("kernel.bios")), "@bios.lua", "t", globals)
if not bios then
    send("kernel.failed", message)
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
    if size then kernel.resize(size[1], size[2]) end
    kernel.startSlice()
    local ok, filter = resume(bios, unpack(event, 2, count))
    if not ok then
        send("kernel.failed", tostring(filter))
    elseif status(bios) == "dead" then
        send("kernel.failed", "bios.lua has returned")
    else
        kernel.releaseHandles()
        send("kernel.waiting", type(filter) == "string" and filter or nil)
    end
    stdout:flush()
end
