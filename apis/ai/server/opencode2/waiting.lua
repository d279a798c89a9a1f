-- What waits for a person at opencode 2, permissions and forms, and how it is answered.

local outcome = require("/apis/trapos/failure").outcome
local listOf = require("/apis/trapos/json").listOf
local reader = require("/apis/trapos/shape").reader
local fail = require("/apis/ai/failure").fail
local askParts = require("/apis/ai/server/opencode2/asks").askParts
local callModule = require("/apis/ai/server/opencode2/call")
local call, isMissing = callModule.call, callModule.isMissing
local formsModule = require("/apis/ai/server/opencode2/forms")
local fillIn, questionOf = formsModule.fillIn, formsModule.questionOf
local routes = require("/apis/ai/server/opencode2/routes")
local readSessionList = require("/apis/ai/server/opencode2/sessions").readSessionList
local answers = require("/apis/ai/server/opencode2/shapes").answers
local translatePermission = require("/apis/ai/server/opencode2/translate").translatePermission

local M = {}
local readPermissions = reader(answers.permissions)
local readForms = reader(answers.forms)
local permissions = {
	name = "permissions",
	read = readPermissions,
	ofFolder = {
		function(directory)
			return routes.readList("permissions", directory)
		end,
	},
	ofSession = routes.sessionPermissions,
}
local forms = {
	name = "forms",
	read = readForms,
	ofFolder = {
		function(directory)
			return routes.readList("questions", directory)
		end,
		routes.olderForms,
	},
	ofSession = routes.sessionForms,
}

--- What waits in a session, and in those that it opened for subagents.
local function ofSessions(server, kind, sessionId)
	local found = {}
	local function add(id)
		for _, entry in ipairs(call(server, kind.ofSession(id), { read = kind.read }).data) do
			found[#found + 1] = entry
		end
	end
	add(sessionId)
	for _, child in ipairs(readSessionList(server, routes.listChildren(sessionId))) do
		add(child.id)
	end
	return found
end

--- What waits in a folder. Which routes there are for that differs by version, so that it is remembered which one was there;
-- where there is none each session is asked.
local function list(server, kind, directory, sessionId)
	local known = server.learned.lists or {}
	server.learned.lists = known
	local failure
	for place = known[kind.name] or 1, #kind.ofFolder do
		local route = kind.ofFolder[place](directory)
		local ok, answer = outcome(function()
			return call(server, route, { read = kind.read })
		end)
		if ok then
			known[kind.name] = place
			return answer.data
		end
		if not isMissing(answer) then
			error(answer, 0)
		end
		failure = answer
	end
	if sessionId == nil then
		error(failure or fail("not_found", { what = "no list of " .. kind.name }), 0)
	end
	known[kind.name] = #kind.ofFolder + 1
	return ofSessions(server, kind, sessionId)
end

--- The permissions that wait, in a folder or at least in a session and its subagents'.
function M.listPermissions(server, directory, sessionId)
	local found = {}
	for _, entry in ipairs(list(server, permissions, directory, sessionId)) do
		found[#found + 1] = translatePermission(entry)
	end
	return found
end

--- The forms that wait, as questions.
function M.listQuestions(server, directory, sessionId)
	local found = {}
	for _, form in ipairs(list(server, forms, directory, sessionId)) do
		found[#found + 1] = questionOf(form)
	end
	return found
end

--- Answers a permission that waits; the betas have another word for the answer.
function M.answerPermission(server, id, reply, message)
	local ok, failure = outcome(function()
		call(server, routes.answerPermission(id, reply, message), { isSure = true })
	end)
	if ok then
		return
	end
	if failure.code ~= "bad_request" then
		error(failure, 0)
	end
	call(server, routes.answerPermissionBefore(id, reply, message), { isSure = true })
end

--- A form that waits. Fails with `not_found` where it does not.
local function openForm(server, name)
	local parts = askParts(name)
	for _, form in
		ipairs(call(server, routes.sessionForms(parts.sessionId), { read = readForms, isSure = true }).data)
	do
		if form.id == parts.id then
			return form
		end
	end
	error(fail("not_found", { what = "no such form waits" }), 0)
end

--- Fills in a form that waits. Fails with `bad_argument` for what it does not take.
function M.answerQuestion(server, id, chosen)
	local form = openForm(server, id)
	local filled = fillIn(form, chosen, function(text)
		return tonumber(text)
	end)
	if filled.problem ~= nil then
		error(fail("bad_argument", { what = filled.problem }), 0)
	end
	local given = {}
	for key, value in pairs(filled.answers) do
		local isList = type(value) == "table"
		given[key] = isList and listOf(value) or value
	end
	call(server, routes.answerForm(id, given), { isSure = true })
end

--- Refuses to fill in a form that waits; the betas have another route for it.
function M.rejectQuestion(server, id)
	local ok, failure = outcome(function()
		call(server, routes.dismissForm(id), {})
	end)
	if ok then
		return
	end
	if not isMissing(failure) then
		error(failure, 0)
	end
	call(server, routes.cancelForm(id), { isSure = true })
end

return M
