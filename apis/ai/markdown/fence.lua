-- The lines around code in Markdown (CommonMark 0.31, section 4.5). Lines are given without what they stand in.

local M = {}

--- The most letters of a language's name; what is longer is none.
local LONGEST_LANGUAGE = 20

--- The fence that a line opens, if it does.
function M.openedBy(line)
	local indent, marks, info = string.match(line, "^( ? ? ?)(```+)([^`]*)$")
	if indent == nil then
		indent, marks, info = string.match(line, "^( ? ? ?)(~~~+)(.*)$")
	end
	return indent ~= nil and { indent = #indent, marks = marks, info = info } or nil
end

--- Whether a line closes a fence: with as many of its marks or more, and nothing but blanks behind them.
function M.isClosedBy(line, fence)
	local ticks = string.match(line, "^ ? ? ?(```+)%s*$")
	local marks = unpack(ticks == nil and { string.match(line, "^ ? ? ?(~~~+)%s*$") } or { ticks }, 1, 1)
	return marks ~= nil and string.sub(marks, 1, #fence.marks) == fence.marks
end

--- The language that a fence names, in small letters: the "lua" of "```lua", "``` Lua title" and "```{.lua}".
function M.languageOf(fence)
	local name = string.match(fence.info, "^%s*{?%.?(%a[%w_+#-]*)")
	return not (name == nil or #name > LONGEST_LANGUAGE) and string.lower(name) or nil
end

return M
