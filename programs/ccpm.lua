-- `ccpm`: installs, upgrades and removes packages. See `ccpm help`.

-- After a power cut modules of ccpm may be half replaced where CraftOS did not get to its startup file, as a startup.lua
-- of the player's does not return. With this journal no other program is at it: there is no yield until it is gone.
local FINISHER = "/startup/00-ccpm-finish.lua"
if fs.exists("/trapos/ccpm.staging/journal.json") and fs.exists(FINISHER) then
	shell.run(FINISHER)
end

--- By a name of its own, as the compiler puts imports first.
local load = require
local words = { ... }
local ok, done = pcall(function()
	local progress = load("/apis/ccpm/progress")
	local connect = load("/apis/ccpm/client").connect
	local ccpm = connect({ onProgress = progress.showProgress, onNote = progress.note })
	return load("/apis/ccpm/program").run(words, ccpm)
end)
if not ok and done == "Terminated" then
	error(done, 0)
end
if not ok then
	-- A file is missing, or somebody has changed it: the installer has all of ccpm in itself.
	local address = "<registry>/"
	pcall(function()
		local file = fs.open("/trapos/ccpm.lock.json", "r")
		local lock = textutils.unserializeJSON(file.readAll())
		local page = string.gsub(lock.packages.ccpm.registry, "/install%.lua$", "")
		local registry = string.gsub(page, "^https://github%.com/", "")
		local name, branch = string.match(registry, "^([^@:]+)@?([^:]*)$")
		address = "https://raw.githubusercontent.com/"
			.. tostring(name)
			.. "/"
			.. tostring(branch == "" and "HEAD" or branch)
			.. "/"
		if name == nil then
			address = string.gsub(registry, "/*$", "/", 1)
		end
	end)
	error((string.gsub(tostring(done), "\n.*", "")) .. "\nMend it: wget run " .. address .. "install.lua", 0)
end

-- What went wrong is on the screen already: no message here, but the shell sees it fail.
if not done then
	error("", 0)
end
