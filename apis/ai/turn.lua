--- One prompt from sent to settled, as a pure state machine.
local M = {}
local START_MILLISECONDS = 6000
local INTERRUPTED_MILLISECONDS = 2000
local STUCK_BUSY_MILLISECONDS = 10000
local LOST_SECONDS = 60
local OUT_OF_REACH = {cannot_connect = true, timed_out = true, network_error = true, server_error = true}

local function copy(from, into)
	for key in pairs(from) do into[key] = from[key] end
	return into
end

function M.start(from, idleTimeout, resumed)
	local state = {
		idleTimeout = idleTimeout,
		resumed = resumed,
		now = 0,
		sent = resumed,
		polls = 0,
		status = "unknown",
		statusAt = 0,
		searched = 0,
		sight = "",
		changedAt = 0
	}
	return copy(from, state)
end

function M.pollInterval(age) return math.max(0.2, math.min(age * 0.065, 5)) end

function M.messageText(message)
	local texts = {}
	for _, part in ipairs(message.parts) do
		if part.type == "text" and part.synthetic ~= true and (part.text or "") ~= "" then
			texts[#texts + 1] = part.text
		end
	end
	return table.concat(texts, "\n\n")
end

local function isAnswer(message) return message.info.role == "assistant" and message.info.summary ~= true end

local function isComplete(message) return message ~= nil and message.info.time.completed ~= nil end

local function carriesNonce(message, nonce)
	for _, part in ipairs(message.parts) do
		if part.metadata and part.metadata.nonce == nonce then return true end
	end
	return message.info.id == nonce
end

local function answersUs(state, message)
	local nonce = state.nonce
	local parent = message.info.parentID
	local isOurs = parent ~= nil and (parent == nonce or parent == state.userMessageId)
	return isAnswer(message) and (isOurs or message.info.id == nonce)
end

local function findAnswer(state, messages)
	local found = false
	local answer, later
	for _, message in ipairs(messages) do
		if answersUs(state, message) then
			found = true
			answer = message
		elseif found and isAnswer(message) then
			later = message
		elseif carriesNonce(message, state.nonce) then
			found = true
			state.userMessageId = message.info.id
		end
	end
	return {found = found, answer = answer or later}
end

local function runningTool(message)
	local running
	for _, part in ipairs(message and message.parts or {}) do
		local status = part.state and part.state.status
		if status == "running" or status == "pending" then running = part end
	end
	return running
end

local function notice(state)
	local sight = tostring(state.retry and state.retry.attempt)
	local last = state.last
	if last then
		local info = last.info
		sight = sight .. " " .. info.id .. " " .. tostring(info.finish) .. " "
			.. tostring(info.time.completed)
		for _, part in ipairs(last.parts) do
			local tool = part.state or {}
			sight = sight .. ";" .. part.type .. " " .. #(part.text or "") .. " " .. tostring(tool.status)
				.. " " .. tostring(tool.title)
		end
	end
	if sight ~= state.sight then
		state.sight = sight
		state.changedAt = state.now
		state.idleSince = nil
		state.blocker = nil
	end
end

local function fail(code, detail, text, pending)
	return {kind = "fail", code = code, pending = pending == true, detail = detail or {}, text = text}
end

local function failWith(failure, pending)
	return {kind = "fail", code = failure.code, pending = pending, detail = {}, failure = failure}
end

local function wait(state, seconds)
	if state.now - state.changedAt < state.idleTimeout * 1000 then
		return {kind = "wait", seconds = seconds or M.pollInterval((state.now - state.sentAt) / 1000)}
	end
	local blocker = state.blocker
	return blocker and fail("waiting_for_" .. blocker.kind, {what = blocker.text}, nil, true)
		or fail("no_progress", {seconds = tostring(state.idleTimeout)}, nil, true)
end

local function newAnswer(state)
	local last = state.last
	return last and last.info.id ~= state.baselineId and last.info.role == "assistant" and last or nil
end

local function looksFinal(message)
	local info = message.info
	return isAnswer(message) and (info.error ~= nil or (info.finish or "tool-calls") ~= "tool-calls")
end

local function statusIsDue(state)
	if state.status == "idle" then return true end
	local sinceStatus = state.now - state.statusAt
	if state.status == "retry" then return sinceStatus >= 2000 end
	local quiet = state.now - state.changedAt
	local limit = runningTool(state.last) and 1000 or 2000
	return quiet >= limit and sinceStatus >= math.max(limit, quiet * 0.6)
end

local function finish(message)
	local text = M.messageText(message)
	local info = message.info
	local failure = info.error
	if failure then
		if failure.name == "MessageAbortedError" then return fail("aborted", nil, text) end
		local data = failure.data or {}
		local status = data.statusCode and " (HTTP " .. data.statusCode .. ")" or ""
		return fail("model_error", {what = data.message or failure.name, status = status}, text)
	end
	if text ~= "" then return {kind = "done", message = message, text = text} end
	if not info.finish then return fail("interrupted") end
	return fail(info.finish == "tool-calls" and "stopped_at_tool" or "empty_reply")
end

local function search(state, limit)
	state.searched = limit
	return {kind = "recent", limit = limit}
end

local function settle(state, message)
	return answersUs(state, message) and finish(message) or search(state, 10)
end

local function diagnose(state) return {kind = state.agent and "agents" or "providers"} end

local function afterLast(state)
	local answer = newAnswer(state)
	local parent = answer and answer.info.parentID
	if parent and not state.userMessageId and parent ~= state.askedParentId and parent ~= state.nonce then
		state.askedParentId = parent
		return {kind = "parent", id = parent}
	end
	local isDue
	if isComplete(answer) then
		isDue = looksFinal(answer) or state.now ~= state.changedAt
	else
		isDue = statusIsDue(state)
	end
	return isDue and {kind = "status"} or wait(state)
end

local function afterStatus(state)
	local now = state.now
	local answer = newAnswer(state)
	if state.status == "idle" then
		state.idleSince = state.idleSince or now
		if not answer then
			return now - state.sentAt >= START_MILLISECONDS and diagnose(state) or wait(state)
		end
		if isComplete(answer) then
			return looksFinal(answer) and settle(state, answer) or search(state, 10)
		end
		return now - state.idleSince >= INTERRUPTED_MILLISECONDS
				and fail("interrupted", nil, M.messageText(answer))
			or wait(state, 0.5)
	end
	state.idleSince = nil
	if state.status == "busy" then
		local isStuck = now - state.changedAt >= STUCK_BUSY_MILLISECONDS
		if isStuck and isComplete(answer) and looksFinal(answer) then return settle(state, answer) end
		if runningTool(state.last) then return {kind = "permissions"} end
	end
	return wait(state)
end

local function begin(state)
	state.sent = true
	state.sentAt = state.now
	state.changedAt = state.now
	state.statusAt = state.now
	state.status = "unknown"
end

local function beforeSending(state, last)
	if state.status ~= "idle" then
		local tool = runningTool(last)
		local since = last and last.info.time.created or state.now
		local seconds = tostring(math.floor((state.now - since) / 1000))
		return fail(
			"session_busy",
			{seconds = seconds, what = tool and " (" .. tostring(tool.tool) .. ")" or ""},
			nil,
			true
		)
	end
	state.baselineId = last and last.info.id
	return {kind = "send"}
end

local function ours(state, entries)
	local tool = runningTool(state.last)
	local metadata = tool and tool.state and tool.state.metadata
	for _, entry in ipairs(entries) do
		local session = entry.sessionID
		if session == state.sessionId or metadata and session == metadata.sessionId then return entry end
	end
	return nil
end

local function checkKnown(wanted, names, code)
	local known = ""
	for _, name in ipairs(names) do
		if name == wanted then return nil end
		if #known < 100 then known = known .. " " .. name end
	end
	return wanted and fail(code, {wanted = wanted, known = known}) or nil
end

local after = {
	begin = function(state)
		state.changedAt = state.now
		return {kind = "status"}
	end,
	status = function(state, value)
		local status = value[state.sessionId]
		state.status = status and status.type or "idle"
		state.statusAt = state.now
		state.retry = status
		if not state.sent then return {kind = "last"} end
		notice(state)
		return not state.last and state.resumed and search(state, 10) or afterStatus(state)
	end,
	send = function(state)
		begin(state)
		return wait(state)
	end,
	wait = function(state) return state.unsure and search(state, 10) or {kind = "last"} end,
	last = function(state, messages)
		local last = messages[1]
		if not state.sent then return beforeSending(state, last) end
		state.polls = state.polls + 1
		state.last = last
		if last and last.info.role == "user" and carriesNonce(last, state.nonce) then
			state.userMessageId = last.info.id
		end
		notice(state)
		return afterLast(state)
	end,
	parent = function(state, message)
		if carriesNonce(message, state.nonce) then state.userMessageId = message.info.id end
		return afterLast(state)
	end,
	recent = function(state, messages)
		local findAnswer_result_2 = findAnswer(state, messages)
		local found = findAnswer_result_2.found
		local answer = findAnswer_result_2.answer
		local newest = messages[#messages]
		local young = state.now - state.sentAt < START_MILLISECONDS
		state.last = newest
		notice(state)
		if state.unsure and not found then
			return young and wait(state, 1) or failWith(state.unsure, false)
		end
		state.unsure = nil
		if not found and state.searched < 100 and #messages >= state.searched then
			return search(state, 100)
		end
		if state.status ~= "idle" then return wait(state) end
		if answer then
			return isComplete(answer) and finish(answer) or fail("interrupted", nil, M.messageText(answer))
		end
		if found then return young and wait(state) or diagnose(state) end
		if state.resumed then return fail("not_sent") end
		return newest and isAnswer(newest) and finish(newest) or fail("interrupted")
	end,
	permissions = function(state, permissions)
		local permission = ours(state, permissions)
		state.blocker = nil
		if not permission then return {kind = "questions"} end
		local pattern = permission.patterns and permission.patterns[1]
		local text = permission.permission .. ": " .. (pattern or "")
		state.blocker = {kind = "permission", phase = "waiting for permission", text = text}
		return wait(state)
	end,
	questions = function(state, questions)
		local question = ours(state, questions)
		local first = question and question.questions[1]
		if first then
			state.blocker = {kind = "question", phase = "waiting for an answer", text = first.question}
		end
		return wait(state)
	end,
	agents = function(state, agents)
		local names = {}
		for _, agent in ipairs(agents) do
			if agent.hidden ~= true and agent.mode ~= "subagent" then names[#names + 1] = agent.name end
		end
		return checkKnown(state.agent, names, "unknown_agent") or {kind = "providers"}
	end,
	providers = function(state, value)
		local names = {}
		for _, provider in ipairs(value.providers) do
			for id in pairs(provider.models) do names[#names + 1] = provider.id .. "/" .. id end
		end
		local used = state.last and state.last.info.model
		local wanted = used and used.providerID .. "/" .. used.modelID or state.model
		return checkKnown(wanted, names, "unknown_model") or fail("never_started")
	end,
	failed = function(state, failure, request)
		if failure.code == "not_found" and request ~= "parent" then
			return fail("session_gone", {session = state.sessionId})
		end
		if not OUT_OF_REACH[failure.code] then
			if request == "parent" then return afterLast(state) end
			local isExtra = request == "permissions" or request == "questions"
			return isExtra and wait(state) or failWith(failure, state.sent)
		end
		if request == "send" then
			begin(state)
			state.unsure = failure
		end
		if not state.sent then return failWith(failure, false) end
		state.lostAt = state.lostAt or state.now
		local patience = math.min(state.idleTimeout, LOST_SECONDS)
		local isLost = state.now - state.lostAt >= patience * 1000
		return isLost and failWith(state.unsure or failure, true) or {kind = "wait", seconds = 1}
	end
}

function M.step(state, observation)
	local given = observation
	local kind = observation.kind
	local next = copy(state, {})
	next.now = observation.now
	if kind ~= "wait" and kind ~= "failed" then next.lostAt = nil end
	return {state = next, action = after[kind](next, given.value, given.request)}
end

function M.progress(state, now)
	local seconds = (now - state.sentAt) / 1000
	if state.lostAt then return {phase = "reconnecting", seconds = seconds} end
	local blocker = state.blocker
	if blocker then return {phase = blocker.phase, seconds = seconds, message = blocker.text} end
	if state.status == "retry" then
		return {phase = "retry", seconds = seconds, message = state.retry and state.retry.message}
	end
	local tool = runningTool(state.last)
	if tool then
		local call = tool.state
		local input = call.input or {}
		return {
			phase = "tool",
			seconds = seconds,
			tool = tool.tool,
			title = call.title or input.description or input.command
		}
	end
	return {phase = newAnswer(state) and "working" or "sent", seconds = seconds}
end

function M.describePoll(state, count)
	local answer = newAnswer(state)
	local found = "found=" .. (answer and answer.info.id or "nil") .. ", complete="
		.. tostring(isComplete(answer))
	return "poll attempt #" .. state.polls .. ": msgs=" .. count .. ", " .. found .. ", status="
		.. state.status
end

return M
