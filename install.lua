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

modules["/apis/ccpm/arguments"] = function(...)
--- The command line of `ccpm`.
local M = {}
M.commands = {
	{"install", "<package>...", "Install packages", "yes dry-run force"},
	{"uninstall", "[package]...", "Remove packages", "yes dry-run cascade unused"},
	{"upgrade", "[package]...", "Take newer versions", "yes dry-run force"},
	{"update", "", "Look for new versions", ""},
	{"list", "", "What is installed", ""},
	{"search", "[word]...", "What can be installed", ""},
	{"info", "<package>", "All about a package", ""},
	{"files", "<package>", "Files of a package", ""},
	{"verify", "[package]...", "Check installed files", "fix yes dry-run"},
	{"recover", "", "Mend after power cuts", ""},
	{"registry list", "", "Registries, in order", ""},
	{"registry add", "<registry> [n]", "Add one, as number n", "force"},
	{"registry remove", "<registry>", "Forget one", ""},
	{"registry move", "<registry> <n>", "Make it number n", ""},
	{"help", "[command]...", "Show this, or more", ""}
}
M.flags = {
	{"yes", "Do not ask (-y)"},
	{"dry-run", "Only show what would be done"},
	{"force", "Do it anyway; replaced files are kept"},
	{"cascade", "Remove what needs them, too"},
	{"unused", "Remove what nothing needs any more"},
	{"fix", "Repair what is found"}
}

local function distance(one, other)
	local row = {}
	for j = 0, #other do row[j] = j end
	for i = 1, #one do
		local diagonal = row[0]
		row[0] = i
		for j = 1, #other do
			local changed = one:byte(i) == other:byte(j) and diagonal or diagonal + 1
			diagonal = row[j]
			row[j] = math.min(changed, diagonal + 1, row[j - 1] + 1)
		end
	end
	return row[#other]
end

function M.nearest(word, choices)
	local best
	local least = math.min(#word, 40) / 2 + 0.1
	for _, choice in ipairs(choices) do
		local isPart = choice:find(word, 1, true) ~= nil
		local wrong = isPart and 1 or distance(word:sub(1, 64), choice)
		if wrong < least then
			best = choice
			least = wrong
		end
	end
	return best
end

local function named(name, rows)
	for _, row in ipairs(rows) do
		if row[1] == name then return row end
	end
	return nil
end

function M.names(rows)
	local found = {}
	for _, row in ipairs(rows) do found[#found + 1] = row[1] end
	return found
end

local function count(text, pattern) return select(2, text:gsub(pattern, "")) end

function M.parse(given)
	local words = {}
	local set = {}
	local helps = false
	local function understood(command) return {command = command, words = words, flags = set} end
	local function refuse(problem, hint)
		return {command = "help", words = words, flags = set, problem = problem, hint = hint}
	end
	local function suggest(word, rows, prefix)
		local meant = M.nearest(word, M.names(rows))
		return meant and "Did you mean: " .. prefix .. meant .. "?" or "See: ccpm help"
	end
	for _, word in ipairs(given) do
		local flag = word == "-y" and "yes" or word:match("^%-%-?(.+)")
		if not flag then
			words[#words + 1] = word
		elseif flag == "version" then
			return understood(flag)
		elseif flag == "h" or flag == "help" then
			helps = true
		elseif named(flag, M.flags) then
			set[flag] = true
		else
			return refuse("There is no flag " .. word .. ".", suggest(flag, M.flags, "--"))
		end
	end
	local name = table.remove(words, 1) or "help"
	if name == "registry" then name = "registry " .. (table.remove(words, 1) or "list") end
	if helps and name ~= "help" then return {command = "help", words = {name}, flags = {}} end
	local command = named(name, M.commands)
	if not command then
		return refuse("There is no command " .. name .. ".", suggest(name, M.commands, "ccpm "))
	end
	for flag in pairs(set) do
		if not string.find(" " .. command[4] .. " ", " " .. flag .. " ", 1, true) then
			return refuse("ccpm " .. name .. " takes no --" .. flag .. ".", "See: ccpm help " .. name)
		end
	end
	local operands = command[2]
	local most = count(operands, "%.%.%.") > 0 and 1000000000 or count(operands, "%S+")
	local isBare = name == "uninstall" and #words == 0 and set.unused == nil
	if isBare or #words < count(operands, "<") or #words > most then
		local usage = "Type: ccpm " .. name .. " " .. (isBare and "<package>..." or operands)
		return refuse(most == 0 and "ccpm " .. name .. " takes no words." or usage, "See: ccpm help " .. name)
	end
	return understood(name)
end

return M
end

modules["/apis/ccpm/command"] = function(...)
--- All that the program `ccpm` does, with its client handed in, so that the installer does the same.
local M = {}
local arguments = require("/apis/ccpm/arguments")
local screen = require("/apis/ccpm/screen")
local add = screen.add
local ask = screen.ask
local bytes = screen.bytes
local during = screen.during
local fail = screen.fail
local flush = screen.flush
local compare = require("/apis/ccpm/semver").compare
local NOTE = colours.yellow
local REMARK = colours.lightGrey

local function refuse(message, hint) error({message = message, hint = hint}, 0) end

local function need(call)
	local ok, value = during(call)
	if not ok then error(value, 0) end
	return value
end

local function sortedKeys(record)
	local keys = {}
	for key in pairs(record) do keys[#keys + 1] = key end
	table.sort(keys)
	return keys
end

local function offers(state)
	local found = {}
	for _, registry in ipairs(state.configuration.registries) do
		local known = state.cache.registries[registry]
		for name, offered in pairs(known and known.packages or {}) do
			if found[name] == nil then found[name] = {package = offered, registry = registry} end
		end
	end
	return found
end

function M.newerVersions(state)
	local newer = {}
	local offered = offers(state)
	for name, installed in pairs(state.lock.packages) do
		local offer = offered[name]
		if offer and compare(offer.package.version, installed.version) > 0 then
			newer[name] = offer.package.version
		end
	end
	return newer
end

local function someOrAll(words) return #words > 0 and words or nil end

local function carryOut(job, plan)
	local source
	for _, change in ipairs(plan.packages) do
		local name = change.name
		local from = change.from
		local to = change.to
		local group = to and "From " .. (change.registry or "this computer") .. ":" or "Remove:"
		if group ~= source then add(group) end
		source = group
		if not to then
			add("- " .. name, colours.red, from)
		elseif not from then
			add("+ " .. name, colours.lime, to)
		else
			add("> " .. name, NOTE, from .. " > " .. to)
		end
	end
	local fetched = 0
	local hasStartup = false
	for _, file in ipairs(plan.files) do
		if file.url then fetched = fetched + 1 end
		if not source then add((file.to and "+ " or "- ") .. file.path) end
		if file.to and file.path:sub(1, 8) == "startup/" then hasStartup = true end
	end
	for _, folder in ipairs(plan.data) do add("- " .. folder .. "/ (data)", colours.red) end
	local isIdle = #plan.packages + #plan.files + #plan.data == 0
	if isIdle then add("There is nothing to do.") end
	if fetched > 0 then
		add(
			"Fetch " .. bytes(plan.download) .. ", " .. fetched .. " " .. (fetched == 1 and "file" or "files")
				.. "."
		)
	end
	local left = plan.free + plan.freed
	if not isIdle and left < math.huge then add("Disk left: " .. bytes(left) .. ".") end
	for _, note in ipairs(plan.notes) do add(note, NOTE) end
	if job.flags["dry-run"] then return true end
	if not isIdle and plan.needed <= plan.free and not job.flags.yes and not ask("Go on?", true) then
		add("Nothing has changed.")
		return false
	end
	need(function() return job.client.apply(plan) end)
	if not isIdle then add(hasStartup and "Done. To use it all: reboot" or "Done.", NOTE) end
	return true
end

local function list(state, isUpdated)
	local newer = M.newerVersions(state)
	local names = sortedKeys(state.lock.packages)
	for _, automatic in ipairs({false, true}) do
		local isFirst = automatic
		for _, name in ipairs(names) do
			local installed = state.lock.packages[name]
			local known = newer[name]
			local version = installed.version
			if (installed.automatic == true) == automatic then
				if isFirst then add("Needed by these:", REMARK) end
				isFirst = false
				if not known then add(name, nil, version) else add(name, NOTE, version .. " > " .. known) end
			end
		end
	end
	if #names == 0 then add("Nothing is installed. See: ccpm search") end
	if next(newer) ~= nil then
		add("Take the newer: ccpm upgrade", NOTE)
	else
		add(isUpdated and "Nothing newer is known." or "Look for newer: ccpm update", REMARK)
	end
end

local function listRegistries(state)
	local registries = state.configuration.registries
	for i = 1, #registries do
		local registry = registries[i]
		local known = state.cache.registries[registry]
		add(i .. " " .. registry)
		if known then
			local date = os.date("%Y-%m-%d", known.updated / 1000)
			add("  " .. #sortedKeys(known.packages) .. " packages, " .. date, REMARK)
		else
			add("  Not asked yet", REMARK)
		end
	end
	if #registries == 0 then add("There is none. Add one: ccpm registry add <registry>") end
end

local function changeRegistries(job, call)
	local given = job.words[2]
	local position = given and (tonumber(given) or 0) or nil
	need(function() return call(job.words[1], position) end)
	listRegistries(need(job.client.state))
end

local function find(job)
	local name = job.words[1]
	local offer = offers(job.state)[name]
	local found = job.state.lock.packages[name] or offer and offer.package
	return found or refuse("No package " .. name .. " is known.", "See: ccpm search, ccpm update")
end

local actions = {
	install = function(job)
		return carryOut(job, need(function() return job.client.planInstall(job.words, job.flags) end))
	end,
	uninstall = function(job)
		return carryOut(job, need(function() return job.client.planUninstall(job.words, job.flags) end))
	end,
	upgrade = function(job)
		return carryOut(
			job,
			need(function() return job.client.planUpgrade(someOrAll(job.words), job.flags) end)
		)
	end,
	update = function(job)
		local problems = need(job.client.update)
		for _, registry in ipairs(sortedKeys(problems)) do fail(problems[registry]) end
		list(need(job.client.state), true)
	end,
	list = function(job) list(job.state, false) end,
	search = function(job)
		local offered = offers(job.state)
		local isFound = false
		for _, name in ipairs(sortedKeys(offered)) do
			local found = offered[name].package
			local text = string.lower(name .. " " .. found.description)
			local fits = true
			for _, word in ipairs(job.words) do fits = fits and text:find(word:lower(), 1, true) ~= nil end
			if fits then
				add(
					name .. " " .. found.version .. (job.state.lock.packages[name] and " (installed)" or ""),
					NOTE
				)
				add("  " .. found.description)
				isFound = true
			end
		end
		if not isFound then refuse("No such package is known.", "Look for new ones: ccpm update") end
	end,
	info = function(job)
		local shown = find(job)
		local name = job.words[1]
		local packages = job.state.lock.packages
		local installed = packages[name]
		local offer = offers(job.state)[name]
		add(name, NOTE)
		if offer then add(offer.package.description) end
		add("Installed:", nil, installed and installed.version or "no")
		if installed and installed.automatic then add("As others need it") end
		if offer then add("Available:", nil, offer.package.version) end
		if offer then add("From:", nil, offer.registry) end
		for _, other in ipairs(sortedKeys(shown.dependencies)) do
			add("Needs:", nil, other .. " " .. tostring(shown.dependencies[other]))
		end
		for _, other in ipairs(sortedKeys(packages)) do
			if packages[other].dependencies[name] then add("Needed by:", nil, other) end
		end
		local size = 0
		for _, file in pairs(shown.files) do size = size + file.size end
		add("Files:", nil, #sortedKeys(shown.files) .. ", " .. bytes(size))
	end,
	files = function(job)
		local files = find(job).files
		for _, path in ipairs(sortedKeys(files)) do add(path, nil, bytes(files[path].size)) end
	end,
	verify = function(job)
		local findings = need(function() return job.client.verify(someOrAll(job.words)) end)
		for _, finding in ipairs(findings) do add(finding.problem .. ": " .. finding.path, colours.red) end
		if #findings == 0 then
			add("All files are as they were installed.")
		elseif job.flags.fix then
			return carryOut(job, need(function() return job.client.planRepair(findings) end))
		else
			add("Repair them: ccpm verify --fix", NOTE)
		end
		return #findings == 0
	end,
	recover = function() return nil end,
	["registry list"] = function(job) listRegistries(job.state) end,
	["registry add"] = function(job)
		local force = job.flags.force
		changeRegistries(job, function(registry, position)
			return job.client.addRegistry(registry, {position = position, force = force})
		end)
	end,
	["registry remove"] = function(job) changeRegistries(job, job.client.removeRegistry) end,
	["registry move"] = function(job) changeRegistries(job, job.client.moveRegistry) end,
	version = function(job)
		local own = job.state.lock.packages.ccpm
		add("ccpm " .. (own and own.version or "(not installed)"))
	end
}

local function help(topic)
	local isNarrow = term.getSize() < 40
	local isFound = false
	if topic == "" and not isNarrow then add("ccpm installs, upgrades and removes packages.", NOTE) end
	for _, command in ipairs(arguments.commands) do
		local name = command[1]
		local purpose = command[3]
		local usage = string.match(name .. " " .. command[2], "^(.-) ?$")
		if topic == "" then
			add(usage, nil, not isNarrow and purpose or nil)
		elseif name:sub(1, #topic) == topic then
			add("ccpm " .. usage, NOTE)
			add("  " .. purpose)
			for _, flag in ipairs(arguments.flags) do
				local at = string.find(" " .. command[4] .. " ", " " .. flag[1] .. " ", 1, true)
				if at then add("  --" .. flag[1], nil, flag[2]) end
			end
			isFound = true
		end
	end
	local unknown = arguments.parse({topic})
	if topic ~= "" and not isFound then refuse(unknown.problem, unknown.hint) end
end

local function perform(line, client)
	local command = line.command
	if line.problem then refuse(line.problem, line.hint) end
	if command == "help" then return help(table.concat(line.words, " ")) end
	local done = need(client.recover)
	for _, text in ipairs(done) do add(text, NOTE) end
	if command == "recover" and #done == 0 then add("There is nothing to recover.") end
	local state = need(client.state)
	return actions[command]({
		command = command,
		words = line.words,
		flags = line.flags,
		client = client,
		state = state
	})
end

local function suggest(words, client)
	local known, state = client.state()
	if not known then return end
	local packages = offers(state)
	for name in pairs(state.lock.packages) do packages[name] = true end
	for _, word in ipairs(words) do
		local meant = packages[word] == nil and arguments.nearest(word, sortedKeys(packages)) or nil
		if meant then add("Did you mean: " .. meant .. "?", NOTE) end
	end
end

function M.run(given, context)
	local line = arguments.parse(given)
	local client = context.client
	local done
	local ok, failure = pcall(function() done = perform(line, client) end)
	if not ok then
		if type(failure) ~= "table" then error(failure, 0) end
		local tell = context.screen and context.screen.fail or fail
		tell(failure)
		if not line.problem then suggest(line.words, client) end
	end
	flush()
	return ok and done ~= false
end

return M
end

modules["/apis/ccpm/failure"] = function(...)
--- Every way in which ccpm can fail.
local M = {}
local makeFailure = require("/apis/failure").makeFailure
M.failures = {
	http_disabled = {
		"The HTTP API is switched off here.",
		"In computercraft-server.toml: [http] enabled = true"
	},
	address_denied = {
		"ComputerCraft forbids {registry} (Domain not permitted).",
		'In computercraft-server.toml, at host = "$private": action = "allow"'
	},
	cannot_connect = {"Nothing answers at {registry} ({what}).", "Check the network and: ccpm registry list"},
	timed_out = {"{registry} did not answer in time.", "Try again later."},
	network_error = {"The request to {registry} failed: {what}.", "Try again; check: ccpm registry list"},
	server_error = {"{registry} failed at {path} (HTTP {status}).", "Try again in some minutes."},
	no_index = {
		"{registry} is no registry: it has no packages/index.json.",
		"Check the address: ccpm registry list"
	},
	file_missing = {
		"{registry} lists {path}, but does not serve it.",
		"It may be changing: try again in some minutes."
	},
	wrong_content = {
		"{registry} serves another {path} than it lists.",
		"It may be changing: try again in some minutes."
	},
	bad_index = {"The index of {registry} is not valid: {what}.", "Tell those who run that registry."},
	bad_registry = {
		"{registry} is no registry's address.",
		"Give http(s)://... or <owner>/<repo>[@branch] of GitHub."
	},
	no_registry = {"No registry is configured.", "Add one: ccpm registry add <registry>"},
	registry_known = {"{registry} is configured already.", "See: ccpm registry list"},
	registry_unknown = {"{registry} is not configured.", "See: ccpm registry list"},
	registry_position = {"There is no position {position}.", "Give one from 1 to {last}."},
	no_registry_answers = {"No registry answered.", "{what}"},
	unknown_package = {"No registry has a package {name}.", "See: ccpm search <word>"},
	missing_dependency = {
		"{who} needs {name}, which no registry has.",
		"Add a registry that has it: ccpm registry add"
	},
	no_version = {"{who} needs {name} {range}, but there is only {known}.", "Try again after: ccpm update"},
	conflict = {
		"{who} needs {name} {range}, but {other} needs {name} {otherRange}.",
		"Upgrade or uninstall one of the two."
	},
	cycle = {"Packages need each other in a circle: {what}.", "Tell those who made them."},
	too_complex = {"These packages need too much to be worked out.", "Install fewer of them at once."},
	not_installed = {"{name} is not installed.", "See: ccpm list"},
	needed_by = {"{name} is needed by {what}.", "Uninstall them, too: add --cascade"},
	file_exists = {
		"{path} is there, and no package brought it.",
		"Move it away, or keep it beside: add --force"
	},
	file_conflict = {"{path} belongs to {owner}; {name} has it, too.", "Uninstall one of the two packages."},
	folder_in_the_way = {"{path} is a folder; {name} has a file there.", "Move it: mv {path} {path}.old"},
	file_in_the_way = {"{path} is a file; {name} needs a folder there.", "Move it: mv {path} {path}.lua"},
	other_drive = {"{path} is on another drive.", "Move it away, or take the disk out."},
	no_space = {
		"The disk is too full: {needed} bytes are needed, {free} are free.",
		"Delete something, or uninstall a package."
	},
	changed_meanwhile = {"{path} changed meanwhile. Nothing was touched.", "Try again."},
	cannot_write = {"{path} cannot be written: {what}.", "Look at the disk, then try again."},
	not_finished = {"A change was begun and cannot be finished.", "{what}"},
	not_repairable = {"No registry has {path} of {name} {version} any more.", "Type: ccpm upgrade {name}"},
	newer_format = {"{path} was written by a newer ccpm.", "Upgrade ccpm, or delete that file."},
	internal_error = {"Unexpected: {what}", "Please report this."}
}

function M.fail(code, detail) return makeFailure(M.failures, code, detail) end

return M
end

modules["/apis/ccpm/finish"] = function(...)
--- Finishes what a transaction of ccpm has begun.
local M = {}
M.STAGING = "trapos/ccpm.staging"
M.JOURNAL = M.STAGING .. "/journal.json"
M.PARTIAL = "trapos/ccpm.partial"
M.FINISHER = "startup/00-ccpm-finish.lua"

function M.read(disk, path)
	local file = disk.open(path, "rb")
	if not file then return "" end
	local content = file.readAll() or ""
	file.close()
	return content
end

function M.freeName(disk, path, number)
	local free = path .. (number or "")
	return disk.exists(free) and M.freeName(disk, path, (number or 1) + 1) or free
end

local function removeEmptyFolders(disk, path)
	local folder = fs.getDir(path)
	while folder ~= "" do
		if disk.isDir(folder) then
			if #disk.list(folder) > 0 then return end
			disk.delete(folder)
		end
		folder = fs.getDir(folder)
	end
end

function M.moveTo(disk, from, to)
	local folder = fs.getDir(to)
	if not disk.isDir(folder) then disk.makeDir(folder) end
	disk.move(from, to)
end

function M.reasonOf(problem) return (tostring(problem):match("([^:%s][^:]*)$")) end

local function perform(disk, step)
	local path = step.path
	local staged = step.staged
	if staged and not disk.exists(staged) then return end
	if disk.exists(path) and (step.folder or not disk.isDir(path)) then
		if step.backup then M.moveTo(disk, path, step.backup) else disk.delete(path) end
	end
	if staged then M.moveTo(disk, staged, path) else removeEmptyFolders(disk, path) end
end

function M.clean(disk, partial)
	if not partial then disk.delete(M.PARTIAL) end
	disk.delete(M.STAGING)
	removeEmptyFolders(disk, M.PARTIAL .. "/any")
	if disk.exists(M.FINISHER) then disk.delete(#disk.list("startup") > 1 and M.FINISHER or "startup") end
end

function M.recover(disk, boot)
	if not disk.exists(M.JOURNAL) then
		local stopped = disk.exists(M.STAGING)
		if not boot or not (stopped or disk.exists(M.FINISHER)) then return true end
		M.clean(disk)
		return true, stopped and "ccpm was stopped before it changed anything." or nil
	end
	local journal = textutils.unserializeJSON(M.read(disk, M.JOURNAL))
	if type(journal) ~= "table" or journal.version ~= 1 then
		disk.move(M.JOURNAL, M.freeName(disk, "trapos/ccpm.journal.broken"))
		M.clean(disk)
		return false, "ccpm cannot read its journal. Type: ccpm verify --fix"
	end
	local before = boot and table.concat(disk.list("startup"), "/")
	for _, step in ipairs(journal.steps) do
		local ok, problem = pcall(perform, disk, step)
		if not ok then
			return false, "ccpm cannot finish: " .. journal.title .. "\n" .. step.path .. ": "
				.. M.reasonOf(problem) .. ". Mend that, then: reboot"
		end
	end
	local restarted = M.STAGING .. "/restarted"
	if boot and table.concat(disk.list("startup"), "/") ~= before and not disk.exists(restarted) then
		disk.makeDir(restarted)
		os.reboot()
	end
	disk.delete(M.PARTIAL)
	disk.move(M.STAGING, M.PARTIAL)
	M.clean(disk)
	return true, "ccpm finished: " .. journal.title .. " (the power had gone)"
end

local name = ...
if not name then
	local done, line = M.recover(fs, true)
	if line then (done and print or printError)(line) end
end
return M
end

modules["/apis/ccpm/formats"] = function(...)
--- What may stand in ccpm's JSON.
local M = {}
local semver = require("/apis/ccpm/semver")
M.INDEX_BYTES = 524288
local PACKAGES = 1000
local FILES = 500
local ENTRIES = 100
local FILE_BYTES = 1000000
local LATEST = 99999999999999

local function has(text, pattern) return text:find(pattern) ~= nil end

local function plain(text) return (text:gsub("[^ -~]", "?")) end

local function wrong(where, what) return error(plain(where:sub(-100)) .. " " .. what, 0) end

local function fieldsOf(value, where)
	return type(value) == "table" and value or wrong(where, "must be an object")
end

local function text(most, pattern, what, is)
	return function(value, where)
		local isText = type(value) == "string" and #value <= most and has(value, pattern)
		if not isText or is and not is(value) then wrong(where, "must be " .. what) end
		return value
	end
end

local function number(most)
	return function(value, where)
		local isNumber = type(value) == "number" and value >= 0 and value <= most and value % 1 == 0
		return isNumber and value or wrong(where, "must be a whole number, at most " .. most)
	end
end

local function map(most, readName, read)
	return function(value, where)
		local copy = {}
		local count = 0
		for name, item in pairs(fieldsOf(value, where)) do
			count = count + 1
			if count > most then wrong(where, "has too many entries") end
			local at = where .. "." .. tostring(name)
			copy[readName(name, at)] = read(item, at)
		end
		return copy
	end
end

local function list(read)
	return function(value, where)
		local copy = {}
		for key in pairs(fieldsOf(value, where)) do
			if type(key) ~= "number" then wrong(where, "must be a list") end
		end
		for place, item in ipairs(value) do
			if place > ENTRIES then wrong(where, "has too many entries") end
			copy[#copy + 1] = read(item, where .. "." .. place)
		end
		return copy
	end
end

local function record(readers)
	return function(value, where)
		local fields = fieldsOf(value, where)
		local copy = {}
		for name, read in pairs(readers) do copy[name] = read(fields[name], where .. "." .. name) end
		return copy
	end
end

local function optional(read)
	return function(value, where)
		if value == nil then return nil end
		return (read(value, where))
	end
end

local function isBelowRoot(path) return not has("/" .. path .. "/", "[./]/") end

local RESERVED = {"rom/", "disk%d*/", "%.settings/", "trapos/", "startup/00%-ccpm"}

local function isFile(path)
	for _, pattern in ipairs(RESERVED) do
		if has(path:lower() .. "/", "^" .. pattern) then return false end
	end
	return isBelowRoot(path)
end

local function isData(path) return isBelowRoot(path) and not has(path:lower(), "^trapos/ccpm") end

local readName = text(64, "^[a-z0-9][a-z0-9._-]*$", "a name of a-z 0-9 . _ -")
local readPath = text(200, "^[%w._/-]+$", "a path that packages may have", isFile)
local readRegistry = text(200, "^[!-~]+$", "a registry")

local function readPackages(readers)
	readers.version = text(64, "", "a version", semver.isVersion)
	readers.dependencies = map(ENTRIES, readName, text(200, "^[ -~]*$", "a version range", semver.isRange))
	readers.files = map(
		FILES,
		readPath,
		record({
			size = number(FILE_BYTES),
			sha256 = text(64, "^" .. string.rep("[0-9a-f]", 64) .. "$", "64 hex digits")
		})
	)
	readers.autostart = optional(list(readPath))
	readers.data = optional(list(text(200, "^trapos/[%w._/-]+$", "a folder in trapos/", isData)))
	local read = record(readers)
	return map(PACKAGES, readName, function(value, where)
		local copy = read(value, where)
		for _, path in ipairs(copy.autostart or {}) do
			if copy.files[path] == nil then wrong(where .. ".autostart", "must be among its files") end
		end
		return copy
	end)
end

local readOffered = readPackages({
	description = function(value, where)
		return type(value) == "string" and plain(value:sub(1, 200)) or wrong(where, "must be a text")
	end
})
local readInstalled = readPackages({
	registry = optional(readRegistry),
	automatic = optional(function(value, where)
		if type(value) == "boolean" then return value end
		return (wrong(where, "must be true or false"))
	end)
})
local readRegistries = list(readRegistry)
local readCache = map(ENTRIES, readRegistry, record({updated = number(LATEST), packages = readOffered}))

local function check(value, field, read)
	local version = type(value) == "table" and value.version
	if version ~= 1 then return false, "it is not in format 1", type(version) == "number" and version > 1 end
	local ok, result = pcall(read, value[field], field)
	if not ok then return false, result, false end
	return true, {version = version, [field] = result}
end

function M.checkIndex(value) return check(value, "packages", readOffered) end

function M.checkConfiguration(value) return check(value, "registries", readRegistries) end

function M.checkLock(value) return check(value, "packages", readInstalled) end

function M.checkCache(value) return check(value, "registries", readCache) end

return M
end

modules["/apis/ccpm/plan"] = function(...)
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
end

modules["/apis/ccpm/registry"] = function(...)
--- Registries.
local M = {}
local decode = require("/apis/json").decode
local fail = require("/apis/ccpm/failure").fail
local formats = require("/apis/ccpm/formats")
local sha256 = require("/apis/ccpm/sha256").sha256
local match = string.match
local LONGEST = 200
local INDEX_PATH = "packages/index.json"
local REASONS = {
	["http is disabled"] = "http_disabled",
	["Domain not permitted"] = "address_denied",
	["Timed out"] = "timed_out",
	["Could not connect"] = "cannot_connect",
	["Unknown host"] = "cannot_connect"
}

function M.baseUrl(registry)
	local address = match(registry, "^(https?://[%w%[][%w%[%]:/@%%._~+-]-)/*$")
	local owner, repository, at, branch = match(registry, "^([%w-]+)/([%w._-]+)(@?)([%w._/-]*)$")
	local isOnGitHub = owner ~= nil and (at == "") == (branch == "")
	if #registry > LONGEST or not address and not isOnGitHub then
		return false, fail("bad_registry", {registry = registry:sub(1, 40)})
	end
	if address then return true, address .. "/" end
	local place = branch == "" and "HEAD" or branch
	return true, "https://raw.githubusercontent.com/" .. owner .. "/" .. repository .. "/" .. place .. "/"
end

function M.fileUrl(base, path) return base .. path end

local function fetchText(fetch, url, registry, path, missing)
	local fetch_result_0 = fetch(url)
	local status = fetch_result_0.status
	local body = fetch_result_0.body
	local reason = fetch_result_0.reason
	if status == 200 then return true, body end
	if not status then
		return false, fail(REASONS[reason or ""] or "network_error", {registry = registry, what = reason})
	end
	return false, fail(status == 404 and missing or "server_error", {
		registry = registry,
		path = path,
		status = status
	})
end

function M.fetchIndex(registry, fetch)
	local ok, base = M.baseUrl(registry)
	if not ok then return false, base end
	local fetched, text = fetchText(fetch, M.fileUrl(base, INDEX_PATH), registry, INDEX_PATH, "no_index")
	if not fetched then return false, text end
	if #text > formats.INDEX_BYTES then
		return false, fail("bad_index", {registry = registry, what = "it is too large"})
	end
	local valid, index = formats.checkIndex(decode(text))
	if not valid then return false, fail("bad_index", {registry = registry, what = index}) end
	return true, index
end

function M.fetchFile(change, fetch)
	local registry = change.registry
	local path = change.path
	local ok, content = fetchText(fetch, change.url, registry, path, "file_missing")
	if not ok then return false, content end
	if #content ~= change.to.size or sha256(content) ~= change.to.sha256 then
		return false, fail("wrong_content", {registry = registry, path = path})
	end
	return true, content
end

return M
end

modules["/apis/ccpm/resolve"] = function(...)
--- Which versions of which packages fit together.
local M = {}
local fail = require("/apis/ccpm/failure").fail
local semver = require("/apis/ccpm/semver")
local MOST_COMPARISONS = 1000000
local COMPARISONS_OF_TRY = 100

local function sortedNames(values)
	local names = {}
	for name in pairs(values) do names[#names + 1] = name end
	table.sort(names)
	return names
end

function M.resolve(resolution)
	local installed = resolution.installed
	local isWanted = {}
	local isUpgraded = {}
	local queue = {}
	local neededBy = {}
	local chosen = {}
	local known = {}
	local comparisons = 0
	local function need(name, by)
		if not neededBy[name] then queue[#queue + 1] = name end
		if neededBy[name] == nil then neededBy[name] = by end
	end
	local function isIn(version, range)
		local key = version .. " " .. range
		if known[key] == nil then known[key] = semver.satisfies(version, range) end
		return known[key]
	end
	local function label(name) return name .. " " .. chosen[name].version end
	local function versionsOf(name)
		local versions = {}
		local current = installed[name]
		if current and not isUpgraded[name] then versions[#versions + 1] = current end
		for _, candidate in ipairs(resolution.candidates[name] or {}) do
			if not current or semver.compare(candidate.version, current.version) > 0 then
				versions[#versions + 1] = candidate
			end
		end
		if current and isUpgraded[name] then versions[#versions + 1] = current end
		return versions
	end
	local function findClash(name, version, count)
		for place = 0, count - 1 do
			local other = queue[place + 1]
			local theirs = chosen[other]
			comparisons = comparisons + 1
			local range = theirs.dependencies[name]
			if range and not isIn(version.version, range) then
				return {who = label(other), name = name, range = range, culprit = other}
			end
			local own = version.dependencies[other]
			if own and not isIn(theirs.version, own) then
				return {who = name .. " " .. version.version, name = other, range = own, culprit = other}
			end
		end
		return nil
	end
	local function explain(clash, count)
		local name = clash.name
		local range = clash.range
		local texts = {}
		for _, value in ipairs(versionsOf(name)) do
			local version = value.version
			texts[#texts + 1] = version
			if isIn(version, range) then
				for place = 0, count - 1 do
					local other = queue[place + 1]
					comparisons = comparisons + 1
					local otherRange = chosen[other].dependencies[name]
					if otherRange and not isIn(version, otherRange) then
						clash.other = label(other)
						clash.otherRange = otherRange
						return fail("conflict", clash)
					end
				end
			end
		end
		clash.known = table.concat(texts, ", ")
		return fail("no_version", clash)
	end
	local search
	search = function(place)
		local name = queue[place + 1]
		if not name then return nil end
		local by = neededBy[name]
		local culprits = {[by] = true}
		local failure, clash
		for _, version in ipairs(versionsOf(name)) do
			clash = findClash(name, version, place)
			comparisons = comparisons + COMPARISONS_OF_TRY
			if comparisons > MOST_COMPARISONS then return {culprits = {}, failure = fail("too_complex")} end
			if clash then
				culprits[clash.culprit] = true
			else
				local count = #queue
				chosen[name] = version
				for _, dependency in ipairs(sortedNames(version.dependencies)) do need(dependency, name) end
				local deadEnd = search(place + 1)
				if not deadEnd then return nil end
				chosen[name] = nil
				while #queue > count do neededBy[table.remove(queue)] = nil end
				if not deadEnd.culprits[name] then return deadEnd end
				for culprit in pairs(deadEnd.culprits) do culprits[culprit] = true end
				culprits[name] = nil
				failure = deadEnd.failure
			end
		end
		if clash then
			failure = explain(clash, place)
		elseif by == "" then
			if failure == nil then failure = fail("unknown_package", {name = name}) end
		elseif failure == nil then
			failure = fail("missing_dependency", {who = label(by), name = name})
		end
		return {culprits = culprits, failure = failure}
	end
	local packages = {}
	local trail = {}
	local places = {}
	local add
	add = function(name)
		local place = places[name]
		if place == 0 then return nil end
		trail[#trail + 1] = name
		if place then return fail("cycle", {what = table.concat(trail, " > ", place):sub(1, 120)}) end
		places[name] = #trail
		local version = chosen[name]
		for _, dependency in ipairs(sortedNames(version.dependencies)) do
			local failure = add(dependency)
			if failure then return failure end
		end
		table.remove(trail)
		places[name] = 0
		local current = installed[name]
		local automatic = not isWanted[name] and (current == nil or current.automatic == true)
		packages[#packages + 1] = {name = name, package = version, automatic = automatic}
		return nil
	end
	local function obstacle(name, version)
		local clash = findClash(name, version, #queue)
		if clash and clash.name == name then return clash.who .. " needs " .. clash.range end
		local needed = clash and clash.name .. " " .. clash.range or ""
		for _, dependency in ipairs(sortedNames(version.dependencies)) do
			if needed == "" and not chosen[dependency] then
				needed = dependency .. " " .. version.dependencies[dependency]
			end
		end
		return "it needs " .. needed
	end
	for _, name in ipairs(resolution.wanted) do
		isWanted[name] = true
		need(name, "")
	end
	local newest = resolution.newest
	for _, name in ipairs(newest == true and sortedNames(installed) or newest) do
		isUpgraded[name] = true
		need(name, "")
	end
	for _, name in ipairs(sortedNames(installed)) do need(name, "") end
	local deadEnd = search(0)
	if deadEnd then return false, deadEnd.failure end
	local notes = {}
	for _, name in ipairs(queue) do
		local failure = add(name)
		if failure then return false, failure end
		local best = versionsOf(name)[1]
		if isUpgraded[name] and best ~= chosen[name] then
			notes[#notes + 1] = name .. " " .. best.version .. " is held back: " .. obstacle(name, best)
				.. "."
		end
	end
	return true, {packages = packages, notes = notes}
end

return M
end

modules["/apis/ccpm/screen"] = function(...)
--- What `ccpm` shows.
local M = {}
local pending = {}

function M.add(text, colour, detail)
	pending[#pending + 1] = {text = text, colour = colour, detail = detail}
end

local function paint(colour, act)
	local before = term.getTextColour()
	if colour and term.isColour() then term.setTextColour(colour) end
	act()
	term.setTextColour(before)
end

local function clearRow()
	local _, row = term.getCursorPos()
	term.setCursorPos(1, row)
	term.clearLine()
end

local function readKey()
	while true do
		local event, what = os.pullEventRaw()
		if event == "char" then return what:lower() end
		if event == "key" and what == keys.enter then return "" end
		if event == "terminate" then
			print()
			error("Terminated", 0)
		end
	end
end

local function layOut(lines, width)
	local rows = {}
	local column = 0
	for _, line in ipairs(lines) do
		local detail = line.detail
		local end_ = #line.text + 1
		if detail and end_ + #detail <= width then column = math.max(column, end_) end
	end
	for _, line in ipairs(lines) do
		local colour = line.colour
		local detail = line.detail
		local indent = line.text:match("^ *")
		local function put(whole, first, others)
			local lead = first
			local rest = whole
			repeat
				local room = math.max(width - #lead, 1)
				local row = rest:sub(1, room)
				if #rest > room then row = rest:sub(1, room + 1):match("^(.*) ") or row end
				rows[#rows + 1] = {text = lead .. row, colour = colour}
				rest = rest:match("^ *(.*)", #row + 1)
				lead = others
			until rest == ""
		end
		local both = line.text
		if detail then both = string.format("%-" .. column .. "s", both .. " ") .. detail end
		if detail and #both > width then both = line.text .. " " .. detail end
		local isApart = detail ~= nil and #both > width
		local deeper = indent .. "  "
		put(string.sub(isApart and line.text or both, #indent + 1), indent, indent == "" and deeper or indent)
		if isApart then put(detail, deeper, deeper) end
	end
	return rows
end

function M.flush()
	local width, height = term.getSize()
	local rows = layOut(pending, width)
	pending = {}
	local paged = #rows > height - 2 and settings.get("trapos.harness_mode") ~= true
	clearRow()
	local shown = 0
	for _, row in ipairs(rows) do
		if paged and shown > 0 and shown % (height - 1) == 0 then
			term.write("-- Enter: more, q: quit --")
			local key = readKey()
			clearRow()
			if key == "q" then return end
		end
		paint(row.colour, function() print(row.text) end)
		shown = shown + 1
		if shown % 500 == 0 then sleep(0) end
	end
end

function M.say(text, colour)
	M.add(text, colour)
	M.flush()
end

function M.fail(failure)
	M.add(failure.message, colours.red)
	M.say(failure.hint, colours.red)
end

function M.ask(question, usual)
	M.flush()
	write(question .. " " .. (usual and "[Y/n]" or "[y/N]") .. " ")
	local key
	repeat
		key = readKey()
	until not (key ~= "y" and key ~= "n" and key ~= "")
	local agreed
	if key == "" then agreed = usual else agreed = key == "y" end
	print(agreed and "yes" or "no")
	return agreed
end

function M.bytes(count)
	if count < 1000 then return count .. " bytes" end
	return count < 1000000 and string.format("%.1f kB", count / 1000)
		or string.format("%.1f MB", count / 1000000)
end

local PHASES = {index = "Asking ", fetch = "Fetching ", apply = "Writing "}

function M.showProgress(progress)
	local width = term.getSize()
	local name = progress.name
	local done, all = progress.bytes, progress.totalBytes
	local start = width < 40 and "" or PHASES[progress.phase]
	start = start .. progress.done .. "/" .. progress.total .. " "
	if all > 0 then
		start = start .. string.format("%d/%d kB ", math.ceil(done / 1000), math.ceil(all / 1000))
	end
	local room = width - #start
	local shown = #name > room and ".." .. name:sub(2 - room) or name
	local text = string.format("%-" .. width .. "s", start .. shown)
	local lit = math.floor(width * (all > 0 and done / all or 0))
	clearRow()
	local before = term.getBackgroundColour()
	term.setBackgroundColour(colours.grey)
	term.write(text:sub(1, lit))
	term.setBackgroundColour(before)
	term.write(text:sub(lit + 1))
end

function M.during(call)
	M.flush()
	local ok, first, second = pcall(call)
	clearRow()
	if not ok then
		if first == "Terminated" then M.say("Nothing has changed. The same command goes on.") end
		error(first, 0)
	end
	return first, second
end

return M
end

modules["/apis/ccpm/semver"] = function(...)
--- Versions and version ranges, as npm's semver reads them.
local M = {}
local match = string.match
local LARGEST = 9007199254740991
local MARKS = "  = ^ ~ ~> < <= > >= "

local function split(text)
	local parts = {}
	for part in string.gmatch(text .. ".", "(.-)%.") do
		if not match(part, "^[%w-]+$") or match(part, "^0%d+$") then return nil end
		parts[#parts + 1] = match(part, "^%d+$") and tonumber(part) or part
	end
	return parts
end

local function parse(text)
	local core, dash, rest = match(text:gsub("%+[%w.-]+$", ""), "^([%dxX*.]+)(%-?)(.*)$")
	local numbers = split((string.gsub(core or "", "[X*]", "x")))
	local prerelease = dash == "" and {} or split(rest or "")
	if not numbers or #numbers > 3 or not prerelease then return nil end
	if rest ~= "" and (dash == "" or #numbers < 3) then return nil end
	local parts = {}
	for _, part in ipairs(numbers) do
		if part == "x" then return parts end
		if type(part) == "string" or part > LARGEST then return nil end
		parts[#parts + 1] = part
	end
	for _, part in ipairs(prerelease) do parts[#parts + 1] = part end
	return parts
end

local function order(one, other)
	for index = 0, math.max(#one, #other) - 1 do
		local a, b = one[index + 1], other[index + 1]
		if a ~= b then
			if not a or not b then return (a == nil) == (index == 3) and 1 or -1 end
			local isNumber = type(a) == "number"
			if isNumber ~= (type(b) == "number") then return isNumber and -1 or 1 end
			return a < b and -1 or 1
		end
	end
	return 0
end

local function after(parts, place)
	local next = {0, 0, 0}
	for index = 0, place - 2 do next[index + 1] = parts[index + 1] end
	next[place] = parts[place] + 1
	return next
end

local function isIn(version, range)
	local isInAny = false
	for alternative in string.gmatch(range .. "||", "(.-)||") do
		local isInThis = true
		local isNamed = #version == 3
		local function limit(sign, parts)
			local place = order(version, parts) + 2
			if not sign:find(string.sub("<=>", place, place), 1, true) then isInThis = false end
			if #parts > 3 and order(after(parts, 3), after(version, 3)) == 0 then isNamed = true end
		end
		local hyphens = alternative:gsub("^%s*(%S+)%s+%-%s+(%S+)%s*$", ">=%1 <=%2")
		local text = hyphens:gsub("([<>=~^])%s+", "%1")
		for token in text:gmatch("%S+") do
			local mark, rest = match(token, "^([<>=~^]*)v?(.*)$")
			local low = parse(rest)
			if not low or not MARKS:find(" " .. mark .. " ", 1, true) then return nil end
			local given = math.min(#low, 3)
			local isWhole = given == 3
			local kind = mark:sub(1, 1)
			if given == 0 then
				if mark == "<" or mark == ">" then isInThis = false end
			else
				local place = given
				if kind == "~" and isWhole then place = 2 end
				if kind == "^" then
					place = 1
					while place < given and low[place] == 0 do place = place + 1 end
				end
				local high = after(low, place)
				for index = given, 2 do low[index + 1] = 0 end
				if mark == ">" then
					limit(isWhole and ">" or ">=", isWhole and low or high)
				elseif kind ~= "<" then
					limit(">=", low)
				end
				if not isWhole then low[4] = 0 end
				high[4] = 0
				if mark == "<" then
					limit("<", low)
				elseif isWhole and string.find("<=", kind, 1, true) then
					limit("<=", low)
				elseif kind ~= ">" then
					limit("<", high)
				end
			end
		end
		if isInThis and isNamed then isInAny = true end
	end
	return isInAny
end

function M.isVersion(text) return match(text, "^%d+%.%d+%.%d") ~= nil and parse(text) ~= nil end

function M.compare(a, b) return order(parse(a), parse(b)) end

function M.isRange(text) return isIn({0, 0, 0}, text) ~= nil end

function M.satisfies(version, range) return isIn(parse(version), range) == true end

return M
end

modules["/apis/ccpm/sha256"] = function(...)
--- SHA-256 as FIPS 180-4 defines it, fast enough for the files of programs.
local M = {}
local bits = _G.bit32
local band = bits.band
local bxor = bits.bxor
local rrotate = bits.rrotate
local rshift = bits.rshift
local WORD = 4294967296
local BLOCKS_WITHOUT_YIELD = 1024
local YIELD = "ccpm_sha256"
local squareRoots = {}
local cubeRoots = {}
for candidate = 2, 311 do
	local prime = true
	for divisor = 2, math.sqrt(candidate) do prime = prime and candidate % divisor > 0 end
	if prime then
		local place = #cubeRoots + 1
		squareRoots[place] = math.floor(math.sqrt(candidate) % 1 * WORD)
		cubeRoots[place] = math.floor(candidate ^ (1 / 3) % 1 * WORD)
	end
end
local blocks = 0

function M.sha256(bytes)
	local padded = bytes .. string.char(128) .. string.rep("\0", (55 - #bytes) % 64 + 8)
	local hash = {unpack(squareRoots, 1, 8)}
	local words = {}
	for at = 1, #padded, 64 do
		blocks = blocks + 1
		if blocks % BLOCKS_WITHOUT_YIELD == 0 then
			os.queueEvent(YIELD)
			os.pullEvent(YIELD)
		end
		for index = 1, 16 do
			local a, b, c, d = padded:byte(at + index * 4 - 4, at + index * 4 - 1)
			words[index] = ((a * 256 + b) * 256 + c) * 256 + d
		end
		if at + 63 == #padded then words[16] = #bytes * 8 end
		for index = 17, 64 do
			local early = words[index - 15]
			local late = words[index - 2]
			local mixed = bxor(rrotate(early, 7), rrotate(early, 18), rshift(early, 3))
			local other = bxor(rrotate(late, 17), rrotate(late, 19), rshift(late, 10))
			words[index] = (words[index - 16] + mixed + words[index - 7] + other) % WORD
		end
		local a, b, c, d, e, f, g, h = unpack(hash)
		for index = 1, 64 do
			local first = h + bxor(rrotate(e, 6), rrotate(e, 11), rrotate(e, 25))
						+ bxor(g, band(e, bxor(f, g)))
					+ cubeRoots[index]
				+ words[index]
			local second = bxor(rrotate(a, 2), rrotate(a, 13), rrotate(a, 22)) + band(a, b)
				+ band(c, bxor(a, b))
			a, b, c, d, e, f, g, h = (first + second) % WORD, a, b, c, (d + first) % WORD, e, f, g
		end
		for index, value in ipairs({a, b, c, d, e, f, g, h}) do hash[index] = (hash[index] + value) % WORD end
	end
	return string.rep("%08x", 8):format(unpack(hash))
end

return M
end

modules["/apis/ccpm/state"] = function(...)
--- What ccpm knows, in its files under /trapos.
local M = {}
local json = require("/apis/json")
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local formats = require("/apis/ccpm/formats")
M.LOCK = "trapos/ccpm.lock.json"
M.CONFIGURATION = "trapos/ccpm.json"
M.CACHE = "trapos/ccpm.cache.json"
local EMPTY = {version = 1, registries = {}, packages = {}}

local function readFile(disk, path, check, notes)
	if disk.exists(path) then
		local ok, value, newer = check(json.decode(finish.read(disk, path)))
		if ok then return value end
		if newer then error(fail("newer_format", {path = path}), 0) end
		local aside = finish.freeName(disk, path .. ".broken")
		local moved, problem = pcall(disk.move, path, aside)
		if not moved then error(fail("cannot_write", {path = path, what = finish.reasonOf(problem)}), 0) end
		notes[#notes + 1] = path .. " cannot be read (" .. value .. "). It was set aside as " .. aside
			.. ". Type: ccpm recover"
	end
	local _, empty = check(EMPTY)
	return empty
end

function M.readState(disk, notes)
	return pcall(function()
		return {
			configuration = readFile(disk, M.CONFIGURATION, formats.checkConfiguration, notes),
			lock = readFile(disk, M.LOCK, formats.checkLock, notes),
			cache = readFile(disk, M.CACHE, formats.checkCache, notes)
		}
	end)
end

function M.stateFiles(state, before)
	local function isEmpty(values) return next(values) == nil end
	local gone = isEmpty(state.lock.packages) and not isEmpty(before.lock.packages)
	local function text(content, values) return not gone and not isEmpty(values) and json.encode(content) end
	return {
		[M.LOCK] = text(state.lock, state.lock.packages),
		[M.CONFIGURATION] = text(state.configuration, state.configuration.registries),
		[M.CACHE] = text(state.cache, state.cache.registries)
	}
end

return M
end

modules["/apis/ccpm/transaction"] = function(...)
--- Changes files of the computer all at once or not at all, whenever the power goes.
local M = {}
local encode = require("/apis/json").encode
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local sha256 = require("/apis/ccpm/sha256").sha256
local FOLDER_BYTES = 500
local FINISHER = "apis/ccpm/finish.lua"
local STAGING = finish.STAGING

local function guarded(act)
	return function(...)
		local ok, value = pcall(act, ...)
		if ok or type(value) == "table" then return ok, value end
		return false, fail("cannot_write", {path = STAGING, what = finish.reasonOf(value)})
	end
end

local function changed(path) error(fail("changed_meanwhile", {path = path}), 0) end

local function finishCommitted(disk)
	local done, line = finish.recover(disk)
	if not done then error(fail("not_finished", {what = line}), 0) end
	return line
end

local function write(disk, path, content)
	local file, reason = disk.open(path, "wb")
	if not file then error(reason, 0) end
	local ok, problem = pcall(function() file.write(content) end)
	file.close()
	if ok and disk.getSize(path) == #content then return end
	disk.delete(path)
	error(ok and "Out of space" or problem, 0)
end

function M.leftBehind(disk)
	local sizes = {}
	for _, name in ipairs(disk.isDir(finish.PARTIAL) and disk.list(finish.PARTIAL) or {}) do
		sizes[name] = disk.getSize(finish.PARTIAL .. "/" .. name)
	end
	return sizes
end

function M.open(disk, files)
	local contents = finish.PARTIAL .. "/"
	local owner = STAGING .. "/of-" .. math.random(1000000000)
	local staged = {}
	local finisher
	local function own()
		if not disk.exists(owner) then changed(STAGING) end
	end
	local function guard(source)
		if disk.exists(finish.FINISHER) then return end
		disk.copy(source, owner .. "/finish.lua")
		finish.moveTo(disk, owner .. "/finish.lua", finish.FINISHER)
	end
	local function accept(sha)
		staged[sha] = true
		if sha == finisher then guard(contents .. sha) end
	end
	local function has(fingerprint)
		local sha = fingerprint.sha256
		local path = contents .. sha
		if not staged[sha] and disk.exists(path) and sha256(finish.read(disk, path)) == sha then
			accept(sha)
		end
		return staged[sha]
	end
	local function keep()
		if disk.exists(owner) and not disk.exists(finish.JOURNAL) then pcall(finish.clean, disk, true) end
	end
	local begin = guarded(function()
		if finishCommitted(disk) then changed("trapos/ccpm.lock.json") end
		if disk.exists("startup") and not disk.isDir("startup") then
			error(fail("file_in_the_way", {path = "startup", name = "ccpm"}), 0)
		end
		disk.delete(STAGING)
		disk.makeDir(owner)
		if disk.exists(FINISHER) then guard(FINISHER) end
		for _, change in ipairs(files) do
			local to = change.to
			if to then staged[to.sha256] = false end
			if to and change.path == FINISHER then finisher = to.sha256 end
		end
		for sha in pairs(M.leftBehind(disk)) do
			if staged[sha] == nil then disk.delete(contents .. sha) end
		end
	end)
	local stage = guarded(function(fingerprint, content)
		own()
		write(disk, contents .. fingerprint.sha256, content)
		accept(fingerprint.sha256)
	end)
	local commit = guarded(function(plan, stateFiles)
		own()
		local steps = {}
		local going = {}
		local used = {}
		local needed = 0
		local function requireFolder(path)
			local folder = fs.getDir(path)
			if used[folder] or disk.isDir(folder) then return end
			if disk.exists(folder) and not going[folder] then changed(folder) end
			used[folder] = true
			needed = needed + FOLDER_BYTES
			requireFolder(folder)
		end
		for _, change in ipairs(plan.files) do
			local path = change.path
			local backup = change.backup
			local seen = change.found or {}
			local now = disk.exists(path) and disk.attributes(path) or {}
			if now.size ~= seen.size or now.modified ~= seen.modified or now.isDir then changed(path) end
			if backup then
				if disk.exists(backup) then changed(backup) end
				requireFolder(backup)
			end
			local source
			if not change.to then
				going[path] = true
			else
				if not staged[change.to.sha256] then changed(STAGING) end
				requireFolder(path)
				local content = contents .. change.to.sha256
				source = used[content] and owner .. "/" .. #steps or content
				if used[content] then disk.copy(content, source) end
				used[content] = true
			end
			steps[#steps + 1] = {path = path, staged = source, backup = backup}
		end
		for _, path in ipairs(plan.data) do steps[#steps + 1] = {path = path, folder = true} end
		for path, text in pairs(stateFiles) do
			local source = text ~= false and owner .. "/" .. fs.getName(path) or nil
			if source then write(disk, source, text) end
			steps[#steps + 1] = {path = path, staged = source}
		end
		write(disk, finish.JOURNAL .. ".new", encode({version = 1, title = plan.title, steps = steps}))
		local free = disk.getFreeSpace("/")
		if free ~= "unlimited" and free < needed then
			error(fail("no_space", {needed = needed, free = free}), 0)
		end
		disk.move(finish.JOURNAL .. ".new", finish.JOURNAL)
		finishCommitted(disk)
	end)
	local ok, failure = begin()
	if ok then return true, {has = has, stage = stage, keep = keep, commit = commit} end
	keep()
	return false, failure
end

return M
end

modules["/apis/ccpm/verify"] = function(...)
--- What stands on the disk that is not what was installed.
local M = {}
local plan = require("/apis/ccpm/plan")
local KEPT = {"%.ccpm%-old%d*$", "%.broken%d*$", "^ccpm%.json$", "^ccpm%.lock%.json$", "^ccpm%.cache%.json$"}

function M.verify(disk, lock, names)
	local findings = {}
	local owned = {}
	local folders = {}
	for _, known in pairs(lock.packages) do
		for path in pairs(known.files) do
			owned[path] = true
			local folder = path:match("^(.+/.+)/")
			if folder then folders[folder] = true end
		end
	end
	for _, name in ipairs(names or plan.keys(lock.packages)) do
		for path, file in pairs(lock.packages[name].files) do
			local found = plan.look(disk, path)
			if not found then
				findings[#findings + 1] = {path = path, problem = "missing", package = name}
			elseif not plan.matches(disk, path, found, file) then
				findings[#findings + 1] = {path = path, problem = "changed", package = name}
			end
		end
	end
	local function lookInto(folder, pattern)
		for _, name in ipairs(disk.isDir(folder) and disk.list(folder) or {}) do
			local path = folder .. "/" .. name
			local known = owned[path] == true or name:find(pattern) == nil
			for _, kept in ipairs(KEPT) do
				if not known then known = name:find(kept) ~= nil end
			end
			if not known and not disk.isDir(path) then
				findings[#findings + 1] = {path = path, problem = "foreign"}
			end
		end
	end
	if not names then
		for _, folder in ipairs(plan.keys(folders)) do lookInto(folder, "") end
		lookInto("trapos", "^ccpm%.")
	end
	table.sort(findings, function(one, other) return one.path < other.path end)
	return findings
end

return M
end

modules["/apis/failure"] = function(...)
--- How a call says that it failed.
local M = {}
local describe = {__tostring = function(failure) return failure.message .. "\n" .. failure.hint end}

--- Makes a failure.
-- @param failures the package's table
-- @param code a key of it
-- @param detail values for the `{name}`s in its message and hint
-- @param text what there was of the result, where there is any
-- @return the failure, which `tostring` turns into message and hint
function M.makeFailure(failures, code, detail, text)
	local message, hint = unpack(failures[code] or {code, ""}, 1, 2)
	local given = detail or {}
	local function fill(template)
		return (template:gsub("{(%w+)}", function(name)
			return given[name] == nil and "" or tostring(given[name])
		end))
	end
	local failure = {code = code, message = fill(message), hint = fill(hint), text = text}
	return setmetatable(failure, describe)
end

return M
end

modules["/apis/http"] = function(...)
--- One HTTP request on CC's asynchronous `http.request`, with an answer or a reason in every case.
local M = {}
local sent = 0
local start = os.epoch("utc") .. "-" .. math.random(1, 1000000)

local function read(handle)
	local headers = {}
	for name, value in pairs(handle.getResponseHeaders()) do headers[name:lower()] = value end
	local response = {status = handle.getResponseCode(), headers = headers, body = handle.readAll() or ""}
	handle.close()
	return response
end

local function failed(reason) return {headers = {}, body = "", reason = reason} end

--- Sends a request and waits for what comes of it. Never raises, except for Ctrl+T unless `raw` is set.
-- @param request what to send
-- @return the server's response, whatever its status, or a `reason`
function M.send(request)
	if not http then return failed("http is disabled") end
	sent = sent + 1
	local query = request.url:find("?", 1, true)
	local url = request.url .. (query and "&" or "?") .. "n=" .. start .. "-" .. sent
	local ok, reason = http.request({
		url = url,
		method = request.method or "GET",
		headers = request.headers,
		body = request.body,
		timeout = request.timeout,
		binary = true
	})
	if not ok then return failed(reason or "the request was refused") end
	local timer = os.startTimer(request.timeout + 1)
	local pull = request.raw == true and os.pullEventRaw or os.pullEvent
	while true do
		local event, subject, detail, handle = pull()
		if event == "timer" and subject == timer then return failed("Timed out") end
		if subject == url then
			os.cancelTimer(timer)
			if event == "http_success" then return read(detail) end
			if event == "http_failure" then
				return handle == nil and failed(tostring(detail)) or read(handle)
			end
		end
	end
end

return M
end

modules["/apis/json"] = function(...)
--- JSON as servers write it, on top of CC's textutils.
local M = {}

--- Writes a value as JSON. CC before 1.106 can only write bytes above 127 as Latin-1 escapes, which would garble UTF-8;
-- they are turned back into bytes, which JSON allows as they are.
-- @param value tables, strings (UTF-8), numbers and booleans; an empty table becomes `{}`
-- @return the JSON text
function M.encode(value)
	local text = textutils.serializeJSON(value):gsub("(\\+)u00([89A-Fa-f]%x)", function(slashes, hex)
		if #slashes % 2 == 0 then return nil end
		return slashes:sub(2) .. string.char(tonumber(hex, 16))
	end)
	return text
end

--- Reads JSON.
-- @param text the JSON text
-- @return the value, or nil when the text is not JSON; null is nil, too
function M.decode(text)
	local read = textutils.unserializeJSON
	local ok, value = pcall(read, text, {parse_empty_array = false})
	if ok then return value end
	return nil
end

return M
end

modules["/apis/libccpm"] = function(...)
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
end

modules["/install/requirements"] = function(...)
--- Stops on a computer that cannot run what is to be installed, before any of it is loaded.
local major, minor = tostring(_HOST):match("ComputerCraft (%d+)%.(%d+)")
if not major or tonumber(major) * 1000 + tonumber(minor) < 1100 then
	error("This needs CC: Tweaked 1.100 or newer.\nHere is " .. tostring(_HOST) .. ". Update the mod.", 0)
end
if not http then
	error("The HTTP API is switched off here.\nIn computercraft-server.toml: [http] enabled = true", 0)
end
end

--- `wget run <registry>/install.lua [--yes] [--force]`.
require("/install/requirements")
local run = require("/apis/ccpm/command").run
local baseUrl = require("/apis/ccpm/registry").baseUrl
local screen = require("/apis/ccpm/screen")
local createCcpm = require("/apis/libccpm")
local isWget = arg[1] == "run" and string.find(arg[2] or "", "^https?://") ~= nil

local function fail(bindingPattern0)
	local hint, message
	message = bindingPattern0.message
	hint = bindingPattern0.hint
	local isLater = hint:find("ccpm registry", 1, true) ~= nil
	screen.fail({message = message, hint = isLater and "Check the address and the network." or hint})
end

local function registryOf(url)
	local base = url:match("^([^?#]*/)")
	local plain = string.gsub(base or "", "/refs/heads/", "/", 1)
	local name, branch = plain:match("^https://raw%.githubusercontent%.com/([^/]+/[^/]+)/([^/]+)/$")
	if not name then return base end
	return branch == "HEAD" and name or name .. "@" .. tostring(branch)
end

local function install(words)
	local agreed = false
	local forced = false
	local registry = isWget and registryOf(arg[2]) or nil
	for _, word in ipairs(words) do
		if word == "--yes" or word == "-y" then
			agreed = true
		elseif word == "--force" then
			forced = true
		elseif word:sub(1, 1) == "-" then
			fail({message = "There is no " .. word .. ".", hint = "There are --yes and --force."})
			return false
		else
			registry = word
		end
	end
	if not registry then
		local program = arg[0] or "install"
		fail({
			message = "From where? Name a registry.",
			hint = program .. " https://... (or owner/repo of GitHub)"
		})
		return false
	end
	local valid, problem = baseUrl(registry)
	if not valid then
		fail(problem)
		return false
	end
	local client = createCcpm({
		registry = registry,
		onProgress = screen.showProgress,
		onNote = function(note) screen.say(note, colours.yellow) end
	})
	local known, state = client.state()
	if not known then
		fail(state)
		return false
	end
	local installed = state.lock.packages
	local isNew = installed.ccpm == nil
	local isWhole = installed.trapos ~= nil or agreed or screen.ask("Install all of TrapOS?", true)
	local function perform(line)
		if forced then line[#line + 1] = "--force" end
		return run(line, {client = client, screen = {fail = fail}})
	end
	if not isNew and not perform(agreed and {"upgrade", "--yes"} or {"upgrade"}) then return false end
	local line = {"install", "--yes"}
	if isNew then line[#line + 1] = "ccpm" end
	if isWhole and not installed.trapos then line[#line + 1] = "trapos" end
	if #line == 2 then return true end
	if not perform(line) then return false end
	screen.say(isWhole and "Then type: ai help, or: ccpm help" or "Then type: ccpm install trapos")
	if not agreed and screen.ask("Reboot now?", true) then os.reboot() end
	return true
end

if not install({...}) and not isWget then error("", 0) end
