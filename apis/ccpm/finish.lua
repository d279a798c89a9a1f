-- Finishes what a transaction of ccpm has begun. A copy of the compiled file stands in /startup while a transaction is
-- under way: it must work while everything else of ours is half replaced, so it requires nothing.

local M = {}

--- It is there as long as a transaction is under way.
M.STAGING = "trapos/ccpm.staging"

--- With this file in it, the transaction is committed.
M.JOURNAL = M.STAGING .. "/journal.json"

--- New contents wait here under their sha256, and stay after a failure in an orderly way.
M.PARTIAL = "trapos/ccpm.partial"

--- Runs before the other startup files.
M.FINISHER = "startup/00-ccpm-finish.lua"

--- Where the finisher is for a moment while /startup goes, and where a player's file of this name is kept meanwhile.
local STARTUP_FILE = "startup.lua"
local KEPT = "startup.lua.ccpm-kept"

--- By this text it knows itself in the place of a startup file.
local MARK = "the finisher of ccpm, version 1"

--- The content of a file, or nothing where there is none.
function M.read(disk, path)
	local file = disk.open(path, "rb")
	if file == nil then
		return ""
	end
	local content = file.readAll() or ""
	file.close()
	return content
end

--- A path where nothing is: the given one, or else with a number behind it.
function M.freeName(disk, path, number)
	local free = path .. tostring(number or "")
	return disk.exists(free) and M.freeName(disk, path, (number or 1) + 1) or free
end

--- A free name for a file that is kept. CC runs every file of /startup at boot, so those are kept elsewhere.
function M.backupOf(disk, path)
	local moved, count = string.gsub(path, "^startup/", "startup.ccpm-old/")
	return M.freeName(disk, count > 0 and moved or path .. ".ccpm-old")
end

--- How a file stands on the disk: another text once somebody has written it; empty where there is none.
function M.standing(disk, path)
	if not disk.exists(path) or disk.isDir(path) then
		return ""
	end
	local found = disk.attributes(path)
	return tostring(found.size) .. " " .. tostring(found.modified)
end

--- Deletes the folders above a path that have nothing in them.
local function removeEmptyFolders(disk, path)
	local folder = fs.getDir(path)
	while folder ~= "" do
		if disk.isDir(folder) then
			if #disk.list(folder) > 0 then
				return
			end
			disk.delete(folder)
		end
		folder = fs.getDir(folder)
	end
end

--- Moves, and makes the folders above the new place.
function M.moveTo(disk, from, to)
	local folder = fs.getDir(to)
	if not disk.isDir(folder) then
		disk.makeDir(folder)
	end
	disk.move(from, to)
end

--- What CC says of a failure without the program's line and the path, which it puts before.
function M.reasonOf(problem)
	return (string.match(tostring(problem), "([^:%s][^:]*)$"))
end

--- Does a step, unless it is done already.
local function perform(disk, step)
	local path = step.path
	local staged = step.staged

	-- What is not staged any more has its place already.
	if staged ~= nil and not disk.exists(staged) then
		return
	end
	if disk.exists(path) and (step.folder or not disk.isDir(path)) then
		local isOthers = step.seen ~= nil and step.seen ~= M.standing(disk, path)

		-- Somebody has put it there since; what was to go is gone.
		if isOthers and staged == nil then
			return
		end
		if step.backup ~= nil then
			M.moveTo(disk, path, M.freeName(disk, step.backup))
		elseif isOthers then
			M.moveTo(disk, path, M.backupOf(disk, path))
		else
			disk.delete(path)
		end
	end
	if staged ~= nil then
		M.moveTo(disk, staged, path)
	else
		removeEmptyFolders(disk, path)
	end
end

--- Where the finisher is, if the next boot runs it.
function M.placeOf(disk)
	if disk.exists(M.FINISHER) then
		return M.FINISHER
	end
	for _, path in ipairs({ STARTUP_FILE, "startup" }) do
		local isFile = disk.exists(path) and not disk.isDir(path)
		if isFile and (string.find(M.read(disk, path), MARK, 1, true)) ~= nil then
			return path
		end
	end
	return nil
end

--- Removes the finisher, and /startup where nothing else is in it. Deleting a folder with a file in it is two steps, and
-- nothing would run after a power cut between them. So the finisher gets out of the folder first, to the other places
-- that CraftOS runs, and each step leaves it in one of them, so that the next boot goes on.
local function leave(disk, place)
	local at = place
	if
		at == M.FINISHER
		and #disk.list("startup") == 1
		and not (disk.exists(STARTUP_FILE) and disk.exists(KEPT))
	then
		if disk.exists(STARTUP_FILE) then
			disk.move(STARTUP_FILE, KEPT)
		end
		disk.move(at, STARTUP_FILE)
		at = STARTUP_FILE
	end
	if at == STARTUP_FILE then
		local isUsed = disk.isDir("startup") and #disk.list("startup") > 0
		local to = isUsed and M.FINISHER or "startup"
		if not isUsed then
			disk.delete(to)
		end
		disk.move(at, to)
		at = to
	end
	if disk.exists(KEPT) and not disk.exists(STARTUP_FILE) then
		disk.move(KEPT, STARTUP_FILE)
	end
	disk.delete(at)
	removeEmptyFolders(disk, at)
end

--- Deletes all that a transaction has of its own on the disk.
--
-- @param partial whether new contents stay for the next one
function M.clean(disk, partial)
	if not partial then
		disk.delete(M.PARTIAL)
	end
	disk.delete(M.STAGING)
	removeEmptyFolders(disk, M.PARTIAL .. "/any")
	local place = M.placeOf(disk)
	if place ~= nil then
		leave(disk, place)
	end
end

--- Finishes a committed transaction. One that was not committed is left alone, as another program may be at it, except
-- at boot, when none can be.
--
-- @param disk the computer's fs
-- @param boot whether the computer is starting: it restarts when that changes which startup files there are
-- @returns true and what to tell the player, if anything was done; or false and why it cannot be finished, with
-- nothing lost
function M.recover(disk, boot)
	if not disk.exists(M.JOURNAL) then
		if not boot then
			return true
		end
		local stopped = disk.exists(M.STAGING)
		local place = M.placeOf(disk)
		if not stopped and place == nil then
			return true
		end

		-- CraftOS has not run the player's.
		local hid = disk.exists(KEPT) or place == STARTUP_FILE or place == "startup"
		M.clean(disk)
		if hid and disk.exists(STARTUP_FILE) then
			os.reboot()
		end
		return true, stopped and "ccpm was stopped before it changed anything." or nil
	end
	local journal = textutils.unserializeJSON(M.read(disk, M.JOURNAL))
	local isWhole = pcall(function()
		for _, step in ipairs(journal.steps) do
			fs.combine(step.path, journal.title)
		end
	end)
	if not isWhole or journal.version ~= 1 then
		disk.move(M.JOURNAL, M.freeName(disk, "trapos/ccpm.journal.broken"))
		M.clean(disk)
		return false, "ccpm cannot read its journal. Type: ccpm verify --fix"
	end
	local before = boot and table.concat(disk.list("startup"), "/")
	for _, step in ipairs(journal.steps) do
		local ok, problem = pcall(perform, disk, step)
		if not ok then
			return false,
				"ccpm cannot finish: "
					.. journal.title
					.. "\n"
					.. step.path
					.. ": "
					.. M.reasonOf(problem)
					.. ". Mend that, then: reboot"
		end
	end
	local restarted = M.STAGING .. "/restarted"
	if boot and table.concat(disk.list("startup"), "/") ~= before and not disk.exists(restarted) then
		-- CraftOS has listed the files that it runs already. Once is enough, whatever they do to each other.
		disk.makeDir(restarted)
		os.reboot()
	end

	-- Half deleted, it would look like that of a transaction that was not committed.
	disk.delete(M.PARTIAL)
	disk.move(M.STAGING, M.PARTIAL)
	M.clean(disk)
	return true, "ccpm finished: " .. journal.title .. " (the power had gone)"
end

-- CraftOS runs a startup file without arguments; require gives a module its name.
local name = ...
if name == nil then
	local done, line = M.recover(fs, true)
	if line ~= nil then
		(done and print or printError)(line)
	end
end
return M
