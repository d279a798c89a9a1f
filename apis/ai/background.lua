-- Turns beside a program: they are begun at once, and what comes of them is told by events. Nothing runs on a computer by
-- itself, so the program has `run` beside it, under `parallel`.

local M = {}

--- How many turns were begun on this computer since it was switched on; each has a number of its own.
local begun = 0

--- Makes a place for the turns of one client.
function M.createBackground(ask)
	local waiting = {}
	local function begin(prompt, given)
		begun = begun + 1
		local id = begun
		local options = {}
		for name, value in pairs(given or {}) do
			options[name] = value
		end
		options.onProgress = function(progress)
			os.queueEvent("ai_progress", id, progress)
		end
		table.insert(
			waiting,
			coroutine.create(function()
				local ok, value = ask(prompt, options)
				os.queueEvent("ai_reply", id, ok, value)
			end)
		)

		-- Wakes `run`.
		os.queueEvent("ai_ask", id)
		return id
	end
	local function run()
		local tasks = {}
		local function dispatch(event, ...)
			for _, thread in ipairs(waiting) do
				table.insert(tasks, { thread = thread })
			end
			waiting = {}
			local alive = {}
			for _, task in ipairs(tasks) do
				if task.filter == nil or task.filter == event then
					local _, filter = coroutine.resume(task.thread, event, ...)
					task.filter = filter
				end
				if coroutine.status(task.thread) ~= "dead" then
					table.insert(alive, task)
				end
			end
			tasks = alive
		end
		dispatch()
		while true do
			dispatch(os.pullEvent())
		end
	end
	return { begin = begin, run = run }
end

return M
