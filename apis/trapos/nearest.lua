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

return M
