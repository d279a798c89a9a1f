-- Runs CraftOS's shell on a terminal that knows what it shows, so that a line can be put above its prompt while somebody types, and
-- that others can be told what the screen shows. To the shell, and to all that it runs, nothing is otherwise: it alone gets a `read` and a `write` that
-- tell when its prompt waits. Programs that it starts get the real ones, as it makes their globals anew.

local noticesModule = require("/apis/trapos/notices")
local DROPPED, LOOK, NOTICE, READY, rowOf, ROWS, SHOWN =
	noticesModule.DROPPED,
	noticesModule.LOOK,
	noticesModule.NOTICE,
	noticesModule.READY,
	noticesModule.rowOf,
	noticesModule.ROWS,
	noticesModule.SHOWN
local insertAbove = require("/apis/trapos/promptrow").insertAbove
local modules = require("cc.require")

local PATH = "/rom/programs/shell.lua"
local terminal = term.current()

--- Whether the shell waits for a line.
local isAtPrompt = false

--- Whether it has begun to.
local isReading = false

--- Lines that are to be shown.
local notices = {}

--- The shell's own way to read a line.
local function readLine(...)
	isReading = true
	isAtPrompt = true
	local ok, line = pcall(read, ...)
	isReading = false
	isAtPrompt = false
	if not ok then
		error(line, 0)
	end
	return line
end

--- The shell's own way to write its prompt; it does so in the middle of reading where files were dropped on it.
local function writePrompt(text)
	isAtPrompt = isReading
	return write(text)
end

--- The globals that the shell gets, as a program that another shell runs.
local function environmentOf()
	local environment = {
		shell = shell,
		multishell = multishell,
		arg = { [0] = PATH },
		read = readLine,
		write = writePrompt,
	}
	local requireModule, loaded = modules.make(environment, fs.getDir(PATH))
	environment.require = requireModule
	environment.package = loaded
	return setmetatable(environment, { __index = _G })
end

--- Follows the screen's size, where the terminal does not by itself.
local function fit()
	if terminal.fitScreen ~= nil then
		terminal.fitScreen()
	end
end

--- Shows what is to be shown, where the prompt waits.
local function showNotices()
	if not isAtPrompt or #notices == 0 then
		return
	end
	fit()
	local shown = notices
	notices = {}
	local width = terminal.getSize()
	for _, notice in ipairs(shown) do
		insertAbove(terminal, rowOf(notice, width), notice.colour)
		os.queueEvent(SHOWN, notice.id)
	end
end

--- Takes a line of an id out of those that are to be shown.
local function drop(id)
	local left = {}
	for _, notice in ipairs(notices) do
		if notice.id ~= id then
			table.insert(left, notice)
		end
	end
	notices = left
end

--- Tells what the screen shows.
local function tellRows()
	local rows = {}
	fit()
	local _, height = terminal.getSize()
	for y = 1, height do
		local text, textColours, grounds = terminal.getLine(y)
		table.insert(rows, { text, textColours, grounds })
	end
	os.queueEvent(ROWS, rows)
end

--- Does what an event means for the screen, before the shell gets it.
local function heed(event, first)
	if event == "term_resize" then
		fit()
	elseif event == "file_transfer" then
		isAtPrompt = false
	elseif event == NOTICE then
		local notice = first
		drop(notice.id)
		table.insert(notices, notice)
	elseif event == DROPPED then
		drop(first)
	elseif event == LOOK then
		tellRows()
	end
end

local program, problem = loadfile(PATH, nil, environmentOf())
if program == nil then
	error(problem or "", 0)
end
local thread = coroutine.create(program)
local filter

local function dispatch(event, ...)
	local values = { ... }
	heed(event, values[1])
	if filter == nil or filter == event or event == "terminate" then
		local ok, result = coroutine.resume(thread, event, unpack(values))
		if not ok then
			error(result, 0)
		end
		filter = result
	end
	showNotices()
end

os.queueEvent(READY)
dispatch()
while coroutine.status(thread) ~= "dead" do
	dispatch(os.pullEventRaw())
end
