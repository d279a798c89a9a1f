-- The names that prompts may give of models and agents, as a server lists them.

local M = {}

--- The models that a folder's sessions can ask, as "provider/model".
function M.modelsIn(value)
	local names = {}
	for _, provider in ipairs(value.providers) do
		for id in pairs(provider.models) do
			names[#names + 1] = provider.id .. "/" .. id
		end
	end
	table.sort(names)
	return names
end

--- The variants of a model, which is called "provider/model"; nothing where the list does not have it.
function M.variantsIn(value, wanted)
	for _, provider in ipairs(value.providers) do
		for id, model in pairs(provider.models) do
			if provider.id .. "/" .. id == wanted then
				local names = {}
				for name in pairs(model.variants or {}) do
					names[#names + 1] = name
				end
				table.sort(names)
				return names
			end
		end
	end
	return nil
end

--- The agents that are told of.
function M.shownAgents(agents)
	local names = {}
	for _, agent in ipairs(agents) do
		if agent.hidden ~= true then
			names[#names + 1] = agent.name
		end
	end
	return names
end

--- The agents that a folder's sessions can ask, those that are meant for it first. Subagents and hidden ones answer a
-- prompt, too (1.18.33).
function M.agentsIn(agents)
	local names = {}
	local others = {}
	for _, agent in ipairs(agents) do
		local isMeant = agent.hidden ~= true and agent.mode ~= "subagent"
		table.insert(isMeant and names or others, agent.name)
	end
	for _, name in ipairs(others) do
		names[#names + 1] = name
	end
	return names
end

return M
