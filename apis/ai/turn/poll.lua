-- Looks at the turn again and again: at the newest message, and at what the session does, until something is to be done.

local messagesModule = require("/apis/ai/messages")
local activeTools, carriesNonce, isBeside, isComplete, looksFinal, turnIn =
	messagesModule.activeTools,
	messagesModule.carriesNonce,
	messagesModule.isBeside,
	messagesModule.isComplete,
	messagesModule.looksFinal,
	messagesModule.turnIn
local failForNow = require("/apis/ai/turn/actions").failForNow
local answerModule = require("/apis/ai/turn/answer")
local search, settle, settleStuck = answerModule.search, answerModule.settle, answerModule.settleStuck
local lookForBlocker = require("/apis/ai/turn/asks").lookForBlocker
local silence = require("/apis/ai/turn/silence")
local missing, unanswered = silence.missing, silence.unanswered
local stateModule = require("/apis/ai/turn/state")
local activeTool, hasRested, isSurelyIdle, isYoung, newAnswer, noteIdle, noteMessages, noteSent, noteStatus, noteSteps, quietTime =
	stateModule.activeTool,
	stateModule.hasRested,
	stateModule.isSurelyIdle,
	stateModule.isYoung,
	stateModule.newAnswer,
	stateModule.noteIdle,
	stateModule.noteMessages,
	stateModule.noteSent,
	stateModule.noteStatus,
	stateModule.noteSteps,
	stateModule.quietTime
local waiting = require("/apis/ai/turn/waiting")
local wait, waitIdle = waiting.wait, waiting.waitIdle

local M = {}

--- Milliseconds between two looks at the status: while the model is tried again, and while nothing changes.
local RETRY_STATUS = 2000
local QUIET_STATUS = 2000

--- The same while a tool runs, which may wait for somebody.
local TOOL_STATUS = 1000

--- The longer nothing changes, the rarer the status is asked for: after this share of that time.
local QUIET_SHARE = 0.6

--- Milliseconds between two looks at the messages of opencode 2, which says in 11 bytes that nothing runs any more.
local LOOK = 1000

--- How much sooner the first one is: a tool is to be seen soon, and a quick answer needs none.
local FIRST_LOOK = 500

--- How many messages are looked at where the newest is beside the conversation.
local MORE_MESSAGES = 10

--- Asks for the newest message.
local function lookAtNewest(state)
	state.lookedAt = state.now
	state.looked = 1
	return { kind = "last", limit = 1 }
end

--- Asks for more of the newest messages, where the newest hides the turn's step: somebody has switched the model, say.
local function lookBehind(state)
	state.looked = MORE_MESSAGES
	return { kind = "last", limit = MORE_MESSAGES }
end

--- Refuses where another turn runs.
local function refuseBusy(state, last)
	local tool = activeTool(last)
	local since = last == nil and state.now or last.info.time.created

	-- The server's clock may be ahead.
	local seconds = tostring(math.floor(math.max(state.now - since, 0) / 1000))
	return failForNow("session_busy", {
		seconds = seconds,
		what = tool and " (" .. tostring(tool.tool) .. ")" or "",
	})
end

--- Whether the status can tell something that the messages do not.
local function isStatusDue(state)
	if state.status == "idle" or state.isHinted then
		return true
	end
	local sinceStatus = state.now - state.statusAt
	if state.status == "retry" then
		return sinceStatus >= RETRY_STATUS
	end
	local quiet = quietTime(state)
	local limit = #activeTools(state.last) == 0 and QUIET_STATUS or TOOL_STATUS
	return quiet >= limit and sinceStatus >= math.max(limit, quiet * QUIET_SHARE)
end

--- Whether the messages of opencode 2 can tell something new, though the session works: rarely the longer nothing changes.
local function isLookDue(state)
	if state.isHinted then
		return true
	end
	return state.now - state.lookedAt >= math.max(LOOK, quietTime(state) * QUIET_SHARE)
end

--- Looks again where the status cannot be had: of opencode 2 the newest message may tell that the turn is over.
function M.withoutStatus(state, seconds)
	return state.dialect == 2 and isLookDue(state) and lookAtNewest(state) or wait(state, seconds)
end

--- What to do after the newest message of opencode 2 was seen, while its session works.
local function afterLook(state)
	local last = state.last
	local passed = state.passed
	state.passed = nil
	if last and last.info.role == "idle" and last.info.id ~= state.baselineId then
		return search(state)
	end
	if passed ~= nil then
		return { kind = "message", id = passed }
	end
	if state.isHinted or quietTime(state) >= TOOL_STATUS then
		return lookForBlocker(state)
	end
	return wait(state)
end

--- What to do after the newest message was seen.
function M.afterNewest(state)
	if state.dialect == 2 then
		return afterLook(state)
	end
	local answer = newAnswer(state)
	if answer and not state.isTraced then
		state.isTraced = true
		return { kind = "beginning", limit = 2 }
	end
	local passed = state.passed
	state.passed = nil
	local isOver = isComplete(answer) and looksFinal(answer)

	-- All steps are fetched at the end.
	if passed ~= nil and not isOver then
		return { kind = "message", id = passed }
	end
	local isDue = state.troubles.status ~= nil or state.answer ~= nil or isStatusDue(state)
	if isComplete(answer) then
		isDue = isOver or state.now ~= state.changedAt
	end
	return isDue and { kind = "status" } or wait(state)
end

--- What to do where the session is idle behind an answer: the turn is over, or its server died.
local function whenEnded(state, answer)
	if isComplete(answer) then
		return looksFinal(answer) and settle(state, answer) or search(state)
	end
	return hasRested(state) and search(state) or waitIdle(state)
end

--- What to do where the session is idle: the turn is over, or has not begun.
local function whenIdle(state)
	local answer = newAnswer(state)
	local last = state.last
	if answer then
		return whenEnded(state, answer)
	end
	if last and carriesNonce(last, state.nonce) then
		return unanswered(state)
	end
	if isYoung(state) then
		return wait(state)
	end
	if not isSurelyIdle(state) then
		return waitIdle(state)
	end
	return last and last.info.id ~= state.baselineId and search(state) or missing(state)
end

--- What to do where the session is at work.
local function whenBusy(state)
	local settled = settleStuck(state)
	if settled then
		return settled
	end
	if state.dialect == 2 then
		if state.answer then
			return lookForBlocker(state)
		end
		return isLookDue(state) and lookAtNewest(state) or wait(state)
	end
	return state.status == "busy" and lookForBlocker(state) or wait(state)
end

--- Begins with what the session does, which the newest message tells of opencode 2 mostly.
function M.afterBegin(state)
	state.changedAt = state.now
	return state.dialect == 2 and not state.sent and lookAtNewest(state) or { kind = "status" }
end

--- Sends the prompt behind the newest message, where nothing runs.
local function sendBehind(state, last)
	state.baselineId = last and last.info.id
	if state.dialect == 2 and state.status == "unknown" then
		state.last = last

		-- Behind a record that a turn has ended, and in an empty session, nothing runs.
		return (last == nil or last.info.role == "idle") and { kind = "send" } or { kind = "status" }
	end
	return state.status == "idle" and { kind = "send" } or refuseBusy(state, last)
end

--- Waits for what comes of the prompt.
function M.afterSend(state)
	noteSent(state)
	state.lookedAt = state.now - FIRST_LOOK
	state.unsure = nil
	return wait(state)
end

--- Looks again. Where it is not known whether the prompt arrived it is looked for among the messages.
function M.afterWait(state, hint)
	state.isHinted = hint == true
	if state.unsure then
		return search(state)
	end
	return state.dialect == 2 and { kind = "status" } or lookAtNewest(state)
end

--- Looks at the newest message: before the prompt is sent, for what comes before it; then for what comes of it.
function M.afterLast(state, messages)
	local last = messages[#messages]
	if not state.sent then
		return sendBehind(state, last)
	end
	local isHiding = last ~= nil and isBeside(last) and last.info.id ~= state.baselineId
	if isHiding and state.looked < MORE_MESSAGES then
		return lookBehind(state)
	end
	state.polls = state.polls + 1
	noteMessages(state, messages)
	if last and last.info.role == "user" and carriesNonce(last, state.nonce) then
		state.userMessageId = last.info.id
	end
	return M.afterNewest(state)
end

--- Looks where the turn begins, once, so that a turn of one step need not be searched for.
function M.afterBeginning(state, messages)
	local turn = turnIn(state, messages)
	local first = turn.steps[1]
	state.userMessageId = turn.userMessageId
	if turn.isWhole and first and not turn.isFollowed then
		state.firstStepId = first.info.id
	end
	noteMessages(state, messages)
	return M.afterNewest(state)
end

--- Sees how the tools of a step have ended.
function M.afterMessage(state, step)
	noteSteps(state, { step })
	return M.afterNewest(state)
end

--- Looks at what the session does.
function M.afterStatus(state, statuses)
	noteStatus(state, statuses[state.sessionId])
	if not state.sent then
		return state.dialect == 2 and sendBehind(state, state.last) or lookAtNewest(state)
	end
	noteIdle(state)
	if state.last == nil and state.resumed then
		return search(state)
	end
	if state.dialect == 2 and state.status == "idle" then
		return search(state)
	end
	return state.status == "idle" and whenIdle(state) or whenBusy(state)
end

return M
