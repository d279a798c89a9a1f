-- `ai new [prompt]`: starts a session, and asks in it where there is a prompt.

local remark = require("/apis/trapos/screen").remark
local wait = require("/apis/ai/view/waiting").wait
local ask = require("/apis/ai/commands/ask")

local function run(context, words)
	local options = context.options
	if #words == 0 then
		return wait(options, function()
			return context.ai.newSession()
		end)
	end
	options.newSession = true
	return ask.run(context, words)
end

local function show(context, value)
	if value == nil then
		return
	end
	if value.text ~= nil then
		ask.show(context, value, {})
	else
		remark("Talking in a new session.")
	end
end

local newSession = {
	name = "new",
	usage = "ai new [prompt]",
	purpose = "Start a session and ask in it",
	most = math.huge,
	isText = true,
	run = run,
	show = show,
}
return newSession
