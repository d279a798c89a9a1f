--- `ccpm`.
local FINISHER = "/startup/00-ccpm-finish.lua"
if fs.exists("/trapos/ccpm.staging/journal.json") and fs.exists(FINISHER) then shell.run(FINISHER) end
local load = require
local words = {...}
local ok, done = pcall(function()
	local screen = load("/apis/ccpm/screen")
	local createCcpm = load("/apis/libccpm")
	local client = createCcpm({onProgress = screen.showProgress, onNote = screen.note})
	return load("/apis/ccpm/command").run(words, client)
end)
if not ok and done == "Terminated" then error(done, 0) end
if not ok then
	local address = "<registry>/"
	pcall(function()
		local file = fs.open("/trapos/ccpm.lock.json", "r")
		local lock = textutils.unserializeJSON(file.readAll())
		local page = lock.packages.ccpm.registry:gsub("/install%.lua$", "")
		local registry = page:gsub("^https://github%.com/", "")
		local name, branch = registry:match("^([^@:]+)@?([^:]*)$")
		address = "https://raw.githubusercontent.com/" .. tostring(name) .. "/"
			.. tostring(branch == "" and "HEAD" or branch) .. "/"
		if not name then address = registry:gsub("/*$", "/", 1) end
	end)
	error(tostring(done):gsub("\n.*", "") .. "\nMend it: wget run " .. address .. "install.lua", 0)
end
if not done then error("", 0) end
