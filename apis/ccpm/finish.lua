--- Finishes what a transaction of ccpm has begun.
local M = {}
M.STAGING = "trapos/ccpm.staging"
M.JOURNAL = M.STAGING .. "/journal.json"
M.PARTIAL = "trapos/ccpm.partial"
M.FINISHER = "startup/00-ccpm-finish.lua"

local function removeEmptyFolders(disk, path)
	local folder = path:match("^(.+)/")
	while folder ~= nil do
		if disk.isDir(folder) then
			if #disk.list(folder) > 0 then return end
			disk.delete(folder)
		end
		folder = folder:match("^(.+)/")
	end
end

function M.moveTo(disk, from, to)
	local folder = to:match("^(.+)/")
	if folder and not disk.isDir(folder) then disk.makeDir(folder) end
	disk.move(from, to)
end

function M.reasonOf(problem) return (tostring(problem):match("([^:%s][^:]*)$")) end

local function perform(disk, step)
	local path = step.path
	local staged = step.staged and M.STAGING .. "/" .. step.staged or nil
	if not staged or disk.exists(staged) then
		if disk.exists(path) and (step.folder or not disk.isDir(path)) then
			if step.backup then M.moveTo(disk, path, step.backup) else disk.delete(path) end
		end
		if staged then M.moveTo(disk, staged, path) end
	end
	if not staged then removeEmptyFolders(disk, path) end
end

function M.clean(disk, partial)
	if not partial then disk.delete(M.PARTIAL) end
	disk.delete(M.STAGING)
	removeEmptyFolders(disk, M.STAGING)
	if disk.exists(M.FINISHER) then disk.delete(#disk.list("startup") > 1 and M.FINISHER or "startup") end
end

local function startupFiles(disk)
	return disk.isDir("startup") and table.concat(disk.list("startup"), "/") or ""
end

function M.recover(disk, boot)
	if not disk.exists(M.JOURNAL) then
		if not boot or not (disk.exists(M.STAGING) or disk.exists(M.FINISHER)) then return true end
		local stopped = disk.exists(M.STAGING)
		M.clean(disk)
		return true, stopped and "ccpm was stopped before it changed anything." or nil
	end
	local file = disk.open(M.JOURNAL, "r")
	local journal = textutils.unserializeJSON(file.readAll())
	file.close()
	if type(journal) ~= "table" or journal.version ~= 1 or type(journal.steps) ~= "table" then
		local broken = "trapos/ccpm.journal.broken"
		do
			local number = 2
			while disk.exists(broken) do
				broken = "trapos/ccpm.journal.broken" .. number
				number = number + 1
			end
		end
		disk.move(M.JOURNAL, broken)
		M.clean(disk)
		return false, "ccpm cannot read its journal. Type: ccpm verify --fix"
	end
	local before = startupFiles(disk)
	for _, step in ipairs(journal.steps) do
		local ok, problem = pcall(perform, disk, step)
		if not ok then
			return false, "ccpm cannot finish: " .. journal.title .. "\n" .. step.path .. ": "
				.. M.reasonOf(problem) .. ". Mend that, then: reboot"
		end
	end
	local restarted = M.STAGING .. "/restarted"
	if boot and startupFiles(disk) ~= before and not disk.exists(restarted) then
		disk.makeDir(restarted)
		os.reboot()
	end
	disk.delete(M.PARTIAL)
	disk.move(M.STAGING, M.PARTIAL)
	M.clean(disk)
	return true, "ccpm finished: " .. journal.title .. " (the power had gone)"
end

local name = ...
if not name then
	local done, line = M.recover(fs, true)
	if line then (done and print or printError)(line) end
end
return M
