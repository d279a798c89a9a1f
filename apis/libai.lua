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

--- Makes a client. Settings are read anew by each call.
-- @param environment stand-ins for what the computer provides, for tests
-- @return its functions
local function createAi(environment)
	local given = environment or {}
	local store = given.settings or settings
	local disk = given.fs or fs
	local now = given.now or function() return os.epoch("utc") end
	local pause = given.sleep or sleep
	local function connected(act)
		return function(argument)
			local ok, first, second = pcall(function()
				local valid, value = readSettings(store)
				if not valid then return false, value end
				return act({settings = value, send = given.send or sendOverHttp}, argument)
			end)
			if ok then return first, second end
			if first == "Terminated" then error(first, 0) end
			return false, fail("internal_error", {what = first})
		end
	end
	local function summarise(session, current)
		local id = session.id
		local time = session.time
		return {
			id = id,
			title = session.title,
			created = time.created,
			updated = time.updated,
			current = id == current
		}
	end
	local function createSession(server, title)
		local label = os.getComputerLabel()
		local name = not label and "computer " .. os.getComputerID() or label
		local ok, session = opencode.createSession(server, title or "ComputerCraft: " .. toUtf8(name))
		if ok then memory.rememberSession(store, disk, session.id) end
		return ok, session
	end
	local function openSession(server, options)
		local id = options.session or server.settings.sessionId
		if not id then return createSession(server) end
		local ok, session = opencode.getSession(server, id)
		if ok then return true, session end
		if session.code ~= "session_gone" or options.session then return false, session end
		local created, fresh = createSession(server)
		if created and options.onProgress then
			options.onProgress({phase = "new session", seconds = 0, message = id})
		end
		return created, fresh
	end
	local function perform(server, record, action)
		local id = record.sessionId
		local kind = action.kind
		if kind == "wait" then
			pause(action.seconds)
			return true, nil
		end
		if kind == "send" then
			memory.recordTurn(disk, record)
			return opencode.sendPrompt(server, id, record)
		end
		if kind == "last" then return opencode.getMessages(server, id, 1) end
		if kind == "recent" then return opencode.getMessages(server, id, action.limit) end
		if kind == "parent" then return opencode.getMessage(server, id, action.id) end
		return opencode.readList(server, kind, record.directory)
	end
	local function replyOf(message, text, record)
		local info = message.info
		local reply = {
			text = text,
			sessionId = record.sessionId,
			messageId = info.id,
			agent = info.agent,
			finish = info.finish,
			tokens = info.tokens,
			cost = info.cost,
			seconds = (now() - record.sentAt) / 1000,
			prompt = record.text
		}
		if info.modelID then reply.model = tostring(info.providerID) .. "/" .. info.modelID end
		return reply
	end
	local function drive(server, record, options, resumed)
		local nonce = record.nonce
		local state = turn.start(record, options.idleTimeout or server.settings.pollTimeout, resumed)
		local observation = {kind = "begin", now = now()}
		while true do
			local next = turn.step(state, observation)
			local action = next.action
			state = next.state
			if options.log and observation.kind == "last" and state.polls > 0 then
				options.log(turn.describePoll(state, #observation.value))
			end
			if action.kind == "done" then
				memory.forgetTurn(disk, nonce)
				return true, replyOf(action.message, action.text, record)
			end
			if action.kind == "fail" then
				if not action.pending then memory.forgetTurn(disk, nonce) end
				if action.code == "no_progress" and server.settings.resetSessionOnTimeout then
					memory.rememberSession(store, disk, nil)
				end
				local failure = action.failure
				return false, failure or fail(action.code, action.detail, action.text)
			end
			if action.kind == "wait" and options.onProgress then
				options.onProgress(turn.progress(state, now()))
			end
			if action.kind == "send" then
				record.sent = true
				record.baselineId = state.baselineId
				record.sentAt = now()
			end
			local ok, value = perform(server, record, action)
			local kind = ok and action.kind or "failed"
			observation = {kind = kind, request = action.kind, value = value, now = now()}
		end
	end
	local function run(server, record, options, resumed)
		local ok, first, second = pcall(function() return drive(server, record, options, resumed) end)
		if ok then return first, second end
		if first == "Terminated" and record.sent == true then
			local tell = options.onProgress or function() end
			tell({phase = "stopping", seconds = 0})
			local stubborn = {settings = server.settings, send = server.send, raw = true}
			local stopped, problem = opencode.abortSession(stubborn, record.sessionId)
			if stopped then memory.forgetTurn(disk, record.nonce) end
			tell({phase = "stopped", seconds = 0, message = not stopped and problem.message or nil})
		end
		return error(first, 0)
	end
	local function ask(server, prompt, options)
		local values = server.settings
		local model = options.model or values.model
		if type(prompt) ~= "string" or not prompt:find("%S") then return false, fail("empty_prompt") end
		if model and not model:find("^[^/]+/.") then
			local what = "The model " .. model .. " is not of the form provider/model"
			return false, fail("bad_argument", {what = what})
		end
		local opened, session = openSession(server, options)
		if not opened then return false, session end
		local record = {
			nonce = string.format("%d-%.0f-%d", os.getComputerID(), now(), math.random(1, 999999)),
			sessionId = session.id,
			directory = session.directory,
			text = toUtf8(prompt),
			sentAt = now(),
			model = model,
			agent = options.agent or values.agent,
			variant = options.variant or values.variant,
			system = options.system
		}
		return run(server, record, options, false)
	end
	local function lastReply(server)
		local sessionId = server.settings.sessionId
		if not sessionId then return false, fail("nothing_to_resume") end
		local ok, messages = opencode.getMessages(server, sessionId, 10)
		if not ok then return false, messages end
		local reply
		for _, message in ipairs(messages) do
			local text = turn.messageText(message)
			if message.info.role == "assistant" and text ~= "" then
				reply = replyOf(message, text, {sessionId = sessionId, sentAt = message.info.time.created})
			end
		end
		if not reply then return false, fail("nothing_to_resume") end
		return true, reply
	end
	return {
		ask = function(prompt, options)
			return connected(function(server, text) return ask(server, text, options or {}) end)(prompt)
		end,
		ping = connected(function(server, options) return ask(server, PING, options or {}) end),
		health = connected(function(server)
			local start = now()
			local ok, value = opencode.health(server)
			if not ok then return false, value end
			return true, {version = value.version, seconds = (now() - start) / 1000}
		end),
		listSessions = connected(function(server, options)
			local ok, sessions = opencode.listSessions(
				server,
				options and options.limit,
				options and options.search
			)
			if not ok then return false, sessions end
			local summaries = {}
			for _, session in ipairs(sessions) do
				summaries[#summaries + 1] = summarise(session, server.settings.sessionId)
			end
			return true, summaries
		end),
		newSession = connected(function(server, options)
			local ok, session = createSession(server, options and options.title)
			if not ok then return false, session end
			return true, summarise(session, session.id)
		end),
		useSession = connected(function(server, id)
			local ok, session = opencode.getSession(server, tostring(id))
			if not ok then return false, session end
			memory.rememberSession(store, disk, session.id)
			return true, summarise(session, session.id)
		end),
		currentSession = connected(function(server) return true, server.settings.sessionId end),
		clearSession = connected(function()
			memory.rememberSession(store, disk, nil)
			return true, nil
		end),
		abort = connected(function(server, session)
			local id = session or server.settings.sessionId
			if not id then return false, fail("no_session") end
			local found, details = opencode.getSession(server, id)
			if not found then return false, details end
			local asked, statuses = opencode.readList(server, "status", details.directory)
			if not asked then return false, statuses end
			local ok, value = opencode.abortSession(server, id)
			if not ok then return false, value end
			for _, record in ipairs(memory.pendingTurns(disk)) do
				if record.sessionId == id then memory.forgetTurn(disk, record.nonce) end
			end
			return true, statuses[id] ~= nil
		end),
		resume = connected(function(server, options)
			local records = memory.pendingTurns(disk)
			local record = records[1]
			if not record then return lastReply(server) end
			local ok, reply = run(server, record, options or {}, true)
			if not ok then return false, reply end
			reply.remaining = #records - 1
			return true, reply
		end)
	}
end

return createAi
