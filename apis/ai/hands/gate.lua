-- The gate in the fence: what is closed asks here, and whoever runs the program answers. It is asked by a yield that no
-- program can catch, so that one which is refused goes no further.

local M = {}

--- What ComputerCraft ends a program with that does not yield; caught again and again it would cost the computer.
local TOO_LONG = "Too long without yielding"

--- Milliseconds after which it has to wait, a second less than ComputerCraft gives it (TimeoutState, 7 s).
M.LONGEST_WITHOUT_WAIT = 6000

--- Yielded in place of an event's name. Nobody else has this table.
local SIGNAL = {}

--- The most bytes of a name that are told: it may be made of anything that a program likes.
local LONGEST_NAME = 100

--- What is called, as it can be shown in a question: short, and on one line.
local function nameOf(what)
	local line = string.gsub(what, "%c", "?")
	return #line > LONGEST_NAME and string.sub(line, 1, LONGEST_NAME) .. ".." or line
end

--- Whether what a program has yielded is a question to whoever runs it.
function M.isSignal(yielded)
	return yielded == SIGNAL
end

local function requireRunning(gate)
	if gate.isOver then
		error("the program has ended", 0)
	end
end

--- Passes where the group is open, or is opened now; else the program ends here.
--
-- @param what is called, as the player reads it: "turtle.dig"
function M.permit(gate, group, what)
	requireRunning(gate)
	if gate.allowed[group] then
		return
	end
	gate.wanted = {
		group = group,
		what = nameOf(what),
	}
	coroutine.yield(SIGNAL)

	-- Where nothing can be yielded (inside of a native function) it was not asked either.
	if gate.allowed[group] ~= true then
		error("not allowed: " .. nameOf(what), 0)
	end
end

--- Ends the program.
local function stop(gate, problem)
	gate.problem = problem
	gate.isOver = true
	coroutine.yield(SIGNAL)
	error(problem, 0)
end

local function isTooLong(problem)
	return type(problem) == "string" and (string.find(problem, TOO_LONG, 1, true)) ~= nil
end

--- Hands on what pcall returned, unless it is an error that no program may catch.
local function checked(gate, ...)
	local ok, problem = select(1, ...)

	-- Where the stack is full nothing can be yielded, and the error becomes another: the next one to catch it looks again.
	if gate.problem ~= nil then
		stop(gate, gate.problem)
	end
	if ok == false and os.epoch("utc") > gate.lastMoment then
		stop(gate, TOO_LONG)
	end
	if ok == false and isTooLong(problem) then
		stop(gate, problem)
	end
	return ...
end

--- An error's text without the place in our files that it names.
local function withoutPlace(problem)
	if type(problem) ~= "string" then
		return problem
	end
	return (string.gsub(problem, "^[%w_/.-]+%.lua:%d+: ", ""))
end

--- A function as the program gets it: it ends with the program, and its errors are at the line that called it.
--
-- @param call what it does
function M.guarded(gate, call)
	return function(...)
		requireRunning(gate)
		local results = table.pack(pcall(call, ...))
		if results[1] == false then
			error(withoutPlace(results[2]), 2)
		end
		return table.unpack(results, 2, results.n)
	end
end

--- `pcall`, `xpcall` and `coroutine` as a program gets them: none of them catches what has to end it.
function M.control(gate)
	local function resumed(thread, ...)
		local ok, first = select(1, ...)
		if ok == true and first == SIGNAL then
			coroutine.yield(SIGNAL)
			return resumed(thread, coroutine.resume(thread))
		end
		return checked(gate, ...)
	end
	local function unwrapped(...)
		local ok, problem = select(1, ...)
		if ok ~= true then
			error(problem, 0)
		end
		return select(2, ...)
	end
	local function resume(thread, ...)
		requireRunning(gate)
		return resumed(thread, coroutine.resume(thread, ...))
	end
	local own = {
		create = coroutine.create,
		resume = resume,
		wrap = function(body)
			local thread = coroutine.create(body)
			return function(...)
				return unwrapped(resume(thread, ...))
			end
		end,
	}
	for _, name in ipairs({ "yield", "status", "running", "isyieldable" }) do
		own[name] = coroutine[name]
	end
	return {
		pcall = function(...)
			return checked(gate, pcall(...))
		end,
		xpcall = function(body, handler, ...)
			local function handle(problem)
				if isTooLong(problem) or type(handler) ~= "function" then
					return problem
				end
				return handler(problem)
			end
			return checked(gate, xpcall(body, handle, ...))
		end,
		coroutine = own,
	}
end

return M
