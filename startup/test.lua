-- What `runtest` needs at boot: the way to the program and its help, and Tab completion, which last one boot.

--- By a name of its own, as the compiler takes every other `require` for an import.
local load = require
for folder, api in pairs({ programs = shell, help = help }) do
	local path = api.path()
	if (string.find(":" .. path .. ":", ":/" .. folder .. ":", 1, true)) == nil then
		api.setPath(path .. ":/" .. folder)
	end
end

--- What Tab offers of flags; nothing where a module is damaged.
local function flags(text)
	local ok, words = pcall(function()
		local program = load("/apis/test/options").program
		return load("/apis/trapos/completion").complete(program, text, {})
	end)
	return ok and words or {}
end

shell.setCompletionFunction("programs/runtest.lua", function(_shell, _index, text)
	return string.sub(text, 1, 1) == "-" and flags(text) or fs.complete(text, shell.dir(), true, true)
end)
