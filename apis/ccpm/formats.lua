--- What may stand in ccpm's JSON.
local M = {}
M.INDEX_BYTES = 524288

function M.isName(name)
	return #name <= 64 and string.find(name, "^[a-z0-9][a-z0-9._-]*$") ~= nil
end

function M.checkIndex(value) return true, value end

function M.checkConfiguration(value) return true, value end

function M.checkLock(value) return true, value end

function M.checkCache(value) return true, value end

return M
