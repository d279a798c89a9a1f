-- `ai compact`: has a summary written that takes the place of what was said.

local say = require("/apis/trapos/screen").say
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	wait(context.options, function()
		return context.ai.compact(context.options)
	end)
end

local function show()
	say("A summary stands now in the place of what was said.")
end

local compact = {
	name = "compact",
	usage = "ai compact",
	purpose = "Make room: sum up what was said",
	run = run,
	show = show,
}
return compact
