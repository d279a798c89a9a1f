-- debug, getfenv and setfenv as ComputerCraft has them. There natives are Java's, of which Lua sees nothing. Here most
-- are the kernel's functions, written in Lua: what could look into them stands in this file, and takes them for C's.

local kernel = ...
local globals, watch, lookEvery, NATIVE = kernel.globals, kernel.watch, kernel.instructionsBetweenLooks, kernel.NATIVE
local expect, expectOptional, toWhole = kernel.expect, kernel.expectOptional, kernel.toWhole
local running = coroutine.running
local getinfo, getlocal, setlocal = debug.getinfo, debug.getlocal, debug.setlocal
local getupvalue, setupvalue = debug.getupvalue, debug.setupvalue
local upvalueid, upvaluejoin = debug.upvalueid, debug.upvaluejoin
local getmetatable, setmetatable, rawSetHook = debug.getmetatable, debug.setmetatable, kernel.setHook
local concat, error, find, max, min, next = table.concat, error, string.find, math.max, math.min, next
local sub, tonumber, type = string.sub, tonumber, type

local library = {}

-- Natives -----------------------------------------------------------------------------------------------------------

--- The kernel's and C's functions that programs can have anyway.
local natives = setmetatable({}, { __mode = "k" })

local function mark(value, seen)
    if type(value) == "function" then
        natives[value] = true
    elseif type(value) == "table" and not seen[value] then
        seen[value] = true
        for _, item in next, value do mark(item, seen) end
    end
end

--- Marks a function, or all in a table and in the tables in it, as something that programs can have. A function of the
-- kernel that is not marked is not shown to them.
function kernel.markNatives(value)
    mark(value, {})
end
-- What goes through a sequence is not in any table: C's, and the one for a table with a metatable.
mark((ipairs({})), {})
mark((globals.ipairs(setmetatable({}, {}))), {})

local function isNative(info)
    return info.source == NATIVE and info.what ~= "C"
end

--- Whether what `getinfo` tells of a function is of one that a program has written.
local function isProgram(info)
    return info.source ~= NATIVE and info.what ~= "C"
end

--- Whether a function is one that Lua may not look into.
local function isOpaque(body)
    return not isProgram(getinfo(body, "S"))
end

-- Stacks ------------------------------------------------------------------------------------------------------------

-- A thread is nil where it is the one that runs. Lua counts its functions from 0, which is `getinfo` itself, so that a
-- function of the kernel that looks is 1 there, and what has called it 2.

--- Lists Lua's levels of the functions that a program sees: its own, and of what stands above each of them C's and the
-- native that it has called. What that has called in turn is not seen, nor what Lua has called by itself, such as a hook.
-- @param thread if it is nil, levels are those which the caller of this function hands to Lua
-- @param from Lua's level of the first
-- @param most how many at most, about
local function listSeen(thread, from, most)
    local levels, shift = {}, thread and 0 or 1
    local above = from + shift
    while #levels < most do
        local first, level, info = above, above, nil
        while true do
            if thread then info = getinfo(thread, level, "Sft") else info = getinfo(level, "Sft") end
            if not info or isProgram(info) then break end
            -- A native that has called another in its place is gone from the stack.
            if isNative(info) then first = (natives[info.func] or info.istailcall) and level or level + 1 end
            level = level + 1
        end
        for seen = first, info and level or level - 1 do levels[#levels + 1] = seen - shift end
        if not info then break end
        above = level + 1
    end
    return levels
end

--- Splits what a function of the library was given: the thread, nil for the one that runs; how many arguments stand
-- before the others; and the others.
local function threadFirst(first, ...)
    if type(first) ~= "thread" then return nil, 0, first, ... end
    if first == running() then return nil, 1, ... end
    return first, 1, ...
end

--- Lists levels: what is level n to the program is at n + 1. It is called by the function that the program has called,
-- which is 0 to it whatever has called it, and 1 to Lua.
local function listLevels(thread, most)
    if thread then return listSeen(thread, 0, most) end
    local levels = listSeen(nil, 3, most)
    for index = #levels, 1, -1 do levels[index + 1] = levels[index] - 1 end
    levels[1] = 1
    return levels
end

--- As Lua's `getinfo`, of a level of the caller of this function.
local function infoAt(thread, level, what)
    if thread then return getinfo(thread, level, what) end
    return getinfo(level + 1, what)
end

-- Functions and what runs --------------------------------------------------------------------------------------------

--- What `getinfo` tells of a native.
local function describeNative(what, body, called)
    local info = {}
    for index = 1, #what do
        local option = sub(what, index, index)
        if option == "S" then
            info.what, info.source, info.short_src = "C", "=[C]", "[C]"
            info.linedefined, info.lastlinedefined = -1, -1
        elseif option == "l" then
            info.currentline = -1
        elseif option == "u" then
            info.nups, info.nparams, info.isvararg = 0, 0, true
        elseif option == "n" then
            info.name, info.namewhat = called.name, called.namewhat or ""
        elseif option == "t" then
            -- It is in the place of the native that the program has called.
            info.istailcall = false
        elseif option == "f" then
            info.func = body
        end
    end
    return info
end

--- What `getinfo` tells of what runs at a level, which is that of the caller of this function.
local function describe(thread, level, what)
    if not thread then level = level + 1 end
    local info = infoAt(thread, level, "Sfnt")
    local below = infoAt(thread, level + 1, "S")
    -- What a native calls has no name: Lua would take one out of the native.
    if below and isNative(below) then info.name, info.namewhat = nil, "" end
    if not isProgram(info) then return describeNative(what, natives[info.func] and info.func, info) end
    local described = infoAt(thread, level, what)
    if described.namewhat then described.name, described.namewhat = info.name, info.namewhat end
    return described
end

--- A level or the number of a local or upvalue that a program has handed over, as the whole number of 32 bits that Lua
-- takes it for.
local function wholeArgument(index, value)
    local whole = toWhole(expect(index, tonumber(value) or value, "number"))
    if whole >= -2 ^ 31 and whole < 2 ^ 31 then return whole end
    return whole - whole == 0 and (whole + 2 ^ 31) % 2 ^ 32 - 2 ^ 31 or -1
end

function library.getinfo(...)
    local thread, offset, where, what = threadFirst(...)
    if what == nil then what = "flnStu" end
    expect(offset + 2, what, "string")
    if find(what, "[^SlnutfL]") then error("bad argument #" .. offset + 2 .. " (invalid option)") end
    if type(where) == "function" then
        if isOpaque(where) then return describeNative(what, where, {}) end
        return getinfo(where, what)
    end
    if not tonumber(where) then expect(offset + 1, where, "function") end
    local level = wholeArgument(offset + 1, where)
    local found = level >= 0 and listLevels(thread, level + 1)[level + 1]
    if not found then return nil end
    local info = describe(thread, found, what)
    return info
end

--- The level of a program's function and whether it is one, where there is a function at all.
local function checkLevel(offset, levels, level)
    local found = level >= 0 and levels[level + 1]
    if not found then error("bad argument #" .. offset + 1 .. " (level out of range)") end
    return found
end

--- Whether a local can be handed out. What has no name of the program's is what Lua keeps between two instructions, and
-- may be anything that has stood in this place before, such as a value of the kernel's.
local function isNamed(name)
    return name and sub(name, 1, 2) ~= "(*"
end

function library.getlocal(...)
    local thread, offset, where, index = threadFirst(...)
    index = wholeArgument(offset + 2, index)
    if type(where) == "function" then
        if isOpaque(where) or index < 1 then return nil end
        return (getlocal(where, index))
    end
    local level = wholeArgument(offset + 1, where)
    local found = checkLevel(offset, listLevels(thread, max(0, level) + 1), level)
    if index < 1 or not isProgram(infoAt(thread, found, "S")) then return nil end
    local name, value
    if thread then name, value = getlocal(thread, found, index) else name, value = getlocal(found, index) end
    if not isNamed(name) then return nil end
    return name, value
end

function library.setlocal(...)
    local thread, offset, where, index, value = threadFirst(...)
    index = wholeArgument(offset + 2, index)
    local level = wholeArgument(offset + 1, where)
    local found = checkLevel(offset, listLevels(thread, max(0, level) + 1), level)
    if index < 1 or not isProgram(infoAt(thread, found, "S")) then return nil end
    local name
    if thread then name = getlocal(thread, found, index) else name = getlocal(found, index) end
    -- Lua takes for granted what those of a `for` are.
    if not name or sub(name, 1, 1) == "(" then return nil end
    if thread then return setlocal(thread, found, index, value) end
    -- Not as a tail call, which would be at another level.
    name = setlocal(found, index, value)
    return name
end

-- Upvalues ----------------------------------------------------------------------------------------------------------

function library.getupvalue(body, index)
    index = wholeArgument(2, index)
    if isOpaque(expect(1, body, "function")) then return nil end
    return getupvalue(body, index)
end

function library.setupvalue(body, index, value)
    index = wholeArgument(2, index)
    if isOpaque(expect(1, body, "function")) then return nil end
    return setupvalue(body, index, value)
end

--- Checks arguments that name an upvalue of a program's function.
local function expectUpvalue(position, body, index)
    index = wholeArgument(position + 1, index)
    if isOpaque(expect(position, body, "function")) or not getupvalue(body, index) then
        error("bad argument #" .. position .. " (invalid upvalue index)")
    end
    return index
end

function library.upvalueid(body, index)
    return upvalueid(body, expectUpvalue(1, body, index))
end

function library.upvaluejoin(body, index, other, otherIndex)
    index, otherIndex = expectUpvalue(1, body, index), expectUpvalue(3, other, otherIndex)
    upvaluejoin(body, index, other, otherIndex)
end

-- Environments, as Lua 5.1 had them ---------------------------------------------------------------------------------

--- The index of a program's function's _ENV upvalue, or nil.
local function environmentIndex(body)
    local index = 1
    while true do
        local name = getupvalue(body, index)
        if not name then return nil end
        if name == "_ENV" then return index end
        index = index + 1
    end
end

local function environmentOf(body)
    local index = not isOpaque(body) and environmentIndex(body)
    if not index then return nil end
    local _, environment = getupvalue(body, index)
    return environment
end

local function setEnvironment(body, environment)
    if type(body) ~= "function" or isOpaque(body) then
        error("'setfenv' cannot change environment of given object")
    end
    local index = environmentIndex(body)
    if index then upvaluejoin(body, index, function() return environment end, 1) end
    return body
end

local function checkFunctionLevel(level)
    if level < 0 then error("bad argument #1 (level must be non-negative)") end
    return level
end

function globals.getfenv(where)
    if where == nil then where = 1 end
    if type(where) ~= "function" then
        local level = checkFunctionLevel(wholeArgument(1, where))
        if level == 0 then return globals end
        local found = listLevels(nil, level + 1)[level + 1]
        if not found then error("bad argument #1 (invalid level)") end
        where = getinfo(found, "f").func
    end
    return environmentOf(where) or globals
end

function globals.setfenv(where, environment)
    expect(2, environment, "table")
    if type(where) ~= "function" then
        local level = checkFunctionLevel(wholeArgument(1, where))
        local found = listLevels(nil, level + 1)[level + 1]
        if not found then error("bad argument #1 (invalid level)") end
        where = getinfo(found, "f").func
    end
    return setEnvironment(where, environment)
end

function library.getfenv(value)
    if type(value) ~= "function" then return nil end
    return environmentOf(value)
end

function library.setfenv(value, environment)
    return setEnvironment(value, expect(2, environment, "table"))
end

-- Metatables and the registry ----------------------------------------------------------------------------------------

function library.getmetatable(value)
    return getmetatable(value)
end

function library.setmetatable(value, metatable)
    if metatable ~= nil and type(metatable) ~= "table" then
        return false, "bad argument (table expected, got " .. type(metatable) .. ")"
    end
    setmetatable(value, metatable)
    return true
end

-- CC's own `require` looks here for modules that are there from the start. Lua's real registry stays out of reach.
local registry = { _LOADED = { _G = globals } }
for _, name in ipairs({ "bit32", "coroutine", "debug", "math", "string", "table" }) do
    registry._LOADED[name] = globals[name]
end
registry._LOADED.debug = library
function library.getregistry()
    return registry
end

--- There is nobody to type what Lua's would ask for.
function library.debug() end

-- Tracebacks --------------------------------------------------------------------------------------------------------

-- Of a long stack the first and the last are shown. Source: DebugHelpers in Cobalt.
local FIRST_SHOWN, LAST_SHOWN = 10, 11

--- The first level of the caller of this function at which there is nothing any more.
local function depthOf(thread)
    local least, most, shift = 0, 1, thread and 0 or 1
    while infoAt(thread, most + shift, "l") do least, most = most, most * 2 end
    while most - least > 1 do
        local middle = (least + most - (least + most) % 2) / 2
        if infoAt(thread, middle + shift, "l") then least = middle else most = middle end
    end
    return most
end

local function line(info)
    local text = info.short_src .. ":"
    if info.currentline > 0 then text = text .. info.currentline .. ":" end
    if info.namewhat ~= "" then
        text = text .. " in " .. (info.namewhat == "global" and "function" or info.namewhat) .. " '" .. info.name .. "'"
    elseif info.what == "main" then
        text = text .. " in main chunk"
    elseif info.what == "C" then
        text = text .. " in ?"
    else
        text = text .. " in function <" .. info.short_src .. ":" .. info.linedefined .. ">"
    end
    return text .. (info.istailcall and "\n\t(...tail calls...)" or "")
end

function library.traceback(...)
    local thread, offset, message, from = threadFirst(...)
    if message ~= nil and type(message) ~= "string" and type(message) ~= "number" then return message end
    from = from == nil and (thread and 0 or 1) or max(0, wholeArgument(offset + 2, from))
    local lines = { "stack traceback:" }
    if message ~= nil then lines = { message, lines[1] } end
    local levels = listLevels(thread, from + FIRST_SHOWN + LAST_SHOWN + 1)
    local last = #levels
    if last - from > FIRST_SHOWN + LAST_SHOWN then last = from + FIRST_SHOWN end
    for index = from + 1, last do lines[#lines + 1] = "\t" .. line(describe(thread, levels[index], "Slnt")) end
    if last < #levels then
        lines[#lines + 1] = "\t..."
        local depth, length = depthOf(thread), LAST_SHOWN
        repeat
            length = length * 2
            levels = listSeen(thread, max(levels[last], depth - length), length)
        until #levels >= LAST_SHOWN
        for index = #levels - LAST_SHOWN + 1, #levels do
            lines[#lines + 1] = "\t" .. line(describe(thread, levels[index], "Slnt"))
        end
    end
    return concat(lines, "\n")
end

-- Hooks -------------------------------------------------------------------------------------------------------------

--- The hooks that a program has set, by thread: function, mask and count.
local hooks = setmetatable({}, { __mode = "k" })

--- Whether a program sees the function in which a hook was called. It is called by the hook itself.
local function isHookedSeen(event)
    local info = getinfo(3, "S")
    if isProgram(info) then return true end
    if event == "count" or event == "line" or event == "tail call" then return false end
    local level = 4
    while true do
        info = getinfo(level, "S")
        if not info or isProgram(info) then return true end
        if isNative(info) then return false end
        level = level + 1
    end
end

--- Sets a program's hook beside the watch, which stays.
function library.sethook(...)
    local thread, offset, body, mask, count = threadFirst(...)
    thread = thread or running()
    expectOptional(offset + 1, body, "function")
    expectOptional(offset + 2, mask, "string")
    expectOptional(offset + 3, count, "number")
    mask, count = mask or "", max(0, toWhole(count or 0))
    if not body or not find(mask, "[crl]") and count == 0 then
        hooks[thread] = nil
        rawSetHook(thread, watch, "", lookEvery)
        return
    end
    hooks[thread] = { body, mask, count }
    local step, passed = count > 0 and min(count, lookEvery) or lookEvery, 0
    local function hook(event, line)
        -- Lua counts what the hook itself does, too, and is silent about what it has counted there.
        watch()
        if event == "count" then
            passed = passed + step
            if count == 0 or passed < count then return end
            passed = 0
        end
        -- The program's hook takes the place of this one, so that it finds on the stack what it expects there.
        if isHookedSeen(event) then return body(event, line) end
    end
    rawSetHook(thread, hook, mask, step)
end

function library.gethook(...)
    local thread = threadFirst(...) or running()
    local hook = hooks[thread]
    if not hook then return nil, "", 0 end
    return hook[1], hook[2], hook[3]
end

globals.debug = library
