--- Functions on strings, mostly to fit text on a screen.

local expect = require("cc.expect")
local expect, range = expect.expect, expect.range

--- Breaks text into lines that fit a width, at spaces where it can. Spaces stay where they are, so the lines
--- joined give the text again, apart from line breaks and what of a run of spaces reached beyond the width.
---@param text string
---@param width? number in characters, at least 1; the terminal's width when left out
---@return string[] lines
local function wrap(text, width)
    expect(1, text, "string")
    expect(2, width, "number", "nil")
    width = width or (term.getSize())
    range(width, 1)

    local lines, line = {}, ""
    local function endLine()
        lines[#lines + 1] = line:sub(1, width)
        line = ""
    end

    local function addLongWord(word)
        local position = 1
        while position <= #word do
            -- One column of the line that the word begins on stays free, as CC has it.
            local room = width - #line - 1
            if room <= 0 then
                endLine()
                room = width
            end
            line = line .. word:sub(position, position + room - 1)
            position = position + room
        end
    end

    for spaces, word, lineBreak in text:gmatch("([ \t]*)([^ \t\n]*)(\n?)") do
        line = line .. spaces
        if #word > width then
            addLongWord(word)
        elseif word ~= "" then
            if #line + #word > width then
                endLine()
            end
            line = line .. word
        end
        if lineBreak ~= "" then
            endLine()
        end
    end
    endLine()
    return lines
end

--- Makes a string exactly as long as a width, cutting it or padding it with spaces on the right.
---@param line string
---@param width? number in characters; the terminal's width when left out
---@return string line
local function ensure_width(line, width)
    expect(1, line, "string")
    expect(2, width, "number", "nil")
    width = width or (term.getSize())

    return line:sub(1, width) .. (" "):rep(width - #line)
end

--- Splits a string at every place where a separator stands.
---@param text string
---@param separator string a Lua pattern, or with `plain` the text itself; it may not match the empty string
---@param plain? boolean take the separator literally
---@param limit? number how many parts there may be at most; the last one keeps the rest, separators and all
---@return string[] parts at least one
local function split(text, separator, plain, limit)
    expect(1, text, "string")
    expect(2, separator, "string")
    expect(3, plain, "boolean", "nil")
    expect(4, limit, "number", "nil")

    local parts, position = {}, 1
    while not limit or #parts + 1 < limit do
        local first, last = text:find(separator, position, plain)
        if not first then
            break
        end
        if last < first then
            error("separator is empty", 2)
        end
        parts[#parts + 1] = text:sub(position, first - 1)
        position = last + 1
    end
    parts[#parts + 1] = text:sub(position)
    return parts
end

return { wrap = wrap, ensure_width = ensure_width, split = split }
