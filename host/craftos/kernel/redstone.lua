-- redstone: the six sides, with nothing attached to any. What is set can be read back.

local kernel = ...
local expect, expectWhole, error = kernel.expect, kernel.expectWhole, error

local redstone = {}
local sides = { "bottom", "top", "back", "front", "right", "left" }
local outputs, bundledOutputs = {}, {}
for _, side in ipairs(sides) do
    outputs[side], bundledOutputs[side] = 0, 0
end

local function expectSide(value)
    if type(value) ~= "string" then
        error("bad argument #1 (string expected, got " .. type(value) .. ")", 3)
    end
    local side = string.lower(value)
    if not outputs[side] then error("bad argument #1 (unknown option " .. value .. ")", 3) end
    return side
end

function redstone.getSides()
    return { table.unpack(sides) }
end

function redstone.setOutput(side, on)
    side = expectSide(side)
    outputs[side] = expect(2, on, "boolean") and 15 or 0
end

function redstone.getOutput(side)
    return outputs[expectSide(side)] > 0
end

function redstone.getInput(side)
    expectSide(side)
    return false
end

function redstone.setAnalogOutput(side, strength)
    side = expectSide(side)
    strength = expectWhole(2, strength)
    if strength < 0 or strength > 15 then error("Expected number in range 0-15", 2) end
    outputs[side] = strength
end
redstone.setAnalogueOutput = redstone.setAnalogOutput

function redstone.getAnalogOutput(side)
    return outputs[expectSide(side)]
end
redstone.getAnalogueOutput = redstone.getAnalogOutput

function redstone.getAnalogInput(side)
    expectSide(side)
    return 0
end
redstone.getAnalogueInput = redstone.getAnalogInput

function redstone.setBundledOutput(side, colours)
    side = expectSide(side)
    bundledOutputs[side] = expectWhole(2, colours)
end

function redstone.getBundledOutput(side)
    return bundledOutputs[expectSide(side)]
end

function redstone.getBundledInput(side)
    expectSide(side)
    return 0
end

function redstone.testBundledInput(side, mask)
    expectSide(side)
    return expectWhole(2, mask) == 0
end

return redstone
