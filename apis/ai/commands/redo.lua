-- `ai redo`: brings back what was undone last.

local say = require("/apis/trapos/screen").say
local showChangedFiles = require("/apis/ai/view/changes").showChangedFiles
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	return wait(context.options, function()
		return context.ai.redo(context.options.session)
	end)
end

local function show(_context, undone)
	say("There again: " .. undone.prompt)
	showChangedFiles(undone.files)
end

local redo = {
	name = "redo",
	usage = "ai redo",
	purpose = "Bring back what was undone",
	run = run,
	show = show,
}
return redo
