-- What programs write for a terminal and not for a reader: colours, places, links, titles.

local M = {}

--- What programs write for a terminal and not for a reader: colours, places, links, titles.
local ESCAPE = "\27"
local C2 = string.char(194)

--- What a terminal takes as commands and shows nothing of (ECMA-48), the first that fits: texts for the terminal itself
-- such as links and titles, colours and places, character sets, and what is one letter long. What has no end ends with
-- its line.
local COMMANDS = {
	ESCAPE .. "[P%]X^_][^\n\7" .. ESCAPE .. "]*\7?",
	ESCAPE .. "%[[0-?]*[ -/]*[@-~]?",
	ESCAPE .. "[%%(-/#][0-~]?",
	ESCAPE .. "[78=>DEMc\\]?",
}

--- The same beginnings as one character, as a UTF-8 text has them, and "[" as a byte of its own.
local SHORT_ESCAPE = C2
	.. "(["
	.. string.char(144)
	.. string.char(152)
	.. string.char(155)
	.. "-"
	.. string.char(159)
	.. "])"
local ESCAPE_BYTE = "%f[" .. string.char(128) .. "-" .. string.char(255) .. "]" .. string.char(155)

--- Takes the commands for a terminal out of a text (ECMA-48), with what belongs to them.
--
-- @param text bytes; UTF-8 stays UTF-8
function M.withoutCommands(text)
	local plain = string.gsub(text, SHORT_ESCAPE, function(byte)
		return ESCAPE .. string.char(string.byte(byte) - 64)
	end)
	plain = string.gsub(plain, ESCAPE_BYTE, ESCAPE .. "[")
	if (string.find(plain, ESCAPE, 1, true)) == nil then
		return plain
	end
	for _, command in ipairs(COMMANDS) do
		plain = string.gsub(plain, command, "")
	end
	return plain
end

return M
