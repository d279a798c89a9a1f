-- Shows code, and what is different about a file, page by page.

local difference = require("/apis/trapos/difference").difference
local fold = require("/apis/trapos/font").fold
local showRows = require("/apis/trapos/pager").showRows

local M = {}
local COLOURS = { ["+"] = colours.lime, ["-"] = colours.red, ["@"] = colours.lightGrey }

--- A line as rows of the screen: tabs are two blanks, and a row that goes on says so.
local function rowsOf(line, width)
	local plain = string.gsub(fold(line), "\t", "  ")
	local rows = {}
	local rest = plain
	while #rest > width do
		table.insert(rows, string.sub(rest, 1, width - 1) .. "\\")
		rest = string.sub(rest, width)
	end
	table.insert(rows, rest)
	return rows
end

--- Shows code as it is, page by page.
function M.showCode(code)
	showRows(function(width, emit)
		for line in string.gmatch(code .. "\n", "([^\n]*)\n") do
			for _, row in ipairs(rowsOf(line, width)) do
				emit({ { text = row, colour = colours.lightBlue } })
			end
		end
	end)
end

--- Shows what is different.
function M.showDifference(old, fresh)
	showRows(function(width, emit)
		for _, change in ipairs(difference(old, fresh)) do
			local colour = COLOURS[change.kind] or colours.white
			for _, row in ipairs(rowsOf(change.kind .. change.text, width)) do
				emit({ { text = row, colour = colour } })
			end
		end
	end)
end

return M
