-- Rows with a second column, gathered and then shown page by page.

local strings = require("cc.strings")
local fold = require("/apis/trapos/font").fold
local showRows = require("/apis/trapos/pager").showRows
local clearRow = require("/apis/trapos/screen").clearRow

local M = {}

--- An empty listing.
function M.start()
	return { lines = {} }
end

--- Adds a line.
--
-- @param text UTF-8; what a row has no room for goes on in an indented one
-- @param colour where there are any
-- @param detail UTF-8; stands in a second column
function M.add(listing, text, colour, detail)
	table.insert(listing.lines, {
		text = fold(text),
		colour = colour,
		detail = detail ~= nil and fold(detail) or nil,
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

--- Hands on a line as rows; what its first row has no room for is indented.
local function putLine(line, shown, width, emit)
	for number, row in ipairs(strings.wrap(shown, #shown > width and width - 2 or width)) do
		emit({ { text = number > 1 and "  " .. row or row, colour = line.colour } })
	end
end

--- Shows all lines, page by page where they are many, in the place of what stands on the row. Second columns stand one
-- below the other down to a line without text.
function M.show(listing)
	clearRow()
	showRows(function(width, emit)
		for _, section in ipairs(sectionsOf(listing.lines)) do
			local column = columnOf(section, width)
			for _, line in ipairs(section) do
				putLine(line, withDetail(line, column, width), width, emit)
			end
		end
	end)
end

return M
