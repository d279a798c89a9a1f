-- `ai setup`: asks for all that is needed to reach the model, and tests it.

local say = require("/apis/trapos/screen").say
local ownSettings = require("/apis/trapos/settingsfile").ownSettings

--- By a name of its own, as the compiler puts imports first.
local load = require

local function run(context)
	local conversation = load("/apis/ai/setup/conversation")
	conversation.requirePlayer(context.options.isAttended)
	return conversation.setUp(ownSettings(fs), fs)
end

local function show()
	say("Saved. Now type: ai <prompt>")
end

local setup = {
	name = "setup",
	usage = "ai setup",
	purpose = "Tell it the server, and test it",
	run = run,
	show = show,
}
return setup
