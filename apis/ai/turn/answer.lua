-- Where the reply is found in the session's messages, and what it comes to.
--
-- The newest ten messages are fetched, and then a hundred, until the prompt is among them. `turnIn` tells which of them
-- are the turn's steps. The last step says how the turn ended; the reply is the text of all of them.

local messagesModule = require("/apis/ai/messages")
local isAnswer, isComplete, isHandedOver, looksFinal, textOf, turnIn =
	messagesModule.isAnswer,
	messagesModule.isComplete,
	messagesModule.isHandedOver,
	messagesModule.looksFinal,
	messagesModule.textOf,
	messagesModule.turnIn
local fail = require("/apis/ai/turn/actions").fail
local silence = require("/apis/ai/turn/silence")
local missing, neverStartedAs, unanswered = silence.missing, silence.neverStartedAs, silence.unanswered
local stateModule = require("/apis/ai/turn/state")
local hasRested, isStuck, newAnswer, noteMessages, noteSteps =
	stateModule.hasRested,
	stateModule.isStuck,
	stateModule.newAnswer,
	stateModule.noteMessages,
	stateModule.noteSteps
local waiting = require("/apis/ai/turn/waiting")
local giveUpOn, wait, waitIdle = waiting.giveUpOn, waiting.wait, waiting.waitIdle

local M = {}

--- How many messages the steps are looked for among: first, and where the turn's beginning is not among those.
local FEW_MESSAGES = 10
local MANY_MESSAGES = 100

--- Of opencode 2 the prompt alone tells which steps are its own.
local ALL_MESSAGES = 1000

--- Fetches the newest messages, to look for the turn's steps among them.
local function searchAmong(state, limit)
	state.searched = limit
	return { kind = "recent", limit = limit, after = state.baselineId }
end

--- How many messages are looked at at most.
local function mostMessages(state)
	return state.dialect == 2 and ALL_MESSAGES or MANY_MESSAGES
end

--- Looks for the turn's steps among the newest messages.
function M.search(state)
	return searchAmong(state, FEW_MESSAGES)
end

--- What a step that ended with an error comes to.
local function failedStep(step, text)
	local error = step.info.error
	if error.name == "MessageAbortedError" then
		return fail("aborted", nil, text)
	end
	local data = error.data or {}
	local status = data.statusCode == nil and "" or " (HTTP " .. tostring(data.statusCode) .. ")"
	return fail("model_error", { what = data.message or error.name, status = status }, text)
end

--- Whether a tool call of a step was refused, or has failed.
local function hasFailedTool(step)
	for _, part in ipairs(step.parts) do
		if part.state and part.state.status == "error" then
			return true
		end
	end
	return false
end

--- What the steps of a turn that is over come to. Their text is the answer: the last step may have none.
local function resultOf(steps)
	local last = steps[#steps]
	local text = textOf(steps)
	if last.info.error then
		return failedStep(last, text)
	end
	if textOf({ last }) == "" then
		-- A server may end between two steps.
		if last.info.finish == nil or isHandedOver(last) then
			return fail("interrupted", nil, text)
		end
		if last.info.finish == "tool-calls" then
			return fail("stopped_at_tool", nil, text)
		end
	end
	return text == "" and fail("empty_reply") or { kind = "done", steps = steps, text = text }
end

--- Ends a turn that is over. Where it was stopped and the model had not begun, nobody may have stopped it: after an abort
-- in the middle of a start opencode stops each turn at once, until it is restarted (1.18.33).
local function conclude(state, steps)
	local result = resultOf(steps)

	-- opencode 2 tells of a refusal as of an interrupt.
	local isRefused = state.isRefused and result.kind == "fail" and result.code == "aborted"
	if isRefused then
		return fail("stopped_at_tool", nil, textOf(steps))
	end
	if state.dialect == 2 then
		return result
	end
	local hasBegun = #steps > 1 or #steps[1].parts > 0
	return result.kind == "fail" and result.code == "aborted" and not hasBegun and { kind = "mcp" } or result
end

--- Settles a turn at its last step. The other steps are fetched where there may be some.
function M.settle(state, message)
	return state.firstStepId == message.info.id and conclude(state, { message }) or M.search(state)
end

--- Whether a step is the last one of a turn, though its session works. opencode 2 may go on behind one that has failed.
local function isLastOne(state, step)
	return looksFinal(step) and (state.dialect ~= 2 or step.info.error == nil)
end

--- A message that is complete and final for long is an answer even where nothing more can be learned of it.
function M.settleStuck(state)
	local answer = newAnswer(state)
	return isStuck(state) and isComplete(answer) and isLastOne(state, answer) and M.settle(state, answer)
		or nil
end

--- Whether all messages are listed among which the turn can be.
local function isListWhole(state, messages)
	-- A prompt that was sent just now is among the newest messages, if it is anywhere.
	if state.unsure ~= nil then
		return true
	end
	return #messages < state.searched or state.searched >= mostMessages(state)
end

--- The turn cannot be told from the messages: its prompt is missing, or cannot be known.
local function withoutTrace(state)
	if state.dialect == 2 then
		return missing(state)
	end

	-- A server that keeps no metadata and rewrites parents: what came after the baseline is the best there is.
	local answer = not (state.resumed or state.unsure) and newAnswer(state) or nil
	local isOver = state.status == "idle" and isComplete(answer) and isAnswer(answer)
	return isOver and conclude(state, { answer }) or missing(state)
end

--- What a turn comes to whose end the server tells, and whose last step does not tell that it is the last one.
local function endedAs(state, outcome, steps)
	if outcome == "failed" then
		state.hasFailed = true
		return { kind = "reason" }
	end
	if outcome == "interrupted" then
		return fail(state.isRefused and "stopped_at_tool" or "aborted", nil, textOf(steps))
	end
	return #steps == 0 and fail("empty_reply") or conclude(state, steps)
end

--- Whether the turn is over, as far as its steps and the session's status tell.
local function judge(state, turn)
	local isIdle = state.status == "idle"
	local steps = turn.steps
	local last = steps[#steps]

	-- A step that is open and has another turn behind it was left by a server that died: the end is that turn's.
	local isLeft = last ~= nil and not isComplete(last) and turn.isFollowed
	if turn.outcome ~= nil and not isLeft then
		return last and looksFinal(last) and conclude(state, steps) or endedAs(state, turn.outcome, steps)
	end
	if not last then
		return isIdle and unanswered(state) or wait(state)
	end
	if isComplete(last) then
		local isOver = isLastOne(state, last) and (turn.isFollowed or isStuck(state))

		-- Of opencode 2 the status is older than the messages: the turn may have begun, and done a step, in between.
		local isEnd = isIdle and (state.dialect ~= 2 or looksFinal(last) or hasRested(state))
		if isEnd or isOver then
			return conclude(state, steps)
		end
		return isIdle and waitIdle(state) or wait(state)
	end
	local isDead = turn.isFollowed or isIdle and hasRested(state)

	-- A refusal leaves the step as it is, as far as opencode 2's preview goes (1.18.33).
	if isDead then
		return fail(hasFailedTool(last) and "stopped_at_tool" or "interrupted", nil, textOf(steps))
	end
	return isIdle and waitIdle(state) or wait(state)
end

--- Finds the turn's steps among the newest messages.
--
-- @param state the turn
-- @param messages oldest first
function M.afterRecent(state, messages)
	local turn = turnIn(state, messages)
	noteMessages(state, messages)
	noteSteps(state, turn.steps)
	local isThere = turn.isFound and turn.isWhole
	if not isThere and not isListWhole(state, messages) then
		local isFew = state.searched < MANY_MESSAGES
		return searchAmong(state, isFew and MANY_MESSAGES or mostMessages(state))
	end
	if not turn.isFound then
		return withoutTrace(state)
	end
	local first = turn.steps[1]
	state.unsure = nil
	state.userMessageId = turn.userMessageId
	if turn.isWhole and first then
		state.firstStepId = first.info.id
	end
	return judge(state, turn)
end

--- Takes the newest message alone for the turn, where the others cannot be had.
function M.withoutRecent(state, failure)
	local answer = newAnswer(state)
	local parent = answer and answer.info.parentID
	local isOurs = isComplete(answer) and parent ~= nil and parent == state.userMessageId
	return isOurs and looksFinal(answer) and conclude(state, { answer }) or giveUpOn(state, "recent", failure)
end

--- The server has told why the turn failed.
function M.afterReason(state, reason)
	return fail("model_error", { what = reason, status = "" }, textOf(state.shown))
end

--- opencode is well: it was somebody who has stopped the turn.
function M.afterMcp()
	return fail("aborted")
end

--- opencode stops each turn at once where it cannot tell its MCP servers.
function M.withoutMcp(state, failure)
	return failure.code == "server_error" and neverStartedAs(state, "mcp", failure) or fail("aborted")
end

return M
