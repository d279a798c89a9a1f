-- `ai jobs`: the jobs of this computer's owner.

local listOf = require("/apis/trapos/json").listOf
local remark = require("/apis/trapos/screen").remark
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local wait = require("/apis/ai/view/waiting").wait

--- By a name of its own, as the compiler puts imports first.
local load = require

local function run(context)
	local calls = load("/apis/ai/jobs/calls")
	return listOf(wait(context.options, function()
		return calls.list(ownSettings(fs))
	end))
end

local function show(_context, found)
	if #found == 0 then
		remark("No jobs yet. Begin one: ai bg <prompt>")
	else
		load("/apis/ai/view/jobs").showJobs(found)
	end
end

local jobs = {
	name = "jobs",
	usage = "ai jobs",
	purpose = "List the jobs",
	notes = {
		"A job is a prompt that the bridge works on while you do something else, or are not there.",
		"ai bg build a sorting system",
		"  begins one: in a session of its own, which knows nothing of what was said before. With --keep it is begun again if it fails.",
		"ai job 7",
		"  shows what job 7 does, live; what it asks is answered there. q leaves, and it goes on.",
		"ai collect 7",
		"  waits for its end and gives its answer, once.",
		"ai kill 7",
		"  stops it.",
		"A line at the prompt tells when one has ended, or asks. Any computer of yours lists and collects them.",
	},
	run = run,
	show = show,
}
return jobs
