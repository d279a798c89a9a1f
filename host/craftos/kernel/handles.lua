-- File handles, and the bodies of http responses, which read the same way. Node holds the content; a handle here is
-- a table of functions around its number.

local kernel = ...
local call, try, expect, expectOptional = kernel.call, kernel.try, kernel.expect, kernel.expectOptional
local expectOptionalWhole, toWhole = kernel.expectOptionalWhole, kernel.toWhole
local error, setmetatable, tostring, type = error, setmetatable, kernel.toText, type

-- What the program may drop without closing it. Whether it has, is seen by a state that is gone: this Lua has no
-- finalizers.
local states = setmetatable({}, { __mode = "v" })
local watched = {}

--- Remembers what is to be closed once its state is gone.
-- @param question what to ask of Node then
-- @param id its number there
function kernel.watchDropped(question, id, state)
    local key = question .. id
    states[key], watched[key] = state, { question, id }
end

--- Closes what the program has dropped.
function kernel.releaseHandles()
    for key, item in next, watched do
        if not states[key] then
            watched[key] = nil
            kernel.send(item[1], item[2])
        end
    end
end

--- Builds a handle.
-- @param spec id; read, write, seek (booleans): the methods it has; binary: bytes are numbers
function kernel.objects.handle(spec)
    local state = { id = spec.id }
    kernel.watchDropped("handle.drop", spec.id, state)
    local binary = spec.binary
    local handle = {}

    local function open()
        if not state.id then error("attempt to use a closed file", 3) end
        return state.id
    end

    function handle.close()
        local id = open()
        state.id = nil
        watched["handle.drop" .. id] = nil
        return call("handle.close", id)
    end

    if spec.read then
        function handle.read(count)
            count = expectOptionalWhole(1, count)
            local id = open()
            if count and count < 0 then error("Cannot read a negative number of bytes", 2) end
            if binary and not count then return call("handle.readByte", id) end
            return call("handle.read", id, count or 1)
        end

        function handle.readAll()
            return call("handle.readAll", open())
        end

        function handle.readLine(withTrailing)
            expectOptional(1, withTrailing, "boolean")
            return call("handle.readLine", open(), withTrailing or false)
        end
    end

    if spec.write then
        function handle.write(value)
            local id = open()
            if binary and type(value) == "number" then
                return call("handle.write", id, string.char(toWhole(value) % 256))
            end
            return call("handle.write", id, tostring(value))
        end

        function handle.writeLine(text)
            return call("handle.writeLine", open(), tostring(text))
        end

        function handle.flush()
            return call("handle.flush", open())
        end
    end

    if spec.seek then
        function handle.seek(whence, offset)
            expectOptional(1, whence, "string")
            offset = expectOptionalWhole(2, offset)
            local id = open()
            whence = whence or "cur"
            if whence ~= "set" and whence ~= "cur" and whence ~= "end" then
                error("bad argument #1 to 'seek' (invalid option '" .. whence .. "'", 2)
            end
            return call("handle.seek", id, whence, offset or 0)
        end
    end

    if spec.response then
        local response = spec.response
        function handle.getResponseCode()
            return response.code, response.reason
        end

        function handle.getResponseHeaders()
            local copy = {}
            for name, value in next, response.headers do copy[name] = value end
            return copy
        end
    end

    return handle
end
