-- What opencode 1 can do: its HTTP routes as functions that raise failures.

local reader = require("/apis/trapos/shape").reader
local percentEncode = require("/apis/trapos/utf8").percentEncode
local rulesOf = require("/apis/ai/profile").rulesOf
local protocol = require("/apis/ai/protocol")
local answers, lists = protocol.answers, protocol.lists
local asks = require("/apis/ai/server/opencode1/asks")
local answerPermission, answerQuestion, rejectQuestion =
	asks.answerPermission, asks.answerQuestion, asks.rejectQuestion
local files = require("/apis/ai/server/opencode1/files")
local changes = require("/apis/ai/server/opencode1/changes")
local sessions = require("/apis/ai/server/opencode1/sessions")
local tasks = require("/apis/ai/server/opencode1/tasks")
local routes = require("/apis/ai/server/opencode1/routes")
local call = require("/apis/ai/server/opencode1/call").call

local readHealth = reader(answers.health)
local readSession = reader(answers.session)
local readSessions = reader(answers.sessions)
local readMessages = reader(answers.messages)
local readMessage = reader(answers.message)

--- How the lists of a directory are read.
local listReaders = {
	status = reader(lists.status),
	permissions = reader(lists.permissions),
	questions = reader(lists.questions),
	providers = reader(lists.providers),
	agents = reader(lists.agents),
	commands = reader(lists.commands),
	config = reader(lists.config),
}

local function dialect()
	return 1
end

--- Each prompt says for itself what it asks for.
local function beforePrompt() end

--- The messages say why a turn has failed.
local function getReason()
	return "no reason given"
end

--- Whether the server is up, and its version.
local function health(server)
	return call(server, routes.health(), { read = readHealth })
end

--- Makes a session. The title is for people.
local function createSession(server, title)
	local settings = server.settings
	local rules = rulesOf(settings.profile)
	return call(server, routes.createSession(title, settings.directory, rules), { read = readSession })
end

--- One session; fails with `session_gone` when the server does not have it.
local function getSession(server, id)
	return sessions.callSession(server, id, routes.getSession(id), { read = readSession })
end

--- The newest sessions that no other session opened, newest first.
local function listSessions(server, limit, search)
	local route = routes.listSessions(limit, search, server.settings.directory)
	local found = call(server, route, { read = readSessions })

	-- Other servers may have an empty list, too.
	if #found == 0 then
		health(server)
	end
	return found
end

--- The newest messages of a session, oldest first.
local function getMessages(server, sessionId, limit)
	return call(server, routes.getMessages(sessionId, limit), { read = readMessages })
end

--- One message of a session.
local function getMessage(server, sessionId, id)
	return call(server, routes.getMessage(sessionId, id), { read = readMessage })
end

--- Sends a prompt and does not wait for its answer. Success only means that the server has it.
local function sendPrompt(server, sessionId, prompt)
	call(server, routes.sendPrompt(sessionId, prompt, percentEncode), {})
end

--- Stops what a session does; fine for an idle one.
local function abortSession(server, sessionId)
	call(server, routes.abortSession(sessionId), {})
end

--- Reads one of the server's lists.
local function readList(server, name, directory)
	return call(server, routes.readList(name, directory), { read = listReaders[name] })
end

--- Waits until opencode has loaded something for a directory. It loads what is not there yet, so that the answer takes
-- as long as that does: MCP servers may take seconds.
local function waitUntilLoaded(server, what, directory)
	call(server, routes.waitUntilLoaded(what, directory), {})
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
	dialect = dialect,
	beforePrompt = beforePrompt,
	getReason = getReason,
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
