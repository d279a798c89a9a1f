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
