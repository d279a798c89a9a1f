-- An event loop, which servers are written with: `local loop = require("/apis/eventloop")()`.
--
-- Each handler runs in a coroutine of its own: one that waits (`sleep`, `http.get`, `rednet.receive`) holds up neither
-- the loop nor other handlers, and takes no event away from them.

local check = require("cc.expect")

--- Makes an event loop.
--
-- @param onError gets what a handler raised, after which the loop goes on; `printError` when absent
-- @returns `register`, `setTimeout`, `run` and `stop`
local function createEventLoop(onError)
	local registrations = {}
	local timers = {}
	local tasks = {}
	local running = false
	check.expect(1, onError, "function", "nil")
	local function resume(task, ...)
		local ok, result = coroutine.resume(task.thread, ...)
		if not ok and result ~= "Terminated" then
			(onError or printError)(result)
		end
		task.filter = result
		if coroutine.status(task.thread) ~= "dead" then
			tasks[#tasks + 1] = task
		end
	end
	local function start(handler, ...)
		resume({ thread = coroutine.create(handler) }, ...)
	end
	local function dispatch(event, value, ...)
		local waiting = tasks
		local current = registrations

		-- What handlers register gets later events alone.
		local count = #current
		tasks = {}
		for _, task in ipairs(waiting) do
			local filter = task.filter
			if filter == nil or filter == event or event == "terminate" then
				resume(task, event, value, ...)
			else
				tasks[#tasks + 1] = task
			end
		end
		for index = 1, count do
			local registration = current[index]
			if registration.event == event then
				start(registration.handler, value, ...)
			end
		end
		if event == "timer" then
			local handler = timers[value]
			timers[value] = nil
			if handler ~= nil then
				start(handler)
			end
		elseif event == "terminate" then
			running = false
			error("Terminated", 0)
		end
	end

	--- Calls a handler for each event of a name.
	--
	-- @param event as in `os.pullEvent`, such as "rednet_message"
	-- @param handler gets what follows the name in the event
	-- @returns a function that ends it
	local function register(event, handler)
		check.expect(1, event, "string")
		check.expect(2, handler, "function")
		local registration = { event = event, handler = handler }
		registrations[#registrations + 1] = registration
		return function()
			registration.event = nil
			local others = {}
			for _, other in ipairs(registrations) do
				if other ~= registration then
					others[#others + 1] = other
				end
			end
			registrations = others
		end
	end

	--- Calls a handler once.
	--
	-- @param seconds from now, in steps of 0.05
	-- @param handler gets nothing
	-- @returns a function that calls it off
	local function setTimeout(seconds, handler)
		check.expect(1, seconds, "number")
		check.expect(2, handler, "function")
		local id = os.startTimer(seconds)
		timers[id] = handler
		return function()
			timers[id] = nil
			os.cancelTimer(id)
		end
	end

	--- Takes events until `stop` is called. Ctrl+T ends it too, with the error "Terminated".
	local function run()
		if running then
			error("The event loop is running already", 2)
		end
		running = true
		while running do
			dispatch(os.pullEventRaw())
		end
	end

	--- Ends `run` once the event in hand is through. Handlers that wait for another one get no more of it.
	local function stop()
		running = false
	end
	return { register = register, setTimeout = setTimeout, run = run, stop = stop }
end

return createEventLoop
