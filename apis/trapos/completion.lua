-- What Tab offers behind a program, made from its table. To be called at every key: it must not raise.

local choice = require("cc.completion").choice
local commandline = require("/apis/trapos/commandline")
local commandNamed, COMMON, knownCommand, takes =
	commandline.commandNamed, commandline.COMMON, commandline.knownCommand, commandline.takes

local M = {}

--- The word at a place of the names of commands: the first, or what may stand behind the first.
local function nameWords(program, group)
	local found = {}
	local words = {}
	for _, commands in ipairs({ program.commands, { program.help } }) do
		for _, command in ipairs(commands) do
			local first, second = string.match(command.name, "(%S+) ?(.*)")
			local word = group == nil and first or second
			local isMeant = command.isSign ~= true and (group == nil or first == group)
			if isMeant and word ~= "" and not found[word] then
				found[word] = true
				table.insert(words, word)
			end
		end
	end
	return words
end

local function flagWords(program, command)
	local words = {}
	for _, flags in ipairs({ program.flags, (command == nil or command.flags == nil) and COMMON or {} }) do
		for _, flag in ipairs(flags) do
			if command == nil or takes(command, flag) then
				table.insert(words, "--" .. flag.name)
			end
		end
	end
	return words
end

--- What may stand behind some words.
local function candidates(program, text, previous)
	local first = previous[1]
	local group = first ~= nil and #nameWords(program, first) > 0 and first or nil
	local named = group == nil and 1 or 2
	local name = table.concat(previous, " ", 1, math.min(named, #previous))
	local command = knownCommand(program, name)
		or (first ~= nil and commandNamed(program, program.otherwise) or nil)
	if string.sub(text, 1, 1) == "-" then
		return flagWords(program, command)
	end
	if first == nil or first == program.help.name then
		return nameWords(program, previous[2])
	end
	if group ~= nil and #previous < 2 then
		return nameWords(program, group)
	end
	if command == nil or command.complete == nil then
		return {}
	end
	local words = {}
	for index = named, #previous - 1 do
		table.insert(words, previous[index + 1])
	end
	return #words < (command.most or 0) and command.complete(words) or {}
end

--- The ends of the word that is typed, as the shell's completion wants them.
--
-- @param program whose table it is
-- @param text what is there of the word
-- @param previous the words before it, without the program's name
function M.complete(program, text, previous)
	local ok, words = pcall(candidates, program, text, previous)
	if not ok then
		return {}
	end
	local sorted = {}
	for _, word in ipairs(words) do
		table.insert(sorted, word)
	end
	table.sort(sorted)
	return choice(text, sorted, true)
end

return M
