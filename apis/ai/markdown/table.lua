-- Tables of Markdown (GitHub's, section 4.10): columns below each other where they fit, else a line for each cell.

local spansOf = require("/apis/ai/markdown/inline").spansOf
local rowsModule = require("/apis/ai/markdown/rows")
local put, putText = rowsModule.put, rowsModule.putText

local M = {}

--- A table is laid out in pieces of so many rows, so that the beginning of an endless one comes soon.
local ROWS_AT_ONCE = 200

--- Stands for a bar that parts no cells; a folded text has no such character.
local BAR = "\127"
local SEPARATOR = " | "

--- The cells of a line, without the blanks around them.
local function cellsOf(line)
	local bars = string.gsub(line, "\\|", BAR)
	local inner = string.match(bars, "^ *|?(.*)$")
	local cells = {}
	for whole in string.gmatch((string.gsub(inner, "| *$", "")) .. "|", " *([^|]*)|") do
		local last = string.find(whole, "[^ ] *$")
		local text = string.gsub(string.sub(whole, 1, last or 0), "<br */?>", " ")
		cells[#cells + 1] = (string.gsub(text, BAR, "|"))
	end
	return cells
end

--- The table that two lines begin: its heads, and below them the line that makes it a table. Nothing where they do not.
--
-- @param head folded, as the other line
function M.tableOf(head, line, lead, style)
	if (string.find(line, "^[|: -]*%-[|: -]*$")) == nil then
		return nil
	end
	if (string.find(head .. line, "|", 1, true)) == nil then
		return nil
	end
	local heads = cellsOf(head)
	local alignments = {}
	for _, cell in ipairs(cellsOf(line)) do
		local left, right = string.match(cell, "^(:?)%-+(:?)$")
		if left == nil then
			return nil
		end
		alignments[#alignments + 1] = right == "" and "left" or (left == "" and "right" or "centre")
	end
	if #alignments ~= #heads then
		return nil
	end
	return {
		lead = lead,
		style = style,
		heads = heads,
		alignments = alignments,
		rows = {},
	}
end

--- The widths of columns that fit beside each other.
local function widthsOf(tableModule, room)
	local widths = {}
	local sum = -#SEPARATOR
	for _, cells in ipairs({
		tableModule.heads,
		unpack(tableModule.rows),
	}) do
		for number, cell in ipairs(cells) do
			local before = widths[number]
			local _, width = spansOf(cell, tableModule.style, room)
			if before == nil then
				sum = sum + (#SEPARATOR + width)
			elseif width > before then
				sum = sum + (width - before)
			end
			if sum > room then
				return nil
			end
			if before == nil or width > before then
				widths[number] = width
			end
		end
	end
	return widths
end

--- Puts a row of cells that fit beside each other.
local function putCells(sheet, tableModule, cells, style, widths)
	local row = {}
	local text = tableModule.lead
	for number, columns in ipairs(widths) do
		local spans, width = spansOf(cells[number] or "", style, columns)
		local alignment = tableModule.alignments[number]
		local gap = columns - width
		local before = alignment == "right" and gap or (alignment == "centre" and math.floor(gap / 2) or 0)
		row[#row + 1] = {
			text = text .. string.rep(" ", before),
			style = tableModule.style,
		}
		for _, span in ipairs(spans) do
			row[#row + 1] = span
		end
		text = string.rep(" ", gap - before) .. SEPARATOR
	end
	put(sheet, row)
end

--- Puts the cells of a row as lines of their own, those behind the first indented.
local function putRecord(sheet, tableModule, cells)
	local lead = tableModule.lead
	for number, cell in ipairs(cells) do
		local name = tableModule.heads[number] or ""
		local text = (name == "" or cell == "") and cell or name .. ": " .. cell
		if text ~= "" then
			putText(sheet, lead, lead .. "  ", text, tableModule.style)
			lead = tableModule.lead .. "  "
		end
	end
end

--- Puts what was read of a table on the sheet.
function M.putTable(sheet, tableModule)
	local widths = widthsOf(tableModule, sheet.width - #tableModule.lead)
	if widths ~= nil then
		if not tableModule.isBegun then
			local rules = {}
			for _, width in ipairs(widths) do
				rules[#rules + 1] = string.rep("-", width)
			end
			putCells(sheet, tableModule, tableModule.heads, "heading", widths)
			put(
				sheet,
				{
					{
						text = tableModule.lead .. table.concat(rules, "-+-"),
						style = tableModule.style,
					},
				}
			)
		end
		for _, cells in ipairs(tableModule.rows) do
			putCells(sheet, tableModule, cells, tableModule.style, widths)
		end
	elseif #tableModule.rows == 0 and not tableModule.isBegun then
		putText(
			sheet,
			tableModule.lead,
			tableModule.lead,
			table.concat(tableModule.heads, SEPARATOR or ","),
			"heading"
		)
	else
		for _, cells in ipairs(tableModule.rows) do
			putRecord(sheet, tableModule, cells)
		end
	end
	tableModule.isBegun = true
	tableModule.rows = {}
end

--- A table of its own with all that was read of another.
function M.copyTable(tableModule)
	local rows = {}
	for _, cells in ipairs(tableModule.rows) do
		rows[#rows + 1] = cells
	end
	return {
		lead = tableModule.lead,
		style = tableModule.style,
		heads = tableModule.heads,
		alignments = tableModule.alignments,
		rows = rows,
		isBegun = tableModule.isBegun,
	}
end

--- Adds a line to a table; false where it is none of its rows.
function M.addRow(sheet, tableModule, line)
	if (string.find(line, "|", 1, true)) == nil then
		return false
	end
	local rows = tableModule.rows
	rows[#rows + 1] = cellsOf(line)
	if #rows >= ROWS_AT_ONCE then
		M.putTable(sheet, tableModule)
	end
	return true
end

return M
