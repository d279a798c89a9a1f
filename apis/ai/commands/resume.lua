-- `ai resume`: shows the answers that nobody has seen yet, or else the last one again.

local remark = require("/apis/trapos/screen").remark
local showReply = require("/apis/ai/view/answer").showReply
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	local options = context.options
	local reply
	repeat
		do
			reply = wait(options, function()
				return context.ai.resume(options)
			end)
			remark(reply.prompt == nil and "The last answer:" or "> " .. reply.prompt)
			showReply(options, reply)
		end
	until not ((reply.remaining or 0) > 0)
end

local resume = { name = "resume", usage = "ai resume", purpose = "Show the missed or last answer", run = run }
return resume
