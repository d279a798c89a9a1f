-- http.websocket, and the handle of a connection.

local kernel = ...
local call, send, expect, expectOptional = kernel.call, kernel.send, kernel.expect, kernel.expectOptional
local collectgarbage, error, pack, unpack = collectgarbage, error, table.pack, table.unpack
local sub, tostring, type, yield = string.sub, kernel.toText, type, coroutine.yield

--- Bytes. Source: AddressRule in CC: Tweaked.
local LARGEST_MESSAGE = 128 * 1024

function kernel.objects.websocket(fields)
    local state = { id = fields.id }
    -- A connection whose handle the program has dropped is closed.
    kernel.watchDropped("websocket.close", fields.id, state)
    local url = fields.url
    local handle = {}

    local function isClosed()
        return call("websocket.isClosed", state.id)
    end

    local function checkOpen()
        if isClosed() then error("attempt to use a closed file", 3) end
    end

    --- Waits for the next message; returns it and whether it is binary, or nothing when the connection is closed or
    -- the seconds are over.
    function handle.receive(seconds)
        expectOptional(1, seconds, "number")
        checkOpen()
        local timer = seconds and call("os.startTimer", kernel.expectFinite(1, seconds))
        while true do
            local event = pack(yield())
            local name = event[1]
            if name == "terminate" then
                error("Terminated", 0)
            elseif name == "websocket_message" and event[2] == url then
                return unpack(event, 3, event.n)
            elseif name == "websocket_closed" and event[2] == url and isClosed() then
                return
            elseif name == "timer" and timer and event[2] == timer then
                return
            end
        end
    end

    function handle.send(message, binary)
        expectOptional(2, binary, "boolean")
        checkOpen()
        -- Of a message beyond the limit only enough goes to Node to see that.
        return call("websocket.send", state.id, sub(tostring(message), 1, LARGEST_MESSAGE + 1), binary or false)
    end

    function handle.close()
        send("websocket.close", state.id)
    end

    return handle
end

return function(url, headers)
    local options
    if type(url) == "table" then
        options = {
            url = kernel.field(url, "url", "string"),
            headers = kernel.field(url, "headers", "table", true),
            timeout = kernel.field(url, "timeout", "number", true),
        }
    else
        options = { url = expect(1, url, "string"), headers = expectOptional(2, headers, "table") }
    end
    kernel.releaseHandles()
    if call("websocket.isFull") then
        collectgarbage()
        kernel.releaseHandles()
    end
    return call("websocket.connect", options)
end
