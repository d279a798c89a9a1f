--- Compares Lua values by what they hold, and writes them down for people.
local M = {}
local escape, isBefore, showTable, DEEPEST, MOST_BYTES, MOST_ENTRIES

function escape(character)
	if character == "\n" then return "\\n" end
	if character == '"' or character == "\\" then return "\\" .. character end
	if character:find("%p") then return character end
	return string.format("\\%03d", character:byte())
end

function isBefore(one, other)
	if type(one) == "number" and type(other) == "number" then return one < other end
	return tostring(one) < tostring(other)
end

function showTable(value, depth)
	if next(value) == nil then return "{}" end
	if depth >= DEEPEST then return "{ ... }" end
	local list = value
	local parts = {}
	for i = 1, math.min(#list, MOST_ENTRIES) do parts[#parts + 1] = M.show(list[i], depth + 1) end
	local keys = {}
	for key in pairs(value) do
		local index = type(key) == "number" and key or 0
		if index < 1 or index > #list or index % 1 ~= 0 then keys[#keys + 1] = key end
	end
	table.sort(keys, isBefore)
	for _, key in ipairs(keys) do
		local isName = string.find(type(key) == "string" and key or "", "^[%a_][%w_]*$")
		local name = isName and key or "[" .. M.show(key, depth + 1) .. "]"
		parts[#parts + 1] = name .. " = " .. M.show(value[key], depth + 1)
	end
	local shown = table.concat(parts, ", ", 1, math.min(#parts, MOST_ENTRIES))
	return (#parts > MOST_ENTRIES or #list > MOST_ENTRIES) and "{ " .. shown .. ", ... }"
		or "{ " .. shown .. " }"
end

function M.show(value, depth)
	if depth == nil then depth = 0 end
	if type(value) == "string" then
		local escaped = value:sub(1, MOST_BYTES):gsub("[^%w ]", escape)
		local rest = #value - MOST_BYTES
		return rest > 0 and '"' .. escaped .. '" and ' .. rest .. " bytes" or '"' .. escaped .. '"'
	end
	return type(value) == "table" and showTable(value, depth) or tostring(value)
end

DEEPEST = 4
MOST_BYTES = 400
MOST_ENTRIES = 20

function M.same(one, other, known)
	if known == nil then known = {} end
	if one == other then return true end
	if type(one) ~= "table" or type(other) ~= "table" then return false end
	if known[one] == other then return true end
	known[one] = other
	for key, value in pairs(one) do
		if not M.same(value, rawget(other, key), known) then return false end
	end
	for key in pairs(other) do
		if type(rawget(one, key)) == "nil" then return false end
	end
	return true
end

return M
