-- Calls about what can be chosen: models, agents, variants, and commands of opencode's configuration.

local listOf = require("/apis/trapos/json").listOf
local nearest = require("/apis/trapos/nearest").nearest
local toUtf8 = require("/apis/trapos/utf8").toUtf8
local fail = require("/apis/ai/failure").fail
local known = require("/apis/ai/known")
local keep, recall = known.keep, known.recall
local changeSettings = require("/apis/ai/settings").changeSettings
local openasks = require("/apis/ai/openasks")
local currentFolder, currentSession = openasks.currentFolder, openasks.currentSession

local M = {}

--- How many models count as recent.
local MOST_RECENT = 5

--- The model that the next prompt in a session asks, as "provider/model": that of the settings, of the session, or of the
-- server.
--
-- @param session absent for a new one
function M.modelOf(client, session)
	local settings = client.settings
	if settings.model ~= nil then
		return settings.model
	end
	local used = session and session.model
	if used ~= nil then
		return used.providerID .. "/" .. used.id
	end
	return client.face.readList(client, "config", settings.directory).model
end

--- The model that the next prompt of this computer asks.
local function currentModel(client)
	local model = client.settings.model
	if model ~= nil then
		return model
	end
	return M.modelOf(client, currentSession(client))
end

local function summaryOf(id, model, isCurrent)
	local variants = {}
	for name in pairs(model.variants or {}) do
		table.insert(variants, name)
	end
	table.sort(variants)
	local limit = model.limit or {}
	local cost = model.cost or {}
	return {
		id = id,
		name = model.name or id,
		context = limit.context,
		output = limit.output,
		inputCost = cost.input,
		outputCost = cost.output,
		variants = listOf(variants),
		current = isCurrent,
	}
end

--- The models, in the order of their names.
local function modelsByName(client, current)
	local found = {}
	for _, provider in ipairs(client.face.readList(client, "providers", currentFolder(client)).providers) do
		for name, model in pairs(provider.models) do
			local id = provider.id .. "/" .. name
			table.insert(found, summaryOf(id, model, id == current))
		end
	end
	table.sort(found, function(a, b)
		return a.id < b.id
	end)
	return found
end

local function idsOf(found)
	local ids = {}
	for _, model in ipairs(found) do
		table.insert(ids, model.id)
	end
	return ids
end

--- The models, the recently chosen ones first.
function M.models(client)
	local found = modelsByName(client, currentModel(client))
	keep(client.disk, { models = idsOf(found) })
	local ordered = {}
	local isPlaced = {}
	for _, recent in ipairs(recall(client.disk).recent or {}) do
		for _, model in ipairs(found) do
			if model.id == recent and not isPlaced[recent] then
				isPlaced[recent] = true
				table.insert(ordered, model)
			end
		end
	end
	for _, model in ipairs(found) do
		if not isPlaced[model.id] then
			table.insert(ordered, model)
		end
	end
	return ordered
end

--- The one that a name means: all of it, or what it alone is a part of.
local function meant(wanted, code, found, nameOf)
	local names = {}
	local parts = {}
	for _, one in ipairs(found) do
		local name = nameOf(one)
		if name == wanted then
			return one
		end
		table.insert(names, name)
		local at = string.find(string.lower(name), string.lower(wanted), 1, true)
		if at ~= nil then
			table.insert(parts, one)
		end
	end
	if #parts == 1 then
		return parts[1]
	end
	error(
		fail(code, {
			wanted = wanted,
			known = nearest(wanted, names),
		}),
		0
	)
end

--- The chosen model first among the recent ones.
local function noteRecent(client, id)
	local recent = { id }
	for _, other in ipairs(recall(client.disk).recent or {}) do
		if other ~= id and #recent < MOST_RECENT then
			table.insert(recent, other)
		end
	end
	keep(client.disk, { recent = recent })
end

function M.chooseModel(client, wanted)
	if wanted == nil then
		changeSettings(client.store, { { "provider_id" }, { "model_id" }, { "variant" } })
		return nil
	end
	local model = meant(toUtf8(wanted), "unknown_model", modelsByName(client, nil), function(one)
		return one.id
	end)
	local provider, id = string.match(model.id, "^([^/]+)/(.+)$")

	-- A variant is one of the model that it was chosen for.
	changeSettings(client.store, { { "provider_id", provider }, { "model_id", id }, { "variant" } })
	noteRecent(client, model.id)
	model.current = true
	return model
end

local function agentSummary(client, agent)
	return {
		name = agent.name,
		description = agent.description,
		subagent = agent.mode == "subagent",
		current = agent.name == client.settings.agent,
	}
end

--- The agents that are not hidden, those that are meant for prompts first.
function M.agents(client)
	local found = {}
	local others = {}
	for _, agent in ipairs(client.face.readList(client, "agents", currentFolder(client))) do
		local list = agent.mode == "subagent" and others or found
		if agent.hidden ~= true then
			table.insert(list, agentSummary(client, agent))
		end
	end
	for _, agent in ipairs(others) do
		table.insert(found, agent)
	end
	local names = {}
	for _, agent in ipairs(found) do
		table.insert(names, agent.name)
	end
	keep(client.disk, { agents = names })
	return found
end

function M.chooseAgent(client, wanted)
	local agent
	if wanted ~= nil then
		agent = meant(toUtf8(wanted), "unknown_agent", M.agents(client), function(one)
			return one.name
		end).name
	end
	changeSettings(client.store, { { "agent", agent } })
	return agent
end

--- The variants of the model that the next prompt asks.
function M.variants(client)
	local current = currentModel(client)
	for _, model in ipairs(modelsByName(client, current)) do
		if model.current then
			keep(client.disk, { variants = model.variants })
			return model.variants
		end
	end
	error(fail("unknown_model", { wanted = current or "", known = "" }), 0)
end

function M.chooseVariant(client, wanted)
	local variant
	if wanted ~= nil then
		variant = meant(toUtf8(wanted), "unknown_variant", M.variants(client), function(one)
			return one
		end)
	end
	changeSettings(client.store, { { "variant", variant } })
	return variant
end

function M.commands(client)
	local found = {}
	local names = {}
	for _, command in ipairs(client.face.readList(client, "commands", currentFolder(client))) do
		table.insert(found, { name = command.name, description = command.description })
		table.insert(names, command.name)
	end
	keep(client.disk, { commands = names })
	return found
end

return M
