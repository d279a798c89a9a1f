--- What a change of the installed packages means for the files of the computer.
local M = {}
local failure = require("/apis/ccpm/failure")
local fail = failure.fail
local raise = failure.raise
local finish = require("/apis/ccpm/finish")
local sha256 = require("/apis/ccpm/sha256").sha256
local state_ = require("/apis/ccpm/state")
local leftBehind = require("/apis/ccpm/transaction").leftBehind
local LEAST = 500
local JOURNAL_ENTRY = 150
local OVERHEAD = 5 * LEAST + 4000
local NOBODYS = {name = "", file = {size = -1, sha256 = ""}}

function M.keys(...)
	local records = {...}
	local found = {}
	local seen = {}
	for _, record in ipairs(records) do
		for key in pairs(record) do
			if not seen[key] then found[#found + 1] = key end
			seen[key] = true
		end
	end
	table.sort(found)
	return found
end

function M.same(one, other)
	if type(one) ~= "table" or type(other) ~= "table" then return one == other end
	for _, key in ipairs(M.keys(one, other)) do
		if not M.same(one[key], other[key]) then return false end
	end
	return true
end

function M.look(disk, path)
	return disk.exists(path) and not disk.isDir(path) and disk.attributes(path) or nil
end

function M.matches(disk, path, file)
	local found = M.look(disk, path)
	return found ~= nil and found.size == file.size and sha256(finish.read(disk, path)) == file.sha256
end

function M.stamp(disk)
	local text = ""
	for _, path in ipairs({state_.CACHE, state_.CONFIGURATION, state_.LOCK}) do
		local found = M.look(disk, path)
		if found then text = text .. path .. " " .. found.size .. " " .. found.modified .. " " end
	end
	return text
end

local function counted(size) return math.max(LEAST, size) end

local function filesOf(lock)
	local files = {}
	for _, name in ipairs(M.keys(lock.packages)) do
		for path, file in pairs(lock.packages[name].files) do
			local other = files[path]
			if other then raise("file_conflict", {path = path, owner = other.name, name = name}) end
			files[path] = {name = name, file = file}
		end
	end
	return files
end

local function backupOf(disk, path)
	local moved, count = path:gsub("^startup/", "startup.ccpm-old/")
	return finish.freeName(disk, count > 0 and moved or path .. ".ccpm-old")
end

local function packageChanges(before, after)
	local changes = {}
	for _, name in ipairs(M.keys(before.packages, after.packages)) do
		local old = before.packages[name]
		local fresh = after.packages[name]
		local from = old and old.version
		local to = fresh and fresh.version
		if from ~= to then
			changes[#changes + 1] = {name = name, from = from, to = to, registry = (fresh or old).registry}
		end
	end
	return changes
end

local function dataThatGoes(disk, before, after)
	local going = {}
	local function isIn(path, folder) return string.find(path .. "/", folder .. "/", 1, true) == 1 end
	for name, old in pairs(before.packages) do
		for _, path in ipairs(after.packages[name] == nil and old.data or {}) do
			if disk.exists(path) then going[path] = true end
			for _, other in pairs(after.packages) do
				for _, used in ipairs(other.data or {}) do
					if isIn(path, used) or isIn(used, path) then going[path] = nil end
				end
			end
		end
	end
	if next(before.packages) ~= nil and next(after.packages) == nil then
		for _, name in ipairs(disk.list("trapos")) do
			if name:find("^ccpm%..*%.broken%d*$") then going["trapos/" .. name] = true end
		end
	end
	return M.keys(going)
end

function M.makePlan(disk, title, before, state, notes, candidates, force, repair)
	local old = filesOf(before.lock)
	local fresh = filesOf(state.lock)
	local left = leftBehind(disk)
	local space = disk.getFreeSpace("")
	local free = space == "unlimited" and math.huge or space
	for _, size in pairs(left) do free = free + counted(size) end
	local files = {}
	local folders = {}
	local going = {}
	local download = 0
	local overhead = OVERHEAD
	local added = 0
	local removed = 0
	local function requireFolders(path, name)
		local folder = path:match("^(.+)/")
		while folder ~= nil and not folders[folder] do
			folders[folder] = true
			local other = fresh[folder]
			if other then raise("file_conflict", {path = folder, owner = other.name, name = name}) end
			if going[folder] or not disk.exists(folder) then
				added = added + LEAST
			elseif not disk.isDir(folder) then
				raise("file_in_the_way", {path = folder, name = name})
			elseif disk.getDrive(folder) ~= disk.getDrive("") then
				raise("other_drive", {path = folder})
			end
			folder = folder:match("^(.+)/")
		end
	end
	local function planFile(path)
		local was = old[path]
		local owned = fresh[path]
		local to = owned and owned.file
		if was and to and was.file.sha256 == to.sha256 then return end
		local found = M.look(disk, path)
		if not to and not found or to and M.matches(disk, path, to) then return end
		local name = (owned or was).name
		local registry, backup
		if to then
			requireFolders(path, name)
			if disk.isDir(path) then raise("folder_in_the_way", {path = path, name = name}) end
			for _, candidate in ipairs(candidates and candidates[name] or {}) do
				if M.same(candidate.files[path], to) then
					if registry == nil then registry = candidate.registry end
				end
			end
			if not registry then
				local problem = fail("not_repairable", {path = path, name = name})
				notes[#notes + 1] = problem.message .. " " .. problem.hint
				return
			end
			added = added + counted(to.size)
			if not left[to.sha256] then download = download + to.size end
			left[to.sha256] = to.size
		else
			going[path] = true
		end
		if found then
			if was and M.matches(disk, path, was.file) then
				removed = removed + counted(found.size)
			else
				if not was and not force then raise("file_exists", {path = path}) end
				backup = backupOf(disk, path)
				notes[#notes + 1] = "What was " .. path .. " is kept as " .. backup .. "."
			end
		end
		overhead = overhead + (JOURNAL_ENTRY + 2 * #path)
		files[#files + 1] = {
			path = path,
			package = name,
			to = to,
			registry = registry,
			backup = backup,
			found = found
		}
	end
	for _, finding in ipairs(repair or {}) do
		old[finding.path] = not fresh[finding.path] and NOBODYS or nil
	end
	for _, path in ipairs(M.keys(old, fresh)) do planFile(path) end
	local texts = M.same(before, state) and {} or state_.stateFiles(state, before)
	for path, text in pairs(texts) do
		local found = M.look(disk, path)
		if found then removed = removed + counted(found.size) end
		if text ~= false then added = added + counted(#text) end
	end
	return {
		title = title,
		packages = packageChanges(before.lock, state.lock),
		files = files,
		data = dataThatGoes(disk, before.lock, state.lock),
		state = texts,
		stamp = before.stamp,
		download = download,
		needed = overhead + added,
		free = free,
		freed = removed - added,
		notes = notes
	}
end

function M.withoutPackages(lock, names, options, notes)
	local all = M.keys(lock.packages)
	local going = {}
	local queue = {}
	local function remove(name)
		if not lock.packages[name] then raise("not_installed", {name = name}) end
		if not going[name] then queue[#queue + 1] = name end
		going[name] = true
	end
	for _, name in ipairs(names) do remove(name) end
	for _, gone in ipairs(queue) do
		local users = {}
		for _, name in ipairs(all) do
			if not going[name] and lock.packages[name].dependencies[gone] then users[#users + 1] = name end
		end
		local what = table.concat(users, ", ")
		if what ~= "" and options.cascade ~= true then raise("needed_by", {name = gone, what = what}) end
		for _, name in ipairs(users) do remove(name) end
	end
	local needed = {}
	local need
	need = function(name)
		local known = lock.packages[name]
		if not known or needed[name] or going[name] then return end
		needed[name] = true
		for dependency in pairs(known.dependencies) do need(dependency) end
	end
	local unused = {}
	local packages = {}
	for _, name in ipairs(all) do
		if lock.packages[name].automatic ~= true then need(name) end
	end
	for _, name in ipairs(all) do
		if not needed[name] and not going[name] then unused[#unused + 1] = name end
		if needed[name] or not (going[name] or options.unused) then packages[name] = lock.packages[name] end
	end
	if #unused > 0 and not options.unused then
		notes[#notes + 1] = "Not needed any more: " .. table.concat(unused, ", ")
			.. ". To remove: ccpm uninstall --unused"
	end
	return packages
end

return M
