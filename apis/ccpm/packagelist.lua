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
