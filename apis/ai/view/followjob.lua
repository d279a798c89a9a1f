-- Follows a job: its text as it is written, what it asks, and what comes of it.

local screen = require("/apis/trapos/screen")
local remark, showFailure, say = screen.remark, screen.fail, screen.say
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local oneLine = require("/apis/trapos/text").oneLine
local answerOf = require("/apis/ai/drive").answerOf
local calls = require("/apis/ai/jobs/calls")
local failureOfJob, hasEnded, news, wasSeen = calls.failureOfJob, calls.hasEnded, calls.news, calls.wasSeen
local SEEN = require("/apis/ai/jobs/told").SEEN
local fail = require("/apis/ai/failure").fail
local conversation = require("/apis/ai/link/conversation")
local tellBridge, withService = conversation.say, conversation.withService
local runTurn = require("/apis/ai/link/turn").runTurn
local withoutReasoning = require("/apis/ai/markdown/reasoning").withoutReasoning
local readSettings = require("/apis/ai/settings").readSettings
local showWritten = require("/apis/ai/view/answer").showWritten
local jobs = require("/apis/ai/view/jobs")
local colourOf, doingOf, isOwn, progressOf, stateOf, timeText =
	jobs.colourOf, jobs.doingOf, jobs.isOwn, jobs.progressOf, jobs.stateOf, jobs.timeText
local waitForTurn = require("/apis/ai/view/waiting").waitForTurn

local M = {}

--- A turn of a job is waited for however long it makes no progress: the bridge looks after that.
local IDLE_SECONDS = 86400

--- Seconds that are waited for news of a job that cannot be followed.
local NEWS_SECONDS = 5

--- The options of a wait of its own: what is set in them is for that wait.
local function freshOptions(options)
	local fresh = {}
	for name, value in pairs(options) do
		fresh[name] = value
	end
	return fresh
end

--- Says what a job is, and what it is at.
local function showHead(job)
	say(
		"Job " .. tostring(job.number) .. ": " .. stateOf(job) .. ", " .. timeText(job.seconds),
		colourOf(job)
	)
	remark("> " .. job.prompt)
	local said = {}
	if job.tools > 0 then
		table.insert(said, "tool calls: " .. tostring(job.tools))
	end
	if job.cost > 0 then
		table.insert(said, string.format("$%.4f", job.cost))
	end
	if job.attempt > 1 then
		table.insert(said, "attempt " .. tostring(job.attempt))
	end
	if job.isKept then
		table.insert(said, "kept")
	end
	if not isOwn(job) then
		table.insert(said, "on " .. job.computer)
	end
	if #said > 0 then
		remark(table.concat(said, ", "))
	end
end

--- Has a turn followed over the link.
local function followOverLink(job, options)
	local record = {
		nonce = job.nonce,
		sessionId = job.sessionId,
		directory = "",
		text = "",
		sentAt = os.epoch("utc"),
		sent = true,
	}
	options.idleTimeout = IDLE_SECONDS
	local settings = readSettings(ownSettings(fs))
	local ok, endModule = pcall(function()
		return withService(function()
			return runTurn({ settings = settings }, record, options, true, function()
				return nil
			end)
		end)
	end)

	-- The job goes on; whoever waits here no longer wants to be told of it.
	if not ok then
		tellBridge({ type = "leave", nonce = record.nonce })
	end
	if not ok then
		error(endModule, 0)
	end
	return endModule
end

--- Follows the turn that a job is at, live, to that turn's end; false where it was left.
local function followTurn(following, job)
	local options = freshOptions(following.context.options)
	local nonce = job.nonce
	local endModule = waitForTurn(options, function()
		if options.onProgress ~= nil then
			options.onProgress(progressOf(job))
		end
		local given = followOverLink(job, options)
		nonce = nil
		return given
	end, true, "ai job " .. tostring(following.number))
	following.nonce = job.nonce
	if endModule == nil then
		if nonce ~= nil then
			tellBridge({ type = "leave", nonce = nonce })
		end
		return false
	end
	if endModule.kind == "fail" and endModule.pending then
		error(endModule.failure or fail(endModule.code, endModule.detail), 0)
	end
	local text = endModule.kind == "done" and answerOf(endModule.steps)
		or withoutReasoning(endModule.text or "")
	showWritten(text)
	following.text = text
	return true
end

--- Whether a job runs here in a turn that was not followed yet.
local function canFollow(following, job)
	local nonce = job.nonce
	if job.state ~= "running" or nonce == nil or job.sessionId == nil then
		return false
	end
	return nonce ~= following.nonce and isOwn(job)
end

--- Waits until a job does something else, under the moving line; false where it was left.
local function waitForNews(following, before)
	local options = freshOptions(following.context.options)
	local number = following.number
	local store = ownSettings(fs)
	local job = waitForTurn(options, function()
		local now = before
		while now.state == before.state and not canFollow(following, now) do
			if options.onProgress ~= nil then
				options.onProgress(progressOf(now))
			end
			now = news(store, number, NEWS_SECONDS).job
		end
		return now
	end, true, "ai job " .. tostring(number))
	return job ~= nil
end

--- Says that a job was begun again.
local function noteAttempt(following, job)
	if job.attempt > following.attempt then
		remark("It is begun again, attempt " .. tostring(job.attempt) .. ":")
	elseif following.nonce ~= nil then
		remark("It goes on:")
	end
	following.attempt = job.attempt
end

--- Shows a job to its end; nothing where it was left.
local function follow(following)
	local store = ownSettings(fs)
	while true do
		local got = news(store, following.number, 0)
		local job = got.job
		if hasEnded(job) then
			return got
		end
		local isThere
		if canFollow(following, job) then
			if job.attempt > 1 or following.nonce ~= nil then
				noteAttempt(following, job)
			end
			isThere = followTurn(following, job)
		else
			isThere = waitForNews(following, job)
		end
		if not isThere then
			return nil
		end
	end
end

--- Shows how a job has ended, and its text but for what was shown of it.
local function showEnd(following, got)
	local job = got.job
	local text = got.text or ""
	if text ~= following.text then
		showWritten(text)
	end
	if job.state == "done" then
		remark("Job " .. tostring(job.number) .. " is done.")
	else
		local failure = failureOfJob(job)
		showFailure({ message = failure.message, hint = "Ask again: ai bg <prompt>" })
	end
end

--- Shows a job: one that runs to its end, as long as somebody is there who may leave it.
--
-- @returns the job and what it has come to, which is shown but for JSON
function M.followJob(context, number)
	local store = ownSettings(fs)
	local got = news(store, number, 0)
	if context.flags.json == true then
		return got
	end
	local job = got.job
	local following = { context = context, number = number, attempt = job.attempt }
	showHead(job)
	if not hasEnded(job) and not context.options.isAttended then
		local doing = doingOf(job)
		if doing ~= nil then
			say(oneLine(doing))
		end
		return got
	end
	local endModule = got
	if not hasEnded(job) then
		local ok, value = pcall(function()
			return follow(following)
		end)

		-- Ctrl+T leaves it as q does: the job goes on.
		if not ok and value ~= "Terminated" then
			error(value, 0)
		end
		if not ok then
			remark("It goes on. Show it: ai job " .. tostring(number))
		end
		endModule = ok and value or nil
	end
	os.queueEvent(SEEN, number)
	if endModule == nil then
		return nil
	end
	showEnd(following, endModule)
	wasSeen(store, number)
	return endModule
end

return M
