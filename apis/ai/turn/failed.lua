-- When a request fails: how long it is asked for again, and what is done without it.

local actions = require("/apis/ai/turn/actions")
local fail, failWith = actions.fail, actions.failWith
local answer = require("/apis/ai/turn/answer")
local settleStuck, withoutMcp, withoutRecent = answer.settleStuck, answer.withoutMcp, answer.withoutRecent
local asks = require("/apis/ai/turn/asks")
local afterAnswer, askAgain, lookForQuestion, withoutAnswer, withoutPermissions, withoutQuestions =
	asks.afterAnswer,
	asks.askAgain,
	asks.lookForQuestion,
	asks.withoutAnswer,
	asks.withoutPermissions,
	asks.withoutQuestions
local poll = require("/apis/ai/turn/poll")
local afterNewest, withoutStatus = poll.afterNewest, poll.withoutStatus
local requestsModule = require("/apis/ai/turn/requests")
local isHopeless, isOverdue, noteFailure, requests =
	requestsModule.isHopeless, requestsModule.isOverdue, requestsModule.noteFailure, requestsModule.requests
local silence = require("/apis/ai/turn/silence")
local withoutAgents, withoutProviders, withoutReason, withoutSession =
	silence.withoutAgents, silence.withoutProviders, silence.withoutReason, silence.withoutSession
local noteSent = require("/apis/ai/turn/state").noteSent
local waiting = require("/apis/ai/turn/waiting")
local giveUpOn, wait = waiting.giveUpOn, waiting.wait

local M = {}

--- The time until a request that failed is worth looking at the turn again.
local AGAIN_SECONDS = 1

--- How often in a turn a person is asked again whose answer opencode 2 does not take: a form may want more than it tells.
local MOST_AGAIN = 2

--- What is done where a request fails for too long; without any of the others the turn ends.
local without = {
	beginning = afterNewest,
	recent = withoutRecent,
	parent = lookForQuestion,
	permissions = withoutPermissions,
	questions = withoutQuestions,
	answerPermission = withoutAnswer,
	answerQuestion = withoutAnswer,
	rejectQuestion = withoutAnswer,
	message = afterNewest,
	mcp = withoutMcp,
	reason = withoutReason,
	session = withoutSession,
	agents = withoutAgents,
	providers = withoutProviders,
}

--- Decides what to do after a request that failed.
--
-- @param state the turn
-- @param failure why
-- @param request which one
function M.afterFailed(state, failure, request)
	-- What does not wait any more has been answered elsewhere.
	if failure.code == "not_found" and without[request] == withoutAnswer then
		return afterAnswer(state)
	end
	local isUnfit = failure.code == "bad_request" or failure.code == "bad_argument"
	if state.dialect == 2 and request == "answerQuestion" and isUnfit and state.askedAgain < MOST_AGAIN then
		return askAgain(state)
	end

	-- opencode 2 says of a session that it is not there; what else it does not find is a route.
	local isMissing = failure.code == "not_found" and state.dialect ~= 2
	local isGone = isMissing or failure.code == "session_gone"
	if isGone and requests[request].isOfSession then
		return fail("session_gone", { session = state.sessionId })
	end
	if request == "send" and not isHopeless(failure) then
		-- The answer to the request was lost, the prompt itself may have arrived.
		noteSent(state)
		state.unsure = failure
	end
	if not state.sent then
		return failWith(failure, false)
	end
	noteFailure(state, request, failure)
	local settled = request == "status" and settleStuck(state) or nil
	if settled then
		return settled
	end
	if not isHopeless(failure) and not isOverdue(state, request) then
		return request == "status" and withoutStatus(state, AGAIN_SECONDS) or wait(state, AGAIN_SECONDS)
	end
	local goOn = without[request]
	return goOn and goOn(state, failure) or giveUpOn(state, request, failure)
end

return M
