-- Types the line in typed.txt at the prompt of command.lua, for computers that have no keyboard, and fails if the
-- command failed.

local file = fs.open("/harness/typed.txt", "r")
local line = file.readAll()
file.close()

-- One key at a time, so that the event queue never fills up.
local function press(...)
    os.queueEvent(...)
    os.queueEvent("harness_typed")
    os.pullEvent("harness_typed")
end

local succeeded = false
parallel.waitForAll(function()
    succeeded = shell.run("/harness/command.lua")
end, function()
    for character in line:gmatch(".") do
        press("char", character)
    end
    press("key", keys.enter, false)
end)
if not succeeded then
    -- The command has said why.
    error("", 0)
end
