--- Opens files for those who must not end because a file does not open.
local M={}

function M.openFile(p,m)
	local o,h,r=pcall(function() return fs.open(p,m) end)
	if not o then return nil,tostring(h) end
	return h,r
end

return M
