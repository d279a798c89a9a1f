-- Lines of text and of code as rows of a screen, which a word is only cut for when it is wider than all of a row.

local readPart = require("/apis/ai/markdown/inline").readPart

local M = {}

--- Puts a row on the sheet.
function M.put(sheet, row)
	if sheet.gap == true and not sheet.isOver then
		sheet.isOver = not sheet.emit({})
	end
	sheet.gap = false
	if not sheet.isOver then
		sheet.isOver = not sheet.emit(row)
	end
end

--- Puts a line of text on the sheet. It is read as far as its rows go, so that the first of a long line come at once.
--
-- @param first stands before it in the first row
-- @param others stands before it in the other rows
-- @param text folded, with the marks of Markdown
-- @param style that of text that has no other
function M.putText(sheet, first, others, text, style)
	local spans = {}
	local ready = ""
	local at = 1
	local lead = first
	repeat
		do
			local room = math.max(sheet.width - #lead, 1)
			while #ready <= room and at <= #text do
				local known = #spans
				at = readPart(spans, text, at, style)
				for index = known, #spans - 1 do
					ready = ready .. spans[index + 1].text
				end
			end
			local row = {}
			if lead ~= "" then
				row[#row + 1] = { text = lead, style = style }
			end
			local space = string.find(string.sub(ready, 1, room + 1), " [^ ]*$")
			local isBroken = #ready > room
			local left = isBroken and (space or room) or #ready
			ready = string.sub(ready, left + 1)
			while left > 0 do
				local span = spans[1]
				local piece = string.sub(span.text, 1, left)
				left = left - #piece
				if #piece == #span.text then
					table.remove(spans, 1)
				else
					span.text = string.sub(span.text, #piece + 1)
				end

				-- The blank at which the line was broken is not shown.
				local endModule = left == 0 and isBroken and space ~= nil and -2 or -1
				row[#row + 1] = {
					text = string.sub(piece, 1, endModule),
					style = span.style,
				}
			end
			M.put(sheet, row)
			lead = others
		end
	until not (not sheet.isOver and (ready ~= "" or at <= #text))
end

--- What stands together in code, best first: with the dots and quotes of names, numbers and short texts, or without.
local WORDS = { "%w_.'\"", "%w_" }

--- How many characters of code a row takes: up to a blank, else up to a word, else all that it has room for.
--
-- @param ahead the code, as far as the row and one more character
local function lengthOfRow(ahead, room)
	if #ahead <= room then
		return #ahead
	end
	local _, blank = string.find(ahead, "^.*[^ ] ")
	if blank ~= nil then
		return blank - 1
	end
	for _, word in ipairs(WORDS) do
		if (string.find(ahead, "[" .. word .. "][" .. word .. "]$")) == nil then
			return room
		end
		local _, before = string.find(ahead, "^.*[^" .. word .. "]%f[" .. word .. "]")
		if before ~= nil then
			return before
		end
	end
	return room
end

--- Puts a line of code on the sheet, with its blanks. What a row has no room for goes on two columns behind the line's
-- beginning, so that it does not pass for a line of its own.
--
-- @param lead stands before it in each row
-- @param code folded
function M.putCode(sheet, lead, code)
	local last = (string.find(code, "[^ ] *$")) or 0
	local indent = string.match(code, "^ *")
	local deepest = math.max(math.floor((sheet.width - #lead) / 2), 0)
	local start = lead .. (last == 0 and "" or string.sub(indent, 1, deepest))
	local others = lead .. string.sub(tostring(indent) .. "  ", 1, deepest)
	local at = #indent + 1
	repeat
		do
			local room = math.max(sheet.width - #start, 1)
			local length = lengthOfRow(string.sub(code, at, math.min(at + room, last)), room)
			M.put(
				sheet,
				{ {
					text = start .. string.sub(code, at, at + length - 1),
					style = "code",
				} }
			)
			at = at + length
			while string.sub(code, at, at) == " " do
				at = at + 1
			end
			start = others
		end
	until not (not sheet.isOver and at <= last)
end

return M
