--- Which versions of which packages fit together.
local M = {}

function M.resolve(resolution)
	return true, {packages = {}, notes = {table.concat(resolution.wanted, " ")}}
end

return M
