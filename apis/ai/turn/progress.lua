-- What is told of a turn to somebody who waits for it.

local isComplete = require("/apis/ai/messages").isComplete
local requestsModule = require("/apis/ai/turn/requests")
local isAlone, requests = requestsModule.isAlone, requestsModule.requests
local stateModule = require("/apis/ai/turn/state")
local activeTool, isLate, newAnswer = stateModule.activeTool, stateModule.isLate, stateModule.newAnswer

local M = {}

--- The request that fails, and whether the server is there: undefined where all are answered.
local function troubleProgress(state, seconds)
	local failing = state.failing
	local trouble = failing ~= nil and state.troubles[failing] or nil
	if failing == nil or trouble == nil then
		return nil
	end
	if not isAlone(state, trouble) then
		return { phase = "reconnecting", seconds = seconds }
	end
	return { phase = "failing", seconds = seconds, message = requests[failing].route }
end

--- The tool that runs, and what it does.
local function toolProgress(tool, seconds)
	local call = tool.state
	local input = call.input or {}

	-- Most tools have a title only when they are done.
	local title = call.title or input.description or input.command
	return { phase = "tool", seconds = seconds, tool = tool.tool, title = title }
end

--- That the server tries the model again, why, and when.
local function retryProgress(state, seconds, now)
	local retry = state.retry
	local next = retry and retry.next
	local nextIn = next ~= nil and math.max(next - now, 0) / 1000 or nil
	return { phase = "retry", seconds = seconds, message = retry and retry.message, nextIn = nextIn }
end

--- Tokens that the turn's steps took, as far as they were seen.
local function tokensOf(state)
	local tokens = 0
	for id in pairs(state.spent) do
		tokens = tokens + state.spent[id]
	end
	return tokens > 0 and tokens or nil
end

--- What the turn is at.
local function phaseOf(state, seconds, now)
	local trouble = troubleProgress(state, seconds)
	if trouble then
		return trouble
	end
	local blocker = state.blocker
	if blocker and not blocker.isGone then
		return { phase = blocker.phase, seconds = seconds, message = blocker.text }
	end
	if state.status == "retry" then
		return retryProgress(state, seconds, now)
	end
	local tool = activeTool(state.last)
	if tool then
		return toolProgress(tool, seconds)
	end
	if newAnswer(state) then
		return { phase = "working", seconds = seconds }
	end
	return {
		phase = isLate(state, now) and "starting" or "sent",
		seconds = seconds,
	}
end

--- What can be told to somebody who waits for the turn.
--
-- @param state the turn's state
-- @param now epoch milliseconds
-- @returns the phase, the seconds since the prompt was sent, and what there is to say about the phase
function M.progress(state, now)
	local told = phaseOf(state, (now - state.sentAt) / 1000, now)
	told.tokens = tokensOf(state)
	return told
end

--- The line that `ai --verbose` prints after each poll.
--
-- @param state the turn's state after the poll
-- @param count how many messages the poll brought
-- @returns `poll attempt #N: msgs=K, found=<id or nil>, complete=<bool>, status=<...>`
function M.describePoll(state, count)
	local answer = newAnswer(state)
	local found = "found="
		.. (answer and answer.info.id or "nil")
		.. ", complete="
		.. tostring(isComplete(answer))
	return "poll attempt #"
		.. tostring(state.polls)
		.. ": msgs="
		.. tostring(count)
		.. ", "
		.. found
		.. ", status="
		.. state.status
end

return M
