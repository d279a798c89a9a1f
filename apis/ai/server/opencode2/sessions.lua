-- opencode 2's sessions: what is done with a whole one.

local outcome = require("/apis/trapos/failure").outcome
local listOf = require("/apis/trapos/json").listOf
local reader = require("/apis/trapos/shape").reader
local fail = require("/apis/ai/failure").fail
local profile = require("/apis/ai/profile")
local allRules, rulesOf = profile.allRules, profile.rulesOf
local callModule = require("/apis/ai/server/opencode2/call")
local call, callSession, isMissing = callModule.call, callModule.callSession, callModule.isMissing
local routes = require("/apis/ai/server/opencode2/routes")
local rulesModule = require("/apis/ai/server/opencode2/rules")
local ruleText, translateRules = rulesModule.ruleText, rulesModule.translateRules
local answers = require("/apis/ai/server/opencode2/shapes").answers
local translateSession = require("/apis/ai/server/opencode2/translate").translateSession

local M = {}
local readSession = reader(answers.session)
local readSessions = reader(answers.sessions)
local readChanges = reader(answers.changes)
local readDefault = reader(answers.defaultModel)
local readInformation = reader(answers.information)
local readActive = reader(answers.active)

--- What a session's agent may do where no setting says so: it asks before it changes anything.
local USUAL_PROFILE = "build"

--- The rules that this computer's sessions get; nothing where the server's configuration is to hold.
local function ownRules(server)
	local rules = rulesOf(server.settings.profile or USUAL_PROFILE)
	return rules and translateRules(rules)
end

--- Whether a session works.
local function isActive(server, id)
	local list = routes.readList("status", nil)
	return call(server, list, { read = readActive, isSure = true }).data[id] ~= nil
end

--- Whether the server is up, and its version.
function M.health(server)
	return call(server, { path = { "api", "info" } }, { read = readInformation })
end

--- Makes a session. The title is for people.
function M.createSession(server, title)
	local route = routes.createSession({
		title = title,
		directory = server.settings.directory,
		rules = ownRules(server),
	})
	return translateSession(call(server, route, { read = readSession, isSure = true }).data)
end

--- One session; fails with `session_gone` when the server does not have it.
function M.getSession(server, id)
	return translateSession(
		callSession(server, id, routes.getSession(id), { read = readSession, isSure = true }).data
	)
end

--- Sessions of a list.
function M.readSessionList(server, route)
	local found = {}
	for _, session in ipairs(call(server, route, { read = readSessions, isSure = true }).data) do
		table.insert(found, translateSession(session))
	end
	return found
end

--- The newest sessions that no other session opened, newest first.
function M.listSessions(server, limit, search)
	return M.readSessionList(server, routes.listSessions(limit, search, server.settings.directory))
end

--- Asks for something that a session answers with nothing, and gives the session as it is then.
local function change(server, id, route)
	callSession(server, id, route, {})
	return M.getSession(server, id)
end

function M.renameSession(server, id, title)
	return change(server, id, routes.renameSession(id, title))
end

--- Deletes a session with all that was said in it.
function M.deleteSession(server, id)
	callSession(server, id, routes.deleteSession(id), {})
end

--- Makes a session that begins with all that was said in another.
function M.forkSession(server, id)
	return translateSession(callSession(server, id, routes.forkSession(id), { read = readSession }).data)
end

--- Takes back all from a prompt on, files among it, until the next prompt.
function M.undo(server, id, messageId)
	return change(server, id, routes.stageUndo(id, messageId))
end

--- Brings back all that was taken back; servers before 2.0.22 have another route for it (1.18.33's preview has that, too).
function M.redo(server, id)
	local ok, failure = outcome(function()
		callSession(server, id, routes.clearUndo(id), {})
	end)
	if not ok and not isMissing(failure) then
		error(failure, 0)
	end
	return ok and M.getSession(server, id) or change(server, id, routes.clearUndoBefore(id))
end

--- What the turn of a prompt has changed.
function M.getChanges(server, id, messageId)
	return callSession(server, id, routes.getChanges(id, messageId), { read = readChanges }).data
end

--- The model that answers where none is named, as "provider/model".
function M.defaultModel(server, directory)
	local model = call(server, routes.readList("config", directory), { read = readDefault }).data
	return model and model.providerID .. "/" .. model.id
end

--- The model that a variant without one is of.
local function modelOf(server, session)
	local used = session.model
	if used then
		return used.providerID .. "/" .. used.id
	end
	return M.defaultModel(server, session.directory)
end

--- Has the session ask another model, where it is another.
local function chooseModel(server, session, prompt)
	local variant = prompt.variant
	local used = session.model
	local model = prompt.model
	if model == nil and variant ~= nil then
		model = modelOf(server, session)
	end
	if model == nil then
		return nil
	end
	local isUsed = used ~= nil and model == used.providerID .. "/" .. used.id
	if isUsed and (variant == nil or variant == used.variant) then
		return nil
	end
	return routes.setModel(session.id, model, variant)
end

--- Whether a session's rules are those of a profile, which a computer has given it.
local function areOfProfile(held)
	for _, rules in ipairs(allRules()) do
		if ruleText(translateRules(rules)) == held then
			return true
		end
	end
	return false
end

--- Has other rules hold, where the session has others than it is to have.
local function chooseRules(server, session)
	local rules = ownRules(server)
	local held = ruleText(session.rules or {})
	if rules then
		return held ~= ruleText(rules) and routes.setRules(session.id, rules) or nil
	end

	-- What the profile before has allowed is not to go on beside what the server's configuration says.
	return areOfProfile(held) and routes.setRules(session.id, listOf({})) or nil
end

--- Prepares a session for a prompt: what was taken back is so for good, and model, agent and rules are those of the prompt
-- and of this computer's settings, which opencode 2 keeps with the session. Fails with `works_now` where a turn runs that all
-- of this would change, which may be somebody else's.
function M.beforePrompt(server, session, prompt)
	local id = session.id
	local agent = prompt.agent
	local changes = {}
	if session.revert then
		table.insert(changes, routes.commitUndo(id))
	end
	local model = chooseModel(server, session, prompt)
	if model then
		table.insert(changes, model)
	end
	if agent ~= nil and agent ~= session.agent then
		table.insert(changes, routes.setAgent(id, agent))
	end
	local rules = chooseRules(server, session)
	if rules then
		table.insert(changes, rules)
	end
	if #changes > 0 and isActive(server, id) then
		error(fail("works_now"), 0)
	end
	for _, route in ipairs(changes) do
		callSession(server, id, route, {})
	end
end

--- Fails where something is asked for that opencode 2 does not have.
function M.refuse(what)
	error(fail("not_in_opencode_2", { what = what }), 0)
end

return M
