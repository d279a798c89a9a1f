--- What a change of the installed packages means for the files of the computer.
local M = {}
local fail = require("/apis/ccpm/failure").fail
local sha256 = require("/apis/ccpm/sha256").sha256
local stateFiles = require("/apis/ccpm/state").stateFiles
local leftBehind = require("/apis/ccpm/transaction").leftBehind
local FINISHER = "apis/ccpm/finish.lua"
local LEAST = 500
local JOURNAL_ENTRY = 120
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
	if handle == nil then return false end
	local content = handle.readAll()
	handle.close()
	return sha256(content or "") == file.sha256
end

function M.folderOf(path) return (string.match(path, "^(.+)/")) end

local function counted(size) return math.max(LEAST, size) end

local function filesOf(lock)
	local files = {}
	for _, name in ipairs(M.keys(lock.packages)) do
		local owner = lock.packages[name]
		for path, file in pairs(owner.files) do
			local other = files[path]
			if other then
				return false, fail("file_conflict", {path = path, owner = other.name, name = name})
			end
			files[path] = {name = name, owner = owner, file = file}
		end
	end
	return true, files
end

local function backupOf(disk, path)
	local name = string.match(path, "^startup/(.+)$")
	local base = name and "startup.ccpm-old/" .. name or path .. ".ccpm-old"
	local backup = base
	local number = 1
	while disk.exists(backup) do
		number = number + 1
		backup = base .. tostring(number)
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
	local all = {}
	for name in pairs(before.packages) do all[name] = true end
	for name in pairs(after.packages) do all[name] = true end
	local changes = {}
	for _, name in ipairs(M.keys(all)) do
		local old = before.packages[name]
		local fresh = after.packages[name]
		local from = old and old.version
		local to = fresh and fresh.version
		local known = fresh or old
		if from ~= to then
			changes[#changes + 1] = {
				name = name,
				from = from,
				to = to,
				registry = known.registry,
				automatic = known.automatic == true
			}
		end
	end
	return changes
end

local function dataThatGoes(disk, before, after)
	local function within(path, folder)
		return string.sub(path .. "/", 1, #folder + 1) == folder .. "/"
	end
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

function M.makePlan(disk, intent, urlOf)
	local intent_1 = intent
	local title = intent_1.title
	local state = intent_1.state
	local notes = intent_1.notes
	local _, before = unpack(filesOf(intent.before.lock), 1, 2)
	local clear, wanted = filesOf(state.lock)
	if not clear then return false, wanted end
	local after = wanted
	local left = leftBehind(disk)
	local files = {}
	local folders = {}
	local going = {}
	local repair = {}
	local fetched = {}
	local download = 0
	local needed = 0
	local freed = 0
	local function folderProblem(folder, name)
		if not folder or folders[folder] ~= nil then return nil end
		local problem = folderProblem(M.folderOf(folder), name)
		if problem then return problem end
		local other = after[folder]
		if other then
			return fail("file_conflict", {path = folder, owner = other.name, name = name})
		end
		local isFolder = disk.isDir(folder)
		folders[folder] = isFolder
		if isFolder then
			return disk.getDrive(folder) ~= disk.getDrive("")
					and fail("other_drive", {path = folder})
				or nil
		end
		if disk.exists(folder) and not going[folder] then
			return fail("file_in_the_way", {path = folder, name = name})
		end
		needed = needed + LEAST
		freed = freed - LEAST
		return nil
	end
	local function keep(path, why)
		local backup = backupOf(disk, path)
		notes[#notes + 1] = "Kept as " .. backup .. ": " .. why .. "."
		return backup
	end
	local function add(change)
		local change_3 = change
		local found = change_3.found
		local to = change_3.to
		files[#files + 1] = change
		if found and not change.backup then freed = freed + counted(found.size) end
		if not to then
			going[change.path] = true
			return
		end
		local size = counted(to.size)
		needed = needed + size
		freed = freed - size
		if fetched[to.sha256] == nil and not left[to.sha256] then download = download + to.size end
		fetched[to.sha256] = true
	end
	for _, path in ipairs(intent.repair or {}) do
		repair[path] = true
		local found = M.look(disk, path)
		if found and not before[path] and not after[path] then
			add({path = path, package = "", backup = keep(path, STRANGE), found = found})
		end
	end
	for _, path in ipairs(M.keys(before)) do
		local old = before[path]
		local found = not after[path] and M.look(disk, path) or nil
		if found then
			local own = M.matches(disk, path, found, old.file)
			add({
				path = path,
				package = old.name,
				backup = not own and keep(path, EDITED) or nil,
				found = found
			})
		end
	end
	for _, path in ipairs(M.keys(after)) do
		local owned = after[path]
		local name = owned.name
		local file = owned.file
		local old = before[path]
		local changes = old == nil or old.file.sha256 ~= file.sha256 or repair[path] == true
		local found = changes and M.look(disk, path) or nil
		if changes and not (found and M.matches(disk, path, found, file)) then
			local blocked = disk.isDir(path)
					and fail("folder_in_the_way", {path = path, name = name})
				or folderProblem(M.folderOf(path), name)
			if blocked then return false, blocked end
			local replaced = found == nil or old ~= nil and M.matches(disk, path, found, old.file)
			if not replaced and not old and intent.force ~= true then
				return false, fail("file_exists", {path = path})
			end
			local registry = sourceOf(state, owned, path)
			if not registry then
				local problem = fail("not_repairable", {
					path = path,
					name = name,
					version = owned.owner.version
				})
				notes[#notes + 1] = problem.message .. " " .. problem.hint
			else
				local backup = not replaced and keep(path, old and EDITED or STRANGE) or nil
				local to = {size = file.size, sha256 = file.sha256}
				add({
					path = path,
					package = name,
					to = to,
					url = urlOf(registry, path),
					registry = registry,
					backup = backup,
					found = found
				})
			end
		end
	end
	local journal = #title + JOURNAL_ENTRY * 4
	for _, change in ipairs(files) do journal = journal + (JOURNAL_ENTRY + #change.path * 2) end
	local finisher = after[FINISHER] or before[FINISHER]
	needed = needed + (LEAST + counted(journal) + counted(finisher and finisher.file.size or 0))
	for _, folder in ipairs({"startup", "trapos"}) do
		needed = needed + (disk.exists(folder) and 0 or LEAST)
	end
	for path, text in pairs(stateFiles(state, intent.before)) do
		local found = M.look(disk, path)
		if found then freed = freed + counted(found.size) end
		if text ~= false then
			needed = needed + counted(#text)
			freed = freed - counted(#text)
		end
	end
	for _, size in pairs(left) do
		needed = needed - counted(size)
		freed = freed + counted(size)
	end
	local free = disk.getFreeSpace("")
	return true, {
		title = title,
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

function M.lockWith(chosen)
	local packages = {}
	for _, choice in ipairs(chosen) do
		local choice_package_8 = choice.package
		local version = choice_package_8.version
		local dependencies = choice_package_8.dependencies
		local files = choice_package_8.files
		local autostart = choice_package_8.autostart
		local data = choice_package_8.data
		local registry = choice_package_8.registry
		local automatic
		if choice.automatic then
			automatic = true
		else
			automatic = nil
		end
		packages[choice.name] = {
			version = version,
			dependencies = dependencies,
			files = files,
			autostart = autostart,
			data = data,
			registry = registry,
			automatic = automatic
		}
	end
	return {version = 1, packages = packages}
end

local function unneeded(lock, going)
	local needed = {}
	local visit
	visit = function(name)
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

function M.lockWithout(lock, names, options, notes)
	local going = {}
	for _, name in ipairs(names) do
		if not lock.packages[name] then return false, fail("not_installed", {name = name}) end
		going[name] = true
	end
	local all = M.keys(lock.packages)
	local more = true
	while more do
		more = false
		for _, needed in ipairs(all) do
			local users = {}
			for _, name in ipairs(all) do
				if going[needed] and not going[name] and lock.packages[name].dependencies[needed]
				then
					users[#users + 1] = name
				end
			end
			if #users > 0 and options.cascade ~= true then
				local what = table.concat(users, ", ")
				return false, fail("needed_by", {name = needed, what = what})
			end
			for _, name in ipairs(users) do
				going[name] = true
				more = true
			end
		end
	end
	local unused = unneeded(lock, going)
	if options.unused == true then
		for _, name in ipairs(unused) do going[name] = true end
	elseif #unused > 0 then
		notes[#notes + 1] = "Not needed any more: " .. table.concat(unused, ", ")
			.. ". To remove: ccpm uninstall --unused"
	end
	local packages = {}
	for name, known in pairs(lock.packages) do
		if not going[name] then packages[name] = known end
	end
	return true, {version = 1, packages = packages}
end

return M
