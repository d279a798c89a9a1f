-- Texts as UTF-8: what people type becomes it, what is shown of others' texts is one line of it, and in an address
-- each of its bytes has a place.

local withoutCommands = require("/apis/trapos/terminal").withoutCommands

local M = {}

--- The first byte of a character, or a byte that is no part of UTF-8: any but those that go on with one.
local LEAD = "[^" .. string.char(128) .. "-" .. string.char(191) .. "]"

--- The longest character, in bytes.
local LONGEST = 4

--- Text as UTF-8: what is typed on a computer comes as Latin-1, what programs hand in mostly is UTF-8 already.
--
-- @param text bytes; what is valid UTF-8 stays as it is
function M.toUtf8(text)
	-- For other text the game returns false and Lua 5.3 nil.
	if type(utf8.len(text)) == "number" then
		return text
	end
	return (string.gsub(text, "[^\1-\127]", function(char)
		return utf8.char(string.byte(char))
	end))
end

--- One line of a text from outside, no longer than what is shown of it. Blanks, line breaks and other control
-- characters in a row are one blank, commands for a terminal are gone, and what is cut ends with "..".
--
-- @param text UTF-8, of any length
-- @param most characters that may be left, at least 2
function M.oneLine(text, most)
	local line = string.gsub(withoutCommands(string.sub(text, 1, most * 20)), "[%s%c]+", " ")
	if #line <= most then
		return line
	end
	line = string.sub(line, 1, (most + 1) * LONGEST)
	local endModule = 0
	local at = 0
	for count = 1, most + 1 do
		local lead = string.find(line, LEAD, at + 1)
		if lead == nil then
			return line
		end
		at = lead
		if count == most - 1 then
			endModule = lead
		end
	end
	return string.sub(line, 1, endModule - 1) .. ".."
end

--- Writes a text for a part of an address (RFC 3986): letters and digits of ASCII and `-._~` stay, of all else each byte
-- becomes %XX. CC's `textutils.urlEncode` takes the bytes of UTF-8 for letters of Latin-1.
function M.percentEncode(text)
	return (
		string.gsub(text, "[^A-Za-z0-9._~-]", function(byte)
			return string.format("%%%02X", string.byte(byte))
		end)
	)
end

return M
