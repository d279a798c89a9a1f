--- What `ccpm` and `trapos` need at boot.
local choice = require("cc.completion").choice
local load = require
for folder, api in pairs({programs = shell, help = help}) do
	local path = api.path()
	if not string.find(":" .. path .. ":", ":/" .. folder .. ":", 1, true) then
		api.setPath(path .. ":/" .. folder)
	end
end
pcall(function()
	local finish = load("/apis/ccpm/finish")
	if fs.exists(finish.FINISHER) or not fs.exists(finish.STAGING) then return end
	local _, line = finish.recover(fs, true)
	if line then print(line) end
end)
local known = {}

local function read(name)
	local path = "/trapos/" .. name .. ".json"
	local key = path .. fs.attributes(path).modified
	if known[key] == nil then
		local file = fs.open(path, "r")
		known[key] = textutils.unserializeJSON(file.readAll())
		file.close()
	end
	return known[key]
end

local function choices(index, text, previous)
	local commands = load("/apis/ccpm/arguments").commands
	local found = {}
	local name = previous[2] or ""
	if name == "registry" and index > 2 then name = "registry " .. tostring(previous[3]) end
	local command = commands[name]
	local operand = not command and "command" or command[4]
	if text:sub(1, 1) == "-" then
		for flag in command[3]:gmatch("%S+") do found["--" .. tostring(flag)] = true end
	elseif operand == "installed" then
		return read("ccpm.lock").packages
	elseif operand == "available" then
		for _, registry in pairs(read("ccpm.cache").registries) do
			for offered in pairs(registry.packages) do found[offered] = true end
		end
	elseif operand == "registry" then
		for _, registry in ipairs(read("ccpm").registries) do found[registry] = true end
	elseif operand == "command" then
		for one in pairs(commands) do
			local first, second = one:match("(%S+) ?(.*)")
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
		for word in pairs(choices(index, text, previous)) do found[#found + 1] = word end
	end)
	table.sort(found)
	return choice(text, found, true)
end)
shell.setCompletionFunction("programs/trapos.lua", function(_shell, index, text)
	return index == 1 and choice(text, {"help", "upgrade", "--version"}) or {}
end)
