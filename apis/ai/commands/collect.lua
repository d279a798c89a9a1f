-- `ai collect <number>`: waits for a job's end, and gives its result, once.

local showFailure = require("/apis/trapos/screen").fail
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local isJobNumber = require("/apis/ai/jobs/number").isJobNumber
local showWritten = require("/apis/ai/view/answer").showWritten
local waitForTurn = require("/apis/ai/view/waiting").waitForTurn

--- By a name of its own, as the compiler puts imports first.
local load = require

local function run(context, words)
	local calls = load("/apis/ai/jobs/calls")
	local view = load("/apis/ai/view/jobs")
	local number = tonumber(words[1])
	local options = context.options
	local store = ownSettings(fs)
	local asked = {
		timeout = options.idleTimeout,
		onProgress = function(job)
			if options.onProgress ~= nil then
				options.onProgress(view.progressOf(job))
			end
		end,
	}
	local got = waitForTurn(options, function()
		return calls.collect(store, number, asked)
	end, true, "ai collect " .. tostring(number))

	-- What is printed as JSON is shown in a moment, and nobody is told when.
	if got ~= nil and context.flags.json == true then
		calls.wasCollected(store, number)
		if got.job.state ~= "done" then
			error(calls.failureOfJob(got.job, got.text), 0)
		end
	end
	return got
end

local function show(_context, got)
	if got == nil then
		return
	end
	local calls = load("/apis/ai/jobs/calls")
	showWritten(got.text or "")
	if got.job.state ~= "done" then
		showFailure(calls.failureOfJob(got.job))
	end
	calls.wasCollected(ownSettings(fs), got.job.number)
end

local collect = {
	name = "collect",
	usage = "ai collect <number>",
	purpose = "Wait for a job's answer",
	least = 1,
	most = 1,
	fits = function(words)
		return #words == 1 and isJobNumber(words[1])
	end,
	run = run,
	hasFailed = function(got)
		return got == nil or got.job.state ~= "done"
	end,
	show = show,
}
return collect
