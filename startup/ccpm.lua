-- What `ccpm` and `trapos` need at boot: the way to the programs and their help, and Tab completion. Modules of ccpm
-- are loaded as late as can be and under pcall, so that nothing that is broken there can hold the boot up.

local choice = require("cc.completion").choice

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

--- What was read, by path and when it was written: completion runs at every key.
local known = {}

--- A file of ccpm's state; raises where there is none.
local function read(name)
	local path = "/trapos/" .. name .. ".json"
	local key = path .. tostring(fs.attributes(path).modified)
	if known[key] == nil then
		local file = fs.open(path, "r")
		known[key] = textutils.unserializeJSON(file.readAll())
		file.close()
	end
	return known[key]
end

--- What may stand at a place of the command line of ccpm, as the keys of a table.
local function choices(index, text, previous)
	local commands = load("/apis/ccpm/arguments").commands
	local found = {}
	local name = previous[2] or ""
	if name == "registry" and index > 2 then
		name = "registry " .. tostring(previous[3])
	end
	local command = commands[name]
	local operand = "command"
	if command then
		operand = command[4]
	end
	local place = (string.find(name, " ")) == nil and 1 or 2
	if command and index - place > command[2] then
		return found
	end
	if string.sub(text, 1, 1) == "-" then
		for flag in string.gmatch(command[3], "%S+") do
			found["--" .. tostring(flag)] = true
		end
	elseif operand == "installed" then
		return read("ccpm.lock").packages
	elseif operand == "available" then
		for _, registry in pairs(read("ccpm.cache").registries) do
			for offered in pairs(registry.packages) do
				found[offered] = true
			end
		end
	elseif operand == "registry" then
		for _, registry in ipairs(read("ccpm").registries) do
			found[registry] = true
		end
	elseif operand == "command" then
		for one in pairs(commands) do
			local first, second = string.match(one, "(%S+) ?(.*)")
			if index == 1 or command then
				found[first] = true
			elseif first == name then
				found[second] = true
			end
		end
	end
	return found
end

shell.setCompletionFunction("programs/ccpm.lua", function(_shell, index, text, previous)
	local found = {}
	pcall(function()
		for word in pairs(choices(index, text, previous)) do
			found[#found + 1] = word
		end
	end)
	table.sort(found)
	return choice(text, found, true)
end)
shell.setCompletionFunction("programs/trapos.lua", function(_shell, index, text)
	return index == 1 and choice(text, { "help", "upgrade", "--version" }) or {}
end)
