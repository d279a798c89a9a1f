-- `ai diff`: shows what the last turn has changed.

local listOf = require("/apis/trapos/json").listOf
local remark = require("/apis/trapos/screen").remark
local showPatches = require("/apis/ai/view/changes").showPatches
local wait = require("/apis/ai/view/waiting").wait

local function run(context)
	return listOf(wait(context.options, function()
		return context.ai.diff(context.options.session)
	end))
end

local function show(_context, changes)
	if #changes == 0 then
		remark("The last turn has changed no file.")
	else
		showPatches(changes)
	end
end

local diff = {
	name = "diff",
	usage = "ai diff",
	purpose = "Show what the last turn changed",
	run = run,
	show = show,
}
return diff
