-- Calls about whole sessions.

local outcome = require("/apis/trapos/failure").outcome
local toUtf8 = require("/apis/trapos/utf8").toUtf8
local fail = require("/apis/ai/failure").fail
local sessionModule = require("/apis/ai/session")
local isSessionId, rememberSession = sessionModule.isSessionId, sessionModule.rememberSession

local M = {}

--- The id of the session that a call is about: the one that it names, or this computer's.
local function sessionId(client, session)
	local id = session or client.settings.session_id
	if id == nil then
		error(fail("no_session"), 0)
	end
	return id
end

--- A session as the server has it; fails with `session_gone` where there is none, or can be none.
function M.requireSession(client, id)
	if not isSessionId(id) then
		error(fail("session_gone", { session = id }), 0)
	end
	return client.face.getSession(client, id)
end

--- The session that a call is about, as the server has it.
function M.sessionOf(client, session)
	return M.requireSession(client, sessionId(client, session))
end

--- A session as calls tell of it.
function M.summarise(client, session)
	return {
		id = session.id,
		title = session.title,
		created = session.time.created,
		updated = session.time.updated,
		current = session.id == client.settings.session_id,
	}
end

function M.rename(client, title, session)
	if (string.find(title, "%S")) == nil then
		error(fail("bad_argument", { what = "A title is no blank" }), 0)
	end
	local id = sessionId(client, session)
	return M.summarise(client, client.face.renameSession(client, id, toUtf8(title)))
end

function M.deleteSession(client, session)
	local summary = M.summarise(client, M.sessionOf(client, session))
	client.face.deleteSession(client, session)
	if summary.current then
		rememberSession(client, nil)
	end
	return summary
end

function M.fork(client, session)
	local forked = client.face.forkSession(client, sessionId(client, session))
	rememberSession(client, forked.id)
	return M.summarise(client, forked)
end

function M.share(client, session)
	local id = sessionId(client, session)
	local ok, answer = outcome(function()
		return client.face.shareSession(client, id)
	end)

	-- Where its configuration forbids it opencode says no more than that something went wrong (1.18.33).
	if not ok then
		error(answer.code == "server_error" and fail("not_shared") or answer, 0)
	end
	if answer.share == nil then
		error(fail("not_shared"), 0)
	end
	return answer.share.url
end

function M.unshare(client, session)
	client.face.unshareSession(client, sessionId(client, session))
	return nil
end

return M
