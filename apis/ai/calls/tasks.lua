-- Calls that take longer than a request may: commands of opencode's configuration, its shell, a session's summary.

local outcome = require("/apis/trapos/failure").outcome
local nearest = require("/apis/trapos/nearest").nearest
local toUtf8 = require("/apis/trapos/utf8").toUtf8
local driveModule = require("/apis/ai/drive")
local drive, stop, tell = driveModule.drive, driveModule.stop, driveModule.tell
local fail = require("/apis/ai/failure").fail
local isComplete = require("/apis/ai/messages").isComplete
local sightOf = require("/apis/ai/turn/state").sightOf
local recordTurn = require("/apis/ai/session").recordTurn
local choices = require("/apis/ai/calls/choices")
local commands, modelOf = choices.commands, choices.modelOf

local M = {}

--- Seconds between two looks.
local LOOK_SECONDS = 0.3

--- How long it may take until what was begun shows among the messages.
local START_MILLISECONDS = 10000

--- How many messages are looked at: what was begun, and what it began with.
local NEWEST = 4

--- Milliseconds between two looks at whether the session works, and how often it has to be seen idle.
local STATUS_MILLISECONDS = 2000
local IDLE_LOOKS = 3

--- The id of the newest message of a session.
local function newestId(client, id)
	local last = client.face.getMessages(client, id, 1)[1]
	return last and last.info.id
end

--- Whether a session is known to do nothing.
local function isIdle(client, session)
	local isKnown, statuses = outcome(function()
		return client.face.readList(client, "status", session.directory)
	end)
	if not isKnown then
		return false
	end
	local status = statuses[session.id]
	return status == nil or status.type == "idle"
end

--- Looks again and again until something is found. Fails where nothing works at it any more.
local function look(client, session, options, search)
	local start = client.now()
	local sight = ""
	local changedAt = start

	-- What has just begun may not show yet.
	local statusAt = start + START_MILLISECONDS
	local idleLooks = 0
	while true do
		local now = client.now()
		tell(options, { phase = search.phase, seconds = (now - start) / 1000 })
		local messages = client.face.getMessages(client, session.id, search.limit)
		local value = search.find(messages, now - start)
		if value ~= nil then
			return value
		end
		local last = messages[#messages]
		local seen = last and sightOf(last) or ""
		if seen ~= sight then
			sight = seen
			changedAt = now
			idleLooks = 0
		end
		if now - statusAt >= STATUS_MILLISECONDS then
			statusAt = now
			idleLooks = isIdle(client, session) and idleLooks + 1 or 0
			if idleLooks >= IDLE_LOOKS then
				error(fail("interrupted"), 0)
			end
		end
		local patience = search.patience
		if patience ~= nil and now - changedAt >= patience then
			error(fail("no_progress", { seconds = patience / 1000 }), 0)
		end
		client.sleep(LOOK_SECONDS)
	end
end

--- The same; Ctrl+T is raised after what runs was stopped.
local function lookFor(client, session, options, search)
	local ok, found = pcall(function()
		return look(client, session, options, search)
	end)
	if ok then
		return found
	end
	if found == "Terminated" then
		tell(options, { phase = "stopping", seconds = 0 })
		local isAsked = pcall(stop, client, { sessionId = session.id, isOurs = false }, nil)
		tell(options, { phase = "stopped", seconds = 0, message = not isAsked and "you did not wait" or nil })
	end
	return error(found, 0)
end

--- What came after a message; all where that is not among them.
local function after(messages, baselineId)
	local newer = {}
	for _, message in ipairs(messages) do
		if message.info.id == baselineId then
			newer = {}
		else
			newer[#newer + 1] = message
		end
	end
	return newer
end

--- The prompt that opencode made of a command, which is the first message of a user's behind another.
local function promptOf(messages, baselineId)
	for _, message in ipairs(after(messages, baselineId)) do
		if message.info.role == "user" then
			return message
		end
	end
	return nil
end

--- Fails where the session works on something.
local function refuseBusy(client, id, directory)
	local status = client.face.readList(client, "status", directory)[id]
	if status ~= nil and status.type ~= "idle" then
		error(fail("works_now"), 0)
	end
end

--- Runs a command of opencode's configuration. opencode makes a prompt of it whose id tells the turn, as it can carry
-- no nonce of ours.
function M.runCommand(client, session, call, options)
	local name = call.name
	local names = {}
	local isKnown = false
	for _, command in ipairs(commands(client)) do
		table.insert(names, command.name)
		if command.name == name then
			isKnown = true
		end
	end
	if not isKnown then
		error(
			fail("unknown_command", {
				wanted = name,
				known = nearest(name, names),
			}),
			0
		)
	end
	refuseBusy(client, session.id, session.directory)

	-- Not before it is known that there is such a command: it makes an undo one for good.
	client.face.beforePrompt(client, session, call)
	local baselineId = newestId(client, session.id)
	local sentAt = client.now()
	client.face.startCommand(client, session.id, call)
	local prompt = lookFor(client, session, options, {
		phase = "sent",
		limit = NEWEST,
		find = function(messages, waited)
			local found = promptOf(messages, baselineId)
			if found == nil and waited > START_MILLISECONDS then
				error(fail("never_started", { why = "" }), 0)
			end
			return found
		end,
	})
	local record = {
		nonce = prompt.info.id,
		sessionId = session.id,
		directory = session.directory,
		text = "/" .. name .. " " .. call.arguments,
		sentAt = sentAt,
		baselineId = baselineId,
		sent = true,
		dialect = client.face.dialect(client),
	}
	recordTurn(client.disk, record)
	return drive(client, record, options, true)
end

--- The tool call that a line of the shell shows as.
local function shellCall(message)
	for _, part in ipairs(message and message.parts or {}) do
		if part.type == "tool" then
			return part
		end
	end
	return nil
end

--- Runs a line of the server's shell in the session's folder, and waits for its end.
function M.shell(client, session, line, options)
	refuseBusy(client, session.id, session.directory)
	local baselineId = newestId(client, session.id)
	local start = client.now()
	local agent = client.settings.agent or session.agent or "build"
	client.face.startShell(client, session.id, agent, toUtf8(line))
	return lookFor(client, session, options, {
		phase = "shell",
		limit = NEWEST,
		find = function(messages, waited)
			local message
			for _, newer in ipairs(after(messages, baselineId)) do
				if shellCall(newer) then
					message = newer
				end
			end
			local call = shellCall(message)
			if call == nil and waited > START_MILLISECONDS then
				error(fail("never_started", { why = "" }), 0)
			end
			if call == nil or not isComplete(message) then
				return nil
			end
			local output = call.state and call.state.output
			return {
				output = output or "",
				seconds = (client.now() - start) / 1000,
			}
		end,
	})
end

--- Has a summary written that takes the place of what was said.
function M.compact(client, session, options)
	refuseBusy(client, session.id, session.directory)

	-- opencode 2 asks the session's.
	local isOwn = client.face.dialect(client) == 2
	local model = isOwn and "" or modelOf(client, session)
	if model == nil then
		error(fail("no_model"), 0)
	end
	local baselineId = newestId(client, session.id)
	client.face.startCompacting(client, session.id, model)
	local idleTimeout = options.idleTimeout or client.settings.poll_timeout_seconds
	local summary = lookFor(client, session, options, {
		phase = "compacting",
		limit = NEWEST,
		patience = idleTimeout * 1000,
		find = function(messages, waited)
			local newer = after(messages, baselineId)
			for _, message in ipairs(newer) do
				local isSummary = message.info.role == "assistant" and message.info.summary == true
				if isSummary and isComplete(message) then
					return message
				end
			end
			if #newer == 0 and waited > START_MILLISECONDS then
				error(fail("never_started", { why = "" }), 0)
			end
			return nil
		end,
	})
	local problem = summary.info.error
	if problem ~= nil then
		error(
			fail("model_error", { what = problem.data and problem.data.message or problem.name, status = "" }),
			0
		)
	end
	return nil
end

return M
