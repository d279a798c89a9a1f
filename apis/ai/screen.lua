--- What `ai` shows.
local M = {}
local text = require("/apis/ai/text")
local COLOURS = {
	heading = colours.yellow,
	bold = colours.yellow,
	code = colours.lightBlue,
	quote = colours.lightGrey,
	link = colours.cyan
}

local function withColour(colour, show, line)
	local before = term.getTextColour()
	if term.isColour() then term.setTextColour(colour) end
	show(line)
	term.setTextColour(before)
end

local function clearRow()
	local _, row = term.getCursorPos()
	term.setCursorPos(1, row)
	term.clearLine()
end

function M.remark(line) withColour(colours.lightGrey, print, text.fold(line)) end

local function turnPage(width)
	term.write(text.cut("-- any key, q to quit --", width))
	local _, key = os.pullEvent("key")
	sleep(0.05)
	clearRow()
	return key ~= keys.q
end

function M.showAnswer(markdown)
	local width, height = term.getSize()
	local paged = settings.get("trapos.harness_mode") ~= true
	local rows = 0
	local reading = true
	text.markdown(markdown, width, function(row)
		if reading and paged and rows > 0 and rows % (height - 1) == 0 then reading = turnPage(width) end
		if not reading then return end
		for _, span in ipairs(row) do withColour(COLOURS[span.style] or colours.white, write, span.text) end
		print()
		rows = rows + 1
		if rows % 500 == 0 then sleep(0) end
	end)
end

function M.showFailure(failure)
	if failure.text and failure.text ~= "" then M.showAnswer(failure.text) end
	printError(text.fold(failure.message))
	printError(text.fold(failure.hint))
end

local PHASES = {
	sent = "asked",
	retry = "the model fails, trying again: ",
	reconnecting = "the server is out of reach, trying again",
	["waiting for permission"] = "waits for a permission: ",
	["waiting for an answer"] = "asks: ",
	stopping = "stopping the turn"
}

local function describe(progress)
	local tool = progress.tool
	if tool then return tool .. " " .. (progress.title or "") end
	return (PHASES[progress.phase] or progress.phase) .. (progress.message or "")
end

function M.withSpinner(act)
	local start = os.epoch("utc")
	local width = term.getSize()
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
		elseif phase ~= "stopped" then
			doing = describe(progress)
		elseif not problem then
			log("The turn was stopped on the server.")
		else
			log("The turn may go on, stop it with: ai abort (" .. problem .. ")")
		end
	end
	local function spin()
		local turns = 0
		while true do
			local timer = os.startTimer(0.2)
			local event, id
			repeat
				event, id = os.pullEventRaw()
			until event == "timer" and id == timer
			local at = turns % 4 + 1
			local sign = string.sub("|/-\\", at, at)
			local seconds = math.floor((os.epoch("utc") - start) / 1000)
			turns = turns + 1
			clearRow()
			withColour(
				colours.lightGrey,
				term.write,
				text.cut(sign .. " " .. seconds .. " s " .. text.fold(doing), width)
			)
		end
	end
	local ok, problem = pcall(function()
		return parallel.waitForAny(function() act({onProgress = onProgress, log = log}) end, spin)
	end)
	clearRow()
	if not ok then error(problem, 0) end
end

return M
