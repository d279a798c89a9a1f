-- `ai job <number>`: what a job does, while it does, or what has come of it.

local isJobNumber = require("/apis/ai/jobs/number").isJobNumber

--- By a name of its own, as the compiler puts imports first.
local load = require

local function run(context, words)
	local view = load("/apis/ai/view/followjob")
	return view.followJob(context, tonumber(words[1]))
end

local job = {
	name = "job",
	usage = "ai job <number>",
	purpose = "Show what a job does",
	least = 1,
	most = 1,
	fits = function(words)
		return #words == 1 and isJobNumber(words[1])
	end,
	run = run,
}
return job
