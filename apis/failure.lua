--- How a call says that it failed.
local M = {}
local describe = {__tostring = function(failure) return failure.message .. "\n" .. failure.hint end}

--- Makes a failure.
-- @param failures the package's table
-- @param code a key of it
-- @param detail values for the `{name}`s in its message and hint
-- @param text what there was of the result, where there is any
-- @return the failure, which `tostring` turns into message and hint
function M.makeFailure(failures, code, detail, text)
	local message, hint = unpack(failures[code] or {code, ""}, 1, 2)
	local given = detail or {}
	local function fill(template)
		return (template:gsub("{(%w+)}", function(name)
			return given[name] == nil and "" or tostring(given[name])
		end))
	end
	local failure = {code = code, message = fill(message), hint = fill(hint), text = text}
	return setmetatable(failure, describe)
end

return M
