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
