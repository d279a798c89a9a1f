-- Names that somebody gives and that are not there: which of those that are may have been meant. Pure.

local oneLine = require("/apis/trapos/utf8").oneLine

local M = {}

--- So many characters of names make a failure's hint fit two rows of a 51 column screen.
local ROOM = 45

--- Pairs of letters that stand side by side, whatever their case, the edges among them, and how often; and how many there are.
local function pairsIn(name)
	local counts = {}
	local lower = "^" .. string.lower(name) .. "$"
	for at = 1, #lower - 1 do
		local pair = string.sub(lower, at, at + 1)
		counts[pair] = (counts[pair] or 0) + 1
	end
	return {
		counts = counts,
		total = math.max(#lower - 1, 0),
	}
end

--- How alike two names are, from 0 to 1: the share of their pairs of letters that both have (Sørensen and Dice).
local function likeness(one, other)
	local first = pairsIn(one)
	local second = pairsIn(other)
	local common = 0
	for pair, count in pairs(first.counts) do
		common = common + math.min(count, second.counts[pair] or 0)
	end
	return 2 * common / math.max(first.total + second.total, 1)
end

--- Those of some names that fit a hint, the ones most like a given one first; else they keep their order.
--
-- @param wanted what somebody wrote
-- @param names what there is
-- @returns each name with a blank before it, and " .." where there are more
function M.nearest(wanted, names)
	local rows = {}
	for at, name in ipairs(names) do
		-- Of "provider/model" the model alone may have been written.
		local _, model = string.match(name, "^([^/]*)/(.*)$")
		local score = math.max(likeness(wanted, name), likeness(wanted, model or ""))
		rows[#rows + 1] = { name = name, score = score, at = at }
	end
	table.sort(rows, function(a, b)
		return a.score > b.score or a.score == b.score and a.at < b.at
	end)
	local known = ""
	for _, row in ipairs(rows) do
		if known ~= "" and #known + #row.name >= ROOM then
			return known .. " .."
		end
		known = known .. " " .. oneLine(row.name, ROOM)
	end
	return known == "" and " none" or known
end

--- From here on two words are so alike that one may be the other, misspelt: "instal" is, "list" for "last" is not.
local ALIKE = 0.6

--- The longest word that is looked up: anything longer was no name.
local LONGEST = 60

--- The one of some names that a word was most likely meant to be.
--
-- @param wanted what somebody wrote
-- @param names what there is
-- @returns the name, or nothing where none is much like it
function M.closest(wanted, names)
	if #wanted > LONGEST then
		return nil
	end
	local best
	local most = ALIKE
	for _, name in ipairs(names) do
		local score = likeness(wanted, name)

		-- A part of a name stands for it, too.
		local isPart = #wanted > 1 and (string.find(name, string.lower(wanted), 1, true)) ~= nil
		if isPart then
			score = math.max(score, ALIKE)
		end
		if score > most or score == most and best == nil then
			most = score
			best = name
		end
	end
	return best
end

--- From so many letters on a word may have two that are wrong.
local LONG_WORD = 6

--- How many letters have to be put in, left out, changed, or swapped with their neighbour to make one word of another
-- (optimal string alignment).
local function distance(one, other)
	local before = {}
	local row = {}
	for at = 0, #other do
		row[at + 1] = at
	end
	for i = 1, #one do
		local next = { i }
		for j = 1, #other do
			local isSame = string.byte(one, i) == string.byte(other, j)
			local least = math.min(row[j + 1] + 1, next[j] + 1, row[j] + (isSame and 0 or 1))
			local isSwapped = i > 1
				and j > 1
				and string.byte(one, i) == string.byte(other, j - 1)
				and string.byte(one, i - 1) == string.byte(other, j)
			if isSwapped then
				least = math.min(least, before[j - 2 + 1] + 1)
			end
			next[j + 1] = least
		end
		before = row
		row = next
	end
	return row[#other + 1]
end

--- The one of some names that a word is, but for a letter, or for two where it has six or more, whatever their case.
--
-- @param written what somebody wrote, which is none of the names
-- @param names what there is, in lower case
-- @returns the name that is least far off, or nothing
function M.misspelt(written, names)
	if #written > LONGEST then
		return nil
	end
	local word = string.lower(written)
	local least = #word >= LONG_WORD and 2 or 1
	local found
	for _, name in ipairs(names) do
		local isNear = math.abs(#name - #word) <= least
		local far = isNear and distance(word, name) or least + 1
		if far < least or far == least and found == nil then
			least = far
			found = name
		end
	end
	return found
end

return M
