--- JSON to and from Lua values, for `textutils`.
--
-- Reading works on whole runs of text with patterns, never a character at a time: a program has seven seconds
-- between two yields, and web servers answer with megabytes. Only when a run is not plain is it looked at
-- closely.

local literal = require("cc.internal.literal")

local byte, concat, find, format, gsub, match, sub =
    string.byte, table.concat, string.find, string.format, string.gsub, string.match, string.sub

local function newSentinel(text, name)
    return setmetatable({}, {
        __newindex = function()
            error("attempt to mutate textutils." .. name, 2)
        end,
        __tostring = function()
            return text
        end,
    })
end

--- Stands for `[]`, which as a Lua table could not be told from `{}`.
local empty_json_array = newSentinel("[]", "empty_json_array")

--- Stands for `null`, which as nil could not be kept in a table.
local json_null = newSentinel("null", "json_null")

-- Writing ---------------------------------------------------------------------------------------------------

local SHORT_ESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\" }

--- The escape of each byte that may not stand in a string as it is, taking bytes for Latin-1 characters.
local BYTE_ESCAPES = {}
for code = 0, 255 do
    if code < 32 or code >= 127 then
        BYTE_ESCAPES[string.char(code)] = format("\\u%04X", code)
    end
end
for letter, character in pairs(SHORT_ESCAPES) do
    BYTE_ESCAPES[character] = "\\" .. letter
end

--- The escape of one UTF-8 sequence: one UTF-16 unit, or two for what lies beyond the first 65536 characters.
local function escapeSequence(sequence)
    -- Raises "invalid UTF-8 code" unless the sequence is exactly one character.
    local code, another = utf8.codepoint(sequence, 1, #sequence)
    if another then
        error("invalid UTF-8 code")
    elseif code < 0x10000 then
        return format("\\u%04X", code)
    end
    code = code - 0x10000
    return format("\\u%04X\\u%04X", 0xD800 + math.floor(code / 0x400), 0xDC00 + code % 0x400)
end

local function encodeString(text, options)
    if options.unicode_strings and find(text, "[\128-\255]") then
        text = gsub(text, '[%c"\\]', BYTE_ESCAPES)
        return '"' .. gsub(text, "[\128-\255][\128-\191]*", escapeSequence) .. '"'
    end
    return '"' .. gsub(text, '[%c"\\\128-\255]', BYTE_ESCAPES) .. '"'
end

local encodeTable

local function encodeValue(value, options, visited, out)
    local kind = type(value)
    local text
    if kind == "string" then
        text = encodeString(value, options)
    elseif kind == "number" then
        text = literal.number(value)
    elseif kind == "boolean" then
        text = tostring(value)
    elseif value == json_null then
        text = "null"
    elseif value == empty_json_array then
        text = "[]"
    elseif kind == "table" then
        return encodeTable(value, options, visited, out)
    else
        error("Cannot serialize type " .. kind, 0)
    end
    out[#out + 1] = text
end

--- Writes a table as an object when it has a string key, as an array when it has a positive number for a key,
--- and as an empty object otherwise. What that leaves out is still checked, since it is more likely a mistake
--- than not.
function encodeTable(value, options, visited, out)
    if visited[value] ~= nil then
        error("Cannot serialize table with " .. (visited[value] and "recursive" or "repeated") .. " entries", 0)
    end
    visited[value] = true

    local isObject, length = false, 0
    local start = #out + 1
    out[start] = "{"
    for key, item in pairs(value) do
        if type(key) == "string" then
            local name = options.nbt_style and key or encodeString(key, options)
            out[#out + 1] = (isObject and "," or "") .. name .. ":"
            encodeValue(item, options, visited, out)
            isObject = true
        elseif type(key) == "number" and key > length then
            length = key
        end
    end

    local isArray = not isObject and length >= 1
    local items = isArray and out or {}
    for i = 1, length do
        if i > 1 then
            items[#items + 1] = ","
        end
        local item = value[i]
        if item == nil then
            items[#items + 1] = "null"
        else
            encodeValue(item, options, visited, items)
        end
    end

    if isArray then
        out[start] = "["
    end
    out[#out + 1] = isArray and "]" or "}"
    if options.allow_repetitions then
        visited[value] = nil
    else
        visited[value] = false
    end
end

--- Writes a value as JSON.
---@param value any a table, string, number or boolean
---@param options { nbt_style?: boolean, unicode_strings?: boolean, allow_repetitions?: boolean }
---@return string
--- Raises "Cannot serialize ..." for functions and other types, for tables that contain themselves and,
--- unless allowed, for tables that appear twice.
local function encode(value, options)
    local out = {}
    encodeValue(value, options, {}, out)
    return concat(out)
end

-- Reading ---------------------------------------------------------------------------------------------------

local Fault = {}

--- Gives up: what is at a position is not JSON.
local function fault(position, message)
    error(setmetatable({ position = position, message = message }, Fault))
end

local function unexpected(position, found, wanted)
    local what = found == "" and "end of input" or literal.quote(found)
    fault(position, ("Unexpected %s, expected %s."):format(what, wanted))
end

local function skipWhitespace(text, position)
    return find(text, "[^ \n\r\t]", position) or #text + 1
end

local UNKNOWN_ESCAPE = "\0"

local ESCAPED = setmetatable({ ["/"] = "/" }, {
    __index = function()
        return UNKNOWN_ESCAPE
    end,
})
for letter, character in pairs(SHORT_ESCAPES) do
    ESCAPED[letter] = character
end

--- Finds what is wrong with a string and gives up with that. Positions are CC's, which counts on from the
--- backslash or the whitespace in some of them.
local function faultInString(text, position, terminator)
    while true do
        position = find(text, "[\0-\31\\" .. terminator .. "]", position)
        if not position then
            fault(#text + 1, "Unexpected end of input, expected '\"'.")
        end
        local character, escape = sub(text, position, position), sub(text, position + 1, position + 1)
        if character ~= "\\" then
            fault(position + 1, ("Unescaped whitespace %s."):format(literal.quote(character)))
        elseif escape == "" then
            fault(position, "Unexpected end of input, expected escape sequence.")
        elseif escape == "u" then
            if not find(text, "^%x%x%x%x", position + 2) then
                local digits = literal.quote(sub(text, position + 2, position + 5))
                fault(position, ("Malformed unicode escape %s."):format(digits))
            end
            position = position + 6
        elseif ESCAPED[escape] == UNKNOWN_ESCAPE then
            fault(position + 1, ("Unknown escape character %s."):format(literal.quote(escape)))
        else
            position = position + 2
        end
    end
end

--- Resolves the escapes of a string. Each \u escape becomes UTF-8 by itself: a surrogate pair stays two
--- characters.
---@return string? resolved nil when an escape is malformed
local function resolveEscapes(raw)
    if not find(raw, "\\u", 1, true) then
        local resolved = gsub(raw, "\\(.)", ESCAPED)
        return not find(resolved, UNKNOWN_ESCAPE, 1, true) and resolved or nil
    end

    local malformed, characters = false, {}
    -- Digits may stand after any escape, as in "\nabcd", and more than four after a \u: those stay as they
    -- are.
    local resolved = gsub(raw, "\\(.)(%x*)", function(letter, digits)
        if letter ~= "u" then
            local character = ESCAPED[letter]
            malformed = malformed or character == UNKNOWN_ESCAPE
            return character .. digits
        elseif #digits < 4 then
            malformed = true
            return nil
        end
        local unit = sub(digits, 1, 4)
        local character = characters[unit]
        if not character then
            character = utf8.char(tonumber(unit, 16))
            characters[unit] = character
        end
        return #digits == 4 and character or character .. sub(digits, 5)
    end)
    return not malformed and resolved or nil
end

--- Finds the quote that ends a string: the first with no backslash before it, or an even number of them.
local function findTerminator(text, start, terminator)
    local position = start - 1
    repeat
        position = find(text, terminator, position + 1, true)
        if not position then
            return nil
        end
        local before = position - 1
        while byte(text, before) == 92 do
            before = before - 1
        end
    until (position - before) % 2 == 1
    return position
end

---@param position number of the first character after the opening quote
---@return string value, number next the position after the closing quote
local function decodeString(text, position, terminator)
    local finish = find(text, terminator, position, true)
    if finish then
        local raw = sub(text, position, finish - 1)
        if not find(raw, "[%c\\]") then
            return raw, finish + 1
        end
    end

    finish = findTerminator(text, position, terminator)
    if finish then
        local raw = sub(text, position, finish - 1)
        local resolved = not find(raw, "[\0-\31]") and resolveEscapes(raw)
        if resolved then
            return resolved, finish + 1
        end
    end
    faultInString(text, position, terminator)
end

local function decodeNumber(text, position, options)
    local digits, next = match(text, "^(-?%d+%.?%d*[eE]?[+-]?%d*)()", position)
    local value = tonumber(digits)
    if not value then
        fault(position, ("Malformed number %s."):format(digits and literal.quote(digits) or "nil"))
    end
    if options.nbt_style and find(text, "^[bBsSlLfFdD]", next) then
        next = next + 1
    end
    return value, next
end

local decodeValue

local function decodeKey(text, position, options)
    if byte(text, position) == 34 then
        return decodeString(text, position + 1, '"')
    elseif options.nbt_style then
        local name, next = match(text, "^(%a[%w_]*)()", position)
        if name then
            return name, next
        end
    end
    unexpected(position, sub(text, position, position), "object key")
end

local function decodeObject(text, position, options)
    local object = {}
    position = skipWhitespace(text, position)
    local first = sub(text, position, position)
    if first == "" then
        unexpected(position, first, "'}'")
    elseif first == "}" then
        return object, position + 1
    end

    while true do
        -- A plain key and its colon in one go, as nearly all are.
        local key, next = match(text, '^"([^"\\%c]*)"[ \n\r\t]*:[ \n\r\t]*()', position)
        if not key then
            key, next = decodeKey(text, position, options)
            next = skipWhitespace(text, next)
            if byte(text, next) ~= 58 then
                unexpected(next, sub(text, next, next), "':'")
            end
            next = skipWhitespace(text, next + 1)
        end
        object[key], position = decodeValue(text, next, options)

        local delimiter
        delimiter, next = match(text, "^[ \n\r\t]*([,}])[ \n\r\t]*()", position)
        if delimiter == "}" then
            return object, next
        elseif not delimiter then
            position = skipWhitespace(text, position)
            unexpected(position, sub(text, position, position), "',' or '}'")
        end
        position = next
    end
end

local function decodeArray(text, position, options)
    position = skipWhitespace(text, position)
    if options.nbt_style and find(text, "^[ILB];", position) then
        position = skipWhitespace(text, position + 2)
    end
    local first = sub(text, position, position)
    if first == "" then
        unexpected(position, first, "']'")
    elseif first == "]" then
        return options.parse_empty_array == false and {} or empty_json_array, position + 1
    end

    local array, length = {}, 0
    while true do
        length = length + 1
        array[length], position = decodeValue(text, position, options)

        local delimiter, next = match(text, "^[ \n\r\t]*([],])[ \n\r\t]*()", position)
        if delimiter == "]" then
            return array, next
        elseif not delimiter then
            position = skipWhitespace(text, position)
            unexpected(position, sub(text, position, position), "',' or ']'")
        end
        position = next
    end
end

--- Reads the value that begins at a position.
---@return any value, number next the position after it
function decodeValue(text, position, options)
    local first = byte(text, position)
    if first == 34 then -- "
        return decodeString(text, position + 1, '"')
    elseif not first then
        fault(position, "Unexpected end of input.")
    elseif first == 45 or first >= 48 and first <= 57 then -- - 0 9
        return decodeNumber(text, position, options)
    elseif first == 123 then -- {
        return decodeObject(text, position + 1, options)
    elseif first == 91 then -- [
        return decodeArray(text, position + 1, options)
    elseif first == 116 and find(text, "^rue", position + 1) then
        return true, position + 4
    elseif first == 102 and find(text, "^alse", position + 1) then
        return false, position + 5
    elseif first == 110 and find(text, "^ull", position + 1) then
        if options.parse_null then
            return json_null, position + 4
        end
        return nil, position + 4
    elseif first == 39 and options.nbt_style then -- '
        return decodeString(text, position + 1, "'")
    end
    fault(position, ("Unexpected character %s."):format(literal.quote(sub(text, position, position))))
end

--- Reads a JSON document.
---@param text string
---@param options { nbt_style?: boolean, parse_null?: boolean, parse_empty_array?: boolean }
---@return any value, string? message nil and what is wrong when the text is not JSON
local function decode(text, options)
    local ok, value, next = pcall(decodeValue, text, skipWhitespace(text, 1), options)
    if not ok then
        if getmetatable(value) == Fault then
            return nil, ("Malformed JSON at position %d: %s"):format(value.position, value.message)
        end
        error(value, 0)
    end

    next = skipWhitespace(text, next)
    if next <= #text then
        local trailing = literal.quote(sub(text, next, next))
        return nil, ("Malformed JSON at position %d: Unexpected trailing character %s."):format(next, trailing)
    end
    return value
end

return { encode = encode, decode = decode, empty_json_array = empty_json_array, json_null = json_null }
