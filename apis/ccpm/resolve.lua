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
