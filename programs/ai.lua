--- `ai`.
local load = require
local words = {...}
local ok, done = pcall(function()
	local ai = load("/apis/libai")()
	return load("/apis/ai/command").run(words, ai)
end)
if not ok and done == "Terminated" then error(done, 0) end
if not ok then error(tostring(done):gsub("\n.*", "") .. "\nMend it: ccpm verify --fix", 0) end
if not done then error("", 0) end
