-- `ai todo`: lists what the agent means to do.

local listOf = require("/apis/trapos/json").listOf
local listingModule = require("/apis/trapos/listing")
local add, showListing, start = listingModule.add, listingModule.show, listingModule.start
local remark = require("/apis/trapos/screen").remark
local wait = require("/apis/ai/view/waiting").wait

local MARKS = { completed = "[x]", in_progress = "[>]", cancelled = "[-]" }

local function run(context)
	return listOf(wait(context.options, function()
		return context.ai.todo(context.options.session)
	end))
end

local function show(_context, todos)
	if #todos == 0 then
		remark("The agent has no list of things to do.")
		return
	end
	local listing = start()
	for _, entry in ipairs(todos) do
		local isOpen = entry.status == "in_progress" or entry.status == "pending"
		local colour = not isOpen and colours.lightGrey or nil
		add(listing, (MARKS[entry.status] or "[ ]") .. " " .. entry.content, colour)
	end
	showListing(listing)
end

local todo = {
	name = "todo",
	usage = "ai todo",
	purpose = "List what the agent means to do",
	run = run,
	show = show,
}
return todo
