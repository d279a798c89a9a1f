--- What `ccpm` shows.
local M = {}
local strings = require("cc.strings")
local pending = {}

function M.add(text, colour, detail)
	pending[#pending + 1] = {text = text, colour = colour, detail = detail}
end

local function clearRow()
	local _, row = term.getCursorPos()
	term.setCursorPos(1, row)
	term.clearLine()
end

local function choose(question, answers)
	write(question)
	while true do
		local event, what = os.pullEventRaw()
		local key
		if event == "char" then key = what:lower() end
		if event == "key" and what == keys.enter then key = "\n" end
		if key and answers:find(key, 1, true) then return key end
		if event == "terminate" then
			print()
			error("Terminated", 0)
		end
	end
end

function M.flush()
	local width, height = term.getSize()
	local isPaged = settings.get("trapos.harness_mode") ~= true
	local lines = pending
	pending = {}
	local column = 0
	for _, line in ipairs(lines) do
		local end_ = #line.text + 1
		if line.detail and end_ + #line.detail <= width then column = math.max(column, end_) end
	end
	clearRow()
	local shown = 0
	for _, line in ipairs(lines) do
		local text = line.text
		if line.detail then
			local gap = math.min(column, width - #line.detail) - #text
			text = text .. (gap > 0 and string.rep(" ", gap) or "\n") .. line.detail
		end
		local before = term.getTextColour()
		for number, row in ipairs(strings.wrap(text, #text > width and width - 2 or width)) do
			if isPaged and shown > 0 and shown % (height - 1) == 0 then
				local key = choose("-- Enter: more, q: quit --", "q\n")
				clearRow()
				if key == "q" then return end
			end
			if line.colour and term.isColour() then term.setTextColour(line.colour) end
			print(number > 1 and "  " .. row or row)
			term.setTextColour(before)
			shown = shown + 1
		end
	end
end

function M.say(text, colour)
	M.add(text, colour)
	M.flush()
end

function M.fail(failure)
	M.add(failure.message, colours.red)
	M.say(failure.hint, colours.red)
end

function M.ask(question, usual)
	M.flush()
	local key = choose(question .. " " .. (usual and "[Y/n]" or "[y/N]") .. " ", "yn\n")
	local agreed = key == "y" or usual and key == "\n"
	print(agreed and "yes" or "no")
	return agreed
end

function M.bytes(count)
	return count < 1000 and count .. " bytes" or string.format("%.1f kB", count / 1000)
end

local PHASES = {index = "Asking ", fetch = "Fetching ", apply = "Writing "}

function M.showProgress(progress)
	local width = term.getSize()
	local all = progress.totalBytes
	local text = (width < 40 and "" or PHASES[progress.phase]) .. progress.done .. "/" .. progress.total
		.. " "
	if all > 0 then
		text = text .. string.format("%d/%d kB ", math.ceil(progress.bytes / 1000), math.ceil(all / 1000))
	end
	text = strings.ensure_width(text .. progress.name:sub(#text - width), width)
	local lit = math.floor(width * progress.bytes / math.max(all, 1))
	clearRow()
	term.blit(text, string.rep("0", width), string.rep("7", lit) .. string.rep("f", width - lit))
end

function M.need(call, ...)
	M.flush()
	local returned, ok, value = pcall(call, ...)
	clearRow()
	if not returned then
		if ok == "Terminated" then M.say("Nothing has changed. The same command goes on.") end
		error(ok, 0)
	end
	if ok == false then error(value, 0) end
	return value
end

return M
