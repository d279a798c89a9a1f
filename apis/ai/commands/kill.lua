-- `ai kill <number>`: stops a job.

local say = require("/apis/trapos/screen").say
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local isJobNumber = require("/apis/ai/jobs/number").isJobNumber
local wait = require("/apis/ai/view/waiting").wait

--- By a name of its own, as the compiler puts imports first.
local load = require

local function run(context, words)
	local calls = load("/apis/ai/jobs/calls")
	local store = ownSettings(fs)
	local job = wait(context.options, function()
		return calls.kill(store, tonumber(words[1]))
	end)

	-- Nobody needs to be told of what they have done.
	if calls.hasEnded(job) then
		calls.wasSeen(store, job.number)
	end
	return job
end

local function show(_context, job)
	if job.state == "killed" then
		say("Job " .. tostring(job.number) .. " is killed.")
	elseif job.state == "done" or job.state == "failed" then
		say("Job " .. tostring(job.number) .. " had ended: " .. job.state .. ".")
	else
		say("Job " .. tostring(job.number) .. " is being stopped.")
	end
end

local kill = {
	name = "kill",
	usage = "ai kill <number>",
	purpose = "Stop a job",
	least = 1,
	most = 1,
	fits = function(words)
		return #words == 1 and isJobNumber(words[1])
	end,
	run = run,
	show = show,
}
return kill
