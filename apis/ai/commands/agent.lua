-- `ai agent [name|default]`: shows or chooses the agent that is asked.

local screen = require("/apis/trapos/screen")
local remark, say = screen.remark, screen.say
local nearest = require("/apis/trapos/nearest").nearest
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local knownNames = require("/apis/ai/completions").knownNames
local fail = require("/apis/ai/failure").fail
local readSettings = require("/apis/ai/settings").readSettings
local wait = require("/apis/ai/view/waiting").wait

--- The word that stands for the server's own choice.
local DEFAULT = "default"

local function run(context, words)
	local name = words[1]
	return wait(context.options, function()
		if name ~= nil then
			local agent = context.ai.chooseAgent(name ~= DEFAULT and name or nil)
			return { agent = agent, isChosen = true }
		end
		local names = {}
		for _, agent in ipairs(context.ai.agents()) do
			if agent.current then
				return { agent = agent.name, isChosen = false }
			end
			table.insert(names, agent.name)
		end
		local wanted = readSettings(ownSettings(fs)).agent
		if wanted ~= nil then
			error(
				fail("unknown_agent", {
					wanted = wanted,
					known = nearest(wanted, names),
				}),
				0
			)
		end
		return { isChosen = false }
	end)
end

local function show(_context, choice)
	local agent = choice.agent
	if agent ~= nil then
		say((choice.isChosen and "Asking from now on" or "Asking") .. ": " .. agent)
	else
		remark("The server chooses the agent.")
	end
end

local agent = {
	name = "agent",
	usage = "ai agent [name|default]",
	purpose = "Show or set the agent",
	most = 1,
	complete = function()
		return knownNames("agents", DEFAULT)
	end,
	run = run,
	show = show,
}
return agent
