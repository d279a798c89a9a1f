-- The standard library as ComputerCraft has it: real Lua 5.2 less what would reach the host, and with what CC keeps
-- from 5.1 or takes from 5.3.

local kernel = ...
local globals = kernel.globals
local byte, concat, find, match, sub = string.byte, table.concat, string.find, string.match, string.sub
local pcall, rawLoad, select = pcall, load, select
local error, type = error, type
local resume, status = coroutine.resume, coroutine.status

-- Coroutines ---------------------------------------------------------------------------------------------------------

function globals.coroutine.create(body)
    return kernel.create(kernel.argument(body, "function"))
end

local function passOn(ok, ...)
    if ok then return ... end
    error((...), 0)
end

--- Unlike Lua's, which puts the caller's position before the one that the message has.
function globals.coroutine.wrap(body)
    local thread = kernel.create(kernel.argument(body, "function"))
    local function wrapped(...)
        if status(thread) == "dead" then error("cannot resume dead coroutine") end
        return passOn(resume(thread, ...))
    end
    kernel.markNatives(wrapped)
    return wrapped
end

function globals.coroutine.isyieldable(thread)
    if thread ~= nil then kernel.argument(thread, "thread") end
    -- The kernel runs in the main thread, and no program.
    return true
end

-- Errors ------------------------------------------------------------------------------------------------------------

--- Takes anything for a message, as Lua 5.3 does, and raises a string at the caller's line.
function globals.assert(...)
    if (...) then return ... end
    local count = select("#", ...)
    if count == 0 then error("bad argument #1 (value expected)") end
    local message = "assertion failed!"
    if count > 1 then message = select(2, ...) end
    if type(message) == "string" then error(message) end
    error(message, 0)
end

-- Loading -----------------------------------------------------------------------------------------------------------

--- A name that a program gives to a chunk, which is never that of the kernel's.
local function chunkName(name)
    -- C ends it at a zero byte.
    return match(name, "^%Z*") == kernel.NATIVE and "=(load)" or name
end

local COMPILED = "attempt to load a binary chunk"

--- Whether a chunk is compiled, or begins so. CC takes none, whatever the mode: Lua would believe what is in it.
local function isCompiled(chunk)
    return byte(chunk) == 27
end

--- The whole of a chunk that comes in pieces, whose function may yield.
local function join(nextPiece)
    local pieces = {}
    while true do
        local piece = nextPiece()
        if piece == nil or piece == "" then return concat(pieces) end
        if type(piece) ~= "string" then error("'reader' must return a string", 0) end
        pieces[#pieces + 1] = piece
    end
end

--- As Lua's, for source alone: CC loads no compiled chunks.
function globals.load(chunk, name, mode, environment)
    kernel.expectOptional(2, name, "string")
    kernel.expectOptional(3, mode, "string")
    kernel.expectOptional(4, environment, "table")
    if type(chunk) == "function" then
        local ok, whole = pcall(join, chunk)
        if not ok then return nil, whole end
        name, chunk = name or "=(load)", whole
    else
        kernel.expect(1, chunk, "string")
    end
    local kind = isCompiled(chunk) and "binary" or "text"
    if mode and not find(mode, sub(kind, 1, 1), 1, true) then
        return nil, "attempt to load a " .. kind .. " chunk (mode is " .. mode .. ")"
    end
    if kind == "binary" then return nil, COMPILED end
    -- The name of a chunk without one is its source.
    name, chunk = chunkName(name or chunk), kernel.translateEscapes(chunk)
    -- Lua itself would take a nil environment for none at all.
    return rawLoad(chunk, name, "t", environment or globals)
end

function globals.loadstring(chunk, name)
    kernel.expect(1, chunk, "string")
    kernel.expectOptional(2, name, "string")
    if isCompiled(chunk) then return nil, COMPILED end
    return rawLoad(kernel.translateEscapes(chunk), chunkName(name or chunk), "t", globals)
end

-- The older names that CC keeps --------------------------------------------------------------------------------------

function globals.string.dump(body)
    kernel.expect(1, body, "function")
    error("unable to dump given function", 2)
end
globals.string.gfind = globals.string.gmatch

-- C's random numbers begin with the same seed everywhere: rednet would take two computers' messages for one.
math.randomseed(kernel.options.seed)
