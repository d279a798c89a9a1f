-- What `ai` shows: answers page by page, failures in red, and one line that moves while something is under way.

local strings = require("cc.strings")
local markdown = require("/apis/ai/markdown").markdown
local text = require("/apis/ai/text")

local M = {}
local COLOURS = {
	heading = colours.yellow,
	bold = colours.yellow,
	code = colours.lightBlue,
	quote = colours.lightGrey,
	link = colours.cyan,
}

--- The most rows of a line that is no answer.
local MOST_ROWS = 3

--- Columns that what went wrong may take, which is three rows of a computer's screen and six of a pocket computer's.
local FAILURE_COLUMNS = 150

--- Shows a line in a colour; returns what `show` does.
local function withColour(colour, show, line)
	local before = term.getTextColour()
	if term.isColour() then
		term.setTextColour(colour)
	end
	local shown = show(line)
	term.setTextColour(before)
	return shown
end

--- Goes to the start of the row, which is the last one where the screen has become lower since.
local function startRow()
	local _, row = term.getCursorPos()
	local _, height = term.getSize()
	if row > height then
		term.scroll(1)
	end
	term.setCursorPos(1, math.min(row, height))
end

local function clearRow()
	startRow()
	term.clearLine()
end

--- A text, UTF-8, as rows that fit the screen. Where they would be too many its middle is missing.
local function rowsOf(line, most)
	local width = term.getSize()
	local whole = text.oneLine(line)
	local columns = width * most
	local rows
	repeat
		do
			rows = strings.wrap(text.shorten(whole, columns), width)
			columns = columns - 1
		end
	until not (#rows > most)
	return rows
end

--- Prints a line, of a hostile length, too: on three rows at most.
function M.say(line)
	for _, row in ipairs(rowsOf(line, MOST_ROWS)) do
		print(row)
	end
end

--- Rows of remarks that stand above the next answer.
local above = 0

--- Prints a remark that is not part of an answer, on three rows at most.
function M.remark(line)
	for _, row in ipairs(rowsOf(line, MOST_ROWS)) do
		above = above + withColour(colours.lightGrey, print, row)
	end
end

--- Waits at the end of a page, on its free last row. True to go on, false when the reader has seen enough.
local function turnPage()
	local width = term.getSize()
	term.write(text.cut("-- any key, q to quit --", width))
	local event
	local key
	repeat
		do
			event, key = os.pullEventRaw()
		end
	until not (event ~= "key" and event ~= "terminate")
	clearRow()
	if event == "terminate" then
		error("Terminated", 0)
	end

	-- The key's character would be typed at the shell's prompt.
	sleep(0.05)
	return key ~= keys.q
end

--- Begins to print rows page by page: waits at the end of each page, for a computer's screen does not scroll back.
-- Remarks above are part of the first page. Not so in harness mode, where nobody would press the key.
--
-- @returns what prints a row: it is handed what draws it, and returns false once the reader has seen enough
function M.pages()
	local isPaged = settings.get("trapos.harness_mode") ~= true
	local _, first = term.getSize()
	local shown = above < first - 1 and above or 0
	local printed = 0
	local isReading = true
	above = 0
	return function(draw)
		local _, height = term.getSize()
		if isReading and isPaged and shown >= height - 1 then
			isReading = turnPage()
			shown = 0
		end
		if not isReading then
			return false
		end
		draw()
		print()
		shown = shown + 1
		printed = printed + 1

		-- A program that prints for 7 s without a pause is stopped.
		if printed % 100 == 0 then
			sleep(0)
		end
		return true
	end
end

--- Prints an answer page by page, its Markdown as colours.
--
-- @param answer Markdown, UTF-8
function M.showAnswer(answer)
	local width = term.getSize()
	local printRow = M.pages()
	markdown(answer, width, function(row)
		return printRow(function()
			for _, span in ipairs(row) do
				withColour(COLOURS[span.style] or colours.white, write, span.text)
			end
		end)
	end)
end

--- Prints what went wrong and what to do next, and what there was of an answer until then.
function M.showFailure(failure)
	if failure.text ~= nil and failure.text ~= "" then
		M.showAnswer(failure.text)
	end
	local width = term.getSize()
	local most = math.max(MOST_ROWS, math.ceil(FAILURE_COLUMNS / width))
	for _, row in ipairs(rowsOf(failure.message, most)) do
		printError(row)
	end

	-- A hint may show lines as they are to be written into a file.
	for line in string.gmatch(failure.hint, "[^\n]+") do
		for _, row in ipairs(rowsOf(line, most)) do
			printError(row)
		end
	end
end

--- What is said of each phase, before the tool's title or the message.
local PHASES = {
	sent = "asked",
	starting = "not started yet: the server is slow",
	retry = "the model fails, trying again: ",
	reconnecting = "server out of reach, trying again",
	failing = "server fails, trying again: ",
	["waiting for permission"] = "needs permission: ",
	["waiting for an answer"] = "asks: ",
	stopping = "stopping the turn",
}

local function describe(progress)
	local tool = progress.tool
	local said = PHASES[progress.phase] or progress.phase
	return text.oneLine(
		tool == nil and said .. (progress.message or "") or tool .. " " .. (progress.title or "")
	)
end

--- The moving line: a sign that turns, the seconds and what is being done, as far as a row of the screen has room.
local function drawLine(turns, seconds, doing)
	local width = term.getSize()
	local at = turns % 4 + 1
	local start = string.sub("|/-\\", at, at) .. " " .. tostring(seconds) .. " s"
	local hasRoom = #start + 6 < width
	startRow()

	-- All of the row at once: it would flicker if it were cleared before.
	withColour(
		colours.lightGrey,
		term.write,
		strings.ensure_width(hasRoom and text.cut(start .. " " .. doing, width) or start, width)
	)
end

--- Runs something with a moving line below: a spinner, the seconds and what is being done. The line is gone when it
-- ends, however it ends. Ctrl+T reaches only what runs.
--
-- @param act what to run
function M.withSpinner(act)
	local start = os.epoch("utc")
	local doing = ""
	local function log(line)
		clearRow()
		M.remark(line)
	end
	local function onProgress(progress)
		local phase = progress.phase
		local problem = progress.message
		if phase == "new session" then
			log("The session is gone from the server; this is a new one.")
		elseif phase == "not recorded" then
			log("The disk is full: this turn is not written down.")
		elseif phase == "ended" then
			log("It had ended already. Show the answer: ai resume")
		elseif phase ~= "stopped" then
			doing = describe(progress)
		elseif problem == nil then
			log("The turn was stopped on the server.")
		else
			log("The turn may go on, stop it with: ai abort (" .. problem .. ")")
		end
	end
	local function spin()
		local turns = 0
		while true do
			local timer = os.startTimer(0.2)
			local event
			local id
			repeat
				do
					event, id = os.pullEventRaw()
				end
			until event == "timer" and id == timer
			drawLine(turns, math.floor((os.epoch("utc") - start) / 1000), doing)
			turns = turns + 1
		end
	end
	local ok, problem = pcall(function()
		return parallel.waitForAny(function()
			return act({ onProgress = onProgress, log = log })
		end, spin)
	end)
	clearRow()
	if not ok then
		error(problem, 0)
	end
end

return M
