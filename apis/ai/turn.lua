-- One prompt from sent to settled, as a pure state machine: no http and no clock, both come in as observations.
--
-- The caller performs the action that it is given and hands what came of it to the next step. opencode's server
-- decides when a turn is over, and no single sign of it can be trusted: idle shows before the turn starts, a completed
-- message may be one of many steps, and the last message may belong to somebody else's prompt. So a turn is over when
-- the session is idle and the newest message is a completed answer that can be traced to our prompt.
--
-- Each kind of request may fail for a while of its own (see `requests`), whatever the others do, and nothing is waited
-- for beyond the idle timeout.

local messagesModule = require("/apis/ai/messages")
local activeTools, carriesNonce, isAnswer, isComplete, looksFinal, textOf, turnIn =
	messagesModule.activeTools,
	messagesModule.carriesNonce,
	messagesModule.isAnswer,
	messagesModule.isComplete,
	messagesModule.looksFinal,
	messagesModule.textOf,
	messagesModule.turnIn

local M = {}

--- Longest that a cold server was seen to stay idle before it starts a turn is 1.3 s; this leaves a wide margin.
local START_MILLISECONDS = 6000

--- An answer that is idle and incomplete for this long stays so for ever: the server died in the turn.
local INTERRUPTED_MILLISECONDS = 2000

--- Idle has to be seen so often before anything is concluded from it: a server that is loaded answers late.
local IDLE_LOOKS = 3

--- Servers were reported to stay busy after an answer was complete; after this long the answer counts.
local STUCK_BUSY_MILLISECONDS = 10000

--- How long what nothing goes on without may fail; a restart of the server takes about 5 s.
local LOST_SECONDS = 60

--- A connection that is refused for so long was refused by a server that restarts, which takes 3 s at least.
local RESTART_MILLISECONDS = 1500

--- How long a list may fail that only tells why nothing happens.
local DIAGNOSIS_SECONDS = 10

--- What only tells more of a turn is not asked for again for so long after it failed.
local REST_MILLISECONDS = 30000

--- What is asked of the server, as failures name it.
local ROUTES = {
	send = "/session/.../prompt_async",
	last = "/session/.../message",
	beginning = "/session/.../message",
	recent = "/session/.../message",
	status = "/session/status",
	session = "/session/...",
	parent = "/session/...",
	permissions = "/permission",
	questions = "/question",
	mcp = "/mcp",
	agents = "/agent",
	providers = "/config/providers",
}

--- Failures that no waiting mends.
local HOPELESS = {
	http_disabled = true,
	address_denied = true,
	reply_too_large = true,
	unauthorized = true,
	server_config = true,
	bad_request = true,
	not_found = true,
}

--- Failures of the connection: the server may have been restarted.
local CUT = { cannot_connect = true, network_error = true }

--- Failures that are answers, so that somebody is there.
local ANSWERED = { server_error = true, not_opencode = true }

--- Adds the fields of one table to another, and returns that.
function M.copy(from, into)
	for key in pairs(from) do
		into[key] = from[key]
	end
	return into
end

--- A table with one field changed; the one that is given stays as it is.
local function withField(table, name, value)
	local changed = M.copy(table, {})
	changed[name] = value
	return changed
end

--- The state before the first step.
--
-- @param from what the turn is about, see TurnState
-- @param idleTimeout seconds without any visible progress after which waiting ends
-- @param resumed whether the prompt was sent before
-- @returns the state to hand to `step` with the observation `begin`
function M.start(from, idleTimeout, resumed)
	local state = {
		idleTimeout = idleTimeout,
		resumed = resumed,
		now = 0,
		sent = resumed,
		isTraced = false,
		polls = 0,
		status = "unknown",
		statusAt = 0,
		idleLooks = 0,
		searched = 0,
		sight = "",
		changedAt = 0,
		parents = {},
		stranger = "",
		troubles = {},
		reachedAt = 0,
		cutAt = 0,
		hasSession = false,
		hasAgent = false,
	}
	return M.copy(from, state)
end

--- The time until the next poll: short at first, so that a quick answer is seen quickly, then a share of the turn's
-- age, so that a long one costs few requests and is still seen within 4 % of its length.
--
-- @param age seconds since the prompt was sent
-- @returns seconds, between 0.2 and 5
local function pollInterval(age)
	return math.max(0.2, math.min(age * 0.065, 5))
end

--- Notes whether anything that can be seen of the turn has changed.
local function notice(state)
	local sight = tostring(state.retry and state.retry.attempt)
	local last = state.last
	if last then
		local info = last.info
		sight = sight
			.. " "
			.. info.id
			.. " "
			.. tostring(info.finish)
			.. " "
			.. tostring(info.time.completed)
		for _, part in ipairs(last.parts) do
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
	end
	if sight ~= state.sight then
		state.sight = sight
		state.changedAt = state.now
		state.idleSince = nil
		state.idleLooks = 0
		state.blocker = nil
		state.failing = nil
	end
end

local function fail(code, detail, text, pending)
	return {
		kind = "fail",
		code = code,
		pending = pending == true,
		detail = detail or {},
		text = text,
	}
end

local function failWith(failure, pending)
	return {
		kind = "fail",
		code = failure.code,
		pending = pending,
		detail = {},
		failure = failure,
	}
end

--- The newest message, when it came after our prompt.
local function newAnswer(state)
	local last = state.last
	return last and last.info.id ~= state.baselineId and last.info.role == "assistant" and last or nil
end

--- Whether anything shows that the server has the prompt.
local function isSeen(state)
	return state.userMessageId ~= nil or newAnswer(state) ~= nil
end

--- True where a request fails although the server is there.
local function isAlone(state, trouble)
	return ANSWERED[trouble.failure.code] == true or state.reachedAt > trouble.since
end

--- Ends waiting for a request: with its failure, which names it where the server is there.
local function giveUpOn(state, request, failure)
	local trouble = state.troubles[request]
	if not state.unsure and trouble and not HOPELESS[failure.code] and isAlone(state, trouble) then
		local what = failure.message or failure.code
		return fail("request_fails", { route = ROUTES[request], what = what }, nil, true)
	end
	return failWith(state.unsure or failure, true)
end

--- Nothing was seen to happen for so long that waiting ends.
local function overdue(state)
	local blocker = state.blocker
	if blocker then
		return fail(blocker.code, { what = blocker.text }, nil, true)
	end
	local failing = state.failing
	local trouble = failing ~= nil and state.troubles[failing] or nil
	if failing ~= nil and trouble then
		return giveUpOn(state, failing, trouble.failure)
	end
	local seconds = tostring(state.idleTimeout)
	return fail(isSeen(state) and "no_progress" or "slow_start", { seconds = seconds }, nil, true)
end

--- Waits, unless nothing has been seen to happen for so long that waiting should end.
local function wait(state, seconds)
	if state.now - state.changedAt >= state.idleTimeout * 1000 then
		return overdue(state)
	end
	return {
		kind = "wait",
		seconds = seconds or pollInterval((state.now - state.sentAt) / 1000),
	}
end

--- Asks for the status only when it can tell something that the messages do not.
local function statusIsDue(state)
	if state.status == "idle" then
		return true
	end
	local sinceStatus = state.now - state.statusAt
	if state.status == "retry" then
		return sinceStatus >= 2000
	end
	local quiet = state.now - state.changedAt
	local limit = #activeTools(state.last) == 0 and 2000 or 1000
	return quiet >= limit and sinceStatus >= math.max(limit, quiet * 0.6)
end

--- True once idle was seen often enough, and for so many milliseconds.
local function hasRested(state, milliseconds)
	local since = state.idleSince or state.now
	return state.idleLooks >= IDLE_LOOKS and state.now - since >= milliseconds
end

--- What the steps of a turn that is over come to. Their text is the answer: the last step may have none.
local function finish(steps)
	local message = steps[#steps]
	local text = textOf(steps)
	local info = message.info
	local failure = info.error
	if failure then
		if failure.name == "MessageAbortedError" then
			return fail("aborted", nil, text)
		end
		local data = failure.data or {}
		local status = data.statusCode == nil and "" or " (HTTP " .. tostring(data.statusCode) .. ")"
		return fail("model_error", { what = data.message or failure.name, status = status }, text)
	end
	if textOf({ message }) == "" then
		if info.finish == nil then
			return fail("interrupted", nil, text)
		end
		if info.finish == "tool-calls" then
			return fail("stopped_at_tool", nil, text)
		end
	end
	return text == "" and fail("empty_reply") or { kind = "done", steps = steps, text = text }
end

--- True while the turn may yet start: it was sent, or the server was out of reach, a moment ago.
local function isYoung(state)
	return state.now - math.max(state.sentAt, state.cutAt) < START_MILLISECONDS
end

--- The server has the prompt and does nothing: why not?
local function unanswered(state)
	if isYoung(state) then
		return wait(state)
	end
	if state.idleLooks < IDLE_LOOKS then
		return wait(state, 0.5)
	end
	if state.cutAt > 0 then
		return fail("restarted")
	end
	return { kind = state.agent == nil and "providers" or "agents" }
end

--- It never started, and nothing explains it but perhaps a list that fails.
local function neverStarted(state, request, failure)
	local pending = not state.resumed
	if request == nil or not failure then
		-- What was sent before this program started would have started by now.
		return state.resumed and fail("restarted") or fail("never_started", { why = "" }, nil, pending)
	end
	local route = ROUTES[request]
	if failure.code == "server_error" then
		return fail("server_stuck", { route = route }, nil, pending)
	end
	local what = failure.message or failure.code
	return fail("never_started", { why = " (" .. route .. ": " .. what .. ")" }, nil, pending)
end

--- The prompt is not among the messages. It may still come: a plugin or an MCP server may hold it up.
local function missing(state)
	if state.resumed and not state.hasSession then
		return { kind = "session" }
	end
	if isYoung(state) then
		return wait(state, state.unsure and 1)
	end
	if state.unsure then
		return fail("not_sent", nil, nil, true)
	end
	if state.cutAt > 0 then
		return fail("restarted", nil, nil, true)
	end
	if state.agent ~= nil and not state.hasAgent then
		return { kind = "agents" }
	end
	local isOld = state.resumed and state.now - state.sentAt >= state.idleTimeout * 1000
	return isOld and fail("not_sent") or wait(state)
end

--- The turn was stopped. Where the model had not begun, nobody may have stopped it: after an abort in the middle of a
-- start opencode stops each turn at once, until it is restarted (1.18.33).
local function conclude(steps)
	local endModule = finish(steps)
	local hasBegun = #steps > 1 or #steps[1].parts > 0
	return endModule.kind == "fail" and endModule.code == "aborted" and not hasBegun and { kind = "mcp" }
		or endModule
end

local function search(state, limit)
	state.searched = limit
	return { kind = "recent", limit = limit }
end

--- Settles a turn at its last step. The other steps are fetched where there may be some.
local function settle(state, message)
	return state.firstStepId == message.info.id and conclude({ message }) or search(state, 10)
end

--- What to do after the newest message was seen.
local function afterLast(state)
	local answer = newAnswer(state)
	if answer and not state.isTraced then
		state.isTraced = true
		return { kind = "beginning", limit = 2 }
	end
	local isDue = state.troubles.status ~= nil or statusIsDue(state)
	if isComplete(answer) then
		isDue = looksFinal(answer) or state.now ~= state.changedAt
	end
	return isDue and { kind = "status" } or wait(state)
end

--- Whether a request that only tells more is worth asking: it failed a moment ago, or not.
local function isWorthAsking(state, request)
	local trouble = state.troubles[request]
	return trouble == nil or state.now - trouble.at >= REST_MILLISECONDS
end

local function lookForQuestion(state)
	return isWorthAsking(state, "questions") and { kind = "questions" } or wait(state)
end

--- A tool that runs may wait for somebody: asks for permissions first, then for questions.
local function lookForBlocker(state)
	if #activeTools(state.last) == 0 then
		return wait(state)
	end
	if isWorthAsking(state, "permissions") then
		return { kind = "permissions" }
	end
	return lookForQuestion(state)
end

local function afterStatus(state)
	local answer = newAnswer(state)
	local last = state.last
	if state.status == "idle" then
		if answer then
			if isComplete(answer) then
				return looksFinal(answer) and settle(state, answer) or search(state, 10)
			end
			return hasRested(state, INTERRUPTED_MILLISECONDS) and search(state, 10) or wait(state, 0.5)
		end
		if last and carriesNonce(last, state.nonce) then
			return unanswered(state)
		end
		if isYoung(state) then
			return wait(state)
		end
		if state.idleLooks < IDLE_LOOKS then
			return wait(state, 0.5)
		end
		return last and last.info.id ~= state.baselineId and search(state, 10) or missing(state)
	end
	local isStuck = state.now - state.changedAt >= STUCK_BUSY_MILLISECONDS
	if isStuck and isComplete(answer) and looksFinal(answer) then
		return settle(state, answer)
	end
	if state.status == "busy" then
		return lookForBlocker(state)
	end
	return wait(state)
end

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

--- Whose ask it is: of one of the turn's calls, or of a subagent or of one that a subagent opened. Asks of turns that
-- were stopped stay listed (1.18.33).
--
-- @returns true for this turn's, false for another's, else the session whose parent has to be known first
local function isOfTurn(state, activity, ask)
	if ask.sessionID == state.sessionId then
		local call = ask.tool and ask.tool.callID

		-- Older servers do not say which call it is that asks.
		return call == nil or activity.calls[call] == true
	end
	if not activity.hasSubagents then
		return false
	end
	local session = ask.sessionID

	-- A ring of parents has no end.
	do
		local generation = 0
		while generation < 10 do
			if activity.subagents[session] then
				return true
			end
			local parent = state.parents[session]
			if parent == nil then
				return session
			end
			session = parent
			generation = generation + 1
		end
	end
	return false
end

--- The first entry that is an ask of this turn, and else a session whose parent would tell more.
local function asksOfTurn(state, entries)
	local activity = activityOf(state.last)
	local stranger
	for _, entry in ipairs(entries) do
		local isOurs = isOfTurn(state, activity, entry)
		if isOurs == true then
			return { ask = entry }
		end
		if isOurs ~= false then
			stranger = stranger or isOurs
		end
	end
	return { stranger = isWorthAsking(state, "parent") and stranger or nil }
end

--- Asks which session opened another one, after which the asks are looked at anew.
local function askForParent(state, id)
	state.stranger = id
	return { kind = "parent", id = id }
end

--- Notes that the prompt is, or may be, on the server.
local function begin(state)
	state.sent = true
	state.sentAt = state.now
	state.changedAt = state.now
	state.statusAt = state.now
	state.status = "unknown"
end

--- Before the prompt is sent: refuses where another turn runs, else notes which message is the newest.
local function beforeSending(state, last)
	if state.status ~= "idle" then
		local tools = activeTools(last)
		local tool = tools[#tools]
		local since = last == nil and state.now or last.info.time.created
		local seconds = tostring(math.floor((state.now - since) / 1000))
		return fail("session_busy", {
			seconds = seconds,
			what = tool and " (" .. tostring(tool.tool) .. ")" or "",
		}, nil, true)
	end
	state.baselineId = last and last.info.id
	return { kind = "send" }
end

--- Fails when what the prompt asks for is not among the names that there are.
local function checkKnown(wanted, names, code)
	local known = ""
	local isCut = false
	for _, name in ipairs(names) do
		if name == wanted then
			return nil
		end

		-- Message and hint are to fit two rows each.
		if #known + #name < 45 then
			known = known .. " " .. name
		else
			isCut = true
		end
	end
	if isCut then
		known = known .. " .."
	end
	return wanted ~= nil and fail(code, { wanted = wanted, known = known }) or nil
end

--- The newest messages, after which the turn is looked at anew.
local function takeNewest(state, messages)
	state.last = messages[#messages]
	notice(state)
end

--- A message that is complete and final for long is an answer even where nothing more can be learned of it.
local function settleWithout(state)
	local answer = newAnswer(state)
	local isStuck = state.now - state.changedAt >= STUCK_BUSY_MILLISECONDS
	return isStuck and isComplete(answer) and looksFinal(answer) and settle(state, answer) or nil
end

--- All that a turn asks of the server.
local requests = {
	send = { patience = LOST_SECONDS, isOfSession = true, isVital = true },
	last = { patience = LOST_SECONDS, isOfSession = true, isVital = true },
	status = { patience = LOST_SECONDS, isVital = true, unless = settleWithout },
	beginning = { patience = 0, giveUp = afterLast },
	recent = {
		patience = LOST_SECONDS,
		isOfSession = true,
		isVital = true,
		giveUp = function(state, failure)
			local answer = newAnswer(state)
			local isOurs = isComplete(answer) and answer.info.parentID == state.userMessageId
			return isOurs and looksFinal(answer) and conclude({ answer })
				or giveUpOn(state, "recent", failure)
		end,
	},
	session = { patience = DIAGNOSIS_SECONDS, isOfSession = true },
	parent = { patience = 0, giveUp = lookForQuestion },
	permissions = {
		patience = 0,
		giveUp = function(state, failure)
			local tool = activeTools(state.last)[1]

			-- opencode cannot write down what some tools ask for, and then tells of no ask at all (1.18.14, 1.18.33).
			if failure.code == "bad_request" and tool then
				local text = tool.tool or "a tool"
				local code = "permission_unlisted"
				state.blocker =
					{ kind = "permission", phase = "waiting for permission", text = text, code = code }
			end
			return lookForQuestion(state)
		end,
	},
	questions = {
		patience = 0,
		giveUp = function(state)
			return wait(state)
		end,
	},
	mcp = {
		patience = DIAGNOSIS_SECONDS,
		giveUp = function(state, failure)
			return failure.code == "server_error" and neverStarted(state, "mcp", failure) or fail("aborted")
		end,
	},
	agents = {
		patience = DIAGNOSIS_SECONDS,
		giveUp = function(state, failure)
			if isSeen(state) then
				return neverStarted(state, "agents", failure)
			end
			state.failing = nil
			state.hasAgent = true
			return missing(state)
		end,
	},
	providers = {
		patience = DIAGNOSIS_SECONDS,
		giveUp = function(state, failure)
			return neverStarted(state, "providers", failure)
		end,
	},
}

--- What to do after each kind of observation.
local after = {
	begin = function(state)
		state.changedAt = state.now
		return { kind = "status" }
	end,
	status = function(state, value)
		local status = value[state.sessionId]
		state.status = status and status.type or "idle"
		state.statusAt = state.now
		state.retry = status
		if not state.sent then
			return { kind = "last", limit = 1 }
		end
		notice(state)
		if state.status == "idle" then
			state.idleSince = state.idleSince or state.now
			state.idleLooks = state.idleLooks + 1
		else
			state.idleSince = nil
			state.idleLooks = 0
		end
		return state.last == nil and state.resumed and search(state, 10) or afterStatus(state)
	end,
	send = function(state)
		begin(state)
		return wait(state)
	end,
	wait = function(state)
		return state.unsure and search(state, 10) or { kind = "last", limit = 1 }
	end,
	last = function(state, messages)
		local last = messages[#messages]
		if not state.sent then
			return beforeSending(state, last)
		end
		state.polls = state.polls + 1
		takeNewest(state, messages)
		if last and last.info.role == "user" and carriesNonce(last, state.nonce) then
			state.userMessageId = last.info.id
		end
		return afterLast(state)
	end,
	beginning = function(state, messages)
		local turn = turnIn(state, messages)
		local first = turn.steps[1]
		state.userMessageId = turn.userMessageId
		if turn.isWhole and first and not turn.isFollowed then
			state.firstStepId = first.info.id
		end
		takeNewest(state, messages)
		return afterLast(state)
	end,
	recent = function(state, messages)
		local turn = turnIn(state, messages)
		local steps = turn.steps
		local last = steps[#steps]
		takeNewest(state, messages)

		-- A prompt that was sent just now is among the newest messages, if it is anywhere.
		local isAll = state.unsure ~= nil or #messages < state.searched or state.searched >= 100
		if not (turn.isFound and turn.isWhole) and not isAll then
			return search(state, 100)
		end
		local isIdle = state.status == "idle"
		if not turn.isFound then
			-- A server that keeps no metadata and rewrites parents: what came after the baseline is the best there is.
			local answer = not (state.resumed or state.unsure) and newAnswer(state) or nil
			local isOver = isIdle and isComplete(answer) and isAnswer(answer)
			return isOver and conclude({ answer }) or missing(state)
		end
		state.unsure = nil
		state.userMessageId = turn.userMessageId
		if turn.isWhole and steps[1] then
			state.firstStepId = steps[1].info.id
		end
		if not last then
			return isIdle and unanswered(state) or wait(state)
		end
		if isComplete(last) then
			local isStuck = state.now - state.changedAt >= STUCK_BUSY_MILLISECONDS
			local isOver = looksFinal(last) and (turn.isFollowed or isStuck)
			return (isIdle or isOver) and conclude(steps) or wait(state)
		end
		local isDead = turn.isFollowed or isIdle and hasRested(state, INTERRUPTED_MILLISECONDS)
		return isDead and fail("interrupted", nil, textOf(steps)) or wait(state, isIdle and 0.5 or nil)
	end,
	session = function(state)
		state.hasSession = true
		return missing(state)
	end,
	parent = function(state, session)
		state.parents = withField(state.parents, state.stranger, session.parentID or "")
		return { kind = "permissions" }
	end,
	mcp = function()
		return fail("aborted")
	end,
	permissions = function(state, permissions)
		local asks = asksOfTurn(state, permissions)
		local ask = asks.ask
		state.blocker = nil
		if not ask and asks.stranger ~= nil then
			return askForParent(state, asks.stranger)
		end
		if not ask then
			return lookForQuestion(state)
		end
		local pattern = ask.patterns and ask.patterns[1]
		local text = ask.permission .. ": " .. (pattern or "")
		local code = "waiting_for_permission"
		state.blocker = { kind = "permission", phase = "waiting for permission", text = text, code = code }
		return wait(state)
	end,
	questions = function(state, questions)
		local asks = asksOfTurn(state, questions)
		local ask = asks.ask
		if not ask and asks.stranger ~= nil then
			return askForParent(state, asks.stranger)
		end
		local first = ask and ask.questions[1]
		if first then
			local code = "waiting_for_question"
			local text = first.question
			state.blocker = { kind = "question", phase = "waiting for an answer", text = text, code = code }
		end
		return wait(state)
	end,
	agents = function(state, agents)
		local names = {}
		for _, agent in ipairs(agents) do
			if agent.hidden ~= true and agent.mode ~= "subagent" then
				names[#names + 1] = agent.name
			end
		end
		local unknown = checkKnown(state.agent, names, "unknown_agent")
		if unknown then
			return unknown
		end
		state.hasAgent = true
		return isSeen(state) and { kind = "providers" } or missing(state)
	end,
	providers = function(state, value)
		local names = {}
		for _, provider in ipairs(value.providers) do
			for id in pairs(provider.models) do
				names[#names + 1] = provider.id .. "/" .. id
			end
		end

		-- A model sticks to its session: the prompt shows which one it got.
		local used = state.last and state.last.info.model
		local wanted = used and used.providerID .. "/" .. used.modelID or state.model
		return checkKnown(wanted, names, "unknown_model") or neverStarted(state)
	end,
	failed = function(state, failure, request)
		local rule = requests[request]
		if failure.code == "not_found" and rule.isOfSession then
			return fail("session_gone", { session = state.sessionId })
		end
		local isHopeless = HOPELESS[failure.code] == true
		if request == "send" then
			if isHopeless then
				return failWith(failure, false)
			end

			-- The answer to the request was lost, the prompt itself may have arrived.
			begin(state)
			state.unsure = failure
		end
		if not state.sent then
			return failWith(failure, false)
		end
		local before = state.troubles[request]
		local since = before and before.since or state.now
		local isLong = state.now - since >= RESTART_MILLISECONDS
		if CUT[failure.code] and rule.isVital and isLong then
			state.cutAt = state.now
		end
		state.troubles =
			withField(state.troubles, request, { since = since, at = state.now, failure = failure })
		if rule.patience > 0 then
			state.failing = request
		end
		local other = rule.unless and rule.unless(state)
		if other then
			return other
		end

		-- Where the turn is seen to go on it has time.
		local waited = state.now - math.max(since, state.changedAt)
		local isOver = waited >= math.min(state.idleTimeout, rule.patience) * 1000
		if not isHopeless and not isOver then
			return wait(state, 1)
		end
		return rule.giveUp and rule.giveUp(state, failure) or giveUpOn(state, request, failure)
	end,
}

--- One step of a turn.
--
-- @param state the state so far; it is not changed
-- @param observation what came of the last action, with the time in epoch milliseconds
-- @returns the new state, and the action to perform next; `done` and `fail` end the turn
function M.step(state, observation)
	local given = observation
	local kind = observation.kind
	local next = M.copy(state, {})
	next.now = observation.now
	if kind ~= "begin" and kind ~= "wait" and kind ~= "failed" then
		if next.troubles[kind] then
			next.troubles = withField(next.troubles, kind, nil)
		end
		if next.failing == kind or next.failing == "send" then
			next.failing = nil
		end
		next.reachedAt = next.now
	end
	return {
		state = next,
		action = after[kind](next, given.value, given.request),
	}
end

--- What can be told to somebody who waits for the turn.
--
-- @param state the turn's state
-- @param now epoch milliseconds
-- @returns the phase, the seconds since the prompt was sent, and what there is to say about the phase
function M.progress(state, now)
	local seconds = (now - state.sentAt) / 1000
	local failing = state.failing
	local trouble = failing ~= nil and state.troubles[failing] or nil
	if failing ~= nil and trouble then
		return isAlone(state, trouble) and { phase = "failing", seconds = seconds, message = ROUTES[failing] }
			or { phase = "reconnecting", seconds = seconds }
	end
	local blocker = state.blocker
	if blocker then
		return { phase = blocker.phase, seconds = seconds, message = blocker.text }
	end
	if state.status == "retry" then
		return { phase = "retry", seconds = seconds, message = state.retry and state.retry.message }
	end
	local tools = activeTools(state.last)
	local tool = tools[#tools]
	if tool then
		-- Most tools have a title only when they are done.
		local call = tool.state
		local input = call.input or {}
		return {
			phase = "tool",
			seconds = seconds,
			tool = tool.tool,
			title = call.title or input.description or input.command,
		}
	end
	if newAnswer(state) then
		return { phase = "working", seconds = seconds }
	end
	local isLate = not isSeen(state) and (state.unsure ~= nil or now - state.sentAt >= START_MILLISECONDS)
	return { phase = isLate and "starting" or "sent", seconds = seconds }
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
