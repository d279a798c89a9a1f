-- Rows that are laid out one after the other, as they are needed, and where something is in them.

local rowModule = require("/apis/trapos/row")
local lettersOf, textOf = rowModule.lettersOf, rowModule.textOf

local M = {}

--- Begins to lay rows out for a width.
function M.startRows(layout, width)
	local thread = coroutine.create(function()
		layout(width, function(row)
			coroutine.yield(row)
			return true
		end)
	end)
	local function next()
		local ok, row = coroutine.resume(thread)
		if not ok then
			error(row, 0)
		end
		return row
	end
	return { rows = {}, isDone = false, next = next }
end

--- Lays out at least so many rows, where there are so many. True where all are laid out then.
function M.layOutTo(list, count)
	while not list.isDone and #list.rows < count do
		local row = list.next()
		if row == nil then
			list.isDone = true
		else
			table.insert(list.rows, row)
		end
	end
	return list.isDone
end

--- The next place of a word in what is laid out, in letters of either case.
--
-- @param word in CC's font, not empty
-- @param row where to begin, counted from 1
-- @param column in that row, counted from 1
-- @param last the last row to look at
function M.findIn(list, word, row, column, last)
	local wanted = string.lower(word)
	local start = column
	for index = row, math.min(last, #list.rows) do
		local from, to = string.find(string.lower(textOf(list.rows[index])), wanted, start, true)
		if from ~= nil then
			return { row = index, from = from, to = to }
		end
		start = 1
	end
	return nil
end

--- How many letters stand above a row; where the width changes, they stay the same.
function M.lettersAbove(list, row)
	local letters = 0
	for index = 1, math.min(row - 1, #list.rows) do
		letters = letters + lettersOf(list.rows[index])
	end
	return letters
end

--- Lays out as far as needed, and tells the row above which so many letters stand.
function M.rowBelow(list, letters)
	local row = 1
	local above = 0
	while not M.layOutTo(list, row) or row <= #list.rows do
		above = above + lettersOf(list.rows[row])
		if above > letters then
			return row
		end
		row = row + 1
	end
	return math.max(#list.rows, 1)
end

return M
