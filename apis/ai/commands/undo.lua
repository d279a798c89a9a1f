-- `ai undo`: takes back the last prompt, its answer and what it did to files.

local say = require("/apis/trapos/screen").say
local showChangedFiles = require("/apis/ai/view/changes").showChangedFiles
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	return wait(context.options, function()
		return context.ai.undo(context.options.session)
	end)
end

local function show(_context, undone)
	say("Undone: " .. undone.prompt)
	showChangedFiles(undone.files)
end

local undo = {
	name = "undo",
	usage = "ai undo",
	purpose = "Take back the last prompt",
	run = run,
	show = show,
}
return undo
