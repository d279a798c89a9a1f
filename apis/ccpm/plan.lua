--- What a change of the installed packages means for the files of the computer.
local M = {}
local fail = require("/apis/ccpm/failure").fail
local registry_ = require("/apis/ccpm/registry")
local sha256 = require("/apis/ccpm/sha256").sha256
local stateFiles = require("/apis/ccpm/state").stateFiles
local leftBehind = require("/apis/ccpm/transaction").leftBehind
local LEAST = 500
local JOURNAL_ENTRY = 150
local OVERHEAD = 5 * LEAST + 4000
local EDITED = "it was changed here"
local STRANGE = "it is of no package"

function M.keys(record)
	local found = {}
	for key in pairs(record) do found[#found + 1] = key end
	table.sort(found)
	return found
end

function M.look(disk, path)
	if not disk.exists(path) or disk.isDir(path) then return nil end
	local seen = disk.attributes(path)
	return {size = seen.size, modified = seen.modified}
end

function M.matches(disk, path, found, file)
	if found.size ~= file.size then return false end
	local handle = disk.open(path, "rb")
	if not handle then return false end
	local content = handle.readAll()
	handle.close()
	return sha256(content or "") == file.sha256
end

local function counted(size) return math.max(LEAST, size) end

local function filesOf(lock)
	local files = {}
	for _, name in ipairs(M.keys(lock.packages)) do
		local owner = lock.packages[name]
		for path, file in pairs(owner.files) do
			local other = files[path]
			if other then error(fail("file_conflict", {path = path, owner = other.name, name = name}), 0) end
			files[path] = {name = name, owner = owner, file = file}
		end
	end
	return files
end

local function urlOf(registry, path)
	local _, base = registry_.baseUrl(registry)
	return registry_.fileUrl(base, path)
end

local function backupOf(disk, path)
	local name = path:match("^startup/(.+)$")
	local base = name and "startup.ccpm-old/" .. name or path .. ".ccpm-old"
	local backup = base
	local number = 1
	while disk.exists(backup) do
		number = number + 1
		backup = base .. number
	end
	return backup
end

local function sourceOf(state, owned, path)
	local function offers(registry)
		local known = registry and state.cache.registries[registry] or nil
		local offered = known and known.packages[owned.name]
		local file = offered and offered.files[path]
		return file ~= nil and file.sha256 == owned.file.sha256
	end
	local own = owned.owner.registry
	if offers(own) then return own end
	for _, registry in ipairs(state.configuration.registries) do
		if offers(registry) then return registry end
	end
	return nil
end

local function packageChanges(before, after)
	local changes = {}
	local all = {}
	for _, lock in ipairs({before, after}) do
		for name in pairs(lock.packages) do all[name] = true end
	end
	for _, name in ipairs(M.keys(all)) do
		local old = before.packages[name]
		local fresh = after.packages[name]
		local from = old and old.version
		local to = fresh and fresh.version
		local known = fresh or old
		local automatic = known.automatic == true
		if from ~= to then
			changes[#changes + 1] = {
				name = name,
				from = from,
				to = to,
				registry = known.registry,
				automatic = automatic
			}
		end
	end
	return changes
end

local function dataThatGoes(disk, before, after)
	local function within(path, folder) return string.sub(path .. "/", 1, #folder + 1) == folder .. "/" end
	local going = {}
	for name, old in pairs(before.packages) do
		for _, path in ipairs(after.packages[name] == nil and old.data or {}) do
			local stays = not disk.exists(path)
			for _, other in pairs(after.packages) do
				for _, used in ipairs(other.data or {}) do
					if not stays then stays = within(path, used) or within(used, path) end
				end
			end
			if not stays then going[path] = true end
		end
	end
	return M.keys(going)
end

function M.makePlan(disk, intent)
	local state = intent.state
	local notes = intent.notes
	local before = filesOf(intent.before.lock)
	local after = filesOf(state.lock)
	local left = leftBehind(disk)
	local files = {}
	local folders = {}
	local going = {}
	local repair = {}
	local fetched = {}
	local download = 0
	local needed = OVERHEAD
	local freed = 0
	local function grow(size)
		needed = needed + counted(size)
		freed = freed - counted(size)
	end
	local function requireFolder(path, name)
		local folder = path:match("^(.+)/")
		if not folder or folders[folder] then return end
		requireFolder(folder, name)
		folders[folder] = true
		local other = after[folder]
		if other then error(fail("file_conflict", {path = folder, owner = other.name, name = name}), 0) end
		if disk.isDir(folder) then
			if disk.getDrive(folder) ~= disk.getDrive("") then
				error(fail("other_drive", {path = folder}), 0)
			end
		else
			if disk.exists(folder) and not going[folder] then
				error(fail("file_in_the_way", {path = folder, name = name}), 0)
			end
			grow(LEAST)
		end
	end
	local function add(path, name, found, reason, to, registry)
		local backup
		needed = needed + (JOURNAL_ENTRY + #path * 2)
		if reason then
			backup = backupOf(disk, path)
			notes[#notes + 1] = "Kept as " .. backup .. ": " .. reason .. "."
		elseif found then
			freed = freed + counted(found.size)
		end
		if not to then
			going[path] = true
		else
			grow(to.size)
			if not fetched[to.sha256] and not left[to.sha256] then download = download + to.size end
			fetched[to.sha256] = true
		end
		local url = registry and urlOf(registry, path) or nil
		files[#files + 1] = {
			path = path,
			package = name,
			to = to,
			url = url,
			registry = registry,
			backup = backup,
			found = found
		}
	end
	for _, path in ipairs(intent.repair or {}) do
		repair[path] = true
		local found = not before[path] and not after[path] and M.look(disk, path) or nil
		if found then add(path, "", found, STRANGE) end
	end
	for _, path in ipairs(M.keys(before)) do
		local old = before[path]
		local found = not after[path] and M.look(disk, path) or nil
		if found then
			add(path, old.name, found, not M.matches(disk, path, found, old.file) and EDITED or nil)
		end
	end
	local isLast = next(intent.before.lock.packages) ~= nil and next(state.lock.packages) == nil
	for _, name in ipairs(isLast and disk.isDir("trapos") and disk.list("trapos") or {}) do
		local path = "trapos/" .. name
		local found = name:find("^ccpm%..*%.broken%d*$") and M.look(disk, path) or nil
		if found then add(path, "", found, nil) end
	end
	for _, path in ipairs(M.keys(after)) do
		local owned = after[path]
		local name = owned.name
		local file = owned.file
		local old = before[path]
		local changes = old == nil or old.file.sha256 ~= file.sha256 or repair[path] == true
		local found = changes and M.look(disk, path) or nil
		if changes and not (found and M.matches(disk, path, found, file)) then
			requireFolder(path, name)
			if disk.isDir(path) then error(fail("folder_in_the_way", {path = path, name = name}), 0) end
			local reason
			if found then
				if not old then
					if intent.force ~= true then error(fail("file_exists", {path = path}), 0) end
					reason = STRANGE
				elseif not M.matches(disk, path, found, old.file) then
					reason = EDITED
				end
			end
			local registry = sourceOf(state, owned, path)
			if registry then
				add(path, name, found, reason, file, registry)
			else
				local problem = fail("not_repairable", {
					path = path,
					name = name,
					version = owned.owner.version
				})
				notes[#notes + 1] = problem.message .. " " .. problem.hint
			end
		end
	end
	for path, text in pairs(stateFiles(state, intent.before)) do
		local found = M.look(disk, path)
		if found then freed = freed + counted(found.size) end
		if text ~= false then grow(#text) end
	end
	for _, size in pairs(left) do
		needed = needed - counted(size)
		freed = freed + counted(size)
	end
	local free = disk.getFreeSpace("")
	return {
		title = intent.title,
		packages = packageChanges(intent.before.lock, state.lock),
		files = files,
		data = dataThatGoes(disk, intent.before.lock, state.lock),
		before = intent.before,
		state = state,
		download = download,
		needed = math.max(0, needed),
		free = free == "unlimited" and math.huge or free,
		freed = freed,
		notes = notes
	}
end

function M.installed(source, automatic)
	local copy = {}
	for field, value in pairs(source) do copy[field] = value end
	copy.description = nil
	copy.automatic = automatic or nil
	return copy
end

local function unneeded(lock, going)
	local needed = {}
	local function visit(name)
		local known = lock.packages[name]
		if not known or needed[name] or going[name] then return end
		needed[name] = true
		for dependency in pairs(known.dependencies) do visit(dependency) end
	end
	for name, known in pairs(lock.packages) do
		if known.automatic ~= true then visit(name) end
	end
	local names = {}
	for _, name in ipairs(M.keys(lock.packages)) do
		if not needed[name] and not going[name] then names[#names + 1] = name end
	end
	return names
end

function M.withoutPackages(lock, names, options, notes)
	local going = {}
	local queue = {}
	local function remove(name)
		if not lock.packages[name] then error(fail("not_installed", {name = name}), 0) end
		if not going[name] then queue[#queue + 1] = name end
		going[name] = true
	end
	for _, name in ipairs(names) do remove(name) end
	local all = M.keys(lock.packages)
	for _, gone in ipairs(queue) do
		local users = {}
		for _, name in ipairs(all) do
			if not going[name] and lock.packages[name].dependencies[gone] then users[#users + 1] = name end
		end
		local what = table.concat(users, ", ")
		if what ~= "" and options.cascade ~= true then
			error(fail("needed_by", {name = gone, what = what}), 0)
		end
		for _, name in ipairs(users) do remove(name) end
	end
	local unused = unneeded(lock, going)
	if options.unused == true then
		for _, name in ipairs(unused) do remove(name) end
	elseif #unused > 0 then
		notes[#notes + 1] = "Not needed any more: " .. table.concat(unused, ", ")
			.. ". To remove: ccpm uninstall --unused"
	end
	local packages = {}
	for name, known in pairs(lock.packages) do
		if not going[name] then packages[name] = known end
	end
	return packages
end

return M
