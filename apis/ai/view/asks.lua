-- Permissions and questions in a box on the screen: what is asked, whole, and what each key answers.

local strings = require("cc.strings")
local boxModule = require("/apis/trapos/box")
local closeBox, nextKey, openBox, readInBox, showInBox =
	boxModule.closeBox, boxModule.nextKey, boxModule.openBox, boxModule.readInBox, boxModule.showInBox
local clearRow = require("/apis/trapos/screen").clearRow
local foldExact = require("/apis/trapos/font").foldExact
local textModule = require("/apis/trapos/text")
local cut, fold, oneLine = textModule.cut, textModule.fold, textModule.oneLine

local M = {}

--- The box that is open. Whoever has opened it may be gone when it has to be closed.
local current

--- The most rows of what "always" would allow that stand below, beside the rest.
local MOST_FOOT = 4

--- What stands before an option, as its key; without those that mean something else.
local OPTION_KEYS = "123456789abcdefghijklmopqrstuvxyz"

--- Colours of a patch's lines, by how they begin.
local PATCH = { ["+"] = colours.lime, ["-"] = colours.red, ["@"] = colours.cyan }

--- Whether a box is open.
function M.isAsking()
	return current ~= nil
end

--- Closes the box, if one is open.
function M.closeAsk()
	if current ~= nil then
		closeBox(current)
	end
	current = nil
end

--- Lines of a text as they are, each in as many rows as it needs.
local function addExact(rows, text, width, colourOf)
	local whole = string.gsub(foldExact(text), "\n+$", "")
	for line in string.gmatch(whole .. "\n", "([^\n]*)\n") do
		local colour = colourOf and colourOf(line)
		local at = 1
		repeat
			do
				rows[#rows + 1] = {
					text = string.sub(line, at, at + width - 1),
					colour = colour,
				}
				at = at + width
			end
		until not (at <= #line)
	end
end

--- A text in rows that break between words.
local function addWrapped(rows, text, width, colour, key)
	for _, row in ipairs(strings.wrap(fold(text), width)) do
		rows[#rows + 1] = { text = row, colour = colour, key = key }
	end
end

--- A unified diff without the lines that name its file, which stands above it.
local function addPatch(rows, diff, width)
	local patch = string.gsub(diff, "^Index: [^\n]*\n", "")
	patch = string.gsub(patch, "^=+\n", "")
	patch = string.gsub(patch, "^%-%-%- [^\n]*\n%+%+%+ [^\n]*\n", "")
	addExact(rows, patch, width, function(line)
		return PATCH[string.sub(line, 1, 1)]
	end)
end

--- What is to be allowed.
local function rowsOfPermission(ask, width)
	local rows = {}
	if ask.description ~= nil then
		addWrapped(rows, ask.description, width, colours.lightGrey)
	end
	if ask.command ~= nil then
		addExact(rows, ask.command, width)
	end
	if ask.filepath ~= nil then
		addExact(rows, ask.filepath, width, function()
			return colours.yellow
		end)
	end
	if ask.url ~= nil then
		addExact(rows, ask.url, width)
	end
	if ask.diff ~= nil then
		addPatch(rows, ask.diff, width)
	end
	local isTold = ask.command ~= nil or ask.filepath ~= nil or ask.url ~= nil
	for _, pattern in ipairs(isTold and {} or ask.patterns) do
		addExact(rows, pattern, width)
	end
	if #rows == 0 then
		rows[#rows + 1] = { text = "It does not say for what.", colour = colours.lightGrey }
	end
	return rows
end

--- What "always" would allow.
local function alwaysOf(ask)
	local what = #ask.always == 0 and "all of " .. ask.kind or table.concat(ask.always, ", ")

	-- The bridge keeps it for the session: opencode would for everybody in the folder.
	local isLinked = settings.get("opencc.link_url") ~= nil
	local where = "in the whole folder, until opencode restarts"
	if ask.isForGood == true then
		where = "in the whole project, for good"
	end
	if isLinked then
		where = "for the rest of the session"
	end
	return "a allows " .. oneLine(what) .. " " .. where
end

--- A permission as a box shows it.
local function layoutOfPermission(ask)
	return function(width)
		local rows = rowsOfPermission(ask, width)
		local foot = {}
		addWrapped(foot, alwaysOf(ask), width, colours.lightGrey)
		if #foot > MOST_FOOT then
			-- All of it can be read by scrolling.
			rows[#rows + 1] = { text = "" }
			for _, row in ipairs(foot) do
				rows[#rows + 1] = row
			end
			foot = {
				{
					text = cut("a allows what stands at the end", width),
					colour = colours.lightGrey,
				},
			}
		end
		return {
			title = "Allow " .. oneLine(ask.kind) .. "?",
			rows = rows,
			foot = foot,
			keys = {
				{ key = "y", label = "once" },
				{ key = "a", label = "always" },
				{ key = "n", label = "no" },
				{ key = "t", label = "no, and why" },
			},
		}
	end
end

--- Decides on a permission in its box.
local function decide(box)
	while true do
		local key = nextKey(box)
		if key == "y" then
			return { reply = "once" }
		end
		if key == "a" then
			return { reply = "always" }
		end
		if key == "n" then
			return { reply = "reject" }
		end
		if key == "t" then
			local message = readInBox(box, "Why not?")
			if (string.find(message, "%S")) ~= nil then
				return { reply = "reject", message = message }
			end
		end
	end
end

--- Opens a box, and closes it when something was decided, or could not be.
local function inBox(layout, act)
	clearRow()
	local box = openBox(layout)
	current = box
	local ok, result = pcall(act, box)
	M.closeAsk()
	if not ok then
		error(result, 0)
	end
	return result
end

--- Asks whether something is allowed. Raises Ctrl+T.
--
-- @returns what was decided
function M.askPermission(ask)
	return inBox(layoutOfPermission(ask), decide)
end

local function keyOfOption(place)
	return string.sub(OPTION_KEYS, place, place)
end

--- The mark of something that may be one of several.
local function mark(answering, isChosen)
	if not answering.item.multiple then
		return ""
	end
	return isChosen and "[x] " or "[ ] "
end

--- Adds an option, with what is said of it below.
local function addOption(rows, answering, place, width)
	local option = answering.item.options[place]
	local key = keyOfOption(place)
	local isChosen = answering.chosen[place] == true
	local start = (key == "" and "-" or key) .. " " .. mark(answering, isChosen)
	local click = key == "" and "option " .. tostring(place) or key
	local colour = isChosen and colours.lime or colours.yellow
	local indent = string.rep(" ", #start)
	local room = math.max(width - #start, 1)
	for index, row in ipairs(strings.wrap(oneLine(option.label), room)) do
		rows[#rows + 1] = { text = (index == 1 and start or indent) .. row, colour = colour, key = click }
	end
	if option.description == nil or option.description == "" then
		return
	end
	for _, row in ipairs(strings.wrap(fold(option.description), room)) do
		rows[#rows + 1] = { text = indent .. row, colour = colours.lightGrey, key = click }
	end
end

--- How a number is asked for: on its key, where it is typed, and where something else was; a pocket computer has 13 letters for that.
local KINDS = {
	number = { "number", "Number:", "No number:" },
	integer = { "whole number", "Whole number:", "Not whole:" },
}

--- Whether words are an answer to a question.
local function isAnswer(item, words)
	if item.kind == nil or KINDS[item.kind] == nil then
		return true
	end
	local number = tonumber(words)
	return number ~= nil and (item.kind ~= "integer" or number % 1 == 0)
end

--- Reads an answer in own words; an empty one where there is to be none.
local function readWords(box, item)
	local wanted = KINDS[item.kind or ""]
	local title = wanted and wanted[2] or "Your answer:"
	while true do
		local words = readInBox(box, title)
		local isNone = (string.find(words, "%S")) == nil
		if isNone or isAnswer(item, words) then
			return words
		end
		title = wanted[3]
	end
end

local function keysOf(item)
	local boxKeys = {}
	if item.multiple then
		boxKeys[#boxKeys + 1] = { key = "enter", label = "send" }
	end
	local kind = KINDS[item.kind or ""]
	if item.custom then
		boxKeys[#boxKeys + 1] = { key = "w", label = kind and kind[1] or "own words" }
	end
	boxKeys[#boxKeys + 1] = { key = "n", label = "no answer" }
	return boxKeys
end

--- A question as a box shows it.
local function layoutOfQuestion(answering)
	local item = answering.item
	return function(width)
		local rows = {}
		addWrapped(rows, item.question, width)
		if #item.options > 0 then
			rows[#rows + 1] = { text = "" }
		end
		for place = 1, #item.options do
			addOption(rows, answering, place, width)
		end
		local words = answering.words
		if words ~= nil then
			rows[#rows + 1] = {
				text = cut("w " .. mark(answering, true) .. words, width),
				colour = colours.lime,
			}
		end
		local header = oneLine(item.header or "Question")
		local title = answering.place == "" and header or header .. " (" .. answering.place .. ")"
		return {
			title = title,
			rows = rows,
			foot = {},
			keys = keysOf(item),
		}
	end
end

--- The place of the option that a key stands for, if there is one.
local function optionOf(item, key)
	local clicked = string.match(key, "^option (%d+)$")
	local place = clicked == nil and (string.find(OPTION_KEYS, key, 1, true)) or tonumber(clicked)
	return place ~= nil and place <= #item.options and place or nil
end

--- The labels that are chosen.
local function labelsOf(answering)
	local labels = {}
	for place, option in ipairs(answering.item.options) do
		if answering.chosen[place] then
			labels[#labels + 1] = option.label
		end
	end
	if answering.words ~= nil then
		labels[#labels + 1] = answering.words
	end
	return labels
end

local function toggle(answering, place)
	local chosen = answering.chosen
	chosen[place] = not chosen[place]
end

--- Answers one question in the box; nothing where it is not to be answered.
local function answer(box, answering)
	local item = answering.item
	while true do
		local key = nextKey(box)
		if key == "n" then
			return nil
		end
		if key == "enter" and item.multiple then
			return labelsOf(answering)
		end
		local place = optionOf(item, key)
		if place ~= nil then
			if not item.multiple then
				return { item.options[place].label }
			end
			toggle(answering, place)
			showInBox(box, layoutOfQuestion(answering), false)
		elseif key == "w" and item.custom then
			local words = readWords(box, item)
			local isAny = (string.find(words, "%S")) ~= nil
			if isAny and not item.multiple then
				return { words }
			end
			answering.words = isAny and words or nil
			showInBox(box, layoutOfQuestion(answering), false)
		end
	end
end

--- Asks questions, one after the other. Raises Ctrl+T.
--
-- @returns the labels, or own words, for each of them; nothing where they are not to be answered
function M.askQuestion(ask)
	local all = {}
	for index, item in ipairs(ask.questions) do
		local place = #ask.questions > 1 and tostring(index) .. " of " .. tostring(#ask.questions) or ""
		all[#all + 1] = { item = item, place = place, chosen = {} }
	end
	if #all == 0 then
		return {}
	end
	return inBox(layoutOfQuestion(all[1]), function(box)
		local answers = {}
		for index, answering in ipairs(all) do
			if index > 1 then
				showInBox(box, layoutOfQuestion(answering), true)
			end
			local labels = answer(box, answering)
			if labels == nil then
				return nil
			end
			answers[#answers + 1] = labels
		end
		return answers
	end)
end

return M
