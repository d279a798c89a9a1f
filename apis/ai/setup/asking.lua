-- What is typed in the course of the setup.

local fail = require("/apis/ai/failure").fail
local clearRow = require("/apis/trapos/screen").clearRow

local M = {}

--- What leaves the setup at every question.
local LEAVE = "q"

--- CC's read, whose cursor and row are put right at Ctrl+T.
local function readLine(mask)
	local ok, typed = pcall(function()
		return read(mask)
	end)
	if ok then
		return typed
	end
	term.setCursorBlink(false)
	print()
	return error(typed, 0)
end

--- Asks for a line. Fails with `left` at `q`; Ctrl+T raises "Terminated".
--
-- @param question what stands before it
-- @param mask what is shown in place of each character
-- @returns without blanks around it
function M.askLine(question, mask)
	clearRow()
	write(question)
	local typed = readLine(mask)
	if typed == LEAVE then
		error(fail("left"), 0)
	end
	if mask ~= nil then
		return typed
	end
	return (string.match(typed, "^%s*(.-)%s*$"))
end

return M
