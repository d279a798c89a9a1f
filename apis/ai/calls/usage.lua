-- What sessions used: tokens, and what they cost.

local sessionOf = require("/apis/ai/calls/sessions").sessionOf

local M = {}

--- More sessions than anybody has.
local MOST_SESSIONS = 1000

--- Asks for all messages (1.18.33).
local ALL = 0

local function none()
	return {
		input = 0,
		output = 0,
		reasoning = 0,
		cached = 0,
		cost = 0,
		sessions = 0,
	}
end

--- Adds what a message, or a whole session, used.
local function add(usage, used)
	usage.cost = usage.cost + (used.cost or 0)
	local tokens = used.tokens
	if tokens == nil then
		return
	end
	usage.input = usage.input + tokens.input
	usage.output = usage.output + tokens.output
	usage.reasoning = usage.reasoning + (tokens.reasoning or 0)
	usage.cached = usage.cached + (tokens.cache and tokens.cache.read or 0)
end

--- Adds the messages of a session that are not older than a time; answers alone cost anything.
local function addMessages(client, usage, session, since)
	local messages = client.face.getMessages(client, session.id, ALL)
	for _, message in ipairs(messages) do
		if message.info.role == "assistant" and message.info.time.created >= since then
			add(usage, message.info)
		end
	end
	usage.sessions = usage.sessions + 1
	return messages
end

--- How many tokens a model's context can hold; 0 stands for one of which that is not known.
local function contextOf(client, directory, providerId, modelId)
	for _, provider in ipairs(client.face.readList(client, "providers", directory).providers) do
		local model = provider.id == providerId and provider.models[modelId or ""] or nil
		local limit = model and model.limit and model.limit.context
		if limit ~= nil and limit > 0 then
			return limit
		end
	end
	return nil
end

--- What of the model's context the newest answer took, and how much there is of it.
local function addContext(client, usage, session, messages)
	do
		local at = #messages - 1
		while at >= 0 do
			local info = messages[at + 1].info
			local total = info.tokens and info.tokens.total
			if info.role == "assistant" and total ~= nil and total > 0 then
				usage.context = total
				usage.limit = contextOf(client, session.directory, info.providerID, info.modelID)
				return
			end
			at = at - 1
		end
	end
end

--- When the computer's day began, in epoch milliseconds.
local function midnight(now)
	local date = os.date("*t", now / 1000)
	return now - ((date.hour * 60 + date.min) * 60 + date.sec) * 1000 - now % 1000
end

--- What was used by the session, by all sessions today, or by all that there are. A server that does not count what a
-- whole session used (before 1.18) is asked for its messages.
function M.usage(client, options)
	local given = options or {}
	local total = none()
	if given.of == nil or given.of == "session" then
		local session = sessionOf(client, given.session)
		addContext(client, total, session, addMessages(client, total, session, 0))
		return total
	end
	local since = given.of == "today" and midnight(client.now()) or 0
	for _, session in ipairs(client.face.listSessions(client, MOST_SESSIONS, nil)) do
		local isWhole = session.time.created >= since and session.tokens ~= nil
		if isWhole then
			add(total, session)
			total.sessions = total.sessions + 1
		elseif session.time.updated >= since then
			addMessages(client, total, session, since)
		end
	end
	return total
end

return M
