-- What `ai` needs at boot: its settings' definitions, the way to the program and Tab completion last one boot. Modules
-- are loaded under pcall: where one is damaged that is said in one line.

local choice = require("cc.completion").choice

--- By a name of its own, as the compiler takes every other `require` for an import.
local load = require
for folder, api in pairs({ programs = shell, help = help }) do
	local path = api.path()
	if (string.find(":" .. path .. ":", ":/" .. folder .. ":", 1, true)) == nil then
		api.setPath(path .. ":/" .. folder)
	end
end
local names = {}
local dashed = {}
local isWaiting = false
local isWhole = pcall(function()
	load("/apis/ai/settings").define()
	local session = load("/apis/ai/session")
	session.recoverSettings(fs)
	isWaiting = #session.pendingTurns(fs) > 0
	local known = load("/apis/ai/arguments")
	for _, command in ipairs(known.commands) do
		names[#names + 1] = command[1]
	end
	for _, flag in ipairs(known.flags) do
		dashed[#dashed + 1] = "--" .. flag[1]
	end
end)
if not isWhole then
	error("ai is damaged. Mend it: ccpm verify --fix", 0)
end
shell.setCompletionFunction("programs/ai.lua", function(_shell, index, text, previous)
	if string.sub(text, 1, 1) == "-" then
		return choice(text, dashed, true)
	end
	if index == 1 then
		return choice(text, names, true)
	end
	return index == 2 and previous[2] == "help" and choice(text, names) or {}
end)
if isWaiting then
	print("An answer may be waiting. Type: ai resume")
end
