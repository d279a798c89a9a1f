-- `ai !<line>`: runs a line of the server's shell, after asking.

local foldExact = require("/apis/trapos/font").foldExact
local listingModule = require("/apis/trapos/listing")
local add, showListing, start = listingModule.add, listingModule.show, listingModule.start
local remark = require("/apis/trapos/screen").remark
local knownSession = require("/apis/ai/sessionlist").knownSession
local confirm = require("/apis/ai/view/confirm").confirm
local wait = require("/apis/ai/view/waiting").wait

local function run(context, words)
	local line = table.concat(words, " ")

	-- Where none is named, one that is missing is made anew.
	if context.options.session ~= nil then
		knownSession(context, nil)
	end
	local isWanted = confirm(
		context,
		"!" .. line,
		"The server's own machine runs this, and nothing else asks:\n  " .. foldExact(line) .. "\nRun it?"
	)
	return isWanted
			and {
				ran = wait(context.options, function()
					return context.ai.shell(line, context.options)
				end),
			}
		or {}
end

local function show(_context, run)
	local ran = run.ran
	if ran == nil then
		remark("Nothing was run.")
		return
	end
	local listing = start()
	local output = string.gsub(ran.output, "\n$", "")
	for row in string.gmatch(output .. "\n", "([^\n]*)\n") do
		add(listing, row)
	end
	if ran.output == "" then
		remark("It printed nothing.")
	else
		showListing(listing)
	end
end

local shell = {
	name = "shell",
	usage = "ai !<line>",
	purpose = "Run it in its shell",
	least = 1,
	most = math.huge,
	isText = true,
	isSign = true,
	run = run,
	show = show,
}
return shell
