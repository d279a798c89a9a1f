-- Markdown as rows of a narrow screen, line by line.

local fence = require("/apis/ai/fence")
local isClosedBy, openedBy = fence.isClosedBy, fence.openedBy
local fold = require("/apis/trapos/font").fold
local rows = require("/apis/ai/rows")
local put, putCode, putText = rows.put, rows.putCode, rows.putText
local tableModule = require("/apis/ai/table")
local addRow, putTable, tableOf = tableModule.addRow, tableModule.putTable, tableModule.tableOf

local M = {}

--- The most columns that a line is indented.
local DEEPEST = 8

local function indentOf(line)
	return #(string.match(line, "^ *"))
end

--- Puts what waited for the next line on the sheet.
local function settle(page)
	local held = page.held
	local tableModule = page.table
	page.held = nil
	page.table = nil
	if held ~= nil then
		putText(page, held.lead, held.lead, held.text, held.style)
	end
	if tableModule ~= nil then
		putTable(page, tableModule)
	end
end

--- Takes a line as a part of a table; false where it is none.
local function takeForTable(page, line)
	local held = page.held
	local tableModule = page.table
	if held ~= nil then
		page.table = tableOf(held.text, line, held.lead, held.style)
		if page.table ~= nil then
			page.held = nil
		end
		return page.table ~= nil
	end
	return tableModule ~= nil and addRow(page, tableModule, line)
end

--- Begins code where a line says so.
local function opensFence(page, line)
	page.fence = openedBy(line)
	if page.fence ~= nil then
		page.isParagraph = false
	end
	return page.fence ~= nil
end

--- What stands before code: as far as the item that it is in.
local function leadOfCode(column)
	return string.rep(" ", math.min(column, DEEPEST))
end

--- Puts a line that is neither blank nor code.
local function putLine(page, line)
	local depth = indentOf(line)
	local body = string.gsub(string.sub(line, depth + 1), " +", " ")
	local lead = page.quote .. string.rep(" ", math.min(depth, DEEPEST))
	local style = page.quote == "" and "text" or "quote"
	page.isParagraph = false
	if (string.find(body, "^[-*_] ?[-*_] ?[-*_][-*_ ]*$")) ~= nil then
		put(page, {
			{
				text = lead .. string.rep("-", page.width - #lead),
				style = style,
			},
		})
		return
	end
	local heading = string.match(body, "^##?#?#?#?#? (.*)$")
	if heading ~= nil then
		putText(page, lead, lead, (string.gsub(heading, " #+ ?$", "")), "heading")
		return
	end
	page.isParagraph = true
	local bullet = string.match(body, "^([-*+]) ")
	local number = string.match(body, "^(%d%d?%d?[.)]) ")
	local mark = bullet or number
	if mark == nil then
		page.held = { lead = lead, style = style, text = body }
		if (string.find(body, "|", 1, true)) == nil then
			settle(page)
		end
		return
	end
	local blanks = indentOf(string.sub(line, depth + #mark + 1))
	local column = depth + #mark + (blanks > 4 and 1 or blanks)
	table.insert(page.items, column)
	local first = lead .. (bullet == nil and mark or string.char(7)) .. " "
	if opensFence(page, string.sub(line, column + 1)) then
		put(page, { { text = first, style = style } })
	else
		local others = page.quote .. string.rep(" ", #first - #page.quote)
		putText(page, first, others, string.sub(body, #mark + 2), style)
	end
end

--- Puts a folded line.
local function addLine(page, folded)
	-- What comes from the sign for "not less than" is no quote, and a quote does not begin in code.
	local canBeQuote = (page.fence == nil or page.quote ~= "") and (string.find(folded, "^ *>=")) == nil
	local quoted = string.match(canBeQuote and folded or "", "^ *> ?(.*)$")
	local quote = quoted == nil and "" or "> "
	if quote ~= page.quote then
		settle(page)
		page.quote = quote
		page.items = {}
		page.fence = nil
		page.isParagraph = false
	end
	local line = quoted or folded
	local depth = indentOf(line)
	local isBlank = depth == #line
	local items = page.items
	if not isBlank then
		while #items > 0 and items[#items] > depth do
			table.remove(items)

			-- Code ends with the item that it is in.
			page.fence = nil
		end
	end
	local column = items[#items] or 0
	local inner = string.sub(line, column + 1)
	if page.fence ~= nil then
		local strip = math.min(indentOf(inner), page.fence.indent)
		if isClosedBy(inner, page.fence) then
			page.fence = nil
		else
			putCode(page, leadOfCode(column), string.sub(inner, strip + 1))
		end
	elseif isBlank then
		settle(page)
		page.isParagraph = false
		if page.gap ~= nil then
			page.gap = true
		end
	elseif not takeForTable(page, line) then
		settle(page)
		local isFar = depth - column >= 4 and not page.isParagraph
		local isItem = (string.find(inner, "^ *[-*+] ")) or (string.find(inner, "^ *%d+[.)] "))
		if isFar and isItem == nil then
			putCode(page, leadOfCode(column), string.sub(inner, 5))
		elseif not opensFence(page, inner) then
			putLine(page, line)
		end
	end
end

--- Lays Markdown out for a screen. What is not understood stays as it was written: nothing is lost but the marks. Takes
-- a time in proportion to the source, and the rows come from the beginning on.
--
-- @param source UTF-8; the rows are in CC's font
-- @param width columns of the screen
-- @param emit gets each row, without a line break, as soon as it is known; false says that no more is wanted
function M.markdown(source, width, emit)
	local page = {
		width = width,
		emit = function(row)
			return emit(row) ~= false
		end,
		quote = "",
		items = {},
	}
	local lines = source

	-- A return alone writes over a line, but for a text that has no other line ends.
	if (string.find(lines, "\n", 1, true)) == nil then
		lines = string.gsub(lines, "\r", "\n")
	end
	for line in string.gmatch(lines .. "\n", "([^\n]*)\n") do
		addLine(page, fold(line))
		if page.isOver then
			return
		end
	end
	settle(page)
end

return M
