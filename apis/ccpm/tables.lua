-- What the state is made of: plain tables.

local M = {}

--- The keys of tables, each once, sorted.
function M.keys(...)
	local records = { ... }
	local found = {}
	local seen = {}
	for _, record in ipairs(records) do
		for key in pairs(record) do
			if not seen[key] then
				found[#found + 1] = key
			end
			seen[key] = true
		end
	end
	table.sort(found)
	return found
end

--- Whether two values of plain data say the same.
function M.same(one, other)
	if type(one) ~= "table" or type(other) ~= "table" then
		return one == other
	end
	for _, key in ipairs(M.keys(one, other)) do
		if not M.same(one[key], other[key]) then
			return false
		end
	end
	return true
end

return M
