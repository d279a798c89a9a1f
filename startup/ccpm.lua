--- What `ccpm` and `trapos` need at boot.
local choice = require("cc.completion").choice
local requireLater = require
local STAGING = "/trapos/ccpm.staging"

local function withFolder(path, folder)
	return string.find(":" .. path .. ":", ":" .. folder .. ":", 1, true) and path or path .. ":" .. folder
end

shell.setPath(withFolder(shell.path(), "/programs"))
help.setPath(withFolder(help.path(), "/help"))
if fs.exists(STAGING) and not fs.exists("/startup/00-ccpm-finish.lua") then
	if fs.exists(STAGING .. "/journal.json") then
		print("An installation is not finished. Type: ccpm recover")
	else
		pcall(function() fs.delete(STAGING) end)
	end
end
local values = {}
local times = {}

local function load(path)
	local modified = fs.attributes(path).modified
	if times[path] ~= modified then
		local file = fs.open(path, "r")
		local text = file.readAll()
		file.close()
		values[path] = textutils.unserializeJSON(text)
		times[path] = modified
	end
	return values[path]
end

local function keysOf(record)
	local keys = {}
	for key in pairs(record) do keys[#keys + 1] = key end
	return keys
end

local function installed() return keysOf(load("/trapos/ccpm.lock.json").packages) end

local function available()
	local found = {}
	local cache = load("/trapos/ccpm.cache.json")
	for _, registry in pairs(cache.registries) do
		for _, name in ipairs(keysOf(registry.packages)) do found[name] = true end
	end
	return keysOf(found)
end

local function registries() return load("/trapos/ccpm.json").registries end

local OPERANDS = {
	install = available,
	info = available,
	uninstall = installed,
	upgrade = installed,
	files = installed,
	verify = installed
}

local function choices(index, text, previous)
	local command = previous[2]
	local operands = OPERANDS[command]
	local isFlag = text:sub(1, 1) == "-"
	if not isFlag and index > 1 and operands then return operands() end
	if command == "registry" and index == 3 then return registries() end
	local words = {}
	for _, row in ipairs(requireLater("/apis/ccpm/arguments").commands) do
		local first, second = row[1]:match("^(%S+) ?(.*)")
		if isFlag and first == command then
			for flag in row[4]:gmatch("%S+") do words[#words + 1] = "--" .. tostring(flag) end
		elseif not isFlag and (index == 1 or command == "help") then
			if first ~= words[#words] then words[#words + 1] = first end
		elseif not isFlag and index == 2 and first == command then
			words[#words + 1] = second
		end
	end
	return words
end

local function complete(_shell, index, text, previous)
	local ok, found = pcall(function() return choice(text, choices(index, text, previous), true) end)
	return ok and found or {}
end

shell.setCompletionFunction("programs/ccpm.lua", complete)
shell.setCompletionFunction("programs/trapos.lua", function(_shell, index, text)
	return index == 1 and choice(text, {"help", "upgrade", "--version"}) or {}
end)
