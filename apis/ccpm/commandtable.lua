-- What `ccpm` understands, and what each command does.

local listingModule = require("/apis/trapos/listing")
local add, show, start = listingModule.add, listingModule.show, listingModule.start
local say = require("/apis/trapos/screen").say
local carryout = require("/apis/ccpm/carryout")
local carryOut, carryOutUpgrade = carryout.carryOut, carryout.carryOutUpgrade
local raise = require("/apis/ccpm/failure").raise
local known = require("/apis/ccpm/known")
local installedNames, offeredNames, registryNames =
	known.installedNames, known.offeredNames, known.registryNames
local packagelist = require("/apis/ccpm/packagelist")
local NOTE, showFiles, showInstalled, showPackage, showRegistries, showSearch =
	packagelist.NOTE,
	packagelist.showFiles,
	packagelist.showInstalled,
	packagelist.showPackage,
	packagelist.showRegistries,
	packagelist.showSearch
local working = require("/apis/ccpm/progress").working

local M = {}

local function install(ccpm, words, flags)
	return carryOut(
		ccpm,
		working(function()
			return ccpm.planInstall(words, { force = flags.force == true })
		end),
		flags
	)
end

local function uninstall(ccpm, words, flags)
	local options = { cascade = flags.cascade == true, unused = flags.unused == true }
	return carryOut(
		ccpm,
		working(function()
			return ccpm.planUninstall(words, options)
		end),
		flags
	)
end

local function upgrade(ccpm, words, flags)
	-- No words stand for all packages.
	local names = #words > 0 and words or nil
	return carryOutUpgrade(ccpm, names, flags.force == true, flags)
end

local function update(ccpm)
	working(function()
		return ccpm.update()
	end)
	showInstalled(ccpm.state(), "Nothing newer is known.")
	return true
end

local function list(ccpm)
	showInstalled(ccpm.state())
	return true
end

local function search(ccpm, words)
	return showSearch(ccpm.state(), words)
end

local function info(ccpm, words)
	showPackage(ccpm.state(), words[1])
	return true
end

local function files(ccpm, words)
	showFiles(ccpm.state(), words[1])
	return true
end

--- Repairs what was found; true where all of it is as it was installed then.
local function repair(ccpm, findings, flags)
	local plan = working(function()
		return ccpm.planRepair(findings)
	end)

	-- For what cannot be repaired it has a note in place of a file.
	return carryOut(ccpm, plan, flags) and #plan.files == #findings
end

local function verify(ccpm, words, flags)
	local names = #words > 0 and words or nil
	local findings = working(function()
		return ccpm.verify(names)
	end)
	local listing = start()
	for _, finding in ipairs(findings) do
		add(listing, finding.problem .. ": " .. finding.path, colours.red)
	end
	local isSound = #findings == 0
	local isFixed = flags.fix == true and not isSound
	if (next(ccpm.state().lock.packages)) == nil then
		add(listing, "Nothing is installed.")
	elseif isSound then
		add(listing, "All files are as they were installed.")
	elseif not isFixed then
		add(listing, "Repair them: ccpm verify --fix", NOTE)
	end
	show(listing)
	if isFixed then
		return repair(ccpm, findings, flags)
	end
	return isSound
end

local function recover(ccpm)
	-- What there was has been told as a note.
	if #ccpm.recover() == 0 then
		say("There is nothing to recover.")
	end
	return true
end

local function listRegistries(ccpm)
	showRegistries(ccpm.state())
	return true
end

--- The second word as a position up to a last one; fails where it is no number.
local function positionIn(words, last)
	local word = words[2]
	if word == nil then
		return nil
	end
	return tonumber(word) or raise("registry_position", { position = word, last = last })
end

--- The first word as a registry, which may be given by its number in the list.
local function registryIn(ccpm, words)
	local word = words[1]
	return ccpm.state().configuration.registries[tonumber(word) or 0] or word
end

local function addRegistry(ccpm, words, flags)
	local position = positionIn(words, #ccpm.state().configuration.registries + 1)
	working(function()
		return ccpm.addRegistry(words[1], { position = position, force = flags.force == true })
	end)
	return listRegistries(ccpm)
end

local function removeRegistry(ccpm, words)
	local registry = registryIn(ccpm, words)
	working(function()
		return ccpm.removeRegistry(registry)
	end)
	return listRegistries(ccpm)
end

local function moveRegistry(ccpm, words)
	local position = positionIn(words, #ccpm.state().configuration.registries)
	local registry = registryIn(ccpm, words)
	working(function()
		return ccpm.moveRegistry(registry, position)
	end)
	return listRegistries(ccpm)
end

local MANY = math.huge

--- Flags of whatever changes packages.
M.YES = { name = "yes", letter = "y", purpose = "Do not ask" }
M.DRY_RUN = { name = "dry-run", purpose = "Only show what would be done" }
M.FORCE = { name = "force", purpose = "Do it anyway; files are kept aside" }

--- Takes newer versions; `trapos` does so, too.
M.UPGRADE = {
	name = "upgrade",
	usage = "upgrade [package]...",
	purpose = "Take newer versions",
	most = MANY,
	flags = { "yes", "dry-run", "force" },
	complete = installedNames,
	run = upgrade,
}

--- What `ccpm` understands.
M.program = {
	name = "ccpm",
	commands = {
		{
			name = "install",
			usage = "install <package>...",
			purpose = "Install packages",
			least = 1,
			most = MANY,
			flags = { "yes", "dry-run", "force" },
			complete = offeredNames,
			run = install,
		},
		{
			name = "uninstall",
			usage = "uninstall <package>...",
			purpose = "Remove packages",
			least = 1,
			most = MANY,
			flags = { "yes", "dry-run", "cascade", "unused" },
			complete = installedNames,
			run = uninstall,
		},
		M.UPGRADE,
		{
			name = "update",
			usage = "update",
			purpose = "Look for new versions",
			flags = {},
			run = update,
		},
		{
			name = "list",
			usage = "list",
			purpose = "What is installed",
			flags = {},
			run = list,
		},
		{
			name = "search",
			usage = "search [word]...",
			purpose = "What can be installed",
			most = MANY,
			flags = {},
			run = search,
		},
		{
			name = "info",
			usage = "info <package>",
			purpose = "About a package",
			least = 1,
			most = 1,
			flags = {},
			complete = offeredNames,
			run = info,
		},
		{
			name = "files",
			usage = "files <package>",
			purpose = "Files of a package",
			least = 1,
			most = 1,
			flags = {},
			complete = installedNames,
			run = files,
		},
		{
			name = "verify",
			usage = "verify [package]...",
			purpose = "Check installed files",
			most = MANY,
			flags = { "fix", "yes", "dry-run" },
			complete = installedNames,
			run = verify,
		},
		{
			name = "recover",
			usage = "recover",
			purpose = "Mend after power cuts",
			flags = {},
			run = recover,
		},
		{
			name = "registry list",
			usage = "registry list",
			purpose = "Registries, in order",
			flags = {},
			run = listRegistries,
		},
		{
			name = "registry add",
			usage = "registry add <registry> [n]",
			purpose = "Add one, as number n",
			least = 1,
			most = 2,
			flags = { "force" },
			run = addRegistry,
		},
		{
			name = "registry remove",
			usage = "registry remove <registry>",
			purpose = "Forget one",
			least = 1,
			most = 1,
			flags = {},
			complete = function(previous)
				return #previous == 0 and registryNames() or {}
			end,
			run = removeRegistry,
		},
		{
			name = "registry move",
			usage = "registry move <registry> <n>",
			purpose = "Make it number n",
			least = 2,
			most = 2,
			flags = {},
			complete = function(previous)
				return #previous == 0 and registryNames() or {}
			end,
			run = moveRegistry,
		},
	},
	help = {
		name = "help",
		usage = "help [command]...",
		purpose = "Show this, or one",
		most = MANY,
		flags = {},
	},
	flags = {
		M.YES,
		M.DRY_RUN,
		M.FORCE,
		{ name = "cascade", purpose = "Remove what needs them, too" },
		{ name = "unused", purpose = "Remove what nothing needs; alone, too", isEnough = true },
		{ name = "fix", purpose = "Repair what is found" },
	},
	usual = "help",
	notes = {
		"A registry is http://... or owner/repo of GitHub.",
		"Your files in the way are kept as .ccpm-old.",
	},
}
return M
