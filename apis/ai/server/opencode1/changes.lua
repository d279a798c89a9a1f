-- What the turns of a session changed, and taking it back.

local outcome = require("/apis/trapos/failure").outcome
local reader = require("/apis/trapos/shape").reader
local fail = require("/apis/ai/failure").fail
local answers = require("/apis/ai/protocol").answers
local routes = require("/apis/ai/server/opencode1/routes")
local callSession = require("/apis/ai/server/opencode1/sessions").callSession

local M = {}
local readSession = reader(answers.session)
local readTodos = reader(answers.todos)
local readChanges = reader(answers.changes)

--- Changes what is undone; a session that works refuses that.
local function revert(server, id, route)
	local ok, value = outcome(function()
		return callSession(server, id, route, { read = readSession })
	end)
	if ok then
		return value
	end
	local isBusy = string.find(value.message, "usy")
	error(isBusy == nil and value or fail("works_now"), 0)
end

--- Takes back all from a prompt on, files among it.
function M.undo(server, id, messageId)
	return revert(server, id, routes.undo(id, messageId))
end

--- Brings back all that was taken back.
function M.redo(server, id)
	return revert(server, id, routes.redo(id))
end

--- What the agent means to do.
function M.getTodos(server, id)
	return callSession(server, id, routes.getTodos(id), { read = readTodos })
end

--- What the turn of a prompt has changed.
function M.getChanges(server, id, messageId)
	return callSession(server, id, routes.getChanges(id, messageId), { read = readChanges })
end

return M
