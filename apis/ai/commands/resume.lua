-- `ai resume`: shows the answers that nobody has seen yet, or else the last one again.

local remark = require("/apis/trapos/screen").remark
local showReply = require("/apis/ai/view/answer").showReply
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	local options = context.options
	return wait(options, function()
		return context.ai.resume(options)
	end)
end

local function show(context, reply)
	remark(reply.prompt == nil and "The last answer:" or "> " .. reply.prompt)
	showReply(context.options, reply)
	if (reply.remaining or 0) > 0 then
		show(context, run(context))
	end
end

local resume = {
	name = "resume",
	usage = "ai resume",
	purpose = "Show the missed or last answer",
	run = run,
	show = show,
}
return resume
