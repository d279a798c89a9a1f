-- `ai unshare`: takes the session off the web.

local say = require("/apis/trapos/screen").say
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	wait(context.options, function()
		return context.ai.unshare(context.options.session)
	end)
end

local function show()
	say("The session is not on the web any more.")
end

local unshare = {
	name = "unshare",
	usage = "ai unshare",
	purpose = "Take it off the web",
	run = run,
	show = show,
}
return unshare
