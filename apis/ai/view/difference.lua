-- Shows code, and what is different about a file, page by page.

local difference = require("/apis/trapos/difference").difference
local foldExact = require("/apis/trapos/font").foldExact
local showRows = require("/apis/trapos/pager").showRows

local M = {}
local COLOURS = { ["+"] = colours.lime, ["-"] = colours.red, ["@"] = colours.lightGrey }

--- How much of a line its first row shows: no word is cut that has room in a row of its own.
local function lengthOfRow(line, most)
	local words = string.match(string.sub(line, 1, most), "^( *[^ ].* )[^ ]*$")
	if words == nil or string.sub(line, most + 1, most + 1) == " " then
		return most
	end
	local word = string.match(line, "^[^ ]+", #words + 1)
	return word ~= nil and #word <= most and #words or most
end

--- A line as rows of the screen: tabs are two blanks, and a row that goes on says so.
local function rowsOf(line, width)
	local plain = string.gsub(foldExact(line), "\t", "  ")
	local rows = {}
	local rest = plain
	while #rest > width do
		local length = lengthOfRow(rest, width - 1)
		table.insert(rows, string.sub(rest, 1, length) .. "\\")
		rest = string.sub(rest, length + 1)
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
