-- The code in a text in Markdown.

local fold = require("/apis/trapos/font").fold
local blocksModule = require("/apis/ai/markdown/blocks")
local begin, readLine = blocksModule.begin, blocksModule.readLine
local languageOf = require("/apis/ai/markdown/fence").languageOf

local M = {}

--- Columns of a tab, as the screen shows it.
local TAB = 2

--- The lines of a text. A return alone writes over a line, but for a text that has no other line ends.
function M.linesOf(markdown)
	if (string.find(markdown, "\n", 1, true)) ~= nil then
		return markdown .. "\n"
	end
	return (string.gsub(markdown, "\r", "\n")) .. "\n"
end

--- A line of code as it was written, without what it stands in.
local function codeOf(written, line)
	local code = string.gsub(written, "\r$", "")
	if line.isQuoted then
		code = string.gsub(code, "^ *> ?", "")
	end
	local left = line.strip
	while left > 0 do
		local first = string.sub(code, 1, 1)
		if first ~= " " and first ~= "\t" then
			return code
		end
		left = left - (first == " " and 1 or TAB)
		code = string.sub(code, 2)
	end

	-- A tab that is only in part before the code.
	return string.rep(" ", -left) .. code
end

--- The blocks of code of a text, in their order, as they are shown: those between fences, and those that are marked by
-- their indent. In quotes and lists, too, without what marks these. One without an end goes to that of the text, its
-- item or its quote.
--
-- @param markdown UTF-8
-- @param most no more than so many are looked for
function M.codeBlocks(markdown, most)
	local found = {}
	local blocks = begin()
	local isOpen = false
	local language
	local code = {}
	local blanks = 0
	local function close()
		if isOpen then
			table.insert(found, {
				language = language,
				code = table.concat(code, "\n"),
			})
		end
		isOpen = false
		code = {}
		blanks = 0
	end
	for written in string.gmatch(M.linesOf(markdown), "([^\n]*)\n") do
		local line = readLine(blocks, fold(written))
		if line.kind == "blank" then
			blanks = blanks + 1
		elseif line.kind == "code" or line.kind == "indented" and line.isFirst ~= true then
			while line.kind == "indented" and blanks > 0 do
				table.insert(code, "")
				blanks = blanks - 1
			end
			table.insert(code, codeOf(written, line))
		else
			close()
			if #found == most then
				return found
			end
			isOpen = line.kind == "opens" or line.kind == "indented"
			language = line.fence and languageOf(line.fence)
			if line.kind == "indented" then
				table.insert(code, codeOf(written, line))
			end
		end
	end
	close()
	return found
end

return M
