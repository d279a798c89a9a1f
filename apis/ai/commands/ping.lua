-- `ai ping`: tests the whole way to the model and back.

local say = require("/apis/trapos/screen").say
local showDetails = require("/apis/ai/view/answer").showDetails
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	local options = context.options
	return wait(options, function()
		return context.ai.ping(options)
	end)
end

local function show(context, reply)
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
