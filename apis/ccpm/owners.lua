-- Which package each file is of.

local raise = require("/apis/ccpm/failure").raise
local keys = require("/apis/ccpm/tables").keys

local M = {}

--- Whose files of no package are: it matches none of them.
M.NOBODYS = { name = "", file = { size = -1, sha256 = "" } }

--- Whether a package of a lock has a file.
local function brings(lock, name, path)
	local known = lock.packages[name]
	return known ~= nil and known.files[path] ~= nil
end

--- The files of a lock's packages by path; what is of two packages is of the first, unless that must not be.
--
-- @param before what is installed, where the lock is to be: of two packages the file is of the one that has it already
function M.ownersOf(lock, before)
	local files = {}
	local owners = {}
	for _, name in ipairs(keys(lock.packages)) do
		for path, file in pairs(lock.packages[name].files) do
			-- On some hosts' disks capitals do not count.
			local folded = string.lower(path)
			local other = owners[folded]
			if other ~= nil and before ~= nil then
				local isFirst = brings(before, other.name, other.path) or not brings(before, name, path)
				local owner = isFirst and other.name or name
				raise("file_conflict", { path = path, owner = owner, name = isFirst and name or other.name })
			end
			owners[folded] = { name = name, path = path }
			if files[path] == nil then
				files[path] = { name = name, file = file }
			end
		end
	end
	return files
end

return M
