-- Lets somebody choose one of many rows, on all of the screen.

local strings = require("cc.strings")
local choosing = require("/apis/trapos/choosing")
local chosen, choosingFrom, clicked, legend, moved, narrowed =
	choosing.chosen,
	choosing.choosingFrom,
	choosing.clicked,
	choosing.legend,
	choosing.moved,
	choosing.narrowed
local fold = require("/apis/trapos/font").fold
local readLine = require("/apis/trapos/lineinput").readLine
local moveOf = require("/apis/trapos/movekeys").moveOf
local drawRow = require("/apis/trapos/row").drawRow
local inColour = require("/apis/trapos/screen").inColour
local cut = require("/apis/trapos/text").cut

local M = {}

--- Rows of the screen that the title takes.
local function titleRows(chooser)
	return chooser.title == nil and 0 or 1
end

--- Asks for the rows, for the screen as it is now.
local function load(open, index)
	local width, height = term.getSize()
	local room = height - titleRows(open.chooser) - 1
	open.state = choosingFrom(open.chooser.rows(width), index, room, open.state.word)
end

local function drawTitle(title, width)
	term.setCursorPos(1, 1)
	inColour(colours.yellow, term.write, strings.ensure_width(cut(fold(title), width), width))
end

local function draw(open)
	local width, height = term.getSize()
	local state = open.state
	local title = open.chooser.title
	if title ~= nil then
		drawTitle(title, width)
	end
	for y = 1, state.height do
		local place = state.top + y - 1
		local text = cut(state.texts[state.shown[place] or 0] or "", width)
		term.setCursorPos(1, y + titleRows(open.chooser))
		term.clearLine()
		if place == state.caret then
			drawRow({
				{
					text = strings.ensure_width(text, width),
					isMarked = true,
				},
			})
		else
			drawRow({ { text = text } })
		end
	end
	term.setCursorPos(1, height)
	local keys = legend(state, open.chooser.enter, open.chooser.actions or {}, width)
	inColour(colours.lightGrey, term.write, strings.ensure_width(keys, width))
end

--- Asks for a word on the last row.
local function narrow(open)
	local _, height = term.getSize()
	term.setCursorPos(1, height)
	term.clearLine()
	open.state = narrowed(open.state, readLine({ prompt = "/" }))
end

--- Whether a letter does something.
local function isAction(chooser, letter)
	for _, action in ipairs(chooser.actions or {}) do
		if action.letter == letter then
			return true
		end
	end
	return false
end

--- What an event chooses; nothing where it does something else.
local function actionOf(open, event, what, y)
	local move = moveOf(event, what)
	if move ~= nil then
		open.state = moved(open.state, move)
	end
	if event == "key" and what == keys.enter then
		return "enter"
	end
	if event == "mouse_click" then
		local state, isChosen = clicked(open.state, y - titleRows(open.chooser))
		open.state = state
		return isChosen and "enter" or nil
	end
	if event ~= "char" then
		return nil
	end
	local letter = string.lower(what)
	if letter == "/" then
		narrow(open)
	end
	return (letter == "q" or isAction(open.chooser, letter)) and letter or nil
end

local function chooseOn(open)
	while true do
		draw(open)
		local event, what, _, y = os.pullEvent()
		if event == "term_resize" then
			load(open, chosen(open.state) or 1)
		end
		local action = actionOf(open, event, what, y)
		if action == "q" then
			return nil
		end
		local index = chosen(open.state)
		if action ~= nil and index ~= nil then
			return { action = action, index = index, word = open.state.word }
		end
	end
end

--- Lets somebody choose a row: arrows, page keys, Home, End and the wheel move, Enter or a second click choose, letters do
-- what the caller says, `/` narrows the rows by a word, `q` leaves. The screen is clear afterwards. It must not be used
-- where nobody is there, see `isInteractive`. Raises what Ctrl+T does.
--
-- @returns what was chosen; nothing after `q`
function M.choose(chooser)
	local open = {
		chooser = chooser,
		state = choosingFrom({}, 1, 1, chooser.word or ""),
	}
	local choice
	local ok, problem = pcall(function()
		load(open, chooser.index or 1)
		choice = chooseOn(open)
	end)
	term.clear()
	term.setCursorPos(1, 1)
	if not ok then
		error(problem, 0)
	end
	return choice
end

return M
