-- A command line, read by a program's table of commands and flags: which command, with which words and flags. Pure.

local nearest = require("/apis/trapos/nearest")
local closest, misspelt = nearest.closest, nearest.misspelt

local M = {}

--- A flag that many write as a command: alone it is no text either.
local VERSION = "version"

--- Flags that every program has.
M.COMMON = {
	{ name = VERSION, purpose = "Show the version" },
	{ name = "help", letter = "h", purpose = "Show this" },
}

--- The command of a name, if there is one beside help.
function M.commandNamed(program, name)
	for _, command in ipairs(program.commands) do
		if command.name == name then
			return command
		end
	end
	return nil
end

--- The command of a name, help among them.
function M.knownCommand(program, name)
	return name == program.help.name and program.help or M.commandNamed(program, name)
end

--- The flag that is written so, if there is one.
local function flagWritten(program, word)
	for _, flags in ipairs({ program.flags, M.COMMON }) do
		for _, flag in ipairs(flags) do
			if word == "--" .. flag.name then
				return flag
			end
			if flag.letter ~= nil and word == "-" .. flag.letter then
				return flag
			end
		end
	end
	return nil
end

local function has(names, wanted)
	for _, name in ipairs(names) do
		if name == wanted then
			return true
		end
	end
	return false
end

--- Whether a command takes a flag.
function M.takes(command, flag)
	if command.flags ~= nil and not has(command.flags, flag.name) then
		return false
	end
	return flag.commands == nil or has(flag.commands, command.name)
end

--- The first command that begins with a word and has another behind it.
local function firstOfGroup(program, word)
	for _, command in ipairs(program.commands) do
		if string.sub(command.name, 1, #word + 1) == word .. " " then
			return command
		end
	end
	return nil
end

--- A question that names what may have been meant, or nothing.
local function question(wanted, names)
	local found = closest(wanted, names)
	return found == nil and "" or " Did you mean " .. found .. "?"
end

--- A question that names the command which may have been meant, with a blank before it, or nothing.
function M.didYouMean(program, wanted)
	local names = {}
	for _, command in ipairs(program.commands) do
		table.insert(names, command.name)
	end
	return question(wanted, names)
end

local function refuse(reading, problem)
	if reading.problem == nil then
		reading.problem = problem
	end
end

local function refuseFlag(reading, word)
	local names = {}
	for _, flags in ipairs({ reading.program.flags, M.COMMON }) do
		for _, flag in ipairs(flags) do
			table.insert(names, "--" .. flag.name)
		end
	end
	local name = string.match(word, "^[^=]*")
	refuse(reading, "There is no flag " .. word .. "." .. question(name, names))
end

local function setFlag(reading, flag, value)
	local flags = reading.flags
	local before = flags[flag.name]
	if flag.isList ~= true then
		flags[flag.name] = value
	elseif before == nil then
		flags[flag.name] = { value }
	else
		table.insert(before, value)
	end
end

local function readFlag(reading, word)
	local written, value = string.match(word, "^(%-%-[%w%-]+)=(.+)$")
	local flag = flagWritten(reading.program, written or word)
	if flag == nil or flag.value == nil and value ~= nil then
		refuseFlag(reading, word)
		return
	end
	table.insert(reading.written, { flag = flag, word = word })
	if flag.value == nil then
		reading.flags[flag.name] = true
	elseif value ~= nil then
		setFlag(reading, flag, value)
	else
		reading.wanted = flag
	end
end

--- The command that is written as the sign with which a word begins.
local function commandOfSign(program, word)
	local sign = string.sub(word, 1, 1)
	return M.commandNamed(program, program.signs and program.signs[sign])
end

--- Reads the first word, and the second of a command that has two.
local function readName(reading, word)
	local group = reading.name
	local name = group == nil and word or group .. " " .. word
	local command = M.knownCommand(reading.program, name)
	local signed = group == nil and commandOfSign(reading.program, word) or nil
	local otherwise = M.commandNamed(reading.program, reading.program.otherwise)
	local isWritten = command ~= nil and command.isSign ~= true
	if isWritten or firstOfGroup(reading.program, name) ~= nil then
		reading.name = name
	elseif signed ~= nil then
		reading.name = signed.name
		if #word > 1 then
			table.insert(reading.words, string.sub(word, 2))
		end
		reading.isText = signed.isText
	elseif group == nil and otherwise ~= nil then
		reading.name = otherwise.name
		reading.isUnwritten = true
		table.insert(reading.words, word)
		reading.isText = otherwise.isText
	else
		reading.name = name
		reading.isUnknown = true
		refuse(reading, "There is no command " .. name .. "." .. M.didYouMean(reading.program, name))
	end
end

--- Whether a word is meant for a flag. A text may begin with a dash, too: there it looks more like one.
local function isDashed(program, word)
	local otherwise = M.commandNamed(program, program.otherwise)
	if otherwise == nil or otherwise.isText ~= true then
		return (string.find(word, "^%-.")) ~= nil
	end
	return (string.find(word, "^%-%-.")) ~= nil or (string.find(word, "^%-%a$")) ~= nil
end

--- Whether what follows some words of a command is a text.
local function isTextBehind(command, words)
	local before = command.wordsBeforeText
	return command.isText == true or before ~= nil and #words > before
end

local function readWord(reading, word)
	local command = M.knownCommand(reading.program, reading.name)
	if reading.wanted ~= nil then
		setFlag(reading, reading.wanted, word)
		reading.wanted = nil
	elseif reading.isText == true then
		table.insert(reading.words, word)
	elseif isDashed(reading.program, word) then
		readFlag(reading, word)
	elseif command == nil and not reading.isUnknown then
		readName(reading, word)
	else
		table.insert(reading.words, word)
		reading.isText = command ~= nil and isTextBehind(command, reading.words)
	end
end

--- The command where none was named.
local function unnamed(reading)
	local program = reading.program
	local hasFlags = (next(reading.flags)) ~= nil

	-- Flags alone are a text that is missing.
	return hasFlags and program.otherwise ~= nil and program.otherwise or program.usual
end

--- Refuses flags that the command does not take, and too few or too many words.
local function check(reading, command)
	local least = command.least or 0
	for _, one in ipairs(reading.written) do
		if not M.takes(command, one.flag) then
			refuse(reading, reading.program.name .. " " .. command.name .. " takes no " .. one.word .. ".")
		end
		if one.flag.isEnough then
			least = 0
		end
	end
	if #reading.words < least then
		refuse(reading, "Something is missing:")
	end
	if #reading.words > (command.most or 0) then
		refuse(reading, "That is too much:")
	end
end

--- Whether the words behind a command's name are meant for it.
local function fits(command, words)
	if #words > (command.most or 0) then
		return false
	end
	return #words == 0 or command.fits == nil or command.fits(words)
end

--- Whether a word is written as a flag that a command does not take.
local function isForeignFlag(program, command, word)
	local flag = flagWritten(program, word)
	return flag ~= nil and not M.takes(command, flag)
end

--- Reads a line as a text that begins with a command's name. As in any other text, nothing behind its first words is a flag:
-- "ai write a script with -y" says yes to nothing. Nor is one of that command's own: "ai doctor --fix my villager".
local function readAsText(program, given, name, otherwise)
	local reading = { program = program, words = {}, flags = {}, written = {} }
	for _, word in ipairs(given) do
		local isName = reading.name == nil and reading.wanted == nil and word == name
		if isName then
			reading.name = otherwise.name
			table.insert(reading.words, word)
		else
			local isBehind = reading.name ~= nil and reading.wanted == nil
			if isBehind and isForeignFlag(program, otherwise, word) then
				reading.isText = true
			end
			readWord(reading, word)
		end
	end
	return reading
end

--- Reads a line; words that a command has no use for are a text where the program takes one.
local function readLine(program, given)
	local reading = { program = program, words = {}, flags = {}, written = {} }
	for _, word in ipairs(given) do
		readWord(reading, word)
	end
	local command = M.knownCommand(program, reading.name)
	local otherwise = M.commandNamed(program, program.otherwise)
	if command == nil or otherwise == nil or fits(command, reading.words) then
		return reading
	end
	return readAsText(program, given, command.name, otherwise)
end

--- The command that a text of one word was perhaps meant to be.
local function perhapsCommand(reading)
	local word = reading.words[1]
	if not reading.isUnwritten or word == nil or #reading.words > 1 then
		return nil
	end
	local names = { reading.program.help.name }
	for _, command in ipairs(reading.program.commands) do
		if command.isSign ~= true then
			table.insert(names, command.name)
		end
	end
	return misspelt(word, names)
end

--- What the words of a command say, or help on it where they say nothing that it understands.
local function settle(reading, command, about)
	check(reading, command)
	local flags = reading.flags
	local problem = reading.problem
	if problem ~= nil then
		return { command = "help", words = about, flags = flags, problem = problem }
	end
	return {
		command = command.name,
		words = reading.words,
		flags = flags,
		perhaps = perhapsCommand(reading),
	}
end

--- The command that help is to be about: the one that was named, where one was.
local function aboutOf(reading)
	local named = reading.name
	return (named == nil or reading.isUnwritten) and {} or { named }
end

--- Reads the words of a command line. Flags may stand anywhere but in a text; words that a command has no use for are a
-- text where the program takes one.
--
-- @param program what there is
-- @param given the words as the shell split them
-- @returns what they say; with `problem` set when they cannot be understood
function M.parse(program, given)
	local reading = readLine(program, given)
	local flags = reading.flags
	local isVersion = #reading.words == 1 and reading.words[1] == VERSION and reading.isUnwritten
	if flags.version == true or isVersion then
		return { command = "version", words = {}, flags = flags }
	end
	local wanted = reading.wanted
	if wanted ~= nil then
		refuse(reading, "--" .. wanted.name .. " needs a value.")
	end
	local named = reading.name
	local about = aboutOf(reading)
	local problem = reading.problem
	if problem == nil and flags.help == true then
		return { command = "help", words = named == program.help.name and {} or about, flags = flags }
	end
	local group = named ~= nil and firstOfGroup(program, named) or nil
	local command = M.knownCommand(program, named or unnamed(reading)) or group
	if problem ~= nil or command == nil then
		return { command = "help", words = about, flags = flags, problem = problem }
	end
	return settle(reading, command, about)
end

return M
