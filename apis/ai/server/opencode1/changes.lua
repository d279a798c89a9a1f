-- What the turns of a session changed, and taking it back.

local outcome = require("/apis/trapos/failure").outcome
local reader = require("/apis/trapos/shape").reader
local percentEncode = require("/apis/trapos/utf8").percentEncode
local fail = require("/apis/ai/failure").fail
local answers = require("/apis/ai/protocol").answers
local callSession = require("/apis/ai/server/opencode1/sessions").callSession

local M = {}
local readSession = reader(answers.session)
local readTodos = reader(answers.todos)
local readChanges = reader(answers.changes)

--- Changes what is undone. A session that works refuses that: 409, or 400 on 1.14.41 and 500 on 1.2.27.
local function revert(server, id, route, body)
	local ok, value = outcome(function()
		return callSession(server, id, route, { body = body, read = readSession })
	end)
	if ok then
		return value
	end
	local isBusy = string.find(value.message, "usy")
	error(isBusy == nil and value or fail("works_now"), 0)
end

--- Takes back all from a prompt on, files among it. The messages stay listed until the next prompt (1.18.33).
function M.undo(server, id, messageId)
	return revert(server, id, "/revert", { messageID = messageId })
end

--- Brings back all that was taken back.
function M.redo(server, id)
	return revert(server, id, "/unrevert", {})
end

--- What the agent means to do.
function M.getTodos(server, id)
	return callSession(server, id, "/todo", { read = readTodos })
end

--- What the turn of a prompt has changed. Without the prompt's id opencode tells nothing (1.18.33).
function M.getChanges(server, id, messageId)
	local route = "/diff?messageID=" .. percentEncode(messageId)
	return callSession(server, id, route, { read = readChanges })
end

return M
