-- What is different between two texts, line by line. Pure.

local M = {}

--- Lines around a change that are shown, as diff shows them.
local CONTEXT = 3

--- The most pairs of lines that are compared: what is in between the parts that are the same at both ends of texts with
-- more is shown as gone and come. A computer in the game does some hundred thousand in a second.
local MOST_PAIRS = 250000

--- The lines of a text; a line break at its end begins no other.
function M.linesIn(text)
	local lines = {}
	if text == "" then
		return lines
	end
	local isEnded = string.find(text, "\n$")
	for line in string.gmatch(isEnded == nil and text .. "\n" or text, "([^\n]*)\n") do
		table.insert(lines, line)
	end
	return lines
end

--- The lines from a place on to before another.
local function part(lines, from, to)
	local some = {}
	for at = from, to - 1 do
		table.insert(some, lines[at + 1])
	end
	return some
end

--- How many lines two lists have in common from their beginning, or from their end.
local function commonLines(old, fresh, most, isAtEnd)
	local count = 0
	while count < most do
		local oldAt = isAtEnd and #old - 1 - count or count
		local freshAt = isAtEnd and #fresh - 1 - count or count
		if old[oldAt + 1] ~= fresh[freshAt + 1] then
			return count
		end
		count = count + 1
	end
	return count
end

--- The rows of what lies between: by the longest list of lines that both have, in their order (the classical table), or
-- all of the old and then all of the new where that table would be too large.
local function between(old, fresh, rows)
	if #old * #fresh > MOST_PAIRS then
		for _Module, text in ipairs(old) do
			table.insert(rows, { kind = "-", text = text })
		end
		for _Module, text in ipairs(fresh) do
			table.insert(rows, { kind = "+", text = text })
		end
		return
	end

	--- How many lines the rests from a place on have in common.
	local common = {}
	local none = {}
	for _ = 0, #fresh do
		table.insert(none, 0)
	end
	common[#old + 1] = none
	for at = #old - 1, 0, -1 do
		local below = common[at + 1 + 1]
		local row = {}
		row[#fresh + 1] = 0
		for place = #fresh - 1, 0, -1 do
			if old[at + 1] == fresh[place + 1] then
				row[place + 1] = below[place + 1 + 1] + 1
			else
				row[place + 1] = math.max(below[place + 1], row[place + 1 + 1])
			end
		end
		common[at + 1] = row
	end
	local at = 0
	local place = 0
	while at < #old or place < #fresh do
		local isSame = at < #old and place < #fresh and old[at + 1] == fresh[place + 1]
		local isGone = at < #old
			and (place >= #fresh or common[at + 1 + 1][place + 1] >= common[at + 1][place + 1 + 1])
		if isSame then
			table.insert(rows, { kind = " ", text = old[at + 1] })
			at = at + 1
			place = place + 1
		elseif isGone then
			table.insert(rows, { kind = "-", text = old[at + 1] })
			at = at + 1
		else
			table.insert(rows, { kind = "+", text = fresh[place + 1] })
			place = place + 1
		end
	end
end

--- Whether a row is near enough to a change to be shown.
local function nearChange(rows, at)
	for near = math.max(at - CONTEXT, 0), math.min(at + CONTEXT, #rows - 1) do
		if rows[near + 1].kind ~= " " then
			return true
		end
	end
	return false
end

--- Compares two texts.
--
-- @param old the text as it was
-- @param fresh the text as it will be
-- @returns the rows of a unified diff, three lines around each change; none where both are the same
function M.difference(old, fresh)
	local oldLines = M.linesIn(old)
	local freshLines = M.linesIn(fresh)
	local shorter = math.min(#oldLines, #freshLines)
	local start = commonLines(oldLines, freshLines, shorter, false)
	local endModule = commonLines(oldLines, freshLines, shorter - start, true)
	local all = {}
	for at = 0, start - 1 do
		table.insert(all, { kind = " ", text = oldLines[at + 1] })
	end
	local oldMiddle = part(oldLines, start, #oldLines - endModule)
	between(oldMiddle, part(freshLines, start, #freshLines - endModule), all)
	for at = #oldLines - endModule, #oldLines - 1 do
		table.insert(all, { kind = " ", text = oldLines[at + 1] })
	end
	local shown = {}
	local oldLine = 1
	local freshLine = 1
	local isOpen = false
	for at = 0, #all - 1 do
		local row = all[at + 1]
		local isNear = nearChange(all, at)
		if isNear and not isOpen then
			table.insert(shown, {
				kind = "@",
				text = "-" .. tostring(oldLine) .. " +" .. tostring(freshLine),
			})
		end
		if isNear then
			table.insert(shown, row)
		end
		isOpen = isNear
		if row.kind ~= "+" then
			oldLine = oldLine + 1
		end
		if row.kind ~= "-" then
			freshLine = freshLine + 1
		end
	end
	return shown
end

return M
