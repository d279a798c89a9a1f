--- `ai`.
local commandLine = require("/apis/ai/arguments")
local fail = require("/apis/ai/failure").fail
local screen = require("/apis/ai/screen")
local text = require("/apis/ai/text")
local createAi = require("/apis/libai")
local line = commandLine.parse({...})
local ai = createAi()
local prompt = table.concat(line.words, " ")

local function stop(failure)
	screen.showFailure(failure)
	error("", 0)
end

local given = line.flags
local options = {session = given.session, model = given.model, agent = given.agent}

local function wait(call)
	local ok = false
	local value
	screen.withSpinner(function(reporter)
		options.onProgress = reporter.onProgress
		if given.verbose then options.log = function(poll) reporter.log("[ai] " .. poll) end end
		ok, value = call(options)
	end)
	if not ok then stop(value) end
	return value
end

local function refuse(what) return stop(fail("bad_argument", {what = what})) end

local listSessions = ai.listSessions

local function findSession(word)
	local number = tonumber(word)
	if not number then return word end
	local session = wait(listSessions)[number]
	return session and session.id or stop(fail("session_gone", {session = word}))
end

local function showDetails(reply)
	if not given.verbose then return end
	local used = reply.tokens
	local tokens = used and ", tokens=" .. tostring(used.input) .. "+" .. tostring(used.output) or ""
	screen.remark(
		"[ai] model=" .. tostring(reply.model) .. ", finish=" .. tostring(reply.finish) .. tokens
			.. ", seconds=" .. reply.seconds
	)
end

local function tell(reply)
	screen.showAnswer(reply.text)
	if reply.finish == "length" then screen.remark("The answer was cut at the model's limit.") end
	showDetails(reply)
end

local function showSessions(sessions)
	local width, height = term.getSize()
	if #sessions == 0 then screen.remark("No sessions yet. Start one: ai <prompt>") end
	for index, session in ipairs(sessions) do
		if index > height - 2 then break end
		local age = text.ageText((os.epoch("utc") - session.updated) / 1000)
		local start = string.format("%s%2d ", session.current and "*" or " ", index)
		local room = width - #start - #age - 1
		print(string.format(start .. "%-" .. room .. "s " .. age, text.cut(text.fold(session.title), room)))
	end
end

local function help()
	local width = term.getSize()
	local function explain(usage, purpose)
		return print(width < 40 and prompt == "" and usage or string.format("%-19s %s", usage, purpose))
	end
	for _, command in ipairs(commandLine.commands) do
		if prompt == "" or prompt == command[1] then explain("ai " .. command[2], command[3]) end
	end
	for _, flag in ipairs(prompt == "" and commandLine.flags or {}) do
		explain("--" .. flag[1] .. " " .. flag[2], flag[3])
	end
end

if line.problem then refuse(line.problem) end
local timeout = given.timeout
options.idleTimeout = tonumber(timeout or "")
if timeout and not ((options.idleTimeout or 0) > 0) then refuse("--timeout takes a number of seconds") end
if options.session then options.session = findSession(options.session) end
local command = line.command

local function ask() tell(wait(function() return ai.ask(prompt, options) end)) end

if command == "ask" then
	ask()
elseif command == "new" then
	options.session = wait(ai.newSession).id
	if prompt == "" then screen.remark("Talking in a new session.") else ask() end
elseif command == "ping" then
	local reply = wait(ai.ping)
	local isPong = reply.text:lower():find("pong", 1, true)
	print(string.format("%s (%.2f s)", isPong and "pong" or text.fold(reply.text), reply.seconds))
	showDetails(reply)
elseif command == "sessions" then
	showSessions(wait(listSessions))
elseif command == "use" then
	if prompt == "" then refuse("Which session? A number of ai sessions, or an id") end
	local id = findSession(prompt)
	print("Talking in: " .. text.fold(wait(function() return ai.useSession(id) end).title))
elseif command == "abort" then
	print(wait(function() return ai.abort(options.session) end) and "Stopped." or "Nothing was running.")
elseif command == "resume" then
	local reply
	repeat
		reply = wait(ai.resume)
		screen.remark(reply.prompt and "> " .. reply.prompt or "The last answer:")
		tell(reply)
	until not ((reply.remaining or 0) > 0)
elseif command == "version" then
	print("ai " .. "0.2.3")
else
	help()
end
