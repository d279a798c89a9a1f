-- What a model is told that is to write Lua for this computer, and what it is told when that went wrong.

local groupsModule = require("/apis/ai/hands/groups")
local groupNames, groups = groupsModule.groupNames, groupsModule.groups
local unknownname = require("/apis/ai/hands/unknownname")
local namesLike, unknownName = unknownname.namesLike, unknownname.unknownName

local M = {}
local globals = _G

--- Names of peripherals that a model is told; a base with a hundred chests is not worth its tokens.
local MOST_PERIPHERALS = 20

--- The most bytes of a program's output that go back to the model.
local MOST_OUTPUT = 2000

--- What kind of computer this is, in CC's words.
local function kindOfComputer()
	local advanced = term.isColour() and "advanced " or ""
	if globals.turtle ~= nil then
		return "an " .. advanced .. "turtle"
	end
	if globals.pocket ~= nil then
		return "an " .. advanced .. "pocket computer"
	end
	return globals.commands == nil and "an " .. advanced .. "computer" or "a command computer"
end

local function peripheralsText()
	local said = {}
	local names = peripheral.getNames()
	for _, name in ipairs(names) do
		if #said == MOST_PERIPHERALS then
			table.insert(said, "and " .. tostring(#names - #said) .. " more")
			break
		end
		table.insert(said, name .. " (" .. table.concat({ peripheral.getType(name) }, ", ") .. ")")
	end
	return #said == 0 and "none" or table.concat(said, ", ")
end

--- What stands above the prompt.
function M.instructions(allow, seconds)
	local isAllowed = {}
	for _, group in ipairs(allow) do
		isAllowed[group] = true
	end
	local closed = {}
	for _, group in ipairs(groupNames()) do
		if isAllowed[group] == nil then
			table.insert(closed, groups[group] .. " (" .. group .. ")")
		end
	end
	local width, height = term.getSize()
	local host = globals._HOST == nil and "ComputerCraft" or tostring(globals._HOST)
	return table.concat({
		"You write Lua for "
			.. (string.gsub(kindOfComputer(), "^an ([^aeiou])", "a %1"))
			.. " in ComputerCraft ("
			.. host
			.. ", Lua 5.2 without the io of a host).",
		"Its player reads your program, and it is run there once they agree. Do not use tools: the program runs on their computer in the game, not on yours.",
		"Answer with one block of code, ```lua, that is the whole program, and at most two sentences beside it.",
		"Peripherals: "
			.. peripheralsText()
			.. ". Screen: "
			.. tostring(width)
			.. " x "
			.. tostring(height)
			.. ". Free disk: "
			.. string.format("%.0f", fs.getFreeSpace("/"))
			.. " bytes.",
		"It is stopped after "
			.. tostring(seconds)
			.. " s, and after 7 s without a pause (sleep, os.pullEvent). Print what the player is to know; return values where that helps.",
		"It may read files, write in /ai and draw. Do not, unless the player asks for it: "
			.. table.concat(closed, "; ")
			.. ".",
		"It has no getfenv, setfenv, debug or string.dump, and require finds CC's own modules alone (cc.*).",
	}, "\n")
end

--- What the model is told of a program that failed.
--
-- @param problem the error, in Lua's words
-- @param output what it had printed, UTF-8; nothing where it was not run at all
function M.correction(problem, output)
	local said = {}
	local unknown = output ~= nil and unknownName(problem) or nil
	if output == nil then
		table.insert(said, "That is not valid Lua; it was not run: " .. problem)
	elseif unknown == nil then
		table.insert(said, "The program failed on the computer: " .. problem)
	else
		table.insert(said, "The program uses a name that does not exist on the computer: " .. problem)
		table.insert(
			said,
			"There is no "
				.. unknown.kind
				.. " "
				.. unknown.name
				.. ". Names like it:"
				.. namesLike(unknown.name, globals)
		)
	end
	if output ~= nil and output ~= "" then
		table.insert(said, "It had printed:\n" .. string.sub(output, -MOST_OUTPUT))
	end
	table.insert(said, "Answer with the whole program, corrected, in one ```lua block.")
	return table.concat(said, "\n")
end

return M
