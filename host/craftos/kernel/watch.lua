-- The time that a program may take until it yields. CC looks at it between any two of Lua's instructions. Here a hook
-- looks every so many of them. What takes longer than so many instructions looks itself, such as calls to Node, or counts
-- as many instructions: memory that is taken, and coroutines, each of which counts its own (see `spend` in
-- lua-functions.ts).

local kernel = ...
local clock, create, error, sethook = kernel.clock, coroutine.create, error, debug.sethook

local TOO_LONG = "Too long without yielding"
--- Seconds: after the first the program gets an error, so many later the computer ends. Source: TimeoutState in CC: Tweaked.
local limit, grace = kernel.options.secondsWithoutYield, 1.5
-- C's clock counts microseconds in 32 bits and so begins anew after this many seconds.
local clockPeriod = 2 ^ 32 / 1e6
-- The kernel's own start takes as long as it takes.
local sliceStart, warned = math.huge, false

--- A program gets its seconds anew: called when the computer goes on after waiting.
function kernel.startSlice()
    sliceStart, warned = clock(), false
end

--- Whether the time is up and the program has not been told yet. Where that was of no use it ends the computer.
local function isUp()
    local seconds = clock() - sliceStart
    if seconds < 0 then seconds = seconds + clockPeriod end
    if seconds < limit then return false end
    if seconds > limit + grace then
        kernel.send("kernel.failed", TOO_LONG)
        kernel.stop()
    end
    if warned then return false end
    warned = true
    return true
end

--- Looks at the time: raises an error once it is up.
local function look()
    if isUp() then error(TOO_LONG) end
end
kernel.look = look

--- The hook of every coroutine.
local function watch()
    if isUp() then kernel.errorInHook(TOO_LONG) end
end
local instructionsBetweenLooks = 200000
kernel.watch, kernel.instructionsBetweenLooks = watch, instructionsBetweenLooks

--- Sets a thread's hook for a native function that a program calls. It begins to count anew.
function kernel.setHook(...)
    look()
    return sethook(...)
end

function kernel.create(body)
    local thread = create(body)
    sethook(thread, watch, "", instructionsBetweenLooks)
    return thread
end
