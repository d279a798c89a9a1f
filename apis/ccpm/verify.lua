-- What stands on the disk that is not what was installed.

local lookModule = require("/apis/ccpm/look")
local look, matches = lookModule.look, lookModule.matches
local keys = require("/apis/ccpm/tables").keys

local M = {}

--- Compares installed files with the disk. May yield, where much is to be compared.
--
-- @param disk CC's fs API
-- @param lock what is installed
-- @param names the packages to look at, which must be installed; all, and files of no package, where absent
-- @returns what is not as it should be, in the order of the paths
function M.verify(disk, lock, names)
	local findings = {}
	local owned = {}

	--- What names in a folder of ours are to be known.
	local folders = { trapos = "^ccpm%." }
	for _, path in ipairs({ "ccpm.json", "ccpm.lock.json", "ccpm.cache.json" }) do
		owned["trapos/" .. path] = true
	end
	for _, name in ipairs(names or keys(lock.packages)) do
		for path, file in pairs(lock.packages[name].files) do
			owned[path] = true

			-- Players put programs of their own into /programs or /apis, but not into a package's folder in there.
			local folder = string.match(path, "^(.+/.+)/")
			if folder ~= nil then
				folders[folder] = ""
			end
			if not matches(disk, path, file) then
				findings[#findings + 1] = {
					path = path,
					problem = look(disk, path) and "changed" or "missing",
					package = name,
				}
			end
		end
	end
	for _, folder in ipairs(names and {} or keys(folders)) do
		for _, name in ipairs(disk.isDir(folder) and disk.list(folder) or {}) do
			local path = folder .. "/" .. name
			local function has(pattern)
				return (string.find(name, pattern)) ~= nil
			end
			local isKept = has("%.ccpm%-old%d*$") or has("%.broken%d*$")
			if has(folders[folder]) and not isKept and not owned[path] and look(disk, path) then
				findings[#findings + 1] = { path = path, problem = "foreign" }
			end
		end
	end
	table.sort(findings, function(one, other)
		return one.path < other.path
	end)
	return findings
end

return M
