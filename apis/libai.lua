--- The client of an opencode server for programs.
local drive = require("/apis/ai/drive")
local fail = require("/apis/ai/failure").fail
local opencode = require("/apis/ai/opencode")
local session_ = require("/apis/ai/session")
local readSettings = require("/apis/ai/settings").readSettings
local messageText = require("/apis/ai/turn").messageText
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
	session_.rememberSession(server, session.id)
	return session
end

local function openSession(server, options)
	local id = options.session or server.settings.session_id
	if not id then return createSession(server) end
	local ok, session = opencode.getSession(server, id)
	if ok then return session end
	if session.code ~= "session_gone" or options.session then error(session, 0) end
	local created = createSession(server)
	drive.tell(options, {phase = "new session", seconds = 0, message = id})
	return created
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
	return drive.drive(server, record, options, false)
end

local function lastReply(server)
	local sessionId = server.settings.session_id or raise("nothing_to_resume")
	local reply
	for _, message in ipairs(need(opencode.getMessages, server, sessionId, 10)) do
		local info = message.info
		local text = messageText(message)
		if info.role == "assistant" and text ~= "" then
			reply = drive.replyOf(server, message, text, {sessionId = sessionId, sentAt = info.time.created})
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
		session_.rememberSession(server, session.id)
		return summarise(server, session)
	end,
	currentSession = function(server) return server.settings.session_id end,
	clearSession = function(server)
		session_.rememberSession(server, nil)
		return nil
	end,
	abort = function(server, session)
		local id = session or server.settings.session_id or raise("no_session")
		local directory = need(opencode.getSession, server, id).directory
		local statuses = need(opencode.readList, server, "status", directory)
		need(opencode.abortSession, server, id)
		for _, record in ipairs(session_.pendingTurns(server.disk)) do
			if record.sessionId == id then session_.forgetTurn(server.disk, record.nonce) end
		end
		return statuses[id] ~= nil
	end,
	resume = function(server, options)
		local records = session_.pendingTurns(server.disk)
		local record = records[1]
		if not record then return lastReply(server) end
		local reply = drive.drive(server, record, options or {}, true)
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
