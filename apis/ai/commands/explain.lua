-- `ai explain <file>`: has the model explain a file of this computer.

local filerequest = require("/apis/ai/filerequest")
local requireText, withFile = filerequest.requireText, filerequest.withFile
local localfile = require("/apis/ai/localfile")
local isFileName, pathOf = localfile.isFileName, localfile.pathOf
local showReply = require("/apis/ai/view/answer").showReply
local waitForTurn = require("/apis/ai/view/waiting").waitForTurn

local function run(context, words)
	local path = pathOf(words[1])
	local prompt = withFile(
		path,
		requireText(path),
		"Explain what this file does, for somebody who plays ComputerCraft."
	)
	return waitForTurn(context.options, function()
		return context.ai.ask(prompt, context.options)
	end)
end

local function show(context, reply)
	if reply ~= nil then
		showReply(context.options, reply)
	end
end

local explain = {
	name = "explain",
	usage = "ai explain <file>",
	purpose = "Explain a file here",
	least = 1,
	most = 1,
	fits = function(words)
		return isFileName(words[1])
	end,
	run = run,
	show = show,
}
return explain
