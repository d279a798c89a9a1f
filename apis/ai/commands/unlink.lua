-- `ai unlink`: forgets the bridge.

local say = require("/apis/trapos/screen").say
local ownSettings = require("/apis/trapos/settingsfile").ownSettings

--- By a name of its own, as the compiler puts imports first.
local load = require

local function run()
	local link = load("/apis/ai/link/pairing")
	return { wasLinked = link.unlink(ownSettings(fs)) }
end

local unlink = {
	name = "unlink",
	usage = "ai unlink",
	purpose = "Forget the bridge",
	run = run,
	show = function(_context, done)
		say(done.wasLinked and "This computer forgot the bridge." or "It was linked with none.")
	end,
}
return unlink
