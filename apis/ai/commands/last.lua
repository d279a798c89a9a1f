-- `ai last`: shows the last answer again.

local showReply = require("/apis/ai/view/answer").showReply
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	local options = context.options
	showReply(
		options,
		wait(options, function()
			return context.ai.last()
		end)
	)
end

local last = { name = "last", usage = "ai last", purpose = "Show the last answer again", run = run }
return last
