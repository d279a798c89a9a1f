-- What stands on the disk.

local finish = require("/apis/ccpm/finish")
local read, standing = finish.read, finish.standing
local sha256 = require("/apis/ccpm/sha256").sha256
local state = require("/apis/ccpm/state")
local CACHE, CONFIGURATION, LOCK = state.CACHE, state.CONFIGURATION, state.LOCK

local M = {}

--- The file at a path, or undefined where there is none.
function M.look(disk, path)
	return disk.exists(path) and not disk.isDir(path) and disk.attributes(path) or nil
end

--- Whether there is a file with the content that a fingerprint tells. May yield.
function M.matches(disk, path, file)
	local found = M.look(disk, path)
	return found ~= nil and found.size == file.size and sha256(read(disk, path)) == file.sha256
end

--- How ccpm's own files stand on the disk: another text once one of them has been written.
function M.stamp(disk)
	local text = ""
	for _, path in ipairs({ CACHE, CONFIGURATION, LOCK }) do
		text = text .. path .. " " .. standing(disk, path) .. " "
	end
	return text
end

return M
