-- Markdown as rows of a narrow screen, line by line.

local fold = require("/apis/trapos/font").fold
local blocksModule = require("/apis/ai/markdown/blocks")
local begin, indentOf, readLine = blocksModule.begin, blocksModule.indentOf, blocksModule.readLine
local codeblocks = require("/apis/ai/markdown/codeblocks")
local codeBlocks, linesOf = codeblocks.codeBlocks, codeblocks.linesOf
local languageOf = require("/apis/ai/markdown/fence").languageOf
local rows = require("/apis/ai/markdown/rows")
local put, putCode, putLanguage, putText = rows.put, rows.putCode, rows.putLanguage, rows.putText
local tableModule = require("/apis/ai/markdown/table")
local addRow, copyTable, putTable, tableOf =
	tableModule.addRow, tableModule.copyTable, tableModule.putTable, tableModule.tableOf

local M = {}

--- The most columns that a line is indented.
local DEEPEST = 8

--- How much of a text is read before its first row, to see whether it has several blocks of code.
local LOOKED_AHEAD = 50000

--- Puts on the sheet what waits for the next line: a table, or what may be the head of one.
function M.settle(page)
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

--- What stands before code: as far as the item that it is in.
local function leadOfCode(line)
	return string.rep(" ", math.min(line.column, DEEPEST))
end

--- Puts what is known of a block of code above it: its language, and its number where there are several.
local function putHead(page, line)
	page.number = page.number + 1
	local language = line.fence and languageOf(line.fence)
	if page.isNumbered or page.number > 1 then
		putLanguage(page, leadOfCode(line), (language or "code") .. " " .. tostring(page.number))
	elseif language ~= nil then
		putLanguage(page, leadOfCode(line), language)
	end
end

--- Puts a line of code.
local function putCodeLine(page, line)
	if line.isFirst == true then
		putHead(page, line)
	end
	if line.kind == "indented" and line.isFirst ~= true and page.gap == true then
		-- A blank line in code is a part of it.
		page.gap = false
		putCode(page, leadOfCode(line), "")
	end
	putCode(page, leadOfCode(line), line.text)
end

--- Puts the beginning of an item, or its mark alone, where code follows.
local function putItem(page, line, mark, lead, style)
	local depth = indentOf(line.text)
	local shown = (string.find(mark, "%d")) == nil and string.char(7) or mark
	if line.kind == "opens" then
		put(page, { { text = lead .. shown .. " ", style = style } })
		return
	end
	local text = string.gsub(string.sub(line.text, depth + #mark + 1), "^ +", "")
	local box = string.match(text, "^(%[[ xX]%]) ")
	if box ~= nil then
		-- A task: its box is mark enough.
		shown = string.lower(box)
		text = string.sub(text, 5)
	end
	local first = lead .. shown .. " "
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
		M.settle(page)
	end
end

--- Begins to lay out a text that is fed line by line. `settle` ends it.
--
-- @param width columns of the screen
-- @param hasGround whether code gets a ground, for which its rows go to the right end of the screen; else a bar stands
-- before it
-- @param emit gets each row, without a line break, as soon as it is known; false says that no more is wanted
-- @param isNumbered whether the first block of code has a number; those behind it always have one
function M.openSheet(width, hasGround, emit, isNumbered)
	if isNumbered == nil then
		isNumbered = false
	end
	return {
		width = width,
		hasGround = hasGround,
		emit = function(row)
			return emit(row) ~= false
		end,
		blocks = begin(),
		isNumbered = isNumbered,
		number = 0,
	}
end

--- A sheet that goes on where another one is, which stays as it is. Takes a time in proportion to the rows of the table that
-- waits, if one does.
--
-- @param width columns of the screen
-- @param emit gets its rows
function M.copySheet(page, width, emit)
	local copy = M.openSheet(width, page.hasGround, emit, page.isNumbered)
	local from = page.blocks
	local blocks = copy.blocks
	blocks.isQuoted = from.isQuoted
	for _, item in ipairs(from.items) do
		table.insert(blocks.items, item)
	end
	blocks.fence = from.fence
	blocks.isIndented = from.isIndented
	blocks.isParagraph = from.isParagraph
	copy.gap = page.gap
	copy.number = page.number
	copy.held = page.held
	copy.table = page.table and copyTable(page.table)
	return copy
end

--- Lays out the next line.
--
-- @param written UTF-8, without its line break
function M.feed(page, written)
	local wasQuoted = page.blocks.isQuoted
	local line = readLine(page.blocks, fold(written))
	if line.isQuoted ~= wasQuoted then
		M.settle(page)
	end
	if line.kind == "code" or line.kind == "indented" then
		M.settle(page)
		putCodeLine(page, line)
	elseif line.kind == "blank" then
		M.settle(page)
		if page.gap ~= nil then
			page.gap = true
		end
	elseif line.kind == "opens" then
		M.settle(page)
		if line.mark ~= nil then
			putLine(page, line)
		end
		putHead(page, line)
	elseif line.kind == "text" and (line.mark ~= nil or not takeForTable(page, line.text)) then
		M.settle(page)
		putLine(page, line)
	end
end

--- Lays Markdown out for a screen. What is not understood stays as it was written: nothing is lost but the marks. Takes
-- a time in proportion to the source, and the rows come from the beginning on.
--
-- @param source UTF-8; the rows are in CC's font
-- @param width columns of the screen
-- @param hasGround whether code gets a ground, for which its rows go to the right end of the screen; else a bar stands
-- before it
-- @param emit gets each row, without a line break, as soon as it is known; false says that no more is wanted
function M.layOut(source, width, hasGround, emit)
	local isNumbered = #codeBlocks(string.sub(source, 1, LOOKED_AHEAD), 2) > 1
	local page = M.openSheet(width, hasGround, emit, isNumbered)
	for line in string.gmatch(linesOf(source), "([^\n]*)\n") do
		M.feed(page, line)
		if page.isOver then
			return
		end
	end
	M.settle(page)
end

return M
