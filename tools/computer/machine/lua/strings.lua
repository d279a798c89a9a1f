-- string.gsub as CC has it: a replacement function may yield, and in a replacement string a % before anything but a
-- digit stands for what follows, as in Lua 5.1.

local kernel = ...
local concat, expect, expectOptional = table.concat, kernel.expect, kernel.expectOptional
local callLibrary, error, find, floor, gsub = kernel.callLibrary, error, string.find, math.floor, string.gsub
local max, pack, pcall, sub = math.max, table.pack, pcall, string.sub
local tostring, type, unpack = tostring, type, table.unpack

--- Reads a replacement string as 5.1 does: 5.2 refuses a % before other characters.
local function lenient(replacement)
    if not find(replacement, "%%[^%d%%]") then return replacement end
    return (gsub(replacement, "%%([^%d])", function(character)
        if character ~= "%" then return character end
        return nil
    end))
end

local function withFunction(text, pattern, replace, limit)
    local parts, position, count = {}, 1, 0
    local anchored = sub(pattern, 1, 1) == "^"
    while count < limit and position <= #text + 1 do
        local match = pack(pcall(find, text, pattern, position))
        local first, last = match[2], match[3]
        if not match[1] then error(first, 2) end
        if not first then break end
        count = count + 1
        local whole = sub(text, first, last)
        parts[#parts + 1] = sub(text, position, first - 1)
        local value
        if match.n > 3 then
            value = replace(unpack(match, 4, match.n))
        else
            value = replace(whole)
        end
        if not value then
            value = whole
        elseif type(value) ~= "string" and type(value) ~= "number" then
            error("invalid replacement value (a " .. type(value) .. ")", 2)
        end
        parts[#parts + 1] = value
        position = last + 1
        if last < first then
            -- Nothing was matched: the character there is passed over, or the same place would match for ever.
            parts[#parts + 1] = sub(text, first, first)
            position = first + 1
        end
        if anchored then break end
    end
    parts[#parts + 1] = sub(text, position)
    return concat(parts), count
end

function kernel.globals.string.gsub(text, pattern, replacement, limit)
    if type(limit) == "number" then limit = max(limit, 0) end
    if type(replacement) == "string" then replacement = lenient(replacement) end
    if type(replacement) ~= "function" then return callLibrary(gsub, text, pattern, replacement, limit) end
    if type(text) == "number" then text = tostring(text) end
    if type(pattern) == "number" then pattern = tostring(pattern) end
    expect(1, text, "string")
    expect(2, pattern, "string")
    expectOptional(4, limit, "number")
    return withFunction(text, pattern, replacement, limit and floor(limit) or #text + 1)
end
