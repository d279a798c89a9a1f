-- Who waits for a person: a tool of the turn, or of one of its subagents, that asks for a permission or an answer.

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
local function activityOf(message)
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

--- Looks for the first entry of a list that is an ask of this turn.
local function findAsk(state, entries)
	local activity = activityOf(state.last)
	local stranger
	for _, ask in ipairs(entries) do
		if ask.sessionID == state.sessionId then
			if isOfCall(activity, ask) then
				return { ask = ask }
			end
		elseif activity.hasSubagents then
			local session = follow(state, activity.subagents, ask.sessionID, 1)
			if session ~= nil and activity.subagents[session] then
				return { ask = ask }
			end
			stranger = stranger or session
		end
	end
	return { stranger = isWorthAsking(state, "parent") and stranger or nil }
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

--- Asks for questions that wait for an answer.
function M.lookForQuestion(state)
	return isWorthAsking(state, "questions") and { kind = "questions" } or wait(state)
end

--- A tool that runs may wait for somebody: asks for permissions first, then for questions.
function M.lookForBlocker(state)
	if #activeTools(state.last) == 0 then
		return wait(state)
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
	state.blocker = nil
	if ask then
		local pattern = ask.patterns and ask.patterns[1]
		notePermission(state, "waiting_for_permission", ask.permission .. ": " .. (pattern or ""))
		return wait(state)
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
	if not ask and found.stranger ~= nil then
		return askForParent(state, found.stranger)
	end
	local first = ask and ask.questions[1]
	if first then
		local code = "waiting_for_question"
		state.blocker = { phase = "waiting for an answer", text = first.question, code = code }
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
