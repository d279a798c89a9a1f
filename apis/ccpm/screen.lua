--- What `ccpm` shows.
local M = {}

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
		if event == "char" then return string.lower(what) end
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
		local detail = line[3]
		local end_ = #line[1] + 1
		if detail and end_ + #detail <= width then column = math.max(column, end_) end
	end
	for _, line in ipairs(lines) do
		local colour = line[2]
		local detail = line[3]
		local indent = string.match(line[1], "^ *")
		local function put(text, first, others)
			local lead = first
			local rest = text
			repeat
				local room = math.max(width - #lead, 1)
				local row = string.sub(rest, 1, room)
				if #rest > room then
					row = string.match(string.sub(rest, 1, room + 1), "^(.*) ") or row
				end
				rows[#rows + 1] = {lead .. row, colour}
				rest = string.match(rest, "^ *(.*)", #row + 1)
				lead = others
			until rest == ""
		end
		local both = string.format("%-" .. tostring(column) .. "s", line[1] .. " ")
			.. (detail or "")
		if #both > width then both = line[1] .. " " .. (detail or "") end
		local isOneRow = detail ~= nil and #both <= width
		local deeper = indent .. "  "
		put(
			string.sub(isOneRow and both or line[1], #indent + 1),
			indent,
			indent == "" and deeper or indent
		)
		if detail and not isOneRow then put(detail, deeper, deeper) end
	end
	return rows
end

function M.show(lines)
	local width, height = term.getSize()
	local rows = layOut(lines, width)
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
		paint(row[2], function() return print(row[1]) end)
		shown = shown + 1
		if shown % 500 == 0 then sleep(0) end
	end
end

function M.say(text, colour) M.show({{text, colour}}) end

function M.fail(failure) M.show({{failure.message, colours.red}, {failure.hint, colours.red}}) end

function M.ask(question, usual)
	write(question .. " " .. (usual and "[Y/n]" or "[y/N]") .. " ")
	local key
	repeat
		key = readKey()
	until not (key ~= "y" and key ~= "n" and key ~= "")
	local agreed
	if key == "" then
		agreed = usual
	else
		agreed = key == "y"
	end
	print(agreed and "yes" or "no")
	return agreed
end

function M.bytes(count)
	if count < 1000 then return tostring(count) .. " bytes" end
	return count < 1000000 and string.format("%.1f kB", count / 1000)
		or string.format("%.1f MB", count / 1000000)
end

local PHASES = {index = "Asking ", fetch = "Fetching ", apply = "Writing "}

function M.showProgress(progress)
	local width = term.getSize()
	local name = progress.name
	local done, all = progress.bytes, progress.totalBytes
	local start = width < 40 and "" or PHASES[progress.phase]
	start = start .. tostring(progress.done) .. "/" .. tostring(progress.total) .. " "
	if all > 0 then
		start = start .. string.format("%d/%d kB ", math.ceil(done / 1000), math.ceil(all / 1000))
	end
	local room = width - #start
	local shown = #name > room and ".." .. string.sub(name, 2 - room) or name
	local text = string.format("%-" .. tostring(width) .. "s", start .. shown)
	local lit = math.floor(width * (all > 0 and done / all or 0))
	clearRow()
	local before = term.getBackgroundColour()
	term.setBackgroundColour(colours.grey)
	term.write(string.sub(text, 1, lit))
	term.setBackgroundColour(before)
	term.write(string.sub(text, lit + 1))
end

function M.during(act)
	local ok, problem = pcall(act)
	clearRow()
	if ok then return end
	if problem == "Terminated" then M.say("Nothing has changed. The same command goes on.") end
	error(problem, 0)
end

return M
