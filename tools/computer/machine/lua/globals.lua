-- The standard library as ComputerCraft has it: real Lua 5.2 less what would reach the host, and with what CC keeps
-- from 5.1 or takes from 5.3.

local kernel = ...
local globals = kernel.globals
local getinfo, getupvalue, upvaluejoin = debug.getinfo, debug.getupvalue, debug.upvaluejoin
local concat, find, pcall, rawLoad, select = table.concat, string.find, pcall, load, select
local error, type = error, type

-- Errors ------------------------------------------------------------------------------------------------------------

--- Takes anything for a message, as Lua 5.3 does, and raises a string at the caller's line.
function globals.assert(...)
    if (...) then return ... end
    local count = select("#", ...)
    if count == 0 then error("bad argument #1 (value expected)", 2) end
    local message = "assertion failed!"
    if count > 1 then message = select(2, ...) end
    error(message, type(message) == "string" and 2 or 0)
end

-- Environments, as Lua 5.1 had them ---------------------------------------------------------------------------------

--- The index of a function's _ENV upvalue, or nil.
local function environmentIndex(body)
    local index = 1
    while true do
        local name = getupvalue(body, index)
        if not name then return nil end
        if name == "_ENV" then return index end
        index = index + 1
    end
end

local function functionAt(where, level)
    if type(where) == "function" then return where end
    if where == nil then where = 1 end
    if type(where) ~= "number" then
        error("bad argument #1 (number expected, got " .. type(where) .. ")", level + 1)
    end
    if where < 0 then error("bad argument #1 (level must be non-negative)", level + 1) end
    local info = getinfo(where + level, "f")
    if not info then error("bad argument #1 (invalid level)", level + 1) end
    return info.func
end

function globals.getfenv(where)
    if where == 0 then return globals end
    local body = functionAt(where, 2)
    local index = environmentIndex(body)
    if not index then return globals end
    local _, environment = getupvalue(body, index)
    return environment
end

function globals.setfenv(where, environment)
    kernel.expect(2, environment, "table")
    local body = functionAt(where, 2)
    local index = environmentIndex(body)
    if not index then
        if getinfo(body, "S").what == "C" then
            error("'setfenv' cannot change environment of given object", 2)
        end
        return body
    end
    upvaluejoin(body, index, function() return environment end, 1)
    return body
end

-- Loading -----------------------------------------------------------------------------------------------------------

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
    if mode and not find(mode, "t", 1, true) then
        return nil, "attempt to load a text chunk (mode is '" .. mode .. "')"
    end
    -- The name of a chunk without one is its source.
    name, chunk = name or chunk, kernel.translateEscapes(chunk)
    -- Lua itself would take a nil environment for none at all.
    return rawLoad(chunk, name, "t", environment or globals)
end

function globals.loadstring(chunk, name)
    kernel.expect(1, chunk, "string")
    kernel.expectOptional(2, name, "string")
    return rawLoad(kernel.translateEscapes(chunk), name or chunk, "t", globals)
end

-- What is left out, and the older names that CC keeps ----------------------------------------------------------------

for _, name in ipairs({ "io", "package", "require", "module", "dofile", "loadfile", "collectgarbage", "print" }) do
    globals[name] = nil
end

function globals.string.dump(body)
    kernel.expect(1, body, "function")
    error("unable to dump given function", 2)
end
globals.string.gfind = globals.string.gmatch
globals.math.mod = globals.math.fmod

-- C's random numbers begin with the same seed everywhere: rednet would take two computers' messages for one.
math.randomseed(kernel.options.seed)
