--- Finishes what a transaction of ccpm has begun.
local M = {}
M.STAGING = "trapos/ccpm.staging"
M.JOURNAL = M.STAGING .. "/journal.json"
M.PARTIAL = "trapos/ccpm.partial"
M.FINISHER = "startup/00-ccpm-finish.lua"

function M.read(disk, path)
	local file = disk.open(path, "rb")
	if not file then return "" end
	local content = file.readAll() or ""
	file.close()
	return content
end

function M.freeName(disk, path, number)
	local free = path .. (number or "")
	return disk.exists(free) and M.freeName(disk, path, (number or 1) + 1) or free
end

local function removeEmptyFolders(disk, path)
	local folder = fs.getDir(path)
	while folder ~= "" do
		if disk.isDir(folder) then
			if #disk.list(folder) > 0 then return end
			disk.delete(folder)
		end
		folder = fs.getDir(folder)
	end
end

function M.moveTo(disk, from, to)
	local folder = fs.getDir(to)
	if not disk.isDir(folder) then disk.makeDir(folder) end
	disk.move(from, to)
end

function M.reasonOf(problem) return (tostring(problem):match("([^:%s][^:]*)$")) end

local function perform(disk, step)
	local path = step.path
	local staged = step.staged
	if staged and not disk.exists(staged) then return end
	if disk.exists(path) and (step.folder or not disk.isDir(path)) then
		if step.backup then M.moveTo(disk, path, step.backup) else disk.delete(path) end
	end
	if staged then M.moveTo(disk, staged, path) else removeEmptyFolders(disk, path) end
end

function M.clean(disk, partial)
	if not partial then disk.delete(M.PARTIAL) end
	disk.delete(M.STAGING)
	removeEmptyFolders(disk, M.PARTIAL .. "/any")
	if disk.exists(M.FINISHER) then disk.delete(#disk.list("startup") > 1 and M.FINISHER or "startup") end
end

function M.recover(disk, boot)
	if not disk.exists(M.JOURNAL) then
		local stopped = disk.exists(M.STAGING)
		if not boot or not (stopped or disk.exists(M.FINISHER)) then return true end
		M.clean(disk)
		return true, stopped and "ccpm was stopped before it changed anything." or nil
	end
	local journal = textutils.unserializeJSON(M.read(disk, M.JOURNAL))
	if type(journal) ~= "table" or journal.version ~= 1 then
		disk.move(M.JOURNAL, M.freeName(disk, "trapos/ccpm.journal.broken"))
		M.clean(disk)
		return false, "ccpm cannot read its journal. Type: ccpm verify --fix"
	end
	local before = boot and table.concat(disk.list("startup"), "/")
	for _, step in ipairs(journal.steps) do
		local ok, problem = pcall(perform, disk, step)
		if not ok then
			return false, "ccpm cannot finish: " .. journal.title .. "\n" .. step.path .. ": "
				.. M.reasonOf(problem) .. ". Mend that, then: reboot"
		end
	end
	local restarted = M.STAGING .. "/restarted"
	if boot and table.concat(disk.list("startup"), "/") ~= before and not disk.exists(restarted) then
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
