-- The package manager for programs: `local ccpm = require("/apis/libccpm")()`.
--
-- Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
-- passes on after it has put what was fetched aside for the next time. Planning and doing are apart: a plan is plain
-- data that can be shown and thrown away, and `apply` does it, whole or not at all. While a function waits for a
-- registry it takes every event of its coroutine: run it under `parallel` beside code that needs events of its own.

local connect = require("/apis/ccpm/client").connect
local failure = require("/apis/ccpm/failure")
local fail, raise = failure.fail, failure.raise
local argumentProblem = require("/apis/ccpm/formats").argumentProblem
local failure = require("/apis/trapos/failure")
local attempt, written = failure.attempt, failure.written

local NAMES = { "names", "names" }
local SOME_NAMES = { "names", "some names" }
local REGISTRY = { "registry", "registry" }

--- What each function takes, as /apis/ccpm/formats calls it.
local ARGUMENTS = {
	state = {},
	update = {},
	planInstall = { NAMES, { "options", "install options" } },
	planUpgrade = { SOME_NAMES, { "options", "upgrade options" } },
	planUninstall = { NAMES, { "options", "uninstall options" } },
	verify = { SOME_NAMES },
	planRepair = { { "findings", "findings" } },
	apply = { { "plan", "plan" } },
	addRegistry = { REGISTRY, { "options", "registry options" } },
	removeRegistry = { REGISTRY },
	moveRegistry = { REGISTRY, { "position", "position" } },
	recover = {},
}

--- What it is made with, as one that is wrong is named.
local MAKER = 'require("/apis/libccpm")'

local function raiseBad(call, usage, what)
	return raise("bad_argument", { call = call, usage = usage, what = what })
end

--- Fails unless what a function was given is what it takes.
local function requireArguments(name, given)
	local names = {}
	local problem
	for place, argument in ipairs(ARGUMENTS[name]) do
		if problem == nil then
			problem = argumentProblem(argument[2], given[place], argument[1])
		end
		names[#names + 1] = argument[1]
	end
	if problem ~= nil then
		raiseBad(name, "ccpm." .. name .. "(" .. table.concat(names, ", ") .. ")", problem)
	end
end

--- Makes a stand-in that says whose it is when it fails.
local function handed(field, act, spec)
	if act == nil then
		return nil
	end
	local name = "environment." .. field
	return function(...)
		local ok, value = pcall(act, ...)
		if not ok and value == "Terminated" then
			error(value, 0)
		end
		local problem = not ok and name .. " failed: " .. written(value) or nil
		if ok and spec ~= nil then
			problem = argumentProblem(spec, value, "what " .. name .. " gives")
		end
		if problem ~= nil then
			raiseBad("libccpm", MAKER .. "(environment)", problem)
		end
		return value
	end
end

--- What was handed in, checked, with stand-ins that say whose they are when they fail.
local function checked(given)
	local problem = argumentProblem("environment", given, "environment")
	if problem ~= nil then
		raiseBad("libccpm", MAKER .. "(environment)", problem)
	end
	return {
		fs = given.fs,
		fetch = handed("fetch", given.fetch, "answer"),
		now = handed("now", given.now, "time"),
		onProgress = handed("onProgress", given.onProgress),
		onNote = handed("onNote", given.onNote),
		registry = given.registry,
	}
end

--- Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
--
-- @param environment stand-ins for what the computer provides, and who is told of progress and notes
-- @returns its functions
local function createCcpm(environment)
	local ccpm = {}
	for name in pairs(ARGUMENTS) do
		ccpm[name] = function(first, second)
			return attempt(function()
				requireArguments(name, { first, second })
				local call = connect(checked(environment or {}))[name]
				return call(first, second)
			end, fail)
		end
	end
	return ccpm
end

return createCcpm
