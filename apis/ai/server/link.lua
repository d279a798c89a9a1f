-- The bridge as a server: each function of the face is a call that the bridge answers, for this computer's own sessions
-- alone. A turn is not polled for but told of, word by word.

local listOf = require("/apis/trapos/json").listOf
local reader = require("/apis/trapos/shape").reader
local fail = require("/apis/ai/failure").fail
local call = require("/apis/ai/link/call").call
local runTurn = require("/apis/ai/link/turn").runTurn
local protocol = require("/apis/ai/protocol")
local answers, lists = protocol.answers, protocol.lists

local read = {
	health = reader(answers.health),
	session = reader(answers.session),
	sessions = reader(answers.sessions),
	messages = reader(answers.messages),
	message = reader(answers.message),
	todos = reader(answers.todos),
	changes = reader(answers.changes),
	files = reader(answers.files),
	paths = reader(answers.paths),
	stop = reader({ outcome = "name", ["failure?"] = { code = "name", ["message?"] = "message" } }),
}
local readLists = {
	status = reader(lists.status),
	permissions = reader(lists.permissions),
	questions = reader(lists.questions),
	providers = reader(lists.providers),
	agents = reader(lists.agents),
	commands = reader(lists.commands),
	config = reader(lists.config),
}
local link = {
	dialect = function()
		return nil
	end,
	runTurn = runTurn,
	stopSession = function(server, sessionId)
		return call(server, "stopSession", { sessionId = sessionId }, read.stop)
	end,
	health = function(server)
		return call(server, "health", {}, read.health)
	end,
	createSession = function(server, title)
		return call(server, "createSession", { title = title }, read.session)
	end,
	getSession = function(server, id)
		return call(server, "getSession", { id = id }, read.session)
	end,
	listSessions = function(server, limit, search)
		return call(server, "listSessions", { limit = limit, search = search }, read.sessions)
	end,
	getMessages = function(server, sessionId, limit)
		return call(server, "getMessages", { sessionId = sessionId, limit = limit }, read.messages)
	end,
	getMessage = function(server, sessionId, id)
		return call(server, "getMessage", { sessionId = sessionId, id = id }, read.message)
	end,
	beforePrompt = function()
		return nil
	end,
	getReason = function()
		return "no reason given"
	end,
	sendPrompt = function()
		error(fail("internal_error", { what = "a prompt goes with its turn" }), 0)
	end,
	abortSession = function(server, sessionId)
		call(server, "abortSession", { sessionId = sessionId })
	end,
	renameSession = function(server, id, title)
		return call(server, "renameSession", { id = id, title = title }, read.session)
	end,
	deleteSession = function(server, id)
		call(server, "deleteSession", { id = id })
	end,
	forkSession = function(server, id)
		return call(server, "forkSession", { id = id }, read.session)
	end,
	undo = function(server, id, messageId)
		return call(server, "undo", { id = id, messageId = messageId }, read.session)
	end,
	redo = function(server, id)
		return call(server, "redo", { id = id }, read.session)
	end,
	shareSession = function(server, id)
		return call(server, "shareSession", { id = id }, read.session)
	end,
	unshareSession = function(server, id)
		return call(server, "unshareSession", { id = id }, read.session)
	end,
	getTodos = function(server, id)
		return call(server, "getTodos", { id = id }, read.todos)
	end,
	getChanges = function(server, id, messageId)
		return call(server, "getChanges", { id = id, messageId = messageId }, read.changes)
	end,
	startCompacting = function(server, id, model)
		call(server, "startCompacting", { id = id, model = model })
	end,
	startShell = function(server, id, agent, line)
		call(server, "startShell", { id = id, agent = agent, line = line })
	end,
	startCommand = function(server, id, command)
		call(server, "startCommand", { id = id, command = command })
	end,
	listFiles = function(server, _directory, path)
		return call(server, "listFiles", { path = path }, read.files)
	end,
	findFiles = function(server, _directory, query)
		return call(server, "findFiles", { query = query }, read.paths)
	end,
	answerPermission = function(server, id, reply, message)
		call(server, "answerPermission", { id = id, reply = reply, message = message })
	end,
	answerQuestion = function(server, id, given)
		local written = {}
		for _, labels in ipairs(given) do
			table.insert(written, listOf(labels))
		end
		call(server, "answerQuestion", {
			id = id,
			answers = listOf(written),
		})
	end,
	rejectQuestion = function(server, id)
		call(server, "rejectQuestion", { id = id })
	end,
	readList = function(server, name)
		return call(server, "readList", { name = name }, readLists[name])
	end,
	waitUntilLoaded = function(server, what)
		call(server, "waitUntilLoaded", { what = what })
	end,
}
return link
