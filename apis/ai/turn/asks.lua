-- Who waits for a person: a tool of the turn, or of one of its subagents, that asks for a permission or an answer. What
-- it asks is decided by whoever drives the turn, and the server is told.

local askModule = require("/apis/ai/ask")
local describeAsk, permissionAsk, questionAsk =
	askModule.describeAsk, askModule.permissionAsk, askModule.questionAsk
local withField = require("/apis/ai/copy").withField
local activeTools = require("/apis/ai/messages").activeTools
local isWorthAsking = require("/apis/ai/turn/requests").isWorthAsking
local wait = require("/apis/ai/turn/waiting").wait

local M = {}

--- A ring of parents has no end, so no more of them are followed.
local MOST_GENERATIONS = 10

--- The parent of a session that no other one has opened.
local NOBODY = ""

--- What the newest message's tool calls are at, and which sessions they opened for subagents.
--
-- @param own the turn's session
local function activityOf(message, own)
	local calls = {}
	local subagents = {}
	local hasSubagents = false
	for _, part in ipairs(activeTools(message)) do
		if part.callID ~= nil then
			calls[part.callID] = true
		end
		local metadata = part.state.metadata
		if metadata and metadata.sessionId ~= nil then
			subagents[metadata.sessionId] = true
			hasSubagents = true
		elseif part.tool == "subagent" then
			-- Which session it has opened is not told: any that the turn's own has.
			subagents[own] = true
			hasSubagents = true
		end
	end
	return { calls = calls, subagents = subagents, hasSubagents = hasSubagents }
end

--- Whether an ask of the turn's own session is of one of its calls. Asks of turns that were stopped stay listed (1.18.33).
local function isOfCall(activity, ask)
	local call = ask.tool and ask.tool.callID

	-- Older servers do not say which call it is that asks.
	return call == nil or activity.calls[call] == true
end

--- Follows a session's parents to one of the turn's subagents, or as far as they are known.
--
-- @param generation how many parents were followed to this one
-- @returns the session that was reached; nothing where none of the turn's can be
local function follow(state, subagents, session, generation)
	local parent = state.parents[session]
	if subagents[session] or parent == nil then
		return session
	end
	if parent == NOBODY or generation == MOST_GENERATIONS then
		return nil
	end
	return follow(state, subagents, parent, generation + 1)
end

--- The time until the turn is looked at again when somebody has decided, in seconds.
local SOON_SECONDS = 0.2

--- Looks for the first entry of a list that is an ask of this turn.
local function findAsk(state, entries)
	local activity = activityOf(state.last, state.sessionId)
	local answered
	local stranger
	for _, ask in ipairs(entries) do
		local isOurs = false
		if ask.sessionID == state.sessionId then
			isOurs = isOfCall(activity, ask)
		elseif activity.hasSubagents then
			local session = follow(state, activity.subagents, ask.sessionID, 1)
			isOurs = session ~= nil and activity.subagents[session] == true
			if not isOurs then
				stranger = stranger or session
			end
		end
		if isOurs and not state.answered[ask.id] then
			return { ask = ask }
		end
		if isOurs then
			answered = answered or ask
		end
	end
	return {
		answered = answered,
		stranger = isWorthAsking(state, "parent") and stranger or nil,
	}
end

--- Asks which session opened another one, after which the asks are looked at anew.
local function askForParent(state, id)
	state.stranger = id
	return { kind = "parent", id = id }
end

--- Notes that the turn waits for a permission.
local function notePermission(state, code, text)
	state.blocker = { phase = "waiting for permission", text = text, code = code }
end

--- Notes what the turn waits for.
local function noteAsk(state, asked)
	local text = describeAsk(asked)
	if asked.what == "permission" then
		notePermission(state, "waiting_for_permission", text)
	else
		state.blocker = { phase = "waiting for an answer", text = text, code = "waiting_for_question" }
	end
end

--- Asks whoever drives the turn.
local function askPerson(state, asked)
	noteAsk(state, asked)
	state.asking = asked.ask.id
	state.askedAt = state.now
	return asked.what == "permission" and { kind = "ask", what = "permission", ask = asked.ask }
		or { kind = "ask", what = "question", ask = asked.ask }
end

--- What the server is told of a decision.
local function answerOf(id, decision)
	if decision.what == "permission" then
		return { kind = "answerPermission", id = id, reply = decision.reply, message = decision.message }
	end
	local answers = decision.answers
	return answers and { kind = "answerQuestion", id = id, answers = answers }
		or { kind = "rejectQuestion", id = id }
end

--- Tells the server what was decided. As long as somebody was asked nothing else could happen, so that it does not count.
function M.afterAsk(state, decision)
	state.changedAt = state.changedAt + (state.now - state.askedAt)
	if decision.what == "gone" then
		local blocker = state.blocker
		if blocker then
			state.blocker = { phase = blocker.phase, text = blocker.text, code = blocker.code, isGone = true }
		end
		return wait(state, SOON_SECONDS)
	end
	local answer = answerOf(state.asking, decision)
	state.answer = answer
	if answer.kind == "rejectQuestion" then
		state.isRefused = true
	end
	if answer.kind == "answerPermission" then
		state.isRefused = answer.reply == "reject" and answer.message == nil
	end
	return answer
end

--- The server was told, or does not ask any more.
function M.afterAnswer(state)
	local id = state.answer.id
	state.answered = withField(state.answered, id, true)
	state.answer = nil
	state.blocker = nil
	state.changedAt = state.now
	return wait(state, SOON_SECONDS)
end

--- The server does not take what was answered: what it still asks is asked anew.
function M.askAgain(state)
	state.answer = nil
	state.askedAgain = state.askedAgain + 1
	state.changedAt = state.now
	return wait(state, SOON_SECONDS)
end

--- The server cannot be told. Somebody else may answer, so that the turn is waited for all the same.
function M.withoutAnswer(state)
	state.answered = withField(state.answered, state.answer.id, true)
	state.answer = nil
	return wait(state)
end

--- Asks for questions that wait for an answer.
function M.lookForQuestion(state)
	return isWorthAsking(state, "questions") and { kind = "questions" } or wait(state)
end

--- A tool that runs may wait for somebody: asks for permissions first, then for questions.
function M.lookForBlocker(state)
	if #activeTools(state.last) == 0 then
		-- What was asked is over, whatever has become of the answer to it.
		state.answer = nil
		return wait(state)
	end
	if state.answer then
		return state.answer
	end
	if isWorthAsking(state, "permissions") then
		return { kind = "permissions" }
	end
	return M.lookForQuestion(state)
end

--- Looks for a permission that the turn waits for.
function M.afterPermissions(state, permissions)
	local found = findAsk(state, permissions)
	local ask = found.ask
	local answered = found.answered
	state.blocker = nil
	if ask then
		return askPerson(state, {
			what = "permission",
			ask = permissionAsk(ask),
		})
	end
	if answered then
		noteAsk(state, {
			what = "permission",
			ask = permissionAsk(answered),
		})
	end
	return found.stranger == nil and M.lookForQuestion(state) or askForParent(state, found.stranger)
end

--- Goes on without the list of permissions.
function M.withoutPermissions(state, failure)
	local tool = activeTools(state.last)[1]

	-- opencode cannot write down what some tools ask for, and then tells of no ask at all (1.18.14, 1.18.33).
	if failure.code == "bad_request" and tool then
		notePermission(state, "permission_unlisted", tool.tool or "a tool")
	end
	return M.lookForQuestion(state)
end

--- Looks for a question that the turn waits for.
function M.afterQuestions(state, questions)
	local found = findAsk(state, questions)
	local ask = found.ask
	local answered = found.answered
	if ask then
		return askPerson(state, {
			what = "question",
			ask = questionAsk(ask),
		})
	end
	if found.stranger ~= nil then
		return askForParent(state, found.stranger)
	end
	if answered then
		noteAsk(state, {
			what = "question",
			ask = questionAsk(answered),
		})
	end
	return wait(state)
end

--- Goes on without the list of questions.
function M.withoutQuestions(state)
	return wait(state)
end

--- Notes which session opened the stranger's, and looks at the asks anew.
function M.afterParent(state, session)
	state.parents = withField(state.parents, state.stranger, session.parentID or NOBODY)
	return { kind = "permissions" }
end

return M
