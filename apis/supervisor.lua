--- Runs servers beside a program, without their getting at its screen and keyboard, and restarts those that crash.
local M = {}
local modules = require("cc.require")
local FIRST_PAUSE = 1
local LONGEST_PAUSE = 60
local LOG_SIZE = 8000
local INPUT = "char key key_up paste terminate mouse_click mouse_up mouse_drag mouse_scroll file_transfer"

function M.nextPause(last, ran)
	if not last or ran >= LONGEST_PAUSE then return FIRST_PAUSE end
	return math.min(last * 2, LONGEST_PAUSE)
end

local function writeLog(name, text)
	local path = "/trapos/log/" .. name .. ".log"
	pcall(function()
		local isFull = fs.exists(path) and fs.getSize(path) > LOG_SIZE
		local file = fs.open(path, isFull and "w" or "a")
		file.writeLine(os.date("%Y-%m-%d %H:%M:%S") .. " " .. text)
		file.close()
	end)
end

local function runServer(path, name, shell)
	local function log(...)
		local texts = {}
		for index = 1, select("#", ...) do texts[#texts + 1] = tostring((select(index, ...))) end
		writeLog(name, table.concat(texts, " "))
	end
	local environment = {shell = shell, print = log, printError = log, arg = {[0] = path}}
	local require_, loaded = modules.make(environment, fs.getDir(path))
	environment.require = require_
	environment.package = loaded
	setmetatable(environment, {__index = _G})
	local program, problem = loadfile(path, nil, environment)
	if not program then error(problem or "", 0) end
	program()
end

local function keepRunning(path, shell, tell)
	local name = fs.getName(path):gsub("%.lua$", "")
	local pause
	while true do
		local started = os.clock()
		local ok, problem = pcall(runServer, path, name, shell)
		if ok or problem == "Terminated" then return end
		pause = M.nextPause(pause, os.clock() - started)
		local line = "Server " .. name .. " crashed, restart in " .. pause .. " s: " .. tostring(problem)
		writeLog(name, line)
		tell(line)
		sleep(pause)
	end
end

function M.runBeside(program, servers, shell)
	local inputs = {}
	for name in INPUT:gmatch("%S+") do inputs[name] = true end
	local screen = term.current()
	local width, height = term.getSize()
	local hidden = window.create(screen, 1, 1, width, height, false)
	local function tell(line)
		local before = term.redirect(screen)
		local column = term.getCursorPos()
		if column > 1 then print() end
		printError(line)
		term.redirect(before)
		os.queueEvent("term_resize")
	end
	local function resume(routine, event, ...)
		local wanted = routine.filter == nil or routine.filter == event or event == "terminate"
		if not wanted or coroutine.status(routine.thread) == "dead" then return end
		term.redirect(routine.terminal)
		local ok, result = coroutine.resume(routine.thread, event, ...)
		if not ok and result ~= "Terminated" then printError(result) end
		routine.filter = result
		routine.terminal = term.current()
	end
	local main = {thread = coroutine.create(program), terminal = screen}
	local routines = {}
	for _, path in ipairs(servers) do
		local function run() keepRunning(path, shell, tell) end
		routines[#routines + 1] = {thread = coroutine.create(run), terminal = hidden}
	end
	routines[#routines + 1] = main
	local function dispatch(event, ...)
		for _, routine in ipairs(routines) do
			if routine == main or inputs[event] == nil then resume(routine, event, ...) end
		end
	end
	dispatch()
	while coroutine.status(main.thread) ~= "dead" do dispatch(os.pullEventRaw()) end
	for _, routine in ipairs(routines) do resume(routine, "terminate") end
	term.redirect(screen)
end

return M
