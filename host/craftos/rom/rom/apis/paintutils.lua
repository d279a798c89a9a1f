--- Draws pixels (character cells), lines, boxes and images on the terminal.
--
-- Drawing moves the cursor and leaves the background in the colour it drew with. Without a colour it draws in
-- the background's own.
--
-- `os.loadAPI` makes an API of this file's globals, so what is public here is global and the rest is local.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

local function paintCell(x, y)
    term.setCursorPos(x, y)
    term.write(" ")
end

--- Reads an image from text: a line of text a row, a hexadecimal digit a pixel (0 is white, f is black),
--- anything else a pixel that is left as it is.
---@param image string
---@return number[][] rows of colours, 0 for no colour
function parseImage(image)
    expect(1, image, "string")

    local rows = {}
    for line in (image .. "\n"):gmatch("([^\n]*)\n") do
        local row = {}
        for column = 1, #line do
            local digit = line:sub(column, column):match("[0-9a-f]")
            row[column] = digit and 2 ^ tonumber(digit, 16) or 0
        end
        rows[#rows + 1] = row
    end
    return rows
end

--- Reads an image from a file.
---@param path string from the root
---@return number[][]? rows as for `parseImage`; nil when there is no such file
function loadImage(path)
    expect(1, path, "string")

    local file = fs.exists(path) and fs.open(path, "r")
    if not file then
        return nil
    end
    local image = file.readAll()
    file.close()
    return parseImage(image)
end

--- Draws a pixel.
---@param x number column, 1 is the leftmost
---@param y number row, 1 is the top one
---@param colour? number
function drawPixel(x, y, colour)
    expect(1, x, "number")
    expect(2, y, "number")
    expect(3, colour, "number", "nil")

    if colour then
        term.setBackgroundColour(colour)
    end
    paintCell(x, y)
end

--- Draws a line, both of its ends included.
---@param startX number
---@param startY number
---@param endX number
---@param endY number
---@param colour? number
function drawLine(startX, startY, endX, endY, colour)
    expect(1, startX, "number")
    expect(2, startY, "number")
    expect(3, endX, "number")
    expect(4, endY, "number")
    expect(5, colour, "number", "nil")

    -- Always from left to right: rounding is not the same both ways.
    local left, first = math.floor(startX), math.floor(startY)
    local right, last = math.floor(endX), math.floor(endY)
    if left > right then
        left, first, right, last = right, last, left, first
    end
    if colour then
        term.setBackgroundColour(colour)
    end

    local width, height = right - left, last - first
    if width == 0 and height == 0 then
        paintCell(left, first)
    elseif width > math.abs(height) then
        local y = first
        for x = left, right do
            paintCell(x, math.floor(y + 0.5))
            y = y + height / width
        end
    else
        local x = left
        for y = first, last, height < 0 and -1 or 1 do
            paintCell(math.floor(x + 0.5), y)
            x = x + width / math.abs(height)
        end
    end
end

--- Makes a colour the background's, if there is one, and returns a function that paints cells of a row in it.
local function newBrush(colour)
    if colour then
        term.setBackgroundColour(colour)
    end
    local digit = colours.toBlit(colour or term.getBackgroundColour())
    return function(x, y, width)
        term.setCursorPos(x, y)
        term.blit((" "):rep(width), digit:rep(width), digit:rep(width))
    end
end

--- Puts two numbers in order, as whole ones.
local function span(a, b)
    a, b = math.floor(a), math.floor(b)
    return math.min(a, b), math.max(a, b)
end

--- Draws the outline of a box.
---@param startX number
---@param startY number
---@param endX number
---@param endY number
---@param colour? number
function drawBox(startX, startY, endX, endY, colour)
    expect(1, startX, "number")
    expect(2, startY, "number")
    expect(3, endX, "number")
    expect(4, endY, "number")
    expect(5, colour, "number", "nil")

    local left, right = span(startX, endX)
    local top, bottom = span(startY, endY)
    local paint = newBrush(colour)
    if left == right and top == bottom then
        return paintCell(left, top)
    end
    for y = top, bottom do
        if y == top or y == bottom then
            paint(left, y, right - left + 1)
        else
            paint(left, y, 1)
            paint(right, y, 1)
        end
    end
end

--- Draws a filled box.
---@param startX number
---@param startY number
---@param endX number
---@param endY number
---@param colour? number
function drawFilledBox(startX, startY, endX, endY, colour)
    expect(1, startX, "number")
    expect(2, startY, "number")
    expect(3, endX, "number")
    expect(4, endY, "number")
    expect(5, colour, "number", "nil")

    local left, right = span(startX, endX)
    local top, bottom = span(startY, endY)
    local paint = newBrush(colour)
    if left == right and top == bottom then
        return paintCell(left, top)
    end
    for y = top, bottom do
        paint(left, y, right - left + 1)
    end
end

--- Draws an image that `parseImage` or `loadImage` read.
---@param image number[][]
---@param x number column of its upper left pixel
---@param y number row of its upper left pixel
function drawImage(image, x, y)
    expect(1, image, "table")
    expect(2, x, "number")
    expect(3, y, "number")

    for row = 1, #image do
        for column = 1, #image[row] do
            local colour = image[row][column]
            if colour > 0 then
                term.setBackgroundColour(colour)
                paintCell(x + column - 1, y + row - 1)
            end
        end
    end
end
