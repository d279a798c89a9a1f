-- `ai abort`: stops what a session is doing.

local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	local options = context.options
	local hasStopped = wait(options, function()
		return context.ai.abort(options.session, options)
	end)
	print(hasStopped and "Stopped." or "Nothing was running.")
end

local abort = { name = "abort", usage = "ai abort", purpose = "Stop what the session is doing", run = run }
return abort
