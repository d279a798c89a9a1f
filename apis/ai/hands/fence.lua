-- Runs Lua of a model's on this computer: in globals of its own, for a limited time, with what it prints and returns kept
-- as text, and with nothing that reaches further than was allowed. See docs/hands.md for what that promises.

local makeEnvironment = require("/apis/ai/hands/environment").makeEnvironment
local eventsModule = require("/apis/ai/hands/events")
local cancelTimers, deliver, keepEvents, makeEvents, pause, pullEvent =
	eventsModule.cancelTimers,
	eventsModule.deliver,
	eventsModule.keepEvents,
	eventsModule.makeEvents,
	eventsModule.pause,
	eventsModule.pullEvent
local filesModule = require("/apis/ai/hands/files")
local closeFiles, makeFiles = filesModule.closeFiles, filesModule.makeFiles
local gateModule = require("/apis/ai/hands/gate")
local isSignal, LONGEST_WITHOUT_WAIT = gateModule.isSignal, gateModule.LONGEST_WITHOUT_WAIT
local printedModule = require("/apis/ai/hands/printed")
local makePrinted, printedText, recorded =
	printedModule.makePrinted, printedModule.printedText, printedModule.recorded
local literal = require("/apis/ai/hands/values").literal

local M = {}

--- The most characters that are kept of a returned value or an error, and of how many values.
local LONGEST_VALUE = 2000
local MOST_VALUES = 16

--- The name by which errors call the program.
local NAME = "=lua"

--- What is wrong with a source's syntax, or nothing.
function M.syntaxProblem(source)
	if string.byte(source, 1) == 27 then
		return "the code is not text"
	end
	local chunk, problem = load(source, NAME, "t", {})
	return chunk == nil and problem or nil
end

local function lookOf(screen)
	local palette = {}
	for at = 0, 15 do
		local red, green, blue = screen.getPaletteColour(2 ^ at)
		table.insert(palette, { red, green, blue })
	end
	return {
		text = screen.getTextColour(),
		background = screen.getBackgroundColour(),
		isBlinking = screen.getCursorBlink(),
		palette = palette,
	}
end

--- Leaves a screen with the colours that it had.
local function restore(screen, look)
	for at, parts in ipairs(look.palette) do
		screen.setPaletteColour(2 ^ (at - 1), parts[1], parts[2], parts[3])
	end
	screen.setTextColour(look.text)
	screen.setBackgroundColour(look.background)
	screen.setCursorBlink(look.isBlinking)
end

local function hiddenScreen()
	local width, height = term.getSize()
	return window.create(term.current(), 1, 1, width, height, false)
end

local function errorText(problem)
	return type(problem) == "string" and string.sub(problem, 1, LONGEST_VALUE)
		or literal(problem, LONGEST_VALUE)
end

--- Runs a program. Raises nothing but "Terminated" (Ctrl+T), after it has ended the program.
--
-- @param source Lua, as text, whose syntax is right
function M.run(source, options)
	local gate = { allowed = {}, lastMoment = 0, isOver = false }
	for _, group in ipairs(options.allow or {}) do
		gate.allowed[group] = true
	end
	local events = makeEvents(gate)
	local files = makeFiles(gate)
	local printed = makePrinted()
	local screen = options.screen or hiddenScreen()
	local look = lookOf(screen)
	local own = recorded(gate, printed, screen)
	local environment = makeEnvironment({
		gate = gate,
		events = events,
		files = files,
		printed = printed,
		screen = own,
	}, { shell = options.shell, multishell = options.multishell })
	local chunk, syntax = load(source, NAME, "t", environment)
	local opened = {}
	local values = {}
	local function outcome(how, rest)
		return {
			how = how,
			output = printedText(printed),
			values = values,
			opened = opened,
			problem = rest.problem,
			closed = rest.closed,
		}
	end
	if chunk == nil then
		return outcome("failed", { problem = syntax })
	end
	local thread = coroutine.create(chunk)
	local target = own

	--- Runs the program until it waits or ends; what it draws goes to its own screen.
	local function resume(event)
		local before = term.redirect(target)
		gate.lastMoment = os.epoch("utc") + LONGEST_WITHOUT_WAIT
		local results = table.pack(coroutine.resume(thread, table.unpack(event, 1, event.n)))
		target = term.current()
		term.redirect(before)
		return results
	end
	local deadline = os.epoch("utc") + options.seconds * 1000
	local timer = os.startTimer(options.seconds)

	--- Waits for the next event that the program may see; nothing once its time is up.
	local function nextEvent(filter)
		while true do
			local event = pullEvent(events)
			if event[1] == "terminate" then
				error("Terminated", 0)
			end
			if event[1] == "timer" and event[2] == timer then
				local left = (deadline - os.epoch("utc")) / 1000
				if left > 0 then
					timer = os.startTimer(left)
				end
			else
				local seen = deliver(events, event)
				if seen and (filter == nil or filter == seen[1]) then
					return seen
				end
			end
			if os.epoch("utc") >= deadline then
				return nil
			end
		end
	end

	--- Asks whether what the program wants may be opened.
	local function isOpened()
		local wanted = gate.wanted
		local ask = options.ask
		if ask == nil then
			return false
		end
		local start = os.epoch("utc")
		local agreed = keepEvents(events, function()
			return ask(wanted.group, wanted.what)
		end)
		deadline = deadline + (os.epoch("utc") - start)
		if agreed ~= true then
			return false
		end

		-- It may have ended while somebody was asked, who has dropped its event then.
		os.cancelTimer(timer)
		timer = os.startTimer(math.max(deadline - os.epoch("utc"), 0) / 1000)
		gate.allowed[wanted.group] = true
		gate.wanted = nil
		table.insert(opened, wanted.group)
		return true
	end
	local function play()
		local event = table.pack()
		while true do
			local results = resume(event)
			local yielded = results[2]
			if results[1] ~= true or gate.problem ~= nil then
				pause(events)
			end
			if gate.problem ~= nil then
				return outcome("failed", { problem = gate.problem })
			end
			if gate.wanted ~= nil then
				-- Where the program could not wait for an answer its call has failed already.
				if not isSignal(yielded) or not isOpened() then
					return outcome("not allowed", { closed = gate.wanted })
				end
				event = table.pack()
			elseif results[1] ~= true then
				return outcome("failed", { problem = errorText(yielded) })
			elseif coroutine.status(thread) == "dead" then
				for at = 2, math.min(results.n, MOST_VALUES + 1) do
					table.insert(values, literal(results[at], LONGEST_VALUE))
				end
				return outcome("returned", {})
			else
				local next = nextEvent(yielded)
				if next == nil then
					return outcome("timed out", {})
				end
				event = next
			end
		end
	end
	local ok, result = pcall(play)
	gate.isOver = true
	os.cancelTimer(timer)
	cancelTimers(events)
	closeFiles(files)
	restore(screen, look)
	if not ok then
		error(result, 0)
	end
	return result
end

return M
