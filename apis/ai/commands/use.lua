-- `ai use <number|id>`: goes on in another session.

local say = require("/apis/trapos/screen").say
local sessionlist = require("/apis/ai/sessionlist")
local findSession, isSession = sessionlist.findSession, sessionlist.isSession
local wait = require("/apis/ai/view/waiting").wait

local function run(context, words)
	local id = findSession(context, words[1])
	return wait(context.options, function()
		return context.ai.useSession(id)
	end)
end

local function show(_context, session)
	say("Talking in: " .. session.title)
end

local use = {
	name = "use",
	usage = "ai use <number|id>",
	purpose = "Go on in another one",
	least = 1,
	most = 1,
	fits = function(words)
		return isSession(words[1])
	end,
	run = run,
	show = show,
}
return use
