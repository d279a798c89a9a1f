-- JSON as servers write it, on top of CC's textutils: text stays UTF-8 and an empty list can be written to.

local M = {}

--- Writes a value as JSON. CC before 1.106 can only write bytes above 127 as Latin-1 escapes, which would garble UTF-8;
-- they are turned back into bytes, which JSON allows as they are.
--
-- @param value tables, strings (UTF-8), numbers and booleans; an empty table becomes `{}`
-- @returns the JSON text
function M.encode(value)
	local text = string.gsub(textutils.serializeJSON(value), "(\\+)u00([89A-Fa-f]%x)", function(slashes, hex)
		if #slashes % 2 == 0 then
			return nil
		end
		return string.sub(slashes, 2) .. string.char(tonumber(hex, 16))
	end)
	return text
end

--- Reads JSON.
--
-- @param text the JSON text
-- @returns the value, or nil when the text is not JSON; null is nil, too
function M.decode(text)
	local read = textutils.unserializeJSON
	local ok, value = pcall(read, text, { parse_empty_array = false })
	if not ok then
		return nil
	end
	return value
end

--- A list that is `[]` as JSON where it is empty; any other empty table is `{}`. Not to be written to.
function M.listOf(values)
	return #values == 0 and textutils.empty_json_array or values
end

return M
