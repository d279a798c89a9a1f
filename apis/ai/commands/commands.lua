-- `ai commands`: lists the commands of opencode's configuration.

local listOf = require("/apis/trapos/json").listOf
local listingModule = require("/apis/trapos/listing")
local add, showListing, start = listingModule.add, listingModule.show, listingModule.start
local remark = require("/apis/trapos/screen").remark
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	return listOf(wait(context.options, function()
		return context.ai.commands()
	end))
end

local function show(_context, commands)
	if #commands == 0 then
		remark("opencode has no commands of its own there.")
		return
	end
	local listing = start()
	for _, command in ipairs(commands) do
		add(listing, "ai /" .. command.name, nil, command.description)
	end
	showListing(listing)
end

local commands = {
	name = "commands",
	usage = "ai commands",
	purpose = "List its own commands",
	run = run,
	show = show,
}
return commands
