--- A pretty printer: documents that can be laid out on one line or on several, after Philip Wadler's "A
--- prettier printer". Values become documents with `pretty`; `write`, `print` and `render` lay a document
--- out.
--
-- A document is an immutable table:
--   { tag = "nil" }, { tag = "text", text, colour? }, { tag = "line", instead }, { tag = "concat", n, ... },
--   { tag = "nest", depth, document }, { tag = "group", document }
-- Those made of others know from the start their `flat` width (the columns they take on one line) and whether
-- they `breaks` (hold a line break that a group would take away), so that laying out looks at each part once.

local expect = require("cc.expect")
local literal = require("cc.internal.literal")
local expect, field = expect.expect, expect.field

-- This module has a `write` and a `print` of its own.
local writeText = write

local Document = {}

local function isDocument(value)
    return getmetatable(value) == Document
end

local function newDocument(document)
    return setmetatable(document, Document)
end

--- The empty document.
local empty = newDocument({ tag = "nil" })

local function newText(text, colour)
    return newDocument({ tag = "text", text = text, colour = colour })
end

local function flatWidth(document)
    return document.text and #document.text or document.flat or 0
end

--- A single space.
local space = newText(" ")

--- A line break that a group on one line leaves out.
local line = newDocument({ tag = "line", instead = "", flat = 0, breaks = true })

--- A line break that a group on one line replaces with a space.
local space_line = newDocument({ tag = "line", instead = " ", flat = 1, breaks = true })

local function newConcat(parts)
    local flat, breaks = 0, false
    for i = 1, #parts do
        flat = flat + flatWidth(parts[i])
        breaks = breaks or parts[i].breaks or false
    end
    parts.tag, parts.n, parts.flat, parts.breaks = "concat", #parts, flat, breaks
    return newDocument(parts)
end

--- Makes a document of a string. Line breaks in it become `space_line`s.
---@param text string
---@param colour? number one of `colours`; the colour at the time of writing when left out
---@return table document
local function text(text, colour)
    expect(1, text, "string")
    expect(2, colour, "number", "nil")

    if text == "" then
        return empty
    elseif text == " " then
        return space
    elseif text == "\n" then
        return space_line
    elseif not text:find("\n", 1, true) then
        return newText(text, colour)
    end

    local parts = {}
    for words, lineBreak in text:gmatch("([^\n]*)(\n?)") do
        if words == " " then
            parts[#parts + 1] = space
        elseif words ~= "" then
            parts[#parts + 1] = newText(words, colour)
        end
        if lineBreak ~= "" then
            parts[#parts + 1] = space_line
        end
    end
    return newConcat(parts)
end

--- Joins documents. `a .. b` does the same.
---@param ... table|string documents, or strings to make them of
---@return table document
local function concat(...)
    local parts = table.pack(...)
    for i = 1, parts.n do
        if type(parts[i]) == "string" then
            parts[i] = text(parts[i])
        elseif not isDocument(parts[i]) then
            expect(i, parts[i], "document")
        end
    end

    if parts.n == 0 then
        return empty
    elseif parts.n == 1 then
        return parts[1]
    end
    return newConcat(parts)
end

--- Indents what follows a line break in a document.
---@param depth number how many spaces, more than 0
---@param document table
---@return table document
local function nest(depth, document)
    expect(1, depth, "number")
    if not isDocument(document) then
        expect(2, document, "document")
    end
    if depth <= 0 then
        error("depth must be a positive number", 2)
    end
    return newDocument({ tag = "nest", depth = depth, document, flat = flatWidth(document), breaks = document.breaks })
end

--- Puts a document on one line where there is room for that.
---@param document table
---@return table document
local function group(document)
    if not isDocument(document) then
        expect(1, document, "document")
    end
    if document.tag == "group" or not document.breaks then
        return document
    end
    return newDocument({ tag = "group", document, flat = document.flat, breaks = true })
end

--- Lays a document out.
---@param document table
---@param column number columns left of the first character
---@param width? number columns there are, none for as many as it takes
---@param ribbonFraction? number how much of the width a line may fill after its indentation, 0.6 when left
--- out
---@param emitText fun(text: string, colour?: number)
---@param emitLine fun(indent: number)
local function layOut(document, column, width, ribbonFraction, emitText, emitLine)
    local ribbon = width and math.max(0, math.min(width, width * (ribbonFraction or 0.6)))

    local function visit(doc, indent, flat)
        local tag = doc.tag
        if tag == "text" then
            emitText(doc.text, doc.colour)
            column = column + #doc.text
        elseif tag == "line" then
            if flat then
                if doc.instead ~= "" then
                    emitText(doc.instead)
                end
                column = column + doc.flat
            else
                emitLine(indent)
                column = indent
            end
        elseif tag == "concat" then
            for i = 1, doc.n do
                visit(doc[i], indent, flat)
            end
        elseif tag == "nest" then
            visit(doc[1], indent + doc.depth, flat)
        elseif tag == "group" then
            visit(doc[1], indent, flat or not width or column + doc.flat <= math.min(width, ribbon + indent))
        end
    end
    visit(document, 0, false)
end

--- Writes a document to the terminal, from where the cursor is.
---@param document table
---@param ribbon_frac? number how much of the width a line may fill after its indentation, 0.6 when left out
local function write(document, ribbon_frac)
    if not isDocument(document) then
        expect(1, document, "document")
    end
    expect(2, ribbon_frac, "number", "nil")

    local term = term
    local width, height = term.getSize()
    local usual = term.getTextColour()
    local current = usual
    local function setColour(colour)
        if colour ~= current then
            term.setTextColour(colour)
            current = colour
        end
    end

    layOut(document, math.max((term.getCursorPos()) - 1, 0), width, ribbon_frac, function(words, colour)
        setColour(colour or usual)
        writeText(words)
    end, function(indent)
        local _, row = term.getCursorPos()
        if row < height then
            row = row + 1
        else
            term.scroll(1)
            row = height
        end
        term.setCursorPos(indent + 1, row)
    end)
    setColour(usual)
end

--- Writes a document to the terminal and ends the line.
---@param document table
---@param ribbon_frac? number how much of the width a line may fill after its indentation, 0.6 when left out
local function print(document, ribbon_frac)
    if not isDocument(document) then
        expect(1, document, "document")
    end
    expect(2, ribbon_frac, "number", "nil")
    write(document, ribbon_frac)
    writeText("\n")
end

--- Lays a document out as a string.
---@param document table
---@param width? number columns to fit it to where it can; everything that may goes on one line when left out
---@param ribbon_frac? number how much of the width a line may fill after its indentation, 0.6 when left out
---@return string
local function render(document, width, ribbon_frac)
    if not isDocument(document) then
        expect(1, document, "document")
    end
    expect(2, width, "number", "nil")
    expect(3, ribbon_frac, "number", "nil")

    local out, n = {}, 0
    local function emit(words)
        n = n + 1
        out[n] = words
    end
    layOut(document, 0, width, ribbon_frac, emit, function(indent)
        emit("\n" .. (" "):rep(indent))
    end)
    return table.concat(out)
end

Document.__concat = concat
Document.__tostring = function(document)
    return render(document)
end

local KEY_RANKS = { string = 1, number = 2 }

--- Orders keys: strings first, then numbers, each among themselves, then the rest as they come.
local function isKeyBefore(a, b)
    local kindA, kindB = type(a), type(b)
    if kindA == kindB and KEY_RANKS[kindA] then
        return a < b
    end
    return (KEY_RANKS[kindA] or 3) < (KEY_RANKS[kindB] or 3)
end

local function describeFunction(value, options)
    local info = debug and debug.getinfo(value, "Su")
    local description = tostring(value)
    if options.function_source and info and (info.linedefined or 0) >= 1 then
        description = "function<" .. info.short_src .. ":" .. info.linedefined .. ">"
    end
    if options.function_args and info and info.what == "Lua" and info.nparams then
        local names = {}
        for i = 1, info.nparams do
            names[i] = debug.getlocal(value, i) or "?"
        end
        if info.isvararg then
            names[#names + 1] = "..."
        end
        description = description .. "(" .. table.concat(names, ", ") .. ")"
    end
    return description
end

local COMMA, BRACES = text(","), text("{}")
local OPEN_BRACE, CLOSE_BRACE, OPEN_KEY, CLOSE_KEY = text("{"), text("}"), text("["), text("] = ")

local describe

local function describeTable(value, options, ancestors)
    local length, keys = #value, {}
    for key in pairs(value) do
        if type(key) ~= "number" or key % 1 ~= 0 or key < 1 or key > length then
            keys[#keys + 1] = key
        end
    end
    table.sort(keys, isKeyBefore)

    local parts = {}
    local function add(...)
        if #parts > 0 then
            parts[#parts + 1] = COMMA
        end
        parts[#parts + 1] = space_line
        for i = 1, select("#", ...) do
            parts[#parts + 1] = select(i, ...)
        end
    end
    for i = 1, length do
        add(describe(value[i], options, ancestors))
    end
    for _, key in ipairs(keys) do
        local described = describe(value[key], options, ancestors)
        if type(key) == "string" and literal.isName(key) then
            add(text(key .. " = "), described)
        else
            add(OPEN_KEY, describe(key, options, ancestors), CLOSE_KEY, described)
        end
    end
    return group(concat(OPEN_BRACE, nest(2, newConcat(parts)), space_line, CLOSE_BRACE))
end

function describe(value, options, ancestors)
    local kind = type(value)
    if kind == "string" then
        return text((literal.quote(value):gsub("\n", "n")), colours.red)
    elseif kind == "number" then
        return text(literal.number(value), colours.magenta)
    elseif kind == "function" then
        return text(describeFunction(value, options), colours.lightGrey)
    elseif kind ~= "table" or ancestors[value] then
        return text(tostring(value), colours.lightGrey)
    end

    local metatable = getmetatable(value)
    if type(metatable) == "table" and metatable.__tostring then
        return text(tostring(value))
    elseif next(value) == nil then
        return BRACES
    end
    ancestors[value] = true
    local document = describeTable(value, options, ancestors)
    ancestors[value] = nil
    return document
end

--- Makes a document of any value, coloured by its type.
---@param obj any
---@param options? { function_args?: boolean, function_source?: boolean } show the parameters of functions,
--- and where they were defined in place of their address; neither when left out
---@return table document
local function pretty(obj, options)
    expect(2, options, "table", "nil")
    options = options or {}
    return describe(obj, {
        function_source = field(options, "function_source", "boolean", "nil"),
        function_args = field(options, "function_args", "boolean", "nil"),
    }, {})
end

--- Prints any value to the terminal, coloured by its type.
---@param obj any
---@param options? { function_args?: boolean, function_source?: boolean } as for `pretty`
---@param ribbon_frac? number as for `print`
local function pretty_print(obj, options, ribbon_frac)
    expect(2, options, "table", "nil")
    expect(3, ribbon_frac, "number", "nil")
    return print(pretty(obj, options), ribbon_frac)
end

return {
    empty = empty,
    space = space,
    line = line,
    space_line = space_line,
    text = text,
    concat = concat,
    nest = nest,
    group = group,
    write = write,
    print = print,
    render = render,
    pretty = pretty,
    pretty_print = pretty_print,
}
