-- The client of an opencode server for programs: `local ai = require("/apis/libai")()`.
--
-- Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
-- passes on after it has stopped the turn on the server. While it waits it takes every event of its coroutine: run it
-- under `parallel` beside code that needs events of its own.

local createBackground = require("/apis/ai/background").createBackground
local connect = require("/apis/ai/client").connect
local fail = require("/apis/ai/failure").fail
local signatures = require("/apis/ai/signatures")
local problemWith, problemWithEnvironment = signatures.problemWith, signatures.problemWithEnvironment
local failure = require("/apis/trapos/failure")
local attempt, written = failure.attempt, failure.written

--- By a name of its own, as the compiler puts imports first.
local load = require

--- An argument as it was given; where a function among options raises, its name is told.
local function guarded(called, argument)
	if type(argument) ~= "table" then
		return argument
	end
	local copy = {}
	for name, value in pairs(argument) do
		copy[name] = value
		if type(value) == "function" then
			copy[name] = function(...)
				local ok, problem = pcall(value, ...)
				if ok then
					return problem
				end
				if problem == "Terminated" then
					error(problem, 0)
				end
				error(
					fail(
						"bad_argument",
						{ what = called .. ": options." .. name .. " failed: " .. written(problem) }
					),
					0
				)
			end
		end
	end
	return copy
end

--- The functions of jobs, which come with the package of the link and are loaded when the first is looked for.
local function jobsOf(open, environment)
	local jobs
	return setmetatable({}, {
		__index = function(table, name)
			if not fs.exists("/apis/ai/jobs/library.lua") then
				return function()
					return false, fail("link_missing")
				end
			end
			if jobs == nil then
				jobs = load("/apis/ai/jobs/library").openJobs(table, open, environment)
			end
			return jobs[name]
		end,
	})
end

--- Makes a client. Settings are read anew by each call.
--
-- @param environment stand-ins for what the computer provides, for tests; what is wrong with them each function says
-- @returns its functions
local function createAi(environment)
	local problem = problemWithEnvironment(environment)
	local calls = connect(problem == nil and (environment or {}) or {})
	local ai = {}
	local function open(table, name, call, parameters)
		return function(first, second, third)
			return attempt(function()
				local what = problem or problemWith(table, name, { first, second, third }, parameters)
				if what ~= nil then
					error(fail("bad_argument", { what = what }), 0)
				end
				return call(guarded(name, first), guarded(name, second), guarded(name, third))
			end, fail)
		end
	end
	for name, call in pairs(calls) do
		ai[name] = open(ai, name, call)
	end
	ai.jobs = jobsOf(open, environment)
	local background = createBackground(ai.ask)
	ai.askAsync = function(prompt, options)
		return attempt(function()
			local what = problem or problemWith(ai, "askAsync", { prompt, options })
			if what ~= nil then
				error(fail("bad_argument", { what = what }), 0)
			end
			return background.begin(prompt, options)
		end, fail)
	end
	ai.run = background.run
	return ai
end

return createAi
