--- What stands on the disk that is not what was installed.
local M = {}
local plan = require("/apis/ccpm/plan")
local KEPT = {"%.ccpm%-old%d*$", "%.broken%d*$", "^ccpm%.json$", "^ccpm%.lock%.json$", "^ccpm%.cache%.json$"}

function M.verify(disk, lock, names)
	local findings = {}
	local owned = {}
	local folders = {}
	for _, known in pairs(lock.packages) do
		for path in pairs(known.files) do
			owned[path] = true
			local folder = path:match("^(.+/.+)/")
			if folder then folders[folder] = true end
		end
	end
	for _, name in ipairs(names or plan.keys(lock.packages)) do
		for path, file in pairs(lock.packages[name].files) do
			local found = plan.look(disk, path)
			if not found then
				findings[#findings + 1] = {path = path, problem = "missing", package = name}
			elseif not plan.matches(disk, path, found, file) then
				findings[#findings + 1] = {path = path, problem = "changed", package = name}
			end
		end
	end
	local function lookInto(folder, pattern)
		for _, name in ipairs(disk.isDir(folder) and disk.list(folder) or {}) do
			local path = folder .. "/" .. name
			local known = owned[path] == true or name:find(pattern) == nil
			for _, kept in ipairs(KEPT) do
				if not known then known = name:find(kept) ~= nil end
			end
			if not known and not disk.isDir(path) then
				findings[#findings + 1] = {path = path, problem = "foreign"}
			end
		end
	end
	if not names then
		for _, folder in ipairs(plan.keys(folders)) do lookInto(folder, "") end
		lookInto("trapos", "^ccpm%.")
	end
	table.sort(findings, function(one, other) return one.path < other.path end)
	return findings
end

return M
