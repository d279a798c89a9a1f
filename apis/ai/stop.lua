-- Stopping what a session does, as a pure state machine like that of a turn: actions out, observations in.
--
-- opencode must not be told to stop while it starts a turn: what it loads for a folder at that time (providers, MCP
-- servers, tools, skills) is then broken for good, and no prompt of anybody starts there until it is restarted
-- (1.18.33). So a turn is stopped once its answer can be seen, and once it has either begun, which needs all of that, or
-- opencode has answered for each of them, which it does when they are there.

local messages = require("/apis/ai/messages")
local isAnswer, isComplete, looksFinal = messages.isAnswer, messages.isComplete, messages.looksFinal
local copy = require("/apis/ai/copy").copy

local M = {}

--- How long a turn is waited for that cannot be seen yet, and a server that does not answer.
local START_MILLISECONDS = 6000

--- How long it may take until a stopped turn shows that it is; 0.1 s was measured.
local END_MILLISECONDS = 3000

--- The time between two looks, in seconds.
local LOOK_SECONDS = 0.2
local LOADED = { "providers", "tools", "mcp", "skills" }

--- Failures that are no answers. Nobody knows then whether the request arrived, or what it asks for is loaded.
local UNANSWERED = { timed_out = true, cannot_connect = true, network_error = true }

--- The state before the first step, which is handed the observation `begin`.
function M.start(from)
	return {
		dialect = from.dialect,
		sessionId = from.sessionId,
		isOurs = from.isOurs,
		baselineId = from.baselineId,
		now = 0,
		since = 0,
		isBusy = false,
		loaded = 0,
		toldAt = 0,
	}
end

local function endModule(outcome, failure)
	return { kind = "end", outcome = outcome, failure = failure }
end

--- Looks again in a moment, or ends as it is when that has gone on for long enough.
local function lookAgain(state, milliseconds, outcome, failure)
	local isOver = state.now - math.max(state.since, state.toldAt) >= milliseconds
	return isOver and endModule(outcome, failure) or { kind = "wait", seconds = LOOK_SECONDS }
end

--- Whether a message is a later step of the turn that opencode was told to stop.
local function isNextStep(state, answer)
	local info = answer.info
	return state.toldOf ~= nil and info.id ~= state.toldOf and info.parentID == state.toldPrompt
end

--- Tells opencode to stop, in the middle of a step.
local function stopNow(state, step)
	state.toldOf = step.info.id
	state.toldPrompt = step.info.parentID
	return { kind = "abort" }
end

--- What to do when the newest message was seen, after the status.
local function judge(state, last)
	local isNew = last ~= nil and last.info.id ~= state.baselineId
	local answer = isNew and last.info.role == "assistant" and last or nil
	local isOver = answer ~= nil and isAnswer(answer) and isComplete(answer) and looksFinal(answer)
	local isOfInterest = state.isOurs or state.toldAt > 0
	if isOfInterest and isNew and last.info.role == "idle" and not state.isBusy then
		return endModule(last.info.finish == "interrupted" and "stopped" or "ended")
	end
	if state.toldAt > 0 then
		local error = answer and answer.info.error
		if error and error.name == "MessageAbortedError" then
			return endModule("stopped")
		end

		-- Where a subagent was stopped its call has ended as cancelled, and the model goes on with that (1.18.33).
		if state.isBusy and answer and #answer.parts > 0 and isNextStep(state, answer) then
			return stopNow(state, answer)
		end
		if state.isBusy then
			return lookAgain(state, END_MILLISECONDS, "failed", state.problem)
		end
		return endModule(isOver and "ended" or "stopped")
	end
	if state.isBusy and state.dialect == 2 then
		return { kind = "abort" }
	end
	if state.isBusy then
		-- Behind an answer that is final another turn is about to show.
		if not answer or isOver then
			return lookAgain(state, START_MILLISECONDS, "starting")
		end
		local what = LOADED[state.loaded + 1]
		if what == nil or #answer.parts > 0 then
			return stopNow(state, answer)
		end
		return { kind = "load", what = what }
	end
	if state.isOurs then
		local outcome = answer and "ended" or "starting"
		return isComplete(answer) and endModule("ended") or lookAgain(state, START_MILLISECONDS, outcome)
	end
	local mayStart = last ~= nil and last.info.role == "user"
	return mayStart and lookAgain(state, START_MILLISECONDS, "idle") or endModule("idle")
end

--- Goes on to the next thing that has to be loaded; after the last one the turn is looked at again.
local function loadNext(state)
	state.loaded = state.loaded + 1
	local what = LOADED[state.loaded + 1]
	return what == nil and { kind = "status" } or { kind = "load", what = what }
end

local function failed(state, request, failure)
	local isAnswered = UNANSWERED[failure.code] ~= true
	if request == "load" and isAnswered then
		return loadNext(state)
	end
	if request == "load" then
		return lookAgain(state, START_MILLISECONDS, "starting")
	end
	if request == "abort" and not isAnswered then
		state.toldAt = state.now
		state.problem = failure
	elseif isAnswered and failure.code ~= "server_error" then
		return endModule("failed", failure)
	end
	return lookAgain(state, START_MILLISECONDS, "failed", failure)
end

--- One step.
--
-- @param before the state so far; it is not changed
-- @param observation what came of the last action, with the time in epoch milliseconds
-- @returns the new state, and the action to perform next; `end` ends it
function M.step(before, observation)
	local state = copy(before, {})
	state.now = observation.now
	local kind = observation.kind
	local action = { kind = "status" }
	if kind == "begin" then
		state.since = state.now
	elseif kind == "load" then
		action = loadNext(state)
	elseif kind == "abort" then
		state.toldAt = state.now
	elseif kind == "last" then
		action = judge(state, observation.value[#observation.value])
	elseif kind == "failed" then
		action = failed(state, observation.request, observation.value)
	elseif kind == "status" then
		local status = observation.value[state.sessionId]
		state.isBusy = status ~= nil and status.type ~= "idle"
		action = { kind = "last", limit = 1 }
	end
	return { state = state, action = action }
end

return M
