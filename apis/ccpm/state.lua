--- What ccpm knows, in its files under /trapos.
local M = {}
M.LOCK = "trapos/ccpm.lock.json"
M.CONFIGURATION = "trapos/ccpm.json"
M.CACHE = "trapos/ccpm.cache.json"

function M.readState(disk, notes) return error(tostring(disk) .. tostring(notes), 0) end

function M.stateFiles(state, before) return error(tostring(state) .. tostring(before), 0) end

return M
