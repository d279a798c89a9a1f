-- A program's values: as text for whoever reads them, and as copies that share nothing. No metamethod is called.

local M = {}

--- The deepest table that is looked into.
local DEEPEST = 8

local function put(writing, piece)
	if writing.room <= 0 then
		return
	end
	writing.room = writing.room - #piece
	table.insert(writing.pieces, writing.room < 0 and string.sub(piece, 1, writing.room - 1) .. ".." or piece)
end

--- The keys of a table behind its list: texts in the order of the alphabet, numbers before them, then the rest.
local function otherKeys(given, listed)
	local found = {}
	local key = next(given)
	while key ~= nil do
		local isListed = type(key) == "number" and key >= 1 and key <= listed and key % 1 == 0
		if not isListed then
			table.insert(found, key)
		end

		-- More than anybody reads; what is left out would not fit either.
		if #found > 1000 then
			break
		end
		key = next(given, key)
	end
	local function rank(one)
		return type(one) == "number" and 1 or (type(one) == "string" and 2 or 3)
	end
	table.sort(found, function(one, other)
		if rank(one) ~= rank(other) then
			return rank(one) < rank(other)
		end
		return rank(one) < 3 and one < other
	end)
	return found
end

--- Writes a value; `depth` tables stand around it.
local function putValue(writing, value, depth)
	local kind = type(value)
	if kind == "string" then
		local short = string.sub(value, 1, writing.room + 1)
		put(writing, (string.gsub(string.format("%q", short), "\\\n", "\\n")))
		return
	end
	if kind ~= "table" then
		put(writing, (kind == "number" or kind == "boolean" or kind == "nil") and tostring(value) or kind)
		return
	end
	if depth >= DEEPEST then
		put(writing, "{..}")
		return
	end
	local given = value
	local separator = ""
	local listed = 0
	put(writing, "{")
	while writing.room > 0 and rawget(given, listed + 1) ~= nil do
		listed = listed + 1
		put(writing, separator)
		putValue(writing, rawget(given, listed), depth + 1)
		separator = ", "
	end
	for _, key in ipairs(otherKeys(given, listed)) do
		if writing.room <= 0 then
			return
		end
		put(writing, separator)
		if type(key) == "string" and (string.find(key, "^[%a_][%w_]*$")) ~= nil then
			put(writing, key .. " = ")
		else
			put(writing, "[")
			putValue(writing, key, depth + 1)
			put(writing, "] = ")
		end
		putValue(writing, rawget(given, key), depth + 1)
		separator = ", "
	end
	put(writing, "}")
end

--- A value as Lua would write it: texts in quotes, tables with what is in them.
--
-- @param most characters that it may take; what is longer ends with ".."
function M.literal(value, most)
	local writing = { pieces = {}, room = most }
	putValue(writing, value, 0)
	return table.concat(writing.pieces)
end

--- A copy of what is data in a value: tables are new ones, without metatables; functions and coroutines are none.
--
-- @param known copies of tables that were met already
function M.copied(value, known)
	if known == nil then
		known = {}
	end
	local kind = type(value)
	if kind == "function" or kind == "thread" or kind == "userdata" then
		return nil
	end
	if kind ~= "table" then
		return value
	end
	local before = known[value]
	if before ~= nil then
		return before
	end
	local copy = {}
	known[value] = copy
	local given = value
	local key = next(given)
	while key ~= nil do
		local ownKey = M.copied(key, known)
		if ownKey ~= nil then
			rawset(copy, ownKey, M.copied(rawget(given, key), known))
		end
		key = next(given, key)
	end
	return copy
end

return M
