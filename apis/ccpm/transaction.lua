--- Changes files of the computer all at once or not at all, whenever the power goes.
local M = {}

function M.leftBehind(disk) return error(tostring(disk), 0) end

function M.open(disk, files) return error(tostring(disk) .. tostring(files), 0) end

return M
