-- Texts for a narrow screen: what lists, remarks and failures need.

local fold = require("/apis/trapos/font").fold

local M = {}
M.fold = fold

--- Bytes that are looked at of a text that is shown on one line; much more than any screen has room for.
local MOST = 32000

--- What a page of HTML says in a line: its title, or else all but its marks.
local function textOfPage(html)
	local title = string.match(html, "<[Tt][Ii][Tt][Ll][Ee][^<>]*>%s*([^<]*[^%s<])")
	if title ~= nil then
		return title
	end
	return (string.gsub(html, "<[^<>]*>", " "))
end

--- A text on one line, for titles, tools, questions and failures: blanks for line breaks, and of a page of HTML, as a
-- proxy sends, what it says. Of a text of more than 32,000 bytes the middle is missing.
--
-- @param text UTF-8
-- @returns in CC's font
function M.oneLine(text)
	local short = text
	if #text > MOST then
		short = string.sub(text, 1, MOST / 2) .. " ... " .. string.sub(text, -MOST / 2)
	end
	local page = string.find(string.lower(short), "<!doctype html", 1, true)
	local start =
		unpack(page == nil and {
			string.find(string.lower(short), "<html", 1, true),
		} or { page }, 1, 1)
	if start ~= nil then
		short = string.sub(short, 1, start - 1) .. textOfPage(string.sub(short, start))
	end
	local line = string.gsub(fold(short), "%s+", " ")
	return (string.match(line, "^ ?(.-) ?$"))
end

--- Cuts a folded text to a width in columns; "..." at its end shows that something is missing.
function M.cut(text, width)
	if #text <= width then
		return text
	end
	return string.sub(text, 1, math.max(width - 3, 0)) .. string.sub("...", 1, width)
end

--- Cuts a folded text to a width in columns; "..." in its middle stands for what is missing, as its end tells more.
function M.shorten(text, width)
	if #text <= width then
		return text
	end
	if width < 8 then
		return M.cut(text, width)
	end
	local endModule = math.floor((width - 3) / 3)
	return string.sub(text, 1, width - 3 - endModule) .. "..." .. string.sub(text, -endModule)
end

--- A number with its thousands apart: "12,345". Empty for what is no count.
function M.countText(count)
	if not (count >= 0 and count < 1000000000000000) then
		return ""
	end
	local text = string.format("%.0f", count)
	local changes
	repeat
		do
			text, changes = string.gsub(text, "^(%d+)(%d%d%d)", "%1,%2")
		end
	until not (changes > 0)
	return text
end

--- How many there are of something: "1 line", "2 lines".
function M.counted(count, what)
	return count == 1 and "1 " .. what or tostring(count) .. " " .. what .. "s"
end

--- A number of tokens, as short as a list needs it: "900", "128k", "1M".
function M.tokensText(count)
	if not (count < 1000000000000) then
		return ""
	end
	if count < 1000 then
		return string.format("%.0f", count)
	end
	if count < 1000000 then
		return tostring(math.floor(count / 1000)) .. "k"
	end
	return tostring(math.floor(count / 1000000)) .. "M"
end

--- How long ago something was, as short as a list needs it: "now", "5m", "3h", "2d". Empty for what is no time.
function M.ageText(seconds)
	if not (seconds < 1000000000000) then
		return ""
	end
	local minutes = math.floor(seconds / 60)
	if minutes < 1 then
		return "now"
	end
	if minutes < 60 then
		return tostring(minutes) .. "m"
	end
	if minutes < 1440 then
		return tostring(math.floor(minutes / 60)) .. "h"
	end
	return tostring(math.floor(minutes / 1440)) .. "d"
end

return M
