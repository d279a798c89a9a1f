-- What opencode 2 says, in the shapes of opencode 1, which everything behind the server's face knows. Pure.

local askName = require("/apis/ai/server/opencode2/asks").askName
local nonceIn = require("/apis/ai/server/opencode2/promptid").nonceIn

local M = {}

--- What a step's error is called here; others keep their name.
local ERRORS = { aborted = "MessageAbortedError" }

--- How a tool call is, where the words differ.
local STATUSES = { streaming = "pending" }

--- The text of all that a tool gave.
local function outputOf(pieces)
	local output = ""
	for _, piece in ipairs(pieces) do
		if piece.type == "text" and piece.text ~= nil then
			output = output == "" and piece.text or output .. "\n" .. piece.text
		end
	end
	return output
end

--- A tool call.
local function toolPart(piece)
	local state = piece.state
	local time = piece.time
	local part = { type = "tool", tool = piece.name, callID = piece.id }
	if state == nil then
		return part
	end
	local input = state.input
	local metadata = state.metadata
	local call = { status = STATUSES[state.status] or state.status }
	if state.content then
		call.output = outputOf(state.content)
	end
	if state.error then
		call.error = state.error.message or state.error.type
	end
	if input then
		local filePath = input.filePath or input.path
		call.input = { description = input.description, command = input.command, filePath = filePath }

		-- What runs tells more than what the model says of it.
		call.title = input.command
	end
	if metadata then
		local sessionId = metadata.sessionID or metadata.sessionId
		call.metadata = { sessionId = sessionId, filepath = metadata.filepath, exit = metadata.exit }
	end
	if time then
		call.time = { start = time.ran or time.created, ["end"] = time.completed }
	end
	part.state = call
	return part
end

--- A piece of an assistant's message.
local function partOf(piece)
	return piece.type == "tool" and toolPart(piece) or { type = piece.type, text = piece.text }
end

--- A prompt: what was typed of it, and its nonce where it is one of ours.
local function promptParts(given)
	local said = given.metadata and given.metadata.said
	local part = { type = "text", text = said or given.text or "" }
	local nonce = nonceIn(given.id)
	if nonce ~= nil then
		part.metadata = { nonce = nonce }
	end
	return { part }
end

--- A line of the server's shell, as a tool call.
local function shellParts(given)
	local status = given.status == "running" and "running" or "completed"
	local output = given.output and given.output.output
	local metadata = { exit = given.exit }
	return {
		{
			type = "tool",
			tool = "shell",
			state = {
				status = status,
				output = output,
				input = { command = given.command },
				metadata = metadata,
			},
		},
	}
end

--- When a message was whole; nothing where it is not.
local function completedAt(given)
	local time = given.time
	if given.type == "assistant" then
		return time.completed
	end

	-- Of these two no time is told.
	return given.status ~= "running" and (time.completed or time.created) or nil
end

--- Tokens, with all that was in the model's context.
local function translateTokens(tokens)
	local cache = tokens.cache
	local read = cache and cache.read or 0
	local write = cache and cache.write or 0
	local reasoning = tokens.reasoning
	local total = tokens.input + tokens.output + (reasoning or 0) + read + write
	return {
		input = tokens.input,
		output = tokens.output,
		reasoning = reasoning,
		cache = cache,
		total = total,
	}
end

--- Adds what only an assistant's messages have.
local function addAnswer(info, given)
	local error = given.error
	local model = given.model
	local retry = given.retry
	info.agent = given.agent
	info.finish = given.finish
	info.cost = given.cost
	if given.tokens then
		info.tokens = translateTokens(given.tokens)
	end
	if model then
		info.providerID = model.providerID
		info.modelID = model.id
	end
	if error then
		local name = ERRORS[error.type] or error.type
		info.error = { name = name, data = { message = error.message, statusCode = error.status } }
	end
	if retry then
		local why = retry.error
		info.retry = { attempt = retry.attempt, message = why and why.message, next = retry.at }
	end
end

--- A message. A record that a turn has ended has the role "idle", and how it has ended for its `finish`; a line of the
-- server's shell is "shell"; what is none of the conversation, as that the model was switched, is "other".
function M.translateMessage(given)
	local type = given.type
	local info = { id = given.id, role = "other", time = { created = given.time.created, completed = nil } }
	if type == "user" then
		info.role = "user"
		return {
			info = info,
			parts = promptParts(given),
		}
	end
	if type == "idle" then
		info.role = "idle"
		info.finish = given.outcome
		return { info = info, parts = {} }
	end
	if type ~= "assistant" and type ~= "compaction" and type ~= "shell" then
		return { info = info, parts = {} }
	end
	info.time = {
		created = given.time.created,
		completed = completedAt(given),
	}
	if type == "shell" then
		info.role = "shell"
		return {
			info = info,
			parts = shellParts(given),
		}
	end
	info.role = "assistant"
	addAnswer(info, given)
	if type == "compaction" then
		info.summary = true
		return { info = info, parts = {} }
	end
	local parts = {}
	for _, piece in ipairs(given.content or {}) do
		parts[#parts + 1] = partOf(piece)
	end
	return { info = info, parts = parts }
end

--- A page of messages, which comes newest first, oldest first.
function M.translatePage(page)
	local messages = {}
	do
		local at = #page - 1
		while at >= 0 do
			messages[#messages + 1] = M.translateMessage(page[at + 1])
			at = at - 1
		end
	end
	return messages
end

--- A session. One that has no title yet is called nothing.
function M.translateSession(given)
	local outcome = given.outcome
	local idle = given.time.idle
	local session = {
		id = given.id,
		title = given.title or "",
		parentID = given.parentID,
		time = { created = given.time.created, updated = given.time.updated },
		directory = given.location.directory,
		model = given.model,
		agent = given.agent,
		cost = given.cost,
		tokens = given.tokens,
		revert = given.revert,
		rules = given.permissions,
	}
	if outcome ~= nil and idle ~= nil then
		session.ended = { outcome = outcome, at = idle }
	end
	return session
end

--- A permission that waits, by a name that tells its route.
function M.translatePermission(given)
	local source = given.source
	local permission = {
		id = askName(given.id, given.sessionID),
		sessionID = given.sessionID,
		permission = given.action,
		patterns = given.resources,
		always = given.save,
		isForGood = true,
		metadata = given.metadata,
	}
	if source then
		permission.tool = { messageID = source.messageID, callID = source.callID or source.id }
	end
	return permission
end

--- What the sessions do.
function M.translateActive(active)
	local statuses = {}
	for id in pairs(active) do
		statuses[id] = { type = "busy" }
	end
	return statuses
end

--- A model that there is.
local function translateModel(model)
	local variants = {}
	for _, variant in ipairs(model.variants or {}) do
		variants[variant.id] = true
	end
	local costs = model.cost
	return { name = model.name, limit = model.limit, cost = costs and costs[1], variants = variants }
end

--- The models, by their providers. Those that are switched off are none.
function M.translateModels(models)
	local providers = {}
	local byId = {}
	for _, model in ipairs(models) do
		local provider = byId[model.providerID]
		if provider == nil then
			provider = { id = model.providerID, models = {} }
			byId[model.providerID] = provider
			providers[#providers + 1] = provider
		end
		if model.enabled ~= false then
			provider.models[model.id] = translateModel(model)
		end
	end
	return { providers = providers }
end

--- The agents.
function M.translateAgents(agents)
	local translated = {}
	for _, agent in ipairs(agents) do
		local description = agent.description
		translated[#translated + 1] =
			{ name = agent.id, description = description, mode = agent.mode, hidden = agent.hidden }
	end
	return translated
end

return M
