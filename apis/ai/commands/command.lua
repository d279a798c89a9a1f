-- `ai /<name> [words]`: runs a command of opencode's configuration.

local showReply = require("/apis/ai/view/answer").showReply
local waitForTurn = require("/apis/ai/view/waiting").waitForTurn

local function run(context, words)
	local text = table.concat(words, " ", 2)
	return waitForTurn(context.options, function()
		return context.ai.runCommand(words[1], text, context.options)
	end)
end

local function show(context, reply)
	if reply ~= nil then
		showReply(context.options, reply)
	end
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
