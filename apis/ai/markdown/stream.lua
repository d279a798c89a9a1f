-- An answer in Markdown that comes in pieces, as rows: those that stay as they are, and those of what has not ended yet.

local linesOf = require("/apis/ai/markdown/codeblocks").linesOf
local layout = require("/apis/ai/markdown/layout")
local copySheet, feed, openSheet, settle = layout.copySheet, layout.feed, layout.openSheet, layout.settle
local reasoning = require("/apis/ai/markdown/reasoning")
local answerIn, mayBecomeMark, noThoughts = reasoning.answerIn, reasoning.mayBecomeMark, reasoning.noThoughts

local M = {}

--- A character of UTF-8 of which the last bytes are missing, by its first byte.
local CUT_SHORT =
	{
		"[" .. string.char(194) .. "-" .. string.char(244) .. "]$",
		"[" .. string.char(224) .. "-" .. string.char(244) .. "][" .. string.char(128) .. "-" .. string.char(
			191
		) .. "]$",
		"[" .. string.char(240) .. "-" .. string.char(244) .. "][" .. string.char(128) .. "-" .. string.char(
			191
		) .. "][" .. string.char(128) .. "-" .. string.char(191) .. "]$",
	}

--- Begins an answer. Of several blocks of code the first one has no number, as nothing tells that another one comes.
--
-- @param width columns of the screen
-- @param hasGround whether code gets a ground, as `layOut` takes it
function M.openStream(width, hasGround, ends)
	return {
		ends = ends,
		page = openSheet(width, hasGround, ends.emit),
		thoughts = noThoughts(),
		unfinished = "",
		hasBreak = false,
		isCut = false,
		lines = {},
	}
end

--- Lays out what comes from now on, and what has not ended, for another width.
function M.setWidth(stream, width)
	stream.page = copySheet(stream.page, width, stream.ends.emit)
end

--- Takes a line that has ended.
local function take(stream, line)
	local wasGuess = stream.thoughts.isGuess
	local answer = answerIn(stream.thoughts, line)
	if stream.thoughts.isGuess ~= wasGuess then
		stream.lines = {}
		stream.page = openSheet(stream.page.width, stream.page.hasGround, stream.ends.emit)
		stream.ends.discard()
	end
	if answer == nil then
		return
	end
	table.insert(stream.lines, answer)
	feed(stream.page, answer)
end

--- The lines of what has not ended: several only where no line break has come, and returns may stand for some.
local function unfinishedLines(stream)
	local text = stream.unfinished
	if text == "" then
		return {}
	end
	if stream.hasBreak then
		return { text }
	end
	local lines = {}
	for line in string.gmatch(linesOf(text), "([^\n]*)\n") do
		table.insert(lines, line)
	end
	return lines
end

--- Takes the next piece of an answer. Takes a time in proportion to the piece and to the line that has not ended.
--
-- @param piece UTF-8, cut anywhere
function M.addPiece(stream, piece)
	if stream.isCut and piece ~= "" then
		stream.isCut = false

		-- The line break behind a line that was ended before it came.
		piece = (string.gsub(piece, "^\r?\n", ""))
	end
	local stop = string.find(piece, "\n", 1, true)
	local start = 1
	while stop ~= nil do
		stream.hasBreak = true
		take(stream, stream.unfinished .. string.sub(piece, start, stop - 1))
		stream.unfinished = ""
		start = stop + 1
		stop = string.find(piece, "\n", start, true)
	end
	stream.unfinished = stream.unfinished .. string.sub(piece, start)
end

--- Ends what has not ended: its rows stay. What comes behind it begins a line of its own.
function M.endLine(stream)
	local lines = unfinishedLines(stream)
	stream.unfinished = ""
	for _, line in ipairs(lines) do
		take(stream, line)
	end
	if #lines > 0 then
		stream.isCut = true
	end
	settle(stream.page)
end

--- Whether anything has not ended: a line, or a table.
function M.hasTail(stream)
	local page = stream.page
	return stream.unfinished ~= "" or page.held ~= nil or page.table ~= nil
end

--- What is known of reasoning, to read on from without changing it.
local function copyThoughts(stream)
	local thoughts = stream.thoughts
	return {
		fence = thoughts.fence,
		isThinking = thoughts.isThinking,
		hasThought = thoughts.hasThought,
		isGuess = thoughts.isGuess,
	}
end

--- A text without a character at its end of which bytes are still to come.
local function withoutCut(text)
	for _, cut in ipairs(CUT_SHORT) do
		local start = string.find(text, cut)
		if start ~= nil then
			return string.sub(text, 1, start - 1)
		end
	end
	return text
end

--- The rows of what has not ended as they would be if it ended here: of the last line, and of a table that grows. Takes a time
-- in proportion to these.
function M.tailOf(stream)
	local rows = {}
	local page = copySheet(stream.page, stream.page.width, function(row)
		table.insert(rows, row)
	end)
	local thoughts = copyThoughts(stream)
	for _, line in ipairs(unfinishedLines(stream)) do
		local isCode = thoughts.fence ~= nil
		local answer = answerIn(thoughts, line)
		if answer ~= nil and (isCode or not mayBecomeMark(answer)) then
			feed(page, withoutCut(answer))
		end
	end
	settle(page)
	return rows
end

--- A text without blank lines at its beginning, which are not shown.
local function fromText(text)
	return (string.gsub(text, "^%s*\n", ""))
end

--- A text without its blanks.
local function lettersOf(text)
	return (string.gsub(text, "%s+", ""))
end

--- Whether nothing has come but blanks, and what the model thought aloud.
function M.isEmpty(stream)
	return lettersOf(table.concat(stream.lines)) == "" and #M.tailOf(stream) == 0
end

--- Ends an answer, once the whole of it is known.
--
-- @param whole UTF-8, without what the model thought aloud
-- @returns whether it is what has come, whose end is taken from it where that is missing
function M.complete(stream, whole)
	local thoughts = copyThoughts(stream)
	local parts = {}
	for _, line in ipairs(stream.lines) do
		table.insert(parts, line)
	end
	local isHidden = thoughts.isThinking
	for _, line in ipairs(unfinishedLines(stream)) do
		local answer = answerIn(thoughts, line)
		isHidden = answer == nil
		table.insert(parts, answer or "")
	end
	if stream.unfinished == "" then
		table.insert(parts, "")
	end
	local come = fromText(table.concat(parts, "\n"))
	local answer = fromText(whole)
	local isBeginning = string.sub(answer, 1, #come) == come
	if isBeginning then
		-- Reasoning without an end goes to that of its step, and what stands there is behind it.
		stream.thoughts.isThinking = false
		if isHidden then
			stream.unfinished = ""
		end
		stream.isCut = false
		M.addPiece(stream, string.sub(answer, #come + 1))
	end
	M.endLine(stream)
	return isBeginning or lettersOf(come) == lettersOf(answer)
end

return M
