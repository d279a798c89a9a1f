--- Completions for `read`: each function takes what has been typed and returns the possible endings of it.

local expect = require("cc.expect").expect

local function endings(text, choices, addSpace)
    local results = {}
    local suffix = addSpace and " " or ""
    for i = 1, #choices do
        local candidate = choices[i] .. suffix
        if #candidate > #text and choices[i]:sub(1, #text) == text then
            results[#results + 1] = candidate:sub(#text + 1)
        end
    end
    return results
end

--- A completion of names that `list` returns at the time of asking.
local function completing(list)
    ---@param text string what has been typed
    ---@param add_space? boolean add a space to each ending
    ---@return string[] endings
    return function(text, add_space)
        expect(1, text, "string")
        expect(2, add_space, "boolean", "nil")
        return endings(text, list(), add_space)
    end
end

--- Completes one of the given strings.
---@param text string what has been typed
---@param choices string[]
---@param add_space? boolean add a space to each ending
---@return string[] endings
local function choice(text, choices, add_space)
    expect(1, text, "string")
    expect(2, choices, "table")
    expect(3, add_space, "boolean", "nil")
    return endings(text, choices, add_space)
end

local commandNames

return {
    choice = choice,
    --- Completes the name of an attached peripheral.
    peripheral = completing(function()
        return peripheral.getNames()
    end),
    --- Completes a side of the computer.
    side = completing(function()
        return redstone.getSides()
    end),
    --- Completes the name of a setting.
    setting = completing(function()
        return settings.getNames()
    end),
    --- Completes the name of a Minecraft command; there are none outside of command computers. The list is
    --- asked for once, since only the server's restart changes it.
    command = completing(function()
        commandNames = commandNames or (commands and commands.list()) or {}
        return commandNames
    end),
}
