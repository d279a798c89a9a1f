-- Measures what `ai --version` takes over an empty program and writes it to /bench/result.json. The bench gives the
-- computer luaMemory(), which returns the bytes that Lua holds once it has collected its garbage.

local samples, runs = 9, 5

--- The milliseconds that a command takes, as a mean of some runs: the clock shows whole ones.
local function milliseconds(command)
    local start = os.epoch("utc")
    for _ = 1, runs do shell.run(command) end
    local elapsed = os.epoch("utc") - start
    sleep(0)
    return elapsed / runs
end

--- The bytes that a program and its modules hold at the moment when it prints.
local function bytesHeld(path, ...)
    local held
    local environment = setmetatable({ print = function() held = luaMemory() end }, { __index = _ENV })
    environment.require, environment.package = require("cc.require").make(environment, "programs")
    local before = luaMemory()
    assert(loadfile(path, nil, environment))(...)
    return held - before
end

local result = { milliseconds = {}, bytes = 0 }
for sample = 1, samples do
    result.milliseconds[sample] = milliseconds("ai --version") - milliseconds("/bench/empty")
end
result.bytes = bytesHeld("/programs/ai.lua", "--version") - bytesHeld("/bench/empty.lua")

local file = fs.open("/bench/result.json", "w")
file.write(textutils.serializeJSON(result))
file.close()
