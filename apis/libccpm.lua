--- The package manager for programs.
local failure_ = require("/apis/ccpm/failure")
local fail = failure_.fail
local raise = failure_.raise
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

local function need(ok, value)
	if not ok then error(value, 0) end
	return value
end

local function copy(from)
	local to = {}
	for field, value in pairs(from) do to[field] = value end
	return to
end

local function replace(before, file, field, content)
	local state = copy(before)
	state[file] = {version = 1, [field] = content}
	return state
end

local function titleOf(verb, names) return table.concat({verb, unpack(names)}, " "):sub(1, 80) end

local function positionOf(registries, registry)
	local _, base = web.baseUrl(registry)
	for position, known in ipairs(registries) do
		local _, other = web.baseUrl(known)
		if known == registry or base == other then return position end
	end
	return nil
end

local function requireInstalled(state, names)
	for _, name in ipairs(names or {}) do
		if not state.lock.packages[name] then raise("not_installed", {name = name}) end
	end
end

--- Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
-- @param environment stand-ins for what the computer provides, and who is told of progress and notes
-- @return its functions
local function createCcpm(environment)
	if environment == nil then environment = {} end
	local disk = environment.fs or fs
	local fetch = environment.fetch or function(url) return send({url = url, timeout = TIMEOUT}) end
	local now = environment.now or function() return os.epoch("utc") end
	local onProgress = environment.onProgress or function() end
	local onNote = environment.onNote or function() end
	local function guarded(act)
		return function(first, second)
			local ok, value = pcall(function()
				local notes = {}
				local done, line = finish.recover(disk)
				if not done and disk.exists(finish.JOURNAL) then raise("not_finished", {what = line}) end
				if line then notes[#notes + 1] = line end
				local state = need(store.readState(disk, notes))
				state.stamp = planning.stamp(disk)
				for _, note in ipairs(notes) do onNote(note) end
				local registries = state.configuration.registries
				local added = environment.registry
				if added and not positionOf(registries, added) then registries[#registries + 1] = added end
				return act(state, first, second, notes)
			end)
			if ok then return true, value end
			if value == "Terminated" then error(value, 0) end
			local failure = type(value) == "table" and value or fail("internal_error", {what = value})
			return false, failure
		end
	end
	local function ask(before, isOptional, only)
		local registries = only or before.configuration.registries
		local total = #registries
		local cached = copy(before.cache.registries)
		local candidates = {}
		local failures = {}
		for place, registry in ipairs(registries) do
			onProgress({
				phase = "index",
				name = registry,
				done = place - 1,
				total = total,
				bytes = 0,
				totalBytes = 0
			})
			local ok, answer = web.fetchIndex(registry, fetch)
			if ok then
				local packages = {}
				for name, offered in pairs(answer.packages) do
					local size = 0
					for _, file in pairs(offered.files) do size = size + file.size end
					packages[name] = {
						version = offered.version,
						description = offered.description,
						dependencies = offered.dependencies,
						size = size
					}
					offered.registry = registry
					if candidates[name] == nil then candidates[name] = {} end
					table.insert(candidates[name], offered)
				end
				local known = cached[registry]
				local isKnown = known and planning.same(known.packages, packages)
				if not isKnown then cached[registry] = {updated = now(), packages = packages} end
			else
				failures[#failures + 1] = answer
			end
		end
		if #failures == total and not isOptional then error(failures[1] or fail("no_registry"), 0) end
		for _, failure in ipairs(failures) do onNote(failure.message .. " It is left out.") end
		return replace(before, "cache", "registries", cached), candidates
	end
	local function planResolved(before, title, wanted, newest, options)
		local state, candidates = ask(before)
		local installed = before.lock.packages
		local resolved = resolve({
			wanted = wanted,
			newest = newest,
			installed = installed,
			candidates = candidates
		})
		local packages = {}
		for _, chosen in ipairs(resolved.packages) do
			local entry = copy(chosen.package)
			entry.description = nil
			entry.automatic = chosen.automatic or nil
			packages[chosen.name] = entry
		end
		local after = replace(state, "lock", "packages", packages)
		local force = options and options.force
		return planning.makePlan(disk, title, before, after, resolved.notes, candidates, force)
	end
	local function carryOut(plan, transaction)
		local wanted = {}
		local seen = {}
		for _, change in ipairs(plan.files) do
			local to = change.to
			if to and not seen[to.sha256] and not transaction.has(to) then
				seen[to.sha256] = true
				table.insert(wanted, change.path == FINISHER and 1 or #wanted + 1, change)
			end
		end
		local total = #wanted
		local begun = 0
		local done = 0
		local bytes = 0
		local failure
		local function tell(phase, name)
			onProgress({
				phase = phase,
				name = name,
				done = done,
				total = total,
				bytes = bytes,
				totalBytes = plan.download
			})
		end
		local function work(last)
			while begun < last and failure == nil do
				begun = begun + 1
				local change = wanted[begun]
				tell("fetch", change.path)
				local ok, content = web.fetchFile(change, fetch)
				if ok then
					local staged, problem = transaction.stage(change.to, content)
					if not staged then failure = problem end
				else
					failure = content
				end
				done = done + 1
				bytes = bytes + change.to.size
			end
		end
		local function all() work(total) end
		work(math.min(1, total))
		parallel.waitForAll(all, all, all, all)
		if failure ~= nil then error(failure, 0) end
		tell("apply", plan.title)
		if planning.stamp(disk) ~= plan.stamp then raise("changed_meanwhile", {path = store.LOCK}) end
		need(transaction.commit(plan, plan.state))
	end
	local function apply(_before, plan)
		if #plan.files + #plan.data == 0 and next(plan.state) == nil then return end
		if plan.free < plan.needed then raise("no_space", {needed = plan.needed, free = plan.free}) end
		local transaction = need(open(disk, plan.files))
		local ok, failure = pcall(carryOut, plan, transaction)
		if ok then return end
		transaction.keep()
		error(failure, 0)
	end
	local function change(before, state, title)
		return apply(before, planning.makePlan(disk, title, before, state, {}))
	end
	local function place(before, registry, position, isNew)
		local registries = copy(before.configuration.registries)
		local from = positionOf(registries, registry)
		if isNew ~= (from == nil) then
			raise(isNew and "registry_known" or "registry_unknown", {registry = registry})
		end
		local name = from and table.remove(registries, from) or registry
		local last = #registries + 1
		local to = position or last
		if not (to >= 1 and to <= last and to % 1 == 0) then
			raise("registry_position", {position = to, last = last})
		end
		if isNew or position then table.insert(registries, to, name) end
		return replace(before, "configuration", "registries", registries)
	end
	return {
		state = guarded(function(state) return state end),
		update = guarded(function(before)
			local state = ask(before)
			return change(before, state, "update")
		end),
		planInstall = guarded(function(before, names, options)
			return planResolved(before, titleOf("install", names), names, {}, options)
		end),
		planUpgrade = guarded(function(before, names, options)
			requireInstalled(before, names)
			return planResolved(before, titleOf("upgrade", names or {}), {}, names or true, options)
		end),
		planUninstall = guarded(function(before, names, options)
			if options == nil then options = {} end
			local notes = {}
			local packages = planning.withoutPackages(before.lock, names, options, notes)
			local state = replace(before, "lock", "packages", packages)
			return planning.makePlan(disk, titleOf("uninstall", names), before, state, notes)
		end),
		verify = guarded(function(state, names)
			requireInstalled(state, names)
			return verify(disk, state.lock, names)
		end),
		planRepair = guarded(function(before, findings)
			local state, candidates = ask(before, true)
			return planning.makePlan(disk, "repair", before, state, {}, candidates, true, findings)
		end),
		apply = guarded(apply),
		addRegistry = guarded(function(before, registry, options)
			if options == nil then options = {} end
			need(web.baseUrl(registry))
			local placed = place(before, registry, options.position, true)
			local state = ask(placed, options.force, {registry})
			return change(before, state, "add registry " .. registry)
		end),
		removeRegistry = guarded(function(before, registry)
			return change(before, place(before, registry, nil, false), "remove registry " .. registry)
		end),
		moveRegistry = guarded(function(before, registry, position)
			return change(before, place(before, registry, position or 0, false), "move registry " .. registry)
		end),
		recover = guarded(function(_state, _first, _second, notes) return notes end)
	}
end

return createCcpm
