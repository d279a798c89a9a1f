-- What a client of opencode does; its functions raise failures, and /apis/libai returns them.

local outcome = require("/apis/trapos/failure").outcome
local sendOverHttp = require("/apis/trapos/http").send
local nearest = require("/apis/trapos/nearest").nearest
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local utf8 = require("/apis/trapos/utf8")
local oneLine, toUtf8 = utf8.oneLine, utf8.toUtf8
local attachmentsOf = require("/apis/ai/attachments").attachmentsOf
local serverFiles = require("/apis/ai/serverfiles").serverFiles
local askForValue = require("/apis/ai/structured").askForValue
local choices = require("/apis/ai/calls/choices")
local history = require("/apis/ai/calls/history")
local sessions = require("/apis/ai/calls/sessions")
local status = require("/apis/ai/calls/status").status
local tasks = require("/apis/ai/calls/tasks")
local usage = require("/apis/ai/calls/usage").usage
local driveModule = require("/apis/ai/drive")
local answerOf, drive, replyOf, stop, tell =
	driveModule.answerOf, driveModule.drive, driveModule.replyOf, driveModule.stop, driveModule.tell
local fail = require("/apis/ai/failure").fail
local messagesModule = require("/apis/ai/messages")
local isComplete, looksFinal, newestTurn, nonceOf, textOf =
	messagesModule.isComplete,
	messagesModule.looksFinal,
	messagesModule.newestTurn,
	messagesModule.nonceOf,
	messagesModule.textOf
local namesModule = require("/apis/ai/names")
local agentsIn, modelsIn, shownAgents, variantsIn =
	namesModule.agentsIn, namesModule.modelsIn, namesModule.shownAgents, namesModule.variantsIn
local openasks = require("/apis/ai/openasks")
local answer, openPermissions, openQuestions =
	openasks.answer, openasks.openPermissions, openasks.openQuestions
local knownModule = require("/apis/ai/known")
local keep, recall = knownModule.keep, knownModule.recall
local settings = require("/apis/ai/settings")
local isSet, readSettings = settings.isSet, settings.readSettings
local sessionModule = require("/apis/ai/session")
local forgetTurn, isOwnNonce, newNonce, pendingTurns, rememberSession =
	sessionModule.forgetTurn,
	sessionModule.isOwnNonce,
	sessionModule.newNonce,
	sessionModule.pendingTurns,
	sessionModule.rememberSession
local direct = require("/apis/ai/server/direct")

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require
local PING = "Reply with the single word: pong"

--- What a list of sessions shows of a prompt, in characters, beside a number and the computer's name.
local LONGEST_TITLE = 42

local function raise(code, detail)
	error(fail(code, detail), 0)
end

--- An option as UTF-8: at a computer it may have been typed.
local function asUtf8(option)
	return option ~= nil and toUtf8(option) or nil
end

--- A title by which lists tell sessions apart: the beginning of a prompt, if there is one, and the computer's name.
local function titleOf(prompt)
	local name = toUtf8(os.getComputerLabel() or "computer " .. tostring(os.getComputerID()))
	if prompt == "" or prompt == PING then
		return "ComputerCraft: " .. name
	end
	local words = string.gsub(toUtf8(prompt), "^%s+", "")
	return oneLine(words, LONGEST_TITLE) .. " (" .. name .. ")"
end

--- Talks in a session from now on, which is of the opencode that there is.
local function talkIn(server, session)
	rememberSession(server, session.id)
	local dialect = server.face.dialect(server)
	if dialect ~= nil then
		keep(server.disk, { session = { id = session.id, dialect = dialect } })
	end
end

--- Whether a session was made by the other opencode, which knows nothing of it.
local function isOfOther(server, id)
	local known = recall(server.disk).session
	local dialect = server.face.dialect(server)
	return dialect ~= nil and known ~= nil and known.id == id and known.dialect ~= dialect
end

local function createSession(server, title)
	local session = server.face.createSession(server, title)
	talkIn(server, session)
	return session
end

--- Whether an empty list tells nothing: opencode 2 has models and agents, which it lists when it has read a folder; that takes a while.
local function isUnread(client, code)
	return code ~= "unknown_variant" and client.face.dialect(client) == 2
end

--- Looks a name up. opencode takes a prompt for any model, agent or variant, and where it has none of that name nothing comes of
-- it, or nobody hears of it; a model even stays with the session. So this is asked before anything is sent. Where the list cannot be read
-- nothing is known, and the prompt goes on its way: what keeps the server from listing may not keep it from answering.
--
-- @param names the names that there are, or nothing where they cannot be told; and those to choose from, where these are fewer
-- @returns whether the name is there, or nothing where that cannot be told
local function lookUp(client, code, wanted, where, names)
	local key = client.settings.server_url .. " " .. where .. " " .. code .. " " .. wanted
	if client.known[key] then
		return true
	end
	local there, offered = names()
	if there == nil or #there == 0 and isUnread(client, code) then
		return nil
	end
	for _, name in ipairs(there) do
		if name == wanted then
			client.known[key] = true
			return true
		end
	end
	error(
		fail(code, {
			wanted = wanted,
			known = nearest(wanted, offered or there),
		}),
		0
	)
end

--- The model that a session asks where none is named; nothing where that cannot be told.
local function usualModel(client, directory, session)
	local used = session and session.model
	if used ~= nil then
		return used.providerID .. "/" .. used.id
	end
	local ok, config = outcome(function()
		return client.face.readList(client, "config", directory)
	end)
	return ok and config.model or nil
end

--- Fails where a variant is not one of a model's.
local function checkVariant(client, directory, model, variant)
	lookUp(client, "unknown_variant", variant, (directory or "") .. " " .. model, function()
		local ok, providers = outcome(function()
			return client.face.readList(client, "providers", directory)
		end)
		return ok and variantsIn(providers, model) or nil
	end)
end

--- What is asked, by the options and else the settings.
local function namedBy(client, options)
	local values = client.settings
	local model = asUtf8(options.model) or values.model
	local agent = asUtf8(options.agent) or values.agent
	local variant = asUtf8(options.variant) or values.variant
	return { model = model, agent = agent, variant = variant }
end

--- Fails where a model, an agent or a variant that is asked for is not there.
local function checkNames(client, named, directory, session)
	local model = named.model
	local agent = named.agent
	local variant = named.variant
	local where = directory or ""
	if agent ~= nil then
		lookUp(client, "unknown_agent", agent, where, function()
			local ok, agents = outcome(function()
				return client.face.readList(client, "agents", directory)
			end)
			if not ok then
				return nil
			end
			return agentsIn(agents), shownAgents(agents)
		end)
	end
	if model ~= nil then
		local isKnown = lookUp(client, "unknown_model", model, where, function()
			local ok, providers = outcome(function()
				return client.face.readList(client, "providers", directory)
			end)
			return ok and modelsIn(providers) or nil
		end)

		-- It could not be sent as anything.
		if isKnown == nil and (string.find(model, "^[^/]+/.")) == nil then
			raise("bad_argument", { what = "The model " .. model .. " is not of the form provider/model" })
		end
	end
	if variant ~= nil then
		local asked = model or usualModel(client, directory, session)
		if asked ~= nil then
			checkVariant(client, directory, asked, variant)
		end
	end
end

--- The session to talk in: the one asked for, the remembered one while the server has it, or else a new one.
--
-- @param check raises where something is wrong with the prompt, by the folder that it is for
local function openSession(client, prompt, options, check)
	local id = not options.newSession and (options.session or client.settings.session_id) or nil
	local isAsked = options.session ~= nil
	if id ~= nil and (isAsked or not isOfOther(client, id)) then
		local ok, session = outcome(function()
			return sessions.requireSession(client, id)
		end)
		if ok then
			check(session.directory, session)
			return session
		end
		if session.code ~= "session_gone" or isAsked then
			error(session, 0)
		end
	end
	check(client.settings.directory)
	local created = createSession(client, titleOf(prompt))
	if id ~= nil then
		tell(options, { phase = "new session", seconds = 0, message = id })
	end
	return created
end

--- Asks for a text.
local function askForText(client, prompt, options)
	local named = namedBy(client, options)
	if (string.find(prompt, "%S")) == nil then
		raise("empty_prompt")
	end
	local text = toUtf8(prompt)
	local attachments = attachmentsOf(client.disk, options.files or {})
	local session = openSession(client, prompt, options, function(directory, known)
		checkNames(client, named, directory, known)
	end)
	client.face.beforePrompt(client, session, named)
	local record = {
		dialect = client.face.dialect(client),
		nonce = newNonce(client.now()),
		sessionId = session.id,
		directory = session.directory,
		text = text,
		attachments = attachments,
		files = serverFiles(client, session.directory, text),
		sentAt = client.now(),
		model = named.model,
		agent = named.agent,
		variant = named.variant,
		system = asUtf8(options.system),
	}
	return drive(client, record, options, false)
end

local function ask(client, prompt, given)
	local options = given or {}
	local schema = options.schema
	if schema == nil then
		return askForText(client, prompt, options)
	end
	return askForValue(function(words, chosen)
		return askForText(client, words, chosen)
	end, prompt, options, schema)
end

--- The newest turn of a session of the kind that is wanted.
local function findTurn(server, session, isWanted)
	for _, limit in ipairs({ 10, 100 }) do
		local messages = server.face.getMessages(server, session.id, limit)
		local found = newestTurn(messages, isWanted, history.hiddenFrom(session))
		if found or #messages < limit then
			return found
		end
	end
	return nil
end

--- Whether a turn's last step is an answer, and not one that is being written.
local function isOver(turn)
	local last = turn.steps[#turn.steps]
	return isComplete(last) and looksFinal(last)
end

--- A time of the server's, which was before now by this computer's clock, too.
local function passed(server, time)
	return math.min(time, server.now())
end

--- The last answer of the session, for whoever wants to read it again.
local function lastReply(server, wanted)
	local sessionId = wanted or server.settings.session_id or raise("nothing_to_resume")
	local session = server.face.getSession(server, sessionId)
	local found = findTurn(server, session, function(turn)
		return answerOf(turn.steps) ~= ""
	end)
	if not found then
		return raise("nothing_to_resume")
	end
	local sentAt = passed(server, found.steps[#found.steps].info.time.created)
	local nonce = found.prompt and nonceOf(found.prompt)
	for _, record in ipairs(isOver(found) and pendingTurns(server.disk) or {}) do
		if record.nonce == nonce then
			forgetTurn(server.disk, record.nonce)
		end
	end
	return replyOf(server, found.steps, { sessionId = sessionId, sentAt = sentAt })
end

--- The turn of this computer that goes on in a session, its own where none is named, although no record tells of it, as none could be written on a full
-- disk: the newest prompt there carries this computer's nonce, and is not answered yet.
local function unrecordedTurn(server, wanted)
	local sessionId = wanted or server.settings.session_id
	if sessionId == nil then
		return nil
	end
	local session = server.face.getSession(server, sessionId)
	local found = findTurn(server, session, function()
		return true
	end)
	local prompt = found and found.prompt
	local nonce = prompt and nonceOf(prompt)
	if not found or not prompt or nonce == nil or isOver(found) or not isOwnNonce(nonce) then
		return nil
	end
	local directory = session.directory
	local statuses = server.face.readList(server, "status", directory)
	if statuses[sessionId] == nil then
		return nil
	end
	local sentAt = passed(server, prompt.info.time.created)
	local dialect = server.face.dialect(server)
	return {
		dialect = dialect,
		nonce = nonce,
		sessionId = sessionId,
		directory = directory,
		text = textOf({ prompt }),
		sentAt = sentAt,
		sent = true,
	}
end

--- Fails where a turn was asked of the other opencode, which is not there any more. Where nobody answers that is not known: a
-- server that restarts is waited for by whoever asks for the turn.
local function checkDialect(server, record)
	local isTold, dialect = outcome(function()
		return server.face.dialect(server)
	end)
	if not isTold or dialect == nil or (record.dialect or 1) == dialect then
		return
	end
	local version = server.face.health(server).version
	forgetTurn(server.disk, record.nonce)

	-- Its prompt was sent: there is nothing left of the call that could be made anew.
	server.learned.hasSent = true
	error(fail("other_opencode", { version = version }), 0)
end

--- What each of a client's functions does: it returns its value or raises a failure.
local functions = {
	ask = ask,
	luaExec = function(client, prompt, options)
		local values = client.settings
		local parts = {
			ask = function(question, given)
				return ask(client, question, given)
			end,
			retries = values.lua_exec_max_retries,
			seconds = values.lua_exec_timeout_seconds,
		}

		-- Few programs ask for it.
		local luaexec = load("/apis/ai/hands/luaexec")
		return luaexec.luaExec(parts, prompt, options)
	end,
	ping = function(server, options)
		return ask(server, PING, options)
	end,
	health = function(server)
		local start = server.now()
		local version = server.face.health(server).version
		return {
			version = version,
			seconds = (server.now() - start) / 1000,
		}
	end,
	listSessions = function(server, options)
		local summaries = {}
		local wanted = options or {}
		for _, session in ipairs(server.face.listSessions(server, wanted.limit, asUtf8(wanted.search))) do
			summaries[#summaries + 1] = sessions.summarise(server, session)
		end
		return summaries
	end,
	newSession = function(server, options)
		return sessions.summarise(
			server,
			createSession(server, toUtf8(options and options.title or titleOf("")))
		)
	end,
	useSession = function(server, id)
		local session = sessions.requireSession(server, id)
		talkIn(server, session)
		return sessions.summarise(server, session)
	end,
	currentSession = function(server)
		return server.settings.session_id
	end,
	session = function(server, id)
		return sessions.summarise(server, sessions.sessionOf(server, id))
	end,
	clearSession = function(server)
		rememberSession(server, nil)
		return nil
	end,
	abort = function(server, session, options)
		local id = session or server.settings.session_id or raise("no_session")
		local directory = server.face.getSession(server, id).directory
		local records = pendingTurns(server.disk, id)
		local record = records[#records]
		tell(options or {}, { phase = "stopping", seconds = 0 })
		local baselineId = record and record.baselineId
		local isOurs = record ~= nil
		local endModule =
			stop(server, { sessionId = id, isOurs = isOurs, baselineId = baselineId }, directory)
		local how = endModule.outcome
		if how == "starting" then
			raise("still_starting")
		end
		if how == "failed" then
			error(endModule.failure or fail("not_stopped"), 0)
		end
		if how == "stopped" and record then
			forgetTurn(server.disk, record.nonce)
		end
		if how == "ended" then
			tell(options or {}, { phase = "ended", seconds = 0 })
		end
		return how == "stopped"
	end,
	resume = function(server, options)
		local session = options and options.session
		local records = pendingTurns(server.disk, session)
		local record = records[1] or unrecordedTurn(server, session)
		if record == nil then
			return lastReply(server, session)
		end
		checkDialect(server, record)
		local reply = drive(server, record, options or {}, true)
		reply.remaining = math.max(#records - 1, 0)
		return reply
	end,
	last = lastReply,
	messages = history.messages,
	models = choices.models,
	chooseModel = choices.chooseModel,
	agents = choices.agents,
	chooseAgent = choices.chooseAgent,
	variants = choices.variants,
	chooseVariant = choices.chooseVariant,
	commands = choices.commands,
	rename = sessions.rename,
	delete = sessions.deleteSession,
	fork = sessions.fork,
	share = sessions.share,
	unshare = sessions.unshare,
	undo = history.undo,
	redo = history.redo,
	todo = history.todo,
	diff = history.diff,
	usage = usage,
	compact = function(client, options)
		return tasks.compact(client, sessions.sessionOf(client, options and options.session), options or {})
	end,
	shell = function(client, line, options)
		return tasks.shell(
			client,
			openSession(client, "!" .. line, options or {}, function()
				return nil
			end),
			line,
			options or {}
		)
	end,
	runCommand = function(client, name, text, given)
		local options = given or {}
		local words = text or ""
		local named = namedBy(client, options)
		local session = openSession(client, "/" .. name .. " " .. words, options, function(directory, known)
			checkNames(client, named, directory, known)
		end)
		local call = {
			name = name,
			arguments = toUtf8(words),
			model = named.model,
			agent = named.agent,
			variant = named.variant,
		}
		return tasks.runCommand(client, session, call, options)
	end,
	status = status,
	permissions = openPermissions,
	answerPermission = function(server, id, reply, message)
		answer(server, function(folder)
			server.face.answerPermission(server, id, reply, asUtf8(message), folder)
		end)
		return nil
	end,
	questions = openQuestions,
	answerQuestion = function(server, id, answers)
		answer(server, function(folder)
			if answers == nil then
				server.face.rejectQuestion(server, id, folder)
			else
				server.face.answerQuestion(server, id, answers, folder)
			end
		end)
		return nil
	end,
}

--- The installer's package manager, where there is one.
local function fileKeeper()
	if not fs.exists("/apis/libccpm.lua") then
		return nil
	end
	return load("/apis/libccpm")()
end

--- The bytes that are free on the computer's disk.
local function freeSpace()
	local free = fs.getFreeSpace("/")
	return free == "unlimited" and math.huge or free
end

--- What a client works with beside the settings.
local function meansOf(given)
	local disk = given.fs or fs
	return {
		store = given.settings or ownSettings(disk),
		disk = disk,
		face = direct,
		learned = {},
		send = given.send or sendOverHttp,
		now = given.now or function()
			return os.epoch("utc")
		end,
		sleep = given.sleep or sleep,
	}
end

--- Whether the package of the link is there.
local function hasLink()
	return fs.exists("/apis/ai/server/link.lua")
end

--- Makes a call to the bridge that this computer is linked with.
local function overLink(client, call)
	if not hasLink() then
		raise("link_missing")
	end
	client.face = load("/apis/ai/server/link")
	return load("/apis/ai/link/conversation").withService(call)
end

--- Failures after which another server may be there.
local DOUBTFUL = {
	cannot_connect = true,
	network_error = true,
	timed_out = true,
	not_opencode = true,
	other_opencode = true,
}

--- Makes a call, and has it asked again which opencode the server is where another may be there. What was found out is kept
-- at once, as a turn's end leaves nothing that tells of an answer which was not shown.
local function noting(client, call)
	local url = client.settings.server_url
	client.learned.note = function(dialect)
		keep(client.disk, { server = { url = url, dialect = dialect } })
	end
	local ok, value = outcome(call)
	if ok then
		return value
	end
	if DOUBTFUL[value.code] then
		client.learned.dialect = nil
		keep(client.disk, { server = { url = url, dialect = 0 } })
	end
	error(value, 0)
end

--- Makes a call to opencode itself. Which one it is is known from calls before; where the other one has taken its place,
-- the call is made anew unless a prompt was sent.
local function overHttp(client, call)
	local known = recall(client.disk).server
	local isKnown = known ~= nil and known.url == client.settings.server_url and known.dialect > 0
	if isKnown then
		client.learned.dialect = known.dialect
	end
	local ok, value = outcome(function()
		return noting(client, call)
	end)
	if ok then
		return value
	end
	if value.code ~= "other_opencode" or client.learned.hasSent == true then
		error(value, 0)
	end
	return noting(client, call)
end

--- Examines the way to the model; loaded for that alone.
local function doctor(given, options)
	local means = meansOf(given)

	-- Of a disk that stands in for the computer's neither is known.
	local isOwn = given.fs == nil
	means.freeSpace = function()
		return isOwn and freeSpace() or nil
	end
	means.fileKeeper = function()
		return isOwn and fileKeeper() or nil
	end
	local function examine()
		return load("/apis/ai/doctor/examine").examine(means, options or {})
	end
	if not isSet(means.store, "link_url") then
		return examine()
	end
	if hasLink() then
		return overLink(means, examine)
	end
	means.whyNoLink = fail("link_missing")
	return examine()
end

--- Makes a client. Settings are read anew by each call.
--
-- @param given stand-ins for what the computer provides
function M.connect(given)
	local known = {}
	local calls = {
		doctor = function(options)
			return doctor(given, options)
		end,
	}
	for name, act in pairs(functions) do
		calls[name] = function(first, second, third)
			local client = meansOf(given)
			client.settings = readSettings(client.store)
			client.known = known
			local function call()
				return act(client, first, second, third)
			end
			if client.settings.link_url == nil then
				return overHttp(client, call)
			end
			return overLink(client, call)
		end
	end
	return calls
end

return M
