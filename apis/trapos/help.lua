-- What a program says of its commands and flags, made from their table.

local strings = require("cc.strings")
local commandline = require("/apis/trapos/commandline")
local commandNamed, COMMON, didYouMean, takes =
	commandline.commandNamed, commandline.COMMON, commandline.didYouMean, commandline.takes
local listingModule = require("/apis/trapos/listing")
local add, show, start = listingModule.add, listingModule.show, listingModule.start
local say = require("/apis/trapos/screen").say

local M = {}

--- On a screen narrower than this, which may be a low one, too, all of the help says how, and not what for.
local NARROW = 40

--- A flag as it is written: "--yes, -y", "--model id".
local function written(flag)
	local text = "--" .. flag.name
	if flag.letter ~= nil then
		text = text .. ", -" .. flag.letter
	end
	if flag.value ~= nil then
		text = text .. " " .. flag.value
	end
	return text
end

--- Whether help on a topic tells of a command: the topic is its name, or the first of its two words.
local function isMeant(command, topic)
	return topic == "" or string.sub(command.name .. " ", 1, #topic + 1) == topic .. " "
end

local function addFlags(listing, program, topic)
	for _, flags in ipairs({ program.flags, topic == "" and COMMON or {} }) do
		for _, flag in ipairs(flags) do
			local isTaken = topic == ""
			for _, command in ipairs(program.commands) do
				local isOwn = command.flags ~= nil or flag.commands ~= nil
				if isMeant(command, topic) and isOwn and takes(command, flag) then
					isTaken = true
				end
			end
			if isTaken then
				add(listing, written(flag), nil, flag.purpose)
			end
		end
	end
end

--- All flags in as few rows as can be.
local function addFlagNames(listing, program)
	local names = {}
	for _, flags in ipairs({ program.flags, COMMON }) do
		for _, flag in ipairs(flags) do
			table.insert(names, "--" .. flag.name)
		end
	end
	local width = term.getSize()
	for _, row in ipairs(strings.wrap(table.concat(names, " "), width)) do
		add(listing, row)
	end
end

local function addSection(listing, title)
	if #listing.lines > 0 then
		add(listing, "")
	end
	add(listing, title, colours.yellow)
end

local function addNotes(listing, about)
	if about == nil or about.notes == nil then
		return
	end
	add(listing, "")
	for _, note in ipairs(about.notes) do
		add(listing, note)
	end
end

--- Shows what there is on a topic.
--
-- @param program whose table it is
-- @param topic a command, or the first word of several; all is told where it is empty
-- @param isShort whether flags are left out, as below what went wrong
-- @returns whether there is anything
local function showHelp(program, topic, isShort)
	local width = term.getSize()
	local isNarrow = width < NARROW and topic == ""
	local listing = start()
	for _, commands in ipairs({ program.commands, { program.help } }) do
		for _, command in ipairs(commands) do
			if topic == "" and command.section ~= nil then
				addSection(listing, command.section)
			end
			local purpose = not isNarrow and command.purpose or nil
			if isMeant(command, topic) then
				add(listing, command.usage, nil, purpose)
			end
		end
	end
	local isKnown = #listing.lines > 0
	if isNarrow then
		addFlagNames(listing, program)
	elseif not isShort then
		if topic == "" then
			add(listing, "")
		end
		addFlags(listing, program, topic)
	end
	if topic == "" and not isNarrow then
		addNotes(listing, program)
	end
	if topic ~= "" and not isShort then
		addNotes(listing, commandNamed(program, topic))
	end
	show(listing)
	return isKnown
end

--- Says what a command line is about that asks for help, or was not understood.
--
-- @param program whose table it is
-- @param line its command is "help"
-- @returns whether it was understood, and told
function M.explain(program, line)
	local topic = table.concat(line.words, " ")
	local problem = line.problem
	if problem ~= nil then
		say(problem, colours.red)
	end
	local isAsked = problem == nil
	local isTold = (isAsked or topic ~= "") and showHelp(program, topic, not isAsked)
	if not isTold and problem == nil then
		say("There is no command " .. topic .. "." .. didYouMean(program, topic), colours.red)
	end
	if not isTold then
		say("See: " .. program.name .. " " .. program.help.name, colours.red)
	end
	return isTold and problem == nil
end

return M
