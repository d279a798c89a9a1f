local M = {}
do
	local font = require("/apis/trapos/font")
	M.fold = font.fold
end
return M
