-- Opens files for those who must not end because a file does not open.

local M = {}

--- Opens a file.
--
-- @param path absolute path
-- @param mode one of `fs.open`
-- @returns its handle; or nil and the reason, also where `fs.open` raises it, as CraftOS-PC does when too many files are
-- open
function M.openFile(path, mode)
	local ok, handle, reason = pcall(function()
		return fs.open(path, mode)
	end)
	if not ok then
		return nil, tostring(handle)
	end
	return handle, reason
end

return M
