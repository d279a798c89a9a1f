-- What happens to one file when packages change: what stands on the disk decides. Reads the disk and touches nothing.

local failure = require("/apis/ccpm/failure")
local fail, raise = failure.fail, failure.raise
local backupOf = require("/apis/ccpm/finish").backupOf
local lookModule = require("/apis/ccpm/look")
local look, matches = lookModule.look, lookModule.matches
local tables = require("/apis/ccpm/tables")
local keys, same = tables.keys, tables.same
local transaction = require("/apis/ccpm/transaction")
local FINISHER, LEAST = transaction.FINISHER, transaction.LEAST

local M = {}

--- What the journal says of a file that comes, of one that was there, and of one that goes, beside its paths.
local ENTRY_TO = 150
local ENTRY_FOUND = 25
M.ENTRY_GONE = 45

--- What a file counts on the disk.
function M.counted(size)
	return math.max(LEAST, size)
end

--- Fails where a path is on another drive: nothing can be moved there in one step.
local function requireSameDrive(disk, path)
	if disk.getDrive(path) ~= disk.getDrive("") then
		raise("other_drive", { path = path })
	end
end

--- Sees to it that there can be folders for a path, and counts those that come.
local function requireFolders(planning, path, name)
	local disk = planning.disk
	local folder = string.match(path, "^(.+)/")
	if folder == nil or planning.folders[folder] then
		return
	end
	planning.folders[folder] = true
	local other = planning.fresh[folder]
	if other ~= nil then
		raise("file_conflict", { path = folder, owner = other.name, name = name })
	end
	if planning.going[folder] or not disk.exists(folder) then
		planning.added = planning.added + LEAST
	elseif not disk.isDir(folder) then
		raise("file_in_the_way", { path = folder, name = name })
	else
		requireSameDrive(disk, folder)
	end
	requireFolders(planning, folder, name)
end

--- Fails where a folder stands in a file's place.
local function requireNoFolder(planning, path, name)
	if not planning.disk.isDir(path) then
		return
	end
	for _, other in ipairs(keys(planning.fresh)) do
		if (string.find(other, path .. "/", 1, true)) == 1 then
			raise("file_conflict", { path = path, owner = planning.fresh[other].name, name = name })
		end
	end
	raise("folder_in_the_way", { path = path, name = name })
end

--- The first registry that has a file as it is to be.
local function registryOf(planning, path, owned)
	for _, candidate in ipairs(planning.candidates[owned.name] or {}) do
		if same(candidate.files[path], owned.file) then
			return candidate.registry
		end
	end
	return nil
end

--- Tells that nobody has a file any more.
local function noteNotRepairable(planning, path, name)
	local problem = fail("not_repairable", { path = path, name = name })
	table.insert(planning.notes, problem.message .. " " .. problem.hint)
end

--- Counts a file that comes.
local function countNew(planning, path, file)
	planning.added = planning.added + M.counted(file.size)
	if planning.left[file.sha256] ~= file.size then
		planning.download = planning.download + file.size
	end
	planning.left[file.sha256] = file.size
	planning.overhead = planning.overhead + ENTRY_TO
	if path == FINISHER then
		planning.finisher = math.max(planning.finisher, file.size)
	end
end

--- Where the file that is there is kept: nowhere if a package has brought it and nobody has changed it. Fails where it is of
-- no package.
local function backupFor(planning, path, found)
	local was = planning.old[path]
	if was and matches(planning.disk, path, was.file) then
		planning.removed = planning.removed + M.counted(found.size)
		return nil
	end
	if not was and not planning.force then
		raise("file_exists", { path = path })
	end
	local backup = backupOf(planning.disk, path)
	table.insert(planning.notes, "What was " .. path .. " is kept as " .. backup .. ".")
	return backup
end

--- Whether nothing is to be done. What is right already stays, wherever it came from.
local function isAsWanted(planning, path, found)
	local owned = planning.fresh[path]
	if owned == nil then
		return found == nil
	end
	return matches(planning.disk, path, owned.file)
end

--- Plans what happens to a file. May yield.
--
-- @param planning gets the change, where there is one
-- @param path a file that a package has, or had
function M.planFile(planning, path)
	local was = planning.old[path]
	local owned = planning.fresh[path]
	if was and owned and was.file.sha256 == owned.file.sha256 then
		return
	end
	local found = look(planning.disk, path)
	if isAsWanted(planning, path, found) then
		return
	end
	if found then
		requireSameDrive(planning.disk, path)
	end
	local name = (owned or was).name
	local isLater = owned ~= nil and planning.later[name] == true
	if isLater and found == nil then
		return
	end
	local comes = not isLater and owned or nil
	local registry
	if comes then
		requireFolders(planning, path, name)
		requireNoFolder(planning, path, name)
		registry = registryOf(planning, path, comes)
		if registry == nil then
			return noteNotRepairable(planning, path, name)
		end
		countNew(planning, path, comes.file)
	else
		planning.going[path] = true
		planning.overhead = planning.overhead + M.ENTRY_GONE
	end
	local backup = found and backupFor(planning, path, found) or nil
	planning.overhead = planning.overhead + ((found and ENTRY_FOUND or 0) + 2 * #path)
	table.insert(planning.files, {
		path = path,
		package = name,
		to = comes and comes.file,
		registry = registry,
		backup = backup,
		found = found,
	})
end

return M
