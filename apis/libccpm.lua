--- The package manager for programs.
local apply = require("/apis/ccpm/apply").apply
local failure_ = require("/apis/ccpm/failure")
local finish = require("/apis/ccpm/finish")
local askRegistries = require("/apis/ccpm/offers").askRegistries
local planning = require("/apis/ccpm/plan")
local baseUrl = require("/apis/ccpm/registry").baseUrl
local resolve = require("/apis/ccpm/resolve").resolve
local state_ = require("/apis/ccpm/state")
local verify = require("/apis/ccpm/verify").verify
local send = require("/apis/http").send
local TIMEOUT = 30

local function titleOf(verb, names) return table.concat({verb, unpack(names)}, " "):sub(1, 80) end

local function positionOf(registries, registry)
	local _, base = baseUrl(registry)
	for position, known in ipairs(registries) do
		local _, other = baseUrl(known)
		if known == registry or base == other then return position end
	end
	return nil
end

local function requireInstalled(state, names)
	for _, name in ipairs(names or {}) do
		if not state.lock.packages[name] then failure_.raise("not_installed", {name = name}) end
	end
end

--- Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
-- @param environment stand-ins for what the computer provides, and who is told of progress and notes
-- @return its functions
local function createCcpm(environment)
	if environment == nil then environment = {} end
	local disk = environment.fs or fs
	local onNote = environment.onNote or function() end
	local tools = {
		disk = disk,
		fetch = environment.fetch or function(url) return send({url = url, timeout = TIMEOUT}) end,
		now = environment.now or function() return os.epoch("utc") end,
		onProgress = environment.onProgress or function() end,
		onNote = onNote
	}
	local function guarded(act)
		return function(first, second)
			local ok, value = pcall(function()
				local notes = {}
				local done, line = finish.recover(disk)
				if not done and disk.exists(finish.JOURNAL) then
					failure_.raise("not_finished", {what = line})
				end
				if line then notes[#notes + 1] = line end
				local state = failure_.need(state_.readState(disk, notes))
				state.stamp = planning.stamp(disk)
				for _, note in ipairs(notes) do onNote(note) end
				local registries = state.configuration.registries
				local added = environment.registry
				if added and not positionOf(registries, added) then registries[#registries + 1] = added end
				return act(state, first, second, notes)
			end)
			if ok then return true, value end
			if value == "Terminated" then error(value, 0) end
			local failure = type(value) == "table" and value
				or failure_.fail("internal_error", {what = value})
			return false, failure
		end
	end
	local function planResolved(before, title, wanted, newest, options)
		local state, candidates = askRegistries(tools, before)
		local installed = before.lock.packages
		local resolved = resolve({
			wanted = wanted,
			newest = newest,
			installed = installed,
			candidates = candidates
		})
		local packages = {}
		for _, chosen in ipairs(resolved.packages) do
			local entry = state_.copy(chosen.package)
			entry.description = nil
			entry.automatic = chosen.automatic or nil
			packages[chosen.name] = entry
		end
		local after = state_.replace(state, "lock", "packages", packages)
		local force = options and options.force
		return planning.makePlan(disk, title, before, after, resolved.notes, candidates, force)
	end
	local function change(before, state, title)
		return apply(tools, planning.makePlan(disk, title, before, state, {}))
	end
	local function place(before, registry, position, isNew)
		local registries = state_.copy(before.configuration.registries)
		local from = positionOf(registries, registry)
		if isNew ~= (from == nil) then
			failure_.raise(isNew and "registry_known" or "registry_unknown", {registry = registry})
		end
		local name = from and table.remove(registries, from) or registry
		local last = #registries + 1
		local to = position or last
		if not (type(to) == "number" and to >= 1 and to <= last and to % 1 == 0) then
			failure_.raise("registry_position", {position = to, last = last})
		end
		if isNew or position then table.insert(registries, to, name) end
		return state_.replace(before, "configuration", "registries", registries)
	end
	return {
		state = guarded(function(state) return state end),
		update = guarded(function(before)
			local state = askRegistries(tools, before)
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
			local state = state_.replace(before, "lock", "packages", packages)
			return planning.makePlan(disk, titleOf("uninstall", names), before, state, notes)
		end),
		verify = guarded(function(state, names)
			requireInstalled(state, names)
			return verify(disk, state.lock, names)
		end),
		planRepair = guarded(function(before, findings)
			local state, candidates = askRegistries(tools, before, true)
			return planning.makePlan(disk, "repair", before, state, {}, candidates, true, findings)
		end),
		apply = guarded(function(_before, plan) return apply(tools, plan) end),
		addRegistry = guarded(function(before, registry, options)
			if options == nil then options = {} end
			failure_.need(baseUrl(registry))
			local placed = place(before, registry, options.position, true)
			local state = askRegistries(tools, placed, options.force, {registry})
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
