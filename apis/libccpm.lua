--- The package manager for programs.
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local planning = require("/apis/ccpm/plan")
local web = require("/apis/ccpm/registry")
local resolve = require("/apis/ccpm/resolve").resolve
local store = require("/apis/ccpm/state")
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
	return verb .. " " .. (#names > 3 and #names .. " of them" or table.concat(names, ", "))
end

local function need(ok, value)
	if not ok then error(value, 0) end
	return value
end

local function positionOf(registries, registry)
	local _, base = web.baseUrl(registry)
	for position, known in ipairs(registries) do
		local _, other = web.baseUrl(known)
		if known == registry or base == other then return position end
	end
	return nil
end

local function requirePosition(state, registry)
	local position = positionOf(state.configuration.registries, registry)
	if not position then error(fail("registry_unknown", {registry = registry}), 0) end
	return position
end

local function withPackages(state, packages)
	return {
		configuration = state.configuration,
		cache = state.cache,
		lock = {version = 1, packages = packages}
	}
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
				local done, line = finish.recover(disk)
				if not done and disk.exists(finish.JOURNAL) then
					error(fail("not_finished", {what = line}), 0)
				end
				if line then lines[#lines + 1] = line end
				local known, read = store.readState(disk, lines)
				if not isReporter then tell(lines) end
				local state = need(known, read)
				local registries = state.configuration.registries
				local added = given.registry
				if added and not positionOf(registries, added) then registries[#registries + 1] = added end
				return act(state, first, second, lines)
			end)
			if ok then return true, value end
			if value == "Terminated" then error(value, 0) end
			local failure = type(value) == "table" and value or fail("internal_error", {what = value})
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
			local ok, answer = web.fetchIndex(registry, fetch)
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
		for _, registry in ipairs(planning.keys(failures)) do
			local known = before.cache.registries[registry] ~= nil
			notes[#notes + 1] = failures[registry].message .. " "
				.. (known and "What it had before counts." or "It is left out.")
		end
		return state
	end
	local function plan(title, before, state, notes, force, repair)
		return planning.makePlan(disk, {
			title = title,
			before = before,
			state = state,
			notes = notes,
			force = force,
			repair = repair
		})
	end
	local function planResolved(before, title, wanted, newest, options)
		local notes = {}
		local asked = askWithNotes(before, notes)
		local candidates = candidatesOf(asked)
		local ok, resolved = resolve({
			wanted = wanted,
			newest = newest,
			installed = before.lock.packages,
			candidates = candidates
		})
		if not ok then
			tell(notes)
			error(resolved, 0)
		end
		local packages = {}
		for _, note in ipairs(resolved.notes) do notes[#notes + 1] = note end
		for _, chosen in ipairs(resolved.packages) do
			packages[chosen.name] = planning.installed(chosen.package, chosen.automatic)
		end
		return plan(title, before, withPackages(asked, packages), notes, options and options.force)
	end
	local function requireInstalled(state, names)
		if names == nil then names = {} end
		for _, name in ipairs(names) do
			if not state.lock.packages[name] then error(fail("not_installed", {name = name}), 0) end
		end
	end
	local function carryOut(todo, transaction)
		local wanted = {}
		local seen = {}
		local done = 0
		local bytes = 0
		local totalBytes = 0
		for _, change in ipairs(todo.files) do
			local to = change.to
			if to and not seen[to.sha256] and not transaction.has(to) then
				seen[to.sha256] = true
				totalBytes = totalBytes + to.size
				table.insert(wanted, change.path == FINISHER and 1 or #wanted + 1, change)
			end
		end
		local failure = forEach(wanted, function(change)
			report("fetch", change.path, done, #wanted, bytes, totalBytes)
			local ok, content = web.fetchFile(change, fetch)
			if not ok then return content end
			local staged, problem = transaction.stage(change.to, content)
			if not staged then return problem end
			done = done + 1
			bytes = bytes + change.to.size
			return nil
		end)
		if failure then return failure end
		report("apply", todo.title, done, done, bytes, bytes)
		need(transaction.commit(todo, store.stateFiles(todo.state, todo.before)))
		return nil
	end
	local function apply(state, todo)
		local before = todo.before
		if not same(state.lock, before.lock) or not same(state.configuration, before.configuration) then
			error(fail("changed_meanwhile", {path = store.LOCK}), 0)
		end
		if #todo.files + #todo.data == 0 and same(state, todo.state) then return end
		local free = disk.getFreeSpace("")
		if free ~= "unlimited" and free < todo.needed then
			error(fail("no_space", {needed = todo.needed, free = free}), 0)
		end
		local transaction = need(open(disk, todo.files))
		local ok, failure = pcall(function() return carryOut(todo, transaction) end)
		if ok and not failure then return end
		transaction.keep()
		error(failure, 0)
	end
	local function change(before, state, title) apply(before, plan(title, before, state, {})) end
	local function changeRegistries(before, verb, registry, from, to, offered)
		local registries = {}
		for _, known in ipairs(before.configuration.registries) do registries[#registries + 1] = known end
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
				local seen = planning.look(disk, path)
				if not seen or not planning.matches(disk, path, seen, file) then return false end
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
			for _, name in ipairs(planning.keys(candidates)) do
				for _, offered in ipairs(candidates[name]) do
					if not packages[name] and stands(offered) then
						packages[name] = planning.installed(offered, false)
						found[#found + 1] = name .. " " .. offered.version
					end
				end
			end
		end
		if known == 0 then return end
		lines[#lines + 1] = "Found again: " .. table.concat(found, ", ") .. "."
		change(before, withPackages(before, packages), "recover the lock")
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
			local packages = planning.withoutPackages(before.lock, names, options or {}, notes)
			return plan(titleOf("uninstall", names), before, withPackages(before, packages), notes)
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
			return plan(titleOf("repair", repair), before, state, notes, false, repair)
		end),
		apply = guarded(apply),
		addRegistry = guarded(function(before, registry, options)
			if options == nil then options = {} end
			local known = before.configuration.registries
			need(web.baseUrl(registry))
			if positionOf(known, registry) then error(fail("registry_known", {registry = registry}), 0) end
			local ok, answer = web.fetchIndex(registry, fetch)
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
			return changeRegistries(before, "move", before.configuration.registries[from], from, position)
		end),
		recover = guarded(
			function(state, _first, _second, lines)
				for _, name in ipairs(disk.isDir("trapos") and disk.list("trapos") or {}) do
					if name:find("^ccpm%.lock%.json%.broken") then
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
