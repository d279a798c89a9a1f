-- What `ccpm` and `trapos` need at boot: the way to the programs and their help, and Tab completion. Modules of ccpm
-- are loaded as late as can be and under pcall, so that nothing that is broken there can hold the boot up.

--- By a name of its own, as the compiler takes every other `require` for an import.
local load = require
for folder, api in pairs({ programs = shell, help = help }) do
	local path = api.path()
	if (string.find(":" .. path .. ":", ":/" .. folder .. ":", 1, true)) == nil then
		api.setPath(path .. ":/" .. folder)
	end
end

-- What a power cut has left without the startup file that would see to it, or with one that cannot.
local isSound = pcall(function()
	local finish = load("/apis/ccpm/finish")
	local isNew = not fs.exists(finish.FINISHER)
	local done, line = finish.recover(fs, true)

	-- Why it cannot be finished a startup file that is there has said already.
	if line ~= nil and (done or isNew) then
		print(line)
	end
end)

-- Where that file is damaged what was begun to mend it goes all the same.
if not isSound and not fs.exists("/trapos/ccpm.staging/journal.json") then
	for _, folder in ipairs({ "staging", "partial" }) do
		pcall(fs.delete, "/trapos/ccpm." .. folder)
	end
end

--- What Tab offers behind a program; nothing where a module of it is damaged.
local function offer(tableModule)
	return function(text, previous)
		local ok, words = pcall(function()
			local program = load(tableModule).program
			return load("/apis/trapos/completion").complete(program, text, previous)
		end)
		return ok and words or {}
	end
end

for name, tableModule in pairs({ ccpm = "/apis/ccpm/commandtable", trapos = "/apis/ccpm/overview" }) do
	local complete = offer(tableModule)
	shell.setCompletionFunction("programs/" .. name .. ".lua", function(_shell, _index, text, previous)
		-- The first is the program's own name.
		table.remove(previous, 1)
		return complete(text, previous)
	end)
end
