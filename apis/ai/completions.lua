-- What Tab offers of what was last seen of the server: no request is made for it.

local recall = require("/apis/ai/known").recall

local M = {}

--- Names that can be typed as one word. Others would be drawn with whatever a server has written into them.
local function typable(known)
	local names = {}
	for _, name in ipairs(known or {}) do
		if (string.find(name, "^[!-~]+$")) ~= nil then
			table.insert(names, name)
		end
	end
	return names
end

--- Names that are known, and one more.
function M.knownNames(of, other)
	local names = typable(recall(fs)[of])
	if other ~= nil then
		table.insert(names, other)
	end
	return names
end

--- Files of the server, where a word begins with an "@".
function M.mentions(text)
	local names = {}
	if string.sub(text, 1, 1) ~= "@" then
		return names
	end
	for _, path in ipairs(typable(recall(fs).files)) do
		table.insert(names, "@" .. path)
	end
	return names
end

return M
