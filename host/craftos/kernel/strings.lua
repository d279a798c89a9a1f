-- string.gsub as CC has it: a replacement function and metamethods may yield, and in a replacement string a % before
-- anything but a digit stands for what follows, as in Lua 5.1; at the end for a zero byte.

local kernel = ...
local concat, find, getmetatable, gsub = table.concat, string.find, debug.getmetatable, string.gsub
local pack, error, stringArgument, sub = table.pack, error, kernel.stringArgument, string.sub
local type, unpack, whole = type, table.unpack, kernel.wholeArgument

--- Reads a replacement string as 5.1 does: 5.2 refuses a % before other characters, and at the end.
local function lenient(replacement)
    if not find(replacement, "%%[^%d%%]") and not find(replacement, "%%$") then return replacement end
    return (gsub(replacement, "%%(.?)", function(character)
        if character == "" then return "\0" end
        if character == "%" or find(character, "^%d") then return nil end
        return character
    end))
end

--- Replaces what is found by what a function gives for it.
local function withFunction(text, pattern, replace, limit)
    local parts, position, count = {}, 1, 0
    local anchored = sub(pattern, 1, 1) == "^"
    while count < limit and position <= #text + 1 do
        local match = pack(find(text, pattern, position))
        local first, last = match[1], match[2]
        if not first then break end
        count = count + 1
        local whole = sub(text, first, last)
        parts[#parts + 1] = sub(text, position, first - 1)
        local value
        if match.n > 2 then
            value = replace(unpack(match, 3, match.n))
        else
            value = replace(whole)
        end
        if not value then
            value = whole
        elseif type(value) ~= "string" and type(value) ~= "number" then
            error("invalid replacement value (a " .. type(value) .. ")")
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
    text, pattern = stringArgument(text), stringArgument(pattern)
    limit = whole(limit, #text + 1)
    local kind = type(replacement)
    if kind == "string" then
        replacement = lenient(replacement)
    elseif kind == "function" then
        return withFunction(text, pattern, replacement, limit)
    elseif kind == "table" then
        if getmetatable(replacement) then
            return withFunction(text, pattern, function(key) return replacement[key] end, limit)
        end
    elseif kind ~= "number" then
        if limit > 0 and find(text, pattern) then error("bad argument: string/function/table expected") end
        return text, 0
    end
    return gsub(text, pattern, replacement, limit < 0 and 0 or limit)
end
