-- utf8: Lua 5.3's library, which CC has on top of 5.2.

local kernel = ...
local byte, char, floor = string.byte, string.char, math.floor
local error, stringArgument, whole = error, kernel.stringArgument, kernel.wholeArgument

local utf8 = { charpattern = "[\0-\127\194-\244][\128-\191]*" }

local function encode(index, code)
    code = whole(code)
    if code < 0 or code > 0x10FFFF then error("bad argument #" .. index .. " (value out of range)") end
    if code < 0x80 then return char(code) end
    if code < 0x800 then return char(0xC0 + floor(code / 0x40), 0x80 + code % 0x40) end
    if code < 0x10000 then
        return char(0xE0 + floor(code / 0x1000), 0x80 + floor(code / 0x40) % 0x40, 0x80 + code % 0x40)
    end
    return char(
        0xF0 + floor(code / 0x40000),
        0x80 + floor(code / 0x1000) % 0x40,
        0x80 + floor(code / 0x40) % 0x40,
        0x80 + code % 0x40
    )
end

function kernel.utf8Character(code)
    return encode(1, code)
end

function utf8.char(...)
    local parts = { ... }
    for index = 1, select("#", ...) do parts[index] = encode(index, parts[index]) end
    return table.concat(parts)
end

--- Reads the character that begins at a byte; returns its code and the next position, or nil where it is not valid.
local function decode(text, position)
    local first = byte(text, position)
    if first < 0x80 then return first, position + 1 end
    local count, code, least
    if first >= 0xC2 and first < 0xE0 then
        count, code, least = 1, first - 0xC0, 0x80
    elseif first >= 0xE0 and first < 0xF0 then
        count, code, least = 2, first - 0xE0, 0x800
    elseif first >= 0xF0 and first < 0xF5 then
        count, code, least = 3, first - 0xF0, 0x10000
    else
        return nil
    end
    for offset = 1, count do
        local continuation = byte(text, position + offset)
        if not continuation or continuation < 0x80 or continuation > 0xBF then return nil end
        code = code * 0x40 + continuation - 0x80
    end
    if code < least or code > 0x10FFFF then return nil end
    return code, position + count + 1
end

local function absolute(text, position)
    if position >= 0 then return position end
    if -position > #text then return 0 end
    return #text + position + 1
end

local function isContinuation(text, position)
    local value = byte(text, position)
    return value ~= nil and value >= 0x80 and value < 0xC0
end

function utf8.codes(text)
    text = stringArgument(text)
    local function nextCode(_, position)
        position = position + 1
        while position > 1 and isContinuation(text, position) do position = position + 1 end
        if position > #text then return nil end
        local code, following = decode(text, position)
        if not code or isContinuation(text, following) then error("invalid UTF-8 code") end
        return position, code
    end
    kernel.markNatives(nextCode)
    return nextCode, text, 0
end

function utf8.codepoint(text, from, to)
    text = stringArgument(text)
    local position = absolute(text, whole(from, 1))
    local last = absolute(text, whole(to, position))
    if position < 1 then error("bad argument #2 (out of bounds)") end
    if last > #text then error("bad argument #3 (out of bounds)") end
    local codes = {}
    while position <= last do
        local code
        code, position = decode(text, position)
        if not code then error("invalid UTF-8 code") end
        codes[#codes + 1] = code
    end
    return table.unpack(codes)
end

function utf8.len(text, from, to)
    text = stringArgument(text)
    local position, last = absolute(text, whole(from, 1)), absolute(text, whole(to, -1))
    if position < 1 or position > #text + 1 then error("bad argument #2 (initial position out of string)") end
    if last > #text then error("bad argument #3 (final position out of string)") end
    local count = 0
    while position <= last do
        local code, following = decode(text, position)
        if not code then return nil, position end
        position, count = following, count + 1
    end
    return count
end

function utf8.offset(text, count, from)
    text, count = stringArgument(text), whole(count)
    local position = absolute(text, whole(from, count > 0 and 1 or #text + 1))
    if position < 1 or position > #text + 1 then error("bad argument #3 (position out of bounds)") end
    if count == 0 then
        while position > 1 and isContinuation(text, position) do position = position - 1 end
        return position
    end
    if isContinuation(text, position) then error("initial position is a continuation byte") end
    while count < 0 and position > 1 do
        repeat position = position - 1 until position <= 1 or not isContinuation(text, position)
        count = count + 1
    end
    if count > 0 then
        count = count - 1
        while count > 0 and position <= #text do
            repeat position = position + 1 until not isContinuation(text, position)
            count = count - 1
        end
    end
    if count == 0 then return position end
    return nil
end

return utf8
