-- A box over the lower part of the screen that asks for a key: a title, rows that scroll, and below them what each key
-- does. What was on the screen is there again when it is closed, as far as the terminal tells what it shows; on one that
-- does not, as that of a computer without colours, what is above has moved up.

local strings = require("cc.strings")
local moveOf = require("/apis/trapos/movekeys").moveOf
local scroll = require("/apis/trapos/scroll")
local placeOf, scrolled, scrolledTo = scroll.placeOf, scroll.scrolled, scroll.scrolledTo
local cut = require("/apis/trapos/text").cut

local M = {}

--- Rows that what scrolls has at least, where it has so many.
local LEAST_ROWS = 3

--- Columns between two keys.
local GAP = 2

--- Key and label, as they are written.
local WRITTEN = { enter = "Enter" }

local function written(key)
	return (WRITTEN[key.key] or key.key) .. " " .. key.label
end

--- The keys in as few rows as they fit in.
local function rowsOfKeys(boxKeys, width)
	local rows = {}
	local row = {}
	local used = 0
	for _, key in ipairs(boxKeys) do
		local columns = #written(key)
		if #row > 0 and used + GAP + columns > width then
			rows[#rows + 1] = row
			row = {}
			used = 0
		end
		used = used + ((#row > 0 and GAP or 0) + columns)
		row[#row + 1] = key
	end
	if #row > 0 then
		rows[#rows + 1] = row
	end
	return rows
end

--- Writes a whole row of the box.
local function drawRow(y, text, colour, background)
	local width = term.getSize()
	term.setCursorPos(1, y)
	term.setTextColour(colour)
	term.setBackgroundColour(background)
	term.write(strings.ensure_width(text, width))
end

--- The bar at the top: the title, and the place where there is more than is shown.
local function drawTitle(box)
	local width = term.getSize()
	local isAll = box.scroll.rows <= box.scroll.height
	local place = isAll and "" or " " .. placeOf(box.scroll) .. " "
	local title = strings.ensure_width(" " .. cut(box.content.title, width - #place - 1), width - #place)
	local bar = term.isColour() and colours.blue or colours.white
	drawRow(box.top, title .. place, term.isColour() and colours.white or colours.black, bar)
end

--- A row of keys.
local function drawKeys(y, row)
	local ground = term.isColour() and colours.grey or colours.white
	drawRow(y, "", colours.white, ground)
	local x = 1
	for _, key in ipairs(row) do
		local text = written(key)
		term.setCursorPos(x, y)
		term.setTextColour(term.isColour() and colours.yellow or colours.black)
		term.write(string.sub(text, 1, #text - #key.label))
		term.setTextColour(term.isColour() and colours.white or colours.black)
		term.write(key.label)
		x = x + (#text + GAP)
	end
end

local function drawRows(rows, first, count, y)
	for index = 0, count - 1 do
		local row = rows[first + index + 1]
		local colour = row and row.colour
		local shown = term.isColour() and (colour or colours.white) or colours.white
		drawRow(y + index, row and row.text or "", shown, colours.black)
	end
end

--- Draws all of it.
local function draw(box)
	local content = box.content
	local height = box.scroll.height
	term.setCursorBlink(false)
	drawTitle(box)
	drawRows(content.rows, box.scroll.top - 1, height, box.top + 1)
	drawRows(box.foot, 0, #box.foot, box.top + 1 + height)
	local y = box.top + 1 + height + #box.foot
	for _, row in ipairs(box.keyRows) do
		drawKeys(y, row)
		y = y + 1
	end
	term.setTextColour(colours.white)
	term.setBackgroundColour(colours.black)
end

--- Lays it out for the screen as it is now.
local function arrange(box)
	local width, height = term.getSize()
	box.content = box.layout(width)
	box.keyRows = rowsOfKeys(box.content.keys, width)
	local rows = #box.content.rows
	local least = 1 + math.min(rows, LEAST_ROWS) + #box.keyRows

	-- On a low screen what is asked comes before what does not scroll.
	box.foot = #box.content.foot <= height - least and box.content.foot or {}
	local others = 1 + #box.foot + #box.keyRows
	local place = math.max(math.min(rows, height - others), 1)
	box.scroll = scrolledTo({ rows = rows, height = place, top = box.scroll.top }, box.scroll.top)
	box.top = math.max(height - others - place + 1, 1)
end

--- What is on the screen, where the terminal tells.
local function linesOf(screen)
	local getLine = screen.getLine
	if getLine == nil then
		return nil
	end
	local _, height = screen.getSize()
	local lines = {}
	for y = 1, height do
		local text, colour, background = getLine(y)
		lines[#lines + 1] = { text, colour, background }
	end
	return lines
end

--- Moves what is on the screen up where the box would hide it for good.
local function makeRoom(box)
	local above = box.row - box.top
	if box.lines ~= nil or above <= 0 then
		return
	end
	term.scroll(above)
	box.row = box.top
end

--- A line as it is written on a screen of some width.
local function fitted(line, width)
	local text, colour, background = unpack(line, 1, 3)
	local missing = math.max(width - #text, 0)
	return {
		string.sub(text, 1, width) .. string.rep(" ", missing),
		string.sub(colour, 1, width) .. string.rep("0", missing),
		string.sub(background, 1, width) .. string.rep("f", missing),
	}
end

--- Writes some rows of what was on the screen, or clears them.
local function restoreRows(box, from, to)
	local width, height = term.getSize()
	local lines = box.lines

	-- On a screen that has become lower the end of it is what counts.
	local hidden = lines == nil and 0 or math.max(box.row - height, 0)
	term.setBackgroundColour(colours.black)
	for y = from, to do
		local line = lines and lines[y + hidden]
		term.setCursorPos(1, y)
		term.clearLine()
		if line then
			term.blit(unpack(fitted(line, width)))
		end
	end
end

--- What the box no longer hides, as it has become lower.
local function restoreAbove(box, before)
	if before < box.top then
		restoreRows(box, before, box.top - 1)
	end
end

--- Opens a box.
--
-- @param layout makes what it shows
function M.openBox(layout)
	local screen = term.current()
	local _, row = term.getCursorPos()
	local box = {
		layout = layout,
		content = { title = "", rows = {}, foot = {}, keys = {} },
		scroll = { rows = 0, height = 1, top = 1 },
		foot = {},
		keyRows = {},
		top = 1,
		screen = screen,
		lines = linesOf(screen),
		row = row,
	}
	arrange(box)
	makeRoom(box)
	draw(box)
	return box
end

--- Shows something else in an open box.
--
-- @param isNew true to begin at its first row again
function M.showInBox(box, layout, isNew)
	local before = box.top
	box.layout = layout
	if isNew then
		box.scroll = scrolledTo(box.scroll, 1)
	end
	arrange(box)
	restoreAbove(box, before)
	makeRoom(box)
	draw(box)
end

--- Closes a box: what was on the screen is there again, and the cursor is where it was.
function M.closeBox(box)
	term.redirect(box.screen)
	local _, height = term.getSize()
	if box.lines == nil then
		restoreRows(box, box.top, height)
	else
		restoreRows(box, 1, height)
	end
	term.setTextColour(colours.white)
	term.setCursorBlink(false)
	term.setCursorPos(1, math.min(box.row, height))
end

--- After the screen has another size.
local function follow(box)
	local _, height = term.getSize()
	arrange(box)
	if box.lines == nil then
		restoreRows(box, math.min(box.row, box.top), height)
	else
		restoreRows(box, 1, height)
	end
	if box.lines == nil then
		box.row = math.min(box.row, box.top)
	end
	draw(box)
end

--- The key that a click stands for, if it is on one.
local function keyAt(box, x, y)
	local first = box.top + 1
	local height = box.scroll.height
	if y >= first and y < first + height then
		local row = box.content.rows[box.scroll.top - 1 + y - first + 1]
		return row and row.key
	end
	local row = box.keyRows[y - first - height - #box.foot + 1]
	local start = 1
	for _, key in ipairs(row or {}) do
		local endModule = start + #written(key)
		if x >= start and x < endModule then
			return key.key
		end
		start = endModule + GAP
	end
	return nil
end

--- Waits for a key of an open box, or a click in its place. Scrolls, and follows the screen's size, meanwhile.
--
-- @returns a character in lower case, or "enter"
function M.nextKey(box)
	while true do
		local event, what, x, y = os.pullEventRaw()
		if event == "terminate" then
			error("Terminated", 0)
		end
		if event == "char" then
			return string.lower(what)
		end
		if event == "key" and (what == keys.enter or what == keys.numPadEnter) then
			return "enter"
		end
		if event == "term_resize" then
			follow(box)
		end
		if event == "mouse_click" then
			local key = keyAt(box, x, y)
			if key ~= nil then
				return key
			end
		end
		local move = moveOf(event, what)
		if move ~= nil then
			box.scroll = scrolled(box.scroll, move)
			draw(box)
		end
	end
end

--- Has a line typed in the place of the keys of an open box.
--
-- @param prompt in CC's font
-- @returns the line as it was typed; the box shows its keys again
function M.readInBox(box, prompt)
	local width, height = term.getSize()
	local count = math.max(#box.keyRows, 1)
	local y = math.min(height - count + 1, height)
	for row = y, height do
		drawRow(row, "", colours.white, colours.black)
	end
	local start = cut(prompt, math.max(width - 10, 0))
	drawRow(y, start, term.isColour() and colours.yellow or colours.white, colours.black)

	-- A window of its own: what is typed ends with a line break, which would move the whole screen on its last row.
	local place = window.create(box.screen, #start + 2, y, math.max(width - #start - 1, 1), 1)
	term.redirect(place)
	term.setTextColour(colours.white)
	local line = read()
	term.redirect(box.screen)
	arrange(box)
	draw(box)
	return line
end

return M
