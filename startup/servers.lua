-- Boots TrapOS: puts /programs on the shell's path and, where packages have servers, runs these beside a shell.
--
-- That shell is one in the shell that runs this file, as a program cannot run beside the shell that runs it: `exit`
-- leads back to CraftOS. So that files which come after this one in /startup need not wait for that, they are run
-- here, before the prompt. Where there are no servers nothing of this is needed, and this file just ends.
--
-- In harness mode, for tests, the computer is switched off when the shell ends. Nothing else here ever does that.

--- By a name of its own, as the compiler takes every other `require` for an import.
local load = require
local LOCK = "/trapos/ccpm.lock.json"
local PROGRAMS = "/programs"
local SHELL = "/rom/programs/shell.lua"

--- Runs it so that lines can be shown at its prompt, where a package has some.
local SHELL_SCREEN = "/apis/trapos/shellscreen.lua"
settings.define(
	"trapos.harness_mode",
	{
		description = "For tests: switch the computer off when its shell ends.",
		default = false,
		type = "boolean",
	}
)
settings.define(
	"trapos.harness_program",
	{
		description = "For tests: the program that runs in place of the shell in harness mode.",
		type = "string",
	}
)

--- Whether a server is to run: it does unless a setting, or that setting's default, says otherwise.
local function isSwitchedOn(path)
	local name = string.gsub(fs.getName(path), "%.lua$", "")
	return settings.get("trapos.autostart." .. name) ~= false
end

--- Paths of the programs that installed packages start, in order; none, with a word about it, if that is not known.
local function autostarts()
	local paths = {}

	-- Without an installer, as where the files were copied by hand, nobody has listed anything.
	if not fs.exists(LOCK) then
		return paths
	end
	local known = pcall(function()
		local file = fs.open(LOCK, "r")
		local lock = textutils.unserializeJSON(file.readAll())
		file.close()
		for _, entry in pairs(lock.packages) do
			local programs = entry.autostart or {}

			-- CC's ipairs finds nothing in what is no table, and says nothing.
			assert(type(programs) == "table")
			for _, path in ipairs(programs) do
				if isSwitchedOn(path) then
					paths[#paths + 1] = "/" .. path
				end
			end
		end
	end)
	if not known then
		printError("No servers start: " .. LOCK .. " is broken. Install a package to repair it.")
	end
	table.sort(paths)
	return paths
end

--- The files of /startup after this one, if it is CraftOS that runs them and not the player.
local function laterFiles()
	local running = shell.getRunningProgram()
	local files = {}
	local folder = fs.getDir(running)
	local passed = false
	for _, name in ipairs((arg and arg[0]) == "/" .. running and fs.list(folder) or {}) do
		local path = fs.combine(folder, name)
		if passed and not fs.isDir(path) then
			files[#files + 1] = "/" .. path
		end
		passed = passed or path == running
	end
	return files
end

--- Keeps CraftOS, which goes on with these files when this one ends, from running them once more.
local function skip(files)
	local api = shell
	local run = api.run
	local next = 0
	api.run = function(command, ...)
		next = next + 1
		if command == files[next] then
			return true
		end
		api.run = run
		return run(command, ...)
	end
end

local path = shell.path()
if (string.find(path .. ":", ":" .. PROGRAMS .. ":", 1, true)) == nil then
	shell.setPath(path .. ":" .. PROGRAMS)
end
local isWhole, runBeside = pcall(function()
	return load("/apis/trapos/supervisor").runBeside
end)
if not isWhole then
	error("TrapOS is damaged. Mend it: ccpm verify --fix", 0)
end
local servers = autostarts()
local harness = settings.get("trapos.harness_mode") == true
local usual = fs.exists(SHELL_SCREEN) and SHELL_SCREEN or SHELL
local program = harness and settings.get("trapos.harness_program", usual) or usual
if #servers > 0 or harness then
	local later = laterFiles()
	local succeeded = false
	if program == SHELL_SCREEN then
		term.redirect(load("/apis/trapos/recorded").recorded(term.current()))
	end
	runBeside(function()
		for _, file in ipairs(later) do
			shell.run(file)
		end
		succeeded = shell.execute(program)
	end, servers, shell)
	if harness then
		os.shutdown(succeeded and 0 or 1)
	end
	print("The servers are stopped; reboot starts them.")
	skip(later)
end
