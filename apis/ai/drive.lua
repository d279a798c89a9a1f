-- Drives turns: performs what they ask for, and tells how far they are.

local outcome = require("/apis/trapos/failure").outcome
local oneLine = require("/apis/trapos/utf8").oneLine
local asking = require("/apis/ai/asking")
local copy = require("/apis/ai/copy").copy
local fail = require("/apis/ai/failure").fail
local textOf = require("/apis/ai/messages").textOf
local withoutReasoning = require("/apis/ai/markdown/reasoning").withoutReasoning
local memory = require("/apis/ai/session")
local stopping = require("/apis/ai/stop")
local toolNews = require("/apis/ai/toolcalls").toolNews
local turn = require("/apis/ai/turn")

local M = {}

--- The most characters of what progress tells.
local LONGEST_MESSAGE = 160

--- Tells whoever waits how far it is.
function M.tell(options, progress)
	if options.onProgress ~= nil then
		options.onProgress(progress)
	end
end

--- Performs what a machine asks for, but for sending a prompt.
local function perform(server, place, action)
	local face = server.face
	local id = place.sessionId
	local directory = place.directory
	local kind = action.kind
	if kind == "wait" then
		return server.sleep(action.seconds)
	end
	if kind == "last" or kind == "beginning" then
		return face.getMessages(server, id, action.limit)
	end
	if kind == "recent" then
		return face.getMessages(server, id, action.limit, action.after)
	end
	if kind == "reason" then
		return face.getReason(server, id)
	end
	if kind == "message" then
		return face.getMessage(server, id, action.id)
	end
	if kind == "answerPermission" then
		return face.answerPermission(server, action.id, action.reply, action.message, directory)
	end
	if kind == "answerQuestion" then
		return face.answerQuestion(server, action.id, action.answers, directory)
	end
	if kind == "rejectQuestion" then
		return face.rejectQuestion(server, action.id, directory)
	end
	if kind == "session" then
		return face.getSession(server, id)
	end
	if kind == "parent" then
		return face.getSession(server, action.id)
	end
	if kind == "mcp" then
		return face.waitUntilLoaded(server, "mcp", directory)
	end
	if kind == "load" then
		return face.waitUntilLoaded(server, action.what, directory)
	end
	if kind == "abort" then
		return face.abortSession(server, id)
	end
	return face.readList(server, kind, directory, id)
end

--- Sends a turn's prompt.
local function send(server, record)
	local ok, failure = outcome(function()
		server.face.sendPrompt(server, record.sessionId, record)
	end)
	if ok or failure.code ~= "other_opencode" then
		server.learned.hasSent = true
	end
	if not ok then
		error(failure, 0)
	end
end

--- Writes a turn down whose prompt is about to be sent. It goes on without where the disk is full.
local function writeDown(server, record, options)
	if not memory.recordTurn(server.disk, record) then
		M.tell(options, { phase = "not recorded", seconds = 0 })
	end
end

--- What a turn's steps say, without what the model only thought.
function M.answerOf(steps)
	local texts = {}
	for _, step in ipairs(steps) do
		-- By steps: what is not closed in one of them does not swallow the next.
		local text = withoutReasoning(textOf({ step }))
		if (string.find(text, "%S")) ~= nil then
			texts[#texts + 1] = text
		end
	end
	return table.concat(texts, "\n\n")
end

--- An answer as programs get it.
--
-- @param steps the turn's messages as the server has them, at least one
-- @param record the session, when the prompt was sent (epoch milliseconds), and the prompt where it is to be shown again
function M.replyOf(server, steps, record)
	local info = steps[#steps].info
	return {
		text = M.answerOf(steps),
		sessionId = record.sessionId,
		messageId = info.id,
		model = info.modelID ~= nil and tostring(info.providerID) .. "/" .. info.modelID or nil,
		agent = info.agent,
		finish = info.finish,
		tokens = info.tokens,
		cost = info.cost,
		seconds = (server.now() - record.sentAt) / 1000,
		prompt = record.text,
	}
end

--- Shortens the path of a file in a folder.
local function relativeTo(directory)
	local start = string.sub(directory, -1) == "/" and directory or directory .. "/"
	return function(file)
		return string.sub(file, 1, #start) == start and string.sub(file, #start + 1) or file
	end
end

--- Tells of tool calls that have begun or ended.
local function tellTools(options, told, steps, directory)
	if options.onTool == nil then
		return
	end
	for _, call in ipairs(toolNews(told, steps, relativeTo(directory))) do
		options.onTool(call)
	end
end

--- Tells how far a turn is. What a line of it shows may be a text of any length.
local function tellProgress(server, options, state)
	local progress = turn.progress(state, server.now())
	if progress.message ~= nil then
		progress.message = oneLine(progress.message, LONGEST_MESSAGE)
	end
	M.tell(options, progress)
end

--- Has something decided that a turn waits for, and tells how.
local function ask(server, record, options, asked)
	local result = asking.decide(server, record, asked, options)
	local seconds = (server.now() - record.sentAt) / 1000
	M.tell(options, {
		phase = result.phase,
		seconds = seconds,
		message = asking.subjectOf(asked),
	})
	return result
end

--- Performs all that a turn asks for, until it has ended.
local function pollTurn(server, record, options, resumed)
	local idleTimeout = options.idleTimeout or server.settings.poll_timeout_seconds
	local state = turn.start(record, idleTimeout, resumed, options.onTool ~= nil)
	local observation = {
		kind = "begin",
		now = server.now(),
	}
	local told = {}
	local raised
	while true do
		do
			local __continue39
			repeat
				local next = turn.step(state, observation)
				local action = next.action
				state = next.state

				-- What was asked is not left open by a program that has failed.
				if raised ~= nil and state.answer == nil then
					error(raised, 0)
				end
				tellTools(options, told, state.shown, record.directory)
				if options.log ~= nil and observation.kind == "last" and state.polls > 0 then
					options.log(turn.describePoll(state, #observation.value))
				end
				if action.kind == "done" or action.kind == "fail" then
					return action
				end
				if action.kind == "wait" or action.kind == "ask" then
					tellProgress(server, options, state)
				end
				if action.kind == "send" then
					record.sent = true
					record.baselineId = state.baselineId
					record.sentAt = server.now()
					writeDown(server, record, options)
				end
				if action.kind == "ask" then
					local result = ask(server, record, options, action)
					raised = result.raised
					observation = {
						kind = "ask",
						value = result.decision,
						now = server.now(),
					}
					__continue39 = true
					break
				end
				local ok, value = outcome(function()
					if action.kind == "send" then
						return send(server, record)
					end
					return perform(server, record, action)
				end)
				observation = {
					kind = ok and action.kind or "failed",
					request = action.kind,
					value = value,
					now = server.now(),
				}
				__continue39 = true
			until true
			if not __continue39 then
				break
			end
		end
	end
end

--- Runs a turn to its end, and makes of that what the caller gets.
local function carryOut(server, record, options, resumed)
	local runTurn = server.face.runTurn or pollTurn
	local endModule = runTurn(server, record, options, resumed, function()
		writeDown(server, record, options)
	end)
	if endModule.kind == "done" then
		memory.forgetTurn(server.disk, record.nonce)
		local reply = M.replyOf(server, endModule.steps, record)
		if reply.text == "" then
			error(fail("empty_reply"), 0)
		end
		return reply
	end
	if not endModule.pending then
		memory.forgetTurn(server.disk, record.nonce)
	end
	local isTimeout = endModule.code == "no_progress" or endModule.code == "slow_start"
	if isTimeout and server.settings.reset_session_on_timeout == "true" then
		memory.rememberSession(server, nil)
	end
	local written = endModule.text ~= nil and withoutReasoning(endModule.text) or nil
	local failure = endModule.failure
	error(failure or fail(endModule.code, endModule.detail, written), 0)
end

--- Stops what a session does. Raises nothing but Ctrl+T.
--
-- @param server what one call works with
-- @param from the session, and our turn where it is one
-- @param directory the session's
-- @returns how it ended, and why where it failed
function M.stop(server, from, directory)
	local stopSession = server.face.stopSession
	if stopSession ~= nil then
		local ok, endModule = outcome(function()
			return stopSession(server, from.sessionId)
		end)
		return ok and endModule or { outcome = "failed", failure = endModule }
	end
	local dialect = server.face.dialect(server)
	local state = stopping.start(copy({ dialect = dialect }, copy(from, {})))
	local observation = {
		kind = "begin",
		now = server.now(),
	}
	while true do
		local next = stopping.step(state, observation)
		local action = next.action
		state = next.state
		if action.kind == "end" then
			return { outcome = action.outcome, failure = action.failure }
		end
		local ok, value = outcome(function()
			return perform(server, { sessionId = from.sessionId, directory = directory }, action)
		end)
		observation = {
			kind = ok and action.kind or "failed",
			request = action.kind,
			value = value,
			now = server.now(),
		}
	end
end

--- What is said of a turn that Ctrl+T did not stop.
local REASONS = { starting = "opencode is still starting it", failed = "opencode does not say that it did" }

--- Stops a turn after Ctrl+T. A second Ctrl+T leaves it as it is; then, too, `ai resume` finds its answer later.
local function stopTurn(server, record, options)
	M.tell(options, { phase = "stopping", seconds = 0 })
	local start = { sessionId = record.sessionId, baselineId = record.baselineId, isOurs = true }
	local ok, endModule = pcall(M.stop, server, start, record.directory)
	local how = ok and endModule.outcome or "failed"
	if how == "stopped" then
		memory.forgetTurn(server.disk, record.nonce)
	end
	if how == "ended" then
		M.tell(options, { phase = "ended", seconds = 0 })
	elseif not ok then
		M.tell(options, { phase = "stopped", seconds = 0, message = "you did not wait" })
	else
		local failure = endModule.failure
		local message = REASONS[how]
		if failure then
			message = failure.message
		end
		M.tell(options, { phase = "stopped", seconds = 0, message = message })
	end
end

--- Drives a turn to its end. Raises its failure; Ctrl+T stops it on the server, too, before it goes on to the caller.
--
-- @param server what one call works with
-- @param record the turn, on the disk from before its prompt is sent until its answer is here or can never come
-- @param options who is told of progress, and how long to wait without any
-- @param resumed true for a turn whose prompt was sent before
function M.drive(server, record, options, resumed)
	local ok, reply = pcall(carryOut, server, record, options, resumed)
	if ok then
		return reply
	end
	if reply == "Terminated" and record.sent == true then
		stopTurn(server, record, options)
	end
	return error(reply, 0)
end

return M
