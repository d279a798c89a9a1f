-- Runs servers beside a program, without their getting at its screen and keyboard, and restarts those that crash.

local modules = require("cc.require")

local M = {}

--- Seconds between a crash and the next start: at first and at most. A run as long as that makes up for the past.
local FIRST_PAUSE = 1
local LONGEST_PAUSE = 60

--- Bytes after which a log is begun anew.
local LOG_SIZE = 8000

--- What only the program gets: the player's doing, with Ctrl+T among it.
local INPUT = "char key key_up paste terminate mouse_click mouse_up mouse_drag mouse_scroll file_transfer"

--- How long a crashed server waits for its next start: 1 s, after each further crash twice as long, up to a minute;
-- 1 s again when it had run for a minute.
--
-- @param last the pause before the run that crashed; nil for the first run
-- @param ran seconds that the run lasted
-- @returns seconds
function M.nextPause(last, ran)
	if last == nil or ran >= LONGEST_PAUSE then
		return FIRST_PAUSE
	end
	return math.min(last * 2, LONGEST_PAUSE)
end

--- Adds a line to a server's log. What keeps it from that, such as a full disk, must not stop the server.
local function writeLog(name, text)
	local path = "/trapos/log/" .. name .. ".log"
	pcall(function()
		local isFull = fs.exists(path) and fs.getSize(path) > LOG_SIZE
		local file = fs.open(path, isFull and "w" or "a")
		file.writeLine(os.date("%Y-%m-%d %H:%M:%S") .. " " .. text)
		file.close()
	end)
end

--- Runs a program as the shell does, but with `print` and `printError` into its log. Raises what it raises.
local function runServer(path, name, shell)
	local function log(...)
		local texts = {}
		for index = 1, select("#", ...) do
			texts[#texts + 1] = tostring((select(index, ...)))
		end
		writeLog(name, table.concat(texts, " "))
	end
	local environment = { shell = shell, print = log, printError = log, arg = { [0] = path } }
	local requireModule, loaded = modules.make(environment, fs.getDir(path))
	environment.require = requireModule
	environment.package = loaded
	setmetatable(environment, { __index = _G })
	local program, problem = loadfile(path, nil, environment)
	if program == nil then
		error(problem or "", 0)
	end
	program()
end

--- Runs a server until it ends by itself, starting it again whenever it crashes.
local function keepRunning(path, shell, tell)
	local name = string.gsub(fs.getName(path), "%.lua$", "")
	local pause
	while true do
		local started = os.clock()
		local ok, problem = pcall(runServer, path, name, shell)
		if ok or problem == "Terminated" then
			return
		end
		pause = M.nextPause(pause, os.clock() - started)
		local line = "Server "
			.. name
			.. " crashed, restart in "
			.. tostring(pause)
			.. " s: "
			.. tostring(problem)
		writeLog(name, line)
		tell(line)
		sleep(pause)
	end
end

--- Runs a program, and servers beside it for as long. Servers get every event but what the player does, print into
-- /trapos/log/<name>.log and draw on a screen that nobody sees; those that still run when the program ends are
-- terminated.
--
-- @param program must not raise
-- @param servers absolute paths of programs
-- @param shell the shell API that they get
function M.runBeside(program, servers, shell)
	local inputs = {}
	for name in string.gmatch(INPUT, "%S+") do
		inputs[name] = true
	end
	local screen = term.current()
	local width, height = term.getSize()
	local hidden = window.create(screen, 1, 1, width, height, false)
	local function tell(line)
		local before = term.redirect(screen)
		local column = term.getCursorPos()
		if column > 1 then
			print()
		end
		printError(line)
		term.redirect(before)

		-- What is on the screen is drawn again below the line.
		os.queueEvent("term_resize")
	end
	local function resume(routine, event, ...)
		local wanted = routine.filter == nil or routine.filter == event or event == "terminate"
		if not wanted or coroutine.status(routine.thread) == "dead" then
			return
		end
		term.redirect(routine.terminal)
		local ok, result = coroutine.resume(routine.thread, event, ...)
		if not ok and result ~= "Terminated" then
			printError(result)
		end
		routine.filter = result
		routine.terminal = term.current()
	end
	local main = {
		thread = coroutine.create(program),
		terminal = screen,
	}
	local routines = {}
	for _, path in ipairs(servers) do
		local function run()
			return keepRunning(path, shell, tell)
		end
		routines[#routines + 1] = {
			thread = coroutine.create(run),
			terminal = hidden,
		}
	end
	routines[#routines + 1] = main
	local function dispatch(event, ...)
		for _, routine in ipairs(routines) do
			if routine == main or inputs[event] == nil then
				resume(routine, event, ...)
			end
		end
	end
	dispatch()
	while coroutine.status(main.thread) ~= "dead" do
		dispatch(os.pullEventRaw())
	end
	for _, routine in ipairs(routines) do
		resume(routine, "terminate")
	end
	term.redirect(screen)
end

return M
