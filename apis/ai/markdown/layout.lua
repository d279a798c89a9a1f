-- Markdown as rows of a narrow screen, line by line.

local fold = require("/apis/trapos/font").fold
local blocks = require("/apis/ai/markdown/blocks")
local begin, indentOf, readLine = blocks.begin, blocks.indentOf, blocks.readLine
local linesOf = require("/apis/ai/markdown/codeblocks").linesOf
local rows = require("/apis/ai/markdown/rows")
local put, putCode, putText = rows.put, rows.putCode, rows.putText
local table = require("/apis/ai/markdown/table")
local addRow, putTable, tableOf = table.addRow, table.putTable, table.tableOf

local M = {}

--- The most columns that a line is indented.
local DEEPEST = 8

--- Puts what waited for the next line on the sheet.
local function settle(page)
	local held = page.held
	local table = page.table
	page.held = nil
	page.table = nil
	if held ~= nil then
		putText(page, held.lead, held.lead, held.text, held.style)
	end
	if table ~= nil then
		putTable(page, table)
	end
end

--- Takes a line as a part of a table; false where it is none.
local function takeForTable(page, line)
	local held = page.held
	local table = page.table
	if held ~= nil then
		page.table = tableOf(held.text, line, held.lead, held.style)
		if page.table ~= nil then
			page.held = nil
		end
		return page.table ~= nil
	end
	return table ~= nil and addRow(page, table, line)
end

--- What stands before code: as far as the item that it is in.
local function leadOfCode(line)
	return string.rep(" ", math.min(line.column, DEEPEST))
end

--- Puts the beginning of an item, or its mark alone, where code follows.
local function putItem(page, line, mark, lead, style)
	local depth = indentOf(line.text)
	local first = lead .. ((string.find(mark, "%d")) == nil and string.char(7) or mark) .. " "
	if line.kind == "opens" then
		put(page, { { text = first, style = style } })
		return
	end
	local text = string.gsub(string.sub(line.text, depth + #mark + 1), "^ +", "")
	local quote = line.isQuoted and "> " or ""
	putText(page, first, quote .. string.rep(" ", #first - #quote), text, style)
end

--- Puts a line that is neither blank nor code.
local function putLine(page, line)
	local depth = indentOf(line.text)
	local body = string.gsub(string.sub(line.text, depth + 1), " +", " ")
	local lead = (line.isQuoted and "> " or "") .. string.rep(" ", math.min(depth, DEEPEST))
	local style = line.isQuoted and "quote" or "text"
	if line.mark ~= nil then
		putItem(page, line, line.mark, lead, style)
		return
	end
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
	page.held = { lead = lead, style = style, text = body }
	if (string.find(body, "|", 1, true)) == nil then
		settle(page)
	end
end

--- Puts a folded line.
local function addLine(page, folded)
	local wasQuoted = page.blocks.isQuoted
	local line = readLine(page.blocks, folded)
	if line.isQuoted ~= wasQuoted then
		settle(page)
	end
	if line.kind == "code" or line.kind == "indented" then
		settle(page)
		putCode(page, leadOfCode(line), line.text)
	elseif line.kind == "blank" then
		settle(page)
		if page.gap ~= nil then
			page.gap = true
		end
	elseif line.kind == "opens" then
		settle(page)
		if line.mark ~= nil then
			putLine(page, line)
		end
	elseif line.kind == "text" and (line.mark ~= nil or not takeForTable(page, line.text)) then
		settle(page)
		putLine(page, line)
	end
end

--- Lays Markdown out for a screen. What is not understood stays as it was written: nothing is lost but the marks. Takes
-- a time in proportion to the source, and the rows come from the beginning on.
--
-- @param source UTF-8; the rows are in CC's font
-- @param width columns of the screen
-- @param emit gets each row, without a line break, as soon as it is known; false says that no more is wanted
function M.layOut(source, width, emit)
	local page = {
		width = width,
		emit = function(row)
			return emit(row) ~= false
		end,
		blocks = begin(),
	}
	for line in string.gmatch(linesOf(source), "([^\n]*)\n") do
		addLine(page, fold(line))
		if page.isOver then
			return
		end
	end
	settle(page)
end

return M
