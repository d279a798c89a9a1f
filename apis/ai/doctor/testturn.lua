-- A turn that tests the whole way to the model, in a session of its own that is gone afterwards.

local outcome = require("/apis/trapos/failure").outcome
local copy = require("/apis/ai/copy").copy
local driveModule = require("/apis/ai/drive")
local drive, stop = driveModule.drive, driveModule.stop
local fail = require("/apis/ai/failure").fail
local sessionModule = require("/apis/ai/session")
local forgetTurn, newNonce = sessionModule.forgetTurn, sessionModule.newNonce

local M = {}

--- What the model is asked.
local TEST_PROMPT = "Reply with the single word: pong"
local TITLE = "ComputerCraft: a test"

--- Deletes the session, unless its turn is in the middle of its start: opencode would break.
local function remove(server, record, isOver)
	forgetTurn(server.disk, record.nonce)
	if not isOver then
		local start = { sessionId = record.sessionId, isOurs = true, baselineId = record.baselineId }
		if stop(server, start, record.directory).outcome == "starting" then
			return
		end
	end

	-- Where that fails the session stays, which harms nobody.
	outcome(function()
		return server.face.deleteSession(server, record.sessionId)
	end)
end

--- Asks the model for one word. Raises its failure; Ctrl+T stops the turn. The session is deleted either way, but for one
-- whose turn is still being started.
--
-- @param server the settings say which model and agent
-- @param seconds how long it may take at most
function M.testTurn(server, seconds)
	-- A wait in vain is none of the player's session's.
	local settings = copy(server.settings, {})
	settings.reset_session_on_timeout = "false"
	local own = copy(server, {})
	own.settings = settings
	local session = own.face.createSession(own, TITLE)
	own.face.beforePrompt(own, session, settings)
	local record = {
		dialect = own.face.dialect(own),
		nonce = newNonce(own.now()),
		sessionId = session.id,
		directory = session.directory,
		text = TEST_PROMPT,
		sentAt = own.now(),
		model = settings.model,
		agent = settings.agent,
		variant = settings.variant,
	}
	local endModule = own.now() + seconds * 1000
	local options = {
		idleTimeout = seconds,
		onProgress = function()
			if own.now() > endModule then
				error(fail("no_progress", { seconds = seconds }), 0)
			end
		end,
	}
	local isOver, reply = pcall(function()
		return drive(own, record, options, false)
	end)
	remove(own, record, isOver)
	if not isOver then
		error(reply, 0)
	end
	return reply
end

return M
