-- http: requests that answer with an event.

local kernel = ...
local call, expect, expectOptional = kernel.call, kernel.expect, kernel.expectOptional
local sub = string.sub

local http = {}

--- A field of a table of options, which must have the type, or may be missing where it is optional.
function kernel.field(options, key, expected, optional)
    local value = options[key]
    if type(value) ~= expected and not (optional and value == nil) then
        error(string.format("bad field '%s' (%s expected, got %s)", key, expected, type(value)), 3)
    end
    return value
end
local field = kernel.field

--- Bytes. Of a body beyond the limit only enough goes to Node to see that. Source: AddressRule in CC: Tweaked.
local LARGEST_BODY = 4 * 1024 * 1024

function http.request(url, body, headers, binary)
    local options
    if type(url) == "table" then
        options = {
            url = field(url, "url", "string"),
            body = field(url, "body", "string", true),
            headers = field(url, "headers", "table", true),
            binary = field(url, "binary", "boolean", true),
            method = field(url, "method", "string", true),
            redirect = field(url, "redirect", "boolean", true),
            timeout = field(url, "timeout", "number", true),
        }
    else
        options = {
            url = expect(1, url, "string"),
            body = expectOptional(2, body, "string"),
            headers = expectOptional(3, headers, "table"),
            binary = expectOptional(4, binary, "boolean"),
        }
    end
    if options.body then options.body = sub(options.body, 1, LARGEST_BODY + 1) end
    return call("http.request", options)
end

function http.checkURL(url)
    expect(1, url, "string")
    return call("http.checkURL", url)
end

http.websocket = kernel.part("websocket")

return http
