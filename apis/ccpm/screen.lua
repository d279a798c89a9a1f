--- What `ccpm` shows.
local M = {}
local pending = {}

function M.add(text, colour, detail)
	pending[#pending + 1] = {text = text, colour = colour, detail = detail}
end

local function paint(colour, act)
	local before = term.getTextColour()
	if colour and term.isColour() then term.setTextColour(colour) end
	act()
	term.setTextColour(before)
end

local function clearRow()
	local _, row = term.getCursorPos()
	term.setCursorPos(1, row)
	term.clearLine()
end

local function readKey()
	while true do
		local event, what = os.pullEventRaw()
		if event == "char" then return what:lower() end
		if event == "key" and what == keys.enter then return "" end
		if event == "terminate" then
			print()
			error("Terminated", 0)
		end
	end
end

local function layOut(lines, width)
	local rows = {}
	local column = 0
	for _, line in ipairs(lines) do
		local detail = line.detail
		local end_ = #line.text + 1
		if detail and end_ + #detail <= width then column = math.max(column, end_) end
	end
	for _, line in ipairs(lines) do
		local colour = line.colour
		local detail = line.detail
		local indent = line.text:match("^ *")
		local function put(whole, first, others)
			local lead = first
			local rest = whole
			repeat
				local room = math.max(width - #lead, 1)
				local row = rest:sub(1, room)
				if #rest > room then row = rest:sub(1, room + 1):match("^(.*) ") or row end
				rows[#rows + 1] = {text = lead .. row, colour = colour}
				rest = rest:match("^ *(.*)", #row + 1)
				lead = others
			until rest == ""
		end
		local both = line.text
		if detail then both = string.format("%-" .. column .. "s", both .. " ") .. detail end
		if detail and #both > width then both = line.text .. " " .. detail end
		local isApart = detail ~= nil and #both > width
		local deeper = indent .. "  "
		put(string.sub(isApart and line.text or both, #indent + 1), indent, indent == "" and deeper or indent)
		if isApart then put(detail, deeper, deeper) end
	end
	return rows
end

function M.flush()
	local width, height = term.getSize()
	local rows = layOut(pending, width)
	pending = {}
	local paged = #rows > height - 2 and settings.get("trapos.harness_mode") ~= true
	clearRow()
	local shown = 0
	for _, row in ipairs(rows) do
		if paged and shown > 0 and shown % (height - 1) == 0 then
			term.write("-- Enter: more, q: quit --")
			local key = readKey()
			clearRow()
			if key == "q" then return end
		end
		paint(row.colour, function() print(row.text) end)
		shown = shown + 1
		if shown % 500 == 0 then sleep(0) end
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
	write(question .. " " .. (usual and "[Y/n]" or "[y/N]") .. " ")
	local key
	repeat
		key = readKey()
	until not (key ~= "y" and key ~= "n" and key ~= "")
	local agreed
	if key == "" then agreed = usual else agreed = key == "y" end
	print(agreed and "yes" or "no")
	return agreed
end

function M.bytes(count)
	if count < 1000 then return count .. " bytes" end
	return count < 1000000 and string.format("%.1f kB", count / 1000)
		or string.format("%.1f MB", count / 1000000)
end

local PHASES = {index = "Asking ", fetch = "Fetching ", apply = "Writing "}

function M.showProgress(progress)
	local width = term.getSize()
	local name = progress.name
	local done, all = progress.bytes, progress.totalBytes
	local start = width < 40 and "" or PHASES[progress.phase]
	start = start .. progress.done .. "/" .. progress.total .. " "
	if all > 0 then
		start = start .. string.format("%d/%d kB ", math.ceil(done / 1000), math.ceil(all / 1000))
	end
	local room = width - #start
	local shown = #name > room and ".." .. name:sub(2 - room) or name
	local text = string.format("%-" .. width .. "s", start .. shown)
	local lit = math.floor(width * (all > 0 and done / all or 0))
	clearRow()
	local before = term.getBackgroundColour()
	term.setBackgroundColour(colours.grey)
	term.write(text:sub(1, lit))
	term.setBackgroundColour(before)
	term.write(text:sub(lit + 1))
end

function M.during(call)
	M.flush()
	local ok, first, second = pcall(call)
	clearRow()
	if not ok then
		if first == "Terminated" then M.say("Nothing has changed. The same command goes on.") end
		error(first, 0)
	end
	return first, second
end

return M
