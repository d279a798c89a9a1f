-- A program's events and timers. What it queues is its own: the computer's queue gets a mark in its place, so that the
-- order is kept and nothing that it queues is ever typed into the shell.

local guarded = require("/apis/ai/hands/gate").guarded
local copied = require("/apis/ai/hands/values").copied

local M = {}

--- What the computer's queue gets in place of an event of a program's, with the number of its run.
local MARK = "ai_hands"

--- The most events that may wait, which is CC's own figure, and the most timers, for whose number it has none.
local MOST_EVENTS = 256
local MOST_TIMERS = 1000
local runs = 0

local function forget(events, clock, id)
	local running = events.running[clock]
	if running[id] == nil then
		return false
	end
	running[id] = nil
	events.count = events.count - 1
	return true
end

--- Makes the events of a run.
function M.makeEvents(gate)
	runs = runs + 1
	return {
		gate = gate,
		run = runs,
		queued = {},
		kept = {},
		running = { timer = {}, alarm = {} },
		count = 0,
	}
end

--- Events whose values are functions of whoever waits for them, or secrets of theirs.
local function isOfNetwork(name)
	return (string.find(name, "^http_")) ~= nil or (string.find(name, "^websocket_")) ~= nil
end

--- An event of the computer's as a program may see it, or nothing.
--
-- @param event as the computer's queue had it
function M.deliver(events, event)
	local name = event[1]
	if name == MARK then
		if event[2] ~= events.run then
			return nil
		end
		return table.remove(events.queued, 1)
	end
	if type(name) ~= "string" then
		return nil
	end
	if isOfNetwork(name) then
		if events.gate.allowed.http ~= true then
			return nil
		end
		return event
	end
	if name == "timer" or name == "alarm" then
		forget(events, name, event[2])
	end
	local own = { n = event.n }
	for at = 1, event.n do
		own[at] = copied(event[at])
	end
	return own
end

--- Lets the computer go on for a moment: it ends altogether where a program that has run for too long is not followed by a
-- pause.
function M.pause(events)
	os.queueEvent(MARK, events.run)
	while true do
		local event, run = os.pullEventRaw(MARK)
		if event == "terminate" then
			error("Terminated", 0)
		end
		if event == MARK and run == events.run then
			return
		end
	end
end

--- Whether an event is one that the program alone waits for: of a timer of its own, or queued by it.
local function isOwn(events, event)
	local name, id = event[1], event[2]
	if name == MARK then
		return id == events.run
	end
	return (name == "timer" or name == "alarm") and events.running[name][id] ~= nil
end

--- Does something that waits for events, in which those that are the program's are kept for it: whoever waits for a key drops
-- all others. Raises what it raises.
--
-- @param act is run as a coroutine
-- @returns what it returns
function M.keepEvents(events, act)
	local thread = coroutine.create(act)
	local event = table.pack()
	while true do
		local ok, result = coroutine.resume(thread, table.unpack(event, 1, event.n))
		if not ok then
			error(result, 0)
		end
		if coroutine.status(thread) == "dead" then
			return result
		end
		repeat
			do
				event = table.pack(os.pullEventRaw())
				if isOwn(events, event) then
					table.insert(events.kept, event)
				end
			end
		until not (result ~= nil and event[1] ~= result and event[1] ~= "terminate")
	end
end

--- The next event of the computer's, those first that were kept.
function M.pullEvent(events)
	return table.remove(events.kept, 1) or table.pack(os.pullEventRaw())
end

--- Ends all timers and alarms that the program has left.
function M.cancelTimers(events)
	for id in pairs(events.running.timer) do
		os.cancelTimer(id)
	end
	for id in pairs(events.running.alarm) do
		os.cancelAlarm(id)
	end
end

--- The functions of `os` that have to do with events, and `sleep`.
function M.eventFunctions(events)
	local function starter(clock, start)
		return function(when)
			if events.count >= MOST_TIMERS then
				error("Too many timers", 0)
			end
			local id = start(when)
			events.running[clock][id] = true
			events.count = events.count + 1
			return id
		end
	end

	-- The player's own programs have timers, too, and so has the fence.
	local function stopper(clock, stop)
		return function(id)
			if type(id) == "number" and forget(events, clock, id) then
				stop(id)
			end
			return
		end
	end
	local startTimer = starter("timer", os.startTimer)
	local functions = {
		queueEvent = function(name, ...)
			if type(name) ~= "string" then
				error("bad argument #1 (string expected, got " .. type(name) .. ")", 0)
			end
			if #events.queued < MOST_EVENTS then
				table.insert(events.queued, table.pack(name, ...))
				os.queueEvent(MARK, events.run)
			end
			return
		end,
		startTimer = startTimer,
		setAlarm = starter("alarm", os.setAlarm),
		cancelTimer = stopper("timer", os.cancelTimer),
		cancelAlarm = stopper("alarm", os.cancelAlarm),
		sleep = function(seconds)
			local wait = type(seconds) == "number" and seconds or 0
			local timer = startTimer(wait)
			while true do
				local _, fired = coroutine.yield("timer")
				if fired == timer then
					return
				end
			end
		end,
	}
	local own = {}
	for name, call in pairs(functions) do
		own[name] = guarded(events.gate, call)
	end
	local function pull(filter)
		return coroutine.yield(filter)
	end
	own.pullEvent = pull
	own.pullEventRaw = pull
	return own
end

return M
