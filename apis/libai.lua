--- The client of an opencode server for programs.
local fail = require("/apis/ai/failure").fail
local opencode = require("/apis/ai/opencode")
local memory = require("/apis/ai/session")
local readSettings = require("/apis/ai/settings").readSettings
local turn = require("/apis/ai/turn")
local sendOverHttp = require("/apis/http").send
local PING = "Reply with the single word: pong"

local function toUtf8(text)
	if type(utf8.len(text)) == "number" then return text end
	return (text:gsub("[^\1-\127]", function(char) return utf8.char(char:byte()) end))
end

local function need(act, ...)
	local ok, value = act(...)
	if not ok then error(value, 0) end
	return value
end

local function raise(code, detail) error(fail(code, detail), 0) end

local function tell(options, progress)
	if options.onProgress then options.onProgress(progress) end
end

local function remember(server, id)
	server.settings.session_id = id
	memory.rememberSession(server.store, server.disk, id)
end

local function summarise(server, session)
	return {
		id = session.id,
		title = session.title,
		created = session.time.created,
		updated = session.time.updated,
		current = session.id == server.settings.session_id
	}
end

local function createSession(server, title)
	local name = os.getComputerLabel() or "computer " .. os.getComputerID()
	local session = need(opencode.createSession, server, title or "ComputerCraft: " .. toUtf8(name))
	remember(server, session.id)
	return session
end

local function openSession(server, options)
	local id = options.session or server.settings.session_id
	if not id then return createSession(server) end
	local ok, session = opencode.getSession(server, id)
	if ok then return session end
	if session.code ~= "session_gone" or options.session then error(session, 0) end
	local created = createSession(server)
	tell(options, {phase = "new session", seconds = 0, message = id})
	return created
end

local function perform(server, record, action)
	local id = record.sessionId
	local kind = action.kind
	if kind == "wait" then
		server.sleep(action.seconds)
		return true, nil
	end
	if kind == "send" then
		memory.recordTurn(server.disk, record)
		return opencode.sendPrompt(server, id, record)
	end
	if kind == "last" or kind == "recent" then return opencode.getMessages(server, id, action.limit or 1) end
	if kind == "parent" then return opencode.getMessage(server, id, action.id) end
	return opencode.readList(server, kind, record.directory)
end

local function replyOf(server, message, text, record)
	local info = message.info
	return {
		text = text,
		sessionId = record.sessionId,
		messageId = info.id,
		model = info.modelID and tostring(info.providerID) .. "/" .. info.modelID or nil,
		agent = info.agent,
		finish = info.finish,
		tokens = info.tokens,
		cost = info.cost,
		seconds = (server.now() - record.sentAt) / 1000,
		prompt = record.text
	}
end

local function drive(server, record, options, resumed)
	local settings = server.settings
	local state = turn.start(record, options.idleTimeout or settings.poll_timeout_seconds, resumed)
	local observation = {kind = "begin", now = server.now()}
	while true do
		local next = turn.step(state, observation)
		local action = next.action
		state = next.state
		if options.log and observation.kind == "last" and state.polls > 0 then
			options.log(turn.describePoll(state, #observation.value))
		end
		if action.kind == "done" then
			memory.forgetTurn(server.disk, record.nonce)
			return replyOf(server, action.message, action.text, record)
		end
		if action.kind == "fail" then
			if not action.pending then memory.forgetTurn(server.disk, record.nonce) end
			if action.code == "no_progress" and settings.reset_session_on_timeout == "true" then
				remember(server, nil)
			end
			error(action.failure or fail(action.code, action.detail, action.text), 0)
		end
		if action.kind == "wait" then tell(options, turn.progress(state, server.now())) end
		if action.kind == "send" then
			record.sent = true
			record.baselineId = state.baselineId
			record.sentAt = server.now()
		end
		local ok, value = perform(server, record, action)
		observation = {
			kind = ok and action.kind or "failed",
			request = action.kind,
			value = value,
			now = server.now()
		}
	end
end

local function run(server, record, options, resumed)
	local ok, reply = pcall(drive, server, record, options, resumed)
	if ok then return reply end
	if reply == "Terminated" and record.sent == true then
		tell(options, {phase = "stopping", seconds = 0})
		server.raw = true
		local stopped, problem = opencode.abortSession(server, record.sessionId)
		if stopped then memory.forgetTurn(server.disk, record.nonce) end
		tell(options, {phase = "stopped", seconds = 0, message = not stopped and problem.message or nil})
	end
	return error(reply, 0)
end

local function ask(server, prompt, given)
	local options = given or {}
	local values = server.settings
	local model = options.model or values.model
	if type(prompt) ~= "string" or not prompt:find("%S") then raise("empty_prompt") end
	if model and not tostring(model):find("^[^/]+/.") then
		raise("bad_argument", {what = "The model " .. model .. " is not of the form provider/model"})
	end
	local session = openSession(server, options)
	local record = {
		nonce = string.format("%d-%.0f-%d", os.getComputerID(), server.now(), math.random(1, 999999)),
		sessionId = session.id,
		directory = session.directory,
		text = toUtf8(prompt),
		sentAt = server.now(),
		model = model,
		agent = options.agent or values.agent,
		variant = options.variant or values.variant,
		system = options.system
	}
	return run(server, record, options, false)
end

local function lastReply(server)
	local sessionId = server.settings.session_id or raise("nothing_to_resume")
	local reply
	for _, message in ipairs(need(opencode.getMessages, server, sessionId, 10)) do
		local info = message.info
		local text = turn.messageText(message)
		if info.role == "assistant" and text ~= "" then
			reply = replyOf(server, message, text, {sessionId = sessionId, sentAt = info.time.created})
		end
	end
	return reply or raise("nothing_to_resume")
end

local functions = {
	ask = ask,
	ping = function(server, options) return ask(server, PING, options) end,
	health = function(server)
		local start = server.now()
		local version = need(opencode.health, server).version
		return {version = version, seconds = (server.now() - start) / 1000}
	end,
	listSessions = function(server, options)
		local summaries = {}
		local wanted = options or {}
		for _, session in ipairs(need(opencode.listSessions, server, wanted.limit, wanted.search)) do
			summaries[#summaries + 1] = summarise(server, session)
		end
		return summaries
	end,
	newSession = function(server, options)
		return summarise(server, createSession(server, options and options.title))
	end,
	useSession = function(server, id)
		local session = need(opencode.getSession, server, id)
		remember(server, session.id)
		return summarise(server, session)
	end,
	currentSession = function(server) return server.settings.session_id end,
	clearSession = function(server)
		remember(server, nil)
		return nil
	end,
	abort = function(server, session)
		local id = session or server.settings.session_id or raise("no_session")
		local directory = need(opencode.getSession, server, id).directory
		local statuses = need(opencode.readList, server, "status", directory)
		need(opencode.abortSession, server, id)
		for _, record in ipairs(memory.pendingTurns(server.disk)) do
			if record.sessionId == id then memory.forgetTurn(server.disk, record.nonce) end
		end
		return statuses[id] ~= nil
	end,
	resume = function(server, options)
		local records = memory.pendingTurns(server.disk)
		local record = records[1]
		if not record then return lastReply(server) end
		local reply = run(server, record, options or {}, true)
		reply.remaining = #records - 1
		return reply
	end
}

--- Makes a client. Settings are read anew by each call.
-- @param environment stand-ins for what the computer provides, for tests
-- @return its functions
local function createAi(environment)
	local given = environment or {}
	local store = given.settings or settings
	local ai = {}
	for name, act in pairs(functions) do
		ai[name] = function(first, second)
			local ok, value = pcall(function()
				local server = {
					settings = need(readSettings, store),
					store = store,
					disk = given.fs or fs,
					send = given.send or sendOverHttp,
					now = given.now or function() return os.epoch("utc") end,
					sleep = given.sleep or sleep
				}
				return act(server, first, second)
			end)
			if ok or type(value) == "table" and value.code then return ok, value end
			if value == "Terminated" then error(value, 0) end
			return false, fail("internal_error", {what = value})
		end
	end
	return ai
end

return createAi
