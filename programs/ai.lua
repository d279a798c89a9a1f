--- `ai`.
local load = require
local ai
local isWhole, run = pcall(function()
	ai = load("/apis/libai")()
	return load("/apis/ai/command").run
end)
if not isWhole then error(run:gsub("\n.*", "") .. "\nMend it: ccpm verify --fix", 0) end
if not run({...}, ai) then error("", 0) end
