-- `ai fork [number|id]`: goes on in a copy of a session.

local say = require("/apis/trapos/screen").say
local sessionlist = require("/apis/ai/sessionlist")
local chosenSession, isSession = sessionlist.chosenSession, sessionlist.isSession
local wait = require("/apis/ai/view/waiting").wait

local function run(context, words)
	local id = chosenSession(context, words[1])
	return wait(context.options, function()
		return context.ai.fork(id)
	end)
end

local function show(_context, session)
	say("Talking in: " .. session.title)
end

local fork = {
	name = "fork",
	usage = "ai fork [number|id]",
	purpose = "Go on in a copy of one",
	most = 1,
	fits = function(words)
		return isSession(words[1])
	end,
	run = run,
	show = show,
}
return fork
