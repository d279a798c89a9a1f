-- The lines around code in Markdown (CommonMark 0.31, section 4.5). Lines are given without what they stand in.

local M = {}

--- The fence that a line opens, if it does.
function M.openedBy(line)
	local indent, marks = string.match(line, "^( ? ? ?)(```+)[^`]*$")
	if indent == nil then
		indent, marks = string.match(line, "^( ? ? ?)(~~~+)")
	end
	return indent ~= nil and { indent = #indent, marks = marks } or nil
end

--- Whether a line closes a fence: with as many of its marks or more, and nothing but blanks behind them.
function M.isClosedBy(line, fence)
	local ticks = string.match(line, "^ ? ? ?(```+)%s*$")
	local marks = unpack(ticks == nil and { string.match(line, "^ ? ? ?(~~~+)%s*$") } or { ticks }, 1, 1)
	return marks ~= nil and string.sub(marks, 1, #fence.marks) == fence.marks
end

return M
