-- term: the native terminal. The screen itself is Node's; position, colours and size are kept here too, so that
-- asking for them costs nothing.

local kernel = ...
local send, expect, expectFinite, expectWhole = kernel.send, kernel.expect, kernel.expectFinite, kernel.expectWhole
local error, floor, max, min, sub = error, math.floor, math.max, math.min, string.sub
local tostring = kernel.toText

local term = {}
local width, height = kernel.options.width, kernel.options.height
local cursorX, cursorY, blink = 1, 1, false
local textColour, backgroundColour = 0, 15

--- The place 0-15 of a colour that is a power of two; of any other number, the place of its highest bit.
local function parseColour(value)
    if value > 0 and value < 65536 then
        local place = 0
        while value >= 2 do
            value, place = value / 2, place + 1
        end
        return place
    end
    error("Colour out of range", 3)
end

--- The first and the last character of a text of some length that are on the screen when it begins at the cursor. The
--- last is before the first where none is.
local function visible(length)
    if cursorY < 1 or cursorY > height then return 1, 0 end
    local first = min(max(1, 2 - cursorX), length + 1)
    return first, max(first - 1, min(length, width - cursorX + 1))
end

--- What the screen shows is all that is sent: a text costs nothing beyond the row, as in CC.
function term.write(text)
    text = tostring(text)
    local length = #text
    local first, last = visible(length)
    if first == 1 and last == length then
        send("term.write", text)
    else
        send("term.write", sub(text, first, last), first - 1, length)
    end
    cursorX = cursorX + length
end

function term.blit(text, textColours, backgroundColours)
    expect(1, text, "string")
    expect(2, textColours, "string")
    expect(3, backgroundColours, "string")
    if #textColours ~= #text or #backgroundColours ~= #text then
        error("Arguments must be the same length", 2)
    end
    local length = #text
    local first, last = visible(length)
    if first == 1 and last == length then
        send("term.blit", text, textColours, backgroundColours)
    else
        send(
            "term.blit",
            sub(text, first, last),
            sub(textColours, first, last),
            sub(backgroundColours, first, last),
            first - 1,
            length
        )
    end
    cursorX = cursorX + length
end

function term.scroll(lines)
    send("term.scroll", expectWhole(1, lines))
end

function term.getCursorPos()
    return cursorX, cursorY
end

function term.setCursorPos(x, y)
    cursorX, cursorY = expectWhole(1, x), expectWhole(2, y)
    send("term.setCursorPos", cursorX, cursorY)
end

function term.getCursorBlink()
    return blink
end

function term.setCursorBlink(on)
    blink = expect(1, on, "boolean")
    send("term.setCursorBlink", blink)
end

function term.getSize()
    return width, height
end

function term.clear()
    send("term.clear")
end

function term.clearLine()
    send("term.clearLine")
end

function term.getTextColour()
    return 2 ^ textColour
end

function term.setTextColour(colour)
    textColour = parseColour(expectWhole(1, colour))
    send("term.setTextColour", textColour)
end

function term.getBackgroundColour()
    return 2 ^ backgroundColour
end

function term.setBackgroundColour(colour)
    backgroundColour = parseColour(expectWhole(1, colour))
    send("term.setBackgroundColour", backgroundColour)
end

function term.isColour()
    return kernel.options.colour
end

function term.setPaletteColour(colour, ...)
    local place = parseColour(expectWhole(1, colour))
    local red, green, blue
    if select("#", ...) == 1 then
        local rgb = expectWhole(2, (...))
        red = floor(rgb / 65536) % 256 / 255
        green = floor(rgb / 256) % 256 / 255
        blue = rgb % 256 / 255
    else
        red, green, blue = ...
        expectFinite(2, red)
        expectFinite(3, green)
        expectFinite(4, blue)
    end
    send("term.setPaletteColour", place, red, green, blue)
end

function term.getPaletteColour(colour)
    return kernel.call("term.getPaletteColour", parseColour(expectWhole(1, colour)))
end

function term.nativePaletteColour(colour)
    return kernel.call("term.nativePaletteColour", parseColour(expectWhole(1, colour)))
end

for _, name in ipairs({
    "getTextColour",
    "setTextColour",
    "getBackgroundColour",
    "setBackgroundColour",
    "isColour",
    "setPaletteColour",
    "getPaletteColour",
    "nativePaletteColour",
}) do
    term[string.gsub(name, "Colour", "Color")] = term[name]
end

--- The host has given the terminal another size.
function kernel.resize(newWidth, newHeight)
    width, height = newWidth, newHeight
end

return term
