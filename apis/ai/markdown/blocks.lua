-- What the lines of Markdown are: text, items of lists, code. Those of tables are text here.

local fenceModule = require("/apis/ai/markdown/fence")
local isClosedBy, openedBy = fenceModule.isClosedBy, fenceModule.openedBy

local M = {}

--- What is known before the first line.
function M.begin()
	return { isQuoted = false, items = {} }
end

--- The blanks at a line's beginning.
function M.indentOf(line)
	return #(string.match(line, "^ *"))
end

--- A line that is neither blank nor in code.
local function readText(blocks, text, column)
	local isQuoted = blocks.isQuoted
	local depth = M.indentOf(text)
	local body = string.sub(text, depth + 1)
	blocks.isIndented = false
	blocks.isParagraph = false
	local fence = openedBy(string.sub(text, column + 1))
	if fence ~= nil then
		blocks.fence = fence
		return {
			kind = "opens",
			isQuoted = isQuoted,
			text = text,
			column = column,
			strip = 0,
			fence = fence,
		}
	end

	-- A rule may look like an item, a heading goes on on no other line.
	if
		(string.find(body, "^[-*_] *[-*_] *[-*_][-*_ ]*$")) ~= nil
		or (string.find(body, "^##?#?#?#?#? ")) ~= nil
	then
		return {
			kind = "text",
			isQuoted = isQuoted,
			text = text,
			column = column,
			strip = 0,
		}
	end
	blocks.isParagraph = true
	local bullet = string.match(body, "^([-*+]) ")
	local mark = bullet or (string.match(body, "^(%d%d?%d?[.)]) "))
	if mark == nil then
		return {
			kind = "text",
			isQuoted = isQuoted,
			text = text,
			column = column,
			strip = 0,
		}
	end
	local blanks = M.indentOf(string.sub(body, #mark + 1))
	local inner = depth + #mark + (blanks > 4 and 1 or blanks)
	table.insert(blocks.items, inner)
	blocks.fence = openedBy(string.sub(text, inner + 1))
	if blocks.fence == nil then
		return {
			kind = "text",
			isQuoted = isQuoted,
			text = text,
			column = column,
			strip = 0,
			mark = mark,
		}
	end
	blocks.isParagraph = false
	return {
		kind = "opens",
		isQuoted = isQuoted,
		text = text,
		column = inner,
		strip = 0,
		mark = mark,
		fence = blocks.fence,
	}
end

--- Reads the next line.
--
-- @param blocks what is known from the lines before; it is changed
-- @param folded in CC's font, without a line break
function M.readLine(blocks, folded)
	-- What comes from the sign for "not less than" is no quote, and a quote does not begin in code.
	local canBeQuote = (blocks.fence == nil or blocks.isQuoted) and (string.find(folded, "^ *>=")) == nil
	local quoted = string.match(canBeQuote and folded or "", "^ *> ?(.*)$")
	local isQuoted = quoted ~= nil
	if isQuoted ~= blocks.isQuoted then
		blocks.isQuoted = isQuoted
		blocks.items = {}
		blocks.fence = nil
		blocks.isIndented = false
		blocks.isParagraph = false
	end
	local text = quoted or folded
	local depth = M.indentOf(text)
	local isBlank = depth == #text
	local items = blocks.items
	if not isBlank then
		while #items > 0 and items[#items] > depth do
			table.remove(items)

			-- Code ends with the item that it is in.
			blocks.fence = nil
			blocks.isIndented = false
		end
	end
	local column = items[#items] or 0
	local inner = string.sub(text, column + 1)
	local fence = blocks.fence
	if fence ~= nil then
		if isClosedBy(inner, fence) then
			blocks.fence = nil
			return {
				kind = "closes",
				isQuoted = isQuoted,
				text = text,
				column = column,
				strip = 0,
			}
		end
		local indent = math.min(M.indentOf(inner), fence.indent)
		return {
			kind = "code",
			isQuoted = isQuoted,
			text = string.sub(inner, indent + 1),
			column = column,
			strip = column + fence.indent,
		}
	end
	if isBlank then
		blocks.isParagraph = false
		return {
			kind = "blank",
			isQuoted = isQuoted,
			text = "",
			column = column,
			strip = 0,
		}
	end
	local isItem = (string.find(inner, "^ *[-*+] ")) or (string.find(inner, "^ *%d+[.)] "))
	if depth - column >= 4 and not blocks.isParagraph and isItem == nil then
		local isFirst = blocks.isIndented ~= true
		blocks.isIndented = true
		return {
			kind = "indented",
			isQuoted = isQuoted,
			text = string.sub(inner, 5),
			column = column,
			strip = column + 4,
			isFirst = isFirst,
		}
	end
	return readText(blocks, text, column)
end

return M
