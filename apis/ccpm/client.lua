-- What a client of registries does; its functions raise failures, and /apis/libccpm returns them.

local need = require("/apis/trapos/failure").need
local apply = require("/apis/ccpm/apply").apply
local raise = require("/apis/ccpm/failure").raise
local MOST_REGISTRIES = require("/apis/ccpm/formats").MOST_REGISTRIES
local askRegistries = require("/apis/ccpm/offers").askRegistries
local planning = require("/apis/ccpm/plan")
local baseUrl = require("/apis/ccpm/registry").baseUrl
local resolve = require("/apis/ccpm/resolve").resolve
local stateModule = require("/apis/ccpm/state")
local copy, replace = stateModule.copy, stateModule.replace
local verify = require("/apis/ccpm/verify").verify

local M = {}

local function titleOf(verb, names)
	return string.sub(
		table.concat({
			verb,
			unpack(names),
		}, " "),
		1,
		80
	)
end

--- The position of a registry among others, or undefined where it is not one of them; `owner/repo` and the URL that it
-- stands for are the same registry.
local function positionOf(registries, registry)
	local _, base = baseUrl(registry)
	for position, known in ipairs(registries) do
		local _, other = baseUrl(known)
		if known == registry or base == other then
			return position
		end
	end
	return nil
end

local function requireInstalled(state, names)
	for _, name in ipairs(names or {}) do
		if state.lock.packages[name] == nil then
			raise("not_installed", { name = name })
		end
	end
end

--- The state with a registry at a position, or nowhere; fails unless it is new, or not, as it should be.
local function place(before, registry, position, isNew)
	local registries = copy(before.configuration.registries)
	local from = positionOf(registries, registry)
	if isNew ~= (from == nil) then
		raise(isNew and "registry_known" or "registry_unknown", { registry = registry })
	end
	local name = from == nil and registry or table.remove(registries, from)
	local last = #registries + 1
	if last > MOST_REGISTRIES then
		raise("registries_full")
	end
	local to = position or last
	if not (to >= 1 and to <= last and to % 1 == 0) then
		raise("registry_position", { position = to, last = last })
	end
	if isNew or position ~= nil then
		table.insert(registries, to, name)
	end
	return replace(before, "configuration", "registries", registries)
end

--- The state with the client's own registry as the last, unless it is configured.
local function withOwnRegistry(client, before)
	local own = client.registry
	local isKnown = own == nil or positionOf(before.configuration.registries, own) ~= nil
	return isKnown and before or place(before, own, nil, true)
end

--- Plans what a resolution leads to.
local function planResolved(client, before, title, wanted, newest, options)
	local state, candidates, leftOut = askRegistries(client, withOwnRegistry(client, before))
	local installed = before.lock.packages
	local resolved = resolve({
		wanted = wanted,
		newest = newest,
		installed = installed,
		candidates = candidates,
		leftOut = leftOut,
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
	local notes = resolved.notes
	return planning.makePlan(client.disk, {
		title = title,
		before = before,
		after = after,
		notes = notes,
		candidates = candidates,
		force = force,
	})
end

--- Changes nothing but the state.
local function change(client, before, state, title)
	return apply(client, planning.makePlan(client.disk, { title = title, before = before, after = state }))
end

--- What each of a client's functions does: it returns its value or raises a failure.
M.functions = {
	state = function(_client, state)
		return state
	end,
	update = function(client, before)
		local state = askRegistries(client, withOwnRegistry(client, before))
		return change(client, before, state, "update")
	end,
	planInstall = function(client, before, names, options)
		return planResolved(client, before, titleOf("install", names), names, {}, options)
	end,
	planUpgrade = function(client, before, names, options)
		requireInstalled(before, names)
		return planResolved(client, before, titleOf("upgrade", names or {}), {}, names or true, options)
	end,
	planUninstall = function(client, before, names, options)
		local notes = {}
		local packages = planning.withoutPackages(before.lock, names, options or {}, notes)
		local state = replace(before, "lock", "packages", packages)
		local title = titleOf("uninstall", names)
		return planning.makePlan(
			client.disk,
			{ title = title, before = before, after = state, notes = notes }
		)
	end,
	verify = function(client, state, names)
		requireInstalled(state, names)
		return verify(client.disk, state.lock, names)
	end,
	planRepair = function(client, before, findings)
		local state, candidates = askRegistries(client, withOwnRegistry(client, before), true)
		local title = "repair"
		return planning.makePlan(client.disk, {
			title = title,
			before = before,
			after = state,
			candidates = candidates,
			force = true,
			repair = findings,
		})
	end,
	apply = function(client, _before, plan)
		return apply(client, plan)
	end,
	addRegistry = function(client, before, registry, options)
		local given = options or {}
		need(baseUrl, registry)
		local placed = place(before, registry, given.position, true)
		local state = askRegistries(client, placed, given.force, { registry })
		return change(client, before, state, "add registry " .. registry)
	end,
	removeRegistry = function(client, before, registry)
		return change(client, before, place(before, registry, nil, false), "remove registry " .. registry)
	end,
	moveRegistry = function(client, before, registry, position)
		return change(client, before, place(before, registry, position, false), "move registry " .. registry)
	end,
	recover = function(client)
		return client.notes
	end,
}
return M
