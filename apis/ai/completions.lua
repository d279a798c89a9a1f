-- What Tab offers of what was last seen of the server: no request is made for it.

local recall = require("/apis/ai/known").recall

local M = {}

--- Names that are known, and one more.
function M.knownNames(of, other)
	local names = {}
	for _, name in ipairs(recall(fs)[of] or {}) do
		table.insert(names, name)
	end
	if other ~= nil then
		table.insert(names, other)
	end
	return names
end

return M
