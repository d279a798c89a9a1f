-- What `runtest` needs at boot: the way to the program and its help, and Tab completion, which last one boot.

local choice = require("cc.completion").choice

for folder, api in pairs({ programs = shell, help = help }) do
	local path = api.path()
	if (string.find(":" .. path .. ":", ":/" .. folder .. ":", 1, true)) == nil then
		api.setPath(path .. ":/" .. folder)
	end
end
shell.setCompletionFunction("programs/runtest.lua", function(_shell, _index, text)
	return string.sub(text, 1, 1) == "-" and choice(text, { "--help", "--report", "--skip" }, true)
		or fs.complete(text, shell.dir(), true, true)
end)
