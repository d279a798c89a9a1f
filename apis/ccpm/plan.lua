-- What a change of the installed packages means for the files of the computer. Reads the disk and touches nothing.
--
-- Every command comes down to the same: the state as it is and the state as it is to be. Where the files of the two
-- differ, what stands on the disk decides what is done.

local failure = require("/apis/ccpm/failure")
local fail, raise = failure.fail, failure.raise
local finish = require("/apis/ccpm/finish")
local backupOf, read, standing = finish.backupOf, finish.read, finish.standing
local sha256 = require("/apis/ccpm/sha256").sha256
local stateModule = require("/apis/ccpm/state")
local CACHE, CONFIGURATION, LOCK, stateFiles =
	stateModule.CACHE, stateModule.CONFIGURATION, stateModule.LOCK, stateModule.stateFiles
local transaction = require("/apis/ccpm/transaction")
local FINISHER, LEAST, leftBehind = transaction.FINISHER, transaction.LEAST, transaction.leftBehind

local M = {}

--- What the journal says of a file that comes, of one that was there, and of one that goes, beside its paths.
local ENTRY_TO = 150
local ENTRY_FOUND = 25
local ENTRY_GONE = 45

--- What is there until the end beside the finisher: five folders and a short journal.
local OVERHEAD = 6 * LEAST + 1500

--- Whose files of no package are: it matches none of them.
local NOBODYS = { name = "", file = { size = -1, sha256 = "" } }

--- The keys of tables, each once, sorted.
function M.keys(...)
	local records = { ... }
	local found = {}
	local seen = {}
	for _, record in ipairs(records) do
		for key in pairs(record) do
			if not seen[key] then
				found[#found + 1] = key
			end
			seen[key] = true
		end
	end
	table.sort(found)
	return found
end

--- Whether two values of plain data say the same.
function M.same(one, other)
	if type(one) ~= "table" or type(other) ~= "table" then
		return one == other
	end
	for _, key in ipairs(M.keys(one, other)) do
		if not M.same(one[key], other[key]) then
			return false
		end
	end
	return true
end

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

local function counted(size)
	return math.max(LEAST, size)
end

--- Whether a package of a lock has a file.
local function brings(lock, name, path)
	local known = lock.packages[name]
	return known ~= nil and known.files[path] ~= nil
end

--- The files of a lock's packages by path; what is of two packages is of the first, unless that must not be.
--
-- @param before what is installed, where the lock is to be: of two packages the file is of the one that has it already
local function filesOf(lock, before)
	local files = {}
	local owners = {}
	for _, name in ipairs(M.keys(lock.packages)) do
		for path, file in pairs(lock.packages[name].files) do
			-- On some hosts' disks capitals do not count.
			local folded = string.lower(path)
			local other = owners[folded]
			if other ~= nil and before ~= nil then
				local isFirst = brings(before, other.name, other.path) or not brings(before, name, path)
				local owner, late = unpack(isFirst and { other.name, name } or { name, other.name }, 1, 2)
				raise("file_conflict", { path = path, owner = owner, name = late })
			end
			owners[folded] = { name = name, path = path }
			if files[path] == nil then
				files[path] = { name = name, file = file }
			end
		end
	end
	return files
end

local function packageChanges(before, after)
	local changes = {}
	for _, name in ipairs(M.keys(before.packages, after.packages)) do
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

--- Data of packages that go, unless one that stays writes there, too; after the last one what was set aside as well.
local function dataThatGoes(disk, before, after)
	local going = {}
	local function isIn(path, folder)
		return (string.find(path .. "/", folder .. "/", 1, true)) == 1
	end
	for name, old in pairs(before.packages) do
		for _, path in ipairs(after.packages[name] == nil and old.data or {}) do
			if disk.exists(path) then
				going[path] = true
			end
			for _, other in pairs(after.packages) do
				for _, used in ipairs(other.data or {}) do
					if isIn(path, used) or isIn(used, path) then
						going[path] = nil
					end
				end
			end
		end
	end
	if (next(before.packages)) ~= nil and (next(after.packages)) == nil then
		for _, name in ipairs(disk.list("trapos")) do
			if (string.find(name, "^ccpm%..*%.broken%d*$")) ~= nil then
				going["trapos/" .. name] = true
			end
		end
	end
	return M.keys(going)
end

--- Plans a change. May yield, where much is to be compared.
--
-- @param disk CC's fs API
-- @param title as the plan has it
-- @param before the state as it is
-- @param state as it is to be
-- @param notes what is to be told; the plan adds to it
-- @param candidates what the registries offer, by package
-- @param force whether files of no package are moved aside
-- @param repair what is put right although the lock does not change
-- @throws Failure that names what is in the way
function M.makePlan(disk, title, before, state, notes, candidates, force, repair)
	local old = filesOf(before.lock)
	local fresh = filesOf(state.lock, before.lock)
	local left = leftBehind(disk)
	local space = disk.getFreeSpace("")
	local free = space == "unlimited" and math.huge or space

	-- What an earlier run has left is used, or goes.
	for _, size in pairs(left) do
		free = free + counted(size)
	end
	local files = {}
	local folders = {}
	local going = {}
	local download = 0
	local overhead = OVERHEAD
	local present = M.look(disk, FINISHER)
	local finisher = present and present.size or 0
	local added = 0
	local removed = 0
	local function requireFolders(path, name)
		local folder = string.match(path, "^(.+)/")
		while folder ~= nil and not folders[folder] do
			folders[folder] = true
			local other = fresh[folder]
			if other ~= nil then
				raise("file_conflict", { path = folder, owner = other.name, name = name })
			end
			if going[folder] or not disk.exists(folder) then
				added = added + LEAST
			elseif not disk.isDir(folder) then
				raise("file_in_the_way", { path = folder, name = name })
			elseif disk.getDrive(folder) ~= disk.getDrive("") then
				raise("other_drive", { path = folder })
			end
			folder = string.match(folder, "^(.+)/")
		end
	end
	local function planFile(path)
		local was = old[path]
		local owned = fresh[path]
		local to = owned and owned.file
		if was and to and was.file.sha256 == to.sha256 then
			return
		end
		local found = M.look(disk, path)

		-- What is right already stays, wherever it came from.
		if not to and not found or to and M.matches(disk, path, to) then
			return
		end
		local name = (owned or was).name
		if disk.getDrive(path) ~= disk.getDrive("") and found then
			raise("other_drive", { path = path })
		end
		local registry
		local backup
		if to then
			requireFolders(path, name)
			if disk.isDir(path) then
				for _, other in ipairs(M.keys(fresh)) do
					if (string.find(other, path .. "/", 1, true)) == 1 then
						raise("file_conflict", { path = path, owner = fresh[other].name, name = name })
					end
				end
				raise("folder_in_the_way", { path = path, name = name })
			end
			for _, candidate in ipairs(candidates and candidates[name] or {}) do
				if M.same(candidate.files[path], to) then
					if registry == nil then
						registry = candidate.registry
					end
				end
			end
			if registry == nil then
				local problem = fail("not_repairable", { path = path, name = name })
				notes[#notes + 1] = problem.message .. " " .. problem.hint
				return
			end
			added = added + counted(to.size)
			if left[to.sha256] ~= to.size then
				download = download + to.size
			end
			left[to.sha256] = to.size
		else
			going[path] = true
		end
		if found then
			if was and M.matches(disk, path, was.file) then
				removed = removed + counted(found.size)
			else
				if not was and not force then
					raise("file_exists", { path = path })
				end
				backup = backupOf(disk, path)
				notes[#notes + 1] = "What was " .. path .. " is kept as " .. backup .. "."
			end
		end
		overhead = overhead + ((to and ENTRY_TO or ENTRY_GONE) + (found and ENTRY_FOUND or 0) + 2 * #path)
		if to and path == FINISHER then
			finisher = math.max(finisher, to.size)
		end
		files[#files + 1] = {
			path = path,
			package = name,
			to = to,
			registry = registry,
			backup = backup,
			found = found,
		}
	end

	-- As if what is to be repaired were new, and what is of no package one that goes.
	for _, finding in ipairs(repair or {}) do
		old[finding.path] = not fresh[finding.path] and NOBODYS or nil
	end

	-- A file that goes comes before those of a folder that takes its place.
	for _, path in ipairs(M.keys(old, fresh)) do
		planFile(path)
	end
	local data = dataThatGoes(disk, before.lock, state.lock)
	for _, path in ipairs(data) do
		overhead = overhead + (ENTRY_GONE + #path)
	end
	local texts = M.same(before, state) and {} or stateFiles(state, before)
	for path, text in pairs(texts) do
		local found = M.look(disk, path)
		if found ~= nil then
			removed = removed + counted(found.size)
		end
		if text ~= false then
			added = added + counted(#text)
		end
	end
	return {
		title = title,
		packages = packageChanges(before.lock, state.lock),
		files = files,
		data = data,
		state = texts,
		stamp = before.stamp,
		download = download,
		needed = overhead + finisher + added,
		free = free,
		freed = removed - added,
		notes = notes,
	}
end

--- The packages of a lock without some.
--
-- @param lock as it is
-- @param names packages that go
-- @param options what else goes
-- @param notes gets a line when there are packages that nothing needs afterwards
-- @throws Failure when a package is not installed, or others need it
function M.withoutPackages(lock, names, options, notes)
	local all = M.keys(lock.packages)
	local going = {}
	local queue = {}
	local function remove(name)
		if lock.packages[name] == nil then
			raise("not_installed", { name = name })
		end
		if not going[name] then
			queue[#queue + 1] = name
		end
		going[name] = true
	end
	for _, name in ipairs(names) do
		remove(name)
	end
	for _, gone in ipairs(queue) do
		local users = {}
		for _, name in ipairs(all) do
			if not going[name] and lock.packages[name].dependencies[gone] ~= nil then
				users[#users + 1] = name
			end
		end
		local what = table.concat(users, ", ")
		if what ~= "" and options.cascade ~= true then
			raise("needed_by", { name = gone, what = what })
		end
		for _, name in ipairs(users) do
			remove(name)
		end
	end
	local needed = {}
	local need
	need = function(name)
		local known = lock.packages[name]
		if known == nil or needed[name] or going[name] then
			return
		end
		needed[name] = true
		for dependency in pairs(known.dependencies) do
			need(dependency)
		end
	end
	local unused = {}
	local packages = {}
	for _, name in ipairs(all) do
		if lock.packages[name].automatic ~= true then
			need(name)
		end
	end
	for _, name in ipairs(all) do
		if not needed[name] and not going[name] then
			unused[#unused + 1] = name
		end
		if needed[name] or not (going[name] or options.unused) then
			packages[name] = lock.packages[name]
		end
	end
	if #unused > 0 and not options.unused then
		notes[#notes + 1] = "Not needed then: "
			.. table.concat(unused, ", ")
			.. ". Remove them, too: add --unused"
	end
	return packages
end

return M
