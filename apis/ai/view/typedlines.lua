-- Lines that are typed one after another: a line of the shell, and what is pasted into it, is one line of 512 characters.

local remark = require("/apis/trapos/screen").remark

local M = {}

--- Reads lines until an empty one.
--
-- @returns the lines, as they were typed
function M.readLines()
	remark("Type lines; an empty one ends them.")
	local lines = {}
	while true do
		write("| ")
		local line = read(nil, lines)
		if line == "" then
			return table.concat(lines, "\n")
		end
		table.insert(lines, line)
	end
end

return M
