-- One prompt from sent to settled, as a pure state machine: no http and no clock, both come in as observations.
--
-- The caller performs the action that it is given and hands what came of it to the next step. opencode's server
-- decides when a turn is over, and no single sign of it can be trusted: idle shows before the turn starts, a completed
-- message may be one of many steps, and the last message may belong to somebody else's prompt. So a turn is over when
-- the session is idle and the newest message is a completed answer that can be traced to our prompt.
--
-- Each kind of request may fail for a while of its own (see `requests`), whatever the others do, and nothing is waited
-- for beyond the idle timeout.
--
-- - turn/actions: what a turn asks for, and how it ends
-- - turn/state: what is known of a turn
-- - turn/poll: looks at the newest message and the session's status
-- - turn/answer: where the reply is found in the session's messages
-- - turn/asks: permissions and questions that wait for a person
-- - turn/silence: why nothing comes of the prompt
-- - turn/requests, turn/failed: what is asked of the server, and what is done where that fails
-- - turn/waiting: how long it waits, and when it stops waiting
-- - turn/progress: what is told to somebody who waits

local copy = require("/apis/ai/copy").copy
local answer = require("/apis/ai/turn/answer")
local asks = require("/apis/ai/turn/asks")
local afterFailed = require("/apis/ai/turn/failed").afterFailed
local poll = require("/apis/ai/turn/poll")
local progressModule = require("/apis/ai/turn/progress")
local describePoll, progress = progressModule.describePoll, progressModule.progress
local noteSuccess = require("/apis/ai/turn/requests").noteSuccess
local silence = require("/apis/ai/turn/silence")
local start = require("/apis/ai/turn/state").start

local M = {}
M.describePoll = describePoll
M.progress = progress
M.start = start

--- What is done after each kind of observation.
local after = {
	begin = poll.afterBegin,
	send = poll.afterSend,
	wait = poll.afterWait,
	last = poll.afterLast,
	beginning = poll.afterBeginning,
	status = poll.afterStatus,
	recent = answer.afterRecent,
	message = poll.afterMessage,
	permissions = asks.afterPermissions,
	questions = asks.afterQuestions,
	parent = asks.afterParent,
	ask = asks.afterAsk,
	answerPermission = asks.afterAnswer,
	answerQuestion = asks.afterAnswer,
	rejectQuestion = asks.afterAnswer,
	session = silence.afterSession,
	agents = silence.afterAgents,
	providers = silence.afterProviders,
	mcp = answer.afterMcp,
	reason = answer.afterReason,
	failed = afterFailed,
}

--- One step of a turn.
--
-- @param state the state so far; it is not changed
-- @param observation what came of the last action, with the time in epoch milliseconds
-- @returns the new state, and the action to perform next; `done` and `fail` end the turn
function M.step(state, observation)
	local given = observation
	local kind = observation.kind
	local next = copy(state, {})
	next.now = observation.now
	if kind ~= "begin" and kind ~= "wait" and kind ~= "ask" and kind ~= "failed" then
		noteSuccess(next, kind)
	end
	return {
		state = next,
		action = after[kind](next, given.value, given.request),
	}
end

return M
