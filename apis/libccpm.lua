--- The package manager for programs.
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local JOURNAL = finish.JOURNAL
local recover = finish.recover
local plan_ = require("/apis/ccpm/plan")
local keys = plan_.keys
local lockWith = plan_.lockWith
local lockWithout = plan_.lockWithout
local look = plan_.look
local makePlan = plan_.makePlan
local matches = plan_.matches
local registry_ = require("/apis/ccpm/registry")
local baseUrl = registry_.baseUrl
local fetchFile = registry_.fetchFile
local fetchIndex = registry_.fetchIndex
local fileUrl = registry_.fileUrl
local resolve = require("/apis/ccpm/resolve").resolve
local state_ = require("/apis/ccpm/state")
local LOCK = state_.LOCK
local readState = state_.readState
local stateFiles = state_.stateFiles
local open = require("/apis/ccpm/transaction").open
local verify = require("/apis/ccpm/verify").verify
local send = require("/apis/http").send
local REQUESTS_AT_ONCE = 4
local TIMEOUT = 30
local FINISHER = "apis/ccpm/finish.lua"

local function fetchOverHttp(url) return send({url = url, timeout = TIMEOUT}) end

local function same(one, other)
	if type(one) ~= "table" or type(other) ~= "table" then return one == other end
	for key, value in pairs(one) do
		if not same(value, other[key]) then return false end
	end
	for key in pairs(other) do
		if one[key] == nil then return false end
	end
	return true
end

local function titleOf(verb, names)
	return verb .. " "
		.. (#names > 3 and tostring(#names) .. " packages" or table.concat(names, ", "))
end

local function urlOf(registry, path)
	local ____, base = baseUrl(registry)
	return fileUrl(base, path)
end

local function positionOf(registries, registry)
	local ____, base = baseUrl(registry)
	for position, known in ipairs(registries) do
		local ____, other = baseUrl(known)
		if known == registry or base == other then return position end
	end
	return nil
end

local function candidatesOf(state)
	local candidates = {}
	for ____, registry in ipairs(state.configuration.registries) do
		local known = state.cache.registries[registry]
		for name, offered in pairs(known and known.packages or {}) do
			local offered_0 = offered
			local version = offered_0.version
			local description = offered_0.description
			local dependencies = offered_0.dependencies
			local files = offered_0.files
			local autostart = offered_0.autostart
			local data = offered_0.data
			if candidates[name] == nil then candidates[name] = {} end
			local candidates_name_1 = candidates[name]
			candidates_name_1[#candidates_name_1 + 1] = {
				version = version,
				description = description,
				dependencies = dependencies,
				files = files,
				autostart = autostart,
				data = data,
				registry = registry
			}
		end
	end
	return candidates
end

--- Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
-- @param environment stand-ins for what the computer provides, and who is told of progress and notes
-- @return its functions
local function createCcpm(environment)
	local given = environment or {}
	local disk = given.fs or fs
	local fetch = given.fetch or fetchOverHttp
	local now = given.now or function() return os.epoch("utc") end
	local tell = given.onProgress or function() end
	local note = given.onNote or function() end
	local function currentState(lines)
		local done, line = recover(disk)
		if not done and disk.exists(JOURNAL) then
			return false, fail("not_finished", {what = line})
		end
		if line then lines[#lines + 1] = line end
		return readState(disk, lines)
	end
	local function guarded(act, reports)
		return function(first, second)
			local ran, ok, value = pcall(function()
				local lines = reports or {}
				local known, state = currentState(lines)
				if not reports then
					for ____, line in ipairs(lines) do note(line) end
				end
				if not known then return false, state end
				return act(state, first, second)
			end)
			if ran then return ok, value end
			if ok == "Terminated" then error(ok, 0) end
			return false, fail("internal_error", {what = ok})
		end
	end
	local function forEach(items, act)
		local next = 0
		local failure
		local function work()
			while next < #items and failure == nil do
				next = next + 1
				failure = act(items[next]) or failure
			end
		end
		if given.fetch or #items < 2 then
			work()
		else
			local workers = {}
			for _ = 1, REQUESTS_AT_ONCE do workers[#workers + 1] = work end
			parallel.waitForAll(unpack(workers))
		end
		return failure
	end
	local function ask(before, failures, stamp)
		local before_2 = before
		local configuration = before_2.configuration
		local lock = before_2.lock
		local configuration_3 = configuration
		local registries = configuration_3.registries
		if #registries == 0 then return false, fail("no_registry") end
		local cached = {}
		local done, failed = 0, 0
		forEach(registries, function(registry)
			tell({
				phase = "index",
				name = registry,
				done = done,
				total = #registries,
				bytes = 0,
				totalBytes = 0
			})
			local ok, answer = fetchIndex(registry, fetch)
			local known = before.cache.registries[registry]
			if known then cached[registry] = known end
			if not ok then
				failures[registry] = answer
				failed = failed + 1
			elseif stamp or not known or not same(known.packages, answer.packages) then
				cached[registry] = {updated = now(), packages = answer.packages}
			end
			done = done + 1
			return nil
		end)
		if failed == #registries then
			local first = failures[registries[1]]
			return false, failed == 1 and first
				or fail("no_registry_answers", {what = first.message})
		end
		return true, {
			configuration = configuration,
			lock = lock,
			cache = {version = 1, registries = cached}
		}
	end
	local function askWithNotes(before, notes)
		local failures = {}
		local ok, state = ask(before, failures, false)
		for ____, registry in ipairs(ok and keys(failures) or {}) do
			local known = before.cache.registries[registry] ~= nil
			notes[#notes + 1] = failures[registry].message .. " "
				.. (known and "What it had before counts." or "It is left out.")
		end
		return ok, state
	end
	local function plan(intent) return makePlan(disk, intent, urlOf) end
	local function planResolved(before, title, wanted, newest, options)
		local notes = {}
		local asked, state = askWithNotes(before, notes)
		if not asked then return false, state end
		local state_4 = state
		local configuration = state_4.configuration
		local cache = state_4.cache
		local lock = state_4.lock
		local candidates = candidatesOf(state)
		local ok, resolved = resolve({
			wanted = wanted,
			newest = newest,
			installed = lock.packages,
			candidates = candidates
		})
		if not ok then
			for ____, each in ipairs(notes) do note(each) end
			return false, resolved
		end
		for ____, each in ipairs(resolved.notes) do notes[#notes + 1] = each end
		local after = {
			configuration = configuration,
			cache = cache,
			lock = lockWith(resolved.packages)
		}
		return plan({
			title = title,
			before = before,
			state = after,
			notes = notes,
			force = options and options.force
		})
	end
	local function missing(state, names)
		for ____, name in ipairs(names) do
			if not state.lock.packages[name] then return fail("not_installed", {name = name}) end
		end
		return nil
	end
	local function fetchAndCommit(todo)
		local opened, transaction = open(disk, todo.files)
		if not opened then return transaction end
		local function work()
			local first = {}
			local others = {}
			local seen = {}
			local done, bytes, totalBytes = 0, 0, 0
			for ____, change in ipairs(todo.files) do
				local to = change.to
				if to and seen[to.sha256] == nil and not transaction.has(to) then
					seen[to.sha256] = true
					totalBytes = totalBytes + to.size
					local temp_5 = change.path == FINISHER and first or others
					temp_5[#temp_5 + 1] = change
				end
			end
			local total = #first + #others
			local function get(change)
				tell({
					phase = "fetch",
					name = change.path,
					done = done,
					total = total,
					bytes = bytes,
					totalBytes = totalBytes
				})
				local ok, content = fetchFile(change, fetch)
				if not ok then return content end
				local staged, problem = transaction.stage(change.to, content)
				if not staged then return problem end
				done = done + 1
				bytes = bytes + change.to.size
				return nil
			end
			local failure = forEach(first, get) or forEach(others, get)
			if failure then return failure end
			tell({
				phase = "apply",
				name = todo.title,
				done = done,
				total = total,
				bytes = bytes,
				totalBytes = totalBytes
			})
			local committed, problem = transaction.commit(todo, stateFiles(todo.state, todo.before))
			return not committed and problem or nil
		end
		local ran, failure = pcall(work)
		if not ran or failure then transaction.keep() end
		if not ran then error(failure, 0) end
		return failure
	end
	local function apply(state, todo)
		local before = todo.before
		if not same(state.lock, before.lock) or not same(state.configuration, before.configuration)
		then
			return false, fail("changed_meanwhile", {path = LOCK})
		end
		local changes = #todo.files + #todo.data > 0
		if not changes and same(state, todo.state) then return true, nil end
		local free = disk.getFreeSpace("")
		if free ~= "unlimited" and free < todo.needed then
			return false, fail("no_space", {needed = todo.needed, free = free})
		end
		local failure = fetchAndCommit(todo)
		if failure then return false, failure end
		return true, nil
	end
	local function change(before, state, title)
		local ok, todo = plan({title = title, before = before, state = state, notes = {}})
		if not ok then return false, todo end
		return apply(before, todo)
	end
	local function changeRegistries(before, title, from, to, registry, offered)
		local registries = {}
		for ____, known in ipairs(before.configuration.registries) do
			registries[#registries + 1] = known
		end
		local last = #registries + (from and 0 or 1)
		if to and not (to >= 1 and to <= last and to % 1 == 0) then
			return false, fail("registry_position", {position = to, last = last})
		end
		if from then table.remove(registries, from) end
		if to then table.insert(registries, to, registry) end
		local cached = {}
		for ____, known in ipairs(registries) do
			local entry
			if known == registry then
				entry = offered or before.cache.registries[known]
			else
				entry = before.cache.registries[known]
			end
			if entry then cached[known] = entry end
		end
		local configuration = {version = 1, registries = registries}
		local state = {
			configuration = configuration,
			lock = before.lock,
			cache = {version = 1, registries = cached}
		}
		return change(before, state, title .. " registry " .. registry)
	end
	local function rebuildLock(before, lines)
		local candidates = candidatesOf(before)
		local packages = {}
		local found = {}
		for name, known in pairs(before.lock.packages) do packages[name] = known end
		local function stands(offered)
			local any, whole = false, true
			for path, file in pairs(offered.files) do
				local seen = look(disk, path)
				any = true
				if whole then whole = seen ~= nil and matches(disk, path, seen, file) end
			end
			for name in pairs(any and {} or offered.dependencies) do
				if whole then whole = packages[name] ~= nil end
			end
			return whole
		end
		local more = true
		while more do
			more = false
			for ____, name in ipairs(keys(candidates)) do
				for ____, offered in ipairs(candidates[name]) do
					if not packages[name] and stands(offered) then
						local version = offered.version
						local dependencies = offered.dependencies
						local files = offered.files
						local autostart = offered.autostart
						local data = offered.data
						local registry = offered.registry
						packages[name] = {
							version = version,
							dependencies = dependencies,
							files = files,
							autostart = autostart,
							data = data,
							registry = registry
						}
						found[#found + 1] = name .. " " .. version
						more = true
					end
				end
			end
		end
		if #found == 0 then return true, lines end
		lines[#lines + 1] = "Found again: " .. table.concat(found, ", ") .. "."
		local before_8 = before
		local configuration = before_8.configuration
		local cache = before_8.cache
		local after = {
			configuration = configuration,
			cache = cache,
			lock = {version = 1, packages = packages}
		}
		local ok, problem = change(before, after, "recover the lock")
		if not ok then return false, problem end
		return true, lines
	end
	return {
		state = guarded(function(state) return true, state end),
		update = guarded(function(before)
			local failures = {}
			local ok, state = ask(before, failures, true)
			if not ok then return false, state end
			local changed, problem = change(before, state, "update")
			if not changed then return false, problem end
			return true, failures
		end),
		planInstall = guarded(function(before, names, options)
			return planResolved(before, titleOf("install", names), names, {}, options)
		end),
		planUpgrade = guarded(function(before, names, options)
			local problem = missing(before, names or {})
			if problem then return false, problem end
			local title = names and titleOf("upgrade", names) or "upgrade"
			return planResolved(before, title, {}, names or true, options)
		end),
		planUninstall = guarded(function(before, names, options)
			local notes = {}
			local ok, lock = lockWithout(before.lock, names, options or {}, notes)
			if not ok then return false, lock end
			local before_9 = before
			local configuration = before_9.configuration
			local cache = before_9.cache
			local title = #names == 0 and "uninstall what is unused" or titleOf("uninstall", names)
			return plan({
				title = title,
				before = before,
				state = {configuration = configuration, cache = cache, lock = lock},
				notes = notes
			})
		end),
		verify = guarded(function(state, names)
			local problem = missing(state, names or {})
			if problem then return false, problem end
			return true, verify(disk, state.lock, names)
		end),
		planRepair = guarded(function(before, findings)
			local notes = {}
			local repair = {}
			local state = before
			for ____, finding in ipairs(findings) do repair[#repair + 1] = finding.path end
			if #repair > 0 and #before.configuration.registries > 0 then
				local ok, answer = askWithNotes(before, notes)
				if ok then
					state = answer
				else
					notes[#notes + 1] = answer.message
				end
			end
			return plan({
				title = titleOf("repair", repair),
				before = before,
				state = state,
				notes = notes,
				repair = repair
			})
		end),
		apply = guarded(apply),
		addRegistry = guarded(function(before, registry, options)
			local before_configuration_10 = before.configuration
			local registries = before_configuration_10.registries
			local valid, problem = baseUrl(registry)
			if not valid then return false, problem end
			if positionOf(registries, registry) then
				return false, fail("registry_known", {registry = registry})
			end
			local ok, answer = fetchIndex(registry, fetch)
			if not ok and not (options and options.force) then return false, answer end
			local offered = ok and {updated = now(), packages = answer.packages} or nil
			local position = options and options.position or #registries + 1
			return changeRegistries(before, "add", nil, position, registry, offered)
		end),
		removeRegistry = guarded(function(before, registry)
			local from = positionOf(before.configuration.registries, registry)
			if not from then return false, fail("registry_unknown", {registry = registry}) end
			return changeRegistries(before, "remove", from, nil, registry)
		end),
		moveRegistry = guarded(function(before, registry, position)
			local before_configuration_11 = before.configuration
			local registries = before_configuration_11.registries
			local from = positionOf(registries, registry)
			if not from then return false, fail("registry_unknown", {registry = registry}) end
			return changeRegistries(before, "move", from, position, registries[from])
		end),
		recover = function()
			local lines = {}
			return guarded(
				function(state)
					local aside = false
					for ____, name in ipairs(disk.isDir("trapos") and disk.list("trapos") or {}) do
						if not aside then
							aside = string.find(name, "^ccpm%.lock%.json%.broken") ~= nil
						end
					end
					if aside then return rebuildLock(state, lines) end
					return true, lines
				end,
				lines
			)()
		end
	}
end

return createCcpm
