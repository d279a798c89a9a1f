-- All that the program `trapos` does: what is installed, and whether there is anything newer.

local ask = require("/apis/trapos/question").ask
local say = require("/apis/trapos/screen").say
local commandtable = require("/apis/ccpm/commandtable")
local DRY_RUN, FORCE, UPGRADE, YES =
	commandtable.DRY_RUN, commandtable.FORCE, commandtable.UPGRADE, commandtable.YES
local packagelist = require("/apis/ccpm/packagelist")
local NOTE, showInstalled = packagelist.NOTE, packagelist.showInstalled
local runProgram = require("/apis/ccpm/program").runProgram

local M = {}

local function sayVersion(ccpm)
	local own = ccpm.state().lock.packages.trapos
	say("TrapOS " .. (own and own.version or "(without its package trapos)"), NOTE)
end

local function showStatus(ccpm)
	sayVersion(ccpm)
	local hasNewer = showInstalled(ccpm.state())
	return not hasNewer or not ask("Upgrade now?", false) or UPGRADE.run(ccpm, {}, { yes = true })
end

--- What `trapos` understands.
M.program = {
	name = "trapos",
	commands = {
		{
			name = "status",
			usage = "trapos",
			purpose = "What is installed",
			flags = {},
			run = showStatus,
		},
		{
			name = UPGRADE.name,
			usage = "trapos upgrade [package]...",
			purpose = UPGRADE.purpose,
			most = UPGRADE.most,
			flags = UPGRADE.flags,
			complete = UPGRADE.complete,
			run = UPGRADE.run,
		},
	},
	help = {
		name = "help",
		usage = "trapos help",
		purpose = "Show this",
		most = 1,
		flags = {},
	},
	flags = { YES, DRY_RUN, FORCE },
	usual = "status",
	notes = { "Asking the AI: help ai", "Installing packages: help ccpm" },
}

--- Does what a command line of `trapos` says, see `runProgram`.
function M.run(given, ccpm)
	return runProgram(M.program, given, ccpm, sayVersion)
end

return M
