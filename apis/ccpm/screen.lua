-- What `ccpm` shows: rows page by page, failures in red, questions, and one line that moves.

local strings = require("cc.strings")

local M = {}

--- What has been said and not been printed yet.
local pending = {}

--- In harness mode nobody would press a key.
local isPaged = settings.get("trapos.harness_mode") ~= true

--- From here on nobody is asked to turn a page.
function M.unattended()
	isPaged = false
end

--- Says a line, which is printed with the next that must be seen.
--
-- @param text what a row has no room for goes on in an indented one
-- @param colour where there are any
-- @param detail stands in a second column
function M.add(text, colour, detail)
	pending[#pending + 1] = { text = text, colour = colour, detail = detail }
end

local function clearRow()
	local _, row = term.getCursorPos()
	term.setCursorPos(1, row)
	term.clearLine()
end

--- Waits for one of some characters; "\n" is Enter. What Ctrl+T ends begins on a row of its own.
local function choose(question, answers)
	write(question)
	while true do
		local event, what = os.pullEventRaw()
		local key
		if event == "char" then
			key = string.lower(what)
		end
		if event == "key" and what == keys.enter then
			key = "\n"
		end
		if key ~= nil and (string.find(answers, key, 1, true)) ~= nil then
			return key
		end
		if event == "terminate" then
			print()
			error("Terminated", 0)
		end
	end
end

--- Prints what has been said. Waits at the end of each page, for a computer's screen does not scroll back.
function M.flush()
	local width, height = term.getSize()
	local lines = pending
	pending = {}
	local column = 0
	for _, line in ipairs(lines) do
		local endModule = #line.text + 1
		if line.detail ~= nil and endModule + #line.detail <= width then
			column = math.max(column, endModule)
		end
	end
	clearRow()
	local shown = 0
	for _, line in ipairs(lines) do
		local text = line.text
		if line.detail ~= nil then
			-- Rather out of line than on two rows, and rather there than broken.
			local gap = math.min(column, width - #line.detail) - #text
			text = text .. (gap > 0 and string.rep(" ", gap) or "\n") .. line.detail
		end
		local before = term.getTextColour()
		for number, row in ipairs(strings.wrap(text, #text > width and width - 2 or width)) do
			if isPaged and shown > 0 and shown % (height - 1) == 0 then
				local key = choose("-- Enter: more, q: quit --", "q\n")
				clearRow()
				if key == "q" then
					return
				end
			end
			if line.colour ~= nil and term.isColour() then
				term.setTextColour(line.colour)
			end
			print(number > 1 and "  " .. row or row)
			term.setTextColour(before)
			shown = shown + 1
		end
	end
end

--- Prints one line at once, in a colour where there are any.
function M.say(text, colour)
	M.add(text, colour)
	M.flush()
end

--- Prints at once what a player must know beside the result.
function M.note(text)
	M.say(text, colours.yellow)
end

--- Prints at once what went wrong and what to do next.
function M.fail(failure)
	M.add(failure.message, colours.red)
	M.say(failure.hint, colours.red)
end

--- Asks until y, n or Enter is pressed.
--
-- @param question without "[Y/n]" behind it
-- @param usual what Enter means
function M.ask(question, usual)
	M.flush()
	local key = choose(question .. " " .. (usual and "[Y/n]" or "[y/N]") .. " ", "yn\n")
	local agreed = key == "y" or usual and key == "\n"
	print(agreed and "yes" or "no")
	return agreed
end

--- Bytes as a person reads them: "812 bytes", "45.2 kB".
function M.bytes(count)
	return count < 1000 and tostring(count) .. " bytes" or string.format("%.1f kB", count / 1000)
end

local PHASES = { index = "Asking ", fetch = "Fetching ", apply = "Writing " }

--- Shows in the moving line how far an application is: its left part is lit.
function M.showProgress(progress)
	local width = term.getSize()
	local all = progress.totalBytes
	local text = (width < 40 and "" or PHASES[progress.phase])
		.. tostring(progress.done)
		.. "/"
		.. tostring(progress.total)
		.. " "
	if all > 0 then
		text = text .. string.format("%d/%d kB ", math.ceil(progress.bytes / 1000), math.ceil(all / 1000))
	end

	-- Of a long path the end tells more.
	text = strings.ensure_width(text .. string.sub(progress.name, #text - width), width)
	local lit = math.floor(width * math.min(progress.bytes / math.max(all, 1), 1))
	clearRow()
	term.blit(text, string.rep("0", width), string.rep("7", lit) .. string.rep("f", width - lit))
end

--- Makes a call that may show progress. The moving line is gone when it ends, however it ends.
--
-- @returns the call's value; its failure is raised
function M.need(call, ...)
	M.flush()
	local returned, ok, value = pcall(call, ...)
	clearRow()
	if not returned then
		if ok == "Terminated" then
			M.say("Nothing has changed. The same command goes on.")
		end
		error(ok, 0)
	end
	if ok == false then
		error(value, 0)
	end
	return value
end

return M
