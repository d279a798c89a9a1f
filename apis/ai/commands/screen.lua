-- `ai screen [on|off]`: whether the bridge's page may show this computer's screen.

local screenModule = require("/apis/trapos/screen")
local remark, say = screenModule.remark, screenModule.say
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local settings = require("/apis/ai/settings")
local changeSettings, readSetting = settings.changeSettings, settings.readSetting

local function run(_context, words)
	local store = ownSettings(fs)
	local wanted = words[1]
	if wanted ~= nil then
		changeSettings(store, { { "share_screen", wanted == "on" and "true" or "false" } })
	end
	local isShared = false
	local value = store.get("opencc.share_screen")
	if value ~= nil then
		isShared = readSetting("share_screen", value) == "true"
	end
	return { isShared = isShared, isChanged = wanted ~= nil }
end

local function show(_context, shared)
	if shared.isShared then
		say("The bridge's page may show this screen.")
		remark("Whoever is logged in there can look, at typed words too. Stop: ai screen off")
		return
	end
	say("The bridge's page does not show this screen.")
	if not shared.isChanged then
		remark("Have it shown there: ai screen on")
	end
end

local screen = {
	name = "screen",
	usage = "ai screen [on|off]",
	purpose = "Show this screen on its page",
	most = 1,
	fits = function(words)
		return #words == 1 and (words[1] == "on" or words[1] == "off")
	end,
	complete = function()
		return { "on", "off" }
	end,
	run = run,
	show = show,
}
return screen
