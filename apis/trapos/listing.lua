-- Rows with a second column, gathered and then printed page by page.

local strings = require("cc.strings")
local pagerModule = require("/apis/trapos/pager")
local open, printRow = pagerModule.open, pagerModule.printRow
local fold = require("/apis/trapos/font").fold
local screen = require("/apis/trapos/screen")
local clearRow, inColour = screen.clearRow, screen.inColour

local M = {}

--- An empty listing.
function M.start()
	return { lines = {} }
end

--- Adds a line.
--
-- @param text UTF-8; what a row has no room for goes on in an indented one
-- @param colour where there are any
-- @param detail stands in a second column
function M.add(listing, text, colour, detail)
	table.insert(listing.lines, {
		text = fold(text),
		colour = colour,
		detail = detail,
	})
end

--- Where the second column of a section begins: behind the longest text beside whose detail there is room.
local function columnOf(section, width)
	local column = 0
	for _, line in ipairs(section) do
		local endModule = #line.text + 1
		if line.detail ~= nil and endModule + #line.detail <= width then
			column = math.max(column, endModule)
		end
	end
	return column
end

--- The sections of a listing, which a line without text ends.
local function sectionsOf(lines)
	local section = {}
	local sections = { section }
	for _, line in ipairs(lines) do
		table.insert(section, line)
		if line.text == "" then
			section = {}
			table.insert(sections, section)
		end
	end
	return sections
end

--- A line with its detail: rather out of line than on two rows, and rather there than broken.
local function withDetail(line, column, width)
	if line.detail == nil then
		return line.text
	end
	local gap = math.min(column, width - #line.detail) - #line.text
	return line.text .. (gap > 0 and string.rep(" ", gap) or "\n") .. line.detail
end

--- Prints a line; false once the reader has seen enough.
local function printLine(pager, line, shown, width)
	local colour = line.colour or term.getTextColour()
	for number, row in ipairs(strings.wrap(shown, #shown > width and width - 2 or width)) do
		local isRead = printRow(pager, function()
			return inColour(colour, write, number > 1 and "  " .. row or row)
		end)
		if not isRead then
			return false
		end
	end
	return true
end

--- Prints all lines page by page, in the place of what stands on the row. Second columns stand one below the other down
-- to a line without text.
function M.show(listing)
	local width = term.getSize()
	clearRow()
	local pager = open()
	for _, section in ipairs(sectionsOf(listing.lines)) do
		local column = columnOf(section, width)
		for _, line in ipairs(section) do
			if not printLine(pager, line, withDetail(line, column, width), width) then
				return
			end
		end
	end
end

return M
