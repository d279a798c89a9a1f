-- `ai link <address>`: links this computer with a bridge.

local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local fail = require("/apis/ai/failure").fail
local readTypedAddress = require("/apis/ai/setup/address").readTypedAddress
local wait = require("/apis/ai/view/waiting").wait

--- By a name of its own, as the compiler puts imports first.
local load = require

--- What links with a bridge, which is a package of its own. Fails where that is not installed.
local function linking()
	if not fs.exists("/apis/ai/setup/linking.lua") then
		error(fail("link_missing"), 0)
	end
	return load("/apis/ai/setup/linking")
end

--- The bridge's own port, where none is named.
local USUAL_PORT = 4097

local function run(context, words)
	local url, problem = readTypedAddress(words[1], USUAL_PORT)
	if url == nil then
		error(fail("bad_argument", { what = problem }), 0)
	end
	local shown = linking()
	local link = shown.pairing()
	return wait(context.options, function()
		return link.pair(ownSettings(fs), url, shown.showCode)
	end)
end

local function show(context, linked)
	linking().showLinked(linked)
	local options = context.options
	local isWanted
	if options.answer ~= nil then
		isWanted = options.answer == "yes"
	elseif not options.isAttended then
		isWanted = false
	end
	linking().offerToForgetPassword(ownSettings(fs), isWanted)
end

local link = {
	name = "link",
	usage = "ai link <address>",
	purpose = "Link this computer with a bridge",
	most = 1,
	fits = function(words)
		return #words == 1 and (string.find(words[1], "[.:]")) ~= nil
	end,
	run = run,
	show = show,
}
return link
