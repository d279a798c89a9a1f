-- What opencode 2 can do: its HTTP routes as functions that raise failures.

local outcome = require("/apis/trapos/failure").outcome
local decode = require("/apis/trapos/json").decode
local reader = require("/apis/trapos/shape").reader
local copy = require("/apis/ai/copy").copy
local fail = require("/apis/ai/failure").fail
local callModule = require("/apis/ai/server/opencode2/call")
local call, callSession = callModule.call, callModule.callSession
local pages = require("/apis/ai/server/opencode2/pages")
local getMessage, getMessages = pages.getMessage, pages.getMessages
local routes = require("/apis/ai/server/opencode2/routes")
local sessions = require("/apis/ai/server/opencode2/sessions")
local answers = require("/apis/ai/server/opencode2/shapes").answers
local translate = require("/apis/ai/server/opencode2/translate")
local translateActive, translateAgents, translateModels =
	translate.translateActive, translate.translateAgents, translate.translateModels
local waiting = require("/apis/ai/server/opencode2/waiting")
local sendRoute = require("/apis/ai/server/request").sendRoute

local readActive = reader(answers.active)
local readModels = reader(answers.models)
local readAgents = reader(answers.agents)
local readCommands = reader(answers.commands)
local readEntries = reader(answers.files)
local readFailed = reader({ type = "name", data = { error = { type = "name", ["message?"] = "reason" } } })

--- Seconds after which a request has arrived that may be answered when all is done.
local ARRIVED_SECONDS = 2

--- The longest file of the server that is sent along.
local MOST_BYTES = 200000

--- How often, and how many seconds apart, a list is asked for that is empty: the first one of a folder is, for a second.
local MOST_LOOKS = 4
local LOOK_SECONDS = 0.5

local function dialect()
	return 2
end

--- Whether an answer is a web page where a file was asked for that is none: so answer servers without the route, and proxies.
local function isPage(answer, path)
	local isHtml = string.find(answer.headers["content-type"] or "", "text/html", 1, true)
	local isAsked = string.find(string.lower(path), "%.x?html?$")
	return isHtml ~= nil and isAsked == nil
end

--- What stands in files of the server, as texts; those that are none, or too long, its agent reads by itself.
local function readFiles(server, prompt)
	local texts = {}
	for _Module, file in ipairs(prompt.files or {}) do
		local directory = string.sub(file.absolute, 1, -(#file.path + 2))
		local ok, answer = outcome(function()
			return sendRoute(server, routes.readFile(directory, file.path))
		end)
		local isFile = ok and answer.status == 200 and not isPage(answer, file.path)
		local content = isFile and answer.body or nil
		local isText = content ~= nil and (string.find(content, "\0", 1, true)) == nil
		if isText and #content <= MOST_BYTES then
			table.insert(texts, routes.fileText(file.path, content))
		end
	end
	return texts
end

--- Sends a prompt and does not wait for its answer. Success means that it is kept, and will run.
local function sendPrompt(server, sessionId, prompt)
	local attachments = {}
	for _Module, text in ipairs(prompt.attachments or {}) do
		table.insert(attachments, text)
	end
	for _Module, text in ipairs(readFiles(server, prompt)) do
		table.insert(attachments, text)
	end
	local whole = copy({ attachments = attachments }, copy(prompt, {}))
	local ok, failure = outcome(function()
		callSession(server, sessionId, routes.sendPrompt(sessionId, whole), { isSure = true })
	end)

	-- The id is ours: with another text it was there before, as a file has changed since.
	if not ok and failure.code ~= "works_now" then
		error(failure, 0)
	end
end

--- Stops what a session does; fine for an idle one.
local function abortSession(server, sessionId)
	callSession(server, sessionId, routes.interrupt(sessionId), {})
end

--- Why the last turn of a session has failed, as its log says.
local function getReason(server, sessionId)
	local answer = sendRoute(server, routes.readLog(sessionId))
	local reason
	for data in string.gmatch(answer.body, "data: ?([^\r\n]+)") do
		if (string.find(data, "session.execution.failed", 1, true)) ~= nil then
			local event = readFailed(decode(data))
			if event then
				reason = event.data.error.message or event.data.error.type
			end
		end
	end
	if reason == nil then
		error(fail("not_found", { what = "the session's log tells no reason" }), 0)
	end
	return reason
end

--- Begins something that may be answered when it is done.
local function start(server, id, route)
	local ok, failure = outcome(function()
		callSession(server, id, route, { timeout = ARRIVED_SECONDS })
	end)
	if not ok and failure.code ~= "timed_out" then
		error(failure, 0)
	end
end

--- What stands in a folder, by its path from the directory.
local function listFiles(server, directory, path)
	local found = {}
	for _Module, entry in ipairs(call(server, routes.listFiles(directory, path), { read = readEntries }).data) do
		local absolute = directory ~= nil and directory .. "/" .. entry.path or nil
		found[#found + 1] = { path = entry.path, type = entry.type, absolute = absolute }
	end
	return found
end

--- Paths from the directory that are like a text.
local function findFiles(server, directory, text)
	local found = {}
	for _Module, entry in ipairs(call(server, routes.findFiles(directory, text), { read = readEntries }).data) do
		found[#found + 1] = entry.path
	end
	return found
end

--- Asks for a list again while it is empty, as each is at first for a folder that nobody has asked for.
local function untilFilled(look)
	local found = look()
	for _ = 2, MOST_LOOKS do
		if #found > 0 then
			return found
		end
		sleep(LOOK_SECONDS)
		found = look()
	end
	return found
end

--- How the lists are read.
local lists = {
	status = function(server)
		return translateActive(
			call(server, routes.readList("status", nil), { read = readActive, isSure = true }).data
		)
	end,
	permissions = waiting.listPermissions,
	questions = waiting.listQuestions,
	providers = function(server, directory)
		return translateModels(untilFilled(function()
			return call(server, routes.readList("providers", directory), { read = readModels }).data
		end))
	end,
	agents = function(server, directory)
		return translateAgents(untilFilled(function()
			return call(server, routes.readList("agents", directory), { read = readAgents }).data
		end))
	end,
	commands = function(server, directory)
		return untilFilled(function()
			return call(server, routes.readList("commands", directory), { read = readCommands }).data
		end)
	end,
	config = function(server, directory)
		return { model = sessions.defaultModel(server, directory) }
	end,
}

--- Reads one of the server's lists.
local function readList(server, name, directory, sessionId)
	return lists[name](server, directory, sessionId)
end

local opencode2 = {
	dialect = dialect,
	health = sessions.health,
	createSession = sessions.createSession,
	getSession = sessions.getSession,
	listSessions = sessions.listSessions,
	renameSession = sessions.renameSession,
	deleteSession = sessions.deleteSession,
	forkSession = sessions.forkSession,
	undo = sessions.undo,
	redo = sessions.redo,
	getChanges = sessions.getChanges,
	beforePrompt = sessions.beforePrompt,
	shareSession = function()
		return sessions.refuse("share a session")
	end,
	unshareSession = function()
		return sessions.refuse("share a session")
	end,
	getTodos = function()
		return sessions.refuse("tell what the agent means to do")
	end,
	getMessages = getMessages,
	getMessage = getMessage,
	getReason = getReason,
	sendPrompt = sendPrompt,
	abortSession = abortSession,
	startCompacting = function(server, id)
		start(server, id, routes.compact(id))
	end,
	startShell = function(server, id, _agent, line)
		start(server, id, routes.shell(id, line))
	end,
	startCommand = function(server, id, command)
		start(server, id, routes.command(id, command))
	end,
	listFiles = listFiles,
	findFiles = findFiles,
	answerPermission = waiting.answerPermission,
	answerQuestion = waiting.answerQuestion,
	rejectQuestion = waiting.rejectQuestion,
	readList = readList,
	waitUntilLoaded = function()
		return nil
	end,
}
return opencode2
