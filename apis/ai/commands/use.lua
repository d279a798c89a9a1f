-- `ai use <number|id>`: goes on in another session.

local say = require("/apis/trapos/screen").say
local fail = require("/apis/ai/failure").fail
local findSession = require("/apis/ai/sessionlist").findSession
local wait = require("/apis/ai/view/waiting").wait

local function run(context, words)
	local word = words[1]
	if word == nil then
		error(fail("bad_command_line", { what = "Which session? A number of ai sessions, or an id" }), 0)
	end
	local id = findSession(context, word)
	local session = wait(context.options, function()
		return context.ai.useSession(id)
	end)
	say("Talking in: " .. session.title)
end

local use = {
	name = "use",
	usage = "ai use <number|id>",
	purpose = "Go on in another session",
	most = 1,
	run = run,
}
return use
