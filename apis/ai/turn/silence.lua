-- When the prompt was sent and nothing comes of it: what is asked of the server to tell why.

local textOf = require("/apis/ai/messages").textOf
local actions = require("/apis/ai/turn/actions")
local fail, failForNow, failWith = actions.fail, actions.failForNow, actions.failWith
local requests = require("/apis/ai/turn/requests").requests
local stateModule = require("/apis/ai/turn/state")
local isSeen, isSurelyIdle, isYoung = stateModule.isSeen, stateModule.isSurelyIdle, stateModule.isYoung
local waiting = require("/apis/ai/turn/waiting")
local giveUpOn, wait, waitIdle = waiting.giveUpOn, waiting.wait, waiting.waitIdle

local M = {}

--- How many bytes of names are told: message and hint are to fit two rows each.
local MOST_NAMES = 45

--- The server has the prompt and does nothing: why not?
function M.unanswered(state)
	if isYoung(state) then
		return wait(state)
	end
	if not isSurelyIdle(state) then
		return waitIdle(state)
	end

	-- Where no record tells that a turn has ended the session may.
	if state.dialect == 2 and not state.hasSession then
		return { kind = "session" }
	end
	if state.cutAt > 0 then
		return fail("restarted")
	end
	return { kind = state.agent == nil and "providers" or "agents" }
end

--- How often a prompt is sent of which nobody knows whether it arrived.
local MOST_SENDINGS = 3

--- Sends the prompt again: opencode 2 knows it by its id, and does not run it twice.
local function sendAgain(state)
	state.sendings = state.sendings + 1
	return { kind = "send" }
end

--- The prompt was sent, and is not there. What opencode 2 has answered to it tells more than that.
local function notTaken(state, failure)
	local isTold = state.dialect == 2 and failure.code == "server_error"
	return isTold and failWith(failure, true) or failForNow("not_sent")
end

--- The prompt is not among the messages. It may still come: a plugin or an MCP server may hold it up.
function M.missing(state)
	local canAgain = state.dialect == 2 and state.unsure ~= nil and not state.resumed
	if canAgain and state.sendings < MOST_SENDINGS then
		return sendAgain(state)
	end
	if state.resumed and not state.hasSession then
		return { kind = "session" }
	end
	if isYoung(state) then
		return wait(state, state.unsure and 1)
	end
	if state.unsure then
		return notTaken(state, state.unsure)
	end
	if state.cutAt > 0 then
		return failForNow("restarted")
	end
	if state.agent ~= nil and not state.hasAgent then
		return { kind = "agents" }
	end
	local isOld = state.now - state.sentAt >= state.idleTimeout * 1000

	-- opencode 2 has what it will do from its answer on: what is not there has never come.
	if state.dialect == 2 and isSurelyIdle(state) then
		isOld = true
	end
	return state.resumed and isOld and fail("not_sent") or wait(state)
end

--- The turn has failed, and nothing tells why.
local function failedSomehow(state)
	return fail("model_error", { what = "no reason given", status = "" }, textOf(state.shown))
end

--- The turn never started, and nothing tells why.
local function neverStarted(state)
	if state.hasFailed then
		return failedSomehow(state)
	end

	-- What was sent before this program started would have started by now.
	return state.resumed and fail("restarted") or failForNow("never_started", { why = "" })
end

--- The turn never started, and nothing explains it but perhaps a request that fails.
function M.neverStartedAs(state, request, failure)
	if state.hasFailed then
		return failedSomehow(state)
	end
	local endModule = state.resumed and fail or failForNow
	local route = requests[request].route
	if failure.code == "server_error" then
		return endModule("server_stuck", { route = route })
	end
	return endModule(
		"never_started",
		{ why = " (" .. route .. ": " .. (failure.message or failure.code) .. ")" }
	)
end

--- Names in a row, as many as fit; each has a space before it.
local function listed(names)
	local known = ""
	local isCut = false
	for _, name in ipairs(names) do
		if #known + #name < MOST_NAMES then
			known = known .. " " .. name
		else
			isCut = true
		end
	end
	return isCut and known .. " .." or known
end

--- Fails when what the prompt asks for is not among the names that there are.
local function checkKnown(wanted, names, code)
	if wanted == nil then
		return nil
	end
	for _, name in ipairs(names) do
		if name == wanted then
			return nil
		end
	end
	return fail(code, {
		wanted = wanted,
		known = listed(names),
	})
end

--- The session was seen to exist; of opencode 2 it may tell how a turn has ended that had no step.
function M.afterSession(state, session)
	local ended = session.ended
	local last = state.last
	state.hasSession = true
	if state.userMessageId == nil then
		return M.missing(state)
	end
	local isOurs = ended ~= nil and last ~= nil and ended.at >= last.info.time.created
	if isOurs and ended.outcome == "interrupted" then
		return fail("aborted")
	end
	if isOurs and ended.outcome == "failed" then
		state.hasFailed = true
		return { kind = "reason" }
	end
	return M.unanswered(state)
end

--- Goes on without the session, where it was only asked for to tell more.
function M.withoutSession(state, failure)
	if state.userMessageId == nil then
		return giveUpOn(state, "session", failure)
	end
	state.hasSession = true
	state.failing = nil
	return M.unanswered(state)
end

--- Why the turn has failed cannot be told: perhaps what it asks for is not there.
function M.withoutReason(state)
	return { kind = state.agent == nil and "providers" or "agents" }
end

--- Looks for the agent that the prompt asks for.
function M.afterAgents(state, agents)
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
	return isSeen(state) and { kind = "providers" } or M.missing(state)
end

--- Goes on without the list of agents.
function M.withoutAgents(state, failure)
	if isSeen(state) then
		return M.neverStartedAs(state, "agents", failure)
	end
	state.failing = nil
	state.hasAgent = true
	return M.missing(state)
end

--- Looks for the model that the prompt asks for.
function M.afterProviders(state, value)
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
end

--- Ends without the list of models.
function M.withoutProviders(state, failure)
	return M.neverStartedAs(state, "providers", failure)
end

return M
