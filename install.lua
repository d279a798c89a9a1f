-- Made by npm run build: the program at the end, and above it the modules that it requires.

local modules, loaded, requireOfComputer = {}, {}, require

local function require(name)
	local module = modules[name]
	if not module then return requireOfComputer(name) end
	if loaded[name] == nil then
		local value = module(name)
		loaded[name] = value == nil and true or value
	end
	return loaded[name]
end

modules["/apis/ccpm/apply"] = function(...)
-- Does what a plan says.

local outcome = require("/apis/trapos/failure").outcome
local raise = require("/apis/ccpm/failure").raise
local stamp = require("/apis/ccpm/look").stamp
local fetchFile = require("/apis/ccpm/registry").fetchFile
local LOCK = require("/apis/ccpm/state").LOCK
local transactionModule = require("/apis/ccpm/transaction")
local commit, FINISHER, has, keep, open, stage =
	transactionModule.commit,
	transactionModule.FINISHER,
	transactionModule.has,
	transactionModule.keep,
	transactionModule.open,
	transactionModule.stage

local M = {}

--- Fetches what a plan needs, and does it.
local function carryOut(tools, plan, transaction)
	local wanted = {}
	local seen = {}
	for _, change in ipairs(plan.files) do
		local to = change.to
		if to and not seen[to.sha256] and not has(transaction, to) then
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
		tools.onProgress({
			phase = phase,
			name = name,
			done = done,
			total = total,
			bytes = bytes,
			totalBytes = plan.download,
		})
	end
	local function work(last)
		while begun < last and failure == nil do
			begun = begun + 1
			local change = wanted[begun]
			tell("fetch", change.path)
			local ok, problem = outcome(function()
				return stage(transaction, change.to, fetchFile(change, tools.fetch))
			end)
			if not ok then
				failure = problem
			end
			done = done + 1
			bytes = bytes + change.to.size
		end
	end
	local function all()
		work(total)
	end

	-- The finisher alone. CC allows 16 requests a computer, and other programs may want some.
	work(math.min(1, total))
	parallel.waitForAll(all, all, all, all)
	if failure ~= nil then
		error(failure, 0)
	end
	tell("apply", plan.title)

	-- Nothing yields from here on.
	if stamp(tools.disk) ~= plan.stamp then
		raise("changed_meanwhile", { path = LOCK })
	end
	commit(transaction, plan, plan.state)
end

--- Does what a plan says, whole or not at all. Raises failures, and what interrupts it, after what was fetched is put
-- aside for the next time.
function M.apply(tools, plan)
	if #plan.files + #plan.data == 0 and (next(plan.state)) == nil then
		return
	end
	if plan.free < plan.needed then
		raise("no_space", { needed = plan.needed, free = plan.free })
	end
	local transaction = open(tools.disk, plan.files)
	local ok, failure = pcall(carryOut, tools, plan, transaction)
	if ok then
		return
	end
	keep(transaction)
	error(failure, 0)
end

return M
end

modules["/apis/ccpm/carryout"] = function(...)
-- Shows a plan, asks, and does what it says.

local listingModule = require("/apis/trapos/listing")
local add, show, start = listingModule.add, listingModule.show, listingModule.start
local ask = require("/apis/trapos/question").ask
local say = require("/apis/trapos/screen").say
local raise = require("/apis/ccpm/failure").raise
local NOTE = require("/apis/ccpm/packagelist").NOTE
local progress = require("/apis/ccpm/progress")
local bytes, note, working = progress.bytes, progress.note, progress.working

local M = {}

--- What there is of packages, by the registry that they come from.
local function addPackages(listing, plan)
	local source
	for _, change in ipairs(plan.packages) do
		local name = change.name
		local from = change.from
		local to = change.to
		local group = to == nil and "Remove:" or "From " .. tostring(change.registry) .. ":"
		if group ~= source then
			add(listing, group)
		end
		source = group
		if to == nil then
			add(listing, "- " .. name, colours.red, from)
		elseif from == nil then
			add(listing, "+ " .. name, colours.lime, to)
		else
			add(listing, "> " .. name, NOTE, from .. " > " .. to)
		end
	end
end

--- What there is of files: their names only where no package stands for them.
local function addFiles(listing, plan)
	local fetched = 0
	for _, file in ipairs(plan.files) do
		if file.to then
			fetched = fetched + 1
		end
		if #plan.packages == 0 then
			add(listing, (file.to and "+ " or "- ") .. file.path)
		end
	end
	for _, path in ipairs(plan.data) do
		add(listing, "- " .. path .. " (data)", colours.red)
	end
	if fetched > 0 then
		add(listing, "Fetch " .. bytes(plan.download) .. ", files: " .. tostring(fetched))
	end
end

local function isEmpty(plan)
	return #plan.packages + #plan.files + #plan.data == 0
end

local function showPlan(plan)
	local listing = start()
	local left = plan.free + plan.freed
	addPackages(listing, plan)
	addFiles(listing, plan)
	if not isEmpty(plan) and left >= 0 and left < math.huge then
		add(listing, "Disk left: " .. bytes(left))
	end
	for _, note in ipairs(plan.notes) do
		add(listing, note, NOTE)
	end

	-- Notes alone say why nothing can be done.
	if isEmpty(plan) and #plan.notes == 0 then
		add(listing, "There is nothing to do.")
	end
	show(listing)
end

--- Whether all of a plan is in use at once: what starts with the computer is not.
local function startsAnew(plan)
	for _, file in ipairs(plan.files) do
		if file.to and string.sub(file.path, 1, 8) == "startup/" then
			return true
		end
	end
	return false
end

--- Shows a plan and asks; false where it is not to be carried out.
local function isWanted(plan, manner, isFitting)
	if manner["dry-run"] ~= nil then
		return false
	end

	-- What does not fit on the disk needs no question: `apply` says so.
	local isAsked = not isEmpty(plan) and isFitting and manner.yes == nil
	return not isAsked or ask("Go on?", true)
end

local function sayDone(plan)
	if not isEmpty(plan) then
		say(startsAnew(plan) and "Done. To use it all: reboot" or "Done.", NOTE)
	end
end

--- Shows a plan, asks and applies it.
--
-- @returns false where the player says no
function M.carryOut(ccpm, plan, manner)
	showPlan(plan)
	if not isWanted(plan, manner, plan.needed <= plan.free) then
		return manner["dry-run"] ~= nil
	end
	working(function()
		return ccpm.apply(plan)
	end)
	sayDone(plan)
	return true
end

--- How an upgrade goes on whose old files are gone, and whose new ones are not all there.
local GO_ON = "The rest is fetched by: ccpm verify --fix"

--- Fetches the files whose places are empty. Fails with `not_repairable` where no registry has one of them any more.
local function fetchMissing(ccpm)
	local missing = {}
	for _, finding in ipairs(ccpm.verify()) do
		if finding.problem == "missing" then
			table.insert(missing, finding)
		end
	end
	local plan = ccpm.planRepair(missing)
	ccpm.apply(plan)

	-- The plan has none of those, as it has none where the registries do not answer.
	local isFetched = {}
	for _, file in ipairs(plan.files) do
		isFetched[file.path] = true
	end
	for _, finding in ipairs(missing) do
		local path = finding.path
		if not isFetched[path] then
			raise("not_repairable", { path = path, name = finding.package })
		end
	end
end

--- Whether a file of a package is not there.
local function isMissing(ccpm)
	for _, known in pairs(ccpm.state().lock.packages) do
		for path in pairs(known.files) do
			if not fs.exists(path) then
				return true
			end
		end
	end
	return false
end

--- Upgrades packages after asking. Where old and new files have no room beside each other, those that ccpm can do without go
-- first.
--
-- @param names the packages; all where it is absent
-- @param force whether files of no package are moved aside
-- @returns false where the player says no
function M.carryOutUpgrade(ccpm, names, force, manner)
	local plan = working(function()
		return ccpm.planUpgrade(names, { force = force })
	end)
	if isEmpty(plan) and isMissing(ccpm) then
		note("Files are missing. Mend it: ccpm verify --fix")
	end
	if plan.needed <= plan.free then
		return M.carryOut(ccpm, plan, manner)
	end
	local removal = working(function()
		return ccpm.planUpgrade(names, { force = force, removeFirst = true })
	end)
	local isRoomFirst = removal.needed <= removal.free
	local isRoomThen = plan.needed <= removal.free + removal.freed
	if not isRoomFirst or not isRoomThen then
		return M.carryOut(ccpm, plan, manner)
	end
	showPlan(plan)
	note("No room for old files beside new ones: the old go first. If that is cut short: ccpm verify --fix")
	if not isWanted(plan, manner, true) then
		return manner["dry-run"] ~= nil
	end
	working(function()
		return ccpm.apply(removal)
	end)
	local ok, problem = pcall(working, function()
		return fetchMissing(ccpm)
	end, GO_ON)
	if not ok then
		if problem ~= "Terminated" then
			note(GO_ON)
		end
		error(problem, 0)
	end
	sayDone(plan)
	return true
end

return M
end

modules["/apis/ccpm/checking"] = function(...)
-- Checks values that come from outside by specs, which are plain tables: a value of one kind, an object with known fields,
-- a list, or a table of entries by name. What is right is copied, with what the spec names alone; what is wrong is raised
-- as a text that says where: "packages.ai.version 1 is not like 1.0.0".

local M = {}

--- A single value. `says` completes a sentence: "is not a number".
function M.single(says, fits)
	return { type = "single", says = says, fits = fits }
end

--- An object with these fields.
function M.object(fields, check)
	return { type = "object", fields = fields, check = check }
end

--- A list of at most so many items.
function M.listOf(most, item)
	return { type = "list", most = most, item = item }
end

--- At most so many entries by names of a kind.
function M.entriesOf(most, key, item)
	return { type = "entries", most = most, key = key, item = item }
end

--- What may be absent.
function M.optional(spec)
	return { type = "optional", spec = spec }
end

--- A text in one line of ASCII: what comes from a registry may hold what a screen obeys.
function M.plain(text)
	return (string.gsub(text, "[^ -~]", "?"))
end

--- Raises what is wrong at a place.
function M.raiseWrong(where, what)
	return error(M.plain(string.sub(where, -100)) .. " " .. what, 0)
end

--- A place in another one; the whole has none.
function M.placeIn(where, name)
	return where == "" and tostring(name) or where .. "." .. tostring(name)
end

--- How a value that is not as it should be is shown, where that helps.
function M.shown(value)
	if type(value) == "number" or type(value) == "string" and value ~= "" then
		local known = M.plain((string.gsub(tostring(value), "%s+", " ")))
		return " " .. (#known > 24 and string.sub(known, 1, 21) .. "..." or known)
	end
	return ""
end

--- The copy of a single value that is right: texts in one line that fits.
local function copyOf(spec, value)
	if type(value) ~= "string" then
		return value
	end
	return M.plain(string.sub(spec.isLower and string.lower(value) or value, 1, 200))
end

--- Reads the name of an entry, which is shown by its place.
function M.readName(spec, value, where)
	if not spec.fits(value) then
		M.raiseWrong(where, spec.says)
	end
	return copyOf(spec, value)
end

--- Fails unless a value that is there has the form that its spec says.
local function requireForm(spec, value, where)
	if spec.type == "single" then
		if not spec.fits(value) then
			M.raiseWrong(where .. M.shown(value), spec.says)
		end
	elseif type(value) ~= "table" then
		M.raiseWrong(where, spec.type == "list" and "is not a list" or "is not an object")
	end
end

--- Fails where there are more entries than there may be.
local function requireFew(spec, given, where)
	local count = 0
	for _ in pairs(given) do
		count = count + 1
	end
	if count > spec.most then
		M.raiseWrong(where, "has more than " .. tostring(spec.most) .. " entries")
	end
end

--- The place of an item in its list; fails for a name, and for what comes after a null.
local function placeOf(given, key, where)
	if type(key) == "number" and (key == 1 or given[key - 1] ~= nil) then
		return key
	end
	return M.raiseWrong(where, "is not a list")
end

--- Reads a value by a spec.
--
-- @param spec what it has to be
-- @param value anything
-- @param where it stands, for the message when it is wrong
-- @returns a copy that holds what the spec names; raises a text otherwise
function M.read(spec, value, where)
	if spec.type == "optional" then
		if value == nil then
			return nil
		end
		return M.read(spec.spec, value, where)
	end
	if value == nil then
		M.raiseWrong(where, "is missing")
	end
	requireForm(spec, value, where)
	if spec.type == "single" then
		return copyOf(spec, value)
	end
	local given = value
	local copy = {}
	if spec.type == "object" then
		for name, field in pairs(spec.fields) do
			copy[name] = M.read(field, given[name], M.placeIn(where, name))
		end
		if spec.check ~= nil then
			spec.check(copy, where)
		end
		return copy
	end
	requireFew(spec, given, where)
	if spec.type == "list" then
		local list = {}
		for key, item in pairs(given) do
			local place = placeOf(given, key, where)
			list[place] = M.read(spec.item, item, M.placeIn(where, place))
		end
		return list
	end
	for name, entry in pairs(given) do
		local at = M.placeIn(where, name)
		local key = M.readName(spec.key, name, at)
		copy[key] = M.read(spec.item, entry, at)
	end
	return copy
end

return M
end

modules["/apis/ccpm/client"] = function(...)
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
end

modules["/apis/ccpm/failure"] = function(...)
-- Every way in which ccpm can fail: its code, what happened and what to do next.

local makeFailure = require("/apis/trapos/failure").makeFailure

local M = {}

--- Messages and hints by code; `{name}` stands for a detail of the case. With usual details a message and a hint fit two
-- lines of a 51 column screen each.
M.failures = {
	http_disabled = {
		"The HTTP API is switched off here.",
		"In computercraft-server.toml: [http] enabled = true",
	},
	address_denied = {
		"ComputerCraft forbids {registry} (Domain not permitted).",
		'In computercraft-server.toml, at host = "$private": action = "allow"',
	},
	network_error = { "The request to {registry} failed: {what}.", "Check the address and the network." },
	server_error = { "{registry} failed at {path} (HTTP {status}).", "Try again in some minutes." },
	no_index = {
		"{registry} is no registry: it has no packages/index.json.",
		"Check the address and the network.",
	},
	no_entry = { "{registry} lets nobody in (HTTP {status}).", "Check the address, or ask those who run it." },
	file_missing = { "{registry} lists {path}, but does not serve it.", "Try again in some minutes." },
	wrong_content = { "{registry} serves another {path} than it lists.", "Try again in some minutes." },
	bad_index = { "The index of {registry} is not valid: {what}.", "Tell those who run that registry." },
	not_json = {
		"The index of {registry} is not JSON: {what}.",
		"Check the address, or tell those who run it.",
	},
	newer_index = { "{registry} is for a newer ccpm.", "Type: ccpm upgrade ccpm" },
	bad_registry = {
		"{registry} is no registry's address.",
		"Give http(s)://... or <owner>/<repo>[@branch] of GitHub.",
	},
	no_registry = { "No registry is configured.", "Add one: ccpm registry add <registry>" },
	registry_known = { "{registry} is configured already.", "See: ccpm registry list" },
	registries_full = { "There can be no more registries.", "Remove one: ccpm registry remove <registry>" },
	registry_unknown = { "{registry} is not configured.", "See: ccpm registry list" },
	registry_position = { "There is no position {position}.", "Give one from 1 to {last}." },
	unknown_package = { "No registry has a package {name}.", "See: ccpm search <word>" },
	left_out = { "{name} cannot be had: {what}.", "Tell those who run its registry." },
	no_version = { "{need}, but there is {known}.", "Try: ccpm update, or add a registry that has it." },
	conflict = { "{need}, but {but}.", "Upgrade or uninstall one, or add a registry." },
	cycle = { "Packages need each other in a circle: {what}.", "Tell those who made them." },
	too_complex = { "These packages need too much to be worked out.", "Install fewer of them at once." },
	not_installed = { "{name} is not installed.", "See: ccpm list" },
	needed_by = { "{name} is needed by {what}.", "Uninstall them, too: add --cascade" },
	file_exists = {
		"{path} is there, and no package brought it.",
		"Move it away, or keep it beside: add --force",
	},
	file_conflict = { "{path} belongs to {owner}; {name} has it, too.", "Keep only one of the two packages." },
	folder_in_the_way = { "{path} is a folder; {name} has a file there.", "Move it: mv {path} {path}.old" },
	file_in_the_way = { "{path} is a file; {name} needs a folder there.", "Move it: mv {path} {path}.lua" },
	other_drive = { "{path} is on another drive.", "Move it away, or take the disk out." },
	no_space = {
		"The disk is too full: {needed} bytes are needed, {free} are free.",
		"Delete something first.",
	},
	changed_meanwhile = { "{path} changed meanwhile. Nothing was touched.", "Try again." },
	cannot_write = { "{path} cannot be written: {what}.", "Look at the disk, then try again." },
	not_finished = { "A change was begun and cannot be finished.", "{what}" },
	not_repairable = {
		"No registry has {path} of {name} as it was installed.",
		"Try again later, or: ccpm upgrade {name}",
	},
	newer_format = { "{path} was written by a newer ccpm.", "Upgrade ccpm, or delete that file." },
	bad_argument = { "{call}: {what}.", "Call it as: {usage}" },
	internal_error = { "Unexpected: {what}", "Use install.lua again, or report this." },
}

--- Makes a failure.
--
-- @param detail values for the `{name}`s in its message and hint
-- @returns the failure, which `tostring` turns into message and hint
function M.fail(code, detail)
	return makeFailure(M.failures, code, detail)
end

--- Raises a failure, which the function that the program called returns.
function M.raise(code, detail)
	error(M.fail(code, detail), 0)
end

return M
end

modules["/apis/ccpm/finish"] = function(...)
-- Finishes what a transaction of ccpm has begun. A copy of the compiled file stands in /startup while a transaction is
-- under way: it must work while everything else of ours is half replaced, so it requires nothing.

local M = {}

--- It is there as long as a transaction is under way.
M.STAGING = "trapos/ccpm.staging"

--- With this file in it, the transaction is committed.
M.JOURNAL = M.STAGING .. "/journal.json"

--- New contents wait here under their sha256, and stay after a failure in an orderly way.
M.PARTIAL = "trapos/ccpm.partial"

--- Runs before the other startup files.
M.FINISHER = "startup/00-ccpm-finish.lua"

--- Where the finisher is for a moment while /startup goes, and where a player's file of this name is kept meanwhile.
local STARTUP_FILE = "startup.lua"
local KEPT = "startup.lua.ccpm-kept"

--- By this text it knows itself in the place of a startup file.
local MARK = "the finisher of ccpm, version 1"

--- The content of a file, or nothing where there is none.
function M.read(disk, path)
	local file = disk.open(path, "rb")
	if file == nil then
		return ""
	end
	local content = file.readAll() or ""
	file.close()
	return content
end

--- A path where nothing is: the given one, or else with a number behind it.
function M.freeName(disk, path, number)
	local free = path .. tostring(number or "")
	return disk.exists(free) and M.freeName(disk, path, (number or 1) + 1) or free
end

--- A free name for a file that is kept. CC runs every file of /startup at boot, so those are kept elsewhere.
function M.backupOf(disk, path)
	local moved, count = string.gsub(path, "^startup/", "startup.ccpm-old/")
	return M.freeName(disk, count > 0 and moved or path .. ".ccpm-old")
end

--- How a file stands on the disk: another text once somebody has written it; empty where there is none.
function M.standing(disk, path)
	if not disk.exists(path) or disk.isDir(path) then
		return ""
	end
	local found = disk.attributes(path)
	return tostring(found.size) .. " " .. tostring(found.modified)
end

--- Deletes the folders above a path that have nothing in them.
local function removeEmptyFolders(disk, path)
	local folder = fs.getDir(path)
	while folder ~= "" do
		if disk.isDir(folder) then
			if #disk.list(folder) > 0 then
				return
			end
			disk.delete(folder)
		end
		folder = fs.getDir(folder)
	end
end

--- Moves, and makes the folders above the new place.
function M.moveTo(disk, from, to)
	local folder = fs.getDir(to)
	if not disk.isDir(folder) then
		disk.makeDir(folder)
	end
	disk.move(from, to)
end

--- What CC says of a failure without the program's line and the path, which it puts before.
function M.reasonOf(problem)
	return (string.match(tostring(problem), "([^:%s][^:]*)$"))
end

--- Does a step, unless it is done already.
local function perform(disk, step)
	local path = step.path
	local staged = step.staged

	-- What is not staged any more has its place already.
	if staged ~= nil and not disk.exists(staged) then
		return
	end
	if disk.exists(path) and (step.folder or not disk.isDir(path)) then
		local isOthers = step.seen ~= nil and step.seen ~= M.standing(disk, path)

		-- Somebody has put it there since; what was to go is gone.
		if isOthers and staged == nil then
			return
		end
		if step.backup ~= nil then
			M.moveTo(disk, path, M.freeName(disk, step.backup))
		elseif isOthers then
			M.moveTo(disk, path, M.backupOf(disk, path))
		else
			disk.delete(path)
		end
	end
	if staged ~= nil then
		M.moveTo(disk, staged, path)
	else
		removeEmptyFolders(disk, path)
	end
end

--- Where the finisher is, if the next boot runs it.
function M.placeOf(disk)
	if disk.exists(M.FINISHER) then
		return M.FINISHER
	end
	for _, path in ipairs({ STARTUP_FILE, "startup" }) do
		local isFile = disk.exists(path) and not disk.isDir(path)
		if isFile and (string.find(M.read(disk, path), MARK, 1, true)) ~= nil then
			return path
		end
	end
	return nil
end

--- Removes the finisher, and /startup where nothing else is in it. Deleting a folder with a file in it is two steps, and
-- nothing would run after a power cut between them. So the finisher gets out of the folder first, to the other places
-- that CraftOS runs, and each step leaves it in one of them, so that the next boot goes on.
local function leave(disk, place)
	local at = place
	if
		at == M.FINISHER
		and #disk.list("startup") == 1
		and not (disk.exists(STARTUP_FILE) and disk.exists(KEPT))
	then
		if disk.exists(STARTUP_FILE) then
			disk.move(STARTUP_FILE, KEPT)
		end
		disk.move(at, STARTUP_FILE)
		at = STARTUP_FILE
	end
	if at == STARTUP_FILE then
		local isUsed = disk.isDir("startup") and #disk.list("startup") > 0
		local to = isUsed and M.FINISHER or "startup"
		if not isUsed then
			disk.delete(to)
		end
		disk.move(at, to)
		at = to
	end
	if disk.exists(KEPT) and not disk.exists(STARTUP_FILE) then
		disk.move(KEPT, STARTUP_FILE)
	end
	disk.delete(at)
	removeEmptyFolders(disk, at)
end

--- Deletes all that a transaction has of its own on the disk.
--
-- @param partial whether new contents stay for the next one
function M.clean(disk, partial)
	if not partial then
		disk.delete(M.PARTIAL)
	end
	disk.delete(M.STAGING)
	removeEmptyFolders(disk, M.PARTIAL .. "/any")
	local place = M.placeOf(disk)
	if place ~= nil then
		leave(disk, place)
	end
end

--- Finishes a committed transaction. One that was not committed is left alone, as another program may be at it, except
-- at boot, when none can be.
--
-- @param disk the computer's fs
-- @param boot whether the computer is starting: it restarts when that changes which startup files there are
-- @returns true and what to tell the player, if anything was done; or false and why it cannot be finished, with
-- nothing lost
function M.recover(disk, boot)
	if not disk.exists(M.JOURNAL) then
		if not boot then
			return true
		end
		local stopped = disk.exists(M.STAGING)
		local place = M.placeOf(disk)
		if not stopped and place == nil then
			return true
		end

		-- CraftOS has not run the player's.
		local hid = disk.exists(KEPT) or place == STARTUP_FILE or place == "startup"
		M.clean(disk)
		if hid and disk.exists(STARTUP_FILE) then
			os.reboot()
		end
		return true, stopped and "ccpm was stopped before it changed anything." or nil
	end
	local journal = textutils.unserializeJSON(M.read(disk, M.JOURNAL))
	local isWhole = pcall(function()
		for _, step in ipairs(journal.steps) do
			fs.combine(step.path, journal.title)
		end
	end)
	if not isWhole or journal.version ~= 1 then
		disk.move(M.JOURNAL, M.freeName(disk, "trapos/ccpm.journal.broken"))
		M.clean(disk)
		return false, "ccpm cannot read its journal. Type: ccpm verify --fix"
	end
	local before = boot and table.concat(disk.list("startup"), "/")
	for _, step in ipairs(journal.steps) do
		local ok, problem = pcall(perform, disk, step)
		if not ok then
			return false,
				"ccpm cannot finish: "
					.. journal.title
					.. "\n"
					.. step.path
					.. ": "
					.. M.reasonOf(problem)
					.. ". Mend that, then: reboot"
		end
	end
	local restarted = M.STAGING .. "/restarted"
	if boot and table.concat(disk.list("startup"), "/") ~= before and not disk.exists(restarted) then
		-- CraftOS has listed the files that it runs already. Once is enough, whatever they do to each other.
		disk.makeDir(restarted)
		os.reboot()
	end

	-- Half deleted, it would look like that of a transaction that was not committed.
	disk.delete(M.PARTIAL)
	disk.move(M.STAGING, M.PARTIAL)
	M.clean(disk)
	return true, "ccpm finished: " .. journal.title .. " (the power had gone)"
end

-- CraftOS runs a startup file without arguments; require gives a module its name.
local name = ...
if name == nil then
	local done, line = M.recover(fs, true)
	if line ~= nil then
		(done and print or printError)(line)
	end
end
return M
end

modules["/apis/ccpm/formats"] = function(...)
-- What may come from outside: ccpm's JSON, answers, arguments. All is looked at here before anything is done with it.

local checking = require("/apis/ccpm/checking")
local entriesOf, listOf, object, optional, placeIn, plain, raiseWrong, read, readName, shown, single =
	checking.entriesOf,
	checking.listOf,
	checking.object,
	checking.optional,
	checking.placeIn,
	checking.plain,
	checking.raiseWrong,
	checking.read,
	checking.readName,
	checking.shown,
	checking.single
local semver = require("/apis/ccpm/semver")
local isRange, isVersion = semver.isRange, semver.isVersion

local M = {}

--- The most registries that may be configured.
M.MOST_REGISTRIES = 100
local MOST_PACKAGES = 1000

--- The most bytes that an index may have.
M.INDEX_BYTES = 524288

--- Empty parts and such that end with a dot, which leads up, or which some hosts ignore.
local BAD_PART = "[./]/"

--- What ccpm calls files of players that it keeps.
local KEPT = "%.ccpm%-"

--- What no file of a package may be: CC's own folders and drives, the player's settings and what they are written by, ccpm's
-- state and its startup file. Patterns for a path in lower case with a slash before and behind it.
local NO_FILES = {
	BAD_PART,
	KEPT,
	"^/rom/",
	"^/disk%d*/",
	"^/%.settings",
	"^/trapos/",
	"^/startup/00%-ccpm",
}

--- What no folder of data may be.
local NO_DATA = { BAD_PART, "^/trapos/ccpm" }

--- Whether a value is a text of at most so many bytes with a pattern.
local function isText(value, most, pattern)
	return type(value) == "string" and #value <= most and (string.find(value, pattern)) ~= nil
end

--- Whether a value is a whole number from 0 to `most`.
local function isWhole(value, most)
	return type(value) == "number" and value >= 0 and value <= most and value % 1 == 0
end

--- Whether a path has one of some patterns, in whichever case.
local function hasAny(path, patterns)
	for _, pattern in ipairs(patterns) do
		if (string.find("/" .. string.lower(path) .. "/", pattern)) ~= nil then
			return true
		end
	end
	return false
end

--- Whether a value is a path that a package's file may have.
local function isFile(value)
	return isText(value, 200, "^[%w._/-]+$") and not hasAny(value, NO_FILES)
end

--- Whether a value is a folder that a package may write to.
local function isData(value)
	return isText(value, 200, "^trapos/[%w._/-]+$") and not hasAny(value, NO_DATA)
end

local packageName = single("is not of a-z 0-9 . _ -", function(value)
	return isText(value, 64, "^[a-z0-9][a-z0-9._-]*$")
end)
local path = single("is not a path that packages may have", isFile)
local folder = single("is not a folder in trapos/", isData)
local registry = single("is not a registry", function(value)
	return isText(value, 200, "^[!-~]+$")
end)
local version = single("is not like 1.0.0", function(value)
	return isText(value, 64, "") and isVersion(value)
end)
local range = single("is not a version range", function(value)
	return isText(value, 200, "^[ -~]*$") and isRange(value)
end)
local hash = {
	type = "single",
	says = "is not 64 hex digits",
	fits = function(value)
		return isText(value, 64, "^" .. string.rep("%x", 64) .. "$")
	end,
	isLower = true,
}
local text = single("is not a text", function(value)
	return isText(value, M.INDEX_BYTES, "")
end)
local textOrFalse = single("is not a text or false", function(value)
	return value == false or type(value) == "string"
end)

--- A text of any length.
local body = single("is not a text", function(value)
	return type(value) == "string"
end)
local size = single("is not a whole number up to 1000000", function(value)
	return isWhole(value, 1000000)
end)

--- Milliseconds until the year 5138, or any other whole number.
local whole = single("is not a whole number", function(value)
	return isWhole(value, 99999999999999)
end)
local amount = single("is not a number", function(value)
	return type(value) == "number" and value == value
end)
local flag = single("is not true or false", function(value)
	return type(value) == "boolean"
end)
local func = single("is not a function", function(value)
	return type(value) == "function"
end)
local dependencies = entriesOf(100, packageName, range)
local file = object({ size = size, sha256 = hash })
local files = entriesOf(500, path, file)
local autostart = optional(listOf(100, path))
local data = optional(listOf(100, folder))

--- Raises what is wrong with the files of a package.
local function checkPackage(copy, where)
	local seen = {}
	for name in pairs(copy.files) do
		-- Where capitals do not count, one would overwrite the other.
		local folded = string.lower(name)
		if seen[folded] then
			raiseWrong(placeIn(where, "files." .. name), "is there twice, but for capitals")
		end
		seen[folded] = true
	end
	for _, name in ipairs(copy.autostart or {}) do
		if copy.files[name] == nil then
			raiseWrong(placeIn(where, "autostart"), "is not among its files")
		end
	end
end

--- A package in an index.
local offered = object({
	version = version,
	description = text,
	dependencies = dependencies,
	files = files,
	autostart = autostart,
	data = data,
}, checkPackage)

--- A package in the lock.
local installed = object({
	version = version,
	dependencies = dependencies,
	files = files,
	autostart = autostart,
	data = data,
	registry = optional(registry),
	automatic = optional(flag),
}, checkPackage)

--- A package in the cache, and a registry there.
local known = object({ version = version, description = text, dependencies = dependencies, size = size })
local cached = object({
	updated = whole,
	packages = entriesOf(MOST_PACKAGES, packageName, known),
})
local registries = listOf(M.MOST_REGISTRIES, registry)
local installedPackages = entriesOf(MOST_PACKAGES, packageName, installed)
local cachedRegistries = entriesOf(M.MOST_REGISTRIES, registry, cached)

--- Raises where a file comes from nowhere.
local function checkMove(copy, where)
	if copy.to ~= nil and copy.registry == nil then
		raiseWrong(placeIn(where, "registry"), "is missing")
	end
end

local packageChange = object({
	name = text,
	from = optional(text),
	to = optional(text),
	registry = optional(text),
})
local fileChange = object({
	path = text,
	package = text,
	to = optional(file),
	registry = optional(text),
	backup = optional(text),
	found = optional(object({ size = amount, modified = amount })),
}, checkMove)
local plan = object({
	title = text,
	packages = listOf(MOST_PACKAGES, packageChange),
	files = listOf(500000, fileChange),
	data = listOf(100000, text),
	state = entriesOf(3, text, textOrFalse),
	stamp = optional(text),
	download = amount,
	needed = amount,
	free = amount,
	freed = amount,
	notes = listOf(600000, text),
})

--- A stand-in for CC's fs.
local disk = object({
	exists = func,
	isDir = func,
	list = func,
	open = func,
	delete = func,
	move = func,
	copy = func,
	makeDir = func,
	getSize = func,
	attributes = func,
	getFreeSpace = func,
	getDrive = func,
})
local environment = object({
	fs = optional(disk),
	fetch = optional(func),
	registry = optional(text),
	now = optional(func),
	onProgress = optional(func),
	onNote = optional(func),
})
local finding = object({
	path = text,
	problem = text,
	package = optional(text),
})

--- What programs hand in, by what it is called here.
local ARGUMENTS = {
	names = listOf(MOST_PACKAGES, text),
	["some names"] = optional(listOf(MOST_PACKAGES, text)),
	registry = text,
	position = amount,
	findings = listOf(500000, finding),
	plan = plan,
	["install options"] = optional(object({ force = optional(flag) })),
	["upgrade options"] = optional(object({
		force = optional(flag),
		removeFirst = optional(flag),
	})),
	["uninstall options"] = optional(object({
		cascade = optional(flag),
		unused = optional(flag),
	})),
	["registry options"] = optional(object({
		position = optional(amount),
		force = optional(flag),
	})),
	environment = environment,
	answer = object({
		status = optional(whole),
		body = body,
		reason = optional(text),
	}),
	time = whole,
}

--- What is wrong with a format's version, and whether a newer ccpm wrote it; nothing where it is known.
local function versionProblem(value)
	if type(value) ~= "table" then
		return "it is damaged", false
	end
	local version = value.version
	if version == 1 then
		return
	end
	return "version" .. shown(version) .. " is not 1", type(version) == "number" and version > 1
end

--- Checks the format's version, then the one field that each of the files has beside it.
local function check(value, field, spec)
	local problem, isNewer = versionProblem(value)
	if problem ~= nil then
		return false, problem, isNewer
	end
	local ok, result = pcall(read, spec, value[field], field)
	if not ok then
		return false, result, false
	end
	return true, { version = 1, [field] = result }
end

--- A name and a package of an index, in one call that can be protected.
local function readOffered(name, value)
	readName(packageName, name, "its name")
	return read(offered, value, "")
end

--- Checks a registry's index. A package that is not as it should be is left out.
--
-- @param value JSON, decoded
function M.checkIndex(value)
	local problem, isNewer = versionProblem(value)
	if problem ~= nil then
		return false, problem, isNewer
	end
	local given = value.packages
	if type(given) ~= "table" then
		local what = given == nil and "is missing" or "is not an object"
		return false, "packages " .. what, false
	end
	local packages = {}
	local leftOut = {}
	local count = 0
	for name, entry in pairs(given) do
		count = count + 1
		if count > MOST_PACKAGES then
			return false, "packages has more than " .. tostring(MOST_PACKAGES) .. " entries", false
		end
		local ok, result = pcall(readOffered, name, entry)
		if ok then
			packages[name] = result
		else
			leftOut[plain(string.sub(tostring(name), 1, 64))] = (string.gsub(tostring(result), "^ ", ""))
		end
	end
	return true, { packages = packages, leftOut = leftOut }
end

--- Checks /trapos/ccpm.json.
--
-- @param value JSON, decoded
function M.checkConfiguration(value)
	return check(value, "registries", registries)
end

--- Checks /trapos/ccpm.lock.json.
--
-- @param value JSON, decoded
function M.checkLock(value)
	return check(value, "packages", installedPackages)
end

--- Checks /trapos/ccpm.cache.json.
--
-- @param value JSON, decoded
function M.checkCache(value)
	return check(value, "registries", cachedRegistries)
end

--- Checks what a program has handed in.
--
-- @param kind which of its arguments, as above
-- @param value what was given
-- @param name what it is called
-- @returns what is wrong, as "names is not a list"; nothing where it is right
function M.argumentProblem(kind, value, name)
	local ok, problem = pcall(read, ARGUMENTS[kind], value, name)
	return not ok and problem or nil
end

return M
end

modules["/apis/ccpm/look"] = function(...)
-- What stands on the disk.

local finish = require("/apis/ccpm/finish")
local read, standing = finish.read, finish.standing
local sha256 = require("/apis/ccpm/sha256").sha256
local state = require("/apis/ccpm/state")
local CACHE, CONFIGURATION, LOCK = state.CACHE, state.CONFIGURATION, state.LOCK

local M = {}

--- The file at a path, or undefined where there is none.
function M.look(disk, path)
	return disk.exists(path) and not disk.isDir(path) and disk.attributes(path) or nil
end

--- Whether there is a file with the content that a fingerprint tells. May yield.
function M.matches(disk, path, file)
	local found = M.look(disk, path)
	return found ~= nil and found.size == file.size and sha256(read(disk, path)) == file.sha256
end

--- How ccpm's own files stand on the disk: another text once one of them has been written.
function M.stamp(disk)
	local text = ""
	for _, path in ipairs({ CACHE, CONFIGURATION, LOCK }) do
		text = text .. path .. " " .. standing(disk, path) .. " "
	end
	return text
end

return M
end

modules["/apis/ccpm/offers"] = function(...)
-- What the registries offer.

local outcome = require("/apis/trapos/failure").outcome
local fail = require("/apis/ccpm/failure").fail
local tables = require("/apis/ccpm/tables")
local keys, same = tables.keys, tables.same
local fetchIndex = require("/apis/ccpm/registry").fetchIndex
local state = require("/apis/ccpm/state")
local copy, replace = state.copy, state.replace

local M = {}

--- How many packages of a registry are named that are left out.
local MOST_NAMED = 5

--- Tells which packages of a registry are left out, and why.
local function noteLeftOut(tools, registry, leftOut)
	local names = keys(leftOut)
	for place, name in ipairs(names) do
		if place > MOST_NAMED then
			break
		end
		tools.onNote(registry .. ": left out: " .. name .. " (" .. tostring(leftOut[name]) .. ")")
	end
	local more = #names - MOST_NAMED
	if more > 0 then
		tools.onNote(registry .. ": left out: " .. tostring(more) .. " more")
	end
end

--- Asks registries what they have. One that does not answer is left out, with a note.
--
-- @param tools what is used of the computer, and who is told
-- @param before the state up to now
-- @param isOptional whether to go on where none answers
-- @param only those that are asked; all that are configured where it is absent
-- @returns the state with what is new in its cache, of each package what the registries offer in their order, and why
-- packages are left out, by name
function M.askRegistries(tools, before, isOptional, only)
	local registries = only or before.configuration.registries
	local total = #registries
	local cached = copy(before.cache.registries)
	local candidates = {}
	local leftOut = {}
	local failures = {}
	for place, registry in ipairs(registries) do
		tools.onProgress({
			phase = "index",
			name = registry,
			done = place - 1,
			total = total,
			bytes = 0,
			totalBytes = 0,
		})
		local ok, answer = outcome(function()
			return fetchIndex(registry, tools.fetch)
		end)
		if ok then
			noteLeftOut(tools, registry, answer.leftOut)
			for name, why in pairs(answer.leftOut) do
				if leftOut[name] == nil then
					leftOut[name] = why
				end
			end
			local packages = {}
			for name, offered in pairs(answer.packages) do
				local size = 0
				for _, file in pairs(offered.files) do
					size = size + file.size
				end
				packages[name] = {
					version = offered.version,
					description = offered.description,
					dependencies = offered.dependencies,
					size = size,
				}
				offered.registry = registry
				if candidates[name] == nil then
					candidates[name] = {}
				end
				table.insert(candidates[name], offered)
			end
			local known = cached[registry]
			local isKnown = known and same(known.packages, packages)
			if not isKnown then
				cached[registry] = {
					updated = tools.now(),
					packages = packages,
				}
			end
		else
			failures[#failures + 1] = answer
		end
	end
	if #failures == total and not isOptional then
		error(failures[1] or fail("no_registry"), 0)
	end
	for _, failure in ipairs(failures) do
		tools.onNote(failure.message .. " It is left out.")
	end
	return replace(before, "cache", "registries", cached), candidates, leftOut
end

return M
end

modules["/apis/ccpm/owners"] = function(...)
-- Which package each file is of.

local raise = require("/apis/ccpm/failure").raise
local keys = require("/apis/ccpm/tables").keys

local M = {}

--- Whose files of no package are: it matches none of them.
M.NOBODYS = { name = "", file = { size = -1, sha256 = "" } }

--- Whether a package of a lock has a file.
local function brings(lock, name, path)
	local known = lock.packages[name]
	return known ~= nil and known.files[path] ~= nil
end

--- The files of a lock's packages by path; what is of two packages is of the first, unless that must not be.
--
-- @param before what is installed, where the lock is to be: of two packages the file is of the one that has it already
function M.ownersOf(lock, before)
	local files = {}
	local owners = {}
	for _, name in ipairs(keys(lock.packages)) do
		for path, file in pairs(lock.packages[name].files) do
			-- On some hosts' disks capitals do not count.
			local folded = string.lower(path)
			local other = owners[folded]
			if other ~= nil and before ~= nil then
				local isFirst = brings(before, other.name, other.path) or not brings(before, name, path)
				local owner = isFirst and other.name or name
				raise("file_conflict", { path = path, owner = owner, name = isFirst and name or other.name })
			end
			owners[folded] = { name = name, path = path }
			if files[path] == nil then
				files[path] = { name = name, file = file }
			end
		end
	end
	return files
end

return M
end

modules["/apis/ccpm/packagelist"] = function(...)
-- What `ccpm` shows of packages: lists, searches and one package.

local listingModule = require("/apis/trapos/listing")
local add, show, start = listingModule.add, listingModule.show, listingModule.start
local raise = require("/apis/ccpm/failure").raise
local keys = require("/apis/ccpm/tables").keys
local bytes = require("/apis/ccpm/progress").bytes
local compare = require("/apis/ccpm/semver").compare

local M = {}

--- The colour of what is new, or asks for something.
M.NOTE = colours.yellow

--- The colour of what stands beside.
local REMARK = colours.lightGrey

local function isNewer(one, installed)
	return installed ~= nil and compare(one.version, installed.version) > 0
end

--- What the registries are known to offer: of each package what the first has, or the first that has a newer one than
-- is installed. That is what an installation or an upgrade takes if it fits.
function M.offers(state)
	local offered = {}
	for _, registry in ipairs(state.configuration.registries) do
		local known = state.cache.registries[registry]
		for name, found in pairs(known and known.packages or {}) do
			local installed = state.lock.packages[name]
			local other = offered[name]
			if other == nil or not isNewer(other.package, installed) and isNewer(found, installed) then
				offered[name] = { registry = registry, package = found }
			end
		end
	end
	return offered
end

--- Lists what is installed, and what is newer.
--
-- @param state what is installed and known
-- @param otherwise is said where nothing newer is known; how to look for it, where it is absent
-- @returns whether anything newer is known
function M.showInstalled(state, otherwise)
	local packages = state.lock.packages
	local offered = M.offers(state)
	local listing = start()
	local hasNewer = false
	for _, name in ipairs(keys(packages)) do
		local installed = packages[name]
		local offer = offered[name]
		local version = installed.version
		local colour
		if offer ~= nil and isNewer(offer.package, installed) then
			version = version .. " > " .. offer.package.version
			colour = M.NOTE
			hasNewer = true
		end
		if installed.automatic then
			version = version .. " (needed)"
		end
		add(listing, name, colour, version)
	end
	if hasNewer then
		add(listing, "Take the newer: ccpm upgrade", M.NOTE)
	elseif (next(packages)) == nil then
		add(listing, "Nothing is installed. See: ccpm search")
	else
		add(listing, otherwise or "Look for newer: ccpm update", REMARK)
	end
	show(listing)
	return hasNewer
end

--- Whether a package's name or description holds all of some words.
local function fits(name, offer, words)
	local text = string.lower(name .. " " .. offer.package.description)
	for _, word in ipairs(words) do
		if (string.find(text, string.lower(word), 1, true)) == nil then
			return false
		end
	end
	return true
end

local function addFound(listing, name, offer, installed)
	local version = offer.package.version
	if installed ~= nil then
		version = version
			.. (
				installed.version == version and " (installed)"
				or " (installed: " .. installed.version .. ")"
			)
	end
	add(listing, name, M.NOTE, version)
	add(listing, "  " .. offer.package.description)
end

--- Lists the packages that can be installed and whose name or description holds all of some words.
--
-- @returns whether there is any
function M.showSearch(state, words)
	local offered = M.offers(state)
	local listing = start()
	for _, name in ipairs(keys(offered)) do
		local offer = offered[name]
		if fits(name, offer, words) then
			addFound(listing, name, offer, state.lock.packages[name])
		end
	end
	local isFound = #listing.lines > 0
	if not isFound then
		add(listing, "No such package is known. Look: ccpm update", colours.red)
	end
	show(listing)
	return isFound
end

--- Shows all that is known of a package.
function M.showPackage(state, name)
	local packages = state.lock.packages
	local offer = M.offers(state)[name]
	local installed = packages[name]
	if installed == nil and offer == nil then
		raise("unknown_package", { name = name })
	end
	local listing = start()
	add(listing, name, M.NOTE)
	if offer ~= nil then
		local known = offer.package
		add(listing, known.description)
		add(listing, "Available:", nil, known.version .. ", " .. bytes(known.size))
		add(listing, "From:", nil, offer.registry)
	end
	if installed then
		add(listing, "Installed:", nil, installed.version)
	end
	local dependencies = (installed or offer.package).dependencies
	for _, other in ipairs(keys(dependencies)) do
		add(listing, "Needs:", nil, other .. " " .. tostring(dependencies[other]))
	end
	for _, other in ipairs(keys(packages)) do
		if packages[other].dependencies[name] ~= nil then
			add(listing, "Needed by:", nil, other)
		end
	end
	show(listing)
end

--- Lists the files of an installed package.
function M.showFiles(state, name)
	local installed = state.lock.packages[name]
	if not installed then
		return raise("not_installed", { name = name })
	end
	local listing = start()
	for _, path in ipairs(keys(installed.files)) do
		add(listing, path, nil, bytes(installed.files[path].size))
	end
	show(listing)
end

--- Lists the registries, in their order.
function M.showRegistries(state)
	local listing = start()
	for number, registry in ipairs(state.configuration.registries) do
		local known = state.cache.registries[registry]
		add(listing, tostring(number) .. " " .. registry)
		if known then
			local date = os.date("%Y-%m-%d", known.updated / 1000)
			add(listing, "  packages: " .. tostring(#keys(known.packages)) .. ", " .. date, REMARK)
		end
	end
	if #listing.lines == 0 then
		add(listing, "There is none. Add one: ccpm registry add <registry>")
	end
	show(listing)
end

return M
end

modules["/apis/ccpm/plan"] = function(...)
-- What a change of the installed packages means for the files of the computer. Reads the disk and touches nothing.
--
-- Every command comes down to the same: the state as it is and the state as it is to be. Where the files of the two
-- differ, what stands on the disk decides what is done (`planfile`).

local look = require("/apis/ccpm/look").look
local owners = require("/apis/ccpm/owners")
local NOBODYS, ownersOf = owners.NOBODYS, owners.ownersOf
local planfile = require("/apis/ccpm/planfile")
local counted, ENTRY_GONE, planFile = planfile.counted, planfile.ENTRY_GONE, planfile.planFile
local stateFiles = require("/apis/ccpm/state").stateFiles
local tables = require("/apis/ccpm/tables")
local keys, same = tables.keys, tables.same
local transaction = require("/apis/ccpm/transaction")
local FINISHER, LEAST, leftBehind = transaction.FINISHER, transaction.LEAST, transaction.leftBehind

local M = {}

--- What is there until the end beside the finisher: five folders and a short journal.
local OVERHEAD = 6 * LEAST + 1500

--- Which packages come, go, or change their version.
local function packageChanges(before, after)
	local changes = {}
	for _, name in ipairs(keys(before.packages, after.packages)) do
		local old = before.packages[name]
		local fresh = after.packages[name]
		local from = old and old.version
		local to = fresh and fresh.version
		if from ~= to then
			changes[#changes + 1] = { name = name, from = from, to = to, registry = (fresh or old).registry }
		end
	end
	return changes
end

--- Whether a path is a folder, or in it.
local function isIn(path, folder)
	return (string.find(path .. "/", folder .. "/", 1, true)) == 1
end

--- Whether a package of a lock writes into a folder, or into one that it is in.
local function isUsed(lock, folder)
	for _, known in pairs(lock.packages) do
		for _, used in ipairs(known.data or {}) do
			if isIn(folder, used) or isIn(used, folder) then
				return true
			end
		end
	end
	return false
end

--- Whether a lock has no package.
local function isEmpty(lock)
	return (next(lock.packages)) == nil
end

--- Data of packages that go, unless one that stays writes there, too; after the last one what was set aside as well.
local function dataThatGoes(disk, before, after)
	local going = {}
	for name, old in pairs(before.packages) do
		local data = after.packages[name] == nil and old.data or nil
		for _, path in ipairs(data or {}) do
			if disk.exists(path) and not isUsed(after, path) then
				going[path] = true
			end
		end
	end
	if not isEmpty(before) and isEmpty(after) then
		for _, name in ipairs(disk.list("trapos")) do
			if (string.find(name, "^ccpm%..*%.broken%d*$")) ~= nil then
				going["trapos/" .. name] = true
			end
		end
	end
	return keys(going)
end

--- The bytes that are free, with what an earlier run has left: that is used, or goes.
local function freeSpace(disk, left)
	local space = disk.getFreeSpace("")
	local free = space == "unlimited" and math.huge or space
	for _, size in pairs(left) do
		free = free + counted(size)
	end
	return free
end

--- Notes a package of a lock, and all that it needs.
local function noteNeeded(lock, name, needed)
	local known = lock.packages[name]
	if known == nil or needed[name] then
		return
	end
	needed[name] = true
	for dependency in pairs(known.dependencies) do
		noteNeeded(lock, dependency, needed)
	end
end

--- The packages without which ccpm works.
local function dispensable(lock)
	local needed = {}
	noteNeeded(lock, "ccpm", needed)
	local names = {}
	for name in pairs(lock.packages) do
		if not needed[name] then
			names[name] = true
		end
	end
	return names
end

--- A plan that has nothing yet.
local function begin(disk, change)
	local present = look(disk, FINISHER)
	return {
		disk = disk,
		candidates = change.candidates or {},
		force = change.force == true,
		later = change.removeFirst == true and dispensable(change.after.lock) or {},
		old = ownersOf(change.before.lock),
		fresh = ownersOf(change.after.lock, change.before.lock),
		left = leftBehind(disk),
		files = {},
		notes = change.notes or {},
		folders = {},
		going = {},
		download = 0,
		overhead = OVERHEAD,
		finisher = present and present.size or 0,
		added = 0,
		removed = 0,
	}
end

--- Plans what happens to all files.
local function planFiles(planning, repair)
	-- As if what is to be repaired were new, and what is of no package one that goes.
	for _, finding in ipairs(repair) do
		planning.old[finding.path] = not planning.fresh[finding.path] and NOBODYS or nil
	end

	-- A file that goes comes before those of a folder that takes its place.
	for _, path in ipairs(keys(planning.old, planning.fresh)) do
		planFile(planning, path)
	end
end

--- The texts of ccpm's own files, which are counted, too.
local function planState(planning, change)
	if same(change.before, change.after) then
		return {}
	end
	local texts = stateFiles(change.after, change.before)
	for path, text in pairs(texts) do
		local found = look(planning.disk, path)
		if found ~= nil then
			planning.removed = planning.removed + counted(found.size)
		end
		if text ~= false then
			planning.added = planning.added + counted(#text)
		end
	end
	return texts
end

--- Plans a change. May yield, where much is to be compared.
--
-- @param disk CC's fs API
-- @param change the plan's `title`, the state `before` and `after`; perhaps `notes` to add to, the `candidates` that
-- registries offer by package, `force` to move files of no package aside, `removeFirst` to have files go that come again
-- with `repair`, and what to `repair` although the lock stays
-- @throws Failure that names what is in the way
function M.makePlan(disk, change)
	local before = change.before
	local after = change.after
	local planning = begin(disk, change)
	local free = freeSpace(disk, planning.left)
	planFiles(planning, change.repair or {})
	local data = dataThatGoes(disk, before.lock, after.lock)
	for _, path in ipairs(data) do
		planning.overhead = planning.overhead + (ENTRY_GONE + #path)
	end
	local state = planState(planning, change)
	return {
		title = change.title,
		packages = packageChanges(before.lock, after.lock),
		files = planning.files,
		data = data,
		state = state,
		stamp = before.stamp,
		download = planning.download,
		needed = planning.overhead + planning.finisher + planning.added,
		free = free,
		freed = planning.removed - planning.added,
		notes = planning.notes,
	}
end

return M
end

modules["/apis/ccpm/planfile"] = function(...)
-- What happens to one file when packages change: what stands on the disk decides. Reads the disk and touches nothing.

local failure = require("/apis/ccpm/failure")
local fail, raise = failure.fail, failure.raise
local backupOf = require("/apis/ccpm/finish").backupOf
local lookModule = require("/apis/ccpm/look")
local look, matches = lookModule.look, lookModule.matches
local tables = require("/apis/ccpm/tables")
local keys, same = tables.keys, tables.same
local transaction = require("/apis/ccpm/transaction")
local FINISHER, LEAST = transaction.FINISHER, transaction.LEAST

local M = {}

--- What the journal says of a file that comes, of one that was there, and of one that goes, beside its paths.
local ENTRY_TO = 150
local ENTRY_FOUND = 25
M.ENTRY_GONE = 45

--- What a file counts on the disk.
function M.counted(size)
	return math.max(LEAST, size)
end

--- Fails where a path is on another drive: nothing can be moved there in one step.
local function requireSameDrive(disk, path)
	if disk.getDrive(path) ~= disk.getDrive("") then
		raise("other_drive", { path = path })
	end
end

--- Sees to it that there can be folders for a path, and counts those that come.
local function requireFolders(planning, path, name)
	local disk = planning.disk
	local folder = string.match(path, "^(.+)/")
	if folder == nil or planning.folders[folder] then
		return
	end
	planning.folders[folder] = true
	local other = planning.fresh[folder]
	if other ~= nil then
		raise("file_conflict", { path = folder, owner = other.name, name = name })
	end
	if planning.going[folder] or not disk.exists(folder) then
		planning.added = planning.added + LEAST
	elseif not disk.isDir(folder) then
		raise("file_in_the_way", { path = folder, name = name })
	else
		requireSameDrive(disk, folder)
	end
	requireFolders(planning, folder, name)
end

--- Fails where a folder stands in a file's place.
local function requireNoFolder(planning, path, name)
	if not planning.disk.isDir(path) then
		return
	end
	for _, other in ipairs(keys(planning.fresh)) do
		if (string.find(other, path .. "/", 1, true)) == 1 then
			raise("file_conflict", { path = path, owner = planning.fresh[other].name, name = name })
		end
	end
	raise("folder_in_the_way", { path = path, name = name })
end

--- The first registry that has a file as it is to be.
local function registryOf(planning, path, owned)
	for _, candidate in ipairs(planning.candidates[owned.name] or {}) do
		if same(candidate.files[path], owned.file) then
			return candidate.registry
		end
	end
	return nil
end

--- Tells that nobody has a file any more.
local function noteNotRepairable(planning, path, name)
	local problem = fail("not_repairable", { path = path, name = name })
	table.insert(planning.notes, problem.message .. " " .. problem.hint)
end

--- Counts a file that comes.
local function countNew(planning, path, file)
	planning.added = planning.added + M.counted(file.size)
	if planning.left[file.sha256] ~= file.size then
		planning.download = planning.download + file.size
	end
	planning.left[file.sha256] = file.size
	planning.overhead = planning.overhead + ENTRY_TO
	if path == FINISHER then
		planning.finisher = math.max(planning.finisher, file.size)
	end
end

--- Where the file that is there is kept: nowhere if a package has brought it and nobody has changed it. Fails where it is of
-- no package.
local function backupFor(planning, path, found)
	local was = planning.old[path]
	if was and matches(planning.disk, path, was.file) then
		planning.removed = planning.removed + M.counted(found.size)
		return nil
	end
	if not was and not planning.force then
		raise("file_exists", { path = path })
	end
	local backup = backupOf(planning.disk, path)
	table.insert(planning.notes, "What was " .. path .. " is kept as " .. backup .. ".")
	return backup
end

--- Whether nothing is to be done. What is right already stays, wherever it came from.
local function isAsWanted(planning, path, found)
	local owned = planning.fresh[path]
	if owned == nil then
		return found == nil
	end
	return matches(planning.disk, path, owned.file)
end

--- Plans what happens to a file. May yield.
--
-- @param planning gets the change, where there is one
-- @param path a file that a package has, or had
function M.planFile(planning, path)
	local was = planning.old[path]
	local owned = planning.fresh[path]
	if was and owned and was.file.sha256 == owned.file.sha256 then
		return
	end
	local found = look(planning.disk, path)
	if isAsWanted(planning, path, found) then
		return
	end
	if found then
		requireSameDrive(planning.disk, path)
	end
	local name = (owned or was).name
	local isLater = owned ~= nil and planning.later[name] == true
	if isLater and found == nil then
		return
	end
	local comes = not isLater and owned or nil
	local registry
	if comes then
		requireFolders(planning, path, name)
		requireNoFolder(planning, path, name)
		registry = registryOf(planning, path, comes)
		if registry == nil then
			return noteNotRepairable(planning, path, name)
		end
		countNew(planning, path, comes.file)
	else
		planning.going[path] = true
		planning.overhead = planning.overhead + M.ENTRY_GONE
	end
	local backup = found and backupFor(planning, path, found) or nil
	planning.overhead = planning.overhead + ((found and ENTRY_FOUND or 0) + 2 * #path)
	table.insert(planning.files, {
		path = path,
		package = name,
		to = comes and comes.file,
		registry = registry,
		backup = backup,
		found = found,
	})
end

return M
end

modules["/apis/ccpm/progress"] = function(...)
-- What `ccpm` shows while it works, and how it writes numbers of bytes.

local showShare = require("/apis/trapos/progress").showShare
local listingModule = require("/apis/trapos/listing")
local add, show, start = listingModule.add, listingModule.show, listingModule.start
local clearRow = require("/apis/trapos/screen").clearRow

local M = {}

--- Bytes as a person reads them: "812 bytes", "45.2 kB".
function M.bytes(count)
	return count < 1000 and tostring(count) .. " bytes" or string.format("%.1f kB", count / 1000)
end

local PHASES = { index = "Asking ", fetch = "Fetching ", apply = "Writing " }

--- Below so many columns the phase has no room.
local NARROW = 40

--- Shows in the moving line how far an application is.
function M.showProgress(progress)
	local width = term.getSize()
	local all = progress.totalBytes
	local text = (width < NARROW and "" or PHASES[progress.phase])
		.. tostring(progress.done)
		.. "/"
		.. tostring(progress.total)
		.. " "
	if all > 0 then
		text = text .. string.format("%d/%d kB ", math.ceil(progress.bytes / 1000), math.ceil(all / 1000))
	end

	-- Of a long path the end tells more.
	showShare(text .. string.sub(progress.name, #text - width), progress.bytes / math.max(all, 1))
end

--- Prints at once what a player must know beside the result.
function M.note(text)
	local listing = start()
	add(listing, text, colours.yellow)
	show(listing)
end

--- How it goes on after Ctrl+T, where nothing is half done.
local UNCHANGED = "Nothing has changed. The same command goes on."

--- Does something that may show progress. The moving line is gone when it ends, however it ends.
--
-- @param stopped what is said at Ctrl+T
-- @returns what it returns; what it raises is raised on
function M.working(act, stopped)
	if stopped == nil then
		stopped = UNCHANGED
	end
	local ok, value = pcall(act)
	clearRow()
	if ok then
		return value
	end
	if value == "Terminated" then
		M.note(stopped)
	end
	return error(value, 0)
end

return M
end

modules["/apis/ccpm/registry"] = function(...)
-- Registries: where one is found, and what it serves.

local raise = require("/apis/ccpm/failure").raise
local plain = require("/apis/ccpm/checking").plain
local formats = require("/apis/ccpm/formats")
local checkIndex, INDEX_BYTES = formats.checkIndex, formats.INDEX_BYTES
local sha256 = require("/apis/ccpm/sha256").sha256

local M = {}
local match = string.match

--- What the formats of ccpm's files hold of a registry.
local LONGEST = 200
local INDEX_PATH = "packages/index.json"

--- Where a registry's files are.
--
-- @param registry an http(s) URL, also that of its install.lua, or `owner/repo[@branch]` of GitHub, also as the address of its page
-- @returns the URL, which ends in "/"; nothing where it is no registry's address
function M.addressOf(registry)
	local address =
		match((string.gsub(registry, "/install%.lua$", "")), "^(https?://[%w%[][%w%[%]:/@%%._~+-]-)/*$")
	local page = match(registry, "^https://github%.com/(.-)/*$")
	local repository, at, branch = match(
		page == nil and registry or (string.gsub(page, "%.git$", "")),
		"^([%w-]+/[%w._-]+)(@?)([%w._/-]*)$"
	)
	local base = address
	if repository ~= nil and at == "" == (branch == "") then
		base = "https://raw.githubusercontent.com/"
			.. repository
			.. "/"
			.. (branch == "" and "HEAD" or branch)
	end
	return not (base == nil or #registry > LONGEST) and base .. "/" or nil
end

--- The same, which fails with `bad_registry` where it is no registry's address.
function M.baseUrl(registry)
	return M.addressOf(registry) or raise("bad_registry", { registry = string.sub(registry, 1, 40) })
end

local function fetchText(fetch, base, registry, path)
	local answer = fetch(base .. path)
	local status = answer.status
	local reason = answer.reason
	if status == 200 then
		return answer.body
	end
	local code = "server_error"
	if status == 401 or status == 403 then
		code = "no_entry"
	end
	if status == 404 then
		code = path == INDEX_PATH and "no_index" or "file_missing"
	end
	if status == nil then
		code = "network_error"
	end
	if reason == "http is disabled" then
		code = "http_disabled"
	end
	if reason == "Domain not permitted" then
		code = "address_denied"
	end
	return raise(code, { registry = registry, path = path, status = status, what = reason })
end

--- Where in a text a reader stopped, as a person looks for it: "line 3, column 7, at: // doors".
local function placeIn(text, position)
	local before = string.sub(text, 1, position - 1)
	local line, breaks = string.gsub(before, "[^\n]*\n", "")
	local place = "line " .. tostring(breaks + 1) .. ", column " .. tostring(#line + 1)
	local rest = string.match(string.sub(text, position, position + 30), "^%s*([^\r\n]*)")
	return rest == "" and "it ends at " .. place or place .. ", at: " .. plain(rest)
end

--- What some editors begin a file of UTF-8 with.
local BYTE_ORDER_MARK = string.char(239, 187, 191)

--- Whether a text begins as one of UTF-16 does, with its own mark or with half of a character of ASCII.
local function isUtf16(text)
	local first, second = string.byte(text, 1, 2)
	return first == 0 or second == 0 or first == 255 and second == 254 or first == 254 and second == 255
end

--- CC's reader: what a text holds, or undefined and why it cannot be read.
local readStrictly = textutils.unserializeJSON

--- Reads JSON as people write it: what it holds, or undefined and what keeps it from being read.
local function readJson(given)
	local text = string.sub(given, 1, 3) == BYTE_ORDER_MARK and string.sub(given, 4) or given
	if isUtf16(text) then
		return nil, "it is UTF-16, not UTF-8"
	end
	local value
	local problem
	local ok = pcall(function()
		value, problem = readStrictly(text, { parse_empty_array = false })
	end)
	if not ok then
		return nil, "it is nested too deeply"
	end
	if problem == nil then
		return value
	end
	local position = string.match(problem, "position (%d+)")
	return nil, position == nil and plain(problem) or placeIn(text, tonumber(position))
end

--- Fetches what a registry offers, in one request.
--
-- @param registry as the player wrote it
-- @param fetch fetches a URL
-- @returns what it offers, checked
function M.fetchIndex(registry, fetch)
	local text = fetchText(fetch, M.baseUrl(registry), registry, INDEX_PATH)
	if #text > INDEX_BYTES then
		raise("bad_index", { registry = registry, what = "it is too large" })
	end
	local value, problem = readJson(text)
	if problem ~= nil then
		raise("not_json", { registry = registry, what = problem })
	end
	local valid, offers, isNewer = checkIndex(value)
	if valid then
		return offers
	end
	return raise(isNewer and "newer_index" or "bad_index", { registry = registry, what = offers })
end

--- Fetches a file and compares it with what its registry said of it.
--
-- @param change a change that has `to` and `registry`
-- @param fetch fetches a URL
-- @returns the file's bytes
function M.fetchFile(change, fetch)
	local to = change.to
	local path = change.path
	local registry = change.registry
	local content = fetchText(fetch, M.baseUrl(registry), registry, path)
	if #content == to.size and sha256(content) == to.sha256 then
		return content
	end
	return raise("wrong_content", { registry = registry, path = path })
end

return M
end

modules["/apis/ccpm/removal"] = function(...)
-- Which packages stay when some are uninstalled.

local raise = require("/apis/ccpm/failure").raise
local keys = require("/apis/ccpm/tables").keys

local M = {}

--- Notes that a package goes.
local function remove(removal, name)
	if removal.lock.packages[name] == nil then
		raise("not_installed", { name = name })
	end
	if not removal.going[name] then
		table.insert(removal.queue, name)
	end
	removal.going[name] = true
end

--- Those that stay and need a package.
local function usersOf(removal, gone)
	local users = {}
	for _, name in ipairs(removal.all) do
		local dependencies = removal.lock.packages[name].dependencies
		if not removal.going[name] and dependencies[gone] ~= nil then
			users[#users + 1] = name
		end
	end
	return users
end

--- Lets go what needs a package that goes; fails unless that is wanted.
local function removeUsers(removal, gone, isWanted)
	local users = usersOf(removal, gone)
	if #users > 0 and not isWanted then
		raise("needed_by", {
			name = gone,
			what = table.concat(users, ", "),
		})
	end
	for _, name in ipairs(users) do
		remove(removal, name)
	end
end

--- Notes that a package is needed, and all that it needs.
local function need(removal, name)
	local known = removal.lock.packages[name]
	if known == nil or removal.needed[name] or removal.going[name] then
		return
	end
	removal.needed[name] = true
	for dependency in pairs(known.dependencies) do
		need(removal, dependency)
	end
end

--- Those that came with another package, and that nothing needs any more.
local function unusedOf(removal)
	local unused = {}
	for _, name in ipairs(removal.all) do
		if removal.lock.packages[name].automatic ~= true then
			need(removal, name)
		end
	end
	for _, name in ipairs(removal.all) do
		if not removal.needed[name] and not removal.going[name] then
			unused[#unused + 1] = name
		end
	end
	return unused
end

--- The packages of a lock without some.
--
-- @param lock as it is
-- @param names packages that go
-- @param options what else goes
-- @param notes gets a line when there are packages that nothing needs afterwards
-- @throws Failure when a package is not installed, or others need it
function M.withoutPackages(lock, names, options, notes)
	local removal = {
		lock = lock,
		all = keys(lock.packages),
		going = {},
		queue = {},
		needed = {},
	}
	for _, name in ipairs(names) do
		remove(removal, name)
	end
	for _, gone in ipairs(removal.queue) do
		removeUsers(removal, gone, options.cascade == true)
	end
	local unused = unusedOf(removal)
	if options.unused then
		for _, name in ipairs(unused) do
			remove(removal, name)
		end
	elseif #unused > 0 then
		notes[#notes + 1] = "Not needed then: "
			.. table.concat(unused, ", ")
			.. ". Remove them, too: add --unused"
	end
	local packages = {}
	for _, name in ipairs(removal.all) do
		if not removal.going[name] then
			packages[name] = lock.packages[name]
		end
	end
	return packages
end

return M
end

modules["/apis/ccpm/resolve"] = function(...)
-- Which versions of which packages fit together.

local raise = require("/apis/ccpm/failure").raise
local semver = require("/apis/ccpm/semver")
local compare, satisfies = semver.compare, semver.satisfies

local M = {}

--- How many pairs of versions are looked at before giving up: seconds of work on a computer.
local MOST_WORK = 1000000

--- What it takes to look into a range, in pairs.
local WORK_OF_RANGE = 100

local function sortedNames(values)
	local names = {}
	for name in pairs(values) do
		names[#names + 1] = name
	end
	table.sort(names)
	return names
end

local function setOf(names)
	local set = {}
	for _, name in ipairs(names) do
		set[name] = true
	end
	return set
end

--- Fails where the only versions of a package that there are were left out.
local function requireNotLeftOut(search, name)
	local leftOut = search.resolution.leftOut
	local what = leftOut and leftOut[name]
	if what ~= nil then
		raise("left_out", { name = name, what = what })
	end
end

--- The versions that a package may have, the best first: the installed one, unless it is to be upgraded, and newer ones.
local function versionsOf(search, name)
	local versions = {}
	local current = search.resolution.installed[name]
	for _, candidate in ipairs(search.resolution.candidates[name] or {}) do
		if current == nil or compare(candidate.version, current.version) > 0 then
			versions[#versions + 1] = candidate
		end
	end
	if current ~= nil then
		table.insert(versions, search.isUpgraded[name] and #versions + 1 or 1, current)
	end
	return versions
end

--- Puts packages into the queue, unless they are in it.
local function enqueue(search, names)
	for _, name in ipairs(names) do
		if search.options[name] == nil then
			search.options[name] = versionsOf(search, name)
			table.insert(search.queue, name)
		end
	end
end

--- Looks whether a version of one package takes a version of another, or any where none is given.
local function checkNeed(search, name, version, other, theirs)
	local range = version.dependencies[other]
	if range == nil then
		return nil
	end
	search.work = search.work + WORK_OF_RANGE
	if theirs ~= nil and satisfies(theirs.version, range) then
		return nil
	end
	return { need = name .. " " .. version.version .. " needs " .. other .. " " .. range, name = other }
end

--- What keeps a version from going with another package: the last clash where none of its versions fits.
local function clashWith(search, name, version, other)
	local clash = checkNeed(search, name, version, other)
	for _, theirs in ipairs(search.options[other]) do
		search.work = search.work + 1
		clash = checkNeed(search, name, version, other, theirs)
			or checkNeed(search, other, theirs, name, version)
		if clash == nil then
			return nil
		end
	end
	return clash
end

--- What keeps a version from being taken: a package in the queue of which no version fits with it.
local function findClash(search, name, version)
	for _, other in ipairs(search.queue) do
		local clash = clashWith(search, name, version, other)
		if clash ~= nil then
			return clash
		end
	end
	return nil
end

--- Which of two clashes is told of: the first, and with it what the second adds.
local function blameFor(first, second)
	if first == nil then
		return second
	end
	if first.but == nil and first.need ~= second.need then
		first.but = second.need
	end
	return first
end

--- Takes back what was put into the queue since it had so many entries.
local function shorten(search, count)
	local queue = search.queue
	while #queue > count do
		search.options[table.remove(queue)] = nil
	end
end

--- Chooses versions from a place of the queue on; returns why there are none.
local function choose(search, place)
	local name = search.queue[place + 1]
	if name == nil then
		return nil
	end
	local count = #search.queue
	local versions = search.options[name]
	if #versions == 0 then
		requireNotLeftOut(search, name)
		raise("unknown_package", { name = name })
	end
	local blame
	search.obstacles[name] = nil
	for _, version in ipairs(versions) do
		if search.work > MOST_WORK then
			raise("too_complex")
		end
		search.options[name] = { version }
		enqueue(search, sortedNames(version.dependencies))
		local clash = findClash(search, name, version)
		if clash == nil then
			blame = choose(search, place + 1)
			if blame == nil then
				return nil
			end
		else
			blame = blameFor(blame, clash)
		end
		shorten(search, count)
		if search.isUpgraded[name] and search.obstacles[name] == nil then
			search.obstacles[name] = name .. " " .. version.version .. " is held back: " .. blame.need .. "."
		end
	end
	search.options[name] = versions
	return blame
end

--- Fails with why nothing fits.
local function raiseClash(search, clash)
	local known = {}
	for _, version in ipairs(versionsOf(search, clash.name)) do
		known[#known + 1] = version.version
	end
	if #known == 0 then
		requireNotLeftOut(search, clash.name)
	end
	clash.known = #known == 0 and "none" or "only " .. table.concat(known, ", ")
	return raise(clash.but ~= nil and "conflict" or "no_version", clash)
end

--- Adds a package to a list, after those that it needs.
--
-- @param isWanted names that were asked for
-- @param isAdded names that are in the list
-- @param trail what leads to it: " a > b >"
local function addChosen(search, packages, name, isWanted, isAdded, trail)
	if isAdded[name] then
		return
	end
	local start = string.find(trail, " " .. name .. " >", 1, true)
	if start ~= nil then
		raise("cycle", { what = string.sub(trail, start + 1, start + 100) .. " " .. name })
	end
	local version = search.options[name][1]
	for _, dependency in ipairs(sortedNames(version.dependencies)) do
		addChosen(search, packages, dependency, isWanted, isAdded, trail .. " " .. name .. " >")
	end
	isAdded[name] = true
	local current = search.resolution.installed[name]
	local automatic = not isWanted[name] and (current == nil or current.automatic == true)
	packages[#packages + 1] = { name = name, package = version, automatic = automatic }
end

--- Chooses a version for each package that is wanted, installed, or needed by one of those.
--
-- The first registry in order that has a fitting version is taken; an installed version stays unless it is to be
-- upgraded or does not fit, and never gives way to an older one.
--
-- @param resolution what is to be resolved
-- @returns what fits together; raises a failure otherwise: `unknown_package`, `left_out`, `no_version`, `conflict`, `cycle` or
-- `too_complex`
function M.resolve(resolution)
	local names = sortedNames(resolution.installed)
	local upgraded = resolution.newest == true and names or resolution.newest
	local isUpgraded = setOf(upgraded)
	local search = {
		resolution = resolution,
		isUpgraded = isUpgraded,
		queue = {},
		options = {},
		obstacles = {},
		work = 0,
	}
	for _, needed in ipairs({ resolution.wanted, upgraded, names }) do
		enqueue(search, needed)
	end
	local clash = choose(search, 0)
	if clash ~= nil then
		raiseClash(search, clash)
	end
	local packages = {}
	local notes = {}
	local isWanted = setOf(resolution.wanted)
	local isAdded = {}
	for _, name in ipairs(search.queue) do
		addChosen(search, packages, name, isWanted, isAdded, "")
		local obstacle = search.obstacles[name]
		if obstacle ~= nil then
			notes[#notes + 1] = obstacle
		end
	end
	return { packages = packages, notes = notes }
end

return M
end

modules["/apis/ccpm/semver"] = function(...)
-- Versions and version ranges, as npm's semver reads them.

local M = {}
local match = string.match

--- The largest number that Lua and JavaScript hold exactly, 2^53 - 1; npm refuses larger ones, too.
local LARGEST = 9007199254740991

--- Every mark of a range with a space on both sides; the first is none.
local MARKS = "  = ^ ~ ~> < <= > >= "

--- Splits at dots. Undefined where a part is empty, of other characters, or a number with a leading zero.
local function split(text)
	local parts = {}
	for part in string.gmatch(text .. ".", "(.-)%.") do
		if (match(part, "^[%w-]+$")) == nil or (match(part, "^0%d+$")) ~= nil then
			return nil
		end
		parts[#parts + 1] = (match(part, "^%d+$")) == nil and part or tonumber(part)
	end
	return parts
end

--- Reads a version, whole or partial ("1.2", "1.x", "*"); builds and what follows an "x" count for nothing.
local function parse(text)
	local core, dash, rest = match((string.gsub(text, "%+[%w.-]+$", "")), "^([%dxX*.]+)(%-?)(.*)$")
	local numbers = split((string.gsub(core or "", "[X*]", "x")))
	local prerelease = dash == "" and {} or split(rest or "")
	if numbers == nil or #numbers > 3 or prerelease == nil then
		return nil
	end
	if rest ~= "" and (dash == "" or #numbers < 3) then
		return nil
	end
	local parts = {}
	for _, part in ipairs(numbers) do
		if part == "x" then
			return parts
		end
		if type(part) == "string" or part > LARGEST then
			return nil
		end
		parts[#parts + 1] = part
	end
	for _, part in ipairs(prerelease) do
		parts[#parts + 1] = part
	end
	return parts
end

--- Compares the first `count` parts, or all: "<" when the first version comes first, ">" when the second does, "=".
local function order(one, other, count)
	for index = 0, math.min(count or 99, math.max(#one, #other)) - 1 do
		local a, b = one[index + 1], other[index + 1]
		if a ~= b then
			local isBefore = type(a) == "number"

			-- A version comes after its prereleases, but a longer prerelease after a shorter one.
			if a == nil or b == nil then
				isBefore = a == nil ~= (index == 3)
			elseif isBefore == (type(b) == "number") then
				isBefore = a < b
			end
			return isBefore and "<" or ">"
		end
	end
	return "="
end

--- Reads a condition; undefined where it is none.
local function readCondition(token)
	local mark, rest = match(token, "^([<>=~^]*)v?(.*)$")
	local parts = parse(rest)
	if parts == nil or (string.find(MARKS, " " .. mark .. " ", 1, true)) == nil then
		return nil
	end
	return { mark = mark, parts = parts }
end

--- Reads the conditions of one alternative, all of which have to hold; undefined where one is none.
local function readAlternative(text)
	local hyphens = string.gsub(text, "^%s*(%S+)%s+%-%s+(%S+)%s*$", ">=%1 <=%2")
	local joined = string.gsub(hyphens, "([<>=~^])%s+", "%1")
	local conditions = {}
	for token in string.gmatch(joined, "%S+") do
		local condition = readCondition(token)
		if condition == nil then
			return nil
		end
		conditions[#conditions + 1] = condition
	end
	return conditions
end

--- Reads a range as its alternatives, one of which has to hold; undefined where it is none.
local function readRange(range)
	local alternatives = {}
	for text in string.gmatch(range .. "||", "(.-)||") do
		local alternative = readAlternative(text)
		if alternative == nil then
			return nil
		end
		alternatives[#alternatives + 1] = alternative
	end
	return alternatives
end

--- How many parts of a condition's version count; undefined for all.
local function countOf(condition)
	local parts = condition.parts
	local given = math.min(#parts, 3)
	if string.sub(condition.mark, 1, 1) == "~" then
		return math.min(given, 2)
	end
	if condition.mark == "^" then
		local count = math.min(given, 1)
		while count < given and parts[count] == 0 do
			count = count + 1
		end
		return count
	end
	return given < 3 and given or nil
end

--- The least version of a condition: "1" begins with 1.0.0 and not with its prereleases, as does what comes after ">0".
local function leastOf(condition)
	local least = {}
	for _, part in ipairs(condition.parts) do
		least[#least + 1] = part
	end
	local given = math.min(#least, 3)
	if condition.mark == ">" and given < 3 then
		least[given] = least[given] + 1
	end
	for index = given, 2 do
		least[index + 1] = 0
	end
	return least
end

local function holds(version, condition)
	local signs = (match(condition.mark, "^[<>]=?")) or "="
	local sign = order(version, condition.parts, countOf(condition))
	if (string.find(signs, sign, 1, true)) == nil then
		return false
	end
	local isFromBelow = #condition.parts == 0 or string.sub(signs, 1, 1) == "<"
	return isFromBelow or order(version, leastOf(condition)) ~= "<"
end

local function isInAlternative(version, conditions)
	-- A prerelease is in a range only where that names a prerelease of the same version.
	local isNamed = #version == 3
	for _, condition in ipairs(conditions) do
		if not holds(version, condition) then
			return false
		end
		local parts = condition.parts
		if #parts > 3 and order(version, parts, 3) == "=" then
			isNamed = true
		end
	end
	return isNamed
end

--- Whether a text is a version: three numbers, perhaps a prerelease and a build ("1.2.3-beta.1+build").
--
-- @param text any text
-- @returns true for a version
function M.isVersion(text)
	return (match(text, "^%d+%.%d+%.%d")) ~= nil and parse(text) ~= nil
end

--- Compares two versions.
--
-- @param a a version
-- @param b another
-- @returns -1 when `a` comes before `b`, 1 when it comes after it, 0 otherwise: builds have no order
function M.compare(a, b)
	return (string.find("<=>", order(parse(a), parse(b)), 1, true)) - 2
end

--- Whether a text is a version range as npm reads it: `^1.2.0`, `~1.2`, `1.x`, `>=1 <2`, `1.2 - 1.4`, `^1 || ^2`, `*`.
--
-- @param text any text
-- @returns true for a range
function M.isRange(text)
	return readRange(text) ~= nil
end

--- Whether a version is in a range.
--
-- @param version a version
-- @param range a version range
-- @returns false, too, for a range that is none
function M.satisfies(version, range)
	local parts = parse(version)
	for _, alternative in ipairs(readRange(range) or {}) do
		if isInAlternative(parts, alternative) then
			return true
		end
	end
	return false
end

return M
end

modules["/apis/ccpm/sha256"] = function(...)
-- SHA-256 as FIPS 180-4 defines it, fast enough for the files of programs.

local M = {}
local bits = _G["bit32"]
local band = bits.band
local bxor = bits.bxor
local rrotate = bits.rrotate
local rshift = bits.rshift

--- Words are whole numbers below this.
local WORD = 4294967296

--- Blocks of 64 bytes between two yields: 64 KiB.
local BLOCKS_WITHOUT_YIELD = 1024
local YIELD = "ccpm_sha256"

--- The first 32 bits of the fractional parts of the square and cube roots of the first 64 primes, counted from 1. Of the
-- square roots eight are used.
local squareRoots = {}
local cubeRoots = {}
for candidate = 2, 311 do
	local prime = true
	for divisor = 2, math.sqrt(candidate) do
		prime = prime and candidate % divisor > 0
	end
	if prime then
		local place = #cubeRoots + 1
		squareRoots[place] = math.floor(math.sqrt(candidate) % 1 * WORD)
		cubeRoots[place] = math.floor(candidate ^ (1 / 3) % 1 * WORD)
	end
end
local blocks = 0

--- Hashes a byte string. Once in 64 KiB, over all calls, it yields with an event of its own, so that a long content
-- (or many) is not "too long without yielding"; other events that come meanwhile are dropped, as by os.pullEvent.
--
-- @param bytes the content
-- @returns 64 hexadecimal digits in lower case
function M.sha256(bytes)
	-- The length in bits, which ends it, is put in as a word: no content on a computer is 512 MiB long.
	local padded = bytes .. string.char(128) .. string.rep("\0", (55 - #bytes) % 64 + 8)
	local hash = { unpack(squareRoots, 1, 8) }
	local words = {}
	for at = 1, #padded, 64 do
		blocks = blocks + 1
		if blocks % BLOCKS_WITHOUT_YIELD == 0 then
			os.queueEvent(YIELD)
			os.pullEvent(YIELD)
		end
		for index = 1, 16 do
			local a, b, c, d = string.byte(padded, at + index * 4 - 4, at + index * 4 - 1)
			words[index] = ((a * 256 + b) * 256 + c) * 256 + d
		end
		if at + 63 == #padded then
			words[16] = #bytes * 8
		end
		for index = 17, 64 do
			local early = words[index - 15]
			local late = words[index - 2]
			local mixed = bxor(rrotate(early, 7), rrotate(early, 18), rshift(early, 3))
			local other = bxor(rrotate(late, 17), rrotate(late, 19), rshift(late, 10))
			words[index] = (words[index - 16] + mixed + words[index - 7] + other) % WORD
		end
		local a, b, c, d, e, f, g, h = unpack(hash)
		for index = 1, 64 do
			local first = h
				+ bxor(rrotate(e, 6), rrotate(e, 11), rrotate(e, 25))
				+ bxor(g, band(e, bxor(f, g)))
				+ cubeRoots[index]
				+ words[index]
			local second = bxor(rrotate(a, 2), rrotate(a, 13), rrotate(a, 22))
				+ band(a, b)
				+ band(c, bxor(a, b))
			a, b, c, d, e, f, g, h = (first + second) % WORD, a, b, c, (d + first) % WORD, e, f, g
		end
		for index, value in ipairs({
			a,
			b,
			c,
			d,
			e,
			f,
			g,
			h,
		}) do
			hash[index] = (hash[index] + value) % WORD
		end
	end
	return string.format(string.rep("%08x", 8), unpack(hash))
end

return M
end

modules["/apis/ccpm/state"] = function(...)
-- What ccpm knows, in its files under /trapos.

local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local formats = require("/apis/ccpm/formats")
local checkCache, checkConfiguration, checkLock =
	formats.checkCache, formats.checkConfiguration, formats.checkLock

local M = {}

--- What is installed.
M.LOCK = "trapos/ccpm.lock.json"

--- The registries.
M.CONFIGURATION = "trapos/ccpm.json"

--- What the registries had when they were last asked.
M.CACHE = "trapos/ccpm.cache.json"

--- The command that fills a file again.
local REMEDIES = {
	[M.LOCK] = "install <what you had>",
	[M.CONFIGURATION] = "registry add <registry>",
	[M.CACHE] = "update",
}

--- What each file holds where there is none: its check takes what belongs there.
local EMPTY = { version = 1, registries = {}, packages = {} }

--- The checked content of a file; that of an empty one where there is none, or when it was set aside.
local function readFile(disk, path, check, notes)
	if disk.exists(path) then
		local ok, value, newer = check(decode(finish.read(disk, path)))
		if ok then
			return value
		end
		if newer then
			error(fail("newer_format", { path = path }), 0)
		end
		local aside = finish.freeName(disk, path .. ".broken")
		local moved, problem = pcall(disk.move, path, aside)
		if not moved then
			error(
				fail("cannot_write", {
					path = path,
					what = finish.reasonOf(problem),
				}),
				0
			)
		end
		notes[#notes + 1] = path
			.. " cannot be read ("
			.. value
			.. "). It was set aside as "
			.. aside
			.. ". Type: ccpm "
			.. REMEDIES[path]
	end
	local _, empty = check(EMPTY)
	return empty
end

--- Reads the state; a file that is not there is an empty state. A file that cannot be read is moved to a free name
-- beside it, with a note; one that a newer ccpm has written is a failure (`newer_format`) and stays.
--
-- @param disk the computer's fs
-- @param notes gets a line for every file that was set aside
function M.readState(disk, notes)
	return {
		configuration = readFile(disk, M.CONFIGURATION, checkConfiguration, notes),
		lock = readFile(disk, M.LOCK, checkLock, notes),
		cache = readFile(disk, M.CACHE, checkCache, notes),
	}
end

--- What the state is on the disk. The cache forgets registries that are not configured any more.
--
-- @param state to be written
-- @param before the state up to now: nothing stays of one that loses its last package
-- @returns texts by path from the root, false for a file that must not be there
function M.stateFiles(state, before)
	local function isEmpty(values)
		return (next(values)) == nil
	end
	local gone = isEmpty(state.lock.packages) and not isEmpty(before.lock.packages)
	local function text(content, values)
		return not gone and not isEmpty(values) and encode(content)
	end
	local configured = state.configuration.registries
	local cached = {}
	for _, registry in ipairs(configured) do
		cached[registry] = state.cache.registries[registry]
	end
	return {
		[M.LOCK] = text(state.lock, state.lock.packages),
		[M.CONFIGURATION] = text(state.configuration, configured),
		[M.CACHE] = text({ version = 1, registries = cached }, cached),
	}
end

--- A table with the same fields.
function M.copy(from)
	local to = {}
	for field, value in pairs(from) do
		to[field] = value
	end
	return to
end

--- A state with another content in one of its files.
--
-- @param file which
-- @param field the field that holds it
function M.replace(before, file, field, content)
	local state = M.copy(before)
	state[file] = { version = 1, [field] = content }
	return state
end

return M
end

modules["/apis/ccpm/tables"] = function(...)
-- What the state is made of: plain tables.

local M = {}

--- The keys of tables, each once, sorted.
function M.keys(...)
	local records = { ... }
	local found = {}
	local seen = {}
	for _, record in ipairs(records) do
		for key in pairs(record) do
			if not seen[key] then
				found[#found + 1] = key
			end
			seen[key] = true
		end
	end
	table.sort(found)
	return found
end

--- Whether two values of plain data say the same.
function M.same(one, other)
	if type(one) ~= "table" or type(other) ~= "table" then
		return one == other
	end
	for _, key in ipairs(M.keys(one, other)) do
		if not M.same(one[key], other[key]) then
			return false
		end
	end
	return true
end

return M
end

modules["/apis/ccpm/transaction"] = function(...)
-- Changes files of the computer all at once or not at all, whenever the power goes.
--
-- `open` begins a transaction, `stage` brings one new content after the other, and `commit` writes down what is to be
-- done. From that moment on it will be done, by the finisher (`finish`): at once, or else when the computer boots.

local isFailure = require("/apis/trapos/failure").isFailure
local encode = require("/apis/trapos/json").encode
local raise = require("/apis/ccpm/failure").raise
local finish = require("/apis/ccpm/finish")
local sha256 = require("/apis/ccpm/sha256").sha256

local M = {}

--- What CC counts for a folder, and at least for a file. Source: MountConstants in CC: Tweaked.
M.LEAST = 500

--- To be fetched first: where it is not installed, a transaction needs it before anything else.
M.FINISHER = "apis/ccpm/finish.lua"
local STAGING = finish.STAGING

--- Calls a function; what the disk raises is raised as a failure.
local function onDisk(act, ...)
	local ok, value = pcall(act, ...)
	if ok then
		return value
	end
	if isFailure(value) then
		error(value, 0)
	end
	return raise("cannot_write", {
		path = STAGING,
		what = finish.reasonOf(value),
	})
end

--- Fails, as a path is not what it was.
local function raiseChanged(path)
	return raise("changed_meanwhile", { path = path })
end

--- Where a new content waits.
local function placeOfContent(sha)
	return finish.PARTIAL .. "/" .. sha
end

--- Finishes what is committed; returns what was done, if anything.
local function finishCommitted(disk)
	local done, line = finish.recover(disk)
	if not done then
		raise("not_finished", { what = line })
	end
	return line
end

--- Writes a new file, of which nothing stays when that fails.
local function write(disk, path, content)
	local file, reason = disk.open(path, "wb")
	if file == nil then
		error(reason, 0)
	end
	local ok, problem = pcall(function()
		file.write(content)
	end)
	file.close()
	if ok and disk.getSize(path) == #content then
		return
	end
	disk.delete(path)
	error(ok and "Out of space" or problem, 0)
end

--- Contents that an interrupted run has left: sizes by sha256, not checked. They count as used space until the next
-- transaction opens, which keeps what it needs of them.
function M.leftBehind(disk)
	local sizes = {}
	for _, name in ipairs(disk.isDir(finish.PARTIAL) and disk.list(finish.PARTIAL) or {}) do
		sizes[name] = disk.getSize(placeOfContent(name))
	end
	return sizes
end

--- Fails where another transaction has taken over.
local function requireOwner(transaction)
	if not transaction.disk.exists(transaction.owner) then
		raiseChanged(STAGING)
	end
end

--- Makes a copy of the finisher a startup file: from here on the next boot tidies up.
local function guard(transaction, source)
	local disk = transaction.disk
	if transaction.isGuarded then
		return
	end
	transaction.isGuarded = true
	if disk.exists(finish.FINISHER) then
		if finish.read(disk, finish.FINISHER) == finish.read(disk, source) then
			return
		end
		disk.delete(finish.FINISHER)
	end
	local folder = transaction.owner .. "/startup"
	local copy = transaction.owner .. "/" .. finish.FINISHER
	disk.makeDir(folder)
	disk.copy(source, copy)

	-- In one step with a folder that is made for it.
	if disk.isDir("startup") then
		disk.move(copy, finish.FINISHER)
	else
		disk.move(folder, "startup")
	end
end

--- Notes that a content is there and right.
local function accept(transaction, sha)
	transaction.staged[sha] = true
	if sha == transaction.finisher then
		guard(transaction, placeOfContent(sha))
	end
end

--- Finishes or clears away what an earlier transaction has left, and makes the folder of this one.
local function takeOver(transaction)
	local disk = transaction.disk
	if finishCommitted(disk) ~= nil then
		raiseChanged("trapos/ccpm.lock.json")
	end

	-- A power cut has left it on its way out, and startup files did not run since then.
	if (finish.placeOf(disk) or finish.FINISHER) ~= finish.FINISHER then
		finish.clean(disk, true)
	end
	for _, path in ipairs({ "startup", "trapos" }) do
		if disk.exists(path) and not disk.isDir(path) then
			raise("file_in_the_way", { path = path, name = "ccpm" })
		end
	end
	disk.delete(STAGING)
	disk.makeDir(transaction.owner)
end

--- Notes which contents are to be staged.
--
-- @returns whether the finisher that is installed can be used
local function noteContents(transaction, files)
	local isSound = transaction.disk.exists(M.FINISHER)
	for _, change in ipairs(files) do
		local to = change.to
		if to ~= nil then
			transaction.staged[to.sha256] = false
		end
		if to ~= nil and change.path == M.FINISHER then
			transaction.finisher = to.sha256

			-- Somebody has changed it.
			if change.backup ~= nil then
				isSound = false
			end
		end
	end
	return isSound
end

--- Makes a place for the contents, among those that an interrupted run has left and that are needed.
local function begin(transaction, files)
	takeOver(transaction)
	if noteContents(transaction, files) then
		guard(transaction, M.FINISHER)
	end
	for sha in pairs(M.leftBehind(transaction.disk)) do
		if transaction.staged[sha] == nil then
			transaction.disk.delete(placeOfContent(sha))
		end
	end
end

--- Gives up in an orderly way: what is staged is kept for the next run. To be called after every failure, of `commit` too;
-- it does nothing once that has begun to change files.
function M.keep(transaction)
	local disk = transaction.disk

	-- What cannot be tidied up now is at the next boot.
	if disk.exists(transaction.owner) and not disk.exists(finish.JOURNAL) then
		pcall(finish.clean, disk, true)
	end
end

--- Begins a transaction. One of another program that is not committed is taken over: that program is told at its next
-- step. One that is committed is finished first, and this one fails (`changed_meanwhile`).
--
-- @param disk the computer's fs
-- @param files what the plan changes. On a computer without ccpm, stage apis/ccpm/finish.lua first: it looks after a
-- power cut, and is found by its path
function M.open(disk, files)
	local owner = STAGING .. "/of-" .. tostring(math.random(1000000000))
	local transaction = { disk = disk, owner = owner, staged = {}, isGuarded = false }
	local ok, failure = pcall(onDisk, begin, transaction, files)
	if ok then
		return transaction
	end
	M.keep(transaction)
	error(failure, 0)
end

--- Whether a content is staged already, as from a run that failed before. May yield.
function M.has(transaction, fingerprint)
	local disk = transaction.disk
	local sha = fingerprint.sha256
	if transaction.staged[sha] then
		return true
	end
	local path = placeOfContent(sha)
	if not disk.exists(path) or sha256(finish.read(disk, path)) ~= sha then
		return false
	end
	accept(transaction, sha)
	return true
end

--- Writes a content where it waits.
local function stageContent(transaction, fingerprint, content)
	requireOwner(transaction)
	write(transaction.disk, placeOfContent(fingerprint.sha256), content)
	accept(transaction, fingerprint.sha256)
end

--- Stages a content, which must have been checked against its fingerprint.
function M.stage(transaction, fingerprint, content)
	onDisk(stageContent, transaction, fingerprint, content)
end

--- Sees to it that there is a folder for a path, and counts what it takes.
local function requireFolder(preparation, path)
	local disk = preparation.transaction.disk
	local folder = fs.getDir(path)
	if preparation.folders[folder] or disk.isDir(folder) then
		return
	end
	if disk.exists(folder) and not preparation.going[folder] then
		raiseChanged(folder)
	end
	preparation.folders[folder] = true
	preparation.needed = preparation.needed + M.LEAST
	requireFolder(preparation, folder)
end

--- Fails where a file is not as the plan saw it.
local function requireUnchanged(disk, change)
	local path = change.path
	local seen = change.found or {}
	local now = disk.exists(path) and disk.attributes(path) or {}
	if now.size ~= seen.size or now.modified ~= seen.modified or now.isDir then
		raiseChanged(path)
	end
	if change.backup ~= nil and disk.exists(change.backup) then
		raiseChanged(change.backup)
	end
end

--- The file that a step moves to its place. The same content may go to several places.
local function takeContent(preparation, sha)
	local transaction = preparation.transaction
	local content = placeOfContent(sha)
	if not preparation.placed[sha] then
		preparation.placed[sha] = true
		return content
	end
	local copy = transaction.owner .. "/" .. tostring(#preparation.steps)
	transaction.disk.copy(content, copy)
	return copy
end

--- Works out the step of one file.
local function prepareFile(preparation, change)
	local transaction = preparation.transaction
	local path = change.path
	local backup = change.backup
	local to = change.to
	requireUnchanged(transaction.disk, change)
	if backup ~= nil then
		requireFolder(preparation, backup)
	end
	local staged
	if to == nil then
		preparation.going[path] = true
	else
		if not transaction.staged[to.sha256] then
			raiseChanged(STAGING)
		end
		requireFolder(preparation, path)
		staged = takeContent(preparation, to.sha256)
	end
	table.insert(preparation.steps, {
		path = path,
		staged = staged,
		backup = backup,
		seen = finish.standing(transaction.disk, path),
	})
end

--- Works out the steps of ccpm's own files, and writes their texts.
local function prepareState(preparation, stateFiles)
	local transaction = preparation.transaction
	local paths = {}
	for path in pairs(stateFiles) do
		paths[#paths + 1] = path
	end
	table.sort(paths)
	for _, path in ipairs(paths) do
		local text = stateFiles[path]
		local staged = text ~= false and transaction.owner .. "/" .. fs.getName(path) or nil
		if staged ~= nil then
			write(transaction.disk, staged, text)
		end
		table.insert(preparation.steps, { path = path, staged = staged })
	end
end

--- Works out all steps, and writes what they need beside the contents.
local function prepare(transaction, plan, stateFiles)
	local preparation = {
		transaction = transaction,
		steps = {},
		going = {},
		placed = {},
		folders = {},
		needed = 0,
	}
	for _, change in ipairs(plan.files) do
		prepareFile(preparation, change)
	end
	for _, path in ipairs(plan.data) do
		table.insert(preparation.steps, { path = path, folder = true })
	end
	prepareState(preparation, stateFiles)
	return preparation
end

--- Writes down what is to be done, and has it done.
local function commitPlan(transaction, plan, stateFiles)
	local disk = transaction.disk
	requireOwner(transaction)
	local preparation = prepare(transaction, plan, stateFiles)
	local journal = { version = 1, title = plan.title, steps = preparation.steps }
	write(disk, finish.JOURNAL .. ".new", encode(journal))

	-- Nothing but folders takes space from here on.
	local needed = preparation.needed
	local free = disk.getFreeSpace("/")
	if free ~= "unlimited" and free < needed then
		raise("no_space", { needed = needed, free = free })
	end
	disk.move(finish.JOURNAL .. ".new", finish.JOURNAL)
	finishCommitted(disk)
end

--- Does it, without yielding. Fails with nothing changed when a file is not as the plan saw it (`changed_meanwhile`) or the
-- disk is too full (`no_space`, `cannot_write`). `not_finished` alone says that it has begun: the next boot goes on with
-- it.
--
-- @param transaction where all contents of the plan are staged
-- @param plan what is to be done
-- @param stateFiles the texts of ccpm's own files by path from the root, false for those that go; their places are
-- taken last
function M.commit(transaction, plan, stateFiles)
	onDisk(commitPlan, transaction, plan, stateFiles)
end

return M
end

modules["/apis/ccpm/verify"] = function(...)
-- What stands on the disk that is not what was installed.

local lookModule = require("/apis/ccpm/look")
local look, matches = lookModule.look, lookModule.matches
local keys = require("/apis/ccpm/tables").keys

local M = {}

--- Compares installed files with the disk. May yield, where much is to be compared.
--
-- @param disk CC's fs API
-- @param lock what is installed
-- @param names the packages to look at, which must be installed; all, and files of no package, where absent
-- @returns what is not as it should be, in the order of the paths
function M.verify(disk, lock, names)
	local findings = {}
	local owned = {}

	--- What names in a folder of ours are to be known.
	local folders = { trapos = "^ccpm%." }
	for _, path in ipairs({ "ccpm.json", "ccpm.lock.json", "ccpm.cache.json" }) do
		owned["trapos/" .. path] = true
	end
	for _, name in ipairs(names or keys(lock.packages)) do
		for path, file in pairs(lock.packages[name].files) do
			owned[path] = true

			-- Players put programs of their own into /programs or /apis, but not into a package's folder in there.
			local folder = string.match(path, "^(.+/.+)/")
			if folder ~= nil then
				folders[folder] = ""
			end
			if not matches(disk, path, file) then
				findings[#findings + 1] = {
					path = path,
					problem = look(disk, path) and "changed" or "missing",
					package = name,
				}
			end
		end
	end
	for _, folder in ipairs(names and {} or keys(folders)) do
		for _, name in ipairs(disk.isDir(folder) and disk.list(folder) or {}) do
			local path = folder .. "/" .. name
			local function has(pattern)
				return (string.find(name, pattern)) ~= nil
			end
			local isKept = has("%.ccpm%-old%d*$") or has("%.broken%d*$")
			if has(folders[folder]) and not isKept and not owned[path] and look(disk, path) then
				findings[#findings + 1] = { path = path, problem = "foreign" }
			end
		end
	end
	table.sort(findings, function(one, other)
		return one.path < other.path
	end)
	return findings
end

return M
end

modules["/apis/trapos/failure"] = function(...)
-- How a call says that it failed: what happened and what to do next, in words that every package keeps in one table.

local oneLine = require("/apis/trapos/utf8").oneLine

local M = {}

--- The most characters of a detail that a message or hint holds: three rows of a 51 column screen.
local LONGEST_DETAIL = 160

--- Anything as text. What somebody's program has raised may refuse to become one: that is told by its type.
function M.written(value)
	local ok, text = pcall(tostring, value)
	return ok and type(text) == "string" and text or type(value)
end

local describe = {
	__tostring = function(failure)
		return failure.message .. "\n" .. failure.hint
	end,
}

--- Makes a failure. What it is told of comes from anywhere, so each detail is one line that fits.
--
-- @param failures the package's table
-- @param code a key of it
-- @param detail values for the `{name}`s in its message and hint
-- @param text what there was of the result, where there is any
-- @returns the failure, which `tostring` turns into message and hint
function M.makeFailure(failures, code, detail, text)
	local message, hint = unpack(failures[code], 1, 2)
	local given = detail or {}
	local function fill(template)
		return (
			string.gsub(template, "{(%w+)}", function(name)
				return given[name] == nil and "" or oneLine(M.written(given[name]), LONGEST_DETAIL)
			end)
		)
	end
	local failure = {
		code = code,
		message = fill(message),
		hint = fill(hint),
		text = text,
	}
	return setmetatable(failure, describe)
end

--- Whether something that was raised is a failure.
function M.isFailure(raised)
	return type(raised) == "table" and raised.code ~= nil
end

--- Calls a function that raises failures, and returns what came of it. What is no failure is raised on.
function M.outcome(act)
	local ok, value = pcall(act)
	if not ok and not M.isFailure(value) then
		error(value, 0)
	end
	return ok, value
end

--- Calls a function that raises failures, as a public function returns them. Only `Terminated` (Ctrl+T) is raised.
--
-- @param act what is called
-- @param fail makes a failure of the package; anything else that was raised becomes its `internal_error`
-- @returns `true` and the value, or `false` and the failure
function M.attempt(act, fail)
	local ok, value = pcall(act)
	if ok or M.isFailure(value) then
		return ok, value
	end
	if value == "Terminated" then
		error(value, 0)
	end
	return false, fail("internal_error", { what = value })
end

return M
end

modules["/apis/trapos/font"] = function(...)
-- UTF-8 in the computer's own font, which has one byte a character: ASCII, Latin-1 from 160 up, and below 32 the
-- symbols of IBM's code page 437, but for the blank 9, 10 and 13. So a folded text is as wide as it is long.

local withoutCommands = require("/apis/trapos/terminal").withoutCommands

local M = {}

--- What stands for code points (hexadecimal, ranges with "-"). None stands here twice, as the order is Lua's.
local SPELLINGS = {
	["\1"] = "263A 1F600-1F606 1F60A 1F642",
	["\3"] = "2665 2764 1F493-1F49C",
	["\4"] = "2666 25C6 25C7 1F536-1F539",
	["\5"] = "2663",
	["\6"] = "2660",
	["\7"] = "2022 2023 2219 25CF 25E6 25AA 26AB 25C9 25CE 26AA 1F534 1F535 1F7E0-1F7E4",
	["\v"] = "2642",
	["\f"] = "2640",
	["\14"] = "266A",
	["\15"] = "266B",
	["\16"] = "25B6 25B8 25BA",
	["\17"] = "25C0 25C2 25C4",
	["\18"] = "2195",
	["\19"] = "203C",
	["\24"] = "2191 2B06 1F446 21D1",
	["\25"] = "2193 2B07 1F447 21D3",
	["\26"] = "2192 2794 279C 279E 27A1 27F6 1F449 2197 2198 21AA 21B3 2937",
	["\27"] = "2190 2B05 27F5 1F448 2196 2199 21A9 21B5 23CE",
	["\29"] = "2194 27F7 21C4 21C6",
	["\30"] = "25B2 25B4",
	["\31"] = "25BC 25BE",
	[""] = "AD 300-36F 61C 115F 1160 180B-180F 1AB0-1AFF 1DC0-1DFF 200B-200F 202A-202E 2060-206F 20D0-20FF FE00-FE0F FE20-FE2F FEFF FFF9-FFFB 1F3FB-1F3FF",
	[" "] = "B C 1680 2000-200A 2028 2029 202F 205F 2800 3000 3164",
	["  "] = "9",
	["'"] = "2B9 2BB-2BD 2018-201B 2032 2039 203A",
	['"'] = "201C-201F 2033 2036 275D 275E 300C-300F",
	["-"] = "2010-2015 2043 2212 2500 2501 2504 2505 2550 301C 2796",
	["|"] = "2502 2503 2506 2507 2551",
	["#"] = "2580-259F 25A0 25FC 2B1B 1F7E5-1F7EB",
	["*"] = "2217 2605 2606 2728 2B50",
	[","] = "3001",
	["."] = "3002",
	["/"] = "2044 2215 2797",
	["^"] = "2C6",
	["~"] = "2DC 223C 2248",
	["..."] = "2026 22EF",
	["<="] = "2264 21D0",
	[">="] = "2265",
	["<"] = "27E8 3008",
	[">"] = "27E9 3009",
	["=>"] = "21D2 27F9",
	["<=>"] = "21D4 27FA",
	["!="] = "2260",
	["=="] = "2261",
	["?"] = "2753 2754",
	["+"] = "2795",
	["+1"] = "1F44D",
	["-1"] = "1F44E",
	o = "25CB 2B55",
	["o/oo"] = "2030",
	inf = "221E",
	pi = "3C0",
	sqrt = "221A",
	sum = "2211",
	["!"] = "26A0 2757 2755",
	i = "2139",
	f = "192",
	["[ ]"] = "2610 25A1 25FB 2B1C",
	["[x]"] = "2611 2612",
	oe = "153",
	OE = "152",
	ss = "1E9E",
	ff = "FB00",
	fi = "FB01",
	fl = "FB02",
	EUR = "20AC",
	TM = "2122",
	No = "2116",
	OK = "2713 2714 2705",
	X = "2717 2718 274C 274E 2716",
	["10"] = "2469 1F51F",
}

--- What stands for code points that follow each other, by the first; "." for those that have no likeness.
local ROWS = {
	{
		256,
		"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlLlLlNnNnNnnNnOoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs",
	},
	{ 416, "Oo.............Uu" },
	{ 461, "AaIiOoUuUuUuUuUu.AaAa" },
	{ 536, "SsTt" },
	{
		7680,
		"AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwy",
	},
	{ 7840, "AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy" },
	{ 8304, "0i..456789+-=()n0123456789+-=()" },
	{ 9312, "123456789" },
}

--- Letters that Latin-1 has with an accent, and what they are there, by the accent that stands behind them in UTF-8.
local ACCENTED = {
	{ 128, "AC0 EC8 ICC OD2 UD9 aE0 eE8 iEC oF2 uF9" },
	{ 129, "AC1 EC9 ICD OD3 UDA YDD aE1 eE9 iED oF3 uFA yFD" },
	{ 130, "AC2 ECA ICE OD4 UDB aE2 eEA iEE oF4 uFB" },
	{ 131, "AC3 ND1 OD5 aE3 nF1 oF5" },
	{ 136, "AC4 ECB ICF OD6 UDC aE4 eEB iEF oF6 uFC yFF" },
	{ 138, "AC5 aE5" },
	{ 167, "CC7 cE7" },
}

--- What stands for a code point, where it is not what follows from its number.
local glyphs = {}

--- Letters with an accent behind them, in UTF-8, and both in one.
local composed = {}

--- Stands for what has no likeness until all is folded: it is not in a text, as it is a control character.
local UNKNOWN = "\127"

--- Stands for what adorns a text until all is folded: it goes, and a blank behind it. No spelling has it.
local ADORNMENT = "\28"
local C2, C3, CC = string.char(194), string.char(195), string.char(204)
local TAIL = "[" .. string.char(128) .. "-" .. string.char(191) .. "]*"

--- Chinese, Korean and what is between them, U+4000 to U+CFFF: none of it has a likeness.
local EASTERN = "["
	.. string.char(228)
	.. "-"
	.. string.char(236)
	.. "]["
	.. string.char(128)
	.. "-"
	.. string.char(191)
	.. "]["
	.. string.char(128)
	.. "-"
	.. string.char(191)
	.. "]"
local JOINED = string.char(226, 128, 141) .. "[" .. C2 .. "-" .. string.char(244) .. "]" .. TAIL
local ACCENT_BEHIND = "%a" .. CC .. "[" .. string.char(128) .. "-" .. string.char(191) .. "]"
for _Module, value in ipairs(ROWS) do
	local first = value[1]
	local letters = value[2]
	for index = 1, #letters do
		local letter = string.sub(letters, index, index)
		if letter ~= "." then
			glyphs[first + index - 1] = letter
		end
	end
end
for text, codePoints in pairs(SPELLINGS) do
	for first, last in string.gmatch(codePoints, "(%x+)-?(%x*)") do
		local start = tonumber(first, 16)
		for code = start, tonumber(last, 16) or start do
			glyphs[code] = text
		end
	end
end

-- The Greek letter, as models write it; the font has the sign for a millionth.
glyphs[956] = string.char(181)
for _Module, value in ipairs(ACCENTED) do
	local accent = value[1]
	local letters = value[2]
	for letter, code in string.gmatch(letters, "(%a)(%x%x)") do
		composed[letter .. CC .. string.char(accent)] = C3 .. string.char(tonumber(code, 16) - 64)
	end
end

--- Whether a code point is a picture: an emoji or a dingbat. Those that say something have a spelling.
local function isAdornment(code)
	if code < 65536 then
		local isClock = code == 8986 or code == 8987 or code >= 9193 and code < 9211
		return isClock or code >= 9728 and code < 10176 or code >= 11008 and code < 11264
	end
	return code >= 126976 and code < 129792
end

local function foldCodePoint(code)
	local text = glyphs[code]
	if text ~= nil then
		return text
	end

	-- Control characters, first halves of surrogate pairs (JSON escapes leave them apart) and tags.
	if code < 160 or code >= 55296 and code < 56320 or code >= 917504 and code < 983040 then
		return ""
	end
	if code < 256 then
		return string.char(code)
	end
	if code >= 9472 and code < 9600 then
		return "+"
	end
	if code >= 65281 and code < 65375 then
		return string.char(code - 65248)
	end
	if code >= 127462 and code < 127488 then
		return string.char(code - 127462 + 65)
	end

	-- Bold, italic and other mathematical letters and digits, one alphabet behind the other.
	if code >= 120782 and code < 120832 then
		return string.char((code - 120782) % 10 + 48)
	end
	if code >= 119808 and code < 120484 then
		local index = (code - 119808) % 52
		return string.char(index + (index < 26 and 65 or 71))
	end
	return isAdornment(code) and ADORNMENT or UNKNOWN
end

--- The least code point that takes so many bytes; fewer would do for one below it, so that it is no UTF-8.
local LEAST = { 0, 128, 2048, 65536 }

--- Folds a character that is not printable ASCII, with the stray bytes behind it.
local function foldCharacter(bytes)
	local lead = string.byte(bytes)
	local size = lead < 194 and 1 or (lead < 224 and 2 or (lead < 240 and 3 or (lead < 245 and 4 or 1)))
	if #bytes < size or size == 1 and lead >= 128 then
		-- Not UTF-8: a byte alone may be Latin-1, a character cut short is unknown.
		return #bytes == 1 and lead >= 160 and bytes or UNKNOWN
	end
	local code = size == 1 and lead or lead % (size == 2 and 32 or 16)
	for index = 2, size do
		code = code * 64 + string.byte(bytes, index) % 64
	end
	local isBroken = code < LEAST[size] or code > 1114111
	return (isBroken and UNKNOWN or foldCodePoint(code)) .. (#bytes > size and UNKNOWN or "")
end

--- How many characters are remembered, which is more than a language of letters has.
local MOST_KNOWN = 3000

--- What stands for characters, filled as they come: most of a text's come again, and a table is looked up much faster
-- than a function is called.
local known = {}
local count = 0
local filling = {
	__index = function(_, bytes)
		local folded = foldCharacter(bytes)

		-- With stray bytes behind them there would be no end of them.
		if #bytes <= 4 and count < MOST_KNOWN then
			known[bytes] = folded
			count = count + 1
		end
		return folded
	end,
}
setmetatable(known, filling)

--- What a terminal shows of a line in which it goes back to the start: what was written last.
local function overprint(line)
	local last = string.match(line, "^.*\r([^\r]+)")
	return last or line
end

--- What a terminal shows of a line in which it goes back by single characters.
local function backspace(line)
	local kept = {}
	local gone = 0
	for at = #line, 1, -1 do
		local character = string.sub(line, at, at)
		if character == "\b" then
			gone = gone + 1
		elseif gone > 0 then
			gone = gone - 1
		else
			kept[#kept + 1] = character
		end
	end
	return string.reverse(table.concat(kept))
end

--- Folds UTF-8 to CC's font: what the font has stays itself, for the rest stands the nearest spelling, or one `?` for
-- all that stands together and has none. Emoji that say something are spelled, those that adorn go. Commands to a terminal leave nothing, a carriage return or a backspace leaves
-- what a terminal would show at the end. Line ends become "\n"; no other control character is left. Bytes that are not
-- UTF-8 do no harm. Takes a time in proportion to the text, about 0.3 s for a million bytes.
--
-- @param text UTF-8
-- @returns the text in CC's font, one byte a column
function M.fold(text)
	if (string.find(text, "[^ -~\n]")) == nil then
		return text
	end
	local folded = string.gsub(text, "\r\n", "\n")
	folded = withoutCommands(folded)
	if (string.find(folded, "\r", 1, true)) ~= nil then
		folded = string.gsub(folded, "[^\n]+", overprint)
	end
	folded = string.gsub(folded, ACCENT_BEHIND, function(letter)
		return composed[letter] or letter
	end)

	-- Of emoji that are joined to one the first is shown.
	folded = string.gsub(folded, JOINED, "")

	-- One by one they would take long: a text of theirs has hardly anything else.
	folded = string.gsub(folded, UNKNOWN, "")
	folded = string.gsub(folded, EASTERN, UNKNOWN)
	folded = string.gsub(folded, "[^ -" .. UNKNOWN .. "\n\b]" .. TAIL, known)
	if (string.find(folded, "\b", 1, true)) ~= nil then
		folded = string.gsub(folded, "[^\n]+", backspace)
	end
	folded = string.gsub(folded, ADORNMENT .. "+ ?", "")
	return (string.gsub(folded, UNKNOWN .. "+", "?"))
end

--- One character of UTF-8 as a file has it in which quotes and backslashes may end a text of Lua's.
local function foldWritten(character)
	local code = utf8.codepoint(character)

	-- Block graphics, too: what a computer's own file has comes back as it was.
	if code < 256 then
		return string.char(code)
	end
	return (string.gsub(M.fold(character), "[\"'\\\n]", string.char(180)))
end

--- A file's text as this computer's programs print it: letters beyond ASCII are those of CC's font. All of ASCII stays as it
-- is, and nothing becomes a quote, a backslash or a line's end, so that a program stays the same. `toUtf8` undoes it for
-- what the font has.
--
-- @param text UTF-8; what is not stays as it is
function M.foldFile(text)
	if type(utf8.len(text)) ~= "number" then
		return text
	end
	return (string.gsub(text, "[" .. C2 .. "-" .. string.char(244) .. "]" .. TAIL, foldWritten))
end

--- A control character, and one of ECMA-48's further ones as UTF-8 has it and as a byte of its own.
local CONTROLS = {
	"[^\n\t -~" .. string.char(128) .. "-" .. string.char(255) .. "]",
	C2 .. "[" .. string.char(128) .. "-" .. string.char(159) .. "]",
	"%f[" .. string.char(128) .. "-" .. string.char(255) .. "][" .. string.char(128) .. "-" .. string.char(
		159
	) .. "]",
}

--- The same as `fold` for what somebody has to agree to: a carriage return, a backspace or a terminal's command would show
-- less of it than is done, so each stands there as Lua would write it.
function M.foldExact(text)
	local visible = string.gsub(text, "\r\n", "\n")
	for _Module, control in ipairs(CONTROLS) do
		visible = string.gsub(visible, control, function(bytes)
			return string.format("\\%d", string.byte(bytes, -1))
		end)
	end
	return M.fold(visible)
end

return M
end

modules["/apis/trapos/http"] = function(...)
-- One HTTP request on CC's asynchronous `http.request`, with an answer or a reason in every case.
--
-- `http.get` and `http.post` match an answer by its URL alone, so that two requests to one address take each other's
-- answer; here each request gets a URL of its own. Other events that arrive while a request is under way are lost to
-- the coroutine that waits: run it under `parallel` when you need them.

local M = {}
local sent = 0
local start = tostring(os.epoch("utc")) .. "-" .. tostring(math.random(1, 1000000))

local function read(handle)
	local headers = {}
	for name, value in pairs(handle.getResponseHeaders()) do
		headers[string.lower(name)] = value
	end
	local response = {
		status = handle.getResponseCode(),
		headers = headers,
		body = handle.readAll() or "",
	}
	handle.close()
	return response
end

local function failed(reason)
	return { headers = {}, body = "", reason = reason }
end

--- Sends a request and waits for what comes of it. Never raises, except for Ctrl+T unless `raw` is set.
--
-- @param request what to send
-- @returns the server's response, whatever its status, or a `reason`
function M.send(request)
	if http == nil then
		return failed("http is disabled")
	end
	sent = sent + 1
	local query = string.find(request.url, "?", 1, true)
	local url = request.url .. (query == nil and "?" or "&") .. "n=" .. start .. "-" .. tostring(sent)
	local ok, reason = http.request({
		url = url,
		method = request.method or "GET",
		headers = request.headers,
		body = request.body,
		timeout = request.timeout,
		binary = true,
	})
	if not ok then
		return failed(reason or "the request was refused")
	end

	-- Computers before CC 1.105 know no timeout of their own, and an answer can be lost when a chunk unloads.
	local timer = os.startTimer(request.timeout + 1)
	local pull = request.raw == true and os.pullEventRaw or os.pullEvent
	while true do
		local event, subject, detail, handle = pull()
		if event == "timer" and subject == timer then
			return failed("Timed out")
		end
		if subject == url then
			os.cancelTimer(timer)
			if event == "http_success" then
				return read(detail)
			end
			if event == "http_failure" then
				return handle == nil and failed(tostring(detail)) or read(handle)
			end
		end
	end
end

return M
end

modules["/apis/trapos/interactive"] = function(...)
-- Whether somebody sits before the screen who can turn a page, choose and answer.

local M = {}

--- False once the program was told that nobody is there.
local isAttended = true

--- From here on nothing waits for a key: all of a long text is printed.
function M.unattended()
	isAttended = false
end

--- Whether what is shown may wait for a key. Not in harness mode (`trapos.harness_mode`), not after `unattended`, and
-- not where what is printed goes elsewhere than to the computer's own screen or a window of it, which knows its lines: to a monitor, which has
-- no keys, or to a program that keeps it.
function M.isInteractive()
	if not isAttended or settings.get("trapos.harness_mode") == true then
		return false
	end
	local terminal = term.current()
	return terminal == term.native() or terminal.getLine ~= nil
end

return M
end

modules["/apis/trapos/json"] = function(...)
-- JSON as servers write it, on top of CC's textutils: text stays UTF-8 and an empty list can be written to.

local M = {}

--- Writes a value as JSON. CC before 1.106 can only write bytes above 127 as Latin-1 escapes, which would garble UTF-8;
-- they are turned back into bytes, which JSON allows as they are.
--
-- @param value tables, strings (UTF-8), numbers and booleans; an empty table becomes `{}`
-- @returns the JSON text
function M.encode(value)
	local text = string.gsub(textutils.serializeJSON(value), "(\\+)u00([89A-Fa-f]%x)", function(slashes, hex)
		if #slashes % 2 == 0 then
			return nil
		end
		return string.sub(slashes, 2) .. string.char(tonumber(hex, 16))
	end)
	return text
end

--- Reads JSON.
--
-- @param text the JSON text
-- @returns the value, or nil when the text is not JSON; null is nil, too
function M.decode(text)
	local read = textutils.unserializeJSON
	local ok, value = pcall(read, text, { parse_empty_array = false })
	if not ok then
		return nil
	end
	return value
end

--- A list that is `[]` as JSON where it is empty; any other empty table is `{}`. Not to be written to.
function M.listOf(values)
	return #values == 0 and textutils.empty_json_array or values
end

return M
end

modules["/apis/trapos/lineinput"] = function(...)
-- Asks for a line of text, with CC's own way to type one.

local fold = require("/apis/trapos/font").fold
local say = require("/apis/trapos/screen").say

local M = {}

--- Columns that what is typed needs beside the prompt.
local LEAST_ROOM = 10

--- What stands before what is typed where the prompt leaves it no room beside it.
local SHORT_PROMPT = "> "

--- Lets somebody type a line. Longer ones than the row has room for move along, arrows and Home and End work, a paste
-- is taken.
--
-- @returns what was typed, up to Enter, in the computer's font: see `toUtf8`. Raises "Terminated" on Ctrl+T, on a row of
-- its own.
function M.readLine(input)
	local width = term.getSize()
	local prompt = fold(input.prompt)
	if #prompt > width - LEAST_ROOM and #prompt > #SHORT_PROMPT then
		say(input.prompt)
		prompt = SHORT_PROMPT
	end
	write(prompt)
	local initial = input.initial ~= nil and fold(input.initial) or nil
	local ok, typed = pcall(function()
		return read(input.isSecret == true and "*" or nil, nil, nil, initial)
	end)
	if not ok then
		print()
		error(typed, 0)
	end
	return typed
end

return M
end

modules["/apis/trapos/listing"] = function(...)
-- Rows with a second column, gathered and then shown page by page.

local strings = require("cc.strings")
local fold = require("/apis/trapos/font").fold
local showRows = require("/apis/trapos/pager").showRows
local clearRow = require("/apis/trapos/screen").clearRow

local M = {}

--- An empty listing.
function M.start()
	return { lines = {} }
end

--- Adds a line.
--
-- @param text UTF-8; what a row has no room for goes on in an indented one
-- @param colour where there are any
-- @param detail UTF-8; stands in a second column
function M.add(listing, text, colour, detail)
	table.insert(listing.lines, {
		text = fold(text),
		colour = colour,
		detail = detail ~= nil and fold(detail) or nil,
	})
end

--- Where the second column of a section begins: behind the longest text beside whose detail there is room.
local function columnOf(section, width)
	local column = 0
	for _, line in ipairs(section) do
		local endModule = #line.text + 1
		if line.detail ~= nil and endModule + #line.detail <= width then
			column = math.max(column, endModule)
		end
	end
	return column
end

--- The sections of a listing, which a line without text ends.
local function sectionsOf(lines)
	local section = {}
	local sections = { section }
	for _, line in ipairs(lines) do
		table.insert(section, line)
		if line.text == "" then
			section = {}
			table.insert(sections, section)
		end
	end
	return sections
end

--- A line with its detail: rather out of line than on two rows, and rather there than broken.
local function withDetail(line, column, width)
	if line.detail == nil then
		return line.text
	end
	local gap = math.min(column, width - #line.detail) - #line.text
	return line.text .. (gap > 0 and string.rep(" ", gap) or "\n") .. line.detail
end

--- Hands on a line as rows; what its first row has no room for is indented.
local function putLine(line, shown, width, emit)
	for number, row in ipairs(strings.wrap(shown, #shown > width and width - 2 or width)) do
		emit({ { text = number > 1 and "  " .. row or row, colour = line.colour } })
	end
end

--- Shows all lines, page by page where they are many, in the place of what stands on the row. Second columns stand one
-- below the other down to a line without text.
function M.show(listing)
	clearRow()
	showRows(function(width, emit)
		for _, section in ipairs(sectionsOf(listing.lines)) do
			local column = columnOf(section, width)
			for _, line in ipairs(section) do
				putLine(line, withDetail(line, column, width), width, emit)
			end
		end
	end)
end

return M
end

modules["/apis/trapos/movekeys"] = function(...)
-- The keys and turns of the mouse's wheel by which somebody scrolls.

local M = {}

--- The move that an event asks for, if it is one.
--
-- @param event the event's name
-- @param what its first value: the key, or the direction of the wheel
function M.moveOf(event, what)
	if event == "mouse_scroll" then
		return what < 0 and "wheelUp" or "wheelDown"
	end
	if event ~= "key" then
		return nil
	end
	if what == keys.up then
		return "up"
	end
	if what == keys.down then
		return "down"
	end
	if what == keys.pageUp then
		return "pageUp"
	end
	if what == keys.pageDown then
		return "pageDown"
	end
	if what == keys.home then
		return "home"
	end
	return what == keys["end"] and "end" or nil
end

return M
end

modules["/apis/trapos/pager"] = function(...)
-- Shows rows: all at once where they fit the screen, else in pages, for a computer's screen does not scroll back.

local strings = require("cc.strings")
local isInteractive = require("/apis/trapos/interactive").isInteractive
local readLine = require("/apis/trapos/lineinput").readLine
local moveOf = require("/apis/trapos/movekeys").moveOf
local rowModule = require("/apis/trapos/row")
local drawRow, marked = rowModule.drawRow, rowModule.marked
local rowlist = require("/apis/trapos/rowlist")
local findIn, layOutTo, lettersAbove, rowBelow, startRows =
	rowlist.findIn, rowlist.layOutTo, rowlist.lettersAbove, rowlist.rowBelow, rowlist.startRows
local screen = require("/apis/trapos/screen")
local inColour, refitted, takeRowsAbove = screen.inColour, screen.refitted, screen.takeRowsAbove
local scrollModule = require("/apis/trapos/scroll")
local bottomOf, placeOf, scrolled, scrolledTo =
	scrollModule.bottomOf, scrollModule.placeOf, scrollModule.scrolled, scrollModule.scrolledTo
local cut = require("/apis/trapos/text").cut

local M = {}

--- How many rows are printed or laid out without a pause: a program that runs for 7 s without one is stopped.
local ROWS_WITHOUT_PAUSE = 100

--- Queued to go on with laying rows out, after what the player has done meanwhile.
local GO_ON = "trapos_pager"

--- What the keys do, the best that there is room for.
local KEYS = { "space: on, /: find, q: quit", "space /find q:quit", "/find q:quit", "q:quit" }
local KEYS_AT_END = { "/: find, Enter or q: quit", "/find q:quit", "q:quit" }

local function scrollOf(reading)
	return { rows = #reading.list.rows, height = reading.height, top = reading.top }
end

--- Whether the last row is shown.
local function isAtEnd(reading)
	return reading.list.isDone and bottomOf(scrollOf(reading)) == #reading.list.rows
end

--- What the last row says: where the reader is, and what the keys do.
local function statusOf(reading, width)
	local place = placeOf(scrollOf(reading)) .. (reading.list.isDone and "" or "+")
	local note = reading.note
	if note ~= nil then
		return cut(place .. "  " .. note, width)
	end
	for _, hint in ipairs(isAtEnd(reading) and KEYS_AT_END or KEYS) do
		local line = place .. "  " .. hint
		if #line <= width then
			return line
		end
	end
	return cut(place, width)
end

local function drawStatus(reading)
	local width, height = term.getSize()
	term.setCursorPos(1, height)
	local line = strings.ensure_width(statusOf(reading, width), width)
	inColour(colours.lightGrey, term.write, line)
end

--- Draws the rows that are in sight.
local function drawRows(reading)
	local found = reading.found
	for y = 1, reading.height do
		local number = reading.top + y - 1
		local row = reading.list.rows[number] or {}
		if found ~= nil and found.row == number then
			row = marked(row, found.from, found.to)
		end
		term.setCursorPos(1, y)
		term.clearLine()
		drawRow(row)
	end
end

--- Draws all of the screen.
local function draw(reading)
	drawRows(reading)
	drawStatus(reading)
end

--- Lets others run.
local function pause()
	os.queueEvent(GO_ON)
	os.pullEvent(GO_ON)
end

--- Lays out all rows.
local function layOutAll(reading)
	while not layOutTo(reading.list, #reading.list.rows + ROWS_WITHOUT_PAUSE) do
		pause()
	end
end

local function move(reading, where)
	if where == "end" then
		layOutAll(reading)
	else
		layOutTo(reading.list, reading.top + 2 * reading.height)
	end
	reading.top = scrolled(scrollOf(reading), where).top
end

--- Looks for the word from a place on, in rows that are not laid out yet, too.
local function search(reading, row, column)
	local first = row
	local start = column
	while true do
		local isDone = layOutTo(reading.list, first + ROWS_WITHOUT_PAUSE)
		local found = findIn(reading.list, reading.word, first, start, #reading.list.rows)
		if found ~= nil or isDone then
			return found
		end
		first = #reading.list.rows + 1
		start = 1
		pause()
	end
end

--- Goes to the next place of the word, behind a row and a column; from the top on where there is none.
local function findNext(reading, row, column)
	local found = search(reading, row, column)
	if found == nil then
		found = search(reading, 1, 1)
		if found ~= nil then
			reading.note = "from the top"
		end
	end
	reading.found = found
	if found == nil then
		reading.note = "not found: " .. reading.word
		return
	end
	local scroll = scrollOf(reading)
	if found.row < scroll.top or found.row > bottomOf(scroll) then
		-- Some rows above it show where it stands.
		reading.top = scrolledTo(scroll, found.row - math.floor(reading.height / 3)).top
	end
end

--- Asks for a word on the last row, and goes to its first place from what is shown on.
local function find(reading)
	local _, height = term.getSize()
	term.setCursorPos(1, height)
	term.clearLine()
	local word = readLine({ prompt = "/" })

	-- What was queued to go on is gone: whoever reads a line drops all other events.
	reading.isGoingOn = false
	if word == "" then
		return
	end
	reading.word = word
	findNext(reading, reading.top, 1)
end

local function findAgain(reading)
	local found = reading.found
	if reading.word == "" then
		reading.note = "type / to find"
	elseif found == nil then
		findNext(reading, reading.top, 1)
	else
		findNext(reading, found.row, found.to + 1)
	end
end

--- Lays the rows out anew where the screen has another size, with the same text at its top.
local function fit(reading)
	local width, height = term.getSize()
	reading.height = math.max(height - 1, 1)
	if width ~= reading.width then
		local letters = lettersAbove(reading.list, reading.top)
		reading.width = width
		reading.list = startRows(reading.layout, width)
		reading.found = nil
		reading.top = rowBelow(reading.list, letters)
	end
	layOutTo(reading.list, reading.top + reading.height)
	reading.top = scrolledTo(scrollOf(reading), reading.top).top
end

--- Does what a key or a turn of the wheel asks for; false where the reader has read enough.
local function act(reading, event, what)
	local where = moveOf(event, what)
	reading.note = nil
	if where ~= nil then
		move(reading, where)
	elseif event == "char" and what == " " then
		move(reading, "pageDown")
	elseif event == "char" and what == "/" then
		find(reading)
	elseif event == "char" and what == "n" then
		findAgain(reading)
	elseif event == "char" and what == "q" then
		return false
	elseif event == "key" and what == keys.enter then
		if isAtEnd(reading) then
			return false
		end
		move(reading, "down")
	end
	return true
end

--- Goes on with laying out, so that the place is told among all rows.
local function goOn(reading)
	reading.isGoingOn = false
	layOutTo(reading.list, #reading.list.rows + ROWS_WITHOUT_PAUSE)
	drawStatus(reading)
end

--- Shows what the reader asks for, until that is enough. Raises what Ctrl+T does.
local function read(reading)
	fit(reading)
	draw(reading)
	while true do
		if not reading.list.isDone and not reading.isGoingOn then
			os.queueEvent(GO_ON)
			reading.isGoingOn = true
		end
		local event, what = os.pullEvent()
		if event == GO_ON then
			goOn(reading)
		elseif event == "term_resize" or event == "char" or event == "key" or event == "mouse_scroll" then
			if event ~= "term_resize" and not act(reading, event, what) then
				return
			end
			fit(reading)
			draw(reading)
		end
	end
end

--- Rows that were printed for one width, on another.
local function putAbove(above, width, emit)
	for _, row in ipairs(above) do
		for _, part in ipairs(refitted(row, width)) do
			emit(part)
		end
	end
end

--- Prints all rows, for nobody in particular.
local function printAll(layout)
	local width = term.getSize()
	local printed = 0
	layout(width, function(row)
		drawRow(row)
		print()
		printed = printed + 1
		if printed % ROWS_WITHOUT_PAUSE == 0 then
			sleep(0)
		end
		return true
	end)
end

--- Reads page by page, and leaves on the screen what was seen last.
local function readPages(layout, list, width)
	local reading = {
		layout = layout,
		width = width,
		height = 1,
		list = list,
		top = 1,
		word = "",
		isGoingOn = false,
	}
	local ok, problem = pcall(function()
		return read(reading)
	end)

	-- A word that was being typed has moved them.
	if not ok then
		drawRows(reading)
	end
	local _, height = term.getSize()
	local used = bottomOf(scrollOf(reading)) - reading.top + 2
	term.setCursorPos(1, height)
	term.clearLine()
	term.setCursorPos(1, math.min(used, height))
	if not ok then
		error(problem, 0)
	end
end

--- Shows rows. They are printed as they come; where they are more than the screen has room for the reader turns the
-- pages: up, down, a page up and down, Home and End, the wheel, space a page on, `/` finds, `n` finds the next, `q`, or
-- Enter at the end, goes on with the program. The screen then holds what was seen last. What was said above the rows is
-- a part of their first page. Where nobody reads along (see `isInteractive`) all rows are printed. Raises what Ctrl+T
-- does, and what `layout` raises.
--
-- @param layout lays the rows out; it is asked anew where the width changes
function M.showRows(layout)
	local above = takeRowsAbove()
	if not isInteractive() then
		printAll(layout)
		return
	end
	local width, height = term.getSize()
	local room = math.max(height - 1, 1)
	local isBelow = #above < room
	local function whole(columns, emit)
		if isBelow then
			putAbove(above, columns, emit)
		end
		layout(columns, emit)
	end
	local list = startRows(whole, width)
	local printed = isBelow and #above or 0
	layOutTo(list, printed)
	while printed < room do
		printed = printed + 1
		if layOutTo(list, printed) and #list.rows < printed then
			return
		end
		drawRow(list.rows[printed])
		print()
	end
	if layOutTo(list, room + 1) and #list.rows <= room then
		return
	end
	readPages(whole, list, width)
end

return M
end

modules["/apis/trapos/progress"] = function(...)
-- The one line that moves while something is under way.

local strings = require("cc.strings")
local screen = require("/apis/trapos/screen")
local clearRow, inColour, startRow = screen.clearRow, screen.inColour, screen.startRow
local cut = require("/apis/trapos/text").cut

local M = {}

--- Seconds between two pictures of the sign that turns.
local TURN = 0.2

--- Columns that what is being done needs, to be worth showing.
local LEAST_ROOM = 6

--- Shows how far something is: the left part of the row is lit. All of the row at once: it would flicker if it were
-- cleared before.
--
-- @param doing in CC's font
-- @param share from 0 to 1
function M.showShare(doing, share)
	local width = term.getSize()
	local lit = math.floor(width * math.min(share, 1))
	startRow()
	term.blit(
		strings.ensure_width(doing, width),
		string.rep("0", width),
		string.rep("7", lit) .. string.rep("f", width - lit)
	)
end

--- The moving line as it was drawn last; nothing where none moves.
local shown

--- Draws the moving line on the row that the cursor is on, which is clear where none moves: what is above it has grown.
function M.drawAgain()
	if shown == nil then
		clearRow()
		return
	end
	local width = term.getSize()
	startRow()
	inColour(colours.lightGrey, term.write, strings.ensure_width(shown, width))
end

--- Shows the sign that turns, the seconds and what is being done, as far as a row of the screen has room.
local function showTurn(turns, seconds, doing)
	local width = term.getSize()
	local at = turns % 4 + 1
	local start = string.sub("|/-\\", at, at) .. " " .. tostring(seconds) .. " s"
	local hasRoom = #start + LEAST_ROOM < width
	shown = hasRoom and cut(start .. " " .. doing, width) or start
	M.drawAgain()
end

--- Turns the sign for ever.
local function turn(start, doing)
	local turns = 0
	while true do
		local timer = os.startTimer(TURN)
		local event
		local id
		repeat
			do
				event, id = os.pullEventRaw()
			end
		until event == "timer" and id == timer
		local said = doing()
		if said ~= nil then
			showTurn(turns, math.floor((os.epoch("utc") - start) / 1000), said)
		end
		turns = turns + 1
	end
end

--- Runs something with a moving line below: a sign that turns, the seconds and what is being done. The line is gone when
-- it ends, however it ends. Ctrl+T reaches only what runs.
--
-- @param act what to run
-- @param doing says what is being done, in CC's font; nothing where the line is to rest, as something else is shown
function M.during(act, doing)
	local start = os.epoch("utc")
	local ok, problem = pcall(function()
		return parallel.waitForAny(act, function()
			return turn(start, doing)
		end)
	end)
	shown = nil
	clearRow()
	if not ok then
		error(problem, 0)
	end
end

return M
end

modules["/apis/trapos/question"] = function(...)
-- Asks for a yes or a no.

local M = {}

--- Waits for one of some characters; "\n" is Enter. What Ctrl+T ends begins on a row of its own.
local function choose(question, answers)
	write(question)
	while true do
		local event, what = os.pullEventRaw()
		local key
		if event == "char" then
			key = string.lower(what)
		end
		if event == "key" and what == keys.enter then
			key = "\n"
		end
		if key ~= nil and (string.find(answers, key, 1, true)) ~= nil then
			return key
		end
		if event == "terminate" then
			print()
			error("Terminated", 0)
		end
	end
end

--- Asks until y, n or Enter is pressed.
--
-- @param question without "[Y/n]" behind it
-- @param usual what Enter means
function M.ask(question, usual)
	local key = choose(question .. " " .. (usual and "[Y/n]" or "[y/N]") .. " ", "yn\n")
	local agreed = key == "y" or usual and key == "\n"
	print(agreed and "yes" or "no")
	return agreed
end

return M
end

modules["/apis/trapos/row"] = function(...)
-- Rows of the screen, as pieces of text that look different.

local M = {}

--- A row's text.
function M.textOf(row)
	local text = ""
	for _, piece in ipairs(row) do
		text = text .. piece.text
	end
	return text
end

--- How many characters of a row are no blanks.
function M.lettersOf(row)
	return #(string.gsub(M.textOf(row), " ", ""))
end

--- A row in which some of its text stands out.
--
-- @param from the first column of it, counted from 1
-- @param to the last one
function M.marked(row, from, to)
	local pieces = {}
	local before = 0
	for _, value in ipairs(row) do
		local text = value.text
		local colour = value.colour
		local ground = value.ground
		local start = math.max(from - before, 1)
		local endModule = math.max(to - before, 0)
		local parts = {
			{
				string.sub(text, 1, start - 1),
				false,
			},
			{
				string.sub(text, start, endModule),
				true,
			},
			{
				string.sub(text, math.max(endModule + 1, start)),
				false,
			},
		}
		for _, value in ipairs(parts) do
			local part = value[1]
			local isMarked = value[2]
			if part ~= "" then
				table.insert(pieces, { text = part, colour = colour, ground = ground, isMarked = isMarked })
			end
		end
		before = before + #text
	end
	return pieces
end

--- Draws a row from the cursor on, without a line break.
function M.drawRow(row)
	local textColour = term.getTextColour()
	local background = term.getBackgroundColour()
	local hasColours = term.isColour()
	for _, piece in ipairs(row) do
		if piece.isMarked then
			-- Black and white are on every screen.
			term.setTextColour(colours.black)
			term.setBackgroundColour(hasColours and colours.yellow or colours.white)
		elseif hasColours then
			term.setTextColour(piece.colour or textColour)
			term.setBackgroundColour(piece.ground or background)
		end
		term.write(piece.text)
		term.setTextColour(textColour)
		term.setBackgroundColour(background)
	end
end

return M
end

modules["/apis/trapos/rowlist"] = function(...)
-- Rows that are laid out one after the other, as they are needed, and where something is in them.

local rowModule = require("/apis/trapos/row")
local lettersOf, textOf = rowModule.lettersOf, rowModule.textOf

local M = {}

--- Begins to lay rows out for a width.
function M.startRows(layout, width)
	local thread = coroutine.create(function()
		layout(width, function(row)
			coroutine.yield(row)
			return true
		end)
	end)
	local function next()
		local ok, row = coroutine.resume(thread)
		if not ok then
			error(row, 0)
		end
		return row
	end
	return { rows = {}, isDone = false, next = next }
end

--- Lays out at least so many rows, where there are so many. True where all are laid out then.
function M.layOutTo(list, count)
	while not list.isDone and #list.rows < count do
		local row = list.next()
		if row == nil then
			list.isDone = true
		else
			table.insert(list.rows, row)
		end
	end
	return list.isDone
end

--- The next place of a word in what is laid out, in letters of either case.
--
-- @param word in CC's font, not empty
-- @param row where to begin, counted from 1
-- @param column in that row, counted from 1
-- @param last the last row to look at
function M.findIn(list, word, row, column, last)
	local wanted = string.lower(word)
	local start = column
	for index = row, math.min(last, #list.rows) do
		local from, to = string.find(string.lower(textOf(list.rows[index])), wanted, start, true)
		if from ~= nil then
			return { row = index, from = from, to = to }
		end
		start = 1
	end
	return nil
end

--- How many letters stand above a row; where the width changes, they stay the same.
function M.lettersAbove(list, row)
	local letters = 0
	for index = 1, math.min(row - 1, #list.rows) do
		letters = letters + lettersOf(list.rows[index])
	end
	return letters
end

--- Lays out as far as needed, and tells the row above which so many letters stand.
function M.rowBelow(list, letters)
	local row = 1
	local above = 0
	while not M.layOutTo(list, row) or row <= #list.rows do
		above = above + lettersOf(list.rows[row])
		if above > letters then
			return row
		end
		row = row + 1
	end
	return math.max(#list.rows, 1)
end

return M
end

modules["/apis/trapos/screen"] = function(...)
-- Lines on the screen, in colour where there is any, none of which floods it.

local strings = require("cc.strings")
local textOf = require("/apis/trapos/row").textOf
local text = require("/apis/trapos/text")

local M = {}

--- The most rows of a line that is no answer.
local MOST_ROWS = 3

--- Columns that what went wrong may take, which is three rows of a computer's screen and six of a pocket computer's.
local FAILURE_COLUMNS = 150

--- How many rows are kept of what was printed; more than any screen has.
local MOST_ABOVE = 100

--- Whether remarks are left out.
local isQuiet = false

--- Gets the rows that would be printed, while something else draws on the screen.
local taker

--- What was printed since the reader could last stop reading.
local above = {}

--- The rows that stand above what comes next, on the same page; there are none from then on.
function M.takeRowsAbove()
	local rows = above
	above = {}
	return rows
end

--- Shows a text in a colour.
--
-- @param show is handed the text; what it returns is returned
function M.inColour(colour, show, shown)
	local before = term.getTextColour()
	if term.isColour() then
		term.setTextColour(colour)
	end
	local result = show(shown)
	term.setTextColour(before)
	return result
end

--- Hands all that `say`, `remark`, `note` and `fail` would print from here on to something that draws on the screen.
--
-- @param take gets each row; nothing to print again
function M.handRows(take)
	taker = take
end

--- A row that was laid out for another width: as it is where it fits, else as several without colours of their own.
function M.refitted(row, width)
	local whole = textOf(row)
	if #whole <= width then
		return { row }
	end
	local rows = {}
	for _, part in ipairs(strings.wrap((string.match(whole, "^(.-) *$")), width)) do
		table.insert(rows, { { text = part, colour = row[1].colour } })
	end
	return rows
end

--- Prints a row that may be the head of what comes next.
local function printRow(colour, text)
	if taker ~= nil then
		taker({ { text = text, colour = colour } })
		return
	end
	M.inColour(colour, print, text)
	table.insert(above, { { text = text, colour = colour } })
	if #above > MOST_ABOVE then
		table.remove(above, 1)
	end
end

--- Goes to the start of the row, which is the last one where the screen has become lower since.
function M.startRow()
	local _, row = term.getCursorPos()
	local _, height = term.getSize()
	if row > height then
		term.scroll(1)
	end
	term.setCursorPos(1, math.min(row, height))
end

--- Clears the row and goes to its start.
function M.clearRow()
	M.startRow()
	term.clearLine()
end

--- A text, UTF-8, as rows that fit the screen. Where they would be too many its middle is missing.
local function rowsOf(line, most)
	local width = term.getSize()
	local whole = text.oneLine(line)
	local columns = width * most
	local rows
	repeat
		do
			rows = strings.wrap(text.shorten(whole, columns), width)
			columns = columns - 1
		end
	until not (#rows > most)
	return rows
end

--- Prints a line, of a hostile length, too: on three rows at most.
--
-- @param line UTF-8
-- @param colour that of other texts where nothing is said
function M.say(line, colour)
	local shown = colour or term.getTextColour()
	for _, row in ipairs(rowsOf(line, MOST_ROWS)) do
		printRow(shown, row)
	end
end

--- From here on remarks are left out.
function M.beQuiet()
	isQuiet = true
end

--- Prints a remark that is not part of what was asked for, on three rows at most.
function M.remark(line)
	if not isQuiet then
		M.say(line, colours.lightGrey)
	end
end

--- Prints a remark of one row above a line that moves, in whose place it goes.
--
-- @param row in CC's font, no longer than a row
-- @param colour that of remarks where nothing is said
function M.note(row, colour)
	if isQuiet then
		return
	end
	M.clearRow()
	printRow(colour or colours.lightGrey, row)
end

--- Prints what went wrong and what to do next.
--
-- @param columns how many columns each line of it may take; what is more loses its middle
function M.fail(failure, columns)
	if columns == nil then
		columns = FAILURE_COLUMNS
	end
	local width = term.getSize()
	local most = math.max(MOST_ROWS, math.ceil(columns / width))
	local lines = { failure.message }

	-- A hint may show lines as they are to be written into a file.
	for line in string.gmatch(failure.hint, "[^\n]+") do
		table.insert(lines, line)
	end
	for _, line in ipairs(lines) do
		for _, row in ipairs(rowsOf(line, most)) do
			printRow(colours.red, row)
		end
	end
end

return M
end

modules["/apis/trapos/scroll"] = function(...)
-- Which rows are shown of something that is longer than its place on the screen. Pure.

local M = {}

--- Rows by which the mouse's wheel moves.
local WHEEL = 3

--- The same place, with a row as its first that leaves no place empty below the last row.
function M.scrolledTo(scroll, top)
	local last = math.max(scroll.rows - scroll.height + 1, 1)
	return {
		rows = scroll.rows,
		height = scroll.height,
		top = math.max(math.min(top, last), 1),
	}
end

--- After a move; the same as before where it is at its end. A page leaves one row of the last one in sight.
function M.scrolled(scroll, move)
	local page = math.max(scroll.height - 1, 1)
	local tops = {
		up = scroll.top - 1,
		down = scroll.top + 1,
		pageUp = scroll.top - page,
		pageDown = scroll.top + page,
		home = 1,
		["end"] = scroll.rows,
		wheelUp = scroll.top - WHEEL,
		wheelDown = scroll.top + WHEEL,
	}
	return M.scrolledTo(scroll, tops[move])
end

--- The last row that is shown.
function M.bottomOf(scroll)
	return math.min(scroll.top + scroll.height - 1, scroll.rows)
end

--- The place as it is told: "12-28 of 140".
function M.placeOf(scroll)
	return tostring(scroll.top) .. "-" .. tostring(M.bottomOf(scroll)) .. " of " .. tostring(scroll.rows)
end

return M
end

modules["/apis/trapos/terminal"] = function(...)
-- What programs write for a terminal and not for a reader: colours, places, links, titles.

local M = {}

--- What programs write for a terminal and not for a reader: colours, places, links, titles.
local ESCAPE = "\27"
local C2 = string.char(194)

--- What a terminal takes as commands and shows nothing of (ECMA-48), the first that fits: texts for the terminal itself
-- such as links and titles, colours and places, character sets, and what is one letter long. What has no end ends with
-- its line.
local COMMANDS = {
	ESCAPE .. "[P%]X^_][^\n\7" .. ESCAPE .. "]*\7?",
	ESCAPE .. "%[[0-?]*[ -/]*[@-~]?",
	ESCAPE .. "[%%(-/#][0-~]?",
	ESCAPE .. "[78=>DEMc\\]?",
}

--- The same beginnings as one character, as a UTF-8 text has them, and "[" as a byte of its own.
local SHORT_ESCAPE = C2
	.. "(["
	.. string.char(144)
	.. string.char(152)
	.. string.char(155)
	.. "-"
	.. string.char(159)
	.. "])"
local ESCAPE_BYTE = "%f[" .. string.char(128) .. "-" .. string.char(255) .. "]" .. string.char(155)

--- Takes the commands for a terminal out of a text (ECMA-48), with what belongs to them.
--
-- @param text bytes; UTF-8 stays UTF-8
function M.withoutCommands(text)
	local plain = string.gsub(text, SHORT_ESCAPE, function(byte)
		return ESCAPE .. string.char(string.byte(byte) - 64)
	end)
	plain = string.gsub(plain, ESCAPE_BYTE, ESCAPE .. "[")
	if (string.find(plain, ESCAPE, 1, true)) == nil then
		return plain
	end
	for _, command in ipairs(COMMANDS) do
		plain = string.gsub(plain, command, "")
	end
	return plain
end

return M
end

modules["/apis/trapos/text"] = function(...)
-- Texts for a narrow screen: what lists, remarks and failures need.

local fold = require("/apis/trapos/font").fold

local M = {}
M.fold = fold

--- Bytes that are looked at of a text that is shown on one line; much more than any screen has room for.
local MOST = 32000

--- What a page of HTML says in a line: its title, or else all but its marks.
local function textOfPage(html)
	local title = string.match(html, "<[Tt][Ii][Tt][Ll][Ee][^<>]*>%s*([^<]*[^%s<])")
	if title ~= nil then
		return title
	end
	return (string.gsub(html, "<[^<>]*>", " "))
end

--- A text on one line, for titles, tools, questions and failures: blanks for line breaks, and of a page of HTML, as a
-- proxy sends, what it says. Of a text of more than 32,000 bytes the middle is missing.
--
-- @param text UTF-8
-- @returns in CC's font
function M.oneLine(text)
	local short = text
	if #text > MOST then
		short = string.sub(text, 1, MOST / 2) .. " ... " .. string.sub(text, -MOST / 2)
	end
	local page = string.find(string.lower(short), "<!doctype html", 1, true)
	local start =
		unpack(page == nil and {
			string.find(string.lower(short), "<html", 1, true),
		} or { page }, 1, 1)
	if start ~= nil then
		short = string.sub(short, 1, start - 1) .. textOfPage(string.sub(short, start))
	end
	local line = string.gsub(fold(short), "%s+", " ")
	return (string.match(line, "^ ?(.-) ?$"))
end

--- Cuts a folded text to a width in columns; "..." at its end shows that something is missing.
function M.cut(text, width)
	if #text <= width then
		return text
	end
	return string.sub(text, 1, math.max(width - 3, 0)) .. string.sub("...", 1, width)
end

--- Cuts a folded text to a width in columns; "..." in its middle stands for what is missing, as its end tells more.
function M.shorten(text, width)
	if #text <= width then
		return text
	end
	if width < 8 then
		return M.cut(text, width)
	end
	local endModule = math.floor((width - 3) / 3)
	return string.sub(text, 1, width - 3 - endModule) .. "..." .. string.sub(text, -endModule)
end

--- A number with its thousands apart: "12,345". Empty for what is no count.
function M.countText(count)
	if not (count >= 0 and count < 1000000000000000) then
		return ""
	end
	local text = string.format("%.0f", count)
	local changes
	repeat
		do
			text, changes = string.gsub(text, "^(%d+)(%d%d%d)", "%1,%2")
		end
	until not (changes > 0)
	return text
end

--- How many there are of something: "1 line", "2 lines".
function M.counted(count, what)
	return count == 1 and "1 " .. what or tostring(count) .. " " .. what .. "s"
end

--- A number of tokens, as short as a list needs it: "900", "128k", "1M".
function M.tokensText(count)
	if not (count < 1000000000000) then
		return ""
	end
	if count < 1000 then
		return string.format("%.0f", count)
	end
	if count < 1000000 then
		return tostring(math.floor(count / 1000)) .. "k"
	end
	return tostring(math.floor(count / 1000000)) .. "M"
end

--- How long ago something was, as short as a list needs it: "now", "5m", "3h", "2d". Empty for what is no time.
function M.ageText(seconds)
	if not (seconds < 1000000000000) then
		return ""
	end
	local minutes = math.floor(seconds / 60)
	if minutes < 1 then
		return "now"
	end
	if minutes < 60 then
		return tostring(minutes) .. "m"
	end
	if minutes < 1440 then
		return tostring(math.floor(minutes / 60)) .. "h"
	end
	return tostring(math.floor(minutes / 1440)) .. "d"
end

return M
end

modules["/apis/trapos/utf8"] = function(...)
-- Texts as UTF-8: what people type becomes it, what is shown of others' texts is one line of it, and in an address
-- each of its bytes has a place.

local withoutCommands = require("/apis/trapos/terminal").withoutCommands

local M = {}

--- The first byte of a character, or a byte that is no part of UTF-8: any but those that go on with one.
local LEAD = "[^" .. string.char(128) .. "-" .. string.char(191) .. "]"

--- The longest character, in bytes.
local LONGEST = 4

--- Text as UTF-8: what is typed on a computer comes as Latin-1, what programs hand in mostly is UTF-8 already.
--
-- @param text bytes; what is valid UTF-8 stays as it is
function M.toUtf8(text)
	-- For other text the game returns false and Lua 5.3 nil.
	if type(utf8.len(text)) == "number" then
		return text
	end
	return (string.gsub(text, "[^\1-\127]", function(char)
		return utf8.char(string.byte(char))
	end))
end

--- One line of a text from outside, no longer than what is shown of it. Blanks, line breaks and other control
-- characters in a row are one blank, commands for a terminal are gone, and what is cut ends with "..".
--
-- @param text UTF-8, of any length
-- @param most characters that may be left, at least 2
function M.oneLine(text, most)
	local line = string.gsub(withoutCommands(string.sub(text, 1, most * 20)), "[%s%c]+", " ")
	if #line <= most then
		return line
	end
	line = string.sub(line, 1, (most + 1) * LONGEST)
	local endModule = 0
	local at = 0
	for count = 1, most + 1 do
		local lead = string.find(line, LEAD, at + 1)
		if lead == nil then
			return line
		end
		at = lead
		if count == most - 1 then
			endModule = lead
		end
	end
	return string.sub(line, 1, endModule - 1) .. ".."
end

--- Writes a text for a part of an address (RFC 3986): letters and digits of ASCII and `-._~` stay, of all else each byte
-- becomes %XX. CC's `textutils.urlEncode` takes the bytes of UTF-8 for letters of Latin-1.
function M.percentEncode(text)
	return (
		string.gsub(text, "[^A-Za-z0-9._~-]", function(byte)
			return string.format("%%%02X", string.byte(byte))
		end)
	)
end

return M
end

modules["/install/requirements"] = function(...)
-- Stops on a computer that cannot run what is to be installed, before any of it is loaded.

local major, minor = string.match(tostring(_HOST), "ComputerCraft (%d+)%.(%d+)")
if major == nil or tonumber(major) * 1000 + tonumber(minor) < 1100 then
	error("This needs CC: Tweaked 1.100 or newer.\nHere is " .. tostring(_HOST) .. ". Update the mod.", 0)
end
if http == nil then
	error("The HTTP API is switched off here.\nIn computercraft-server.toml: [http] enabled = true", 0)
end
end

-- `wget run <registry>/install.lua [--yes] [--force]`: puts ccpm, and with it TrapOS, on a computer that has none of them.

local carryOut = require("/apis/ccpm/carryout").carryOut
local connect = require("/apis/ccpm/client").connect
local baseUrl = require("/apis/ccpm/registry").baseUrl
local progress = require("/apis/ccpm/progress")
local note, showProgress, working = progress.note, progress.showProgress, progress.working
local outcome = require("/apis/trapos/failure").outcome
local send = require("/apis/trapos/http").send
local decode = require("/apis/trapos/json").decode
local unattended = require("/apis/trapos/interactive").unattended
local ask = require("/apis/trapos/question").ask
local screen = require("/apis/trapos/screen")
local fail, say = screen.fail, screen.say

require("/install/requirements")

--- wget runs a program with its own `arg`.
local isWget = arg[1] == "run" and (string.find(arg[2] or "", "^https?://")) ~= nil

--- The packages that ccpm is made of.
local OWN = { "ccpm", "trapos-core" }

--- The registry whose install.lua has this URL; GitHub's in the short form, which fits a screen.
local function registryOf(url)
	local base = string.match(url, "^([^?#]*/)")
	local plain = string.gsub(base or "", "/refs/heads/", "/", 1)
	local name, branch = string.match(plain, "^https://raw%.githubusercontent%.com/([^/]+/[^/]+)/([^/]+)/$")
	if name == nil then
		return base
	end
	return branch == "HEAD" and name or name .. "@" .. tostring(branch)
end

local function refuse(message, hint)
	error({ code = "bad_command_line", message = message, hint = hint }, 0)
end

--- Reads the words of the command line.
local function readWish(words)
	local isAgreed = false
	local isForced = false
	local registry = isWget and registryOf(arg[2]) or nil
	for _, word in ipairs(words) do
		if word == "--yes" or word == "-y" then
			isAgreed = true
		elseif word == "--force" then
			isForced = true
		elseif string.sub(word, 1, 1) == "-" then
			refuse("There is no " .. word .. ".", "There are --yes and --force.")
		else
			registry = word
		end
	end
	if registry == nil then
		local program = arg[0] or "install"
		refuse("From where? Name a registry.", program .. " https://... (or owner/repo of GitHub)")
	end
	baseUrl(registry)
	return { registry = registry, isAgreed = isAgreed, isForced = isForced }
end

--- Puts right what ccpm itself stands on: where that is damaged, it cannot repair the rest.
local function repairOwn(ccpm, yes)
	local isKnown, findings = outcome(function()
		return ccpm.verify(OWN)
	end)

	-- What no registry has any more as it was installed comes with the upgrade.
	if not isKnown or #findings == 0 then
		return
	end
	local ok, problem = outcome(function()
		return carryOut(
			ccpm,
			working(function()
				return ccpm.planRepair(findings)
			end),
			{ yes = yes }
		)
	end)
	if not ok then
		fail(problem)
	end
end

local function requireSound(ccpm)
	local isKnown, left = outcome(function()
		return ccpm.verify(OWN)
	end)
	if isKnown and #left > 0 then
		refuse("ccpm is still damaged.", "Use the install.lua of another registry.")
	end
end

--- The address of a registry that is a bridge, which says so at /health.
local function bridgeAt(registry)
	local address = string.match(registry, "^(https?://.-)/*$")
	if address == nil then
		return nil
	end
	local answer = send({ url = address .. "/health", timeout = 10 })
	local health = decode(answer.body)
	if answer.status ~= 200 or type(health) ~= "table" or health.bridge == nil then
		return nil
	end
	return address
end

--- Links the computer with a bridge, unless it is linked with that already.
local function linkWith(bridge)
	if settings.get("opencc.link_url") == bridge then
		return
	end

	-- In a shell of its own: the program needs one, and was not there before.
	shell.run("/programs/ai.lua", "link", bridge)
end

--- Does what the player wishes; false where it was not done. Raises failures.
local function install(words)
	local wish = readWish(words)
	local force = wish.isForced
	local yes
	if wish.isAgreed then
		yes = true
		unattended()
	end
	local ccpm = connect({ registry = wish.registry, onProgress = showProgress, onNote = note })
	local installed = ccpm.state().lock.packages
	local isNew = installed.ccpm == nil
	local hasAll = installed.trapos ~= nil
	local wantsAll = hasAll or wish.isAgreed or ask("All of TrapOS? (n: only ccpm)", true)
	repairOwn(ccpm, yes)
	if
		not isNew
		and not carryOut(
			ccpm,
			working(function()
				return ccpm.planUpgrade(nil, { force = force })
			end),
			{ yes = yes }
		)
	then
		return false
	end
	requireSound(ccpm)
	local names = {}
	if isNew then
		names[#names + 1] = "ccpm"
	end
	if wantsAll and not hasAll then
		names[#names + 1] = "trapos"
	end
	local bridge
	if wantsAll then
		bridge = bridgeAt(wish.registry)
	end
	if bridge ~= nil and installed["trapos-link"] == nil then
		names[#names + 1] = "trapos-link"
	end
	if
		#names > 0
		and not carryOut(
			ccpm,
			working(function()
				return ccpm.planInstall(names, { force = force })
			end),
			{ yes = true }
		)
	then
		return false
	end
	if bridge ~= nil then
		linkWith(bridge)
	end
	if #names == 0 then
		return true
	end
	say(wantsAll and "Then type: ai help, or: ccpm help" or "Then type: ccpm install trapos")
	if not wish.isAgreed and ask("Reboot now?", true) then
		os.reboot()
	end
	return true
end

--- The same, with failures shown.
local function run(words)
	local ok, done = outcome(function()
		return install(words)
	end)
	if not ok then
		fail(done)
	end
	return ok and done
end

-- The message is out already; wget would print an empty one.
if not run({ ... }) and not isWget then
	error("", 0)
end
