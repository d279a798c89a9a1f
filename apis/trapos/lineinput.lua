-- Asks for a line of text, with CC's own way to type one.

local fold = require("/apis/trapos/font").fold
local say = require("/apis/trapos/screen").say

local M = {}

--- Columns that what is typed needs beside the prompt.
local LEAST_ROOM = 10

--- What stands before what is typed where the prompt leaves it no room beside it.
local SHORT_PROMPT = "> "

--- Lets somebody type a line. Longer ones than the row has room for move along, arrows and Home and End work, a paste
-- is taken.
--
-- @returns what was typed, up to Enter, in the computer's font: see `toUtf8`. Raises "Terminated" on Ctrl+T, on a row of
-- its own.
function M.readLine(input)
	local width = term.getSize()
	local prompt = fold(input.prompt)
	if #prompt > width - LEAST_ROOM and #prompt > #SHORT_PROMPT then
		say(input.prompt)
		prompt = SHORT_PROMPT
	end
	write(prompt)
	local initial = input.initial ~= nil and fold(input.initial) or nil
	local ok, typed = pcall(function()
		return read(input.isSecret == true and "*" or nil, nil, nil, initial)
	end)
	if not ok then
		print()
		error(typed, 0)
	end
	return typed
end

return M
