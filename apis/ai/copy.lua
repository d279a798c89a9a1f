-- Tables that are changed as copies, so that whoever holds the one before keeps it as it was.

local M = {}

--- Adds the fields of one table to another.
--
-- @param from the fields; values that are tables are shared, not copied
-- @param into what gets them
-- @returns `into`
function M.copy(from, into)
	for key in pairs(from) do
		into[key] = from[key]
	end
	return into
end

--- Copies a table with one field changed.
--
-- @param fields the table, which stays as it is
-- @param name the field
-- @param value what it becomes; undefined to leave it out
-- @returns the copy
function M.withField(fields, name, value)
	local changed = M.copy(fields, {})
	changed[name] = value
	return changed
end

return M
