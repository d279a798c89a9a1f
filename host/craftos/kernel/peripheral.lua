-- peripheral: what is on the six sides.

local kernel = ...
local call, expect = kernel.call, kernel.expect

local peripheral = {}

for _, name in ipairs({ "isPresent", "getType", "getMethods" }) do
    local hostName = "peripheral." .. name
    peripheral[name] = function(side)
        expect(1, side, "string")
        return call(hostName, side)
    end
end

function peripheral.hasType(side, kind)
    expect(1, side, "string")
    expect(2, kind, "string")
    return call("peripheral.hasType", side, kind)
end

function peripheral.call(side, method, ...)
    expect(1, side, "string")
    expect(2, method, "string")
    return call("peripheral.call", side, method, ...)
end

return peripheral
