--- Windows: terminals that fill a rectangle of another terminal and remember what was written to them, so that they
-- can be hidden, moved and drawn again.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

local window = _ENV

local rep, sub, floor, type = string.rep, string.sub, math.floor, type

local digitOf = {}
for index = 0, 15 do
    digitOf[2 ^ index] = ("%x"):format(index)
end

--- The highest single colour in what a caller of a window's method gave as a colour. Raises at that caller.
local function singleColour(colour)
    if type(colour) ~= "number" then
        -- A tail call, for `expect` to count its levels from the method.
        return expect(1, colour, "number")
    elseif colour < 0 or colour > 0xffff then
        error("Colour out of range", 3)
    end
    return 2 ^ floor(math.log(colour, 2))
end

--- Makes a window on `parent`. A row of its buffer is a table of text, text colours and background colours, each as
-- `term.blit` takes them and exactly as long as the window is wide.
--
-- @tparam table parent The terminal to draw on: `term.current()`, a monitor, another window.
-- @tparam number x The column of its left edge on the parent; likewise `y`, the row of its top edge.
-- @tparam number width How many columns it has; likewise `height`, how many rows.
-- @tparam[opt=true] boolean visible Whether it is drawn at once.
-- @treturn table The window: a terminal with some methods more.
function window.create(parent, x, y, width, height, visible)
    expect(1, parent, "table")
    expect(2, x, "number")
    expect(3, y, "number")
    expect(4, width, "number")
    expect(5, height, "number")
    expect(6, visible, "boolean", "nil")
    if parent == term then
        error("term is not a recommended window parent, try term.current() instead", 2)
    end

    local self = {}
    local isVisible = visible ~= false
    local cursorX, cursorY, cursorBlink = 1, 1, false
    local textColour, backgroundColour = colors.white, colors.black
    local rows, palette = {}, {}

    local function emptyRow(columns)
        local text, background = digitOf[textColour], digitOf[backgroundColour]
        return { rep(" ", columns), rep(text, columns), rep(background, columns) }
    end

    for row = 1, height do
        rows[row] = emptyRow(width)
    end
    for index = 0, 15 do
        local colour = 2 ^ index
        palette[colour] = { parent.getPaletteColour(colour) }
    end

    -- Drawing on the parent. Callers see to it that the window is visible.

    local function drawRow(index)
        local row = rows[index]
        parent.setCursorPos(x, y + index - 1)
        parent.blit(row[1], row[2], row[3])
    end

    local function placeCursor()
        if cursorX >= 1 and cursorX <= width and cursorY >= 1 and cursorY <= height then
            parent.setCursorPos(x + cursorX - 1, y + cursorY - 1)
        else
            parent.setCursorPos(0, 0)
        end
    end

    --- The cursor is drawn in the colour that text would have.
    local function drawCursor()
        parent.setTextColour(textColour)
        placeCursor()
    end

    local function drawRows()
        for index = 1, height do
            drawRow(index)
        end
    end

    --- Puts text into the row of the cursor, where it lies within the window, and moves the cursor behind it.
    local function put(text, textColours, backgroundColours)
        local first, last = cursorX, cursorX + #text - 1
        if cursorY >= 1 and cursorY <= height and first <= width and last >= 1 then
            local row = rows[cursorY]
            if first == 1 and last == width then
                row[1], row[2], row[3] = text, textColours, backgroundColours
            else
                local from, to = first < 1 and 1 or first, last > width and width or last
                local cutFrom, cutTo = from - first + 1, to - first + 1
                local before, after = from - 1, to + 1
                row[1] = sub(row[1], 1, before) .. sub(text, cutFrom, cutTo) .. sub(row[1], after)
                row[2] = sub(row[2], 1, before) .. sub(textColours, cutFrom, cutTo) .. sub(row[2], after)
                row[3] = sub(row[3], 1, before) .. sub(backgroundColours, cutFrom, cutTo) .. sub(row[3], after)
            end
            if isVisible then
                drawRow(cursorY)
            end
        end
        cursorX = last + 1
        if isVisible then
            drawCursor()
        end
    end

    -- Writing

    function self.write(text)
        text = tostring(text)
        put(text, rep(digitOf[textColour], #text), rep(digitOf[backgroundColour], #text))
    end

    function self.blit(text, textColours, backgroundColours)
        if type(text) ~= "string" then expect(1, text, "string") end
        if type(textColours) ~= "string" then expect(2, textColours, "string") end
        if type(backgroundColours) ~= "string" then expect(3, backgroundColours, "string") end
        if #textColours ~= #text or #backgroundColours ~= #text then
            error("Arguments must be the same length", 2)
        end
        put(text, textColours:lower(), backgroundColours:lower())
    end

    function self.clear()
        for index = 1, height do
            rows[index] = emptyRow(width)
        end
        if isVisible then
            drawRows()
            drawCursor()
        end
    end

    function self.clearLine()
        if cursorY >= 1 and cursorY <= height then
            rows[cursorY] = emptyRow(width)
            if isVisible then
                drawRow(cursorY)
                drawCursor()
            end
        end
    end

    function self.scroll(lines)
        if type(lines) ~= "number" then expect(1, lines, "number") end
        if lines == 0 then
            return
        elseif lines % 1 ~= 0 then
            error("attempt to scroll by a part of a line", 2)
        end
        local scrolled = {}
        for index = 1, height do
            local from = index + lines
            scrolled[index] = from >= 1 and from <= height and rows[from] or emptyRow(width)
        end
        rows = scrolled
        if isVisible then
            drawRows()
            drawCursor()
        end
    end

    -- Cursor

    function self.getCursorPos()
        return cursorX, cursorY
    end

    function self.setCursorPos(column, row)
        if type(column) ~= "number" then expect(1, column, "number") end
        if type(row) ~= "number" then expect(2, row, "number") end
        cursorX, cursorY = floor(column), floor(row)
        if isVisible then
            placeCursor()
        end
    end

    function self.getCursorBlink()
        return cursorBlink
    end

    function self.setCursorBlink(blink)
        if type(blink) ~= "boolean" then expect(1, blink, "boolean") end
        cursorBlink = blink
        if isVisible then
            parent.setCursorBlink(blink)
        end
    end

    -- Colours

    function self.isColour()
        return parent.isColour()
    end

    function self.getTextColour()
        return textColour
    end

    function self.setTextColour(colour)
        if not digitOf[colour] then colour = singleColour(colour) end
        textColour = colour
        if isVisible then
            parent.setTextColour(colour)
        end
    end

    function self.getBackgroundColour()
        return backgroundColour
    end

    function self.setBackgroundColour(colour)
        if not digitOf[colour] then colour = singleColour(colour) end
        backgroundColour = colour
    end

    function self.getPaletteColour(colour)
        if not digitOf[colour] then colour = singleColour(colour) end
        local entry = palette[colour]
        return entry[1], entry[2], entry[3]
    end

    --- Takes either three numbers from 0 to 1 or one of the form 0xRRGGBB.
    function self.setPaletteColour(colour, red, green, blue)
        if not digitOf[colour] then colour = singleColour(colour) end
        if type(red) == "number" and green == nil and blue == nil then
            red, green, blue = colors.unpackRGB(red)
        else
            if type(red) ~= "number" then expect(2, red, "number") end
            if type(green) ~= "number" then expect(3, green, "number") end
            if type(blue) ~= "number" then expect(4, blue, "number") end
        end
        palette[colour] = { red, green, blue }
        if isVisible then
            return parent.setPaletteColour(colour, red, green, blue)
        end
    end

    self.isColor = self.isColour
    self.getTextColor, self.setTextColor = self.getTextColour, self.setTextColour
    self.getBackgroundColor, self.setBackgroundColor = self.getBackgroundColour, self.setBackgroundColour
    self.getPaletteColor, self.setPaletteColor = self.getPaletteColour, self.setPaletteColour

    -- What a window has beyond a terminal

    function self.getSize()
        return width, height
    end

    --- What a row shows: text, text colours and background colours, as `blit` takes them.
    function self.getLine(row)
        if type(row) ~= "number" then expect(1, row, "number") end
        if row < 1 or row > height then
            error("Line is out of range.", 2)
        end
        local line = rows[row]
        return line[1], line[2], line[3]
    end

    function self.isVisible()
        return isVisible
    end

    --- Shows or hides the window. What a hidden one covered is the parent's business.
    function self.setVisible(show)
        if type(show) ~= "boolean" then expect(1, show, "boolean") end
        if show ~= isVisible then
            isVisible = show
            self.redraw()
        end
    end

    --- Gives the parent this window's cursor again, after something else was drawn.
    function self.restoreCursor()
        if isVisible then
            parent.setCursorBlink(cursorBlink)
            drawCursor()
        end
    end

    function self.redraw()
        if isVisible then
            drawRows()
            for colour, entry in pairs(palette) do
                parent.setPaletteColour(colour, entry[1], entry[2], entry[3])
            end
            self.restoreCursor()
        end
    end

    function self.getPosition()
        return x, y
    end

    --- Moves the window, and where given resizes it and puts it on another parent.
    function self.reposition(newX, newY, newWidth, newHeight, newParent)
        if type(newX) ~= "number" then expect(1, newX, "number") end
        if type(newY) ~= "number" then expect(2, newY, "number") end
        if newWidth ~= nil or newHeight ~= nil then
            expect(3, newWidth, "number")
            expect(4, newHeight, "number")
        end
        if newParent ~= nil and type(newParent) ~= "table" then expect(5, newParent, "table") end

        x, y = newX, newY
        parent = newParent or parent
        if newWidth then
            local resized = {}
            for index = 1, newHeight do
                local row = rows[index]
                if row and index <= height then
                    local added = emptyRow(math.max(newWidth - width, 0))
                    for part = 1, 3 do
                        row[part] = sub(row[part], 1, newWidth) .. added[part]
                    end
                end
                resized[index] = row or emptyRow(newWidth)
            end
            rows, width, height = resized, newWidth, newHeight
        end
        if isVisible then
            self.redraw()
        end
    end

    if isVisible then
        self.redraw()
    end
    return self
end
