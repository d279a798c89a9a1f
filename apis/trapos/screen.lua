-- Lines on the screen, in colour where there is any, none of which floods it.

local strings = require("cc.strings")
local textOf = require("/apis/trapos/row").textOf
local text = require("/apis/trapos/text")

local M = {}

--- The most rows of a line that is no answer.
local MOST_ROWS = 3

--- Columns that what went wrong may take, which is three rows of a computer's screen and six of a pocket computer's.
local FAILURE_COLUMNS = 150

--- How many rows are kept of what was printed; more than any screen has.
local MOST_ABOVE = 100

--- Whether remarks are left out.
local isQuiet = false

--- Gets the rows that would be printed, while something else draws on the screen.
local taker

--- What was printed since the reader could last stop reading.
local above = {}

--- The rows that stand above what comes next, on the same page; there are none from then on.
function M.takeRowsAbove()
	local rows = above
	above = {}
	return rows
end

--- Shows a text in a colour.
--
-- @param show is handed the text; what it returns is returned
function M.inColour(colour, show, shown)
	local before = term.getTextColour()
	if term.isColour() then
		term.setTextColour(colour)
	end
	local result = show(shown)
	term.setTextColour(before)
	return result
end

--- Hands all that `say`, `remark`, `note` and `fail` would print from here on to something that draws on the screen.
--
-- @param take gets each row; nothing to print again
function M.handRows(take)
	taker = take
end

--- A row that was laid out for another width: as it is where it fits, else as several without colours of their own.
function M.refitted(row, width)
	local whole = textOf(row)
	if #whole <= width then
		return { row }
	end
	local rows = {}
	for _, part in ipairs(strings.wrap((string.match(whole, "^(.-) *$")), width)) do
		table.insert(rows, { { text = part, colour = row[1].colour } })
	end
	return rows
end

--- Prints a row that may be the head of what comes next.
local function printRow(colour, text)
	if taker ~= nil then
		taker({ { text = text, colour = colour } })
		return
	end
	M.inColour(colour, print, text)
	table.insert(above, { { text = text, colour = colour } })
	if #above > MOST_ABOVE then
		table.remove(above, 1)
	end
end

--- Goes to the start of the row, which is the last one where the screen has become lower since.
function M.startRow()
	local _, row = term.getCursorPos()
	local _, height = term.getSize()
	if row > height then
		term.scroll(1)
	end
	term.setCursorPos(1, math.min(row, height))
end

--- Clears the row and goes to its start.
function M.clearRow()
	M.startRow()
	term.clearLine()
end

--- A text, UTF-8, as rows that fit the screen. Where they would be too many its middle is missing.
local function rowsOf(line, most)
	local width = term.getSize()
	local whole = text.oneLine(line)
	local columns = width * most
	local rows
	repeat
		do
			rows = strings.wrap(text.shorten(whole, columns), width)
			columns = columns - 1
		end
	until not (#rows > most)
	return rows
end

--- Prints a line, of a hostile length, too: on three rows at most.
--
-- @param line UTF-8
-- @param colour that of other texts where nothing is said
function M.say(line, colour)
	local shown = colour or term.getTextColour()
	for _, row in ipairs(rowsOf(line, MOST_ROWS)) do
		printRow(shown, row)
	end
end

--- From here on remarks are left out.
function M.beQuiet()
	isQuiet = true
end

--- Prints a remark that is not part of what was asked for, on three rows at most.
function M.remark(line)
	if not isQuiet then
		M.say(line, colours.lightGrey)
	end
end

--- Prints a remark of one row above a line that moves, in whose place it goes.
--
-- @param row in CC's font, no longer than a row
-- @param colour that of remarks where nothing is said
function M.note(row, colour)
	if isQuiet then
		return
	end
	M.clearRow()
	printRow(colour or colours.lightGrey, row)
end

--- Prints what went wrong and what to do next.
--
-- @param columns how many columns each line of it may take; what is more loses its middle
function M.fail(failure, columns)
	if columns == nil then
		columns = FAILURE_COLUMNS
	end
	local width = term.getSize()
	local most = math.max(MOST_ROWS, math.ceil(columns / width))
	local lines = { failure.message }

	-- A hint may show lines as they are to be written into a file.
	for line in string.gmatch(failure.hint, "[^\n]+") do
		table.insert(lines, line)
	end
	for _, line in ipairs(lines) do
		for _, row in ipairs(rowsOf(line, most)) do
			printRow(colours.red, row)
		end
	end
end

return M
