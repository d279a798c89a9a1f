--- The package manager for programs.

--- Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
-- @param environment stand-ins for what the computer provides, and who is told of progress and notes
-- @return its functions
local function createCcpm(environment)
	return error("libccpm is not complete yet (" .. tostring(environment) .. ")", 0)
end

return createCcpm
