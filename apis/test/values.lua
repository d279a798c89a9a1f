-- Compares Lua values by what they hold, and writes them down for people.

local M = {}

--- How deep tables are written out.
local DEEPEST = 4

--- Bytes of one text that are written out.
local MOST_BYTES = 400

--- Entries of one table that are written out.
local MOST_ENTRIES = 20

--- Whether two values hold the same: tables are compared by their entries, however deep, and without their metatables.
--
-- @param known tables of `one` whose comparison is under way, by what they are compared with; for tables in a circle
function M.same(one, other, known)
	if known == nil then
		known = {}
	end
	if one == other then
		return true
	end
	if type(one) ~= "table" or type(other) ~= "table" then
		return false
	end
	if known[one] == other then
		return true
	end
	known[one] = other
	for key, value in pairs(one) do
		if not M.same(value, rawget(other, key), known) then
			return false
		end
	end
	for key in pairs(other) do
		-- False is a value, too.
		if type(rawget(one, key)) == "nil" then
			return false
		end
	end
	return true
end

local function escape(character)
	if character == "\n" then
		return "\\n"
	end
	if character == '"' or character == "\\" then
		return "\\" .. character
	end
	if (string.find(character, "%p")) ~= nil then
		return character
	end
	return string.format("\\%03d", string.byte(character))
end

local function isBefore(one, other)
	if type(one) == "number" and type(other) == "number" then
		return one < other
	end
	return tostring(one) < tostring(other)
end

---
-- @param inner writes down what is in the table, at a depth
local function showTable(value, depth, inner)
	if (next(value)) == nil then
		return "{}"
	end
	if depth >= DEEPEST then
		return "{ ... }"
	end
	local list = value
	local parts = {}
	for i = 1, math.min(#list, MOST_ENTRIES) do
		parts[#parts + 1] = inner(list[i], depth + 1)
	end
	local keys = {}
	for key in pairs(value) do
		local index = type(key) == "number" and key or 0
		if index < 1 or index > #list or index % 1 ~= 0 then
			keys[#keys + 1] = key
		end
	end
	table.sort(keys, isBefore)
	for _, key in ipairs(keys) do
		local isName = string.find(type(key) == "string" and key or "", "^[%a_][%w_]*$")
		local name = isName ~= nil and key or "[" .. inner(key, depth + 1) .. "]"
		parts[#parts + 1] = name .. " = " .. inner(value[key], depth + 1)
	end
	local shown = table.concat(parts, ", ", 1, math.min(#parts, MOST_ENTRIES))
	return (#parts > MOST_ENTRIES or #list > MOST_ENTRIES) and "{ " .. shown .. ", ... }"
		or "{ " .. shown .. " }"
end

--- Writes a value down in one line, as Lua would where Lua can: keys in order, tables cut where they are long or deep.
--
-- @param depth how many tables are around it; none at first
function M.show(value, depth)
	if depth == nil then
		depth = 0
	end
	if type(value) == "string" then
		local escaped = string.gsub(string.sub(value, 1, MOST_BYTES), "[^%w ]", escape)
		local rest = #value - MOST_BYTES
		return rest > 0 and '"' .. escaped .. '" and ' .. tostring(rest) .. " bytes" or '"' .. escaped .. '"'
	end
	return type(value) == "table" and showTable(value, depth, M.show) or tostring(value)
end

return M
