-- The server's sessions as a numbered list, which players choose from.

local fail = require("/apis/ai/failure").fail
local known = require("/apis/ai/known")
local keep, recall = known.keep, known.recall
local wait = require("/apis/ai/view/waiting").wait

local M = {}

--- More sessions than anybody looks through; a server gives 100 where nothing is said.
local MOST_SESSIONS = 1000

--- The sessions, the newest first.
--
-- @param search what their titles have to have
function M.listSessions(context, search)
	return wait(context.options, function()
		return context.ai.listSessions({ limit = MOST_SESSIONS, search = search })
	end)
end

--- Keeps the numbers that sessions have on the screen, so that they mean the same sessions later on.
function M.noteShown(sessions)
	local shown = {}
	for _, session in ipairs(sessions) do
		table.insert(shown, session.id)
	end
	keep(fs, { shown = shown })
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
	local shown = recall(fs).shown
	local id = shown ~= nil and shown[number] or nil
	if id ~= nil then
		return id
	end
	local session = M.listSessions(context)[number]
	if session == nil or shown ~= nil then
		error(fail("session_gone", { session = word }), 0)
	end
	return session.id
end

--- The id of the session that a word stands for, or that the flags name.
function M.chosenSession(context, word)
	if word == nil then
		return context.options.session
	end
	return M.findSession(context, word)
end

--- The session that a word stands for, or the one that is talked in; fails where the server does not have it.
function M.knownSession(context, word)
	local id = M.chosenSession(context, word)
	return wait(context.options, function()
		return context.ai.session(id)
	end)
end

return M
