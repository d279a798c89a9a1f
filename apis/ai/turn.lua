--- One prompt from sent to settled, as a pure state machine.
local M = {}
local fail, begin, checkKnown, checkAgent, checkModel

function fail(code, pending, detail, text)
	return {kind = "fail", code = code, pending = pending, detail = detail or {}, text = text}
end

function begin(state, now)
	state.sent = true
	state.sentAt = now
	state.changedAt = now
	state.statusAt = now
	state.status = "unknown"
end

function checkKnown(wanted, names, code)
	local known = ""
	for _, name in ipairs(names) do
		if name == wanted then return nil end
		if #known < 100 then known = known .. " " .. name end
	end
	return wanted and fail(code, false, {wanted = wanted, known = known}) or nil
end

function checkAgent(state, agents)
	local names = {}
	for _, agent in ipairs(agents) do
		if agent.hidden ~= true and agent.mode ~= "subagent" then names[#names + 1] = agent.name end
	end
	return checkKnown(state.agent, names, "unknown_agent") or {kind = "providers"}
end

function checkModel(state, providers)
	local names = {}
	for _, provider in ipairs(providers) do
		for id in pairs(provider.models) do names[#names + 1] = provider.id .. "/" .. id end
	end
	local used = state.last and state.last.info.model
	local wanted = used and used.providerID .. "/" .. used.modelID or state.model
	return checkKnown(wanted, names, "unknown_model") or fail("never_started", false)
end

local START_MILLISECONDS = 6000
local INTERRUPTED_MILLISECONDS = 2000
local STUCK_BUSY_MILLISECONDS = 10000
local LOST_SECONDS = 60

local function copy(from)
	local fields = {}
	for key in pairs(from) do fields[key] = from[key] end
	return fields
end

function M.start(from, idleTimeout, resumed)
	local state = copy(from)
	state.idleTimeout = idleTimeout
	state.resumed = resumed
	state.sent = resumed
	state.polls = 0
	state.status = "unknown"
	state.statusAt = 0
	state.searched = 0
	state.sight = ""
	state.changedAt = 0
	return state
end

function M.pollInterval(age)
	local share = age * 0.065
	return math.max(0.2, math.min(share, 5))
end

function M.messageText(message)
	local text = ""
	for _, part in ipairs(message.parts) do
		if part.type == "text" and part.synthetic ~= true and part.text and part.text ~= "" then
			text = text == "" and part.text or text .. "\n\n" .. part.text
		end
	end
	return text
end

local function isAnswer(message) return message.info.role == "assistant" and message.info.summary ~= true end

local function carriesNonce(message, nonce)
	if message.info.id == nonce then return true end
	for _, part in ipairs(message.parts) do
		if part.metadata and part.metadata.nonce == nonce then return true end
	end
	return false
end

local function answersUs(state, message)
	local info = message.info
	if info.id == state.nonce or info.parentID == state.nonce then return true end
	return state.userMessageId ~= nil and info.parentID == state.userMessageId
end

local function findAnswer(state, messages)
	local found = false
	local answer, later
	for _, message in ipairs(messages) do
		if answersUs(state, message) and isAnswer(message) then
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
	if message then
		for _, part in ipairs(message.parts) do
			local status = part.state and part.state.status
			if status == "running" or status == "pending" then running = part end
		end
	end
	return running
end

local function notice(state, now)
	local sight = tostring(state.retry and state.retry.attempt)
	local last = state.last
	if last then
		local info = last.info
		sight = sight .. " " .. info.id .. " " .. tostring(info.finish) .. " "
			.. tostring(info.time.completed)
		for _, part in ipairs(last.parts) do
			local tool = part.state
			local length = #(part.text or "")
			sight = sight .. ";" .. part.type .. " " .. length .. " " .. tostring(tool and tool.status) .. " "
				.. tostring(tool and tool.title)
		end
	end
	if sight ~= state.sight then
		state.sight = sight
		state.changedAt = now
		state.idleSince = nil
		state.blocker = nil
	end
end

local function failWith(failure, pending)
	return {kind = "fail", code = failure.code, pending = pending, detail = {}, failure = failure}
end

local function wait(state, now, seconds)
	if now - state.changedAt >= state.idleTimeout * 1000 then
		local blocker = state.blocker
		if blocker then return fail("waiting_for_" .. blocker.kind, true, {what = blocker.text}) end
		return fail("no_progress", true, {seconds = tostring(state.idleTimeout)})
	end
	return {kind = "wait", seconds = seconds or M.pollInterval((now - state.sentAt) / 1000)}
end

local function newAnswer(state)
	local last = state.last
	if not last or last.info.id == state.baselineId or last.info.role ~= "assistant" then return nil end
	return last
end

local function looksFinal(message)
	if not isAnswer(message) then return false end
	return message.info.error ~= nil or (message.info.finish or "tool-calls") ~= "tool-calls"
end

local function statusIsDue(state, now)
	if state.status == "idle" then return true end
	local sinceStatus = now - state.statusAt
	if state.status == "retry" then return sinceStatus >= 2000 end
	local quiet = now - state.changedAt
	local limit = runningTool(state.last) and 1000 or 2000
	return quiet >= limit and sinceStatus >= limit and sinceStatus >= quiet * 0.6
end

local function finish(message)
	local text = M.messageText(message)
	local info = message.info
	local failure = info.error
	if failure then
		if failure.name == "MessageAbortedError" then return fail("aborted", false, nil, text) end
		local data = failure.data or {}
		local status = data.statusCode and " (HTTP " .. data.statusCode .. ")" or ""
		return fail("model_error", false, {what = data.message or failure.name, status = status}, text)
	end
	if text ~= "" then return {kind = "done", message = message, text = text} end
	if not info.finish then return fail("interrupted", false) end
	return fail(info.finish == "tool-calls" and "stopped_at_tool" or "empty_reply", false)
end

local function search(state, limit)
	state.searched = limit
	return {kind = "recent", limit = limit}
end

local function settle(state, message)
	return answersUs(state, message) and isAnswer(message) and finish(message) or search(state, 10)
end

local function diagnose(state) return {kind = state.agent and "agents" or "providers"} end

local function afterLast(state, now)
	local answer = newAnswer(state)
	if answer then
		local parentId = answer.info.parentID
		if not state.userMessageId and parentId and parentId ~= state.askedParentId then
			if parentId ~= state.nonce then
				state.askedParentId = parentId
				return {kind = "parent", id = parentId}
			end
		end
		if answer.info.time.completed then
			if looksFinal(answer) or now ~= state.changedAt then return {kind = "status"} end
			return wait(state, now)
		end
	end
	return statusIsDue(state, now) and {kind = "status"} or wait(state, now)
end

local function afterStatus(state, now)
	local answer = newAnswer(state)
	local completed = answer ~= nil and answer.info.time.completed ~= nil
	if state.status == "idle" then
		state.idleSince = state.idleSince or now
		if not answer then
			return now - state.sentAt >= START_MILLISECONDS and diagnose(state) or wait(state, now)
		end
		if completed then return looksFinal(answer) and settle(state, answer) or search(state, 10) end
		return now - state.idleSince >= INTERRUPTED_MILLISECONDS
				and fail("interrupted", false, nil, M.messageText(answer))
			or wait(state, now, 0.5)
	end
	state.idleSince = nil
	if state.status == "busy" then
		if completed and looksFinal(answer) and now - state.changedAt >= STUCK_BUSY_MILLISECONDS then
			return settle(state, answer)
		end
		if runningTool(state.last) then return {kind = "permissions"} end
	end
	return wait(state, now)
end

local function afterRecent(state, messages, now)
	local result = findAnswer(state, messages)
	local found = result.found
	local answer = result.answer
	local newest = messages[#messages]
	local young = now - state.sentAt < START_MILLISECONDS
	state.last = newest
	notice(state, now)
	if state.unsure and not found then
		return young and wait(state, now, 1) or failWith(state.unsure, false)
	end
	state.unsure = nil
	if not found and state.searched < 100 and #messages >= state.searched then return search(state, 100) end
	if state.status ~= "idle" then return wait(state, now) end
	if answer then
		if answer.info.time.completed then return finish(answer) end
		return fail("interrupted", false, nil, M.messageText(answer))
	end
	if found then return young and wait(state, now) or diagnose(state) end
	if state.resumed then return fail("not_sent", false) end
	return newest and isAnswer(newest) and finish(newest) or fail("interrupted", false)
end

local function afterFailure(state, request, failure, now)
	local code = failure.code
	local isList = request == "permissions" or request == "questions"
	local outOfReach = code == "cannot_connect"
		or code == "timed_out"
		or code == "network_error"
		or code == "server_error"
	if code == "not_found" and request ~= "parent" then
		return fail("session_gone", false, {session = state.sessionId})
	end
	if not outOfReach then
		if request == "parent" then return afterLast(state, now) end
		return isList and wait(state, now) or failWith(failure, state.sent)
	end
	if request == "send" then
		begin(state, now)
		state.unsure = failure
	end
	if not state.sent then return failWith(failure, false) end
	state.lostAt = state.lostAt or now
	local patience = math.min(state.idleTimeout, LOST_SECONDS)
	if now - state.lostAt >= patience * 1000 then return failWith(state.unsure or failure, true) end
	return {kind = "wait", seconds = 1}
end

local function afterFirstLast(state, last, now)
	if state.status ~= "idle" then
		local tool = runningTool(last)
		local since = last and last.info.time.created or now
		return fail("session_busy", true, {
			seconds = tostring(math.floor((now - since) / 1000)),
			what = tool and " (" .. tostring(tool.tool) .. ")" or ""
		})
	end
	state.baselineId = last and last.info.id
	return {kind = "send"}
end

local function ours(state, entries)
	local tool = runningTool(state.last)
	local metadata = tool and tool.state and tool.state.metadata
	for _, entry in ipairs(entries) do
		if entry.sessionID == state.sessionId then return entry end
		if metadata and entry.sessionID == metadata.sessionId then return entry end
	end
	return nil
end

local function decide(state, observation)
	local now = observation.now
	local kind = observation.kind
	if kind == "failed" then return afterFailure(state, observation.request, observation.value, now) end
	if kind == "begin" then
		state.changedAt = now
		return {kind = "status"}
	end
	if kind == "status" then
		local status = observation.value[state.sessionId]
		state.status = status and status.type or "idle"
		state.statusAt = now
		state.retry = status
		if not state.sent then return {kind = "last"} end
		notice(state, now)
		return not state.last and state.resumed and search(state, 10) or afterStatus(state, now)
	end
	if kind == "send" then
		begin(state, now)
	elseif kind == "wait" then
		return state.unsure and search(state, 10) or {kind = "last"}
	elseif kind == "last" then
		local last = observation.value[1]
		if not state.sent then return afterFirstLast(state, last, now) end
		state.polls = state.polls + 1
		state.last = last
		if last and last.info.role == "user" and carriesNonce(last, state.nonce) then
			state.userMessageId = last.info.id
		end
		notice(state, now)
		return afterLast(state, now)
	elseif kind == "parent" then
		if carriesNonce(observation.value, state.nonce) then
			state.userMessageId = observation.value.info.id
		end
		return afterLast(state, now)
	elseif kind == "recent" then
		return afterRecent(state, observation.value, now)
	elseif kind == "permissions" then
		local permission = ours(state, observation.value)
		state.blocker = nil
		if not permission then return {kind = "questions"} end
		local pattern = permission.patterns and permission.patterns[1]
		state.blocker = {kind = "permission", text = permission.permission .. ": " .. (pattern or "")}
	elseif kind == "questions" then
		local question = ours(state, observation.value)
		local first = question and question.questions[1]
		if first then state.blocker = {kind = "question", text = first.question} end
	elseif kind == "providers" then
		return checkModel(state, observation.value.providers)
	elseif kind == "agents" then
		return checkAgent(state, observation.value)
	end
	return wait(state, now)
end

function M.step(state, observation)
	local next = copy(state)
	if observation.kind ~= "wait" and observation.kind ~= "failed" then next.lostAt = nil end
	local action = decide(next, observation)
	return {state = next, action = action}
end

function M.progress(state, now)
	local seconds = (now - state.sentAt) / 1000
	if state.lostAt then return {phase = "reconnecting", seconds = seconds} end
	local blocker = state.blocker
	if blocker then
		local phase = blocker.kind == "permission" and "waiting for permission" or "waiting for an answer"
		return {phase = phase, seconds = seconds, message = blocker.text}
	end
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
	local id = answer and answer.info.id or "nil"
	local complete = answer ~= nil and answer.info.time.completed ~= nil
	return "poll attempt #" .. state.polls .. ": msgs=" .. count .. ", found=" .. id .. ", complete="
		.. tostring(complete) .. ", status=" .. state.status
end

return M
