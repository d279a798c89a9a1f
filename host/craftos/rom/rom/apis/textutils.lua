--- Text on the screen, and Lua values as text.
--
-- `os.loadAPI` makes an API of this file's globals, so what is public here is global and the rest is local.

local moduleEnvironment = setmetatable({}, { __index = _ENV })
moduleEnvironment.require = dofile("rom/modules/main/cc/require.lua").make(moduleEnvironment, "rom/modules/main")
local require = moduleEnvironment.require

local expect = require("cc.expect")
local json = require("cc.internal.json")
local literal = require("cc.internal.literal")
local wrap = require("cc.strings").wrap
local expect, field = expect.expect, expect.field

-- Printing --------------------------------------------------------------------------------------------------

--- Writes text a character at a time. Like `write`, it does not end the line.
---@param text any written as `tostring` gives it
---@param rate? number characters a second, 20 when left out
function slowWrite(text, rate)
    expect(2, rate, "number", "nil")
    rate = rate or 20
    if rate < 0 then
        error("Rate must be positive", 2)
    end

    -- Words are moved to the next line beforehand: written singly, their characters would wrap anywhere.
    local width = term.getSize()
    local wrapped = table.concat(wrap(tostring(text), width), "\n")
    for character in wrapped:gmatch(".") do
        sleep(1 / rate)
        write(character)
    end
end

--- Writes text a character at a time and ends the line.
---@param text any written as `tostring` gives it
---@param rate? number characters a second, 20 when left out
function slowPrint(text, rate)
    slowWrite(text, rate)
    print()
end

--- Formats a time of day, such as "6:30 PM".
---@param time number in hours, as `os.time` returns it
---@param twentyFourHours? boolean "18:30" rather than "6:30 PM"
---@return string
function formatTime(time, twentyFourHours)
    expect(1, time, "number")
    expect(2, twentyFourHours, "boolean", "nil")

    local hour = math.floor(time)
    local minute = math.floor((time - hour) * 60)
    if twentyFourHours then
        return ("%d:%02d"):format(hour, minute)
    end
    local half = time >= 12 and "PM" or "AM"
    if time >= 13 then
        hour = hour - 12
    end
    return ("%d:%02d %s"):format(hour == 0 and 12 or hour, minute, half)
end

--- A copy of a terminal that asks for a key before it scrolls a line away, after some that are free.
local function newPagedTerminal(terminal, freeLines)
    local paged = {}
    for name, method in pairs(terminal) do
        paged[name] = method
    end
    function paged.scroll(lines)
        for _ = 1, lines do
            terminal.scroll(1)
            if freeLines > 0 then
                freeLines = freeLines - 1
            else
                local _, height = terminal.getSize()
                terminal.setCursorPos(1, height)
                terminal.write("Press any key to continue")
                os.pullEvent("key")
                terminal.clearLine()
                terminal.setCursorPos(1, height)
            end
        end
    end
    return paged
end

--- Prints text, waiting for a key before each line that scrolls another off the screen.
---@param text? any printed as `print` does
---@param free_lines? number how many lines may scroll before the first wait, 0 when left out
---@return number lines how many lines were printed
function pagedPrint(text, free_lines)
    expect(2, free_lines, "number", "nil")

    local terminal = term.current()
    term.redirect(newPagedTerminal(terminal, free_lines or 0))
    local ok, result
    if text == nil then
        ok, result = pcall(print)
    else
        ok, result = pcall(print, text)
    end
    term.redirect(terminal)
    if not ok then
        error(result, 0)
    end
    return result
end

local function tabulateRows(paged, ...)
    local arguments = table.pack(...)
    for i = 1, arguments.n do
        expect(i, arguments[i], "number", "table")
    end

    local width, height = term.getSize()
    local columnWidth = width / 8
    for i, row in ipairs(arguments) do
        if type(row) == "table" then
            for key, item in pairs(row) do
                if type(item) ~= "string" and type(item) ~= "number" then
                    local message = "bad argument #%s.%s (string expected, got %s)"
                    error(message:format(i, tostring(key), type(item)), 2)
                end
                columnWidth = math.max(columnWidth, #tostring(item) + 1)
            end
        end
    end
    local columns = math.floor(width / columnWidth)

    local linesEnded = 0
    local function endLine()
        if paged and linesEnded >= height - 3 then
            pagedPrint()
        else
            print()
        end
        linesEnded = linesEnded + 1
    end

    local colour = term.getTextColour()
    for _, row in ipairs(arguments) do
        if type(row) == "number" then
            term.setTextColour(row)
        elseif #row > 0 then
            local column = 0
            for _, item in ipairs(row) do
                if column >= columns then
                    column = 0
                    endLine()
                end
                local _, y = term.getCursorPos()
                term.setCursorPos(math.floor(1 + column * columnWidth), y)
                term.write(item)
                column = column + 1
            end
            print()
        end
    end
    term.setTextColour(colour)
end

--- Prints rows of items in columns of one width, that of the widest item.
---@param ... table|number a row (a list of strings and numbers), or the colour of the rows after it
function tabulate(...)
    return tabulateRows(false, ...)
end

--- Prints rows of items in columns, waiting for a key before a line that would not fit the screen.
---@param ... table|number a row (a list of strings and numbers), or the colour of the rows after it
function pagedTabulate(...)
    return tabulateRows(true, ...)
end

-- Lua values as Lua code ------------------------------------------------------------------------------------

local FORMATS = {
    usual = { open = "{\n", indent = "  ", openKey = "[ ", closeKey = " ] = ", equals = " = ", comma = ",\n" },
    compact = { open = "{", indent = "", openKey = "[", closeKey = "]=", equals = "=", comma = "," },
}

local function serializeNumber(value)
    if value ~= value then
        return "0/0"
    elseif value == math.huge then
        return "1/0"
    elseif value == -math.huge then
        return "-1/0"
    end
    return literal.number(value)
end

--- Appends the code of a value to `out`. Metatables play no part.
--- `visited` has true for the tables around the value, and false for those that are finished with.
local function serializeValue(value, options, visited, indent, out)
    local kind = type(value)
    if kind == "string" then
        out[#out + 1] = literal.quote(value)
        return
    elseif kind == "number" then
        out[#out + 1] = serializeNumber(value)
        return
    elseif kind == "boolean" or kind == "nil" then
        out[#out + 1] = tostring(value)
        return
    elseif kind ~= "table" then
        error("Cannot serialize type " .. kind, 0)
    end

    if visited[value] ~= nil then
        error("Cannot serialize table with " .. (visited[value] and "recursive" or "repeated") .. " entries", 0)
    end
    visited[value] = true

    if next(value) == nil then
        out[#out + 1] = "{}"
    else
        local format = options.compact and FORMATS.compact or FORMATS.usual
        local innerIndent = indent .. format.indent
        out[#out + 1] = format.open

        local length = 0
        while rawget(value, length + 1) ~= nil do
            length = length + 1
            out[#out + 1] = innerIndent
            serializeValue(rawget(value, length), options, visited, innerIndent, out)
            out[#out + 1] = format.comma
        end
        for key, item in next, value do
            local isListed = type(key) == "number" and key % 1 == 0 and key >= 1 and key <= length
            if not isListed then
                out[#out + 1] = innerIndent
                if type(key) == "string" and literal.isName(key) then
                    out[#out + 1] = key .. format.equals
                else
                    out[#out + 1] = format.openKey
                    serializeValue(key, options, visited, innerIndent, out)
                    out[#out + 1] = format.closeKey
                end
                serializeValue(item, options, visited, innerIndent, out)
                out[#out + 1] = format.comma
            end
        end
        out[#out + 1] = indent .. "}"
    end

    if options.allow_repetitions then
        visited[value] = nil
    else
        visited[value] = false
    end
end

--- Writes a value as Lua code that `unserialize` reads back.
---@param value any
---@param options? { compact?: boolean, allow_repetitions?: boolean } without spaces and line breaks; with
--- tables that appear more than once, as long as none contains itself
---@return string
--- Raises "Cannot serialize ..." for functions, threads and userdata, and for tables that appear more than
--- once.
function serialize(value, options)
    expect(2, options, "table", "nil")
    if options then
        field(options, "compact", "boolean", "nil")
        field(options, "allow_repetitions", "boolean", "nil")
    end

    local out = {}
    serializeValue(value, options or {}, {}, "", out)
    return table.concat(out)
end

serialise = serialize

--- Reads a value that `serialize` wrote.
---@param text string
---@return any value nil when the text is not one
function unserialize(text)
    expect(1, text, "string")
    -- The code sees no globals, so all it can do is build a value.
    local build = load("return " .. text, "unserialize", "t", {})
    if build then
        local ok, value = pcall(build)
        if ok then
            return value
        end
    end
    return nil
end

unserialise = unserialize

-- Lua values as JSON ----------------------------------------------------------------------------------------

--- What `[]` reads as and what writes it: `{}` is an empty object. It may not be changed.
empty_json_array = json.empty_json_array

--- What writes `null`, and what `null` reads as when asked for. It may not be changed.
json_null = json.json_null

--- Writes a value as JSON. A table with a string key becomes an object of its string keys, any other with a
--- positive whole number for a key becomes an array up to the largest of them, and the rest become `{}`.
---@param value table|string|number|boolean
---@param options? { nbt_style?: boolean, unicode_strings?: boolean, allow_repetitions?: boolean }|boolean
--- `nbt_style` (alone: the boolean) leaves keys unquoted, as Minecraft's commands want it; `unicode_strings`
--- takes strings for UTF-8 rather than CC's own character set; `allow_repetitions` lets tables appear more
--- than once
---@return string
--- Raises "Cannot serialize ..." for functions and other types, and for tables that appear more than once.
function serializeJSON(value, options)
    expect(1, value, "table", "string", "number", "boolean")
    expect(2, options, "table", "boolean", "nil")
    if type(options) == "table" then
        field(options, "nbt_style", "boolean", "nil")
        field(options, "unicode_strings", "boolean", "nil")
        field(options, "allow_repetitions", "boolean", "nil")
    else
        options = { nbt_style = options }
    end
    return json.encode(value, options)
end

serialiseJSON = serializeJSON

--- Reads JSON. Strings come as UTF-8; a surrogate pair of \u escapes stays two characters.
---@param text string
---@param options? { nbt_style?: boolean, parse_null?: boolean, parse_empty_array?: boolean } `nbt_style` also
--- reads Minecraft's notation; `parse_null` reads null as `json_null` rather than nil, which a table drops;
--- `parse_empty_array = false` reads [] as a table of its own rather than as `empty_json_array`
---@return any value, string? message nil and what is wrong where, when the text is not JSON
function unserializeJSON(text, options)
    expect(1, text, "string")
    expect(2, options, "table", "nil")
    if options then
        field(options, "nbt_style", "boolean", "nil")
        field(options, "parse_null", "boolean", "nil")
        field(options, "parse_empty_array", "boolean", "nil")
    end
    return json.decode(text, options or {})
end

unserialiseJSON = unserializeJSON

-- Names and addresses ---------------------------------------------------------------------------------------

--- How each byte that may not stand in a URL is sent. Bytes are Latin-1 characters, which URLs have as UTF-8.
local URL_ESCAPES = {}
for code = 0, 255 do
    if code < 128 then
        URL_ESCAPES[string.char(code)] = ("%%%02X"):format(code)
    else
        URL_ESCAPES[string.char(code)] = ("%%%02X%%%02X"):format(192 + math.floor(code / 64), 128 + code % 64)
    end
end
URL_ESCAPES[" "] = "+"
URL_ESCAPES["\n"] = "%0D%0A"

--- Encodes a string to stand in a URL's query or in a form.
---@param text string
---@return string
function urlEncode(text)
    expect(1, text, "string")
    return (text:gsub("[^A-Za-z0-9_.-]", URL_ESCAPES))
end

--- What can be called as a method: functions, and tables that their metatable makes callable.
local function isCallable(value)
    if type(value) == "function" then
        return true
    end
    local metatable = type(value) == "table" and getmetatable(value)
    local call = type(metatable) == "table" and metatable.__call
    return type(call) == "function" or type(call) == "table"
end

--- Lists the endings that complete a Lua expression such as "term.wri": names followed by "(" for functions
--- and by "." for tables that hold something. After a ":", only what can be called.
---@param text string
---@param environment? table where names are looked up, along the tables that its metatable's `__index` leads
--- to; this API's own, which leads to the global one, when left out
---@return string[] endings in alphabetical order
function complete(text, environment)
    expect(1, text, "string")
    expect(2, environment, "table", "nil")
    if literal.keywords[text] then
        return {}
    end

    local scope = environment or _ENV
    local path, colon, prefix = text:match("^([^:]*)(:?)(.*)$")
    if colon == "" then
        path, prefix = text:match("^(.-)([^.]*)$")
    else
        path = path .. "."
    end
    for name in path:gmatch("([^.]*)%.") do
        scope = scope[name]
        if type(scope) ~= "table" then
            return {}
        end
    end

    local endings, seen = {}, {}
    while scope do
        for name, value in pairs(scope) do
            local isCandidate = not seen[name] and type(name) == "string" and literal.isName(name)
            if isCandidate and name:sub(1, #prefix) == prefix then
                local ending = name:sub(#prefix + 1)
                if colon == ":" then
                    if isCallable(value) then
                        endings[#endings + 1] = ending .. "("
                    end
                elseif type(value) == "function" then
                    endings[#endings + 1] = ending .. "("
                elseif type(value) == "table" and next(value) ~= nil then
                    endings[#endings + 1] = ending .. "."
                else
                    endings[#endings + 1] = ending
                end
            end
            seen[name] = true
        end
        local metatable = getmetatable(scope)
        local parent = type(metatable) == "table" and metatable.__index
        scope = type(parent) == "table" and parent or nil
    end
    table.sort(endings)
    return endings
end
