-- Calls about what was said in a session, and about taking it back.

local listOf = require("/apis/trapos/json").listOf
local answerOf = require("/apis/ai/drive").answerOf
local fail = require("/apis/ai/failure").fail
local messagesModule = require("/apis/ai/messages")
local pastTurns, textOf = messagesModule.pastTurns, messagesModule.textOf
local sessionOf = require("/apis/ai/calls/sessions").sessionOf

local M = {}

--- How many messages a turn is thought to have, when the last ones are asked for.
local MESSAGES_A_TURN = 6

--- How many turns are given where nothing is said.
local USUAL_TURNS = 10

--- Asks for all messages (1.18.33).
local ALL = 0

--- The id of the first message of a session that was taken back.
function M.hiddenFrom(session)
	return session.revert and session.revert.messageID
end

--- Why a turn has no answer, or no whole one.
local function problemOf(last)
	if last == nil then
		return "no answer"
	end
	local errorModule = last.info.error
	if errorModule == nil then
		return nil
	end
	return errorModule.data and errorModule.data.message or errorModule.name
end

local function turnOf(past)
	local prompt = past.prompt
	local last = past.steps[#past.steps]
	local info = last and last.info
	return {
		id = prompt.info.id,
		prompt = textOf({ prompt }),
		text = answerOf(past.steps),
		time = prompt.info.time.created,
		model = info and info.modelID ~= nil and tostring(info.providerID) .. "/" .. info.modelID or nil,
		agent = info and info.agent,
		problem = problemOf(last),
	}
end

--- The last turns of a session as the server has them, oldest first: so many, or more.
--
-- @param hidden the first message that does not count
local function lastTurns(client, session, wanted, hidden)
	for _, limit in ipairs({ wanted * MESSAGES_A_TURN, ALL }) do
		local messages = client.face.getMessages(client, session.id, limit)
		local turns = pastTurns(messages, hidden)

		-- The first turn of a part of the list may lack its beginning.
		if limit == ALL or #messages < limit or #turns > wanted then
			return turns
		end
	end
	return {}
end

function M.messages(client, options)
	local given = options or {}
	local limit = given.limit or USUAL_TURNS
	local session = sessionOf(client, given.session)
	local found = {}
	local past = lastTurns(client, session, limit, M.hiddenFrom(session))
	for at = math.max(#past - limit, 0), #past - 1 do
		table.insert(found, turnOf(past[at + 1]))
	end
	return found
end

--- What a turn has changed, as calls tell of it.
local function changesOf(client, sessionId, prompt)
	local found = {}
	for _, change in ipairs(client.face.getChanges(client, sessionId, prompt.info.id)) do
		table.insert(found, {
			file = change.file,
			additions = change.additions or 0,
			deletions = change.deletions or 0,
			status = change.status,
			patch = change.patch,
		})
	end
	return found
end

--- Takes back the last prompt that is not taken back yet.
function M.undo(client, id)
	local session = sessionOf(client, id)
	local past = lastTurns(client, session, 1, M.hiddenFrom(session))
	local last = past[#past]
	local prompt = last and last.prompt
	if prompt == nil then
		error(fail("nothing_to_undo"), 0)
	end
	local files = changesOf(client, session.id, prompt)
	client.face.undo(client, session.id, prompt.info.id)
	return {
		prompt = textOf({ prompt }),
		files = listOf(files),
	}
end

--- Brings back the first prompt that was taken back, and no more than that.
function M.redo(client, id)
	local session = sessionOf(client, id)
	local hidden = M.hiddenFrom(session)
	if hidden == nil then
		error(fail("nothing_to_redo"), 0)
	end
	local messages = client.face.getMessages(client, session.id, ALL)
	local turns = pastTurns(messages)
	local shown = #pastTurns(messages, hidden)
	local first = turns[shown + 1]
	local second = turns[shown + 1 + 1]
	local back = first and first.prompt
	local next = second and second.prompt
	if next == nil then
		client.face.redo(client, session.id)
	else
		client.face.undo(client, session.id, next.info.id)
	end
	if back == nil then
		return {
			prompt = "",
			files = listOf({}),
		}
	end
	return {
		prompt = textOf({ back }),
		files = listOf(changesOf(client, session.id, back)),
	}
end

function M.todo(client, id)
	return client.face.getTodos(client, sessionOf(client, id).id)
end

--- What the last turn has changed.
function M.diff(client, id)
	local session = sessionOf(client, id)
	local past = lastTurns(client, session, 1, M.hiddenFrom(session))
	local last = past[#past]
	local prompt = last and last.prompt
	return prompt == nil and {} or changesOf(client, session.id, prompt)
end

return M
