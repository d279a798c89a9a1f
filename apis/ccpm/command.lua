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
