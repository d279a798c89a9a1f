-- What a client of registries does; its functions raise failures, and /apis/libccpm returns them.

local send = require("/apis/trapos/http").send
local apply = require("/apis/ccpm/apply").apply
local raise = require("/apis/ccpm/failure").raise
local finish = require("/apis/ccpm/finish")
local MOST_REGISTRIES = require("/apis/ccpm/formats").MOST_REGISTRIES
local askRegistries = require("/apis/ccpm/offers").askRegistries
local stamp = require("/apis/ccpm/look").stamp
local makePlan = require("/apis/ccpm/plan").makePlan
local registryModule = require("/apis/ccpm/registry")
local addressOf, baseUrl = registryModule.addressOf, registryModule.baseUrl
local withoutPackages = require("/apis/ccpm/removal").withoutPackages
local resolve = require("/apis/ccpm/resolve").resolve
local stateModule = require("/apis/ccpm/state")
local copy, readState, replace = stateModule.copy, stateModule.readState, stateModule.replace
local verify = require("/apis/ccpm/verify").verify

local M = {}

--- Seconds until a request counts as timed out.
local TIMEOUT = 30

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
	local base = addressOf(registry) or registry
	for position, known in ipairs(registries) do
		if known == registry or addressOf(known) == base then
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
	local removeFirst = options and options.removeFirst
	local notes = resolved.notes
	return makePlan(client.disk, {
		title = title,
		before = before,
		after = after,
		notes = notes,
		candidates = candidates,
		force = force,
		removeFirst = removeFirst,
	})
end

--- Changes nothing but the state.
local function change(client, before, state, title)
	return apply(client, makePlan(client.disk, { title = title, before = before, after = state }))
end

--- What each of a client's functions does: it returns its value or raises a failure.
local functions = {
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
		local packages = withoutPackages(before.lock, names, options or {}, notes)
		local state = replace(before, "lock", "packages", packages)
		local title = titleOf("uninstall", names)
		return makePlan(client.disk, { title = title, before = before, after = state, notes = notes })
	end,
	verify = function(client, state, names)
		requireInstalled(state, names)
		return verify(client.disk, state.lock, names)
	end,
	planRepair = function(client, before, findings)
		local state, candidates = askRegistries(client, withOwnRegistry(client, before), true)
		local title = "repair"
		return makePlan(client.disk, {
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
		baseUrl(registry)
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

--- The functions after which the state is another.
local changing = {
	update = true,
	apply = true,
	addRegistry = true,
	removeRegistry = true,
	moveRegistry = true,
}

--- Puts right what a power cut has left half done, and reads the state.
local function prepare(client)
	local disk = client.disk
	local notes = {}
	local done, line = finish.recover(disk)
	if not done and disk.exists(finish.JOURNAL) then
		raise("not_finished", { what = line })
	end
	if line ~= nil then
		table.insert(notes, line)
	end
	local state = readState(disk, notes)
	state.stamp = stamp(disk)
	for _, note in ipairs(notes) do
		table.insert(client.notes, note)
		client.onNote(note)
	end
	return state
end

--- Makes a client. It reads the state when it is first needed, and anew once it has changed it.
--
-- @param given stand-ins for what the computer provides, and who is told of progress and notes
function M.connect(given)
	local client = {
		disk = given.fs or fs,
		fetch = given.fetch or function(url)
			return send({ url = url, timeout = TIMEOUT })
		end,
		now = given.now or function()
			return os.epoch("utc")
		end,
		onProgress = given.onProgress or function() end,
		onNote = given.onNote or function() end,
		registry = given.registry,
		notes = {},
	}
	local known
	local calls = {}
	for name, act in pairs(functions) do
		calls[name] = function(first, second)
			-- Somebody may have changed it while a question was open.
			local isKnown = known ~= nil and known.stamp == stamp(client.disk)
			local state = isKnown and known or prepare(client)
			known = not changing[name] and state or nil
			return act(client, state, first, second)
		end
	end
	return calls
end

return M
