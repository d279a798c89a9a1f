-- What waits for a person in the folder that a computer talks in, whoever's turn it is. Its functions raise failures.

local outcome = require("/apis/trapos/failure").outcome
local askModule = require("/apis/ai/ask")
local permissionAsk, questionAsk = askModule.permissionAsk, askModule.questionAsk
local copy = require("/apis/ai/copy").copy
local fail = require("/apis/ai/failure").fail
local activeTools = require("/apis/ai/messages").activeTools

local M = {}

--- A ring of parents has no end, so no more of them are followed.
local MOST_GENERATIONS = 10

--- This computer's session; nothing where there is none, or the server does not have it any more.
function M.currentSession(server)
	local id = server.settings.session_id
	if id == nil then
		return nil
	end
	local ok, session = outcome(function()
		return server.face.getSession(server, id)
	end)
	if ok then
		return session
	end
	if session.code == "session_gone" then
		return nil
	end
	error(session, 0)
end

--- The folder that this computer's session works in, or else the one that new sessions get.
function M.currentFolder(server)
	local session = M.currentSession(server)
	if session == nil then
		return server.settings.directory
	end
	return session.directory
end

--- Whether an ask still waits: its tool call runs. What was asked by a turn that was stopped stays listed (1.18.33).
local function isOpen(server, ask)
	local call = ask.tool and ask.tool.callID
	local messages = server.face.getMessages(server, ask.sessionID, 1)
	for _Module, part in ipairs(activeTools(messages[#messages])) do
		-- Older servers do not say which call it is that asks.
		if call == nil or part.callID == call then
			return true
		end
	end
	return false
end

--- The session that opened another one, where one did.
local function parentOf(server, id)
	local ok, session = outcome(function()
		return server.face.getSession(server, id)
	end)
	return ok and session.parentID or nil
end

--- Whether a session is this computer's, or was opened for a subagent of it.
local function isCurrent(server, sessionId)
	local id = sessionId
	for _ = 0, MOST_GENERATIONS do
		if id == server.settings.session_id then
			return id ~= nil
		end
		if id == nil then
			return false
		end
		id = parentOf(server, id)
	end
	return false
end

--- Those of a list that wait, each with whether it is of this computer's session.
local function openOf(server, name)
	local folder = M.currentFolder(server)
	local own = server.settings.session_id
	local entries = server.face.readList(server, name, folder, own)
	local open = {}
	if #entries == 0 then
		return open
	end

	-- opencode 2 lists nothing that does not wait.
	local isSure = server.face.dialect(server) == 2
	local statuses = isSure and {} or server.face.readList(server, "status", folder)
	for _Module, entry in ipairs(entries) do
		local isBusy = statuses[entry.sessionID] ~= nil
		if isSure or isBusy and isOpen(server, entry) then
			open[#open + 1] = {
				entry = entry,
				current = isCurrent(server, entry.sessionID),
			}
		end
	end
	return open
end

--- The permissions that wait.
function M.openPermissions(server)
	local asks = {}
	for _Module, found in ipairs(openOf(server, "permissions")) do
		asks[#asks + 1] = copy(permissionAsk(found.entry), { current = found.current })
	end
	return asks
end

--- The questions that wait.
function M.openQuestions(server)
	local asks = {}
	for _Module, found in ipairs(openOf(server, "questions")) do
		asks[#asks + 1] = copy(questionAsk(found.entry), { current = found.current })
	end
	return asks
end

--- Answers something that waits. Fails with `ask_gone` where it does not.
function M.answer(server, send)
	local folder = M.currentFolder(server)
	local ok, failure = outcome(function()
		send(folder)
	end)
	if not ok then
		error(failure.code == "not_found" and fail("ask_gone") or failure, 0)
	end
end

return M
