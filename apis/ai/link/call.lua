-- Calls one of the bridge's functions, and waits for what it gives.

local fail = require("/apis/ai/failure").fail
local conversation = require("/apis/ai/link/conversation")
local failureOf, hear, newId, say =
	conversation.failureOf, conversation.hear, conversation.newId, conversation.say

local M = {}

--- Calls one of the bridge's functions. Raises the failure that it gives, or that it gives none in time.
--
-- @param check reads what it gives; where nothing is said it gives nothing
function M.call(server, name, given, check)
	local id = newId()
	say({ type = "call", id = id, name = name, arguments = given })
	local seconds = server.settings.request_timeout_seconds
	local answer = hear(function(message)
		return message.id == id
	end, seconds, server.raw)
	if answer == nil then
		error(fail("timed_out", { url = server.settings.link_url }), 0)
	end
	if answer.type == "failure" then
		error(failureOf({ code = answer.code or "", detail = answer.detail }), 0)
	end
	if check == nil then
		return nil
	end
	local value = check(answer.value)
	if value == nil then
		error(fail("link_protocol", { what = name }), 0)
	end
	return value
end

return M
