-- What this computer's session is at, and what waits for somebody there.

local outcome = require("/apis/trapos/failure").outcome
local listOf = require("/apis/trapos/json").listOf
local activeTools = require("/apis/ai/messages").activeTools
local openasks = require("/apis/ai/openasks")
local currentSession, openPermissions, openQuestions =
	openasks.currentSession, openasks.openPermissions, openasks.openQuestions
local pendingTurns = require("/apis/ai/session").pendingTurns
local summarise = require("/apis/ai/calls/sessions").summarise

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require

--- What the link is at; nothing where this computer asks opencode itself. Whoever waits to connect again does so for it.
local function linkStatus(client)
	local url = client.settings.link_url
	if url == nil then
		return nil
	end
	local isWell, problem = outcome(function()
		return client.face.health(client)
	end)
	local state = load("/apis/ai/link/conversation").linkState()
	return {
		url = url,
		name = state and state.name,
		owner = state and state.owner,
		profile = state and state.profile,
		isPolling = state and state.isPolling,
		problem = not isWell and problem or nil,
	}
end

--- Those that are of this computer's session.
local function current(asks)
	local own = {}
	for _, ask in ipairs(asks) do
		if ask.current then
			own[#own + 1] = ask
		end
	end
	return listOf(own)
end

--- The newest message of the conversation: a record that the turn has ended may come behind it.
local function newestOf(client, id)
	for _, limit in ipairs({ 1, 4 }) do
		local messages = client.face.getMessages(client, id, limit)
		do
			local at = #messages - 1
			while at >= 0 do
				local role = messages[at + 1].info.role
				if role == "user" or role == "assistant" then
					return messages[at + 1]
				end
				at = at - 1
			end
		end
		if #messages == 0 then
			return nil
		end
	end
	return nil
end

--- What this computer's session is at.
function M.status(client)
	local settings = client.settings
	local unseen = #pendingTurns(client.disk)
	local gone = settings.session_id
	local model = settings.model
	local agent = settings.agent
	local none = listOf({})
	local link = linkStatus(client)
	if link and link.problem then
		return {
			link = link,
			model = model,
			agent = agent,
			state = "idle",
			permissions = none,
			questions = none,
			unseen = unseen,
		}
	end
	local opencode = client.face.health(client).version
	local session = currentSession(client)
	if session == nil then
		return {
			link = link,
			opencode = opencode,
			gone = gone,
			model = model,
			agent = agent,
			state = "idle",
			permissions = none,
			questions = none,
			unseen = unseen,
		}
	end
	local id = session.id
	local statuses = client.face.readList(client, "status", session.directory)
	local last = newestOf(client, id)
	local info = last and last.info
	if info and info.modelID ~= nil then
		model = model or tostring(info.providerID) .. "/" .. info.modelID
	end
	local used = session.model
	if used then
		model = model or used.providerID .. "/" .. used.id
	end

	-- A summary is written by an agent that nobody asks.
	if info and info.summary ~= true then
		agent = agent or info.agent
	end
	agent = agent or session.agent
	local now = statuses[id]
	local tools = now and activeTools(last) or {}
	local tool = tools[#tools]
	local call = tool and tool.state
	local input = call and call.input or {}
	return {
		link = link,
		opencode = opencode,
		session = summarise(client, session),
		model = model,
		agent = agent,
		state = now and now.type or "idle",
		seconds = now and info and math.max(client.now() - info.time.created, 0) / 1000 or nil,
		tool = tool and tool.tool,
		title = call and call.title or input.description or input.command,
		message = now and now.message,
		permissions = now and current(openPermissions(client)) or listOf({}),
		questions = now and current(openQuestions(client)) or listOf({}),
		unseen = unseen,
	}
end

return M
