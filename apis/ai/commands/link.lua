-- `ai link <address>`: links this computer with a bridge.

local fail = require("/apis/ai/failure").fail

--- By a name of its own, as the compiler puts imports first.
local load = require

--- What links with a bridge, which is a package of its own. Fails where that is not installed.
local function linking()
	if not fs.exists("/apis/ai/setup/linking.lua") then
		error(fail("link_missing"), 0)
	end
	return load("/apis/ai/setup/linking")
end

local link = {
	name = "link",
	usage = "ai link <address>",
	purpose = "Link this computer with a bridge",
	most = 1,
	fits = function(words)
		return #words == 1 and (string.find(words[1], "[.:]")) ~= nil
	end,
	run = function(context, words)
		return linking().linkWith(context, words[1])
	end,
	show = function(context, linked)
		linking().showEnd(context, linked)
	end,
}
return link
