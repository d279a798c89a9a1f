-- debug as ComputerCraft leaves it: nothing that reaches past Lua, and what 5.1 had.

local kernel = ...
local globals, watch, lookEvery = kernel.globals, kernel.watch, kernel.instructionsBetweenLooks
local library = globals.debug
local expectOptional = kernel.expectOptional
local running, rawSetHook = coroutine.running, kernel.setHook
local min, setmetatable, type = math.min, setmetatable, type

library.getuservalue, library.setuservalue = nil, nil
library.getfenv, library.setfenv = globals.getfenv, globals.setfenv

-- There is nobody to type what Lua's would ask for.
function library.debug() end

-- CC's own `require` looks here for modules that are there from the start. Lua's real registry stays out of reach.
local registry = { _LOADED = { _G = globals } }
for _, name in ipairs({ "bit32", "coroutine", "debug", "math", "string", "table" }) do
    registry._LOADED[name] = globals[name]
end
function library.getregistry()
    return registry
end

--- The hooks that a program has set, by thread: function, mask and count.
local hooks = setmetatable({}, { __mode = "k" })

local function threadFirst(first, ...)
    if type(first) == "thread" then return first, ... end
    return running(), first, ...
end

--- Sets a program's hook beside the watch, which stays.
function library.sethook(...)
    local thread, body, mask, count = threadFirst(...)
    expectOptional(1, body, "function")
    expectOptional(2, mask, "string")
    expectOptional(3, count, "number")
    mask, count = mask or "", count or 0
    if not body or mask == "" and count <= 0 then
        hooks[thread] = nil
        rawSetHook(thread, watch, "", lookEvery)
        return
    end
    hooks[thread] = { body, mask, count }
    local function hook(event, line)
        if event ~= "count" then return body(event, line) end
        watch()
        if count > 0 then body(event) end
    end
    rawSetHook(thread, hook, mask, count > 0 and min(count, lookEvery) or lookEvery)
end

function library.gethook(thread)
    expectOptional(1, thread, "thread")
    local hook = hooks[thread or running()]
    if not hook then return nil, "", 0 end
    return hook[1], hook[2], hook[3]
end
