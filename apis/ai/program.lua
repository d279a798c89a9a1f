-- All that the program `ai` does, with its client handed in.

local commandline = require("/apis/trapos/commandline")
local commandNamed, parse = commandline.commandNamed, commandline.parse
local outcome = require("/apis/trapos/failure").outcome
local explain = require("/apis/trapos/help").explain
local interactive = require("/apis/trapos/interactive")
local isInteractive, unattended = interactive.isInteractive, interactive.unattended
local jsonOutput = require("/apis/trapos/jsonoutput")
local ask = require("/apis/trapos/question").ask
local screen = require("/apis/trapos/screen")
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local program = require("/apis/ai/commandtable").program
local fail = require("/apis/ai/failure").fail
local findSession = require("/apis/ai/sessionlist").findSession
local offer = require("/apis/ai/setup/offer")
local isForSetup, isUnset = offer.isForSetup, offer.isUnset
local offerSpeaker = require("/apis/ai/setup/speaker").offerSpeaker
local showWritten = require("/apis/ai/view/answer").showWritten
local setup = require("/apis/ai/commands/setup")

local M = {}

local function refuse(what)
	error(fail("bad_command_line", { what = what }), 0)
end

--- What questions are answered with.
local function answerOf(flags)
	if flags.yes ~= nil and flags.no ~= nil then
		refuse("--yes and --no exclude each other")
	end
	if flags.yes ~= nil then
		return "yes"
	end
	return flags.no ~= nil and "no" or nil
end

--- The flags as options of calls.
local function optionsOf(line)
	local flags = line.flags
	local idleTimeout = flags.timeout ~= nil and tonumber(flags.timeout) or nil
	if flags.timeout ~= nil and not ((idleTimeout or 0) > 0) then
		refuse("--timeout takes a number of seconds above 0")
	end
	local isJson = flags.json == true
	return {
		isVerbose = flags.verbose == true and not isJson,
		isQuiet = flags.quiet == true or isJson,
		isAttended = not isJson and isInteractive(),
		showsReasoning = flags.reasoning == true,
		answer = answerOf(flags),
		idleTimeout = idleTimeout,
		model = flags.model,
		agent = flags.agent,
		variant = flags.variant,
	}
end

--- Asks what is meant by a single word that is one or two letters off a command: it is not to be a prompt that costs money.
local function settleDoubt(line, given, isAttended)
	local perhaps = line.perhaps
	local written = line.words[1]
	if perhaps == nil then
		return line
	end
	if not isAttended then
		error(fail("perhaps_command", { written = written, perhaps = perhaps }), 0)
	end
	if not ask("Did you mean ai " .. perhaps .. "?", true) then
		return line
	end
	local words = {}
	for _, word in ipairs(given) do
		table.insert(words, word == written and perhaps or word)
	end
	return parse(program, words)
end

--- Says, below the help that `ai` alone shows, how to begin where nobody has said where the server is.
local function showBeginning(given)
	if #given == 0 and isUnset(ownSettings(fs)) then
		screen.say("No server is set yet. Type: ai setup", colours.yellow)
	end
end

--- Sets everything up, where nobody has yet, there is a player, and that wants it.
local function offersSetup(failure, line)
	local isAlone = line.flags.json == true or line.flags.no ~= nil or not isInteractive()
	if isAlone or not isForSetup(ownSettings(fs), failure.code) then
		return false
	end
	if not ask("No server is set yet. Set one up now?", true) then
		return false
	end
	local ok, problem = outcome(function()
		local context = {
			options = optionsOf(line),
			flags = line.flags,
		}
		setup.show(context, setup.run(context, {}), {})
	end)
	if not ok then
		screen.fail(problem)
	end
	return ok
end

--- Installs what speaks with opencode 2, where somebody is there who wants that, or has said so.
local function offersSpeaker(failure, line)
	local isAlone = line.flags.json == true or line.flags.no ~= nil
	local isAgreed = line.flags.yes ~= nil
	local canAsk = isAgreed or isInteractive()
	return failure.code == "opencode_2" and not isAlone and canAsk and offerSpeaker(isAgreed)
end

--- Shows help, as it was asked for or because a command line was not understood; false in that case.
local function help(line)
	if line.flags.json ~= true then
		return explain(program, line)
	end
	local topic = line.words[1]
	local about = topic ~= nil and commandNamed(program, topic) or nil
	if line.problem ~= nil then
		local what = string.gsub(line.problem, "[.:]$", "")
		refuse(about == nil and what or what .. ": " .. about.usage)
	end
	if topic ~= nil and topic ~= program.help.name and about == nil then
		refuse("There is no command " .. topic)
	end
	local commands = {}
	for _, command in ipairs(program.commands) do
		table.insert(commands, { name = command.name, usage = command.usage, purpose = command.purpose })
	end
	jsonOutput.succeed({ commands = commands })
	return true
end

--- Does what a command line says; false where it was not understood, or what was found is bad. Raises failures.
local function perform(given, parsed, ai)
	if parsed.command == "help" then
		local isUnderstood = help(parsed)
		showBeginning(given)
		return isUnderstood
	end
	local isJson = parsed.flags.json == true
	if parsed.command == "version" then
		if isJson then
			jsonOutput.succeed({ version = "0.8.1" })
		else
			print("ai " .. "0.8.1")
		end
		return true
	end
	local options = optionsOf(parsed)
	local line = settleDoubt(parsed, given, options.isAttended)
	if line.command == "help" then
		return help(line)
	end
	local context = { ai = ai, options = options, flags = line.flags }
	if options.isQuiet then
		screen.beQuiet()
	end
	if isJson or line.flags["no-pager"] ~= nil then
		unattended()
	end
	local session = line.flags.session
	if session ~= nil then
		options.session = findSession(context, session)
	end
	local command = commandNamed(program, line.command)
	local value = command.run(context, line.words)
	if isJson then
		jsonOutput.succeed(value)
	elseif command.show ~= nil then
		command.show(context, value, line.words)
	end
	return command.hasFailed == nil or not command.hasFailed(value)
end

--- Shows what there was of an answer until it went wrong, what went wrong and what to do next.
local function showFailure(failure)
	showWritten(failure.text or "")
	screen.fail(failure)
end

--- Does what a command line says.
--
-- @param words the words after the program's name
-- @param ai what it works with, see /apis/ai/client
-- @returns whether it succeeded; why not has been shown
function M.run(words, ai)
	local line = parse(program, words)
	local ok, done = outcome(function()
		return perform(words, line, ai)
	end)
	if not ok and offersSpeaker(done, line) then
		return M.run(words, ai)
	end
	if not ok and line.flags.json == true then
		jsonOutput.fail(done)
	elseif not ok then
		showFailure(done)
	end
	if not ok and offersSetup(done, line) then
		return M.run(words, ai)
	end
	return ok and done
end

return M
