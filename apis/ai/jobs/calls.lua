-- What the bridge does with jobs, call by call. Each raises its failure.

local failureModule = require("/apis/trapos/failure")
local makeFailure, outcome = failureModule.makeFailure, failureModule.outcome
local reader = require("/apis/trapos/shape").reader
local toUtf8 = require("/apis/trapos/utf8").toUtf8
local copy = require("/apis/ai/copy").copy
local fail = require("/apis/ai/failure").fail
local call = require("/apis/ai/link/call").call
local conversation = require("/apis/ai/link/conversation")
local newId, withService = conversation.newId, conversation.withService
local readSettings = require("/apis/ai/settings").readSettings
local jobFailures = require("/apis/ai/jobs/codes").jobFailures
local shapes = require("/apis/ai/jobs/shapes")
local collectedShape, jobShape = shapes.collectedShape, shapes.jobShape
local noteSeen = require("/apis/ai/jobs/told").noteSeen

local M = {}

--- Seconds that the bridge may hold an answer until there is news.
local HELD_SECONDS = 5

--- Seconds for which a call is made again whose answer was lost, as the bridge is restarted.
local LOST_SECONDS = 60

--- Seconds between two of these.
local PAUSE_SECONDS = 1

--- Seconds that the bridge has to answer what it is only told.
local TELL_SECONDS = 5
local readJob = reader(jobShape)
local readJobs = reader({ "some", jobShape })
local readCollected = reader(collectedShape)

--- How a call of jobs fails.
local function failJob(code, detail, text)
	return makeFailure(jobFailures, code, detail, text)
end

--- Whether a job has ended.
function M.hasEnded(job)
	return job.state ~= "queued" and job.state ~= "running"
end

--- Why a job has no result, as a failure; what there is of its text stands in that.
function M.failureOfJob(job, text)
	local code = job.state == "killed" and "job_killed" or "job_failed"
	return failJob(code, { number = job.number, what = job.reason or "it does not say why" }, text)
end

--- Calls of jobs that go over this computer's link. Fails with `not_linked` where there is none.
local function overLink(store, act)
	local settings = readSettings(store)
	if settings.link_url == nil then
		error(fail("not_linked"), 0)
	end
	return withService(function()
		return act({ settings = settings })
	end)
end

--- A failure in the words of jobs.
local function inWords(failure, number)
	if failure.code == "not_found" then
		return failJob("not_found", { number = number })
	end

	-- A bridge that is older than jobs are.
	local isOld = failure.code == "bad_request"
		and (string.find(failure.message, "no call ", nil, true) or 0) - 1 >= 0
	return isOld and fail("link_bridge_old") or failure
end

--- Makes a call about a job.
local function ask(server, name, number, given, read)
	local ok, value = outcome(function()
		return call(server, name, given, read)
	end)
	if not ok then
		error(inWords(value, number), 0)
	end
	return value
end

--- Whether the answer to a call was lost, so that nobody knows what came of it.
local function isLost(failure)
	local code = failure.code
	return code == "timed_out" or code == "network_error" or code == "link_down"
end

--- Makes a call that may be made twice, until it is answered. One that never left this computer is not made again.
--
-- @param unsure the failure where it may have reached the bridge and no answer comes; else that of the last call
local function askAgain(server, name, number, given, read, unsure)
	local start = os.clock()
	local isFirst = true
	while true do
		local ok, value = outcome(function()
			return ask(server, name, number, given, read)
		end)
		if ok then
			return value
		end
		local isUnsent = isFirst and value.code == "link_down"
		if not isLost(value) or isUnsent then
			error(value, 0)
		end
		if os.clock() - start >= LOST_SECONDS then
			if unsure == nil then
				error(value, 0)
			end
			error(unsure(value), 0)
		end
		isFirst = false
		sleep(PAUSE_SECONDS)
	end
end

--- Begins a job: one, however often the bridge is asked for it.
function M.spawn(store, prompt, options)
	if (string.find(prompt, "%S")) == nil then
		error(fail("empty_prompt"), 0)
	end
	return overLink(store, function(server)
		local model = server.settings.model
		local agent = server.settings.agent
		if options.model ~= nil then
			model = toUtf8(options.model)
		end
		if options.agent ~= nil then
			agent = toUtf8(options.agent)
		end
		local given = {
			key = tostring(os.getComputerID()) .. "-" .. newId(),
			prompt = toUtf8(prompt),
			model = model,
			agent = agent,
			isKept = options.keep == true,
		}
		return askAgain(server, "spawnJob", 0, given, readJob, function(failure)
			return failJob("job_unsure", { what = failure.message })
		end)
	end)
end

--- The jobs of this computer's owner, newest first.
function M.list(store)
	return overLink(store, function(server)
		return ask(server, "listJobs", 0, {}, readJobs)
	end)
end

--- One of them.
function M.status(store, number)
	return overLink(store, function(server)
		return ask(server, "getJob", number, { number = number }, readJob)
	end)
end

--- A job and what it has come to, once there is news of it or so many seconds are over, 5 at most.
function M.news(store, number, seconds)
	local given = {
		number = number,
		seconds = math.min(math.max(seconds, 0), HELD_SECONDS),
	}
	return overLink(store, function(server)
		return askAgain(server, "collectJob", number, given, readCollected)
	end)
end

--- Stops a job, and gives what it is then.
function M.kill(store, number)
	return overLink(store, function(server)
		return ask(server, "killJob", number, { number = number }, readJob)
	end)
end

--- Waits for the end of a job whose result nobody has yet. Fails with `job_running` where the time is over before, and with
-- `job_collected` where somebody has it.
function M.collect(store, number, options)
	local start = os.clock()
	local timeout = options.timeout or math.huge
	local isFirst = true

	-- One link for all of it, where none is held beside the shell.
	return overLink(store, function()
		while true do
			local left = timeout - (os.clock() - start)
			local got = M.news(store, number, isFirst and 0 or left)
			local job = got.job
			if options.onProgress ~= nil then
				options.onProgress(job)
			end
			if M.hasEnded(job) then
				if isFirst and job.isCollected then
					error(failJob("job_collected", { number = number }), 0)
				end
				return got
			end
			if left <= 0 then
				error(failJob("job_running", { number = number }), 0)
			end
			isFirst = false
		end
	end)
end

--- Tells the bridge something, and once more where its answer is lost. It is not waited for long: all is shown already.
local function tell(store, name, number)
	local isTold = outcome(function()
		overLink(store, function(server)
			local settings = copy(server.settings, {})
			copy({ request_timeout_seconds = TELL_SECONDS }, settings)
			local ok, failure = outcome(function()
				return call({ settings = settings }, name, { number = number })
			end)
			if not ok and isLost(failure) then
				call({ settings = settings }, name, { number = number })
			end
		end)
	end)
	return isTold
end

--- Keeps that a job's end was seen on this computer: no line tells of it any more.
function M.wasSeen(store, number)
	noteSeen(fs, number)
	tell(store, "jobTold", number)
end

--- Keeps that a job's result was shown.
function M.wasCollected(store, number)
	noteSeen(fs, number)
	if tell(store, "jobCollected", number) then
		tell(store, "jobTold", number)
	end
end

return M
