--- What stands on the disk that is not what was installed.
local M = {}
local plan = require("/apis/ccpm/plan")

function M.verify(disk, lock, names)
	local findings = {}
	local owned = {}
	local folders = {trapos = "^ccpm%."}
	for _, path in ipairs({"ccpm.json", "ccpm.lock.json", "ccpm.cache.json"}) do
		owned["trapos/" .. path] = true
	end
	for _, name in ipairs(names or plan.keys(lock.packages)) do
		for path, file in pairs(lock.packages[name].files) do
			owned[path] = true
			local folder = path:match("^(.+/.+)/")
			if folder then folders[folder] = "" end
			if not plan.matches(disk, path, file) then
				findings[#findings + 1] = {
					path = path,
					problem = plan.look(disk, path) and "changed" or "missing",
					package = name
				}
			end
		end
	end
	for _, folder in ipairs(names and {} or plan.keys(folders)) do
		for _, name in ipairs(disk.isDir(folder) and disk.list(folder) or {}) do
			local path = folder .. "/" .. name
			local function has(pattern) return name:find(pattern) ~= nil end
			local isKept = has("%.ccpm%-old%d*$") or has("%.broken%d*$")
			if has(folders[folder]) and not isKept and not owned[path] and plan.look(disk, path) then
				findings[#findings + 1] = {path = path, problem = "foreign"}
			end
		end
	end
	table.sort(findings, function(one, other) return one.path < other.path end)
	return findings
end

return M
