--- What `ai` shows.
local M = {}
local withColour, turnPage, clearRow, COLOURS
local text = require("/apis/ai/text")

function withColour(colour, print_)
	local before = term.getTextColour()
	if term.isColour() then term.setTextColour(colour) end
	print_()
	term.setTextColour(before)
end

function turnPage(width)
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
		for _, span in ipairs(row) do
			withColour(COLOURS[span.style] or colours.white, function() write(span.text) end)
		end
		print()
		rows = rows + 1
		if rows % 500 == 0 then sleep(0) end
	end)
end

function clearRow()
	local _, row = term.getCursorPos()
	term.setCursorPos(1, row)
	term.clearLine()
end

COLOURS = {
	heading = colours.yellow,
	bold = colours.yellow,
	code = colours.lightBlue,
	quote = colours.lightGrey,
	link = colours.cyan
}

function M.remark(line) withColour(colours.lightGrey, function() print(text.fold(line)) end) end

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
	local reporter
	reporter = {
		onProgress = function(progress)
			local phase = progress.phase
			if phase == "new session" then
				reporter.log("The session is gone from the server; this is a new one.")
			elseif phase == "stopped" then
				local problem = progress.message
				reporter.log(
					problem and "The turn may go on, stop it with: ai abort (" .. problem .. ")"
						or "The turn was stopped on the server."
				)
			else
				doing = describe(progress)
			end
		end,
		log = function(line)
			clearRow()
			M.remark(line)
		end
	}
	local function spin()
		local turns = 0
		while true do
			local timer = os.startTimer(0.2)
			local event, id
			repeat
				event, id = os.pullEventRaw()
			until not (event ~= "timer" or id ~= timer)
			local sign = string.sub("|/-\\", turns % 4 + 1, turns % 4 + 1)
			local seconds = math.floor((os.epoch("utc") - start) / 1000)
			turns = turns + 1
			clearRow()
			withColour(colours.lightGrey, function()
				term.write(text.cut(sign .. " " .. seconds .. " s " .. text.fold(doing), width))
			end)
		end
	end
	local ok, problem = pcall(function() return parallel.waitForAny(function() act(reporter) end, spin) end)
	clearRow()
	if not ok then error(problem, 0) end
end

return M
