-- `runtest`: runs spec files, in busted's vocabulary, on this computer. See `runtest --help`.

--- By a name of its own, as the compiler puts imports first.
local load = require
local words = { ... }
local ok, done = pcall(function()
	return load("/apis/test/program").run(words)
end)
if not ok and done == "Terminated" then
	error(done, 0)
end

-- A file is missing, or somebody has changed it.
if not ok then
	error((string.gsub(tostring(done), "\n.*", "")) .. "\nMend it: ccpm verify --fix", 0)
end

-- What failed stands above; the shell only needs to know that something did.
if not done then
	error("", 0)
end
