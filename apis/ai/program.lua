-- All that the program `ai` does, with its client handed in.

local commandline = require("/apis/trapos/commandline")
local commandNamed, parse = commandline.commandNamed, commandline.parse
local outcome = require("/apis/trapos/failure").outcome
local explain = require("/apis/trapos/help").explain
local screen = require("/apis/trapos/screen")
local program = require("/apis/ai/commandtable").program
local fail = require("/apis/ai/failure").fail
local findSession = require("/apis/ai/sessionlist").findSession
local showAnswer = require("/apis/ai/view/answer").showAnswer

local M = {}

local function refuse(what)
	error(fail("bad_command_line", { what = what }), 0)
end

--- The flags as options of calls.
local function optionsOf(line)
	local flags = line.flags
	local idleTimeout = flags.timeout ~= nil and tonumber(flags.timeout) or nil
	if flags.timeout ~= nil and not ((idleTimeout or 0) > 0) then
		refuse("--timeout takes a number of seconds above 0")
	end
	if flags.session ~= nil and line.command == "new" then
		refuse("ai new takes no --session")
	end
	return {
		isVerbose = flags.verbose == true,
		idleTimeout = idleTimeout,
		model = flags.model,
		agent = flags.agent,
	}
end

--- Does what a command line says; false where it was not understood. Raises failures.
local function perform(line, ai)
	if line.command == "help" then
		return explain(program, line)
	end
	if line.command == "version" then
		print("ai " .. "0.3.9")
		return true
	end
	local options = optionsOf(line)
	local context = { ai = ai, options = options }
	local session = line.flags.session
	if session ~= nil then
		options.session = findSession(context, session)
	end
	commandNamed(program, line.command).run(context, line.words)
	return true
end

--- Shows what there was of an answer until it went wrong, what went wrong and what to do next.
function M.showFailure(failure)
	if failure.text ~= nil and failure.text ~= "" then
		showAnswer(failure.text)
	end
	screen.fail(failure)
end

--- Does what a command line says.
--
-- @param words the words after the program's name
-- @param ai what it works with, see /apis/ai/client
-- @returns whether it succeeded; why not has been shown
function M.run(words, ai)
	local ok, done = outcome(function()
		return perform(parse(program, words), ai)
	end)
	if not ok then
		M.showFailure(done)
	end
	return ok and done
end

return M
