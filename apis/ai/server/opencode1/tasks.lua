-- What opencode 1 does at a request, which it answers when it is done: that may take longer than any request may. So
-- the answer is not waited for: a client that goes away stops none of them (1.18.33, measured for all three), and
-- whoever has begun one looks at the session's messages for what comes of it.

local outcome = require("/apis/trapos/failure").outcome
local fail = require("/apis/ai/failure").fail
local modelIn = require("/apis/ai/server/opencode1/prompt").modelIn
local callSession = require("/apis/ai/server/opencode1/sessions").callSession

local M = {}

--- Seconds after which it has arrived, whether or not it is answered yet.
local ARRIVED_SECONDS = 2

--- Sends a request whose answer comes when all is done.
local function start(server, id, route, body)
	local ok, failure = outcome(function()
		return callSession(server, id, route, { body = body, timeout = ARRIVED_SECONDS })
	end)
	if ok or failure.code == "timed_out" then
		return
	end
	local isBusy = string.find(failure.message, "usy")
	error(isBusy == nil and failure or fail("works_now"), 0)
end

--- Begins to write a summary that takes the place of what was said.
function M.startCompacting(server, id, model)
	start(server, id, "/summarize", modelIn(model) or {})
end

--- Begins to run a line of the server's shell in the session's folder, whatever permissions say.
function M.startShell(server, id, agent, line)
	start(server, id, "/shell", { agent = agent, command = line })
end

--- Begins to run a command of opencode's configuration. One of no known name is 500 (1.18.33).
function M.startCommand(server, id, command)
	start(server, id, "/command", {
		command = command.name,
		arguments = command.arguments,
		model = command.model,
		agent = command.agent,
		variant = command.variant,
	})
end

return M
