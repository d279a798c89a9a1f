--- The package manager for programs.
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local JOURNAL = finish.JOURNAL
local recover = finish.recover
local plan_ = require("/apis/ccpm/plan")
local installed = plan_.installed
local keys = plan_.keys
local lockWithout = plan_.lockWithout
local look = plan_.look
local makePlan = plan_.makePlan
local matches = plan_.matches
local registry_ = require("/apis/ccpm/registry")
local baseUrl = registry_.baseUrl
local fetchFile = registry_.fetchFile
local fetchIndex = registry_.fetchIndex
local resolve = require("/apis/ccpm/resolve").resolve
local state_ = require("/apis/ccpm/state")
local LOCK = state_.LOCK
local readState = state_.readState
local stateFiles = state_.stateFiles
local open = require("/apis/ccpm/transaction").open
local verify = require("/apis/ccpm/verify").verify
local send = require("/apis/http").send
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
	if names == nil then names = {} end
	if #names == 0 then return verb end
	return verb .. " "
		.. (#names > 3 and tostring(#names) .. " of them" or table.concat(names, ", "))
end

local function need(ok, value)
	if not ok then error(value, 0) end
	return value
end

local function positionOf(registries, registry)
	local _, base = baseUrl(registry)
	for position, known in ipairs(registries) do
		local _, other = baseUrl(known)
		if known == registry or base == other then return position end
	end
	return nil
end

local function requirePosition(state, registry)
	local position = positionOf(state.configuration.registries, registry)
	if not position then error(fail("registry_unknown", {registry = registry}), 0) end
	return position
end

local function candidatesOf(state)
	local candidates = {}
	for _, registry in ipairs(state.configuration.registries) do
		local known = state.cache.registries[registry]
		for name, offered in pairs(known and known.packages or {}) do
			local candidate = {registry = registry}
			for field, value in pairs(offered) do candidate[field] = value end
			if candidates[name] == nil then candidates[name] = {} end
			table.insert(candidates[name], candidate)
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
	local function report(phase, name, done, total, bytes, totalBytes)
		if bytes == nil then bytes = 0 end
		if totalBytes == nil then totalBytes = 0 end
		if given.onProgress then
			given.onProgress({
				phase = phase,
				name = name,
				done = done,
				total = total,
				bytes = bytes,
				totalBytes = totalBytes
			})
		end
	end
	local function tell(notes)
		for _, note in ipairs(given.onNote and notes or {}) do given.onNote(note) end
	end
	local function guarded(act, isReporter)
		return function(first, second)
			local ok, value = pcall(function()
				local lines = {}
				local done, line = recover(disk)
				if not done and disk.exists(JOURNAL) then
					error(fail("not_finished", {what = line}), 0)
				end
				if line then lines[#lines + 1] = line end
				local known, state = readState(disk, lines)
				if not isReporter then tell(lines) end
				return act(need(known, state), first, second, lines)
			end)
			if ok then return true, value end
			if value == "Terminated" then error(value, 0) end
			local failure = type(value) == "table" and value
				or fail("internal_error", {what = value})
			return false, failure
		end
	end
	local function forEach(items, act)
		local next = 0
		local failure
		local function work(last)
			while next < last and failure == nil do
				next = next + 1
				failure = act(items[next]) or failure
			end
		end
		local function all() work(#items) end
		work(given.fetch and #items or math.min(1, #items))
		if next < #items then parallel.waitForAll(all, all, all, all) end
		return failure
	end
	local function ask(before, failures, purpose)
		local registries = before.configuration.registries
		local cached = {}
		local done = 0
		local first
		local answered = 0
		if #registries == 0 and purpose ~= "repair" then error(fail("no_registry"), 0) end
		forEach(registries, function(registry)
			report("index", registry, done, #registries)
			local ok, answer = fetchIndex(registry, fetch)
			local known = before.cache.registries[registry]
			if known then cached[registry] = known end
			done = done + 1
			if not ok then
				failures[registry] = answer
				if first == nil then first = answer end
				return
			end
			answered = answered + 1
			if purpose == "update" or not known or not same(known.packages, answer.packages) then
				cached[registry] = {updated = now(), packages = answer.packages}
			end
			return nil
		end)
		if answered == 0 and purpose ~= "repair" then
			error(done ~= 1 and fail("no_registry_answers", {what = first.message}) or first, 0)
		end
		return {
			configuration = before.configuration,
			lock = before.lock,
			cache = {version = 1, registries = cached}
		}
	end
	local function askWithNotes(before, notes, purpose)
		local failures = {}
		local state = ask(before, failures, purpose)
		for _, registry in ipairs(keys(failures)) do
			local known = before.cache.registries[registry] ~= nil
			notes[#notes + 1] = failures[registry].message .. " "
				.. (known and "What it had before counts." or "It is left out.")
		end
		return state
	end
	local function planResolved(before, title, wanted, newest, options)
		local notes = {}
		local askWithNotes_result_1 = askWithNotes(before, notes)
		local configuration = askWithNotes_result_1.configuration
		local cache = askWithNotes_result_1.cache
		local candidates = candidatesOf({
			configuration = configuration,
			cache = cache,
			lock = before.lock
		})
		local ok, resolved = resolve({
			wanted = wanted,
			newest = newest,
			installed = before.lock.packages,
			candidates = candidates
		})
		if not ok then tell(notes) end
		local need_result_2 = need(ok, resolved)
		local chosen = need_result_2.packages
		local heldBack = need_result_2.notes
		local packages = {}
		for _, note in ipairs(heldBack) do notes[#notes + 1] = note end
		for _, value_ in ipairs(chosen) do
			local name = value_.name
			local one = value_.package
			local automatic = value_.automatic
			packages[name] = installed(one, automatic)
		end
		local state = {
			configuration = configuration,
			cache = cache,
			lock = {version = 1, packages = packages}
		}
		return makePlan(disk, {
			title = title,
			before = before,
			state = state,
			notes = notes,
			force = options and options.force
		})
	end
	local function requireInstalled(state, names)
		if names == nil then names = {} end
		for _, name in ipairs(names) do
			if not state.lock.packages[name] then error(fail("not_installed", {name = name}), 0) end
		end
	end
	local function carryOut(plan, transaction)
		local wanted = {}
		local seen = {}
		local done = 0
		local bytes = 0
		local totalBytes = 0
		for _, change in ipairs(plan.files) do
			local to = change.to
			if to and not seen[to.sha256] and not transaction.has(to) then
				seen[to.sha256] = true
				totalBytes = totalBytes + to.size
				table.insert(wanted, change.path == FINISHER and 1 or #wanted + 1, change)
			end
		end
		local failure = forEach(wanted, function(change)
			report("fetch", change.path, done, #wanted, bytes, totalBytes)
			local ok, content = fetchFile(change, fetch)
			if not ok then return content end
			local staged, problem = transaction.stage(change.to, content)
			if not staged then return problem end
			done = done + 1
			bytes = bytes + change.to.size
			return nil
		end)
		if failure then return failure end
		report("apply", plan.title, done, done, bytes, bytes)
		need(transaction.commit(plan, stateFiles(plan.state, plan.before)))
		return nil
	end
	local function apply(state, plan)
		local before = plan.before
		if not same(state.lock, before.lock) or not same(state.configuration, before.configuration)
		then
			error(fail("changed_meanwhile", {path = LOCK}), 0)
		end
		if #plan.files + #plan.data == 0 and same(state, plan.state) then return end
		local free = disk.getFreeSpace("")
		if free ~= "unlimited" and free < plan.needed then
			error(fail("no_space", {needed = plan.needed, free = free}), 0)
		end
		local transaction = need(open(disk, plan.files))
		local ok, failure = pcall(function() return carryOut(plan, transaction) end)
		if ok and not failure then return end
		transaction.keep()
		error(failure, 0)
	end
	local function change(before, state, title)
		apply(before, makePlan(disk, {title = title, before = before, state = state, notes = {}}))
	end
	local function changeRegistries(before, verb, registry, from, to, offered)
		local registries = {}
		for _, known in ipairs(before.configuration.registries) do
			registries[#registries + 1] = known
		end
		local last = #registries + (from and 0 or 1)
		if to and not (to >= 1 and to <= last and to % 1 == 0) then
			error(fail("registry_position", {position = to, last = last}), 0)
		end
		if from then table.remove(registries, from) end
		if to then table.insert(registries, to, registry) end
		local cached = {}
		for _, known in ipairs(registries) do cached[known] = before.cache.registries[known] end
		if cached[registry] == nil then cached[registry] = offered end
		local state = {
			configuration = {version = 1, registries = registries},
			lock = before.lock,
			cache = {version = 1, registries = cached}
		}
		change(before, state, verb .. " registry " .. registry)
	end
	local function rebuildLock(before, lines)
		local candidates = candidatesOf(before)
		local packages = {}
		local found = {}
		for name, known in pairs(before.lock.packages) do packages[name] = known end
		local function stands(offered)
			local isMeta = true
			for path, file in pairs(offered.files) do
				local seen = look(disk, path)
				if not seen or not matches(disk, path, seen, file) then return false end
				isMeta = false
			end
			for name in pairs(offered.dependencies) do
				if isMeta and not packages[name] then return false end
			end
			return true
		end
		local known = -1
		while #found > known do
			known = #found
			for _, name in ipairs(keys(candidates)) do
				for _, offered in ipairs(candidates[name]) do
					if not packages[name] and stands(offered) then
						packages[name] = installed(offered, false)
						found[#found + 1] = name .. " " .. offered.version
					end
				end
			end
		end
		if known == 0 then return end
		lines[#lines + 1] = "Found again: " .. table.concat(found, ", ") .. "."
		local before_3 = before
		local configuration = before_3.configuration
		local cache = before_3.cache
		change(
			before,
			{
				configuration = configuration,
				cache = cache,
				lock = {version = 1, packages = packages}
			},
			"recover the lock"
		)
	end
	return {
		state = guarded(function(state) return state end),
		update = guarded(function(before)
			local failures = {}
			change(before, ask(before, failures, "update"), "update")
			return failures
		end),
		planInstall = guarded(function(before, names, options)
			return planResolved(before, titleOf("install", names), names, {}, options)
		end),
		planUpgrade = guarded(function(before, names, options)
			requireInstalled(before, names)
			return planResolved(before, titleOf("upgrade", names), {}, names or true, options)
		end),
		planUninstall = guarded(function(before, names, options)
			local notes = {}
			local lock = lockWithout(before.lock, names, options or {}, notes)
			local state = {configuration = before.configuration, cache = before.cache, lock = lock}
			return makePlan(disk, {
				title = titleOf("uninstall", names),
				before = before,
				state = state,
				notes = notes
			})
		end),
		verify = guarded(function(state, names)
			requireInstalled(state, names)
			return verify(disk, state.lock, names)
		end),
		planRepair = guarded(function(before, findings)
			local notes = {}
			local repair = {}
			for _, finding in ipairs(findings) do repair[#repair + 1] = finding.path end
			local state = #repair > 0 and askWithNotes(before, notes, "repair") or before
			return makePlan(disk, {
				title = titleOf("repair", repair),
				before = before,
				state = state,
				notes = notes,
				repair = repair
			})
		end),
		apply = guarded(apply),
		addRegistry = guarded(function(before, registry, options)
			if options == nil then options = {} end
			local known = before.configuration.registries
			need(baseUrl(registry))
			if positionOf(known, registry) then
				error(fail("registry_known", {registry = registry}), 0)
			end
			local ok, answer = fetchIndex(registry, fetch)
			if not ok and options.force ~= true then error(answer, 0) end
			local offered = ok and {updated = now(), packages = answer.packages} or nil
			local position = options.position or #known + 1
			return changeRegistries(before, "add", registry, nil, position, offered)
		end),
		removeRegistry = guarded(function(before, registry)
			local from = requirePosition(before, registry)
			return changeRegistries(before, "remove", registry, from)
		end),
		moveRegistry = guarded(function(before, registry, position)
			local from = requirePosition(before, registry)
			return changeRegistries(
				before,
				"move",
				before.configuration.registries[from],
				from,
				position
			)
		end),
		recover = guarded(
			function(state, _first, _second, lines)
				for _, name in ipairs(disk.isDir("trapos") and disk.list("trapos") or {}) do
					if string.find(name, "^ccpm%.lock%.json%.broken") then
						rebuildLock(state, lines)
						break
					end
				end
				return lines
			end,
			true
		)
	}
end

return createCcpm
