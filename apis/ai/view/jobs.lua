-- Shows jobs: a list of them, and what one is at.

local strings = require("cc.strings")
local showRows = require("/apis/trapos/pager").showRows
local text = require("/apis/trapos/text")
local cut, oneLine = text.cut, text.oneLine
local linkState = require("/apis/ai/link/conversation").linkState

local M = {}

--- The colours of states.
local COLOURS = {
	queued = colours.lightGrey,
	running = colours.lightBlue,
	asks = colours.yellow,
	done = colours.lime,
	failed = colours.red,
	killed = colours.orange,
}

--- The fewest columns of a number, so that short lists look alike; those of a state, and of a time.
local LEAST_DIGITS = 2
local STATE_COLUMNS = 7
local TIME_COLUMNS = 3

--- A job's state in a word, of one that waits for somebody that it asks.
function M.stateOf(job)
	return job.state == "running" and job.asks ~= nil and "asks" or job.state
end

--- The colour of a job's state.
function M.colourOf(job)
	return COLOURS[M.stateOf(job)]
end

--- How long something took, as short as a list needs it: "40s", "5m", "3h", "2d".
function M.timeText(seconds)
	if seconds < 60 then
		return tostring(math.floor(seconds)) .. "s"
	end
	local minutes = math.floor(seconds / 60)
	if minutes < 60 then
		return tostring(minutes) .. "m"
	end
	if minutes < 1440 then
		return tostring(math.floor(minutes / 60)) .. "h"
	end
	return string.format("%.0fd", math.floor(minutes / 1440))
end

--- What a job does, waits for or has come to, in a line; nothing where its state tells all.
function M.doingOf(job)
	local state = job.state
	if state == "queued" then
		local place = job.place == nil and "waits" or "number " .. tostring(job.place) .. " in the queue"
		return job.reason == nil and place or place .. ": " .. job.reason
	end
	if state == "running" then
		return job.asks or job.tool or job.words
	end
	if state ~= "done" then
		return job.reason
	end
	if job.isCollected then
		return nil
	end
	return "ai collect " .. tostring(job.number)
end

--- Whether a job was begun on this computer; where that cannot be told it counts as begun elsewhere.
function M.isOwn(job)
	local state = linkState()
	return state ~= nil and state.name == job.computer
end

--- Shows a list of jobs: of each its number, its state, its age and what is asked, and below what it does.
function M.showJobs(jobs)
	local state = linkState()
	local here = state and state.name
	local digits = LEAST_DIGITS
	for _, job in ipairs(jobs) do
		digits = math.max(digits, #string.format("%.0f", job.number))
	end
	showRows(function(width, emit)
		for _, job in ipairs(jobs) do
			local number = strings.ensure_width("", digits - #string.format("%.0f", job.number))
			local start = number .. string.format("%.0f", job.number) .. " "
			local word = strings.ensure_width(M.stateOf(job), STATE_COLUMNS)
			local time = M.timeText(job.seconds)
			local blanks = string.rep(" ", math.max(TIME_COLUMNS - #time, 0))
			local before = " " .. blanks .. time .. " "
			local room = width - #start - #word - #before
			local row = {
				{ text = start },
				{
					text = word,
					colour = M.colourOf(job),
				},
				{ text = before, colour = colours.lightGrey },
				{
					text = cut(oneLine(job.prompt), math.max(room, 0)),
				},
			}
			emit(row)
			local doing = M.doingOf(job)
			local parts = {}
			if here ~= job.computer then
				table.insert(parts, job.computer)
			end
			if doing ~= nil then
				table.insert(parts, doing)
			end
			if #parts > 0 then
				local colour = job.asks == nil and colours.lightGrey or colours.yellow
				local below = string.rep(" ", #start) .. oneLine(table.concat(parts, ": "))
				emit({
					{
						text = cut(below, width),
						colour = colour,
					},
				})
			end
		end
	end)
end

--- What is told of a job to whoever waits for it, on the moving line.
function M.progressOf(job)
	local doing = M.doingOf(job)
	local tool = doing == nil and M.stateOf(job) or doing
	local said = (job.asks == nil or job.state ~= "running") and tool or "asks: " .. tool
	return { phase = "working", seconds = job.seconds, tool = said, title = "" }
end

return M
