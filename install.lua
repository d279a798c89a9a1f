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
local MANY = math.huge
M.commands = {
	install = {1, MANY, "yes dry-run force", "available"},
	uninstall = {0, MANY, "yes dry-run cascade unused", "installed"},
	upgrade = {0, MANY, "yes dry-run force", "installed"},
	update = {0, 0, ""},
	list = {0, 0, ""},
	search = {0, MANY, ""},
	info = {1, 1, "", "available"},
	files = {1, 1, "", "installed"},
	verify = {0, MANY, "fix yes dry-run", "installed"},
	recover = {0, 0, ""},
	["registry list"] = {0, 0, ""},
	["registry add"] = {1, 2, "force"},
	["registry remove"] = {1, 1, "", "registry"},
	["registry move"] = {2, 2, "", "registry"},
	help = {0, MANY, "", "command"}
}

function M.takes(command, flag)
	local known = M.commands[command]
	return known ~= nil and string.find(" " .. known[3] .. " ", " " .. flag .. " ", 1, true) ~= nil
end

function M.parse(given)
	local words = {}
	local flags = {}
	for _, word in ipairs(given) do
		local flag = word == "-y" and "yes" or word:match("^%-%-?(.+)")
		if flag then flags[flag] = true else words[#words + 1] = word end
	end
	if flags.version then return {command = "version", words = words, flags = flags} end
	local name = table.remove(words, 1) or "help"
	if name == "registry" then name = "registry " .. (table.remove(words, 1) or "list") end
	local function about(problem)
		return {command = "help", words = {name}, flags = flags, problem = problem}
	end
	local known = M.commands[name]
	if not known then return about("There is no command " .. name .. ".") end
	if flags.help or flags.h then
		return name == "help" and {command = name, words = words, flags = flags} or about()
	end
	for flag in pairs(flags) do
		if not M.takes(name, flag) then return about("ccpm " .. name .. " takes no --" .. flag .. ".") end
	end
	local least = name == "uninstall" and not flags.unused and 1 or known[1]
	if #words < least then return about("Something is missing:") end
	if #words > known[2] then return about("That is too much:") end
	return {command = name, words = words, flags = flags}
end

return M
end

modules["/apis/ccpm/command"] = function(...)
--- All that the program `ccpm` does, with its client handed in, so that the installer does the same.
local M = {}
local arguments = require("/apis/ccpm/arguments")
local fail = require("/apis/ccpm/failure").fail
local keys = require("/apis/ccpm/plan").keys
local screen = require("/apis/ccpm/screen")
local add = screen.add
local ask = screen.ask
local bytes = screen.bytes
local show = screen.fail
local flush = screen.flush
local need = screen.need
local compare = require("/apis/ccpm/semver").compare
local NOTE = colours.yellow
local REMARK = colours.lightGrey

local function offers(state)
	local offered = {}
	local from = {}
	for ____, registry in ipairs(state.configuration.registries) do
		local known = state.cache.registries[registry]
		for name, found in pairs(known and known.packages or {}) do
			if offered[name] == nil then offered[name] = found end
			if from[name] == nil then from[name] = registry end
		end
	end
	return offered, from
end

local function carryOut(plan, flags, client)
	local source
	for ____, change in ipairs(plan.packages) do
		local name = change.name
		local from = change.from
		local to = change.to
		local group = to and "From " .. tostring(change.registry) .. ":" or "Remove:"
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
	local done = "Done."
	for ____, file in ipairs(plan.files) do
		if file.to then fetched = fetched + 1 end
		if not source then add((file.to and "+ " or "- ") .. file.path) end
		if file.to and file.path:sub(1, 8) == "startup/" then done = "Done. To use it all: reboot" end
	end
	for ____, path in ipairs(plan.data) do add("- " .. path .. " (data)", colours.red) end
	local isIdle = #plan.packages + #plan.files + #plan.data == 0
	local left = plan.free + plan.freed
	if fetched > 0 then add("Fetch " .. bytes(plan.download) .. ", files: " .. fetched) end
	if not isIdle and left >= 0 and left < math.huge then add("Disk left: " .. bytes(left)) end
	for ____, note in ipairs(plan.notes) do add(note, NOTE) end
	if isIdle and #plan.notes == 0 then add("There is nothing to do.") end
	if flags["dry-run"] then return true end
	if not isIdle and plan.needed <= plan.free and not flags.yes and not ask("Go on?", true) then
		return false
	end
	need(client.apply, plan)
	if not isIdle then add(done, NOTE) end
	return true
end

function M.list(state, otherwise)
	local packages = state.lock.packages
	local offered = offers(state)
	local hasNewer = false
	for ____, name in ipairs(keys(packages)) do
		local installed = packages[name]
		local known = offered[name]
		local isNewer = known ~= nil and compare(known.version, installed.version) > 0
		local version = installed.version
		if isNewer then version = version .. " > " .. known.version end
		if installed.automatic then version = version .. " (needed)" end
		add(name, isNewer and NOTE or nil, version)
		hasNewer = hasNewer or isNewer
	end
	if hasNewer then
		add("Take the newer: ccpm upgrade", NOTE)
	elseif next(packages) == nil then
		add("Nothing is installed. See: ccpm search")
	else
		add(otherwise or "Look for newer: ccpm update", REMARK)
	end
	return hasNewer
end

local function listRegistries(state)
	for number, registry in ipairs(state.configuration.registries) do
		local known = state.cache.registries[registry]
		add(number .. " " .. registry)
		if known then
			local date = os.date("%Y-%m-%d", known.updated / 1000)
			add("  packages: " .. #keys(known.packages) .. ", " .. date, REMARK)
		end
	end
	if #state.configuration.registries == 0 then
		add("There is none. Add one: ccpm registry add <registry>")
	end
end

local actions = {
	install = function(_, words, flags, client) return need(client.planInstall, words, flags) end,
	uninstall = function(_, words, flags, client) return need(client.planUninstall, words, flags) end,
	upgrade = function(_, words, flags, client)
		return need(client.planUpgrade, #words > 0 and words or nil, flags)
	end,
	update = function(_, _words, _flags, client)
		need(client.update)
		M.list(need(client.state), "Nothing newer is known.")
	end,
	list = function(state) M.list(state) end,
	search = function(state, words)
		local offered = offers(state)
		local isFound = false
		for ____, name in ipairs(keys(offered)) do
			local known = offered[name]
			local text = string.lower(name .. " " .. known.description)
			local fits = true
			for ____, word in ipairs(words) do fits = fits and text:find(word:lower(), 1, true) ~= nil end
			if fits then
				add(name, NOTE, known.version .. (state.lock.packages[name] and " (installed)" or ""))
				add("  " .. known.description)
				isFound = true
			end
		end
		if not isFound then add("No such package is known. Look: ccpm update", colours.red) end
		return isFound
	end,
	info = function(state, words)
		local name = words[1]
		local packages = state.lock.packages
		local offered, from = offers(state)
		local installed = packages[name]
		local known = offered[name]
		if not installed and not known then error(fail("unknown_package", {name = name}), 0) end
		add(name, NOTE)
		if known then
			add(known.description)
			add("Available:", nil, known.version .. ", " .. bytes(known.size))
			add("From:", nil, from[name])
		end
		if installed then add("Installed:", nil, installed.version) end
		local dependencies = (installed or known).dependencies
		for ____, other in ipairs(keys(dependencies)) do
			add("Needs:", nil, other .. " " .. tostring(dependencies[other]))
		end
		for ____, other in ipairs(keys(packages)) do
			if packages[other].dependencies[name] then add("Needed by:", nil, other) end
		end
	end,
	files = function(state, words)
		local name = words[1]
		local installed = state.lock.packages[name]
		if not installed then error(fail("not_installed", {name = name}), 0) end
		for ____, path in ipairs(keys(installed.files)) do
			add(path, nil, bytes(installed.files[path].size))
		end
	end,
	verify = function(_, words, flags, client)
		local findings = need(client.verify, #words > 0 and words or nil)
		for ____, finding in ipairs(findings) do add(finding.problem .. ": " .. finding.path, colours.red) end
		if #findings == 0 then
			add("All files are as they were installed.")
		elseif flags.fix then
			return need(client.planRepair, findings)
		else
			add("Repair them: ccpm verify --fix", NOTE)
		end
		return #findings == 0
	end,
	version = function(state)
		local own = state.lock.packages.ccpm
		add("ccpm " .. (own and own.version or "(not installed)"))
	end,
	["registry add"] = function(_, words, flags, client)
		local position = words[2] and (tonumber(words[2]) or 0) or nil
		need(client.addRegistry, words[1], {position = position, force = flags.force})
	end,
	["registry remove"] = function(_, words, _flags, client) need(client.removeRegistry, words[1]) end,
	["registry move"] = function(_, words, _flags, client)
		need(client.moveRegistry, words[1], tonumber(words[2]) or 0)
	end
}

function M.help(program, topic)
	local width = term.getSize()
	local isFound = false
	for line in io.lines("/help/" .. program .. ".txt") do
		local flag = line:match("^%-%-([%l%-]+)")
		if line:sub(1, #topic) == topic or flag and arguments.takes(topic, flag) then
			add(#line > width and line:gsub("(%S)  +", "%1\n") or line)
			isFound = true
		end
	end
	if not isFound then add("See: " .. program .. " help") end
end

local function perform(line, client)
	local command = line.command
	if line.problem then add(line.problem, colours.red) end
	if command == "help" then
		M.help("ccpm", line.words[1] or "")
		return line.problem == nil
	end
	if #need(client.recover) == 0 and command == "recover" then add("There is nothing to recover.") end
	local act = actions[command]
	local result = act and act(need(client.state), line.words, line.flags, client)
	if command:sub(1, 8) == "registry" then listRegistries(need(client.state)) end
	if type(result) == "table" then return (carryOut(result, line.flags, client)) end
	return result ~= false
end

local function suggest(words, client)
	local offered = offers(need(client.state))
	for ____, word in ipairs(words) do
		for length = offered[word] and 0 or math.min(#word, 40), 3, -1 do
			for ____, name in ipairs(keys(offered)) do
				if name:find(word:sub(1, length), 1, true) then
					add("Did you mean: " .. name .. "?", NOTE)
					return
				end
			end
		end
	end
end

function M.run(given, client, tell)
	local line = arguments.parse(given)
	local ok, done = pcall(perform, line, client)
	if not ok then
		if type(done) ~= "table" then error(done, 0) end
		(tell or show)(done)
		if done.code == "unknown_package" then suggest(line.words, client) end
	end
	flush()
	return ok and done
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
	network_error = {
		"The request to {registry} failed: {what}.",
		"Check the network and: ccpm registry list"
	},
	server_error = {"{registry} failed at {path} (HTTP {status}).", "Try again in some minutes."},
	no_index = {
		"{registry} is no registry: it has no packages/index.json.",
		"Check the address: ccpm registry list"
	},
	file_missing = {"{registry} lists {path}, but does not serve it.", "Try again in some minutes."},
	wrong_content = {"{registry} serves another {path} than it lists.", "Try again in some minutes."},
	bad_index = {"The index of {registry} is not valid: {what}.", "Tell those who run that registry."},
	bad_registry = {
		"{registry} is no registry's address.",
		"Give http(s)://... or <owner>/<repo>[@branch] of GitHub."
	},
	no_registry = {"No registry is configured.", "Add one: ccpm registry add <registry>"},
	registry_known = {"{registry} is configured already.", "See: ccpm registry list"},
	registry_unknown = {"{registry} is not configured.", "See: ccpm registry list"},
	registry_position = {"There is no position {position}.", "Give one from 1 to {last}."},
	unknown_package = {"No registry has a package {name}.", "See: ccpm search <word>"},
	no_version = {"{need}, but there is {known}.", "Try: ccpm update, or add a registry that has it."},
	conflict = {"{need}, but {but}.", "Upgrade or uninstall one, or add a registry."},
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
	not_repairable = {"No registry has {path} of {name} as it was installed.", "Type: ccpm upgrade {name}"},
	newer_format = {"{path} was written by a newer ccpm.", "Upgrade ccpm, or delete that file."},
	internal_error = {"Unexpected: {what}", "Please report this."}
}

function M.fail(code, detail) return makeFailure(M.failures, code, detail) end

function M.raise(code, detail) error(M.fail(code, detail), 0) end

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

local function has(text, pattern) return text:find(pattern) ~= nil end

local function without(patterns)
	return function(path)
		for _, pattern in ipairs(patterns) do
			if has("/" .. path:lower() .. "/", pattern) then return false end
		end
		return true
	end
end

local BAD_PART = "[./]/"
local isFile = without({BAD_PART, "^/rom/", "^/disk%d*/", "^/%.settings/", "^/trapos/", "^/startup/00%-ccpm"})
local isData = without({BAD_PART, "^/trapos/ccpm"})
local KINDS = {
	name = {"a name of a-z 0-9 . _ -", 64, "^[a-z0-9][a-z0-9._-]*$"},
	path = {"a path that packages may have", 200, "^[%w._/-]+$", isFile},
	folder = {"a folder in trapos/", 200, "^trapos/[%w._/-]+$", isData},
	registry = {"a registry", 200, "^[!-~]+$"},
	version = {"a version", 64, "", semver.isVersion},
	range = {"a version range", 200, "^[ -~]*$", semver.isRange},
	hash = {"64 hex digits", 64, "^" .. string.rep("[0-9a-f]", 64) .. "$"},
	text = {"a text", M.INDEX_BYTES, ""},
	size = {"a whole number up to 1000000", 1000000},
	number = {"a whole number", 99999999999999},
	flag = {"true or false"}
}
local OBJECTS = {
	offered = {
		version = "version",
		description = "text",
		dependencies = "100 name range",
		files = "500 path file",
		autostart = "?100 path",
		data = "?100 folder"
	},
	installed = {
		version = "version",
		dependencies = "100 name range",
		files = "500 path file",
		autostart = "?100 path",
		data = "?100 folder",
		registry = "?registry",
		automatic = "?flag"
	},
	file = {size = "size", sha256 = "hash"},
	cached = {updated = "number", packages = "1000 name known"},
	known = {version = "version", description = "text", dependencies = "100 name range", size = "number"}
}

local function plain(text) return (text:gsub("[^ -~]", "?")) end

local function wrong(where, what) return error(plain(where:sub(-100)) .. " " .. what, 0) end

local function readPlain(kind, value, where)
	local what, most, pattern, is = unpack(KINDS[kind], 1, 4)
	local fits = type(value) == "boolean"
	if pattern then
		local isShort = type(value) == "string" and #value <= most
		fits = isShort and has(value, pattern) and (is == nil or is(value))
	elseif most then
		fits = type(value) == "number" and value >= 0 and value <= most and value % 1 == 0
	end
	if not fits then wrong(where, "must be " .. what) end
	return type(value) == "string" and plain(value:sub(1, 200)) or value
end

local function checkPackage(copy, where)
	local seen = {}
	for path in pairs(copy.files) do
		local folded = path:lower()
		if seen[folded] then wrong(where .. ".files." .. path, "is there twice, but for capitals") end
		seen[folded] = true
	end
	for _, path in ipairs(copy.autostart or {}) do
		if not copy.files[path] then wrong(where .. ".autostart", "must be among its files") end
	end
end

local function read(spec, value, where)
	local option, most, kind, item = spec:match("^(%??)(%d*) ?(%a+) ?(%a*)$")
	if value == nil and option == "?" then return nil end
	local fields = OBJECTS[kind]
	if most == "" and not fields then return readPlain(kind, value, where) end
	if type(value) ~= "table" then wrong(where, "has the wrong type") end
	local copy = {}
	if most == "" then
		for name, field in pairs(fields) do copy[name] = read(field, value[name], where .. "." .. name) end
		if copy.files ~= nil then checkPackage(copy, where) end
		return copy
	end
	local list = {}
	local count = 0
	for name, entry in pairs(value) do
		count = count + 1
		if count > tonumber(most) then wrong(where, "has too many entries") end
		local at = where .. "." .. name
		if item ~= "" then
			copy[read(kind, name, at)] = read(item, entry, at)
		elseif type(name) == "number" and (name == 1 or value[name - 1] ~= nil) then
			list[name] = read(kind, entry, at)
		else
			wrong(where, "has the wrong type")
		end
	end
	return item ~= "" and copy or list
end

local function check(value, field, spec)
	local version = type(value) == "table" and value.version
	if version ~= 1 then return false, "it is not in format 1", type(version) == "number" and version > 1 end
	local ok, result = pcall(read, spec, value[field], field)
	if not ok then return false, result, false end
	return true, {version = version, [field] = result}
end

function M.checkIndex(value) return check(value, "packages", "1000 name offered") end

function M.checkConfiguration(value) return check(value, "registries", "100 registry") end

function M.checkLock(value) return check(value, "packages", "1000 name installed") end

function M.checkCache(value) return check(value, "registries", "100 registry cached") end

return M
end

modules["/apis/ccpm/plan"] = function(...)
--- What a change of the installed packages means for the files of the computer.
local M = {}
local failure = require("/apis/ccpm/failure")
local fail = failure.fail
local raise = failure.raise
local finish = require("/apis/ccpm/finish")
local sha256 = require("/apis/ccpm/sha256").sha256
local state_ = require("/apis/ccpm/state")
local leftBehind = require("/apis/ccpm/transaction").leftBehind
local LEAST = 500
local JOURNAL_ENTRY = 150
local OVERHEAD = 5 * LEAST + 4000
local NOBODYS = {name = "", file = {size = -1, sha256 = ""}}

function M.keys(...)
	local records = {...}
	local found = {}
	local seen = {}
	for _, record in ipairs(records) do
		for key in pairs(record) do
			if not seen[key] then found[#found + 1] = key end
			seen[key] = true
		end
	end
	table.sort(found)
	return found
end

function M.same(one, other)
	if type(one) ~= "table" or type(other) ~= "table" then return one == other end
	for _, key in ipairs(M.keys(one, other)) do
		if not M.same(one[key], other[key]) then return false end
	end
	return true
end

function M.look(disk, path)
	return disk.exists(path) and not disk.isDir(path) and disk.attributes(path) or nil
end

function M.matches(disk, path, file)
	local found = M.look(disk, path)
	return found ~= nil and found.size == file.size and sha256(finish.read(disk, path)) == file.sha256
end

function M.stamp(disk)
	local text = ""
	for _, path in ipairs({state_.CACHE, state_.CONFIGURATION, state_.LOCK}) do
		local found = M.look(disk, path)
		if found then text = text .. path .. " " .. found.size .. " " .. found.modified .. " " end
	end
	return text
end

local function counted(size) return math.max(LEAST, size) end

local function filesOf(lock)
	local files = {}
	for _, name in ipairs(M.keys(lock.packages)) do
		for path, file in pairs(lock.packages[name].files) do
			local other = files[path]
			if other then raise("file_conflict", {path = path, owner = other.name, name = name}) end
			files[path] = {name = name, file = file}
		end
	end
	return files
end

local function backupOf(disk, path)
	local moved, count = path:gsub("^startup/", "startup.ccpm-old/")
	return finish.freeName(disk, count > 0 and moved or path .. ".ccpm-old")
end

local function packageChanges(before, after)
	local changes = {}
	for _, name in ipairs(M.keys(before.packages, after.packages)) do
		local old = before.packages[name]
		local fresh = after.packages[name]
		local from = old and old.version
		local to = fresh and fresh.version
		if from ~= to then
			changes[#changes + 1] = {name = name, from = from, to = to, registry = (fresh or old).registry}
		end
	end
	return changes
end

local function dataThatGoes(disk, before, after)
	local going = {}
	local function isIn(path, folder) return string.find(path .. "/", folder .. "/", 1, true) == 1 end
	for name, old in pairs(before.packages) do
		for _, path in ipairs(after.packages[name] == nil and old.data or {}) do
			if disk.exists(path) then going[path] = true end
			for _, other in pairs(after.packages) do
				for _, used in ipairs(other.data or {}) do
					if isIn(path, used) or isIn(used, path) then going[path] = nil end
				end
			end
		end
	end
	if next(before.packages) ~= nil and next(after.packages) == nil then
		for _, name in ipairs(disk.list("trapos")) do
			if name:find("^ccpm%..*%.broken%d*$") then going["trapos/" .. name] = true end
		end
	end
	return M.keys(going)
end

function M.makePlan(disk, title, before, state, notes, candidates, force, repair)
	local old = filesOf(before.lock)
	local fresh = filesOf(state.lock)
	local left = leftBehind(disk)
	local space = disk.getFreeSpace("")
	local free = space == "unlimited" and math.huge or space
	for _, size in pairs(left) do free = free + counted(size) end
	local files = {}
	local folders = {}
	local going = {}
	local download = 0
	local overhead = OVERHEAD
	local added = 0
	local removed = 0
	local function requireFolders(path, name)
		local folder = path:match("^(.+)/")
		while folder ~= nil and not folders[folder] do
			folders[folder] = true
			local other = fresh[folder]
			if other then raise("file_conflict", {path = folder, owner = other.name, name = name}) end
			if going[folder] or not disk.exists(folder) then
				added = added + LEAST
			elseif not disk.isDir(folder) then
				raise("file_in_the_way", {path = folder, name = name})
			elseif disk.getDrive(folder) ~= disk.getDrive("") then
				raise("other_drive", {path = folder})
			end
			folder = folder:match("^(.+)/")
		end
	end
	local function planFile(path)
		local was = old[path]
		local owned = fresh[path]
		local to = owned and owned.file
		if was and to and was.file.sha256 == to.sha256 then return end
		local found = M.look(disk, path)
		if not to and not found or to and M.matches(disk, path, to) then return end
		local name = (owned or was).name
		local registry, backup
		if to then
			requireFolders(path, name)
			if disk.isDir(path) then raise("folder_in_the_way", {path = path, name = name}) end
			for _, candidate in ipairs(candidates and candidates[name] or {}) do
				if M.same(candidate.files[path], to) then
					if registry == nil then registry = candidate.registry end
				end
			end
			if not registry then
				local problem = fail("not_repairable", {path = path, name = name})
				notes[#notes + 1] = problem.message .. " " .. problem.hint
				return
			end
			added = added + counted(to.size)
			if not left[to.sha256] then download = download + to.size end
			left[to.sha256] = to.size
		else
			going[path] = true
		end
		if found then
			if was and M.matches(disk, path, was.file) then
				removed = removed + counted(found.size)
			else
				if not was and not force then raise("file_exists", {path = path}) end
				backup = backupOf(disk, path)
				notes[#notes + 1] = "What was " .. path .. " is kept as " .. backup .. "."
			end
		end
		overhead = overhead + (JOURNAL_ENTRY + 2 * #path)
		files[#files + 1] = {
			path = path,
			package = name,
			to = to,
			registry = registry,
			backup = backup,
			found = found
		}
	end
	for _, finding in ipairs(repair or {}) do
		old[finding.path] = not fresh[finding.path] and NOBODYS or nil
	end
	for _, path in ipairs(M.keys(old, fresh)) do planFile(path) end
	local texts = M.same(before, state) and {} or state_.stateFiles(state, before)
	for path, text in pairs(texts) do
		local found = M.look(disk, path)
		if found then removed = removed + counted(found.size) end
		if text ~= false then added = added + counted(#text) end
	end
	return {
		title = title,
		packages = packageChanges(before.lock, state.lock),
		files = files,
		data = dataThatGoes(disk, before.lock, state.lock),
		state = texts,
		stamp = before.stamp,
		download = download,
		needed = overhead + added,
		free = free,
		freed = removed - added,
		notes = notes
	}
end

function M.withoutPackages(lock, names, options, notes)
	local all = M.keys(lock.packages)
	local going = {}
	local queue = {}
	local function remove(name)
		if not lock.packages[name] then raise("not_installed", {name = name}) end
		if not going[name] then queue[#queue + 1] = name end
		going[name] = true
	end
	for _, name in ipairs(names) do remove(name) end
	for _, gone in ipairs(queue) do
		local users = {}
		for _, name in ipairs(all) do
			if not going[name] and lock.packages[name].dependencies[gone] then users[#users + 1] = name end
		end
		local what = table.concat(users, ", ")
		if what ~= "" and options.cascade ~= true then raise("needed_by", {name = gone, what = what}) end
		for _, name in ipairs(users) do remove(name) end
	end
	local needed = {}
	local need
	need = function(name)
		local known = lock.packages[name]
		if not known or needed[name] or going[name] then return end
		needed[name] = true
		for dependency in pairs(known.dependencies) do need(dependency) end
	end
	local unused = {}
	local packages = {}
	for _, name in ipairs(all) do
		if lock.packages[name].automatic ~= true then need(name) end
	end
	for _, name in ipairs(all) do
		if not needed[name] and not going[name] then unused[#unused + 1] = name end
		if needed[name] or not (going[name] or options.unused) then packages[name] = lock.packages[name] end
	end
	if #unused > 0 and not options.unused then
		notes[#notes + 1] = "Not needed any more: " .. table.concat(unused, ", ")
			.. ". To remove: ccpm uninstall --unused"
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

function M.baseUrl(registry)
	local address = match(registry, "^(https?://[%w%[][%w%[%]:/@%%._~+-]-)/*$")
	local repository, at, branch = match(registry, "^([%w-]+/[%w._-]+)(@?)([%w._/-]*)$")
	local base = address
	if repository and (at == "") == (branch == "") then
		base = "https://raw.githubusercontent.com/" .. repository .. "/"
			.. (branch == "" and "HEAD" or branch)
	end
	if not base or #registry > LONGEST then
		return false, fail("bad_registry", {registry = registry:sub(1, 40)})
	end
	return true, base .. "/"
end

local function fetchText(fetch, base, registry, path)
	local answer = fetch(base .. path)
	local status = answer.status
	local reason = answer.reason
	if status == 200 then return true, answer.body end
	local code = "server_error"
	if status == 404 then code = path == INDEX_PATH and "no_index" or "file_missing" end
	if not status then code = "network_error" end
	if reason == "http is disabled" then code = "http_disabled" end
	if reason == "Domain not permitted" then code = "address_denied" end
	return false, fail(code, {registry = registry, path = path, status = status, what = reason})
end

function M.fetchIndex(registry, fetch)
	local ok, base = M.baseUrl(registry)
	if not ok then return false, base end
	local fetched, text = fetchText(fetch, base, registry, INDEX_PATH)
	if not fetched then return false, text end
	local what = "it is too large"
	if #text <= formats.INDEX_BYTES then
		local valid, index = formats.checkIndex(decode(text))
		if valid then return true, index end
		what = index
	end
	return false, fail("bad_index", {registry = registry, what = what})
end

function M.fetchFile(change, fetch)
	local to = change.to
	local path = change.path
	local registry = change.registry
	local _, base = M.baseUrl(registry)
	local ok, content = fetchText(fetch, base, registry, path)
	if not ok then return false, content end
	if #content == to.size and sha256(content) == to.sha256 then return true, content end
	return false, fail("wrong_content", {registry = registry, path = path})
end

return M
end

modules["/apis/ccpm/resolve"] = function(...)
--- Which versions of which packages fit together.
local M = {}
local raise = require("/apis/ccpm/failure").raise
local semver = require("/apis/ccpm/semver")
local MOST_WORK = 1000000
local WORK_OF_RANGE = 100

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
	local options = {}
	local obstacles = {}
	local work = 0
	local function versionsOf(name)
		local versions = {}
		local current = installed[name]
		for _, candidate in ipairs(resolution.candidates[name] or {}) do
			if not current or semver.compare(candidate.version, current.version) > 0 then
				versions[#versions + 1] = candidate
			end
		end
		if current then table.insert(versions, isUpgraded[name] and #versions + 1 or 1, current) end
		return versions
	end
	local function need(names)
		for _, name in ipairs(names) do
			if not options[name] then
				options[name] = versionsOf(name)
				queue[#queue + 1] = name
			end
		end
	end
	local function check(name, version, other, theirs)
		local range = version.dependencies[other]
		if not range then return nil end
		work = work + WORK_OF_RANGE
		if theirs and semver.satisfies(theirs.version, range) then return nil end
		return {need = name .. " " .. version.version .. " needs " .. other .. " " .. range, name = other}
	end
	local function findClash(name, version)
		for _, other in ipairs(queue) do
			local clash = check(name, version, other)
			for _, theirs in ipairs(options[other]) do
				work = work + 1
				clash = check(name, version, other, theirs) or check(other, theirs, name, version)
				if not clash then break end
			end
			if clash then return clash end
		end
		return nil
	end
	local function search(place)
		local name = queue[place + 1]
		if not name then return nil end
		local count = #queue
		local versions = options[name]
		if #versions == 0 then raise("unknown_package", {name = name}) end
		local blame
		obstacles[name] = nil
		for _, version in ipairs(versions) do
			if work > MOST_WORK then raise("too_complex") end
			options[name] = {version}
			need(sortedNames(version.dependencies))
			local clash = findClash(name, version)
			if not clash then
				blame = search(place + 1)
				if not blame then return nil end
			elseif not blame then
				blame = clash
			elseif not blame.but and blame.need ~= clash.need then
				blame.but = clash.need
			end
			while #queue > count do options[table.remove(queue)] = nil end
			if isUpgraded[name] and not obstacles[name] then
				obstacles[name] = name .. " " .. version.version .. " is held back: " .. blame.need .. "."
			end
		end
		options[name] = versions
		return blame
	end
	local packages = {}
	local isAdded = {}
	local function add(name, trail)
		if isAdded[name] then return end
		local start = trail:find(" " .. name .. " >", 1, true)
		if start then raise("cycle", {what = trail:sub(start + 1, start + 100) .. " " .. name}) end
		local version = options[name][1]
		for _, dependency in ipairs(sortedNames(version.dependencies)) do
			add(dependency, trail .. " " .. name .. " >")
		end
		isAdded[name] = true
		local current = installed[name]
		local automatic = not isWanted[name] and (current == nil or current.automatic == true)
		packages[#packages + 1] = {name = name, package = version, automatic = automatic}
	end
	local names = sortedNames(installed)
	local upgraded = resolution.newest == true and names or resolution.newest
	for _, name in ipairs(upgraded) do isUpgraded[name] = true end
	for _, name in ipairs(resolution.wanted) do isWanted[name] = true end
	need(resolution.wanted)
	need(upgraded)
	need(names)
	local clash = search(0)
	if clash then
		local known = {}
		for _, version in ipairs(versionsOf(clash.name)) do known[#known + 1] = version.version end
		clash.known = #known == 0 and "none" or "only " .. table.concat(known, ", ")
		raise(clash.but and "conflict" or "no_version", clash)
	end
	local notes = {}
	for _, name in ipairs(queue) do
		add(name, "")
		local obstacle = obstacles[name]
		if obstacle then notes[#notes + 1] = obstacle end
	end
	return {packages = packages, notes = notes}
end

return M
end

modules["/apis/ccpm/screen"] = function(...)
--- What `ccpm` shows.
local M = {}
local strings = require("cc.strings")
local pending = {}

function M.add(text, colour, detail)
	pending[#pending + 1] = {text = text, colour = colour, detail = detail}
end

local function clearRow()
	local _, row = term.getCursorPos()
	term.setCursorPos(1, row)
	term.clearLine()
end

local function choose(question, answers)
	write(question)
	while true do
		local event, what = os.pullEventRaw()
		local key
		if event == "char" then key = what:lower() end
		if event == "key" and what == keys.enter then key = "\n" end
		if key and answers:find(key, 1, true) then return key end
		if event == "terminate" then
			print()
			error("Terminated", 0)
		end
	end
end

function M.flush()
	local width, height = term.getSize()
	local isPaged = settings.get("trapos.harness_mode") ~= true
	local lines = pending
	pending = {}
	local column = 0
	for _, line in ipairs(lines) do
		local end_ = #line.text + 1
		if line.detail and end_ + #line.detail <= width then column = math.max(column, end_) end
	end
	clearRow()
	local shown = 0
	for _, line in ipairs(lines) do
		local text = line.text
		if line.detail then
			local gap = math.min(column, width - #line.detail) - #text
			text = text .. (gap > 0 and string.rep(" ", gap) or "\n") .. line.detail
		end
		local before = term.getTextColour()
		for number, row in ipairs(strings.wrap(text, #text > width and width - 2 or width)) do
			if isPaged and shown > 0 and shown % (height - 1) == 0 then
				local key = choose("-- Enter: more, q: quit --", "q\n")
				clearRow()
				if key == "q" then return end
			end
			if line.colour and term.isColour() then term.setTextColour(line.colour) end
			print(number > 1 and "  " .. row or row)
			term.setTextColour(before)
			shown = shown + 1
		end
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
	local key = choose(question .. " " .. (usual and "[Y/n]" or "[y/N]") .. " ", "yn\n")
	local agreed = key == "y" or usual and key == "\n"
	print(agreed and "yes" or "no")
	return agreed
end

function M.bytes(count)
	return count < 1000 and count .. " bytes" or string.format("%.1f kB", count / 1000)
end

local PHASES = {index = "Asking ", fetch = "Fetching ", apply = "Writing "}

function M.showProgress(progress)
	local width = term.getSize()
	local all = progress.totalBytes
	local text = (width < 40 and "" or PHASES[progress.phase]) .. progress.done .. "/" .. progress.total
		.. " "
	if all > 0 then
		text = text .. string.format("%d/%d kB ", math.ceil(progress.bytes / 1000), math.ceil(all / 1000))
	end
	text = strings.ensure_width(text .. progress.name:sub(#text - width), width)
	local lit = math.floor(width * progress.bytes / math.max(all, 1))
	clearRow()
	term.blit(text, string.rep("0", width), string.rep("7", lit) .. string.rep("f", width - lit))
end

function M.need(call, ...)
	M.flush()
	local returned, ok, value = pcall(call, ...)
	clearRow()
	if not returned then
		if ok == "Terminated" then M.say("Nothing has changed. The same command goes on.") end
		error(ok, 0)
	end
	if ok == false then error(value, 0) end
	return value
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

local function order(one, other, count)
	for index = 0, math.min(count or 99, math.max(#one, #other)) - 1 do
		local a, b = one[index + 1], other[index + 1]
		if a ~= b then
			local isBefore = type(a) == "number"
			if not a or not b then
				isBefore = (a == nil) ~= (index == 3)
			elseif isBefore == (type(b) == "number") then
				isBefore = a < b
			end
			return isBefore and "<" or ">"
		end
	end
	return "="
end

local function isIn(version, range)
	local isInAny = false
	for alternative in string.gmatch(range .. "||", "(.-)||") do
		local isInThis = true
		local isNamed = #version == 3
		local hyphens = alternative:gsub("^%s*(%S+)%s+%-%s+(%S+)%s*$", ">=%1 <=%2")
		local text = hyphens:gsub("([<>=~^])%s+", "%1")
		for token in text:gmatch("%S+") do
			local mark, rest = match(token, "^([<>=~^]*)v?(.*)$")
			local parts = parse(rest)
			if not parts or not MARKS:find(" " .. mark .. " ", 1, true) then return nil end
			if #parts > 3 and order(version, parts, 3) == "=" then isNamed = true end
			local given = math.min(#parts, 3)
			local count = given < 3 and given or nil
			if mark:sub(1, 1) == "~" then count = math.min(given, 2) end
			if mark == "^" then
				count = math.min(given, 1)
				while count < given and parts[count] == 0 do count = count + 1 end
			end
			local signs = match(mark, "^[<>]=?") or "="
			if not signs:find(order(version, parts, count), 1, true) then isInThis = false end
			if given > 0 and signs:sub(1, 1) ~= "<" then
				if mark == ">" and given < 3 then parts[given] = parts[given] + 1 end
				for index = given, 2 do parts[index + 1] = 0 end
				if order(version, parts) == "<" then isInThis = false end
			end
		end
		if isInThis and isNamed then isInAny = true end
	end
	return isInAny
end

function M.isVersion(text) return match(text, "^%d+%.%d+%.%d") ~= nil and parse(text) ~= nil end

function M.compare(a, b) return string.find("<=>", order(parse(a), parse(b)), 1, true) - 2 end

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
local REMEDIES = {
	[M.LOCK] = "install <what you had>",
	[M.CONFIGURATION] = "registry add <registry>",
	[M.CACHE] = "update"
}
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
			.. ". Type: ccpm " .. REMEDIES[path]
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
	local configured = state.configuration.registries
	local cached = {}
	for _, registry in ipairs(configured) do cached[registry] = state.cache.registries[registry] end
	return {
		[M.LOCK] = text(state.lock, state.lock.packages),
		[M.CONFIGURATION] = text(state.configuration, configured),
		[M.CACHE] = text({version = 1, registries = cached}, cached)
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

function M.verify(disk, lock, names)
	local findings = {}
	local owned = {}
	local folders = {trapos = "^ccpm%."}
	for _, path in ipairs({"ccpm.json", "ccpm.lock.json", "ccpm.cache.json"}) do
		owned["trapos/" .. path] = true
	end
	for _, name in ipairs(names or plan.keys(lock.packages)) do
		for path, file in pairs(lock.packages[name].files) do
			owned[path] = true
			local folder = path:match("^(.+/.+)/")
			if folder then folders[folder] = "" end
			if not plan.matches(disk, path, file) then
				findings[#findings + 1] = {
					path = path,
					problem = plan.look(disk, path) and "changed" or "missing",
					package = name
				}
			end
		end
	end
	for _, folder in ipairs(names and {} or plan.keys(folders)) do
		for _, name in ipairs(disk.isDir(folder) and disk.list(folder) or {}) do
			local path = folder .. "/" .. name
			local function has(pattern) return name:find(pattern) ~= nil end
			local isKept = has("%.ccpm%-old%d*$") or has("%.broken%d*$")
			if has(folders[folder]) and not isKept and not owned[path] and plan.look(disk, path) then
				findings[#findings + 1] = {path = path, problem = "foreign"}
			end
		end
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
local OWN = {"ccpm", "trapos-core"}

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
		return run(line, client, fail)
	end
	local isThere, findings = client.verify(OWN)
	if isThere and #findings > 0 then
		local repair = {"verify", "--fix", unpack(OWN)}
		if agreed then repair[#repair + 1] = "--yes" end
		if not run(repair, client, fail) then return false end
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
