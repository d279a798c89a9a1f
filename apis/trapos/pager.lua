-- Shows rows: all at once where they fit the screen, else in pages, for a computer's screen does not scroll back.

local strings = require("cc.strings")
local isInteractive = require("/apis/trapos/interactive").isInteractive
local readLine = require("/apis/trapos/lineinput").readLine
local moveOf = require("/apis/trapos/movekeys").moveOf
local rowModule = require("/apis/trapos/row")
local drawRow, marked = rowModule.drawRow, rowModule.marked
local rowlist = require("/apis/trapos/rowlist")
local findIn, layOutTo, lettersAbove, rowBelow, startRows =
	rowlist.findIn, rowlist.layOutTo, rowlist.lettersAbove, rowlist.rowBelow, rowlist.startRows
local screen = require("/apis/trapos/screen")
local inColour, refitted, takeRowsAbove = screen.inColour, screen.refitted, screen.takeRowsAbove
local scrollModule = require("/apis/trapos/scroll")
local bottomOf, placeOf, scrolled, scrolledTo =
	scrollModule.bottomOf, scrollModule.placeOf, scrollModule.scrolled, scrollModule.scrolledTo
local cut = require("/apis/trapos/text").cut

local M = {}

--- How many rows are printed or laid out without a pause: a program that runs for 7 s without one is stopped.
local ROWS_WITHOUT_PAUSE = 100

--- Queued to go on with laying rows out, after what the player has done meanwhile.
local GO_ON = "trapos_pager"

--- What the keys do, the best that there is room for.
local KEYS = { "space: on, /: find, q: quit", "space /find q:quit", "/find q:quit", "q:quit" }
local KEYS_AT_END = { "/: find, Enter or q: quit", "/find q:quit", "q:quit" }

local function scrollOf(reading)
	return { rows = #reading.list.rows, height = reading.height, top = reading.top }
end

--- Whether the last row is shown.
local function isAtEnd(reading)
	return reading.list.isDone and bottomOf(scrollOf(reading)) == #reading.list.rows
end

--- What the last row says: where the reader is, and what the keys do.
local function statusOf(reading, width)
	local place = placeOf(scrollOf(reading)) .. (reading.list.isDone and "" or "+")
	local note = reading.note
	if note ~= nil then
		return cut(place .. "  " .. note, width)
	end
	for _, hint in ipairs(isAtEnd(reading) and KEYS_AT_END or KEYS) do
		local line = place .. "  " .. hint
		if #line <= width then
			return line
		end
	end
	return cut(place, width)
end

local function drawStatus(reading)
	local width, height = term.getSize()
	term.setCursorPos(1, height)
	local line = strings.ensure_width(statusOf(reading, width), width)
	inColour(colours.lightGrey, term.write, line)
end

--- Draws the rows that are in sight.
local function drawRows(reading)
	local found = reading.found
	for y = 1, reading.height do
		local number = reading.top + y - 1
		local row = reading.list.rows[number] or {}
		if found ~= nil and found.row == number then
			row = marked(row, found.from, found.to)
		end
		term.setCursorPos(1, y)
		term.clearLine()
		drawRow(row)
	end
end

--- Draws all of the screen.
local function draw(reading)
	drawRows(reading)
	drawStatus(reading)
end

--- Lets others run.
local function pause()
	os.queueEvent(GO_ON)
	os.pullEvent(GO_ON)
end

--- Lays out all rows.
local function layOutAll(reading)
	while not layOutTo(reading.list, #reading.list.rows + ROWS_WITHOUT_PAUSE) do
		pause()
	end
end

local function move(reading, where)
	if where == "end" then
		layOutAll(reading)
	else
		layOutTo(reading.list, reading.top + 2 * reading.height)
	end
	reading.top = scrolled(scrollOf(reading), where).top
end

--- Looks for the word from a place on, in rows that are not laid out yet, too.
local function search(reading, row, column)
	local first = row
	local start = column
	while true do
		local isDone = layOutTo(reading.list, first + ROWS_WITHOUT_PAUSE)
		local found = findIn(reading.list, reading.word, first, start, #reading.list.rows)
		if found ~= nil or isDone then
			return found
		end
		first = #reading.list.rows + 1
		start = 1
		pause()
	end
end

--- Goes to the next place of the word, behind a row and a column; from the top on where there is none.
local function findNext(reading, row, column)
	local found = search(reading, row, column)
	if found == nil then
		found = search(reading, 1, 1)
		if found ~= nil then
			reading.note = "from the top"
		end
	end
	reading.found = found
	if found == nil then
		reading.note = "not found: " .. reading.word
		return
	end
	local scroll = scrollOf(reading)
	if found.row < scroll.top or found.row > bottomOf(scroll) then
		-- Some rows above it show where it stands.
		reading.top = scrolledTo(scroll, found.row - math.floor(reading.height / 3)).top
	end
end

--- Asks for a word on the last row, and goes to its first place from what is shown on.
local function find(reading)
	local _, height = term.getSize()
	term.setCursorPos(1, height)
	term.clearLine()
	local word = readLine({ prompt = "/" })

	-- What was queued to go on is gone: whoever reads a line drops all other events.
	reading.isGoingOn = false
	if word == "" then
		return
	end
	reading.word = word
	findNext(reading, reading.top, 1)
end

local function findAgain(reading)
	local found = reading.found
	if reading.word == "" then
		reading.note = "type / to find"
	elseif found == nil then
		findNext(reading, reading.top, 1)
	else
		findNext(reading, found.row, found.to + 1)
	end
end

--- Lays the rows out anew where the screen has another size, with the same text at its top.
local function fit(reading)
	local width, height = term.getSize()
	reading.height = math.max(height - 1, 1)
	if width ~= reading.width then
		local letters = lettersAbove(reading.list, reading.top)
		reading.width = width
		reading.list = startRows(reading.layout, width)
		reading.found = nil
		reading.top = rowBelow(reading.list, letters)
	end
	layOutTo(reading.list, reading.top + reading.height)
	reading.top = scrolledTo(scrollOf(reading), reading.top).top
end

--- Does what a key or a turn of the wheel asks for; false where the reader has read enough.
local function act(reading, event, what)
	local where = moveOf(event, what)
	reading.note = nil
	if where ~= nil then
		move(reading, where)
	elseif event == "char" and what == " " then
		move(reading, "pageDown")
	elseif event == "char" and what == "/" then
		find(reading)
	elseif event == "char" and what == "n" then
		findAgain(reading)
	elseif event == "char" and what == "q" then
		return false
	elseif event == "key" and what == keys.enter then
		if isAtEnd(reading) then
			return false
		end
		move(reading, "down")
	end
	return true
end

--- Goes on with laying out, so that the place is told among all rows.
local function goOn(reading)
	reading.isGoingOn = false
	layOutTo(reading.list, #reading.list.rows + ROWS_WITHOUT_PAUSE)
	drawStatus(reading)
end

--- Shows what the reader asks for, until that is enough. Raises what Ctrl+T does.
local function read(reading)
	fit(reading)
	draw(reading)
	while true do
		if not reading.list.isDone and not reading.isGoingOn then
			os.queueEvent(GO_ON)
			reading.isGoingOn = true
		end
		local event, what = os.pullEvent()
		if event == GO_ON then
			goOn(reading)
		elseif event == "term_resize" or event == "char" or event == "key" or event == "mouse_scroll" then
			if event ~= "term_resize" and not act(reading, event, what) then
				return
			end
			fit(reading)
			draw(reading)
		end
	end
end

--- Rows that were printed for one width, on another.
local function putAbove(above, width, emit)
	for _, row in ipairs(above) do
		for _, part in ipairs(refitted(row, width)) do
			emit(part)
		end
	end
end

--- Prints all rows, for nobody in particular.
local function printAll(layout)
	local width = term.getSize()
	local printed = 0
	layout(width, function(row)
		drawRow(row)
		print()
		printed = printed + 1
		if printed % ROWS_WITHOUT_PAUSE == 0 then
			sleep(0)
		end
		return true
	end)
end

--- Reads page by page, and leaves on the screen what was seen last.
local function readPages(layout, list, width)
	local reading = {
		layout = layout,
		width = width,
		height = 1,
		list = list,
		top = 1,
		word = "",
		isGoingOn = false,
	}
	local ok, problem = pcall(function()
		return read(reading)
	end)

	-- A word that was being typed has moved them.
	if not ok then
		drawRows(reading)
	end
	local _, height = term.getSize()
	local used = bottomOf(scrollOf(reading)) - reading.top + 2
	term.setCursorPos(1, height)
	term.clearLine()
	term.setCursorPos(1, math.min(used, height))
	if not ok then
		error(problem, 0)
	end
end

--- Shows rows. They are printed as they come; where they are more than the screen has room for the reader turns the
-- pages: up, down, a page up and down, Home and End, the wheel, space a page on, `/` finds, `n` finds the next, `q`, or
-- Enter at the end, goes on with the program. The screen then holds what was seen last. What was said above the rows is
-- a part of their first page. Where nobody reads along (see `isInteractive`) all rows are printed. Raises what Ctrl+T
-- does, and what `layout` raises.
--
-- @param layout lays the rows out; it is asked anew where the width changes
function M.showRows(layout)
	local above = takeRowsAbove()
	if not isInteractive() then
		printAll(layout)
		return
	end
	local width, height = term.getSize()
	local room = math.max(height - 1, 1)
	local isBelow = #above < room
	local function whole(columns, emit)
		if isBelow then
			putAbove(above, columns, emit)
		end
		layout(columns, emit)
	end
	local list = startRows(whole, width)
	local printed = isBelow and #above or 0
	layOutTo(list, printed)
	while printed < room do
		printed = printed + 1
		if layOutTo(list, printed) and #list.rows < printed then
			return
		end
		drawRow(list.rows[printed])
		print()
	end
	if layOutTo(list, room + 1) and #list.rows <= room then
		return
	end
	readPages(whole, list, width)
end

return M
