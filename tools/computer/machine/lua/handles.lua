-- File handles, and the bodies of http responses, which read the same way. Node holds the content; a handle here is
-- a table of functions around its number.

local kernel = ...
local call, try, expect, expectOptional = kernel.call, kernel.try, kernel.expect, kernel.expectOptional
local expectOptionalWhole, toWhole = kernel.expectOptionalWhole, kernel.toWhole
local error, setmetatable, tostring, type = error, setmetatable, kernel.globals.tostring, type

-- What the program dropped without closing it: what to ask of Node, and the number, in turn. A finaliser may run at any
-- moment, between a question and its answer too, so that it only notes them.
local dropped = {}

--- Notes what is to be closed soon.
function kernel.noteDropped(question, id)
    dropped[#dropped + 1] = question
    dropped[#dropped + 1] = id
end

--- Closes what the program has dropped.
function kernel.releaseHandles()
    if #dropped == 0 then return end
    -- Sending takes memory, so Lua may find more of them meanwhile: these wait in another list.
    local released = dropped
    dropped = {}
    for index = 1, #released, 2 do kernel.send(released[index], released[index + 1]) end
end

local closeDropped = {
    __gc = function(state)
        if state.id then kernel.noteDropped("handle.drop", state.id) end
    end,
}

--- Builds a handle.
-- @param spec id; read, write, seek (booleans): the methods it has; binary: bytes are numbers
function kernel.objects.handle(spec)
    local state = setmetatable({ id = spec.id }, closeDropped)
    local binary = spec.binary
    local handle = {}

    local function open()
        if not state.id then error("attempt to use a closed file", 3) end
        return state.id
    end

    function handle.close()
        local id = open()
        state.id = nil
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
