--- HTTP requests and websockets.
--
-- The machine's own `http` only starts things: what becomes of them arrives as events. This adds the
-- functions that wait for those, and checks arguments. A result belongs to a request when it is for the same
-- URL: two requests for one URL at once may get each other's answer.
--
-- `os.loadAPI` makes an API of this file's globals, so what is public here is global and the rest is local.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

local native = http
local startRequest, startCheck = native.request, native.checkURL

--- A machine without websockets says what CC says where they are switched off.
local startWebsocket = native.websocket
    or function()
        error("Websocket connections are disabled", 3)
    end

local METHODS = {}
for method in ("GET POST HEAD OPTIONS PUT DELETE PATCH TRACE"):gmatch("%a+") do
    METHODS[method] = true
end

--- Checks a field of a table that the function two levels up was given.
local function checkField(options, name, expected, isOptional)
    local kind = type(options[name])
    if kind ~= expected and not (isOptional and kind == "nil") then
        -- CC leaves the last bracket out as well.
        error(("bad field '%s' (%s expected, got %s"):format(name, expected, kind), 4)
    end
end

--- Checks the table form of a request.
---@param options table
---@param body "none"|"needed"|"optional" whether there is to be a body
local function checkRequest(options, body)
    checkField(options, "url", "string")
    if body == "none" then
        checkField(options, "body", "nil")
    else
        checkField(options, "body", "string", body == "optional")
    end
    checkField(options, "headers", "table", true)
    checkField(options, "method", "string", true)
    checkField(options, "redirect", "boolean", true)
    checkField(options, "timeout", "number", true)
    if options.method and not METHODS[options.method] then
        error("Unsupported HTTP method", 3)
    end
end

--- Checks the table form of a websocket.
local function checkWebsocket(options)
    checkField(options, "url", "string")
    checkField(options, "headers", "table", true)
    checkField(options, "timeout", "number", true)
end

--- Waits for the answer to a request.
---@param url string
---@param ok boolean, message? string what starting it returned
---@return table? response, string? message, table? failedResponse
local function awaitResponse(url, ok, message)
    if not ok then
        return nil, message
    end
    while true do
        local event, eventUrl, result, response = os.pullEvent()
        if eventUrl == url then
            if event == "http_success" then
                return result
            elseif event == "http_failure" then
                return nil, result, response
            end
        end
    end
end

--- Gets a page and waits for it.
---@param url string|table the address, or all in one table: `url`, `headers`, `binary`, `method`, `redirect`
--- and `timeout` (in seconds)
---@param headers? table<string, string>
---@param binary? boolean hands bytes out as numbers where the response is read without a length
---@return table? response a handle to read, with `getResponseCode` and `getResponseHeaders`; nil when it
--- failed
---@return string? message why it failed
---@return table? failedResponse the response that an error status came with
function get(url, headers, binary)
    if type(url) == "table" then
        checkRequest(url, "none")
        return awaitResponse(url.url, startRequest(url))
    end

    expect(1, url, "string")
    expect(2, headers, "table", "nil")
    expect(3, binary, "boolean", "nil")
    return awaitResponse(url, startRequest(url, nil, headers, binary))
end

--- Posts a body and waits for the answer.
---@param url string|table the address, or all in one table, as for `get` and with `body`
---@param body string
---@param headers? table<string, string>
---@param binary? boolean
---@return table? response, string? message, table? failedResponse as for `get`
function post(url, body, headers, binary)
    if type(url) == "table" then
        checkRequest(url, "needed")
        return awaitResponse(url.url, startRequest(url))
    end

    expect(1, url, "string")
    expect(2, body, "string")
    expect(3, headers, "table", "nil")
    expect(4, binary, "boolean", "nil")
    return awaitResponse(url, startRequest(url, body, headers, binary))
end

--- Starts a request. Its end is an `http_success` event (url, response) or an `http_failure` event (url,
--- message, response?); a request that cannot even start fails in that way too.
---@param url string|table the address, or all in one table, as for `get` and with `body`
---@param body? string posts when it is given, gets otherwise
---@param headers? table<string, string>
---@param binary? boolean
---@return boolean started, string? message
function request(url, body, headers, binary)
    local address = url
    if type(url) == "table" then
        checkRequest(url, "optional")
        address = url.url
    else
        expect(1, url, "string")
        expect(2, body, "string", "nil")
        expect(3, headers, "table", "nil")
        expect(4, binary, "boolean", "nil")
    end

    local ok, message = startRequest(url, body, headers, binary)
    if not ok then
        os.queueEvent("http_failure", address, message)
    end
    return ok, message
end

--- Starts to check whether an address may be requested. The answer is an `http_check` event (url, allowed,
--- message?).
---@param url string
---@return boolean started, string? message false and why when the address makes no sense
checkURLAsync = startCheck

--- Checks whether an address may be requested.
---@param url string
---@return boolean allowed, string? message why not
function checkURL(url)
    expect(1, url, "string")
    local ok, message = startCheck(url)
    if not ok then
        return ok, message
    end
    while true do
        local _, eventUrl, allowed, reason = os.pullEvent("http_check")
        if eventUrl == url then
            return allowed, reason
        end
    end
end

--- Starts to open a websocket. The end of that is a `websocket_success` event (url, websocket) or a
--- `websocket_failure` event (url, message).
---@param url string|table the address, or all in one table: `url`, `headers`, `timeout` (in seconds)
---@param headers? table<string, string>
---@return boolean started, string? message
function websocketAsync(url, headers)
    local address = url
    if type(url) == "table" then
        checkWebsocket(url)
        address = url.url
    else
        expect(1, url, "string")
        expect(2, headers, "table", "nil")
    end

    local ok, message = startWebsocket(url, headers)
    if not ok then
        os.queueEvent("websocket_failure", address, message)
    end
    return ok, message
end

--- Opens a websocket and waits until it is open.
---@param url string|table the address, or all in one table, as for `websocketAsync`
---@param headers? table<string, string>
---@return table|false websocket a handle with `send`, `receive` and `close`
---@return string? message why it failed
function websocket(url, headers)
    local address = url
    if type(url) == "table" then
        checkWebsocket(url)
        address = url.url
    else
        expect(1, url, "string")
        expect(2, headers, "table", "nil")
    end

    local ok, message = startWebsocket(url, headers)
    if not ok then
        return ok, message
    end
    while true do
        local event, eventUrl, result = os.pullEvent()
        if eventUrl == address then
            if event == "websocket_success" then
                return result
            elseif event == "websocket_failure" then
                return false, result
            end
        end
    end
end
