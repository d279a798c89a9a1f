-- Lets somebody choose from a list by number or name, however long it is.

local fold = require("/apis/trapos/font").fold
local screen = require("/apis/trapos/screen")
local remark, say = screen.remark, screen.say
local cut = require("/apis/trapos/text").cut
local askLine = require("/apis/ai/setup/asking").askLine

local M = {}

--- Rows of the screen that are not the list's: what it is about above, two below, and the one that is typed on.
local OTHER_ROWS = 4

--- Names that hold a text, whatever its case; the one that is it alone, if there is one.
function M.matching(names, text)
	local found = {}
	local wanted = string.lower(text)
	for _, name in ipairs(names) do
		local lower = string.lower(name)
		if lower == wanted then
			return { name }
		end
		if (string.find(lower, wanted, 1, true)) ~= nil then
			table.insert(found, name)
		end
	end
	return found
end

--- Shows a page of a list, with the numbers that choose.
local function showPage(names, first, rows, chosen)
	local width = term.getSize()
	local digits = #tostring(#names)
	for at = first, math.min(first + rows - 1, #names) do
		local name = names[at]
		local mark = name == chosen and "*" or " "
		print(cut(mark .. string.format("%" .. tostring(digits) .. "d", at) .. " " .. fold(name), width))
	end
end

--- Asks until one is chosen.
--
-- @param names at least one
-- @param chosen the one that Enter alone keeps
-- @returns its name
function M.choose(names, chosen)
	local shown = names
	local first = 1
	while true do
		local _, height = term.getSize()
		local rows = math.max(height - OTHER_ROWS, 1)
		showPage(shown, first, rows, chosen)
		local isLong = #shown > rows
		local last = math.min(first + rows - 1, #shown)
		if isLong then
			remark(tostring(first) .. "-" .. tostring(last) .. " of " .. tostring(#shown) .. ". n: next page")
		end
		local typed = askLine("Number or part of a name: ")
		local number = tonumber(typed)
		local named = number ~= nil and shown[number] or nil
		if typed == "" then
			return chosen
		end
		if named ~= nil then
			return named
		end
		if typed == "n" and isLong then
			first = last < #shown and last + 1 or 1
		elseif number ~= nil then
			say("There are numbers from 1 to " .. tostring(#shown) .. ".", colours.red)
		else
			local found = M.matching(names, typed)
			if #found == 1 then
				return found[1]
			end
			if #found == 0 then
				say("None has " .. typed .. " in its name.", colours.red)
			else
				shown = found
			end
			first = 1
		end
	end
end

return M
