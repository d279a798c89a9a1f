-- What opencode 1 can do: its HTTP routes as functions that raise failures. Only files beside it know an address, too.

local outcome = require("/apis/trapos/failure").outcome
local reader = require("/apis/trapos/shape").reader
local percentEncode = require("/apis/trapos/utf8").percentEncode
local fail = require("/apis/ai/failure").fail
local protocol = require("/apis/ai/protocol")
local answers, lists = protocol.answers, protocol.lists
local asks = require("/apis/ai/server/asks")
local answerPermission, answerQuestion, rejectQuestion =
	asks.answerPermission, asks.answerQuestion, asks.rejectQuestion
local files = require("/apis/ai/server/opencode1/files")
local changes = require("/apis/ai/server/opencode1/changes")
local sessions = require("/apis/ai/server/opencode1/sessions")
local tasks = require("/apis/ai/server/opencode1/tasks")
local bodyOfPrompt = require("/apis/ai/server/opencode1/prompt").bodyOfPrompt
local request = require("/apis/ai/server/request")
local call, query = request.call, request.query

local readHealth = reader(answers.health)
local readSession = reader(answers.session)
local readSessions = reader(answers.sessions)
local readMessages = reader(answers.messages)
local readMessage = reader(answers.message)

--- What can be read of a directory: where, and how.
local directoryLists = {
	status = {
		path = "/session/status",
		read = reader(lists.status),
	},
	permissions = {
		path = "/permission",
		read = reader(lists.permissions),
	},
	questions = {
		path = "/question",
		read = reader(lists.questions),
	},
	providers = {
		path = "/config/providers",
		read = reader(lists.providers),
	},
	agents = {
		path = "/agent",
		read = reader(lists.agents),
	},
	commands = {
		path = "/command",
		read = reader(lists.commands),
	},
	config = {
		path = "/config",
		read = reader(lists.config),
	},
}

--- Whether the server is up, and its version.
local function health(server)
	return call(server, "/global/health", { read = readHealth })
end

--- Makes a session. The title is for people.
local function createSession(server, title)
	local path = "/session" .. query({ directory = server.settings.directory })
	return call(server, path, { read = readSession, body = { title = title } })
end

--- One session; fails with `session_gone` when the server does not have it.
local function getSession(server, id)
	-- Any other id makes the server fail with 500.
	if (string.find(id, "^ses")) == nil then
		error(fail("session_gone", { session = id }), 0)
	end
	local ok, value = outcome(function()
		return call(server, "/session/" .. percentEncode(id), { read = readSession })
	end)
	if ok then
		return value
	end
	error(value.code == "not_found" and fail("session_gone", { session = id }) or value, 0)
end

--- The newest sessions that no other session opened, newest first.
local function listSessions(server, limit, search)
	local parameters =
		{ limit = limit, search = search, roots = "true", directory = server.settings.directory }
	local sessions = call(server, "/session" .. query(parameters), { read = readSessions })

	-- Other servers may have an empty list, too.
	if #sessions == 0 then
		health(server)
	end
	return sessions
end

--- The newest messages of a session, oldest first. Always with a limit: the whole list grows with every turn.
local function getMessages(server, sessionId, limit)
	return call(
		server,
		"/session/" .. percentEncode(sessionId) .. "/message?limit=" .. tostring(limit),
		{ read = readMessages }
	)
end

--- One message of a session.
local function getMessage(server, sessionId, id)
	local path = "/session/" .. percentEncode(sessionId) .. "/message/" .. percentEncode(id)
	return call(server, path, { read = readMessage })
end

--- Sends a prompt and does not wait for its answer. Success only means that the server has it: an unknown model or
-- agent is accepted, too. It carries no messageID, which makes servers up to 1.18.14 loop and all of them ignore an id
-- that was used before; the nonce in the part's metadata marks it instead.
local function sendPrompt(server, sessionId, prompt)
	call(server, "/session/" .. percentEncode(sessionId) .. "/prompt_async", { body = bodyOfPrompt(prompt) })
end

--- Stops what a session does; fine for an idle one.
local function abortSession(server, sessionId)
	call(server, "/session/" .. percentEncode(sessionId) .. "/abort", { body = {} })
end

--- Reads one of the server's lists.
local function readList(server, name, directory)
	local list = directoryLists[name]
	return call(server, list.path .. query({ directory = directory }), { read = list.read })
end

--- Where opencode tells of what it loads.
local loadedLists =
	{ providers = "/config/providers", tools = "/experimental/tool/ids", mcp = "/mcp", skills = "/skill" }

--- Waits until opencode has loaded something for a directory. It loads what is not there yet, so that the answer takes
-- as long as that does: MCP servers may take seconds.
local function waitUntilLoaded(server, what, directory)
	call(server, loadedLists[what] .. query({ directory = directory }), {})
end

local opencode1 = {
	renameSession = sessions.renameSession,
	deleteSession = sessions.deleteSession,
	forkSession = sessions.forkSession,
	shareSession = sessions.shareSession,
	unshareSession = sessions.unshareSession,
	undo = changes.undo,
	redo = changes.redo,
	getTodos = changes.getTodos,
	getChanges = changes.getChanges,
	startCompacting = tasks.startCompacting,
	startShell = tasks.startShell,
	startCommand = tasks.startCommand,
	listFiles = files.listFiles,
	findFiles = files.findFiles,
	health = health,
	createSession = createSession,
	getSession = getSession,
	listSessions = listSessions,
	getMessages = getMessages,
	getMessage = getMessage,
	sendPrompt = sendPrompt,
	abortSession = abortSession,
	answerPermission = answerPermission,
	answerQuestion = answerQuestion,
	rejectQuestion = rejectQuestion,
	readList = readList,
	waitUntilLoaded = waitUntilLoaded,
}
return opencode1
