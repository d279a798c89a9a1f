-- os: events, timers, clocks and the computer itself.

local kernel = ...
local call, send, expect, expectOptional = kernel.call, kernel.send, kernel.expect, kernel.expectOptional
local expectWhole, sub = kernel.expectWhole, string.sub

local os = {}

function os.queueEvent(name, ...)
    expect(1, name, "string")
    return kernel.tell("os.queueEvent", name, ...)
end

function os.startTimer(seconds)
    kernel.expectFinite(1, seconds)
    return call("os.startTimer", seconds)
end

function os.cancelTimer(token)
    send("os.cancelTimer", expectWhole(1, token))
end

function os.setAlarm(time)
    kernel.expectFinite(1, time)
    return call("os.setAlarm", time)
end

function os.cancelAlarm(token)
    send("os.cancelAlarm", expectWhole(1, token))
end

--- Switches the computer off once it yields. CC takes no argument here; the number is the exit status that the host
--- sees.
function os.shutdown(status)
    send("os.shutdown", type(status) == "number" and status or nil)
end

function os.reboot()
    send("os.reboot")
end

function os.getComputerID()
    return kernel.options.id
end
os.computerID = os.getComputerID

function os.getComputerLabel()
    return call("os.getComputerLabel")
end
os.computerLabel = os.getComputerLabel

--- Source: StringUtil in CC: Tweaked.
local LONGEST_LABEL = 32

function os.setComputerLabel(label)
    expectOptional(1, label, "string")
    send("os.setComputerLabel", label and sub(label, 1, LONGEST_LABEL))
end

function os.clock()
    return call("os.clock")
end

local timeFields = { "year", "month", "day", "hour", "min", "sec" }

function os.time(when)
    if type(when) == "table" then
        local fields = {}
        for _, name in ipairs(timeFields) do fields[name] = rawget(when, name) end
        return call("os.timeFromTable", fields)
    end
    expectOptional(1, when, "string")
    return call("os.time", when or "ingame")
end

function os.day(where)
    expectOptional(1, where, "string")
    return call("os.day", where or "ingame")
end

function os.epoch(where)
    expectOptional(1, where, "string")
    return call("os.epoch", where or "ingame")
end

function os.date(format, time)
    expectOptional(1, format, "string")
    return call("os.date", format or "%c", kernel.expectOptionalWhole(2, time))
end

return os
