--- Boots TrapOS.
local decode = require("/apis/json").decode
local runBeside = require("/apis/supervisor").runBeside
local LOCK = "/trapos/ccpm.lock.json"
local PROGRAMS = "/programs"
local SHELL = "/rom/programs/shell.lua"
settings.define("trapos.harness_mode", {
	description = "For tests: switch the computer off when its shell ends.",
	default = false,
	type = "boolean"
})
settings.define("trapos.harness_program", {
	description = "For tests: the program that runs in place of the shell in harness mode.",
	type = "string"
})

local function autostarts()
	local paths = {}
	if not fs.exists(LOCK) then return paths end
	local known = pcall(function()
		local file = fs.open(LOCK, "r")
		local lock = decode(file.readAll())
		file.close()
		for _, entry in pairs(lock.packages) do
			for _, path in ipairs(entry.autostart or {}) do paths[#paths + 1] = "/" .. path end
		end
	end)
	if not known then
		printError("No servers start: " .. LOCK .. " is broken. Install a package to repair it.")
	end
	table.sort(paths)
	return paths
end

local function laterFiles()
	local running = shell.getRunningProgram()
	local files = {}
	local folder = fs.getDir(running)
	local passed = false
	for _, name in ipairs((arg and arg[0]) == "/" .. running and fs.list(folder) or {}) do
		local path = fs.combine(folder, name)
		if passed and not fs.isDir(path) then files[#files + 1] = "/" .. path end
		passed = passed or path == running
	end
	return files
end

local function skip(files)
	local api = shell
	local run = api.run
	local next = 0
	api.run = function(command, ...)
		next = next + 1
		if command == files[next] then return true end
		api.run = run
		return run(command, ...)
	end
end

local path = shell.path()
if not string.find(path .. ":", ":" .. PROGRAMS .. ":", 1, true) then
	shell.setPath(path .. ":" .. PROGRAMS)
end
local servers = autostarts()
local harness = settings.get("trapos.harness_mode") == true
local program = harness and settings.get("trapos.harness_program", SHELL) or SHELL
if #servers > 0 or harness then
	local later = laterFiles()
	local succeeded = false
	runBeside(
		function()
			for _, file in ipairs(later) do shell.run(file) end
			succeeded = shell.execute(program)
		end,
		servers,
		shell
	)
	if harness then os.shutdown(succeeded and 0 or 1) end
	print("The servers are stopped; reboot starts them.")
	skip(later)
end
