-- `ai`: asks opencode from the shell. See `ai help`.

--- By a name of its own, as the compiler puts imports first.
local load = require
local words = { ... }
local connected

--- What the client can do, loaded when a command first needs it: `ai help` needs none of it.
local ai = setmetatable({}, {
	__index = function(_calls, name)
		if connected == nil then
			connected = load("/apis/ai/client").connect({})
		end
		return connected[name]
	end,
})

--- What the command line says; the version alone is known without reading any file.
local function run()
	if words[1] ~= "--version" or #words > 1 then
		return load("/apis/ai/program").run(words, ai)
	end
	print("ai " .. "0.8.1")
	return true
end

local ok, done = pcall(run)
if not ok and done == "Terminated" then
	error(done, 0)
end

-- A file is missing, or somebody has changed it.
if not ok then
	error((string.gsub(tostring(done), "\n.*", "")) .. "\nMend it: ccpm verify --fix", 0)
end

-- What went wrong is on the screen already: no message here, but the shell sees it fail.
if not done then
	error("", 0)
end
