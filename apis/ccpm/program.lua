-- All that the program `ccpm` does, with its client handed in.

local commandline = require("/apis/trapos/commandline")
local commandNamed, parse = commandline.commandNamed, commandline.parse
local outcome = require("/apis/trapos/failure").outcome
local explain = require("/apis/trapos/help").explain
local closest = require("/apis/trapos/nearest").closest
local unattended = require("/apis/trapos/interactive").unattended
local screen = require("/apis/trapos/screen")
local fail, say = screen.fail, screen.say
local program = require("/apis/ccpm/commandtable").program
local packagelist = require("/apis/ccpm/packagelist")
local NOTE, offers = packagelist.NOTE, packagelist.offers
local keys = require("/apis/ccpm/tables").keys

local M = {}

--- Columns that a failure may take: two registries or packages, whole, and what is said of them.
local FAILURE_COLUMNS = 450

--- Does what a command line says; false where that was not done. Raises failures.
local function perform(table, line, ccpm, sayVersion)
	if line.command == "help" then
		return explain(table, line)
	end

	-- What a power cut left is put right first.
	ccpm.state()
	if line.command ~= "version" then
		return commandNamed(table, line.command).run(ccpm, line.words, line.flags)
	end
	sayVersion(ccpm)
	return true
end

--- Says which package may have been meant by a word that is none.
local function suggest(words, ccpm)
	local names = keys(offers(ccpm.state()))
	for _, word in ipairs(words) do
		local found = closest(word, names)
		if found ~= nil and found ~= word then
			say("Did you mean: " .. found .. "?", NOTE)
			return
		end
	end
end

--- Does what a command line of a program says.
--
-- @param table what the program understands
-- @param given the words after the program's name
-- @param ccpm what it works with, see /apis/ccpm/client; its `onProgress` and `onNote` should be those of
-- /apis/ccpm/progress
-- @param sayVersion says the program's version
-- @returns whether it succeeded; why not has been shown
function M.runProgram(table, given, ccpm, sayVersion)
	local line = parse(table, given)
	if line.flags.yes ~= nil then
		unattended()
	end
	local ok, done = outcome(function()
		return perform(table, line, ccpm, sayVersion)
	end)
	if ok then
		return done
	end
	fail(done, FAILURE_COLUMNS)
	if done.code == "unknown_package" then
		suggest(line.words, ccpm)
	end
	return false
end

local function sayOwnVersion(ccpm)
	local own = ccpm.state().lock.packages.ccpm
	print("ccpm " .. (own and own.version or "(not installed)"))
end

--- Does what a command line of `ccpm` says, see `runProgram`.
function M.run(given, ccpm)
	return M.runProgram(program, given, ccpm, sayOwnVersion)
end

return M
