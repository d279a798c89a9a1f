-- How long a turn waits until it looks again, and when it stops waiting.

local actions = require("/apis/ai/turn/actions")
local failForNow, failWith = actions.failForNow, actions.failWith
local requestsModule = require("/apis/ai/turn/requests")
local isAlone, isHopeless, requests =
	requestsModule.isAlone, requestsModule.isHopeless, requestsModule.requests
local stateModule = require("/apis/ai/turn/state")
local isSeen, quietTime = stateModule.isSeen, stateModule.quietTime

local M = {}

--- The time between two looks at a session that is idle, from which something is to be concluded soon.
local IDLE_SECONDS = 0.5

--- The time until the next poll: short at first, so that a quick answer is seen quickly, then a share of the turn's
-- age, so that a long one costs few requests and is still seen within 4 % of its length.
--
-- @param age seconds since the prompt was sent
-- @returns seconds, between 0.2 and 5
local function pollInterval(age)
	return math.max(0.2, math.min(age * 0.065, 5))
end

--- Ends waiting for a request: with its failure, which names it where the server is there.
function M.giveUpOn(state, request, failure)
	local trouble = state.troubles[request]
	if not state.unsure and trouble and not isHopeless(failure) and isAlone(state, trouble) then
		local what = failure.message or failure.code
		return failForNow("request_fails", { route = requests[request].route, what = what })
	end
	return failWith(state.unsure or failure, true)
end

--- Ends waiting because nothing was seen to happen for too long.
local function giveUp(state)
	local blocker = state.blocker
	if blocker then
		return failForNow(blocker.code, { what = blocker.text })
	end
	local failing = state.failing
	local trouble = failing ~= nil and state.troubles[failing] or nil
	if failing ~= nil and trouble then
		return M.giveUpOn(state, failing, trouble.failure)
	end
	local seconds = tostring(state.idleTimeout)
	return failForNow(isSeen(state) and "no_progress" or "slow_start", { seconds = seconds })
end

--- Waits, unless nothing has been seen to happen for so long that waiting should end.
--
-- @param state the turn
-- @param seconds how long; as long as suits the turn's age where it is left out
function M.wait(state, seconds)
	if quietTime(state) >= state.idleTimeout * 1000 then
		return giveUp(state)
	end
	return {
		kind = "wait",
		seconds = seconds or pollInterval((state.now - state.sentAt) / 1000),
	}
end

--- Waits a short time for a session that is idle: it is to be seen so more than once.
function M.waitIdle(state)
	return M.wait(state, IDLE_SECONDS)
end

return M
