-- `ai resume`: shows the answers that nobody has seen yet, or else the last one again.

local showReply = require("/apis/ai/view/answer").showReply
local waitForTurn = require("/apis/ai/view/waiting").waitForTurn

local function run(context)
	local options = context.options
	return waitForTurn(options, function()
		return context.ai.resume(options)
	end)
end

local function show(context, reply)
	if reply == nil then
		return
	end
	local heading = reply.prompt == nil and "The last answer:" or "> " .. reply.prompt
	showReply(context.options, reply, heading)
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
