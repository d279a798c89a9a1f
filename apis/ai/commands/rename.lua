-- `ai rename <title>`: gives the session another title.

local say = require("/apis/trapos/screen").say
local wait = require("/apis/ai/view/waiting").wait

local function run(context, words)
	local options = context.options
	return wait(options, function()
		return context.ai.rename(words[1], options.session)
	end)
end

local function show(_context, session)
	say("It is called now: " .. session.title)
end

local rename = {
	name = "rename",
	usage = 'ai rename "<title>"',
	purpose = "Give it another title",
	least = 1,
	most = 1,
	run = run,
	show = show,
}
return rename
