-- `ai.jobs` of libai: jobs for programs.

local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local kinds = require("/apis/ai/signatures").kinds
local calls = require("/apis/ai/jobs/calls")

local M = {}
local jobOptions = kinds.fields(
	"a table of options",
	{ model = kinds.model, agent = kinds.name, keep = kinds.flag },
	{}
)
local timeout = kinds.kind("a number of seconds from 0 on", function(value)
	return value >= 0
end, "number")
local collectOptions = kinds.fields("a table of options", { timeout = timeout, onProgress = kinds.act }, {})
local signatures = {
	spawn = { { "prompt", kinds.text }, { "options?", jobOptions } },
	list = {},
	status = { { "number", kinds.count } },
	collect = { { "number", kinds.count }, { "options?", collectOptions } },
	kill = { { "number", kinds.count } },
}

--- Makes the functions.
--
-- @param jobs the table that they are called on
-- @param open makes of what raises its failure what returns it
-- @param environment where the settings are, as `createAi` was given it
function M.openJobs(jobs, open, environment)
	local store = environment and environment.settings or ownSettings(fs)
	local functions = {
		spawn = function(prompt, options)
			return calls.spawn(store, prompt, options or {})
		end,
		list = function()
			return calls.list(store)
		end,
		status = function(number)
			return calls.status(store, number)
		end,
		collect = function(number, options)
			local got = calls.collect(store, number, options or {})
			calls.wasCollected(store, number)
			if got.job.state ~= "done" then
				error(calls.failureOfJob(got.job, got.text), 0)
			end
			return { job = got.job, text = got.text or "" }
		end,
		kill = function(number)
			return calls.kill(store, number)
		end,
	}
	local opened = {}
	for called, call in pairs(functions) do
		opened[called] = open(jobs, "jobs." .. called, call, signatures[called])
	end
	return opened
end

return M
