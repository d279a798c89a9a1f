-- `ai share`: makes the session readable on the web.

local say = require("/apis/trapos/screen").say
local knownSession = require("/apis/ai/sessionlist").knownSession
local confirm = require("/apis/ai/view/confirm").confirm
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	local session = knownSession(context, nil)
	local isWanted =
		confirm(context, "share", "Show all of this session on the web, to whoever has its address?")
	return isWanted
			and {
				url = wait(context.options, function()
					return context.ai.share(session.id)
				end),
			}
		or {}
end

local function show(_context, sharing)
	say(sharing.url or "Nothing was shared.")
end

local share = {
	name = "share",
	usage = "ai share",
	purpose = "Show it on the web",
	run = run,
	show = show,
}
return share
