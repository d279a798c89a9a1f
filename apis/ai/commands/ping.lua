-- `ai ping`: tests the whole way to the model and back.

local say = require("/apis/trapos/screen").say
local showDetails = require("/apis/ai/view/answer").showDetails
local waitForTurn = require("/apis/ai/view/waiting").waitForTurn

local function run(context)
	local options = context.options
	return waitForTurn(options, function()
		return context.ai.ping(options)
	end, false)
end

local function show(context, reply)
	if reply == nil then
		return
	end
	local isPong = string.find(string.lower(reply.text), "pong", 1, true)
	local seconds = string.format("%.2f", reply.seconds)
	say((isPong == nil and reply.text or "pong") .. " (" .. seconds .. " s)")
	showDetails(context.options, reply)
end

local ping = {
	name = "ping",
	usage = "ai ping",
	purpose = "Test the whole way to the model",
	run = run,
	show = show,
}
return ping
