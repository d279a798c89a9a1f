-- What is known of a turn: one flat table, which `start` makes and each step copies. All times are in epoch
-- milliseconds. It holds
--
-- - of the server: `dialect`
-- - of the prompt: `nonce`, `sessionId`, `model` and `agent` as asked for, `sent`, `sentAt`, `resumed` (it was sent before
--   this program started), `unsure` (why it is not known whether it arrived), `userMessageId`
-- - of the messages: `baselineId` (the newest before the prompt), `last` (the newest), `firstStepId` (the turn's first)
-- - of the session: `status` and `statusAt`, `retry`, `idleSince` and `idleLooks`
-- - of progress: `sight` (all that can be seen of the turn), `sightBefore` and `changedAt`, `blocker` (what waits for a person)
-- - of its steps: `shown` (those that the last answer has brought), `spent` (their tokens), `passed` (one whose tools ended
--   unseen), `wantsTools`
-- - of looking: `lookedAt`, `looked`
-- - of asking: `asking` (the ask that a person is to decide on) and `askedAt`, `answer` (what the server is to be told of it),
--   `askedAgain` (how often it did not take that), `answered` (those that it was told of)
-- - of failures: `troubles` by request, `failing` (the one that counts), `reachedAt`, `cutAt`
--
-- Here is what can be told from it alone, and how what was seen is written into it.

local copyModule = require("/apis/ai/copy")
local copy, withField = copyModule.copy, copyModule.withField
local messagesModule = require("/apis/ai/messages")
local activeTools, isBeside = messagesModule.activeTools, messagesModule.isBeside

local M = {}

--- Longest that a cold server was seen to stay idle before it starts a turn is 1.3 s; this leaves a wide margin.
local START_MILLISECONDS = 6000

--- An answer that is idle and incomplete for this long stays so for ever: the server died in the turn.
local INTERRUPTED_MILLISECONDS = 2000

--- Idle has to be seen so often before anything is concluded from it: a server that is loaded answers late.
local IDLE_LOOKS = 3

--- Servers were reported to stay busy after an answer was complete; after this long the answer counts.
local STUCK_BUSY_MILLISECONDS = 10000

--- The state before the first step.
--
-- @param from what the turn is about, see TurnState
-- @param idleTimeout seconds without any visible progress after which waiting ends
-- @param resumed whether the prompt was sent before
-- @param wantsTools whether somebody is told how tools end, which may take a request a step
-- @returns the state to hand to `step` with the observation `begin`
function M.start(from, idleTimeout, resumed, wantsTools)
	local state = {
		idleTimeout = idleTimeout,
		resumed = resumed,
		now = 0,
		sent = resumed,
		isTraced = false,
		polls = 0,
		lookedAt = 0,
		looked = 0,
		sendings = 0,
		status = "unknown",
		statusAt = 0,
		idleLooks = 0,
		searched = 0,
		sight = "",
		sightBefore = "",
		changedAt = 0,
		shown = {},
		spent = {},
		isHinted = false,
		wantsTools = wantsTools == true,
		asking = "",
		askedAt = 0,
		askedAgain = 0,
		answered = {},
		parents = {},
		stranger = "",
		troubles = {},
		reachedAt = 0,
		cutAt = 0,
		hasSession = false,
		hasAgent = false,
	}
	return copy(from, state)
end

--- The newest message, when it came after our prompt.
function M.newAnswer(state)
	local last = state.last
	return last and last.info.id ~= state.baselineId and last.info.role == "assistant" and last or nil
end

--- Whether anything shows that the server has the prompt.
function M.isSeen(state)
	return state.userMessageId ~= nil or M.newAnswer(state) ~= nil
end

--- True while the turn may yet start: it was sent, or the server was out of reach, a moment ago.
function M.isYoung(state)
	return state.now - math.max(state.sentAt, state.cutAt) < START_MILLISECONDS
end

--- True where a turn that has not been seen is later than turns are.
function M.isLate(state, now)
	return not M.isSeen(state) and (state.unsure ~= nil or now - state.sentAt >= START_MILLISECONDS)
end

--- Milliseconds since anything that can be seen of the turn has changed.
function M.quietTime(state)
	return state.now - state.changedAt
end

--- True once nothing has changed for so long that nothing will, whatever the session's status says.
function M.isStuck(state)
	return M.quietTime(state) >= STUCK_BUSY_MILLISECONDS
end

--- True once the session was seen to be idle so often that it is.
function M.isSurelyIdle(state)
	return state.idleLooks >= IDLE_LOOKS
end

--- True once the session has been idle for so long that what is incomplete stays so.
function M.hasRested(state)
	local since = state.idleSince or state.now
	return M.isSurelyIdle(state) and state.now - since >= INTERRUPTED_MILLISECONDS
end

--- The newest of a message's tool calls that run, or wait to.
function M.activeTool(message)
	local tools = activeTools(message)
	return tools[#tools]
end

--- All that can be seen of a message, as a text that is another one when any of it changes.
function M.sightOf(message)
	local sight = " "
		.. message.info.id
		.. " "
		.. tostring(message.info.finish)
		.. " "
		.. tostring(message.info.time.completed)
	for _, part in ipairs(message.parts) do
		local tool = part.state or {}
		sight = sight
			.. ";"
			.. part.type
			.. " "
			.. tostring(#(part.text or ""))
			.. " "
			.. tostring(tool.status)
			.. " "
			.. tostring(tool.title)
	end
	return sight
end

--- Notes whether anything that can be seen of the turn has changed.
local function noteSight(state)
	local last = state.last
	local sight = tostring(state.retry and state.retry.attempt) .. (last and M.sightOf(last) or "")
	if sight == state.sight then
		return
	end

	-- Back to what was seen before is no progress: a message that cannot be read is seen in one list and not in another.
	local isBack = sight == state.sightBefore
	state.sightBefore = state.sight
	state.sight = sight
	if isBack then
		return
	end
	state.changedAt = state.now
	state.idleSince = nil
	state.idleLooks = 0
	state.blocker = nil
	state.failing = nil
end

--- Notes that the prompt is, or may be, on the server.
function M.noteSent(state)
	state.sent = true
	state.sentAt = state.now
	state.changedAt = state.now
	state.statusAt = state.now
	state.status = "unknown"
end

--- Notes steps of the turn that an answer has brought, and what they took.
function M.noteSteps(state, steps)
	state.shown = steps
	for _, step in ipairs(steps) do
		local tokens = step.info.tokens
		local spent = tokens and tokens.input + tokens.output or 0
		if spent > 0 and state.spent[step.info.id] ~= spent then
			state.spent = withField(state.spent, step.info.id, spent)
		end
	end
end

--- The newest of some messages, of those that are of the conversation where there are any.
local function newestOf(messages)
	do
		local at = #messages - 1
		while at >= 0 do
			if not isBeside(messages[at + 1]) then
				return messages[at + 1]
			end
			at = at - 1
		end
	end
	return messages[#messages]
end

--- Notes the newest message of the session, the last of some that are listed.
function M.noteMessages(state, messages)
	local before = M.newAnswer(state)
	state.last = newestOf(messages)
	local answer = M.newAnswer(state)
	M.noteSteps(state, answer and { answer } or {})

	-- How its tools end may not have been seen, nor that it has any.
	local isOpen = before ~= nil and before.info.time.completed == nil
	if isOpen and state.wantsTools and answer and before.info.id ~= answer.info.id then
		state.passed = before.info.id
	end
	noteSight(state)
end

--- Notes what the session does, which is nothing where it has no status. Of opencode 2 the answer tells that it is tried again.
function M.noteStatus(state, status)
	local answer = M.newAnswer(state)
	local again = answer and answer.info.retry
	state.status = status and status.type or "idle"
	state.statusAt = state.now
	state.retry = status
	if status == nil or again == nil then
		return
	end
	state.status = "retry"
	state.retry = { type = "retry", attempt = again.attempt, message = again.message, next = again.next }
end

--- Notes how long, and how often, the session is seen to be idle since anything has changed.
function M.noteIdle(state)
	noteSight(state)
	if state.status == "idle" then
		state.idleSince = state.idleSince or state.now
		state.idleLooks = state.idleLooks + 1
	else
		state.idleSince = nil
		state.idleLooks = 0
	end
end

return M
