-- Escapes in strings that CC's Lua knows and Lua 5.2 does not: \u{XXX} is a character in UTF-8, and a backslash before
-- any other character stands for that character.

local kernel = ...
local byte, concat, find, format, gsub = string.byte, table.concat, string.find, string.format, string.gsub
local match, sub = string.match, string.sub
local tonumber = tonumber

local isKnown = "^[abfnrtvxz\\\"'%d\n\r]"
local LAST_CHARACTER = 0x10FFFF

--- What stands for the escape whose backslash is at `position`, and where the source goes on behind it.
local function escape(source, position)
    local character = sub(source, position + 1, position + 1)
    if character ~= "u" then
        return find(character, isKnown) and "\\" .. character or character, position + 2
    end
    local digits, stop = match(source, "^{(%x+)}()", position + 2)
    local code = digits and tonumber(digits, 16)
    -- What is none is left for Lua to complain about.
    if not code or code > LAST_CHARACTER then return "\\u", position + 2 end
    local bytes = gsub(kernel.utf8Character(code), ".", function(one)
        return format("\\%03d", byte(one))
    end)
    return bytes, stop
end

--- Copies a quoted string from behind its first quote to `pieces`; returns where the source goes on behind it.
local function copyString(source, position, quote, pieces)
    while true do
        local stop = find(source, "[\\\n" .. quote .. "]", position)
        if not stop then
            pieces[#pieces + 1] = sub(source, position)
            return #source + 1
        end
        local isEscape = sub(source, stop, stop) == "\\"
        pieces[#pieces + 1] = sub(source, position, isEscape and stop - 1 or stop)
        if not isEscape then return stop + 1 end
        pieces[#pieces + 1], position = escape(source, stop)
    end
end

--- Where a long string or comment ends that may begin at a bracket; nil where none begins.
local function behindLong(source, position)
    local level = match(source, "^%[(=*)%[", position)
    if not level then return nil end
    local _, stop = find(source, "]" .. level .. "]", position, true)
    return (stop or #source) + 1
end

--- Returns the source with such escapes written as Lua 5.2 knows them; lines stay where they are.
function kernel.translateEscapes(source)
    if not find(source, "\\[^abfnrtvxz\\\"'%d\n\r]") then return source end
    local pieces, position = {}, 1
    while true do
        local start = find(source, "[-[\"']", position)
        if not start then
            pieces[#pieces + 1] = sub(source, position)
            return concat(pieces)
        end
        local first, stop = sub(source, start, start), nil
        if first == "-" then
            if sub(source, start + 1, start + 1) == "-" then
                stop = behindLong(source, start + 2) or find(source, "\n", start, true) or #source + 1
            end
        elseif first == "[" then
            stop = behindLong(source, start)
        end
        stop = stop or start + 1
        pieces[#pieces + 1] = sub(source, position, stop - 1)
        position = stop
        if first == '"' or first == "'" then position = copyString(source, position, first, pieces) end
    end
end
