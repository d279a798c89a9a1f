-- What `ai` needs at boot: its settings' definitions, the way to the program and Tab completion last one boot. Modules
-- are loaded under pcall: where one is damaged that is said in one line.

--- By a name of its own, as the compiler takes every other `require` for an import.
local load = require
for folder, api in pairs({ programs = shell, help = help }) do
	local path = api.path()
	if (string.find(":" .. path .. ":", ":/" .. folder .. ":", 1, true)) == nil then
		api.setPath(path .. ":/" .. folder)
	end
end
local isWaiting = false
local isBeginner = false
local isWhole = pcall(function()
	load("/apis/ai/settings").define()
	local settingsFile = load("/apis/trapos/settingsfile")
	local mended = load("/apis/trapos/wholefile").mendWritten(fs)
	if mended ~= nil then
		settingsFile.reloadSettings(mended.path)
		if mended.line ~= nil then
			print(mended.line)
		end
	end
	local session = load("/apis/ai/session")
	isWaiting = #session.pendingTurns(fs) > 0
	isBeginner = not session.wasAnswered(fs)
end)
if not isWhole then
	error("ai is damaged. Mend it: ccpm verify --fix", 0)
end
shell.setCompletionFunction("programs/ai.lua", function(_shell, _index, text, previous)
	-- What Tab needs is loaded when it is first pressed.
	local ok, words = pcall(function()
		local program = load("/apis/ai/commandtable").program

		-- The first is the program's own name.
		table.remove(previous, 1)
		return load("/apis/trapos/completion").complete(program, text, previous)
	end)
	return ok and words or {}
end)
if isWaiting then
	print("An answer may be waiting. Type: ai resume")
elseif isBeginner and settings.get("trapos.harness_mode") ~= true then
	-- CC shows its message of the day before any startup file, so that this stands below it.
	local isSet = settings.getDetails("opencc.server_url").changed
	local isLinked = settings.get("opencc.link_url") ~= nil
	print((isSet or isLinked) and "Type ai <prompt> to ask." or "Type ai setup to begin.")
end
