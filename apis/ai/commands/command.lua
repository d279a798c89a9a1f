-- `ai /<name> [words]`: runs a command of opencode's configuration.

local showReply = require("/apis/ai/view/answer").showReply
local wait = require("/apis/ai/view/waiting").wait

local function run(context, words)
	local text = table.concat(words, " ", 2)
	return wait(context.options, function()
		return context.ai.runCommand(words[1], text, context.options)
	end)
end

local function show(context, reply)
	showReply(context.options, reply)
end

local command = {
	name = "command",
	usage = "ai /<name> [words]",
	purpose = "Run one of those",
	least = 1,
	most = math.huge,
	isText = true,
	isSign = true,
	run = run,
	show = show,
}
return command
