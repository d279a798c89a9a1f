-- The time that a program may take until it yields. CC looks at it between any two of Lua's instructions. Here a hook
-- looks every so many of them, and what may take longer than so many instructions looks itself: calls to Node, coroutines
-- (each counts its own instructions), and Lua's collector, which has much to do where texts are very long.

local kernel = ...
local globals = kernel.globals
local gethook, sethook = debug.gethook, debug.sethook
local getinfo, getmetatable, setmetatable = debug.getinfo, debug.getmetatable, debug.setmetatable
local error, rawToString, select, tonumber = error, tostring, select, tonumber
local exit, find, match, running = os.exit, string.find, string.match, coroutine.running

local TOO_LONG = "Too long without yielding"
local clock = os.clock
--- Seconds: after the first the program gets an error, so many later the computer ends. Source: TimeoutState in CC: Tweaked.
local limit, grace = kernel.options.secondsWithoutYield, 1.5
-- C's clock counts microseconds in 32 bits and so begins anew after this many seconds.
local clockPeriod = 2 ^ 32 / 1e6
-- The kernel's own start takes as long as it takes.
local sliceStart, warned = math.huge, false

--- A call to Node is not broken off between question and answer, unless it seems that nobody fetches the answer.
local longestCall = 0.5

--- A program gets its seconds anew: called when the computer goes on after waiting.
function kernel.startSlice()
    sliceStart, warned = clock(), false
end

local function elapsed()
    local seconds = clock() - sliceStart
    return seconds < 0 and seconds + clockPeriod or seconds
end

--- Lets the handlers of an error that a hook raises be watched, too: Lua has hooks rest inside of a hook.
local function allowHooks()
    local thread = running()
    -- A program's __tostring must not give the address.
    local metatable = getmetatable(thread)
    if metatable then setmetatable(thread, nil) end
    local address = match(rawToString(thread), "0x(%x+)$")
    if metatable then setmetatable(thread, metatable) end
    kernel.call("kernel.allowHooks", tonumber(address, 16))
end

--- The level of the program's own function, of the kernel's caller: from there on up to the first that is not ours.
local function programLevel()
    local level = 4
    while true do
        local info = getinfo(level, "S")
        if not info then return 0 end
        local source = info.source
        if source ~= kernel.source and source ~= "=[C]" and not find(source, "^=kernel/") then return level - 1 end
        level = level + 1
    end
end

--- Looks at the time: raises the error once it is up, and ends the computer where that was of no use.
local function look(inHook)
    local seconds = elapsed()
    if seconds < limit then return end
    if seconds > limit + grace then
        kernel.send("kernel.failed", TOO_LONG)
        io.stdout:flush()
        exit(1)
    end
    if warned or kernel.inCall and seconds < limit + longestCall then return end
    warned = true
    if inHook then allowHooks() end
    error(TOO_LONG, programLevel())
end
kernel.look = look

--- A hook that was made to count but one instruction, and how it was before: thread, function, mask and count.
local hurried

-- Lua's collector finalizes an object in each of its rounds, in whatever runs: no error can be raised there.
local collection, isAwaited = {}, false

local function awaitCollection()
    setmetatable({}, collection)
    isAwaited = true
end

function collection.__gc()
    isAwaited = false
    awaitCollection()
    local thread, isMain = running()
    if isMain or hurried or elapsed() < (warned and limit + grace or limit) then return end
    hurried = { thread, gethook(thread) }
    sethook(thread, hurried[2], hurried[3], 1)
end

--- The hook of every coroutine.
local function watch()
    -- There may have been no memory for it.
    if not isAwaited then awaitCollection() end
    if hurried then
        local thread, hook, mask, count = hurried[1], hurried[2], hurried[3], hurried[4]
        hurried = nil
        sethook(thread, hook, mask, count)
    end
    look(true)
end
local instructionsBetweenLooks = 200000
kernel.watch, kernel.instructionsBetweenLooks = watch, instructionsBetweenLooks

--- Sets a thread's hook for a native function that a program calls. It begins to count anew.
function kernel.setHook(...)
    look()
    return sethook(...)
end

-- Coroutines ---------------------------------------------------------------------------------------------------------

local rawCreate, resume, status = coroutine.create, coroutine.resume, coroutine.status

function kernel.create(body)
    local thread = rawCreate(body)
    sethook(thread, watch, "", instructionsBetweenLooks)
    return thread
end

function globals.coroutine.create(body)
    kernel.expect(1, body, "function")
    return kernel.create(body)
end

local resumesBetweenLooks = 50
local resumesLeft = resumesBetweenLooks

--- Each coroutine counts instructions of its own: a flood of short ones would never come to a look.
local function lookSometimes()
    resumesLeft = resumesLeft - 1
    if resumesLeft > 0 then return end
    resumesLeft = resumesBetweenLooks
    look()
end

function globals.coroutine.resume(thread, ...)
    kernel.expect(1, thread, "thread")
    lookSometimes()
    return resume(thread, ...)
end

local function passOn(ok, ...)
    if ok then return ... end
    error((...), 0)
end

--- Unlike Lua's, which puts the caller's position before the one that the message has.
function globals.coroutine.wrap(body)
    kernel.expect(1, body, "function")
    local thread = kernel.create(body)
    return function(...)
        if status(thread) == "dead" then error("cannot resume dead coroutine", 2) end
        lookSometimes()
        return passOn(resume(thread, ...))
    end
end

function globals.coroutine.isyieldable()
    local _, main = running()
    return not main
end

-- Errors in handlers of errors ---------------------------------------------------------------------------------------

local rawXpcall = xpcall

--- A handler that is called once, as in CC. Lua's own would get the errors in it, too, and so might never end.
local function once(handler)
    local called = false
    return function(message)
        if called then return "error in error handling" end
        called = true
        return handler(message)
    end
end

function globals.xpcall(...)
    local count = select("#", ...)
    if count < 2 then error("bad argument #" .. count + 1 .. " (value expected)", 2) end
    local body, handler = ...
    return rawXpcall(body, once(handler), select(3, ...))
end
