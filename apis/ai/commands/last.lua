-- `ai last`: shows the last answer again.

local showReply = require("/apis/ai/view/answer").showReply
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	return wait(context.options, function()
		return context.ai.last(context.options.session)
	end)
end

local function show(context, reply)
	showReply(context.options, reply)
end

local last = {
	name = "last",
	usage = "ai last",
	purpose = "Show the last answer again",
	run = run,
	show = show,
}
return last
