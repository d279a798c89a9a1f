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
