-- All that the program `ccpm` does, with its client handed in, so that the installer does the same.

local arguments = require("/apis/ccpm/arguments")
local parse, takes = arguments.parse, arguments.takes
local fail = require("/apis/ccpm/failure").fail
local keys = require("/apis/ccpm/plan").keys
local screen = require("/apis/ccpm/screen")
local add, ask, bytes, show, flush, need, unattended =
	screen.add, screen.ask, screen.bytes, screen.fail, screen.flush, screen.need, screen.unattended
local compare = require("/apis/ccpm/semver").compare

local M = {}
local NOTE = colours.yellow
local REMARK = colours.lightGrey

--- What the registries are known to offer, and which of them: of each package what the first has, or the first that has
-- a newer one than is installed. That is what an installation or an upgrade takes if it fits.
local function offers(state)
	local offered = {}
	local from = {}
	for _Module, registry in ipairs(state.configuration.registries) do
		local known = state.cache.registries[registry]
		for name, found in pairs(known and known.packages or {}) do
			local installed = state.lock.packages[name]
			local function isNewer(one)
				return installed and compare(one.version, installed.version) > 0
			end
			local other = offered[name]
			if other == nil or not isNewer(other) and isNewer(found) then
				offered[name] = found
				from[name] = registry
			end
		end
	end
	return offered, from
end

--- Shows a plan, asks and applies it; false where the player says no.
local function carryOut(plan, flags, client)
	local source
	for _Module, change in ipairs(plan.packages) do
		local name = change.name
		local from = change.from
		local to = change.to
		local group = to == nil and "Remove:" or "From " .. tostring(change.registry) .. ":"
		if group ~= source then
			add(group)
		end
		source = group
		if to == nil then
			add("- " .. name, colours.red, from)
		elseif from == nil then
			add("+ " .. name, colours.lime, to)
		else
			add("> " .. name, NOTE, from .. " > " .. to)
		end
	end
	local fetched = 0
	local done = "Done."
	for _Module, file in ipairs(plan.files) do
		if file.to then
			fetched = fetched + 1
		end
		if source == nil then
			add((file.to and "+ " or "- ") .. file.path)
		end
		if file.to and string.sub(file.path, 1, 8) == "startup/" then
			done = "Done. To use it all: reboot"
		end
	end
	for _Module, path in ipairs(plan.data) do
		add("- " .. path .. " (data)", colours.red)
	end
	local isIdle = #plan.packages + #plan.files + #plan.data == 0
	local left = plan.free + plan.freed
	if fetched > 0 then
		add("Fetch " .. bytes(plan.download) .. ", files: " .. tostring(fetched))
	end
	if not isIdle and left >= 0 and left < math.huge then
		add("Disk left: " .. bytes(left))
	end
	for _Module, note in ipairs(plan.notes) do
		add(note, NOTE)
	end

	-- Notes alone say why nothing can be done.
	if isIdle and #plan.notes == 0 then
		add("There is nothing to do.")
	end
	if flags["dry-run"] then
		return true
	end

	-- What does not fit on the disk needs no question: `apply` says so.
	if not isIdle and plan.needed <= plan.free and not flags.yes and not ask("Go on?", true) then
		return false
	end
	need(client.apply, plan)
	if not isIdle then
		add(done, NOTE)
	end
	return true
end

--- Lists what is installed, and what is newer.
--
-- @param state what is installed and known
-- @param otherwise is said where nothing newer is known; how to look for it, where it is absent
-- @returns whether anything newer is known
function M.list(state, otherwise)
	local packages = state.lock.packages
	local offered = offers(state)
	local hasNewer = false
	for _Module, name in ipairs(keys(packages)) do
		local installed = packages[name]
		local known = offered[name]
		local isNewer = known ~= nil and compare(known.version, installed.version) > 0
		local version = installed.version
		if isNewer then
			version = version .. " > " .. known.version
		end
		if installed.automatic then
			version = version .. " (needed)"
		end
		add(name, isNewer and NOTE or nil, version)
		hasNewer = hasNewer or isNewer
	end
	if hasNewer then
		add("Take the newer: ccpm upgrade", NOTE)
	elseif (next(packages)) == nil then
		add("Nothing is installed. See: ccpm search")
	else
		add(otherwise or "Look for newer: ccpm update", REMARK)
	end
	return hasNewer
end

local function listRegistries(state)
	for number, registry in ipairs(state.configuration.registries) do
		local known = state.cache.registries[registry]
		add(tostring(number) .. " " .. registry)
		if known then
			local date = os.date("%Y-%m-%d", known.updated / 1000)
			add("  packages: " .. tostring(#keys(known.packages)) .. ", " .. date, REMARK)
		end
	end
	if #state.configuration.registries == 0 then
		add("There is none. Add one: ccpm registry add <registry>")
	end
end

--- The second word as a position up to a last one; fails where it is no number.
local function positionIn(words, last)
	local position = tonumber(words[2] or "")
	if words[2] ~= nil and position == nil then
		error(fail("registry_position", { position = words[2], last = last }), 0)
	end
	return position
end

--- The first word as a registry, which may be given by its number in the list.
local function registryIn(state, words)
	local word = words[1]
	return state.configuration.registries[tonumber(word) or 0] or word
end

--- What commands do, by their names.
local actions = {
	install = function(_, words, flags, client)
		return need(client.planInstall, words, flags)
	end,
	uninstall = function(_, words, flags, client)
		return need(client.planUninstall, words, flags)
	end,
	upgrade = function(_, words, flags, client)
		return need(client.planUpgrade, #words > 0 and words or nil, flags)
	end,
	update = function(_, _words, _flags, client)
		need(client.update)
		M.list(need(client.state), "Nothing newer is known.")
	end,
	list = function(state)
		M.list(state)
	end,
	search = function(state, words)
		local offered = offers(state)
		local isFound = false
		for _Module, name in ipairs(keys(offered)) do
			local known = offered[name]
			local text = string.lower(name .. " " .. known.description)
			local fits = true
			for _Module, word in ipairs(words) do
				fits = fits and (string.find(text, string.lower(word), 1, true)) ~= nil
			end
			if fits then
				local installed = state.lock.packages[name]
				local has = installed and installed.version
				local mark = has == known.version and " (installed)"
					or " (installed: " .. tostring(has) .. ")"
				add(name, NOTE, known.version .. (has == nil and "" or mark))
				add("  " .. known.description)
				isFound = true
			end
		end
		if not isFound then
			add("No such package is known. Look: ccpm update", colours.red)
		end
		return isFound
	end,
	info = function(state, words)
		local name = words[1]
		local packages = state.lock.packages
		local offered, from = offers(state)
		local installed = packages[name]
		local known = offered[name]
		if not installed and not known then
			error(fail("unknown_package", { name = name }), 0)
		end
		add(name, NOTE)
		if known then
			add(known.description)
			add("Available:", nil, known.version .. ", " .. bytes(known.size))
			add("From:", nil, from[name])
		end
		if installed then
			add("Installed:", nil, installed.version)
		end
		local dependencies = (installed or known).dependencies
		for _Module, other in ipairs(keys(dependencies)) do
			add("Needs:", nil, other .. " " .. tostring(dependencies[other]))
		end
		for _Module, other in ipairs(keys(packages)) do
			if packages[other].dependencies[name] ~= nil then
				add("Needed by:", nil, other)
			end
		end
	end,
	files = function(state, words)
		local name = words[1]
		local installed = state.lock.packages[name]
		if not installed then
			error(fail("not_installed", { name = name }), 0)
		end
		for _Module, path in ipairs(keys(installed.files)) do
			add(path, nil, bytes(installed.files[path].size))
		end
	end,
	verify = function(state, words, flags, client)
		local findings = need(client.verify, #words > 0 and words or nil)
		for _Module, finding in ipairs(findings) do
			add(finding.problem .. ": " .. finding.path, colours.red)
		end
		if (next(state.lock.packages)) == nil then
			add("Nothing is installed.")
		elseif #findings == 0 then
			add("All files are as they were installed.")
		elseif flags.fix then
			local plan = need(client.planRepair, findings)

			-- For what cannot be repaired it has a note in place of a file.
			return carryOut(plan, flags, client) and #plan.files == #findings
		else
			add("Repair them: ccpm verify --fix", NOTE)
		end
		return #findings == 0
	end,
	version = function(state)
		local own = state.lock.packages.ccpm
		add("ccpm " .. (own and own.version or "(not installed)"))
	end,
	["registry add"] = function(state, words, flags, client)
		local position = positionIn(words, #state.configuration.registries + 1)
		need(client.addRegistry, words[1], { position = position, force = flags.force })
	end,
	["registry remove"] = function(state, words, _flags, client)
		need(client.removeRegistry, registryIn(state, words))
	end,
	["registry move"] = function(state, words, _flags, client)
		local position = positionIn(words, #state.configuration.registries)
		need(client.moveRegistry, registryIn(state, words), position)
	end,
}

--- Says what a help text has on the commands that begin with some words, and on their flags.
--
-- @param program whose text it is
-- @param topic the words; all is said where they are empty
-- @returns whether there is anything
function M.help(program, topic)
	local width = term.getSize()
	local path = "/help/" .. program .. ".txt"
	local isFound = false
	if not fs.exists(path) then
		error(fail("no_help", { path = path }), 0)
	end
	for line in io.lines(path) do
		local flag = string.match(line, "^%-%-([%l%-]+)")
		if string.sub(line, 1, #topic) == topic or flag ~= nil and takes(topic, flag) then
			-- Where two columns have no room the second goes below the first.
			add(#line > width and (string.gsub(line, "(%S)  +", "%1\n")) or line)
			isFound = true
		end
	end
	return isFound
end

--- Does what a command line says; false where that was not done. Raises failures.
local function perform(line, client)
	local command = line.command
	if line.problem ~= nil then
		add(line.problem, colours.red)
	end
	if command == "help" then
		local topic = table.concat(line.words, " ")
		local isFound = M.help("ccpm", topic)
		if not isFound and topic == "" then
			error(fail("no_help", { path = "/help/ccpm.txt" }), 0)
		end
		if not isFound and line.problem == nil then
			add("There is no command " .. topic .. ".", colours.red)
		end
		if not isFound then
			add("See: ccpm help")
		end
		return isFound and line.problem == nil
	end
	if #need(client.recover) == 0 and command == "recover" then
		add("There is nothing to recover.")
	end
	local act = actions[command]
	local result = act and act(need(client.state), line.words, line.flags, client)
	if string.sub(command, 1, 8) == "registry" then
		listRegistries(need(client.state))
	end
	if type(result) == "table" then
		return carryOut(result, line.flags, client)
	end
	return result ~= false
end

--- Says which package may have been meant by a word that is none: one with as much of it as can be.
local function suggest(words, client)
	local offered = offers(need(client.state))
	for _Module, word in ipairs(words) do
		-- Longer words are no names, and would only take time.
		for length = offered[word] and 0 or math.min(#word, 40), 2, -1 do
			for _Module, name in ipairs(keys(offered)) do
				if (string.find(name, string.lower(string.sub(word, 1, length)), 1, true)) ~= nil then
					add("Did you mean: " .. name .. "?", NOTE)
					return
				end
			end
		end
	end
end

--- Does what a command line says. What a power cut left is put right first.
--
-- @param given the words after the program's name
-- @param client what it works with; its `onProgress` should be `showProgress` of /apis/ccpm/screen, its `onNote` `note`
-- @returns whether it succeeded; why not has been shown
function M.run(given, client)
	local line = parse(given)
	if line.flags.yes then
		unattended()
	end
	local ok, done = pcall(perform, line, client)
	if not ok then
		if type(done) ~= "table" then
			error(done, 0)
		end
		show(done)
		if done.code == "unknown_package" then
			suggest(line.words, client)
		end
	end
	flush()
	return ok and done
end

return M
