-- `ai bg <prompt>`: has the bridge work on a prompt in the background.

local screen = require("/apis/trapos/screen")
local remark, say = screen.remark, screen.say
local ownSettings = require("/apis/trapos/settingsfile").ownSettings
local wait = require("/apis/ai/view/waiting").wait

--- By a name of its own, as the compiler puts imports first.
local load = require

local function run(context, words)
	local calls = load("/apis/ai/jobs/calls")
	local options = context.options
	local asked = { model = options.model, agent = options.agent, keep = context.flags.keep ~= nil }
	local prompt = table.concat(words, " ")
	return wait(options, function()
		return calls.spawn(ownSettings(fs), prompt, asked)
	end)
end

local function show(_context, job)
	local number = job.number
	if job.state == "queued" then
		say("Job " .. tostring(number) .. " is queued. ai job " .. tostring(number) .. " follows it.")
	else
		say("Job " .. tostring(number) .. " begun. ai job " .. tostring(number) .. " follows it.")
	end
	if job.state == "queued" and job.reason ~= nil then
		remark(job.reason)
	end

	-- Nobody could tell of its end: since `ai link` the computer was not started.
	local conversation = load("/apis/ai/link/conversation")
	if conversation.linkState() == nil then
		remark("Reboot once, to be told here when it ends.")
	end
end

local bg = {
	name = "bg",
	usage = "ai bg <prompt>",
	purpose = "Have a job done meanwhile",
	section = "Jobs in the background",
	least = 1,
	most = math.huge,
	isText = true,
	run = run,
	show = show,
}
return bg
