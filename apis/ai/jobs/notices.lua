-- Tells this computer's player of jobs that have ended or ask something, and programs by the event `ai_job`: once each, however often
-- the bridge says it. A line at the shell's prompt counts as told when it was shown, and that is on the disk before the bridge hears
-- of it.

local notices = require("/apis/trapos/notices")
local DROPPED, NOTICE, READY, SHOWN = notices.DROPPED, notices.NOTICE, notices.READY, notices.SHOWN
local oneLine = require("/apis/trapos/text").oneLine
local conversation = require("/apis/ai/link/conversation")
local newId, say = conversation.newId, conversation.say
local MESSAGE = require("/apis/ai/link/names").MESSAGE
local toldModule = require("/apis/ai/jobs/told")
local noteTold, SEEN, wasTold = toldModule.noteTold, toldModule.SEEN, toldModule.wasTold

local M = {}

--- The event for programs: the job's number, its state, and the job.
local EVENT = "ai_job"

--- The words for states in which jobs end, before what they are about, and their colours.
local ENDS = {
	done = { "is done", "done", colours.lime },
	failed = { "failed", "failed", colours.red },
	killed = { "was killed", "killed", colours.orange },
}

--- The line for a job, and its id.
local function noticeOf(job, asks)
	local number = string.format("%.0f", job.number)
	local name = "Job " .. number
	if asks ~= nil then
		return {
			id = "job " .. number .. " asks " .. asks,
			before = name .. " asks",
			subject = oneLine(asks),
			after = "ai job " .. number,
			short = name,
			colour = colours.yellow,
		}
	end
	local words, short, colour = unpack(ENDS[job.state] or ENDS.failed, 1, 3)
	local isDone = job.state == "done"
	return {
		id = "job " .. number .. " ended",
		before = name .. " " .. words,
		subject = oneLine(isDone and job.prompt or (job.reason or job.prompt)),
		after = isDone and "ai collect " .. number or "ai job " .. number,
		short = name .. " " .. short,
		colour = colour,
	}
end

--- Says to the bridge that a job's end was told. Where that is lost the bridge says it once more.
local function confirm(number)
	say({
		type = "call",
		id = newId(),
		name = "jobTold",
		arguments = { number = number },
	})
end

--- Takes lines about a job out of those that wait: those of what it asks, and where it has ended all.
local function drop(pending, number, isAll)
	local left = {}
	for _, one in ipairs(pending) do
		local isMeant = one.number == number and (isAll or one.asks ~= nil)
		if isMeant then
			os.queueEvent(DROPPED, one.notice.id)
		else
			table.insert(left, one)
		end
	end
	return left
end

--- Whether a line waits.
local function isPending(pending, id)
	for _, one in ipairs(pending) do
		if one.notice.id == id then
			return true
		end
	end
	return false
end

--- Takes what the bridge says of a job.
local function take(disk, pending, told)
	local job = told.job
	local number = job.number
	local asks
	if told.what == "asks" then
		asks = job.asks or ""
	end
	if wasTold(disk, number, asks) then
		if asks == nil then
			confirm(number)
		end
		return pending
	end
	local notice = noticeOf(job, asks)
	if isPending(pending, notice.id) then
		return pending
	end

	-- What it asked before is not asked any more.
	local left = drop(pending, number, true)
	table.insert(left, { number = number, asks = asks, notice = notice })
	os.queueEvent(EVENT, number, job.state, job)
	os.queueEvent(NOTICE, notice)
	return left
end

--- Keeps that a line was shown.
local function noteShown(disk, pending, id)
	local left = {}
	for _, one in ipairs(pending) do
		if one.notice.id ~= id then
			table.insert(left, one)
		else
			noteTold(disk, one.number, one.asks)
			if one.asks == nil then
				confirm(one.number)
			end
		end
	end
	return left
end

--- Tells of jobs, for ever. Nothing in it waits but for the next event, so that none is missed.
function M.keepTelling()
	local pending = {}
	while true do
		local event, first = os.pullEventRaw()
		if event == MESSAGE and first.type == "job" then
			pending = take(fs, pending, first)
		elseif event == SHOWN then
			pending = noteShown(fs, pending, first)
		elseif event == SEEN then
			pending = drop(pending, first, wasTold(fs, first))
		elseif event == READY then
			for _, one in ipairs(pending) do
				os.queueEvent(NOTICE, one.notice)
			end
		end
	end
end

return M
