--- `ccpm`.
local FINISHER = "/startup/00-ccpm-finish.lua"
if fs.exists("/trapos/ccpm.staging/journal.json") and fs.exists(FINISHER) then shell.run(FINISHER) end
local load = require
local client
local isWhole, command = pcall(function()
	local screen = load("/apis/ccpm/screen")
	client = load("/apis/libccpm")({onProgress = screen.showProgress, onNote = screen.say})
	return load("/apis/ccpm/command")
end)
if not isWhole then
	local address = "<registry>/"
	pcall(function()
		local file = fs.open("/trapos/ccpm.json", "r")
		local registry = textutils.unserializeJSON(file.readAll()).registries[1]
		local name, branch = registry:match("^([^@:]+)@?([^:]*)$")
		address = "https://raw.githubusercontent.com/" .. tostring(name) .. "/"
			.. tostring(branch == "" and "HEAD" or branch) .. "/"
		if not name then address = registry:gsub("/*$", "/", 1) end
	end)
	error(command:gsub("\n.*", "") .. "\nMend it: wget run " .. address .. "install.lua", 0)
end
if not command.run({...}, client) then error("", 0) end
