-- What a change of the installed packages means for the files of the computer. Reads the disk and touches nothing.
--
-- Every command comes down to the same: the state as it is and the state as it is to be. Where the files of the two
-- differ, what stands on the disk decides what is done (`planfile`).

local look = require("/apis/ccpm/look").look
local owners = require("/apis/ccpm/owners")
local NOBODYS, ownersOf = owners.NOBODYS, owners.ownersOf
local planfile = require("/apis/ccpm/planfile")
local counted, ENTRY_GONE, planFile = planfile.counted, planfile.ENTRY_GONE, planfile.planFile
local stateFiles = require("/apis/ccpm/state").stateFiles
local tables = require("/apis/ccpm/tables")
local keys, same = tables.keys, tables.same
local transaction = require("/apis/ccpm/transaction")
local FINISHER, LEAST, leftBehind = transaction.FINISHER, transaction.LEAST, transaction.leftBehind

local M = {}

--- What is there until the end beside the finisher: five folders and a short journal.
local OVERHEAD = 6 * LEAST + 1500

--- Which packages come, go, or change their version.
local function packageChanges(before, after)
	local changes = {}
	for _, name in ipairs(keys(before.packages, after.packages)) do
		local old = before.packages[name]
		local fresh = after.packages[name]
		local from = old and old.version
		local to = fresh and fresh.version
		if from ~= to then
			changes[#changes + 1] = { name = name, from = from, to = to, registry = (fresh or old).registry }
		end
	end
	return changes
end

--- Whether a path is a folder, or in it.
local function isIn(path, folder)
	return (string.find(path .. "/", folder .. "/", 1, true)) == 1
end

--- Whether a package of a lock writes into a folder, or into one that it is in.
local function isUsed(lock, folder)
	for _, known in pairs(lock.packages) do
		for _, used in ipairs(known.data or {}) do
			if isIn(folder, used) or isIn(used, folder) then
				return true
			end
		end
	end
	return false
end

--- Whether a lock has no package.
local function isEmpty(lock)
	return (next(lock.packages)) == nil
end

--- Data of packages that go, unless one that stays writes there, too; after the last one what was set aside as well.
local function dataThatGoes(disk, before, after)
	local going = {}
	for name, old in pairs(before.packages) do
		local data = after.packages[name] == nil and old.data or nil
		for _, path in ipairs(data or {}) do
			if disk.exists(path) and not isUsed(after, path) then
				going[path] = true
			end
		end
	end
	if not isEmpty(before) and isEmpty(after) then
		for _, name in ipairs(disk.list("trapos")) do
			if (string.find(name, "^ccpm%..*%.broken%d*$")) ~= nil then
				going["trapos/" .. name] = true
			end
		end
	end
	return keys(going)
end

--- The bytes that are free, with what an earlier run has left: that is used, or goes.
local function freeSpace(disk, left)
	local space = disk.getFreeSpace("")
	local free = space == "unlimited" and math.huge or space
	for _, size in pairs(left) do
		free = free + counted(size)
	end
	return free
end

--- Notes a package of a lock, and all that it needs.
local function noteNeeded(lock, name, needed)
	local known = lock.packages[name]
	if known == nil or needed[name] then
		return
	end
	needed[name] = true
	for dependency in pairs(known.dependencies) do
		noteNeeded(lock, dependency, needed)
	end
end

--- The packages without which ccpm works.
local function dispensable(lock)
	local needed = {}
	noteNeeded(lock, "ccpm", needed)
	local names = {}
	for name in pairs(lock.packages) do
		if not needed[name] then
			names[name] = true
		end
	end
	return names
end

--- A plan that has nothing yet.
local function begin(disk, change)
	local present = look(disk, FINISHER)
	return {
		disk = disk,
		candidates = change.candidates or {},
		force = change.force == true,
		later = change.removeFirst == true and dispensable(change.after.lock) or {},
		old = ownersOf(change.before.lock),
		fresh = ownersOf(change.after.lock, change.before.lock),
		left = leftBehind(disk),
		files = {},
		notes = change.notes or {},
		folders = {},
		going = {},
		download = 0,
		overhead = OVERHEAD,
		finisher = present and present.size or 0,
		added = 0,
		removed = 0,
	}
end

--- Plans what happens to all files.
local function planFiles(planning, repair)
	-- As if what is to be repaired were new, and what is of no package one that goes.
	for _, finding in ipairs(repair) do
		planning.old[finding.path] = not planning.fresh[finding.path] and NOBODYS or nil
	end

	-- A file that goes comes before those of a folder that takes its place.
	for _, path in ipairs(keys(planning.old, planning.fresh)) do
		planFile(planning, path)
	end
end

--- The texts of ccpm's own files, which are counted, too.
local function planState(planning, change)
	if same(change.before, change.after) then
		return {}
	end
	local texts = stateFiles(change.after, change.before)
	for path, text in pairs(texts) do
		local found = look(planning.disk, path)
		if found ~= nil then
			planning.removed = planning.removed + counted(found.size)
		end
		if text ~= false then
			planning.added = planning.added + counted(#text)
		end
	end
	return texts
end

--- Plans a change. May yield, where much is to be compared.
--
-- @param disk CC's fs API
-- @param change the plan's `title`, the state `before` and `after`; perhaps `notes` to add to, the `candidates` that
-- registries offer by package, `force` to move files of no package aside, `removeFirst` to have files go that come again
-- with `repair`, and what to `repair` although the lock stays
-- @throws Failure that names what is in the way
function M.makePlan(disk, change)
	local before = change.before
	local after = change.after
	local planning = begin(disk, change)
	local free = freeSpace(disk, planning.left)
	planFiles(planning, change.repair or {})
	local data = dataThatGoes(disk, before.lock, after.lock)
	for _, path in ipairs(data) do
		planning.overhead = planning.overhead + (ENTRY_GONE + #path)
	end
	local state = planState(planning, change)
	return {
		title = change.title,
		packages = packageChanges(before.lock, after.lock),
		files = planning.files,
		data = data,
		state = state,
		stamp = before.stamp,
		download = planning.download,
		needed = planning.overhead + planning.finisher + planning.added,
		free = free,
		freed = planning.removed - planning.added,
		notes = planning.notes,
	}
end

return M
