-- The package manager for programs: `local ccpm = require("/apis/libccpm")()`.
--
-- Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
-- passes on after it has put what was fetched aside for the next time. Planning and doing are apart: a plan is plain
-- data that can be shown and thrown away, and `apply` does it, whole or not at all. While a function waits for a
-- registry it takes every event of its coroutine: run it under `parallel` beside code that needs events of its own.

local functions = require("/apis/ccpm/client").functions
local failure = require("/apis/ccpm/failure")
local fail, raise = failure.fail, failure.raise
local finish = require("/apis/ccpm/finish")
local argumentProblem = require("/apis/ccpm/formats").argumentProblem
local stamp = require("/apis/ccpm/plan").stamp
local readState = require("/apis/ccpm/state").readState
local failure = require("/apis/trapos/failure")
local attempt, need = failure.attempt, failure.need
local send = require("/apis/trapos/http").send

--- Seconds until a request counts as timed out.
local TIMEOUT = 30
local NAMES = { "names", "names" }
local SOME_NAMES = { "names", "some names" }
local REGISTRY = { "registry", "registry" }

--- What each function takes, as /apis/ccpm/formats calls it.
local ARGUMENTS = {
	state = {},
	update = {},
	planInstall = { NAMES, { "options", "install options" } },
	planUpgrade = { SOME_NAMES, { "options", "install options" } },
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
local function handed(field, act, usual, spec)
	if act == nil then
		return usual
	end
	local name = "environment." .. field
	return function(...)
		local ok, value = pcall(act, ...)
		if not ok and value == "Terminated" then
			error(value, 0)
		end
		local problem = not ok and name .. " failed: " .. tostring(value) or nil
		if ok and spec ~= nil then
			problem = argumentProblem(spec, value, "what " .. name .. " gives")
		end
		if problem ~= nil then
			raiseBad("libccpm", MAKER .. "(environment)", problem)
		end
		return value
	end
end

local function makeClient(given)
	local problem = argumentProblem("environment", given, "environment")
	if problem ~= nil then
		raiseBad("libccpm", MAKER .. "(environment)", problem)
	end
	return {
		disk = given.fs or fs,
		fetch = handed("fetch", given.fetch, function(url)
			return send({ url = url, timeout = TIMEOUT })
		end, "answer"),
		now = handed("now", given.now, function()
			return os.epoch("utc")
		end, "time"),
		onProgress = handed("onProgress", given.onProgress, function() end),
		onNote = handed("onNote", given.onNote, function() end),
		registry = given.registry,
		notes = {},
	}
end

--- Puts right what a power cut has left half done, and reads the state.
local function prepare(client)
	local disk = client.disk
	local notes = client.notes
	local done, line = finish.recover(disk)
	if not done and disk.exists(finish.JOURNAL) then
		raise("not_finished", { what = line })
	end
	if line ~= nil then
		notes[#notes + 1] = line
	end
	local state = need(readState, disk, notes)
	state.stamp = stamp(disk)
	for _, note in ipairs(notes) do
		client.onNote(note)
	end
	return state
end

--- Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
--
-- @param environment stand-ins for what the computer provides, and who is told of progress and notes
-- @returns its functions
local function createCcpm(environment)
	local ccpm = {}
	for name, act in pairs(functions) do
		ccpm[name] = function(first, second)
			return attempt(function()
				requireArguments(name, { first, second })
				local client = makeClient(environment or {})
				return act(client, prepare(client), first, second)
			end, fail)
		end
	end
	return ccpm
end

return createCcpm
