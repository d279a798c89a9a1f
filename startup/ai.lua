--- What `ai` needs at boot.
local choice = require("cc.completion").choice
local load = require
for folder, api in pairs({programs = shell, help = help}) do
	local path = api.path()
	if not string.find(":" .. path .. ":", ":/" .. folder .. ":", 1, true) then
		api.setPath(path .. ":/" .. folder)
	end
end
local names = {}
local dashed = {}
local session
local isWhole = pcall(function()
	load("/apis/ai/settings").define()
	session = load("/apis/ai/session")
	local known = load("/apis/ai/arguments")
	for _, command in ipairs(known.commands) do names[#names + 1] = command[1] end
	for _, flag in ipairs(known.flags) do dashed[#dashed + 1] = "--" .. flag[1] end
end)
if not isWhole then error("ai is damaged. Mend it: ccpm verify --fix", 0) end
session.recoverSettings(fs)
shell.setCompletionFunction("programs/ai.lua", function(_shell, index, text, previous)
	if text:sub(1, 1) == "-" then return choice(text, dashed, true) end
	if index == 1 then return choice(text, names, true) end
	return index == 2 and previous[2] == "help" and choice(text, names) or {}
end)
if #session.pendingTurns(fs) > 0 then print("An answer may be waiting. Type: ai resume") end
