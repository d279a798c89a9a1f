-- peripheral: the six sides, with nothing attached to any.

local kernel = ...
local expect = kernel.expect

local peripheral = {}

function peripheral.isPresent(side)
    expect(1, side, "string")
    return false
end

function peripheral.getType(side)
    expect(1, side, "string")
    return nil
end

function peripheral.hasType(side, kind)
    expect(1, side, "string")
    expect(2, kind, "string")
    return nil
end

function peripheral.getMethods(side)
    expect(1, side, "string")
    return nil
end

function peripheral.call(side, method)
    expect(1, side, "string")
    expect(2, method, "string")
    error("No peripheral attached", 2)
end

return peripheral
