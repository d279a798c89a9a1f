-- The server's sessions as a numbered list, which players choose from.

local fail = require("/apis/ai/failure").fail
local wait = require("/apis/ai/view/waiting").wait

local M = {}

--- More sessions than anybody looks through; a server gives 100 where nothing is said.
local MOST_SESSIONS = 1000

--- The sessions, the newest first.
function M.listSessions(context)
	return wait(context.options, function()
		return context.ai.listSessions({ limit = MOST_SESSIONS })
	end)
end

--- Whether a word is written like a number of the list, or an id.
function M.isSession(word)
	return (string.find(word, "^%d+$")) ~= nil or (string.find(word, "^ses_%w+$")) ~= nil
end

--- The id of the session that a number of the list, or an id, stands for.
function M.findSession(context, word)
	local number = tonumber(word)
	if number == nil then
		return word
	end
	local session = M.listSessions(context)[number]
	if not session then
		error(fail("session_gone", { session = word }), 0)
	end
	return session.id
end

return M
