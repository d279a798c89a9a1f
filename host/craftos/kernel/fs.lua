-- fs: files on the computer's disk and its mounts.

local kernel = ...
local call, expect = kernel.call, kernel.expect
local collectgarbage, error = collectgarbage, error

local fs = {}

for _, name in ipairs({
    "list",
    "getName",
    "getDir",
    "getSize",
    "exists",
    "isDir",
    "isReadOnly",
    "makeDir",
    "delete",
    "getDrive",
    "getFreeSpace",
    "getCapacity",
    "attributes",
}) do
    local hostName = "fs." .. name
    fs[name] = function(path)
        expect(1, path, "string")
        return call(hostName, path)
    end
end

for _, name in ipairs({ "move", "copy" }) do
    local hostName = "fs." .. name
    fs[name] = function(from, to)
        expect(1, from, "string")
        expect(2, to, "string")
        return call(hostName, from, to)
    end
end

function fs.combine(...)
    local parts = { ... }
    for index = 1, math.max(1, select("#", ...)) do expect(index, parts[index], "string") end
    return call("fs.combine", ...)
end

local TOO_MANY = "Too many files already open"

function fs.open(path, mode)
    expect(1, path, "string")
    expect(2, mode, "string")
    kernel.releaseHandles()
    local ok, handle, message = kernel.try("fs.open", path, mode)
    if ok and message == TOO_MANY then
        -- Handles that the program has dropped without closing them count no longer once they are collected.
        collectgarbage()
        kernel.releaseHandles()
        return call("fs.open", path, mode)
    end
    if not ok then error(handle, 2) end
    return handle, message
end

return fs
