-- opencode 1's sessions: what is done with a whole one.

local outcome = require("/apis/trapos/failure").outcome
local reader = require("/apis/trapos/shape").reader
local fail = require("/apis/ai/failure").fail
local answers = require("/apis/ai/protocol").answers
local call = require("/apis/ai/server/opencode1/call").call
local routes = require("/apis/ai/server/opencode1/routes")

local M = {}
local readSession = reader(answers.session)

--- Asks for something of a session; fails with `session_gone` where the server does not have it.
function M.callSession(server, id, route, asked)
	-- Any other id makes the server fail with 500.
	if (string.find(id, "^ses")) == nil then
		error(fail("session_gone", { session = id }), 0)
	end
	local ok, value = outcome(function()
		return call(server, route, asked)
	end)
	if ok then
		return value
	end
	error(value.code == "not_found" and fail("session_gone", { session = id }) or value, 0)
end

function M.renameSession(server, id, title)
	return M.callSession(server, id, routes.renameSession(id, title), { read = readSession })
end

--- Deletes a session with all that was said in it.
function M.deleteSession(server, id)
	M.callSession(server, id, routes.deleteSession(id), {})
end

--- Makes a session that begins with all that was said in another.
function M.forkSession(server, id)
	return M.callSession(server, id, routes.forkSession(id), { read = readSession })
end

--- Makes a session readable on the web.
function M.shareSession(server, id)
	return M.callSession(server, id, routes.shareSession(id), { read = readSession })
end

function M.unshareSession(server, id)
	return M.callSession(server, id, routes.unshareSession(id), { read = readSession })
end

return M
