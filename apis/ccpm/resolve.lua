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
