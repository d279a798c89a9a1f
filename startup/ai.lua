--- What `ai` needs at boot.
local choice = require("cc.completion").choice
local arguments = require("/apis/ai/arguments")
local session = require("/apis/ai/session")
local define = require("/apis/ai/settings").define
define()
session.recoverSettings(fs)

local function addToPath(api, folder)
	local path = api.path()
	if not string.find(":" .. path .. ":", ":" .. folder .. ":", 1, true) then
		api.setPath(path .. ":" .. folder)
	end
end

addToPath(shell, "/programs")
addToPath(help, "/help")
local names = {}
for _, command in ipairs(arguments.commands) do names[#names + 1] = command[1] end
local dashed = {}
for _, flag in ipairs(arguments.flags) do dashed[#dashed + 1] = "--" .. flag[1] end
shell.setCompletionFunction("programs/ai.lua", function(_shell, index, text, previous)
	if text:sub(1, 1) == "-" then return choice(text, dashed, true) end
	if index == 1 then return choice(text, names, true) end
	return index == 2 and previous[2] == "help" and choice(text, names) or {}
end)
if #session.pendingTurns(fs) > 0 then print("An answer may be waiting. Type: ai resume") end
