--- All that the program `ccpm` does, with its client handed in, so that the installer does the same.
local M = {}
local arguments = require("/apis/ccpm/arguments")
local commands = arguments.commands
local flags = arguments.flags
local nearest = arguments.nearest
local parse = arguments.parse
local screen = require("/apis/ccpm/screen")
local ask = screen.ask
local bytes = screen.bytes
local during = screen.during
local fail = screen.fail
local say = screen.say
local show = screen.show
local compare = require("/apis/ccpm/semver").compare
local TEXT = colours.white
local NOTE = colours.yellow
local REMARK = colours.lightGrey

local function attempt(context, call)
	local ok = false
	local value
	during(function() ok, value = call() end)
	local tell = context.screen and context.screen.fail or fail
	if not ok then tell(value) end
	return ok, value
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
			if found[name] == nil then found[name] = {registry = registry, package = offered} end
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

local function suggest(words, known)
	for _, word in ipairs(words) do
		local meant = known[word] == nil and nearest(word, sortedKeys(known)) or nil
		if meant then say("Did you mean: " .. meant .. "?", NOTE) end
	end
end

local function describePlan(plan)
	local lines = {}
	local source
	for _, change in ipairs(plan.packages) do
		local name = change.name
		local from = change.from
		local to = change.to
		local now = to and "From " .. (change.registry or "this computer") .. ":" or "Remove:"
		if now ~= source then lines[#lines + 1] = {now} end
		source = now
		if not to then
			lines[#lines + 1] = {"- " .. name, colours.red, from}
		elseif not from then
			lines[#lines + 1] = {"+ " .. name, colours.lime, to}
		else
			lines[#lines + 1] = {"> " .. name, NOTE, from .. " > " .. to}
		end
	end
	local fetched = 0
	for _, file in ipairs(plan.files) do
		if file.url then fetched = fetched + 1 end
		if not source then lines[#lines + 1] = {(file.to and "+ " or "- ") .. file.path} end
	end
	for _, folder in ipairs(plan.data) do
		lines[#lines + 1] = {"- " .. folder .. "/ (data)", colours.red}
	end
	if fetched > 0 then
		lines[#lines + 1] = {
			"Fetch " .. bytes(plan.download) .. ", " .. tostring(fetched) .. " "
				.. (fetched == 1 and "file" or "files") .. "."
		}
	end
	local left = plan.free + plan.freed
	if left < math.huge then lines[#lines + 1] = {"Disk left: " .. bytes(left) .. "."} end
	return lines
end

local function carryOut(job, known, planner)
	local planned, plan = attempt(job, function() return planner(job.words, job.flags) end)
	if not planned then
		suggest(job.words, known)
		return false
	end
	local isIdle = #plan.packages + #plan.files + #plan.data == 0
	local lines = isIdle and {{"There is nothing to do."}} or describePlan(plan)
	for _, note in ipairs(plan.notes) do lines[#lines + 1] = {note, NOTE} end
	show(lines)
	if job.flags["dry-run"] then return true end
	if not isIdle and plan.needed <= plan.free and not job.flags.yes and not ask("Go on?", true)
	then
		say("Nothing has changed.")
		return false
	end
	local applied = attempt(job, function() return job.client.apply(plan) end)
	if applied and not isIdle then
		local end_ = "Done."
		for _, file in ipairs(plan.files) do
			if string.sub(file.path, 1, 8) == "startup/" then
				end_ = "Done. To use it all: reboot"
			end
		end
		say(end_, NOTE)
	end
	return applied
end

local function list(job, state)
	local newer = M.newerVersions(state)
	local asked = {}
	local needed = {}
	for _, name in ipairs(sortedKeys(state.lock.packages)) do
		local installed = state.lock.packages[name]
		local version = installed.version
		local known = newer[name]
		local line = known and {name, NOTE, version .. " > " .. known} or {name, TEXT, version}
		if installed.automatic then
			needed[#needed + 1] = line
		else
			asked[#asked + 1] = line
		end
	end
	if #needed > 0 then asked[#asked + 1] = {"Needed by these:", REMARK} end
	for _, line in ipairs(needed) do asked[#asked + 1] = line end
	if #asked == 0 then asked[#asked + 1] = {"Nothing is installed. See: ccpm search"} end
	if next(newer) ~= nil then
		asked[#asked + 1] = {"Take the newer: ccpm upgrade", NOTE}
	elseif job.command == "update" then
		asked[#asked + 1] = {"Nothing newer is known."}
	else
		asked[#asked + 1] = {"Look for newer: ccpm update", REMARK}
	end
	show(asked)
	return true
end

local function search(job, state)
	local lines = {}
	local offered = offers(state)
	for _, name in ipairs(sortedKeys(offered)) do
		local found = offered[name].package
		local text = string.lower(name .. " " .. found.description)
		local fits = true
		for _, word in ipairs(job.words) do
			fits = fits and string.find(text, string.lower(word), 1, true) ~= nil
		end
		if fits then
			local mark = state.lock.packages[name] and " (installed)" or ""
			lines[#lines + 1] = {name .. " " .. found.version .. mark, NOTE}
			lines[#lines + 1] = {"  " .. found.description}
		end
	end
	local isFound = #lines > 0
	if not isFound then
		lines[#lines + 1] = {"No such package is known. Look for new ones: ccpm update", REMARK}
	end
	show(lines)
	return isFound
end

local function showPackage(job, state)
	local name = job.words[1]
	local packages = state.lock.packages
	local installed = packages[name]
	local known = offers(state)
	local offer = known[name]
	local shown = installed or offer and offer.package
	if not shown then
		fail({
			message = "No package " .. name .. " is known.",
			hint = "See: ccpm search, ccpm update"
		})
		suggest(job.words, known)
		return false
	end
	local files = {}
	local size = 0
	for _, path in ipairs(sortedKeys(shown.files)) do
		local file = shown.files[path]
		size = size + file.size
		files[#files + 1] = {path, TEXT, bytes(file.size)}
	end
	if job.command == "files" then
		show(files)
		return true
	end
	local lines = {{name, NOTE}}
	if offer then lines[#lines + 1] = {offer.package.description} end
	local how = installed and installed.automatic and " (as others need it)" or ""
	lines[#lines + 1] = {"Installed:", TEXT, (installed and installed.version or "no") .. how}
	if offer then lines[#lines + 1] = {"Available:", TEXT, offer.package.version} end
	if offer then lines[#lines + 1] = {"From:", TEXT, offer.registry} end
	for _, other in ipairs(sortedKeys(shown.dependencies)) do
		lines[#lines + 1] = {"Needs:", TEXT, other .. " " .. tostring(shown.dependencies[other])}
	end
	for _, other in ipairs(sortedKeys(packages)) do
		if packages[other].dependencies[name] then
			lines[#lines + 1] = {"Needed by:", TEXT, other}
		end
	end
	lines[#lines + 1] = {"Files:", TEXT, tostring(#files) .. ", " .. bytes(size)}
	show(lines)
	return true
end

local function verify(job, state)
	local client = job.client
	local ok, findings = attempt(job, function() return client.verify(job.words) end)
	if not ok then suggest(job.words, state.lock.packages) end
	if not ok then return false end
	local lines = {}
	for _, finding in ipairs(findings) do
		lines[#lines + 1] = {finding.problem .. ": " .. finding.path, colours.red}
	end
	local isRight = #lines == 0
	if isRight then
		lines[#lines + 1] = {"All files are as they were installed."}
	elseif not job.flags.fix then
		lines[#lines + 1] = {"Repair them: ccpm verify --fix", NOTE}
	end
	show(lines)
	return isRight
		or job.flags.fix == true
			and carryOut(job, {}, function() return client.planRepair(findings) end)
end

local function listRegistries(_job, state)
	local lines = {}
	for _, registry in ipairs(state.configuration.registries) do
		local known = state.cache.registries[registry]
		lines[#lines + 1] = {tostring(#lines / 2 + 1) .. " " .. registry}
		local count = #sortedKeys(known and known.packages or {})
		local date = known and os.date("%Y-%m-%d", known.updated / 1000)
		lines[#lines + 1] = {
			known and "  " .. tostring(count) .. " packages, " .. date or "  Not asked yet",
			REMARK
		}
	end
	if #lines == 0 then
		lines[#lines + 1] = {"There is none. Add one: ccpm registry add <registry>"}
	end
	show(lines)
	return true
end

local function thenShow(call, showState)
	return function(job)
		local given = job.words[2]
		local position = given ~= nil and (tonumber(given) or 0) or nil
		local done, value = attempt(job, function() return call(job, job.words[1], position) end)
		if not done then return false end
		local pairs_2 = pairs
		local value_1 = value
		if value_1 == nil then value_1 = {} end
		for _, failure in pairs_2(value_1) do fail(failure) end
		local read, state = attempt(job, job.client.state)
		return read and showState(job, state)
	end
end

local function help(job)
	local topic = table.concat({unpack(job.words)}, " ")
	local isNarrow = term.getSize() < 40
	local lines = {}
	if topic == "" and not isNarrow then
		lines[#lines + 1] = {"ccpm installs, upgrades and removes packages.", NOTE}
	end
	for _, command in ipairs(commands) do
		local name = command[1]
		local purpose = command[3]
		local usage = string.match(name .. " " .. command[2], "^(.-) ?$")
		if topic == "" and isNarrow then
			lines[#lines + 1] = {usage}
		elseif topic == "" then
			lines[#lines + 1] = {usage, TEXT, purpose}
		elseif string.sub(name, 1, #topic) == topic then
			lines[#lines + 1] = {"ccpm " .. usage, NOTE}
			lines[#lines + 1] = {"  " .. purpose}
			for _, flag in ipairs(flags) do
				local at = string.find(" " .. command[4] .. " ", " " .. flag[1] .. " ", 1, true)
				if at then lines[#lines + 1] = {"  --" .. flag[1], TEXT, flag[2]} end
			end
		end
	end
	local unknown = parse({topic})
	if #lines > 0 then
		show(lines)
	else
		fail({message = unknown.problem, hint = unknown.hint})
	end
	return #lines > 0
end

local actions = {
	install = function(job, state) return carryOut(job, offers(state), job.client.planInstall) end,
	uninstall = function(job, state)
		return carryOut(job, state.lock.packages, job.client.planUninstall)
	end,
	upgrade = function(job, state)
		return carryOut(job, state.lock.packages, job.client.planUpgrade)
	end,
	update = thenShow(function(job) return job.client.update() end, list),
	list = list,
	search = search,
	info = showPackage,
	files = showPackage,
	verify = verify,
	recover = function() return true end,
	["registry list"] = listRegistries,
	["registry add"] = thenShow(
		function(job, registry, position)
			return job.client.addRegistry(registry, {position = position, force = job.flags.force})
		end,
		listRegistries
	),
	["registry remove"] = thenShow(
		function(job, registry) return job.client.removeRegistry(registry) end,
		listRegistries
	),
	["registry move"] = thenShow(
		function(job, registry, n) return job.client.moveRegistry(registry, n) end,
		listRegistries
	),
	version = function(_job, state)
		local own = state.lock.packages.ccpm
		say("ccpm " .. (own and own.version or "(not installed)"))
		return true
	end
}

function M.run(given, context)
	local line = parse(given)
	local command = line.command
	local client = context.client
	if line.problem then
		fail({message = line.problem, hint = line.hint})
		return false
	end
	local job = {
		client = client,
		screen = context.screen,
		command = command,
		words = line.words,
		flags = line.flags
	}
	if command == "help" then return help(job) end
	local recovered, done = attempt(context, client.recover)
	if not recovered then return false end
	for _, text in ipairs(done) do say(text, NOTE) end
	if command == "recover" and #done == 0 then say("There is nothing to recover.") end
	local ok, state = attempt(context, client.state)
	return ok and actions[command](job, state)
end

return M
