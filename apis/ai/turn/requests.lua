-- All that a turn asks of the server, and how long each of it may fail.

local withField = require("/apis/ai/copy").withField

local M = {}

--- How long what nothing goes on without may fail; a restart of the server takes about 5 s.
local LOST_SECONDS = 60

--- A connection that is refused for so long was refused by a server that restarts, which takes 3 s at least.
local RESTART_MILLISECONDS = 1500

--- How long a list may fail that only tells why nothing happens.
local DIAGNOSIS_SECONDS = 10

--- What only tells more of a turn is not asked for again for so long after it failed.
local REST_MILLISECONDS = 30000

--- Lists of messages, without which nothing is known of the turn.
local MESSAGES =
	{ route = "/session/.../message", patience = LOST_SECONDS, isOfSession = true, isVital = true }

--- What can be asked of the server, by the kind of the action that asks for it:
--
-- - `send`: takes the prompt
-- - `last`: the newest message of the session; `beginning`: the newest two, for the turn's first step; `recent`: those
--   among which all of the turn's steps are looked for
-- - `status`: what each session does, where it is not idle
-- - `session`: whether there is the turn's, and how its last turn has ended (opencode 2); `parent`: which session opened another one
-- - `permissions`, `questions`: what waits for a person; `answerPermission`, `answerQuestion`, `rejectQuestion`: what
--   that person has decided
-- - `message`: a step, for how its tools have ended
-- - `mcp`, `agents`, `providers`: what there is, where a turn does not start
-- - `reason`: why a turn has failed that had no step (opencode 2)
M.requests = {
	send = {
		route = "/session/.../prompt_async",
		patience = LOST_SECONDS,
		isOfSession = true,
		isVital = true,
	},
	last = MESSAGES,
	beginning = { route = MESSAGES.route, patience = 0 },
	recent = MESSAGES,
	status = { route = "/session/status", patience = LOST_SECONDS, isVital = true },
	session = { route = "/session/...", patience = DIAGNOSIS_SECONDS, isOfSession = true },
	parent = { route = "/session/...", patience = 0 },
	permissions = { route = "/permission", patience = 0 },
	questions = { route = "/question", patience = 0 },
	answerPermission = { route = "/permission/.../reply", patience = LOST_SECONDS },
	answerQuestion = { route = "/question/.../reply", patience = LOST_SECONDS },
	rejectQuestion = { route = "/question/.../reject", patience = LOST_SECONDS },
	message = { route = MESSAGES.route, patience = 0 },
	mcp = { route = "/mcp", patience = DIAGNOSIS_SECONDS },
	reason = { route = "/session/.../log", patience = DIAGNOSIS_SECONDS },
	agents = { route = "/agent", patience = DIAGNOSIS_SECONDS },
	providers = { route = "/config/providers", patience = DIAGNOSIS_SECONDS },
}

--- Failures that no waiting mends.
local HOPELESS = {
	http_disabled = true,
	address_denied = true,
	reply_too_large = true,
	unauthorized = true,
	server_config = true,
	bad_request = true,
	bad_argument = true,
	not_found = true,
	other_opencode = true,
}

--- Failures of the connection: the server may have been restarted.
local CUT = { cannot_connect = true, network_error = true }

--- Failures that are answers, so that somebody is there.
local ANSWERED = { server_error = true, not_opencode = true }

--- True for a failure that no waiting mends.
function M.isHopeless(failure)
	return HOPELESS[failure.code] == true
end

--- True where a request fails although the server is there.
function M.isAlone(state, trouble)
	return ANSWERED[trouble.failure.code] == true or state.reachedAt > trouble.since
end

--- Whether a request that only tells more is worth asking: it did not fail a moment ago.
function M.isWorthAsking(state, request)
	local trouble = state.troubles[request]
	return trouble == nil or state.now - trouble.at >= REST_MILLISECONDS
end

--- Whether a request has failed for as long as it may. Where the turn is seen to go on it has time.
function M.isOverdue(state, request)
	local trouble = state.troubles[request]
	local waited = state.now - math.max(trouble.since, state.changedAt)
	return waited >= math.min(state.idleTimeout, M.requests[request].patience) * 1000
end

--- Notes that a request has failed once more.
function M.noteFailure(state, request, failure)
	local rule = M.requests[request]
	local before = state.troubles[request]
	local since = before and before.since or state.now
	local isLong = state.now - since >= RESTART_MILLISECONDS
	if CUT[failure.code] and rule.isVital and isLong then
		state.cutAt = state.now
	end
	state.troubles = withField(state.troubles, request, { since = since, at = state.now, failure = failure })
	if rule.patience > 0 then
		state.failing = request
	end
end

--- Notes that a request was answered.
function M.noteSuccess(state, request)
	if state.troubles[request] then
		state.troubles = withField(state.troubles, request, nil)
	end
	if state.failing == request or state.failing == "send" then
		state.failing = nil
	end
	state.reachedAt = state.now
end

return M
