-- `ai <prompt>`: asks, and shows the answer.

local showReply = require("/apis/ai/view/answer").showReply
local wait = require("/apis/ai/view/waiting").wait

local function run(context, words)
	local options = context.options
	local prompt = table.concat(words, " ")
	return wait(options, function()
		return context.ai.ask(prompt, options)
	end)
end

local function show(context, reply)
	showReply(context.options, reply)
end

local ask = {
	name = "ask",
	usage = "ai <prompt>",
	purpose = "Ask; also: ai ask <prompt>",
	most = math.huge,
	isText = true,
	run = run,
	show = show,
}
return ask
