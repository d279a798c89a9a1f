-- What opencode 1 does at a request, which it answers when it is done: that may take longer than any request may. So
-- the answer is not waited for: a client that goes away stops none of them (1.18.33, measured for all three), and
-- whoever has begun one looks at the session's messages for what comes of it.

local outcome = require("/apis/trapos/failure").outcome
local fail = require("/apis/ai/failure").fail
local routes = require("/apis/ai/server/opencode1/routes")
local callSession = require("/apis/ai/server/opencode1/sessions").callSession

local M = {}

--- Seconds after which it has arrived, whether or not it is answered yet.
local ARRIVED_SECONDS = 2

--- Sends a request whose answer comes when all is done.
local function start(server, id, route)
	local ok, failure = outcome(function()
		return callSession(server, id, route, { timeout = ARRIVED_SECONDS })
	end)
	if ok or failure.code == "timed_out" then
		return
	end
	local isBusy = string.find(failure.message, "usy")
	error(isBusy == nil and failure or fail("works_now"), 0)
end

--- Begins to write a summary that takes the place of what was said.
function M.startCompacting(server, id, model)
	start(server, id, routes.compact(id, model))
end

--- Begins to run a line of the server's shell in the session's folder, whatever permissions say.
function M.startShell(server, id, agent, line)
	start(server, id, routes.shell(id, agent, line))
end

--- Begins to run a command of opencode's configuration.
function M.startCommand(server, id, command)
	start(server, id, routes.command(id, command))
end

return M
