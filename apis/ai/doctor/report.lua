-- Shows what an examination found, a thing a line, as it goes on.

local strings = require("cc.strings")
local screen = require("/apis/trapos/screen")
local clearRow, inColour = screen.clearRow, screen.inColour
local textModule = require("/apis/trapos/text")
local oneLine, shorten = textModule.oneLine, textModule.shorten

local M = {}

--- Colours of the states, where there are any; the words tell them apart, too.
local COLOURS =
	{ ok = colours.lime, warning = colours.yellow, failed = colours.red, skipped = colours.lightGrey }

--- Columns of a state, with a blank behind the longest.
local STATE_COLUMNS = 8

--- Columns that go before what a line goes on with.
local INDENT = "  "

--- On screens narrower than this hints begin at the edge.
local NARROW = 30

--- Columns that a message may take: four rows of a computer's screen.
local LONGEST = 180

--- Prints a text in rows; those after the first are indented.
local function printIndented(text, start, indent, colour)
	local width = term.getSize()
	local rows = strings.wrap(start .. shorten(oneLine(text), LONGEST), width)

	-- What is put before a row takes room: all but the first row are wrapped anew.
	local rest = string.gsub(table.concat(rows, " ", 2), "%s+", " ")
	inColour(colour, print, rows[1] or "")
	if rest == "" then
		return
	end
	for _, row in ipairs(strings.wrap(rest, width - #indent)) do
		inColour(colour, print, indent .. row)
	end
end

--- Prints a check, in the place of what stands on the row.
function M.printCheck(check)
	clearRow()
	local colour = COLOURS[check.state]
	local start = strings.ensure_width(check.state, STATE_COLUMNS)
	printIndented(check.message, start .. check.check .. ": ", INDENT, colour)
	local width = term.getSize()

	-- A row of a pocket computer is as wide as the name of the file that rules are written into.
	local indent = width < NARROW and "" or INDENT

	-- A hint may show lines as they are to be written into a file.
	for line in string.gmatch(check.hint or "", "[^\n]+") do
		printIndented(line, indent, indent, colours.white)
	end
end

--- Prints, on one line, what was skipped because of one thing.
function M.printSkipped(checks)
	local names = {}
	for _, check in ipairs(checks) do
		table.insert(names, check.check)
	end
	local first = checks[1]
	if first == nil then
		return
	end
	clearRow()
	local start = strings.ensure_width(first.state, STATE_COLUMNS)
	printIndented(table.concat(names, ", ") .. ": " .. first.message, start, INDENT, COLOURS.skipped)
end

return M
