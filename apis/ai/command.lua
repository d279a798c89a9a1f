-- All that the program `ai` does, with its client handed in.

local strings = require("cc.strings")
local commandLine = require("/apis/ai/arguments")
local fail = require("/apis/ai/failure").fail
local screen = require("/apis/ai/screen")
local text = require("/apis/ai/text")

local M = {}

local function refuse(what)
	error(fail("bad_command_line", { what = what }), 0)
end

--- Runs a call under the moving line and returns its value; raises its failure.
local function wait(options, call)
	local ok
	local value
	screen.withSpinner(function(reporter)
		options.onProgress = reporter.onProgress
		if options.verbose ~= nil then
			options.log = function(poll)
				return reporter.log("[ai] " .. poll)
			end
		end
		ok, value = call(options)
	end)
	if not ok then
		error(value, 0)
	end
	return value
end

--- More sessions than anybody looks through; a server gives 100 where nothing is said.
local MOST_SESSIONS = 1000

local function listSessions(ai, options)
	return wait(options, function()
		return ai.listSessions({ limit = MOST_SESSIONS })
	end)
end

--- The session that a number of the list, or an id, stands for.
local function findSession(ai, options, word)
	local number = tonumber(word)
	if number == nil then
		return word
	end
	local session = listSessions(ai, options)[number]
	if not session then
		error(fail("session_gone", { session = word }), 0)
	end
	return session.id
end

--- A word of the server's, in the computer's font, that leaves room for others beside it.
local function short(word)
	return text.shorten(text.oneLine(word), 40)
end

--- What `--verbose` says of a reply: what is there.
local function showDetails(options, reply)
	if options.verbose == nil then
		return
	end
	local said = {}
	if reply.model ~= nil then
		said[#said + 1] = "model=" .. short(reply.model)
	end
	if reply.finish ~= nil then
		said[#said + 1] = "finish=" .. short(reply.finish)
	end
	if reply.tokens then
		said[#said + 1] = string.format("tokens=%.0f+%.0f", reply.tokens.input, reply.tokens.output)
	end
	said[#said + 1] = string.format("seconds=%.1f", reply.seconds)
	screen.remark("[ai] " .. table.concat(said, ", "))
end

local function tell(options, reply)
	screen.showAnswer(reply.text)
	if reply.finish == "length" then
		screen.remark("The answer was cut at the model's limit.")
	end
	showDetails(options, reply)
end

local function ask(ai, prompt, options)
	tell(
		options,
		wait(options, function()
			return ai.ask(prompt, options)
		end)
	)
end

--- What commands do, by their names.
local actions = {
	ask = ask,
	new = function(ai, prompt, options)
		if prompt == "" then
			wait(options, ai.newSession)
			screen.remark("Talking in a new session.")
		else
			options.newSession = true
			ask(ai, prompt, options)
		end
	end,
	ping = function(ai, _, options)
		local reply = wait(options, ai.ping)
		local isPong = string.find(string.lower(reply.text), "pong", 1, true)
		local seconds = string.format("%.2f", reply.seconds)
		screen.say((isPong == nil and reply.text or "pong") .. " (" .. seconds .. " s)")
		showDetails(options, reply)
	end,
	sessions = function(ai, _, options)
		local width = term.getSize()
		local sessions = listSessions(ai, options)
		if #sessions == 0 then
			screen.remark("No sessions yet. Start one: ai <prompt>")
		end
		local printRow = screen.pages()
		local digits = math.max(#tostring(#sessions), 2)
		for index, session in ipairs(sessions) do
			local age = text.ageText((os.epoch("utc") - session.updated) / 1000)
			local start =
				string.format("%s%" .. tostring(digits) .. "d ", session.current and "*" or " ", index)
			local room = math.max(width - #start - #age - 1, 0)
			local title = strings.ensure_width(text.cut(text.oneLine(session.title), room), room)
			if not printRow(function()
				return term.write(start .. title .. " " .. age)
			end) then
				break
			end
		end
	end,
	use = function(ai, prompt, options)
		if prompt == "" then
			refuse("Which session? A number of ai sessions, or an id")
		end
		local id = findSession(ai, options, prompt)
		screen.say("Talking in: " .. wait(options, function()
			return ai.useSession(id)
		end).title)
	end,
	abort = function(ai, _, options)
		local hasStopped = wait(options, function()
			return ai.abort(options.session, options)
		end)
		print(hasStopped and "Stopped." or "Nothing was running.")
	end,
	resume = function(ai, _, options)
		local reply
		repeat
			do
				reply = wait(options, ai.resume)
				screen.remark(reply.prompt == nil and "The last answer:" or "> " .. reply.prompt)
				tell(options, reply)
			end
		until not ((reply.remaining or 0) > 0)
	end,
	last = function(ai, _, options)
		tell(options, wait(options, ai.last))
	end,
	version = function()
		print("ai " .. "0.3.7")
	end,
	help = function(_, topic)
		local width = term.getSize()
		local isNarrow = width < 40 and topic == ""
		local isKnown
		local function explain(usage, purpose)
			print(isNarrow and usage or string.format("%-19s %s", usage, purpose))
			isKnown = true
		end
		for _Module, command in ipairs(commandLine.commands) do
			if topic == "" or topic == command[1] then
				explain("ai " .. command[2], command[3])
			end
		end
		for _Module, flag in ipairs(topic == "" and commandLine.flags or {}) do
			if isNarrow then
				write("--" .. flag[1] .. " ")
			else
				explain("--" .. flag[1] .. " " .. flag[2], flag[3])
			end
		end
		if isNarrow then
			print()
		end
		if not isKnown then
			refuse("There is no command " .. topic)
		end
	end,
}

--- Does what a command line says. Raises failures.
local function perform(line, ai)
	local options = line.flags
	local timeout = options.timeout
	local session = options.session
	if line.problem ~= nil then
		refuse(line.problem)
	end
	options.idleTimeout = tonumber(timeout or "")
	if timeout ~= nil and not ((options.idleTimeout or 0) > 0) then
		refuse("--timeout takes a number of seconds above 0")
	end
	if session ~= nil and line.command == "new" then
		refuse("ai new takes no --session")
	end
	if session ~= nil then
		options.session = findSession(ai, options, session)
	end
	actions[line.command](ai, table.concat(line.words, " "), options)
end

--- Does what a command line says.
--
-- @param words the words after the program's name
-- @param ai what it works with, see /apis/libai
-- @returns whether it succeeded; why not has been shown
function M.run(words, ai)
	local ok, problem = pcall(perform, commandLine.parse(words), ai)
	if ok then
		return true
	end
	if type(problem) ~= "table" then
		error(problem, 0)
	end
	screen.showFailure(problem)
	return false
end

return M
