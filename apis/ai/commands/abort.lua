-- `ai abort`: stops what a session is doing.

local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	local options = context.options
	return {
		stopped = wait(options, function()
			return context.ai.abort(options.session, options)
		end),
	}
end

local function show(_context, value)
	print(value.stopped and "Stopped." or "Nothing was running.")
end

local abort = {
	name = "abort",
	usage = "ai abort",
	purpose = "Stop what the session is doing",
	run = run,
	show = show,
}
return abort
