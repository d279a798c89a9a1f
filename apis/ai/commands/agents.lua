-- `ai agents`: lists the agents that the server has.

local listOf = require("/apis/trapos/json").listOf
local listingModule = require("/apis/trapos/listing")
local add, showListing, start = listingModule.add, listingModule.show, listingModule.start
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	return listOf(wait(context.options, function()
		return context.ai.agents()
	end))
end

local function show(_context, agents)
	local listing = start()
	for _, agent in ipairs(agents) do
		local mark = agent.current and "*" or " "
		local kind = agent.subagent and " (subagent)" or ""
		add(listing, mark .. " " .. agent.name .. kind)
		if agent.description ~= nil then
			add(listing, "  " .. agent.description, colours.lightGrey)
		end
	end
	showListing(listing)
end

local agents = {
	name = "agents",
	usage = "ai agents",
	purpose = "List them; * is asked",
	run = run,
	show = show,
}
return agents
