--- JSON as servers write it, on top of CC's textutils.
local M = {}

--- Writes a value as JSON. CC before 1.106 can only write bytes above 127 as Latin-1 escapes, which would garble UTF-8;
-- they are turned back into bytes, which JSON allows as they are.
-- @param value tables, strings (UTF-8), numbers and booleans; an empty table becomes `{}`
-- @return the JSON text
function M.encode(value)
	local text = textutils.serializeJSON(value):gsub("(\\+)u00([89A-Fa-f]%x)", function(slashes, hex)
		if #slashes % 2 == 0 then return nil end
		return slashes:sub(2) .. string.char(tonumber(hex, 16))
	end)
	return text
end

--- Reads JSON.
-- @param text the JSON text
-- @return the value, or nil when the text is not JSON; null is nil, too
function M.decode(text)
	local read = textutils.unserializeJSON
	local ok, value = pcall(read, text, {parse_empty_array = false})
	if ok then return value end
	return nil
end

return M
